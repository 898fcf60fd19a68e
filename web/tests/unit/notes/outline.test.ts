/** Sections of a note, and moving them. */
import { describe, expect, it } from "vitest";
import { type Heading, headingAt, moveSection, outline, stepOf } from "../../../src/notes/outline";
import { Exchange, type Writer, writers } from "./writers";

/** A note whose lines that begin with signs are headings. */
function note(text: string, count = 1): Writer[] {
  const all = writers(1, text.replaceAll(/^#+ /gm, ""));
  const ranks = text.split("\n").map((line) => /^(#+) /.exec(line)?.[1]?.length ?? 0);
  let at = 0;
  ranks.forEach((rank, n) => {
    if (rank > 0) all[0]!.act((tr) => tr.setNodeAttribute(at, "kind", "heading").setNodeAttribute(at, "rank", rank));
    at += all[0]!.state.doc.child(n).nodeSize;
  });
  all[0]!.seal();
  const others = writers(count).slice(1);
  for (const other of others) other.engine.receive(all[0]!.sent);
  return [all[0]!, ...others];
}

const headings = (writer: Writer) => outline(writer.state.doc);
const find = (writer: Writer, text: string) => headings(writer).find((heading) => heading.text === text)!;

function move(writer: Writer, text: string, before: Heading | null): void {
  const changes = moveSection("/note", writer.state.doc, find(writer, text), before);
  if (changes.length > 0) writer.binding.change(changes);
}

describe("the outline", () => {
  it("has each heading with its section, up to the next of its rank or above", () => {
    const [ann] = note("intro\n# A\na\n## A1\n### A11\n## A2\n# B") as [Writer];
    expect(headings(ann).map(({ text, rank }) => [text, rank])).toEqual([["A", 1], ["A1", 2], ["A11", 3], ["A2", 2], ["B", 1]]);
    expect(headings(ann).map(({ from, to }) => to - from)).toEqual([14, 7, 4, 3, 2]);
    expect(headingAt(headings(ann), 2)).toBe(null);
    expect(headingAt(headings(ann), find(ann, "A11").at + 1)!.text).toBe("A11");
  });

  it("steps over sections of the same rank, and into those above", () => {
    const [ann] = note("# A\n## A1\n## A2\n# B\n## B1") as [Writer];
    const all = headings(ann);
    const step = (text: string, way: "up" | "down") => {
      const before = stepOf(all, find(ann, text), way);
      return before === undefined ? "nowhere" : (all.find(({ id }) => id === before?.id)?.text ?? "end");
    };
    expect(step("A", "down")).toBe("end");
    expect(step("B", "up")).toBe("A");
    expect(step("A1", "down")).toBe("B");
    expect(step("A2", "down")).toBe("B1");
    expect(step("A2", "up")).toBe("A1");
    expect(step("A1", "up")).toBe("A");
    expect(step("A", "up")).toBe("nowhere");
    expect(step("B1", "down")).toBe("nowhere");
  });
});

describe("a section that moves", () => {
  it("is one move, and takes along what others write in it", () => {
    const [ann, ben] = note("# A\na\n# B\nb\n# C\nc", 2) as [Writer, Writer];
    const b = find(ann, "B");
    expect(moveSection("/note", ann.state.doc, b, null)).toEqual([{ do: "move", in: "/note", at: b.from, len: b.to - b.from, to: 11 }]);
    const typed = ben.state.doc.content.size - ben.state.doc.lastChild!.nodeSize - ben.state.doc.child(4).nodeSize - 1;
    ben.act((tr) => tr.insertText("!", typed));
    move(ann, "B", null);
    new Exchange([ann, ben]).settle();
    expect(ann.lines).toEqual(["A", "a", "C", "c", "B", "b!"]);
    expect(ben.lines).toEqual(ann.lines);
  });

  it("goes before the first block, which has no mark, and the first block goes elsewhere", () => {
    const [ann, ben] = note("# A\na\n# B\nb", 2) as [Writer, Writer];
    move(ann, "B", find(ann, "A"));
    expect(ann.lines).toEqual(["B", "b", "A", "a"]);
    expect(headings(ann).map(({ text, rank }) => [text, rank])).toEqual([["B", 1], ["A", 1]]);
    const [eve] = note("# A\na\n# B\nb") as [Writer];
    move(eve, "A", null);
    expect(eve.lines).toEqual(["B", "b", "A", "a"]);
    expect(eve.state.doc.children.map((block) => block.attrs["kind"])).toEqual(["heading", null, "heading", null]);
    new Exchange([ann, ben]).settle();
    expect(ben.state.doc.toJSON()).toEqual(ann.state.doc.toJSON());
  });

  it("stays where it is asked to be where it is", () => {
    const [ann] = note("# A\na\n# B\nb") as [Writer];
    expect(moveSection("/note", ann.state.doc, find(ann, "A"), find(ann, "B"))).toEqual([]);
    expect(moveSection("/note", ann.state.doc, find(ann, "B"), null)).toEqual([]);
  });
});
