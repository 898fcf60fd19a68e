/** Starts and kills the real server, on a folder of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "@playwright/test";

const READY_MS_MAX = 15_000;

/** Lets the tests of a file run where there is a built server, each so long at most. */
export function needsServer(timeout = 120_000): void {
  test.skip(process.env["MOTET_BINARY"] === undefined, "needs the built server: run `cargo xtask test`");
  test.describe.configure({ timeout });
}

/** The server of the test that runs, in files where each has one. */
export let server: Server;

/** Gives each test of a file a server of its own, where `needsServer` lets them run. */
export function eachHasServer(timeout?: number): void {
  needsServer(timeout);
  test.beforeEach(async () => {
    server = await Server.start();
  });
  test.afterEach(async () => server.remove());
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  return port;
}

export class Server {
  private process: ChildProcess | null = null;
  private links: ChildProcess[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), "motet-"));

  private constructor(private readonly port: number, private readonly app: string, private flags: readonly string[]) {}

  /** Serves the built app, or another page. */
  static async start(app = resolve("dist"), ...flags: string[]): Promise<Server> {
    const server = new Server(await freePort(), app, flags);
    await server.run();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts on the same folder and port, and waits until it answers. */
  async run(): Promise<void> {
    const binary = process.env["MOTET_BINARY"] as string;
    const args = ["serve", this.folder, "--listen", `127.0.0.1:${this.port}`, "--app", this.app, ...this.flags];
    this.process = spawn(binary, args, { stdio: ["ignore", "ignore", "inherit"] });
    const deadline = Date.now() + READY_MS_MAX;
    while (!(await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false))) {
      if (Date.now() > deadline) throw new Error(`the server was not ready after ${READY_MS_MAX} ms`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Stops it, and starts it otherwise, on the same folder and port. */
  async restart(...flags: string[]): Promise<void> {
    await this.kill();
    this.flags = flags;
    await this.run();
  }

  /** Stops it, runs a command of a node's on its documents, and starts it again. */
  async command(name: string, ...words: string[]): Promise<void> {
    await this.kill();
    execFileSync(process.env["MOTET_BINARY"] as string, [name, this.folder, ...words], { stdio: ["ignore", "ignore", "inherit"] });
    await this.run();
  }

  /** As a power cut would: no goodbye. */
  async kill(): Promise<void> {
    const { process: running } = this;
    this.process = null;
    if (running === null) return;
    const ended = new Promise((done) => running.once("exit", done));
    running.kill("SIGKILL");
    await ended;
  }

  /** Binds a file to a document, as somebody with an editor of their own would; returns once it is there. */
  async link(name: string, id: string): Promise<string> {
    const file = join(this.folder, name);
    const environment = { ...process.env, MOTET_HOME: join(this.folder, `home-${name}`) };
    const args = ["link", file, `${this.url}/${id}`, "--json"];
    this.links.push(spawn(process.env["MOTET_BINARY"] as string, args, { stdio: ["ignore", "ignore", "inherit"], env: environment }));
    const deadline = Date.now() + READY_MS_MAX;
    while (!existsSync(file)) {
      if (Date.now() > deadline) throw new Error(`${name} was not made after ${READY_MS_MAX} ms`);
      await new Promise((done) => setTimeout(done, 50));
    }
    return file;
  }

  async remove(): Promise<void> {
    for (const link of this.links) link.kill("SIGKILL");
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
