/**
 * Why this exists: members must agree on what is active whatever machine they run on. Random documents in which much is tied
 * to much are made and judged by the native engine when the test runs, and judged again here, by the one for browsers.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { load } from "@motet/client/platform";

const DOCUMENTS = 60;
const OUTPUT_BYTES_MAX = 64 << 20;

const generator = process.env.MOTET_DECISIONS;
const skip = generator === undefined && "needs the built example `decisions`: run `cargo xtask test`";

const hash = (value) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** The engine with everything taken in at once, or frame by frame, the last first. */
function opened(Engine, frames, isAtOnce) {
  const engine = new Engine({
    document: (0xd1d0).toString(16).padStart(32, "0"),
    secret: new Uint8Array(32).fill(77),
    replica: new Uint8Array(8).fill(77),
    name: "",
    wrap: (value) => value,
    frames: [],
    choices: null,
  });
  if (isAtOnce) engine.import(frames);
  else frames.toReversed().forEach((frame) => engine.import([frame]));
  return engine;
}

/** The spans of everything that is here, a log each. */
function logs(engine) {
  const version = Buffer.from(engine.version());
  const at = (entry) => `${version.readBigUInt64LE(entry).toString(16)}.0-${version.readUInt32LE(entry + 8)}`;
  return Array.from({ length: version.length / 12 }, (_, n) => at(12 * n));
}

function decided(engine) {
  const reasons = logs(engine).flatMap((log) => engine.reasons(log).map(({ spans, standing, by }) => [spans, standing, [...by]]));
  return { hash: engine.stateHash(), reasons };
}

test("b13 the engine in WebAssembly decides as the native one does, whatever the order of arrival", { skip }, async () => {
  const { Engine } = await load(() => readFile(new URL("../pkg/motet_bg.wasm", import.meta.url)));
  const { stdout } = await promisify(execFile)(generator, [String(DOCUMENTS)], { maxBuffer: OUTPUT_BYTES_MAX });
  const documents = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(documents.length, DOCUMENTS);
  const [native, here] = [[], []];
  let lost = 0;
  for (const { seed, frames, hash, reasons } of documents) {
    const bytes = frames.map((frame) => new Uint8Array(Buffer.from(frame, "hex")));
    const wanted = { hash, reasons };
    for (const isAtOnce of [true, false]) {
      const engine = opened(Engine, bytes, isAtOnce);
      const told = decided(engine);
      engine.free();
      assert.deepEqual(told, wanted, `document ${seed}, ${isAtOnce ? "at once" : "frame by frame"}`);
      if (isAtOnce) here.push(told);
    }
    native.push(wanted);
    lost += reasons.filter(([, standing]) => standing === "lost").length;
  }
  assert.equal(hash(here), hash(native));
  assert.ok(lost > DOCUMENTS, `only ${lost} actions gave way`);
});
