/** The only place that knows how the WebAssembly module is built: `cargo xtask wasm` writes it to `pkg/`. */
import type { Engine, EngineOptions } from "./engine.js";
import type { Member, MemberOptions } from "./member.js";

/** What the module offers. */
export interface Motet {
  Engine: new (options: EngineOptions) => Engine;
  Member: new (options: MemberOptions) => Member;
}

/** The module; `bytes` are its WebAssembly where it cannot be fetched from beside its script. */
export async function load(bytes?: () => Promise<Uint8Array>): Promise<Motet> {
  const motet = await import("../../pkg/motet.js");
  await motet.default(bytes && { module_or_path: await bytes() });
  return motet;
}
