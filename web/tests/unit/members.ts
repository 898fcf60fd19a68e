/** Members for tests: the real engine, and a wire that the test holds in its hand. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { MotetDocument } from "@motet/client";
import { connectOn, type DocumentNews, load, type Session, type SessionEvent } from "@motet/client/platform";

export const DOCUMENT = "d0".repeat(16);

const motet = load(() => readFile(resolve("packages/client/pkg/motet_bg.wasm")));

/** Keeps what a document pushes, and tells it whatever the test wants. */
export class Wire implements Session {
  readonly secret: Uint8Array;
  readonly pushed: Uint8Array[] = [];
  presence: unknown = null;
  private pushes = 0;
  private listener: (event: SessionEvent) => void = () => {};

  constructor(name: string) {
    this.secret = new Uint8Array(32).fill(name.charCodeAt(0));
  }

  listen(listener: (event: SessionEvent) => void) {
    this.listener = listener;
  }
  async open() {
    return { frames: [], choices: null };
  }
  push(_document: string, frames: Uint8Array[]) {
    this.pushes += 1;
    this.pushed.push(...frames);
  }
  keepChoices() {}
  present(_document: string, presence: unknown) {
    this.presence = presence;
  }
  setOnline() {}
  addBlob = () => Promise.reject(new Error("a wire carries no files"));
  getBlob = () => Promise.reject(new Error("a wire carries no files"));
  retryBlobs() {}
  giveUpBlob = () => Promise.resolve();
  close() {}
  async end() {}

  hear(news: DocumentNews) {
    this.listener({ document: DOCUMENT, news });
  }
  /** As of now. */
  hearSaved(level: "local" | "durable", waiting: number) {
    this.hear({ kind: "saved", saved: { level, waiting, files: 0 }, pushes: this.pushes });
  }
  hearLink(link: "connected" | "offline") {
    this.listener({ document: null, news: { kind: "link", link } });
  }
}

export async function member(name: string): Promise<{ document: MotetDocument; wire: Wire }> {
  const { Engine } = await motet;
  const wire = new Wire(name);
  const platform = { openEngine: async (options: ConstructorParameters<typeof Engine>[0]) => new Engine(options), openSession: async () => wire };
  const connecting = connectOn(platform, { url: "http://127.0.0.1", name, patienceMs: 1_000_000 });
  await Promise.resolve();
  await Promise.resolve();
  wire.hearLink("connected");
  const document = await (await connecting).open(DOCUMENT);
  return { document, wire };
}
