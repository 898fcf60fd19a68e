/**
 * What the WebAssembly module must offer. Written down here so that the app is checked against it even where the
 * module was not built; where it was, its own types are used and checked against the app.
 */
declare module "*/pkg/motet.js" {
  type Engine = import("./engine").Engine;
  type Member = import("./member").Member;
  export default function init(): Promise<unknown>;
  export const Engine: new (options: import("./engine").EngineOptions) => Engine;
  export const Member: new (options: import("./member").MemberOptions) => Member;
}
