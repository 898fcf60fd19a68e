/** Serves the pages, and passes on what they ask of the server that `MOTET_URL` names. */
import process from "node:process";
import { fileURLToPath } from "node:url";

const server = process.env.MOTET_URL ?? "http://127.0.0.1:4040";

export default {
  server: { host: "127.0.0.1", proxy: { "/api": server, "/sync": { target: server.replace(/^http/, "ws"), ws: true } } },
  build: { target: "es2022", rollupOptions: { input: ["index", "note"].map((page) => fileURLToPath(new URL(`${page}.html`, import.meta.url))) } },
  worker: { format: "es" },
};
