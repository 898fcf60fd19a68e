/** The only place that knows how the WebAssembly module is built: `cargo xtask wasm` writes it to `pkg/`. */
import type { BlobFacts } from "../blobs/reference.js";
import type { Engine, EngineOptions } from "./engine.js";
import type { Member, MemberOptions } from "./member.js";

/** Finds out how a blob is called, while its bytes go by. */
export interface BlobReader {
  update(bytes: Uint8Array): void;
  /** What a document says of it, and of what type it is declared to be. Gives the memory back. */
  finish(declared: string): BlobFacts;
}

/** What the module offers. */
export interface Motet {
  Engine: new (options: EngineOptions) => Engine;
  Member: new (options: MemberOptions) => Member;
  BlobReader: new () => BlobReader;
}

/** The module; `bytes` are its WebAssembly where it cannot be fetched from beside its script. */
export async function load(bytes?: () => Promise<Uint8Array>): Promise<Motet> {
  const motet = await import("../../pkg/motet.js");
  await motet.default(bytes && { module_or_path: await bytes() });
  return motet;
}
