/** The only place that knows how the WebAssembly module is built: `cargo xtask wasm` writes it to `pkg/`. */
import type { OpenEngine } from "./engine";
import type { Member, MemberOptions } from "./member";

async function module() {
  const motet = await import("./pkg/motet.js");
  await motet.default();
  return motet;
}

/** Opens a replica for the page. */
export const openEngine: OpenEngine = async (options) => new (await module()).Engine(options);

/** Makes the member that the worker talks through. */
export async function openMember(options: MemberOptions): Promise<Member> {
  return new (await module()).Member(options);
}
