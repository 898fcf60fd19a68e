/** Documents without a server: what one pushes, the test hands to another. */
import { readFile } from "node:fs/promises";
import { connectOn, load } from "@motet/client/platform";

export const DOCUMENT = "d0".repeat(16);

const motet = load(() => readFile(new URL("../pkg/motet_bg.wasm", import.meta.url)));

/** A session whose other end the test holds. */
class Wire {
  pushed = [];
  listener = () => {};

  constructor(name) {
    this.secret = new Uint8Array(32).fill(name.charCodeAt(0));
  }

  listen(listener) {
    this.listener = listener;
  }
  async open() {
    return { frames: [], choices: null };
  }
  push(_document, frames) {
    this.pushed.push(...frames);
  }
  keepChoices() {}
  present() {}
  setOnline() {}
  close() {}
  async end() {}

  hear(frames) {
    this.listener({ document: DOCUMENT, news: { kind: "frames", frames } });
  }
}

/** A member with an open document. */
export async function member(name) {
  const { Engine } = await motet;
  const wire = new Wire(name);
  const platform = { openEngine: async (options) => new Engine(options), openSession: async () => wire };
  const space = await connectOn(platform, { url: "http://127.0.0.1", name, patienceMs: 0 });
  return { space, wire, doc: await space.open(DOCUMENT), heard: 0 };
}

/** Hands everything to `me` that `other` has done and `me` has not heard. */
export function receive(me, other) {
  other.doc.flush();
  const frames = other.wire.pushed.slice(me.heard);
  me.heard = other.wire.pushed.length;
  if (frames.length > 0) me.wire.hear(frames);
}

/** Numbers below 1 that depend on the seed alone. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
