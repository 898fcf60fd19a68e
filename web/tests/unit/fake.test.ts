/** The stand-in must be honest, or the tests that lean on it prove nothing: replicas that exchanged everything agree. */
import { expect, test } from "vitest";
import { FakeEngine } from "../fake/engine";
import { applied, pick, randomEdit, seeded } from "./random";

test("replicas that exchanged everything are equal, and patches lead from text to text", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = seeded(seed);
    const engines = ["a", "b", "c"].map((name) => new FakeEngine({ author: name, name, replica: name, now: () => 0 }));
    const shown = engines.map(() => "");
    const frames: Uint8Array[] = [];
    for (let step = 0; step < 120; step += 1) {
      const at = Math.floor(random() * engines.length);
      const engine = engines[at] as FakeEngine;
      const choice = random();
      if (choice < 0.6) {
        const patch = randomEdit(random, shown[at] as string);
        engine.edit([patch]);
        shown[at] = applied(shown[at] as string, [patch]);
      } else if (choice < 0.7) shown[at] = applied(shown[at] as string, engine.undo() ?? []);
      else if (choice < 0.75) shown[at] = applied(shown[at] as string, engine.redo() ?? []);
      else shown[at] = applied(shown[at] as string, engine.import(frames.filter(() => random() < 0.7)));
      frames.push(...engine.seal());
      expect(shown[at], `seed ${seed}, step ${step}`).toBe(engine.text());
    }
    for (const engine of engines) engine.import(frames);
    expect(new Set(engines.map((engine) => engine.text())).size, `seed ${seed}`).toBe(1);
    const [run] = [pick(random, engines[0]?.history() ?? [])];
    if (run) expect(engines[0]?.textAt(run.version)).toBe(engines[1]?.textAt(run.version));
  }
});
