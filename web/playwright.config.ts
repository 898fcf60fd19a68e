import { defineConfig } from "@playwright/test";
import { launch } from "./tests/browser/browser";

export default defineConfig({
  projects: [
    { name: "interface", testDir: "tests/browser" },
    { name: "pictures", testDir: "tests/pictures" },
    { name: "real", testDir: "tests/real" },
    { name: "crowd", testDir: "tests/crowd" },
  ],
  outputDir: "artifacts/browser",
  timeout: 30_000,
  fullyParallel: true,
  workers: 2,
  reporter: [["list"]],
  use: { baseURL: "http://127.0.0.1:4175", launchOptions: launch, viewport: { width: 1200, height: 780 }, screenshot: "only-on-failure", contextOptions: { reducedMotion: "reduce" } },
  webServer: [
    { command: "npx vite --config tests/harness/vite.config.ts", url: "http://127.0.0.1:4175", reuseExistingServer: true },
    // The app itself, for pages that run on the real engine.
    { command: "npx vite --host 127.0.0.1 --port 4176 --strictPort", url: "http://127.0.0.1:4176/notes.html", reuseExistingServer: true },
  ],
});
