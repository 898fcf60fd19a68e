/** The parts of the JSON screen that need no browser. */
import type { JsonDocument, JsonKind, JsonRow, JsonTouched } from "@motet/client";
import { describe, expect, test } from "vitest";
import { readFile, typeOfFile } from "../../src/documents/importing";
import { Commands } from "../../src/json/commands";
import { isOpenable, type Source, TreeModel } from "../../src/json/model";
import { counting, NO_SEARCH, searched, stepped } from "../../src/json/search";
import { changeOf, counted, freeKey, isLost, keyProblem, shown, turnedInto, writtenAs } from "../../src/json/values";

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** A document of plain values, named by their paths. */
class Fake implements Source {
  exists = true;
  reads: string[] = [];

  constructor(public value: Plain) {}

  root = () => this.rowOf("$", null, this.value);

  children(id: string): JsonRow[] {
    this.reads.push(id);
    const value = this.at(id);
    if (Array.isArray(value)) return value.map((inner, at) => this.rowOf(`${id}/${at}`, null, inner));
    return Object.entries(value as object).map(([key, inner]) => this.rowOf(`${id}/${key}`, key, inner as Plain));
  }

  path(id: string): string[] {
    const steps = id.split("/");
    return steps.map((_, at) => steps.slice(0, at + 1).join("/"));
  }

  at(id: string): Plain {
    return id.split("/").slice(1).reduce<Plain>((value, step) => (value as Record<string, Plain>)[step] as Plain, this.value);
  }

  private rowOf(id: string, key: string | null, value: Plain): JsonRow {
    const kind: JsonKind = value === null ? "null" : Array.isArray(value) ? "array" : (typeof value as JsonKind);
    const isInside = kind === "array" || kind === "object";
    return { id, kind, key, value: isInside ? null : JSON.stringify(value), isCut: false, text: null, conflict: null };
  }
}

const touched = (change: Partial<JsonTouched>): JsonTouched => ({ isAll: false, root: false, ids: [], texts: [], ...change });
const ids = (model: TreeModel) => model.lines().map(({ row }) => row.id);

describe("another type", () => {
  test.each([
    ["number", '"abc"', true],
    ["number", '" 12 "', false],
    ["number", "true", false],
    ["number", "[1]", true],
    ["boolean", '"true"', false],
    ["boolean", "1", false],
    ["boolean", "2", true],
    ["null", "0", true],
    ["null", "{ }", false],
    ["array", '{"a": 1}', true],
    ["array", "3", false],
    ["object", "[1]", false],
    ["string", '{"a": 1}', false],
  ] as const)("%s of %s: loses %s", (kind, value, lost) => {
    const parts = value.startsWith("{") ? [{ key: "a", value: "1" }] : [{ key: null, value: "1" }];
    expect(isLost(kind, value, turnedInto(kind, value, parts))).toBe(lost);
  });
});

describe("the lines of a tree", () => {
  test("only what is open is read", () => {
    const fake = new Fake({ a: { x: 1 }, b: [true, [null]] });
    const model = new TreeModel(fake);
    expect(ids(model)).toEqual(["$", "$/a", "$/b"]);
    expect(fake.reads).toEqual(["$"]);
    model.setOpen("$/b", true);
    expect(model.lines().map(({ level, at, of, parent }) => [level, at, of, parent])).toEqual([
      [1, 0, 1, null], [2, 0, 2, "$"], [2, 1, 2, "$"], [3, 0, 2, "$/b"], [3, 1, 2, "$/b"],
    ]);
    model.setOpen("$", false);
    expect(ids(model)).toEqual(["$"]);
  });

  test("what is looked for is opened, and the nearest is found where it is not", () => {
    const model = new TreeModel(new Fake({ a: { x: [1] } }));
    expect(model.nearest("$/a/x/0")).toBe("$/a");
    expect(model.reveal("$/a/x/0")).toBe(true);
    expect(model.placeOf("$/a/x/0")).toBe(3);
    expect(model.lines().map((line) => model.pointer(line))).toEqual(["", "/a", "/a/x", "/a/x/0"]);
    model.closeAll();
    expect(ids(model)).toEqual(["$", "$/a"]);
    expect(model.openAll(100)).toBe(true);
    expect(ids(model)).toHaveLength(4);
    expect(new TreeModel(new Fake({ a: [1, 2, 3], b: [4] })).openAll(2)).toBe(false);
  });

  test("what is touched is read again, and what has gone is forgotten", () => {
    const fake = new Fake({ a: { x: { y: 1 } }, b: 2 });
    const model = new TreeModel(fake);
    model.openAll(100);
    fake.value = { b: 3 };
    model.take(touched({ ids: ["$"] }));
    expect(model.lines().map(({ row }) => row.value)).toEqual([null, "3"]);
    fake.value = { a: { x: { y: 2 } }, b: 3 };
    model.take(touched({ ids: ["$"] }));
    expect(model.lines().map(({ row }) => row.value)).toEqual([null, null, null, "2", "3"]);
    fake.exists = false;
    model.take(touched({ isAll: true, root: true }));
    expect(model.isEmpty).toBe(true);
  });

  test("a text is written anew without anything being read", () => {
    const fake = new Fake({ t: "one" });
    const text = { toString: () => "two" } as never;
    const children = fake.children.bind(fake);
    fake.children = (id) => children(id).map((row) => ({ ...row, text }));
    const model = new TreeModel(fake);
    model.lines();
    fake.reads = [];
    model.take(touched({ texts: [text] }));
    expect(model.line("$/t")?.row.value).toBe('"two"');
    expect(fake.reads).toEqual([]);
  });
});

