import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { serviceWorker } from "./service-worker.ts";

export default defineConfig({
  plugins: [react(), serviceWorker()],
  build: { target: "es2022", chunkSizeWarningLimit: 900 },
  worker: { format: "es" },
  // Screens are loaded when first opened; what they need is known from the beginning.
  optimizeDeps: { entries: ["*.html", "src/*/content.tsx"] },
  server: {
    // `npm run dev` beside a running `cargo xtask serve`.
    proxy: { "/api": "http://127.0.0.1:4040", "/sync": { target: "ws://127.0.0.1:4040", ws: true } },
  },
  test: { include: ["tests/unit/**/*.test.ts"], environment: "jsdom" },
});
