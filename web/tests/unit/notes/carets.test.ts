/**
 * Carets and selections: the cases of others' bug reports, by repository and number, and what is asked of any editor that several
 * share, by the roman numbers of the list that it comes from: (i) the two scripts S10 and S11, (ii) any pair of changes, (iii) what is
 * deleted and comes back, (iv) a footnote in a cell whose row moves, (v) three who split and join, (vi) the end of a mark, (vii) what is
 * composed and more than a letter, (viii) presence and text that overtake each other. (ix), two pages in a browser, is in `tests/browser`
 * and `tests/crowd`.
 */
import { caretsIn, caretsPlugin, listOf, type Peer, schema } from "@motet/client/prosemirror";
import { EditorState, NodeSelection, Plugin, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { describe, expect, it, vi } from "vitest";
import { seeded } from "../random";
import { Exchange, Writer, writers } from "./writers";

vi.setConfig({ testTimeout: 60_000 });

/** The place where `text` begins in a document. */
function find(writer: Writer, text: string): number {
  let found = -1;
  writer.state.doc.descendants((node, at) => {
    const within = node.isText ? node.text!.indexOf(text) : -1;
    if (found < 0 && within >= 0) found = at + within;
  });
  if (found < 0) throw new Error(`there is no ${text}`);
  return found;
}

const enter = (writer: Writer) => writer.act((tr) => tr.split(tr.selection.from));
const strong = schema.mark("strong");

function peerOf(writer: Writer, name: string): Peer {
  return { peer: name, name, colour: "red", ...writer.binding.anchors()! };
}

describe("(i) S10: one types at the end of a paragraph while another presses Enter there", () => {
  it("leaves both carets where they belong on both sides", () => {
    const ann = new Writer(1, [], [caretsPlugin()]);
    ann.type("one");
    enter(ann);
    ann.type("two");
    ann.seal();
    const ben = new Writer(2, ann.sent, [caretsPlugin()]);
    const exchange = new Exchange([ann, ben]);
    ann.select(4);
    ben.select(4);
    ann.type("!");
    enter(ben);
    ben.type("new");
    exchange.settle();
    expect(ann.lines).toEqual(["one!", "new", "two"]);
    expect(ann.caret).toBe("one!|\nnew\ntwo");
    expect(ben.caret).toBe("one!\nnew|\ntwo");
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    ben.binding.showPeers([peerOf(ann, "Ann")]);
    expect(caretsIn(ann.state)[0]!.head).toBe(ben.state.selection.head);
    expect(caretsIn(ben.state)[0]!.head).toBe(ann.state.selection.head);
  });
});

it("(i) S11: a caret in the fourth paragraph stays on its character while another deletes the second", () => {
  const [ann, ben] = writers(2, "one\ntwo\nthree\nfour") as [Writer, Writer];
  ann.select(find(ann, "ur"));
  const two = find(ben, "two");
  ben.act((tr) => tr.delete(two - 1, two + 4));
  new Exchange([ann, ben]).settle();
  expect(ann.caret).toBe("one\nthree\nfo|ur");
});

it("(ii) keeps a caret beside the same surviving characters for any pair of changes", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seeded(seed);
    const below = (end: number) => Math.floor(random() * end);
    const [ann, ben, eve] = writers(3, "abcdef\nghijkl\nmnopqr") as [Writer, Writer, Writer];
    const places = [...Array(7).keys()].flatMap((n) => [1 + n, 9 + n, 17 + n]);
    const place = () => places[below(places.length)]!;
    const at = place();
    ann.select(at);
    const $at = ann.state.doc.resolve(at);
    const before = $at.parentOffset > 0 ? ann.state.doc.textBetween(at - 1, at) : null;
    for (const writer of [ben, eve]) {
      const [from, to] = [place(), place()].sort((a, b) => a - b) as [number, number];
      const $from = writer.state.doc.resolve(from);
      const what = below(7);
      if (what < 2) writer.act((tr) => tr.delete(from, to));
      else if (what === 2) writer.act((tr) => tr.insertText("X", from));
      else if (what === 3) writer.act((tr) => tr.split(from));
      else if (what === 4 && $from.index(0) > 0) writer.act((tr) => tr.join($from.before()));
      else if (what === 5) writer.binding.move(from, to, place());
      else writer.act((tr) => tr.addMark(from, to, strong));
    }
    new Exchange([ann, ben, eve]).settle();
    const caret = ann.state.selection.$head;
    const text = ann.lines.join("");
    // Behind the character that it was behind, wherever that is now.
    if (before !== null && text.includes(before)) expect(ann.state.doc.textBetween(caret.pos - 1, caret.pos), `seed ${seed}`).toBe(before);
    const anchors = ann.binding.anchors()!;
    const seen = (writer: Writer) => writer.state.doc.textBetween(0, writer.binding.placeOf(anchors.head)!, "\n", "*");
    expect(seen(ben)).toBe(seen(ann));
    expect(seen(eve)).toBe(seen(ann));
  }
});