describe("commands", () => {
  /** What the document is asked to do. */
  function asked(value: Plain) {
    const said: unknown[][] = [];
    const fake = new Fake(value);
    const say = (name: string) => (...args: unknown[]) => (said.push([name, ...args]), String(args[0]));
    const json = {
      set: say("set"), insert: say("insert"), remove: say("remove"), rename: say("rename"), move: say("move"),
      print: (id: string) => JSON.stringify(fake.at(id)), path: (id: string) => fake.path(id), row: () => null,
    } as unknown as JsonDocument;
    const model = new TreeModel(fake);
    model.openAll(100);
    const commands = new Commands(json, model);
    return { said, commands, model, line: (id: string) => model.line(id) as never };
  }
  const VALUE = { a: { x: 1 }, list: ["one", "two", { deep: [] }], n: 5 };

  test("a new value goes into what is open, or behind anything else, with a free name", () => {
    const { said, commands, line } = asked({ new: 1, ...VALUE });
    commands.add(line("$"));
    commands.add(line("$/list"));
    commands.add(line("$/list/0"));
    commands.duplicate(line("$/n"));
    expect(said).toEqual([
      ["insert", "$", 4, '""', "new 2"], ["insert", "$/list", 3, '""', undefined], ["insert", "$/list", 1, '""', undefined], ["insert", "$", 4, "5", "n 2"],
    ]);
  });

  test("one step at a time, as far as it goes", () => {
    const { said, commands, line } = asked(VALUE);
    commands.step(line("$/list"), "up");
    commands.step(line("$/list"), "down");
    commands.step(line("$/list"), "in");
    commands.step(line("$/list/1"), "out");
    expect(said).toEqual([
      ["move", "$/list", "$", 0, "list"], ["move", "$/list", "$", 2, "list"], ["move", "$/list", "$/a", 1, "list"], ["move", "$/list/1", "$", 2, "item"],
    ]);
    for (const [id, step] of [["$/a", "up"], ["$/n", "down"], ["$", "out"], ["$/a", "in"], ["$/a", "out"]] as const) {
      if (id === "$/a" && step === "out") continue;
      expect(commands.step(line(id), step), `${id} ${step}`).toBe(null);
    }
  });

  test("nothing goes into itself, or where it is", () => {
    const { said, commands, line } = asked(VALUE);
    expect(commands.move(line("$/list"), { parent: "$/list/2", at: 0 })).toBe(null);
    expect(commands.move(line("$/list"), { parent: "$", at: 1 })).toBe(null);
    expect(commands.move(line("$/list"), { parent: "$", at: 2 })).toBe(null);
    expect(commands.move(line("$"), { parent: "$/a", at: 0 })).toBe(null);
    expect(said).toEqual([]);
  });

  test("who takes out goes to what is next", () => {
    const { commands, line } = asked(VALUE);
    expect([commands.remove(line("$/list/0")), commands.remove(line("$/n")), commands.remove(line("$/a/x")), commands.remove(line("$"))]).toEqual(["$/list/1", "$/list", "$/a", null]);
  });

  test("a type is changed with what is inside", () => {
    const { said, commands, line } = asked(VALUE);
    commands.turn(line("$/list"), "object");
    commands.turn(line("$/a"), "array");
    commands.turn(line("$/n"), "string");
    expect(said).toEqual([["set", "$/list", '{"1": "one", "2": "two", "3": {"deep":[]}}'], ["set", "$/a", "[1]"], ["set", "$/n", '"5"']]);
  });
});

