/**
 * Motet for Node: documents that many people edit at once, offline or not.
 *
 * ```ts
 * import { Motet } from "@motet/client";
 *
 * const space = await Motet.connect({ url: "http://127.0.0.1:4040", token: process.env.MOTET_TOKEN, name: "Robot" });
 * const doc = await space.open("notes", { create: true });
 * doc.list("todo").push("milk");
 * await doc.saved();
 * await space.close();
 * ```
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { memoryBlobs } from "../blobs/store.js";
import { load, type Motet as Module } from "../engine/load.js";
import { connectOn, type Platform } from "../platform.js";
import { startSession } from "../session/local.js";
import { memoryStore } from "../session/memory.js";
import type { Store } from "../session/store.js";
import type { ConnectOptions, Space } from "../space.js";
import { opener } from "./socket.js";
import { directoryStore } from "./store.js";

export * from "../api.js";
export { memoryStore } from "../session/memory.js";
export type { BlobStore, Waiting } from "../blobs/store.js";
export type { DocumentNotes, Store } from "../session/store.js";
export { directoryStore } from "./store.js";

let module: Promise<Module> | null = null;

/** The module, read once. */
function motet(): Promise<Module> {
  module ??= load(() => readFile(new URL("../../pkg/motet_bg.wasm", import.meta.url)));
  return module;
}

const node: Platform<Store | string> = {
  openEngine: async (options) => new (await motet()).Engine(options),
  async openSession(options, kept) {
    const [connect, module] = await Promise.all([opener(), motet()]);
    const store = typeof kept === "string" ? await directoryStore(kept) : (kept ?? memoryStore());
    return startSession(options, { motet: module, store, blobs: store.blobs ?? memoryBlobs(), connect, windows: null, alone: (run) => run() });
  },
};

/** Where everything begins. */
export const Motet = {
  /**
   * Connects to a server, by the package `ws`. `store` is a directory that documents and your key are kept in, or a store
   * of your own; without one they are kept for as long as the program runs. Where the server does not answer one works
   * offline until it does; where it does not admit you this fails with the code `permission`.
   */
  connect: (options: ConnectOptions<Store | string>): Promise<Space> => connectOn(node, options),
};