describe("(iii) what is deleted around a caret and comes back", () => {
  it("has the caret where it was, also by way of a third and after a restart", () => {
    const [ann, ben, eve] = writers(3, "one two three") as [Writer, Writer, Writer];
    const exchange = new Exchange([ann, ben, eve]);
    ann.select(6);
    const held = ann.binding.anchors()!.head;
    ben.act((tr) => tr.delete(2, 12));
    exchange.settle();
    expect(ann.caret).toBe("o|ee");
    ben.binding.undo();
    exchange.settle();
    expect(ann.caret).toBe("one t|wo three");
    expect(eve.binding.placeOf(held)).toBe(6);
    const again = new Writer(9, [...ann.sent, ...ben.sent, ...eve.sent]);
    expect(again.binding.placeOf(held)).toBe(6);
  });

  it("does so for a selection too", () => {
    const [ann, ben] = writers(2, "one two three") as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    ann.select(5, 8);
    ben.act((tr) => tr.delete(2, 12));
    exchange.settle();
    ben.binding.undo();
    exchange.settle();
    expect(ann.caret).toBe("one [two] three");
  });
});

function withTable(writer: Writer): string {
  const cell = (text: string) => schema.node("cell", null, [schema.node("block", null, [schema.text(text)])]);
  const rows = ["ab", "cd", "ef"].map((row) => schema.node("row", null, [...row].map(cell)));
  writer.act((tr) => tr.insert(1, schema.node("table", { id: null }, rows)));
  return writer.state.doc.firstChild!.firstChild!.attrs["id"];
}

describe("carets in tables", () => {
  it("(iv) stays in a footnote of a cell while its row moves", () => {
    const [ann, ben] = writers(2) as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    const table = withTable(ann);
    const at = find(ann, "c") + 1;
    ann.act((tr) => tr.insert(at, schema.node("footnote", { id: null }, [schema.node("block", null, [schema.text("note")])])));
    ann.select(find(ann, "te"));
    exchange.settle();
    ben.binding.change([{ do: "listMove", in: listOf(ben.engine, table, "rows")!, at: 1, to: 0 }]);
    exchange.settle();
    expect(ann.state.selection.head).toBe(find(ann, "te"));
    ann.type("!");
    expect(ann.lines).toEqual(["cno!tedabef"]);
  });

  it("goes to the same cell of the next row where its row is deleted, else of the one before, else to the table's place", () => {
    const [ann, ben] = writers(2) as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    const rows = listOf(ann.engine, withTable(ann), "rows")!;
    exchange.settle();
    ann.select(find(ann, "d") + 1);
    const remove = (at: number) => {
      ben.binding.change([{ do: "listDelete", in: rows, at, len: 1 }]);
      exchange.settle();
    };
    remove(1);
    expect(ann.state.selection.head).toBe(find(ann, "f"));
    remove(1);
    expect(ann.state.selection.head).toBe(find(ann, "b"));
    remove(0);
    expect(ann.state.selection.$head.depth).toBe(1);
    for (let n = 0; n < 3; n++) ben.binding.undo();
    exchange.settle();
    expect(ann.state.selection.head).toBe(find(ann, "d") + 1);
  });
});

it("(v) holds while three split and join at one caret", () => {
  const all = writers(3, "abcdef") as [Writer, Writer, Writer];
  const exchange = new Exchange(all);
  const random = seeded(5);
  for (const writer of all) writer.select(4);
  for (let step = 0; step < 150; step++) {
    const writer = all[Math.floor(random() * 3)]!;
    const { $head } = writer.state.selection;
    if (random() < 0.5) enter(writer);
    else if ($head.parentOffset === 0 && $head.index(0) > 0) writer.act((tr) => tr.join($head.before()));
    else writer.type("x");
    exchange.send(writer);
    exchange.deliver(all[Math.floor(random() * 3)]!);
  }
  exchange.settle();
  for (const writer of all) expect(writer.lines).toEqual(all[0]!.lines);
  for (const writer of all) writer.type("~");
  exchange.settle();
  for (const writer of all) expect(writer.lines).toEqual(all[0]!.lines);
  expect(all[0]!.lines.join("").replace(/[x~]/g, "")).toBe("abcdef");
});