test("what people write is checked by type, in words", () => {
  for (const [kind, draft, value] of [["string", " a\n", '" a\\n"'], ["number", " -1.50e3 ", "-1.50e3"], ["boolean", "true", "true"], ["null", "null", "null"], ["array", "[1, 2]", "[1, 2]"]] as const) {
    expect(writtenAs(kind, draft)).toEqual({ value });
  }
  for (const [kind, draft] of [["number", "01"], ["number", ""], ["number", "1,5"], ["boolean", "yes"], ["null", "0"], ["array", "[1,"]] as const) {
    expect(writtenAs(kind, draft)).toHaveProperty("problem");
  }
});

test("a type is changed with as much as fits, and digits stay", () => {
  const turned = (kind: JsonKind, value: string) => turnedInto(kind, value, []);
  expect(turned("string", "12345678901234567890")).toBe('"12345678901234567890"');
  expect(turned("number", '" 12345678901234567890 "')).toBe("12345678901234567890");
  expect([turned("number", '"x"'), turned("number", "true"), turned("boolean", '"true"'), turned("boolean", "0"), turned("null", "7")]).toEqual(["0", "1", "true", "false", "null"]);
  expect([turned("array", '""'), turned("array", "7"), turned("object", "null"), turned("object", '"x"')]).toEqual(["[]", "[7]", "{}", '{"value": "x"}']);
  expect(turned("string", '{"a": 1}')).toBe('"{\\"a\\": 1}"');
});

test("names, counts and values in words", () => {
  expect([freeKey("a", ["b"]), freeKey("a", ["a", "a 2"])]).toEqual(["a", "a 3"]);
  expect([keyProblem("a", ["b"]), keyProblem("a", ["a"])]).toEqual([null, "There is another member “a” here. Members have different names."]);
  expect([counted("object", 1), counted("array", 1200)]).toEqual(["1 member", "1,200 items"]);
  expect([shown({ kind: "string", value: '"a\\nb"' }), shown({ kind: "string", value: '"cut of' }), shown({ kind: "array", value: "[1,\n  2]" })]).toEqual(["a b", "cut of", "[1, 2]"]);
  expect(isOpenable({ kind: "array", value: "[1]" } as JsonRow)).toBe(false);
});

test("one change leads from one text to another", () => {
  for (const [before, after] of [["", "a"], ["abc", "abc"], ["aaa", "aaaa"], ["abcdef", "abXef"], ["aba", "a"], ["x", ""]] as const) {
    const change = changeOf(before, after);
    const made = change ? before.slice(0, change.from) + change.insert + before.slice(change.to) : before;
    expect(made).toBe(after);
  }
  expect(changeOf("same", "same")).toBe(null);
});

test("a search steps around, and stays where it is while the document changes", () => {
  let search = searched(NO_SEARCH, "a", ["1", "2", "3"]);
  expect(counting(search)).toBe("3 found");
  search = stepped(search, -1);
  expect(counting(search)).toBe("3 of 3");
  search = stepped(search, 1);
  expect([search.at, counting(search)]).toEqual([0, "1 of 3"]);
  search = searched(stepped(search, 1), "a", ["0", "1", "2"]);
  expect(counting(search)).toBe("3 of 3");
  expect([counting(searched(search, "b", [])), counting(NO_SEARCH)]).toEqual(["nothing found", ""]);
});

test("a file is taken byte for byte where it is what it is called", () => {
  const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;
  expect([typeOfFile("Scene.SVX.json"), typeOfFile("notes.md"), typeOfFile("json")]).toEqual(["json", "text", "text"]);
  expect(readFile("a.json", bytes("\uFEFF{}"))).toBe("\uFEFF{}");
  expect(() => readFile("a.json", bytes("{"))).toThrow("a.json is not JSON");
  expect(() => readFile("a.md", new Uint8Array([0xff]).buffer)).toThrow("UTF-8");
  expect(() => readFile("a.md", new ArrayBuffer(7 << 20))).toThrow("6 MiB");
});
