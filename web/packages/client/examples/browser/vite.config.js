/** Serves the page, and passes on what it asks of the server that `MOTET_URL` names. */
import process from "node:process";

const server = process.env.MOTET_URL ?? "http://127.0.0.1:4040";

export default {
  server: { host: "127.0.0.1", proxy: { "/api": server, "/sync": { target: server.replace(/^http/, "ws"), ws: true } } },
  build: { target: "es2022" },
  worker: { format: "es" },
};