describe("(vi) at the end of what is bold", () => {
  it("types what is shown: bold behind it, plain before it, and for others as well", () => {
    const [ann, ben] = writers(2, "plain bold plain") as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    ann.act((tr) => tr.addMark(7, 11, strong));
    exchange.settle();
    for (const writer of [ann, ben]) {
      for (const at of [7, 11]) {
        writer.select(at);
        const wanted = writer.state.selection.$head.marks();
        writer.type("x");
        expect(writer.state.doc.nodeAt(at)!.marks).toEqual(wanted);
        exchange.settle();
      }
    }
    expect(ben.state.doc.toString()).toBe(ann.state.doc.toString());
  });

  it("types plain where bold was switched off", () => {
    const [ann, ben] = writers(2, "bold") as [Writer, Writer];
    ann.act((tr) => tr.addMark(1, 5, strong));
    ann.select(5);
    ann.act((tr) => tr.removeStoredMark(strong));
    ann.type(" plain");
    new Exchange([ann, ben]).settle();
    expect(ben.state.doc.toString()).toBe('doc(block(strong("bold"), " plain"))');
  });

  it("does not go on with a link", () => {
    const [ann, ben] = writers(2, "link") as [Writer, Writer];
    ann.act((tr) => tr.addMark(1, 5, schema.mark("link", { address: "https://example.org" })));
    ann.select(5);
    ann.type("!");
    new Exchange([ann, ben]).settle();
    expect(ben.state.doc.toString()).toBe('doc(block(link("link"), "!"))');
  });
});

it("(vii) takes half a character for none, and composes beside others", () => {
  const [ann, ben] = writers(2, "a🎼b\u0301字אב") as [Writer, Writer];
  const exchange = new Exchange([ann, ben]);
  ann.act((tr) => tr.insertText("🎹", 2, 4));
  ben.composing = true;
  ben.act((tr) => tr.insertText("か", 7, 7));
  exchange.settle();
  expect(ben.lines).toEqual(["a🎼b\u0301字かאב"]);
  ben.act((tr) => tr.insertText("書", 7, 8));
  ben.composing = false;
  exchange.settle();
  expect(ann.lines).toEqual(["a🎹b\u0301字書אב"]);
  expect(ben.lines).toEqual(ann.lines);
});

describe("(viii) presence and text that overtake each other", () => {
  const both = () => {
    const ann = new Writer(1, [], [caretsPlugin()]);
    ann.type("one");
    ann.seal();
    return [ann, new Writer(2, ann.sent)] as const;
  };

  it("waits for the text that a caret holds to", () => {
    const [ann, ben] = both();
    ben.select(3);
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    expect(caretsIn(ann.state)[0]!.head).toBe(3);
    ben.type("XYZ");
    const frames = ben.seal();
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    expect(caretsIn(ann.state)[0]!.head).toBe(3);
    ann.engine.receive(frames);
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    expect(caretsIn(ann.state)[0]!.head).toBe(6);
  });

  it("shows a caret that came before its text as soon as that is there", () => {
    const [ann, ben] = both();
    ben.select(4);
    ben.type("!");
    const frames = ben.seal();
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    expect(caretsIn(ann.state)).toEqual([]);
    ann.engine.receive(frames);
    expect(caretsIn(ann.state).map(({ head }) => head)).toEqual([5]);
  });

  it("shows a letter and the caret behind it as one change of the page, and nothing before it is there", () => {
    const [ann, ben] = both();
    ben.select(4);
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    for (const letter of "and more") {
      ben.type(letter);
      const frames = ben.seal();
      const before = ann.updates;
      ann.binding.showPeers([peerOf(ben, "Ben")]);
      expect(ann.updates).toBe(before);
      ann.engine.receive(frames);
      expect(ann.updates).toBe(before + 1);
      expect(caretsIn(ann.state)[0]!.head).toBe(ben.state.selection.head);
    }
    // That it is there is nothing new either.
    const before = ann.updates;
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    expect(ann.updates).toBe(before);
  });

  it("moves a caret with text that comes after it", () => {
    const [ann, ben] = both();
    ben.select(4);
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    const eve = new Writer(3, ann.sent);
    eve.select(1);
    eve.type(">> ");
    ann.engine.receive(eve.seal());
    expect(caretsIn(ann.state)[0]!.head).toBe(7);
  });
});

