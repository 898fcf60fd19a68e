/** How tests start the browser. */
import type { LaunchOptions } from "@playwright/test";

export const launch: LaunchOptions = {
  executablePath: process.env["MOTET_CHROMIUM"] ?? "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
