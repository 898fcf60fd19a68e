/**
 * What the WebAssembly module must offer. Written down here so that the package is checked against it even where the
 * module was not built; where it was, its own types are used and checked against the package.
 */
declare module "*/pkg/motet.js" {
  type Engine = import("./engine.js").Engine;
  type Member = import("./member.js").Member;
  export default function init(from?: { module_or_path: Uint8Array }): Promise<unknown>;
  export const Engine: new (options: import("./engine.js").EngineOptions) => Engine;
  export const Member: new (options: import("./member.js").MemberOptions) => Member;
}
