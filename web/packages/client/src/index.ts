/**
 * Motet for browsers: documents that many people edit at once, offline or not.
 *
 * ```ts
 * import { Motet } from "@motet/client";
 *
 * const space = await Motet.connect({ url: location.origin, name: "Ann" });
 * const doc = await space.open("notes", { create: true });
 * doc.on("patch", ({ origin, patches }) => console.log(origin, patches));
 * doc.text("text").insert(0, "Hello");
 * doc.change(() => {
 *   doc.list("todo").push("milk", "bread");
 *   doc.counter("visits").add(1);
 * });
 * doc.undo();
 * await doc.saved();
 * ```
 *
 * @module
 */
import { load } from "./engine/load.js";
import { connectOn, type Platform } from "./platform.js";
import { workerSession } from "./session/browser.js";
import type { ConnectOptions, Space } from "./space.js";

export * from "./api.js";

const browser: Platform<string> = {
  openEngine: async (options) => new (await load()).Engine(options),
  openSession: (options, database = "motet") => workerSession(options, database),
};

/** Where everything begins. */
export const Motet = {
  /**
   * Connects to a server. Documents and your key are kept in IndexedDB, in a database that `store` names, and shared by
   * all tabs. Where the server does not answer one works offline until it does; where it does not admit you this fails
   * with the code `permission`.
   */
  connect: (options: ConnectOptions<string>): Promise<Space> => connectOn(browser, options),
};