/** Steps that a writer's state goes through. */
function recording(): { plugin: Plugin; maps: () => string[] } {
  const steps: string[] = [];
  const plugin = new Plugin({
    state: {
      init: () => null,
      apply(tr) {
        for (const step of tr.steps) steps.push(JSON.stringify(step.toJSON()));
        return null;
      },
    },
  });
  return { plugin, maps: () => steps.splice(0) };
}

describe("what y-prosemirror and loro-prosemirror have on file", () => {
  it("y-prosemirror#113, #126, #127, loro-prosemirror#85: replaces no node whose name persists", () => {
    const first = new Writer(1);
    first.type("one");
    enter(first);
    first.type("two");
    first.seal();
    const { plugin, maps } = recording();
    const ben = new Writer(2, first.sent, [plugin]);
    const two = ben.state.doc.child(1);
    first.select(2);
    first.type("X");
    ben.engine.receive(first.seal());
    expect(maps()).toEqual(['{"stepType":"replace","from":2,"to":2,"slice":{"content":[{"type":"text","text":"X"}]}}']);
    expect(ben.state.doc.child(1)).toBe(two);
    first.act((tr) => tr.setNodeAttribute(0, "kind", "heading"));
    ben.engine.receive(first.seal());
    expect(maps()).toEqual(['{"stepType":"attr","pos":0,"attr":"kind","value":"heading"}']);
  });

  it("y-prosemirror#146: leaves a selection that is where it should be", () => {
    const [ann, ben] = writers(2, "one\ntwo") as [Writer, Writer];
    ann.select(7);
    const { selection } = ann.state;
    ben.act((tr) => tr.insertText("!", 9));
    new Exchange([ann, ben]).settle();
    expect(ann.state.selection.eq(selection)).toBe(true);
  });

  it("y-prosemirror#43: keeps the selection of a node", () => {
    const [ann, ben] = writers(2, "one") as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    ann.act((tr) => tr.insert(3, schema.node("image", { address: "a.png" })));
    exchange.settle();
    ann.act((tr) => tr.setSelection(NodeSelection.create(tr.doc, 3)));
    ben.act((tr) => tr.insertText("before", 1));
    exchange.settle();
    expect(ann.state.selection).toBeInstanceOf(NodeSelection);
    expect(ann.state.selection.from).toBe(9);
    ben.act((tr) => tr.delete(9, 10));
    exchange.settle();
    expect(ann.state.selection).toBeInstanceOf(TextSelection);
    expect(ann.state.selection.from).toBe(9);
  });

  it("y-prosemirror#107: lets a composition be while others write", () => {
    const [ann, ben] = writers(2, "one") as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    ann.select(4);
    ann.composing = true;
    const { updates } = ann;
    ben.act((tr) => tr.insertText("X", 1));
    exchange.settle();
    expect(ann.updates).toBe(updates);
    ann.type("か");
    ann.composing = false;
    expect(ann.caret).toBe("Xoneか|");
  });

  it("y-prosemirror#258, #275: drops nothing that merging makes", () => {
    const [ann, ben] = writers(2, "one\ntwo") as [Writer, Writer];
    ann.act((tr) => tr.setNodeAttribute(0, "kind", "rule"));
    ben.act((tr) => tr.insertText("typed", 4));
    ben.act((tr) => tr.insert(1, schema.node("footnote", { id: null }, [schema.node("block")])));
    new Exchange([ann, ben]).settle();
    expect(ann.lines).toEqual(["onetyped", "two"]);
    expect(ben.state.doc.eq(ann.state.doc)).toBe(true);
  });

  it("y-prosemirror#271: writes nothing while it reads", () => {
    const [ann] = writers(1, "one\ntwo") as [Writer];
    ann.seal();
    ann.binding.project();
    expect(ann.engine.seal()).toEqual([]);
  });

  it("y-prosemirror#38, #101, loro#784: puts the caret where the undone was, behind what comes back", () => {
    const [ann, ben] = writers(2, "one two three") as [Writer, Writer];
    ann.act((tr) => tr.delete(5, 9));
    ann.select(1);
    ben.act((tr) => tr.insertText("zero ", 1));
    new Exchange([ann, ben]).settle();
    ann.binding.undo();
    expect(ann.caret).toBe("zero one two |three");
    ann.binding.redo();
    expect(ann.caret).toBe("zero one |three");
  });

  it("undoes only its own author's work", () => {
    const [ann, ben] = writers(2, "one") as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    ben.act((tr) => tr.insertText(" ben", 4));
    exchange.settle();
    ann.act((tr) => tr.insertText("ann ", 1));
    exchange.settle();
    ben.binding.undo();
    exchange.settle();
    expect(ann.lines).toEqual(["ann one"]);
  });

  it("y-prosemirror#204, #105: a place stays when its paragraph is split, joined or moved", () => {
    const [ann, ben] = writers(2, "one\ntwo\nthree") as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    ann.select(find(ann, "wo"));
    ben.act((tr) => tr.split(find(ben, "wo")));
    exchange.settle();
    expect(ann.caret).toBe("one\nt|\nwo\nthree");
    ben.act((tr) => tr.join(ben.state.doc.child(0).nodeSize + ben.state.doc.child(1).nodeSize));
    exchange.settle();
    expect(ann.caret).toBe("one\nt|wo\nthree");
    ben.binding.change([{ do: "move", in: "/note", at: 3, len: 4, to: 13 }]);
    exchange.settle();
    expect(ann.caret).toBe("one\nthree\nt|wo");
  });

  it("loro-prosemirror#80: what is told of a caret late does not put it where it was before", async () => {
    const [ann, ben] = writers(2, "one two") as [Writer, Writer];
    const eve = new Writer(9, ann.sent, [caretsPlugin()]);
    ben.select(2);
    const early = peerOf(ben, "Ben");
    eve.binding.notePeers([early]);
    // As the page does: mostly what they wrote comes right behind, and shows them.
    queueMicrotask(() => eve.binding.showPeers());
    ben.select(6);
    eve.binding.showPeers([peerOf(ben, "Ben")]);
    const moved = eve.state.selection;
    await Promise.resolve();
    expect(caretsIn(eve.state).map(({ head }) => head)).toEqual([6]);
    // Nor is one's own touched by any of it.
    expect(eve.state.selection.eq(moved)).toBe(true);
  });

  it("loro-prosemirror#80: the name beside a caret is no part of the text, and takes no room in it", () => {
    const [ann, ben] = writers(2, "one two") as [Writer, Writer];
    const place = document.createElement("div");
    const view = new EditorView(place, { state: EditorState.create({ doc: ann.state.doc, plugins: [caretsPlugin()] }) });
    ann.binding.attach(view);
    ben.select(4);
    ann.binding.showPeers([peerOf(ben, "Ben")]);
    const caret = place.querySelector<HTMLElement>(".note-peer-caret")!;
    expect(caret.dataset["name"]).toBe("Ben");
    expect(caret.textContent).toBe("");
    expect(view.state.doc.textContent).toBe("one two");
    // It is moved, not made anew, when others type: nothing on the page jumps.
    ben.act((tr) => tr.insertText("zero ", 1));
    new Exchange([ann, ben]).settle();
    expect(place.querySelector(".note-peer-caret")).toBe(caret);
    view.destroy();
  });

  it("loro-prosemirror#80: others' typing at the caret does not push it", () => {
    const [ann, ben] = writers(2, "one") as [Writer, Writer];
    ann.select(4);
    ben.select(4);
    ben.type("XYZ");
    new Exchange([ann, ben]).settle();
    expect(ann.caret).toBe("one|XYZ");
  });

  it("automerge-prosemirror#2: bold that was switched on outlives others' typing", () => {
    const [ann, ben] = writers(2, "one") as [Writer, Writer];
    const exchange = new Exchange([ann, ben]);
    ann.select(4);
    ann.act((tr) => tr.addStoredMark(strong));
    ben.act((tr) => tr.insertText("X", 1));
    exchange.settle();
    ann.type("b");
    exchange.settle();
    expect(ben.state.doc.toString()).toBe('doc(block("Xone", strong("b")))');
  });

  it("automerge-prosemirror#18: what is pasted keeps its marks", () => {
    const [ann, ben] = writers(2, "one two") as [Writer, Writer];
    ann.act((tr) => tr.addMark(1, 4, strong));
    ann.act((tr) => tr.replace(8, 8, tr.doc.slice(1, 5)));
    new Exchange([ann, ben]).settle();
    expect(ben.state.doc.toString()).toBe('doc(block(strong("one"), " two", strong("one"), " "))');
  });

  it("what other parts add to others' changes does not part the copies", () => {
    const adding = new Plugin({ appendTransaction: (transactions, _, state) => (transactions.some((tr) => tr.docChanged) && !state.doc.textContent.endsWith("!") ? state.tr.insertText("!", state.doc.content.size - 1) : null) });
    const first = new Writer(1);
    first.type("one");
    first.seal();
    const ben = new Writer(2, first.sent, [adding]);
    first.type("X");
    const exchange = new Exchange([first, ben]);
    exchange.settle();
    exchange.settle();
    expect(ben.state.doc.eq(first.state.doc)).toBe(true);
  });
});
