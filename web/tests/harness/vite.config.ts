/** The interface over stand-ins for engine and server, for browser tests of the interface alone. Never built, never shipped. */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  cacheDir: fileURLToPath(new URL("../../node_modules/.vite-harness", import.meta.url)),
  plugins: [react()],
  server: { host: "127.0.0.1", port: 4175, strictPort: true, fs: { allow: ["../.."] } },
  // All that any screen needs, at once: what is found later makes the server load every open page anew, in the middle of tests.
  optimizeDeps: { entries: ["./main.tsx", "../../src/*/content.tsx"] },
});
