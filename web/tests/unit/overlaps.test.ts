/** What is marked where two changed the same at once, and what this browser keeps of it. */
import { describe, expect, it } from "vitest";
import type { MotetDocument } from "@motet/client";
import type { OpenDocument } from "../../src/editor/document";
import { attributesOf, touched } from "../../src/editor/highlights";
import { sentenceOf } from "../../src/panels/Overlaps";
import { member, type Wire } from "./members";

/** Gives each what the other did. */
function meet(one: { document: MotetDocument; wire: Wire }, other: { document: MotetDocument; wire: Wire }): void {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    from.document.flush();
    to.wire.hear({ kind: "frames", frames: [...from.wire.pushed] });
  }
}

/** What is marked in the text, stretch by stretch. */
function marked({ client }: OpenDocument): string[] {
  const text = client.text("text");
  const at = (anchor: string) => text.resolve(anchor) as number;
  return touched({ client } as OpenDocument, client.current().overlaps).map(({ from, to }) => text.toString().slice(at(from), at(to)));
}

async function two() {
  const [ann, ben] = [await member("Ann"), await member("Ben")];
  ann.document.text("text").insert(0, "The cat sat on the mat.");
  meet(ann, ben);
  const since = ann.document.version();
  return { ann, ben, look: () => ann.document.watchOverlaps(since) };
}

describe("what two changed at once", () => {
  it("is marked with both sides, letter by letter as at once", async () => {
    const { ann, ben, look } = await two();
    const text = ann.document.text("text");
    for (const [at, letter] of [..."big "].entries()) text.insert(4 + at, letter);
    ben.document.text("text").insert(4, "old ");
    meet(ann, ben);
    look();
    const stretches = marked({ client: ann.document } as OpenDocument);
    expect(stretches[0]).toBe("old ");
    expect(stretches.slice(1).join("")).toBe("big ");
    const [overlap] = ann.document.current().overlaps;
    expect(sentenceOf(overlap!)).toBe("Ben and you changed the same at once; both changes are here");
  });

  it("is marked only near it, where somebody wrote much", async () => {
    const { ann, ben, look } = await two();
    ann.document.text("text").edit([{ from: 4, to: 7, insert: "dog" }]);
    ann.document.text("text").insert(23, ` ${"And so on. ".repeat(30)}`);
    ben.document.text("text").edit([{ from: 4, to: 7, insert: "hen" }]);
    meet(ann, ben);
    look();
    expect(marked({ client: ann.document } as OpenDocument)).toEqual(["hen", "dog"]);
  });

  it("is drawn with what it is about, and says nothing on hover where a card does", () => {
    const place = { place: "text:text", from: "l", to: "r", spans: "1.0-1" };
    expect(attributesOf("overlap", { ...place, title: "", about: "a b" })).toEqual({ class: "is-overlap", "data-about": "a b" });
    expect(attributesOf("won", { ...place, title: "Ann’s is shown" })).toEqual({ class: "is-won", title: "Ann’s is shown" });
  });
});
