/** Starts and kills the real server, on a folder and a free port of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Motet } from "@motet/client";

const READY_MS_MAX = 15_000;

/** The server's program; without it these tests have nothing to talk to. */
export const binary = process.env.MOTET_BINARY;
export const skip = binary === undefined && "needs the built server: run `cargo xtask test`";

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

export class Server {
  folder = mkdtempSync(join(tmpdir(), "motet-client-"));
  running = null;

  static async start(...flags) {
    const server = new Server();
    server.flags = flags;
    server.port = await freePort();
    await server.run();
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts on the same folder and port, and waits until it answers. */
  async run() {
    const args = ["serve", join(this.folder, "data"), "--listen", `127.0.0.1:${this.port}`, ...this.flags];
    this.running = spawn(binary, args, { stdio: ["ignore", "ignore", "inherit"] });
    const deadline = Date.now() + READY_MS_MAX;
    while (!(await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false))) {
      if (Date.now() > deadline) throw new Error(`the server was not ready after ${READY_MS_MAX} ms`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** As a power cut would: no goodbye. */
  async kill() {
    const { running } = this;
    this.running = null;
    if (running === null) return;
    const ended = new Promise((done) => running.once("exit", done));
    running.kill("SIGKILL");
    await ended;
  }

  async remove() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something is so, and says what it was where it never is. */
export async function until(isSo, what) {
  const deadline = Date.now() + 15_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`this never came: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Ann and Ben with one document, which Ann makes. */
export async function twoOf(server, name) {
  const spaces = [];
  for (const person of ["Ann", "Ben"]) spaces.push(await Motet.connect({ url: server.url, name: person }));
  const ann = await spaces[0].open(name, { create: true });
  const ben = await spaces[1].open(name);
  const close = () => Promise.all(spaces.map((space) => space.close()));
  return { spaces, ann, ben, close };
}

/** Both have the same, and show it. */
export const agree = (ann, ben) => until(() => ann.stateHash() === ben.stateHash() && Buffer.compare(ann.version(), ben.version()) === 0, "agreement");
