/**
 * What the WebAssembly module must offer. Written down here so that the app is checked against it even where the
 * module was not built; where it was, its own types are used and checked against the app.
 */
declare module "*/pkg/motet.js" {
  type Engine = import("./engine").Engine & import("../notes/rich").RichEngine;
  type Member = import("./member").Member;
  export default function init(): Promise<unknown>;
  /** Starts the engine from its bytes, for programs without a page. */
  export function initSync(module: { module: BufferSource }): unknown;
  export const Engine: new (options: import("./engine").EngineOptions) => Engine;
  export const Member: new (options: import("./member").MemberOptions) => Member;
}
