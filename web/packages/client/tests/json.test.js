/** JSON documents: created, printed, edited by value, read by parts; conflicts are kept until somebody chooses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MotetError } from "@motet/client";
import { member, receive, seeded } from "./wire.js";

const code = (expected) => (error) => error instanceof MotetError && error.code === expected;
const TEXT = `{
  "title": "Two voices",
  "tags": ["a", "b"],
  "abstract": "a text that is long enough to be edited by words",
  "nested": {"deep": [{"x": 1}, null, true]}
}
`;

async function pair(text = TEXT) {
  const [ann, ben] = [await member("ann"), await member("ben")];
  ann.json = ann.doc.json();
  ben.json = ben.doc.json();
  ann.json.create(text);
  receive(ben, ann);
  return [ann, ben];
}

function meet(ann, ben) {
  receive(ann, ben);
  receive(ben, ann);
  assert.equal(ann.json.toString(), ben.json.toString());
  assert.equal(ann.doc.stateHash(), ben.doc.stateHash());
}

test("a document is created from text, printed byte for byte, and saved over", async () => {
  const [ann, ben] = await pair();
  assert.ok(ben.json.exists);
  assert.equal(ben.json.toString(), TEXT);
  assert.deepEqual(ben.json.toJSON(), JSON.parse(TEXT));
  ben.json.save(TEXT.replace("Two voices", "Three voices"));
  meet(ann, ben);
  assert.equal(ann.json.toJSON().title, "Three voices");
  const [first] = ann.doc.history();
  const past = ann.doc.at(first.version);
  assert.equal(past.json().toString(), TEXT);
  assert.throws(() => past.json().remove(past.json().at("/tags")), code("read-only"));
  past.close();
});

test("rows, paths and words are read by parts", async () => {
  const [{ json }] = await pair();
  const root = json.root();
  assert.equal(root.kind, "object");
  assert.deepEqual(json.children(root.id).map(({ key, kind, value }) => [key, kind, value]), [
    ["title", "string", '"Two voices"'],
    ["tags", "array", null],
    ["abstract", "string", '"a text that is long enough to be edited by words"'],
    ["nested", "object", null],
  ]);
  const x = json.at("/nested/deep/0/x");
  assert.equal(json.pointer(x), "/nested/deep/0/x");
  assert.deepEqual(json.path(x).map((id) => json.row(id).kind), ["object", "object", "array", "object", "number"]);
  assert.deepEqual(json.find("VOICES").map((id) => json.pointer(id)), ["/title"]);
  assert.equal(json.print(json.at("/nested/deep")), '[{"x": 1}, null, true]');
  assert.equal(json.row(json.at("/abstract")).text.toString(), "a text that is long enough to be edited by words");
  assert.equal(json.at("/nowhere"), null);
});

test("a long value is shown in part and printed whole", async () => {
  const { doc } = await member("ann");
  const long = JSON.stringify("é🎻".repeat(3_000));
  doc.json().create(`[${long}]`);
  const [row] = doc.json().children(doc.json().root().id);
  assert.ok(row.isCut && row.value.length < 3_000 && long.startsWith(row.value));
  assert.equal(doc.json().print(row.id), long);
});

test("every change of a tree editor, and undo of one's own only", async () => {
  const [ann, ben] = await pair();
  const { json } = ann;
  const at = (pointer) => json.at(pointer);
  json.set(at("/title"), '{"de": "Zwei Stimmen"}');
  const added = json.insert(at("/tags"), 1, '"new"');
  assert.equal(json.pointer(added), "/tags/1");
  json.insert(at("/nested"), 9, "[]", "list");
  json.rename(at("/abstract"), "summary");
  json.remove(at("/nested/deep/1"));
  const moved = json.move(at("/nested/deep"), at("/title"), 0, "deep");
  assert.equal(json.pointer(moved), "/title/deep");
  ben.json.set(ben.json.at("/tags/0"), '"A"');
  meet(ann, ben);
  assert.deepEqual(json.toJSON(), {
    title: { deep: [{ x: 1 }, true], de: "Zwei Stimmen" },
    tags: ["A", "new", "b"],
    summary: "a text that is long enough to be edited by words",
    nested: { list: [] },
  });
  while (ann.doc.undo());
  receive(ben, ann);
  assert.equal(json.exists || ben.json.exists, false, "Ann made it");
  assert.throws(() => json.root(), code("kind"));
  while (ann.doc.redo());
  meet(ann, ben);
  assert.equal(json.toJSON().tags[0], "A");
});

test("what cannot be is refused with a code and changes nothing", async () => {
  const [{ json, doc }] = await pair();
  const [title, tags] = [json.at("/title"), json.at("/tags")];
  const before = json.toString();
  assert.throws(() => json.set(title, "{"), code("json"));
  assert.throws(() => json.insert(tags, 0, "1", "key"), code("value"));
  assert.throws(() => json.insert(title, 0, "1"), code("kind"));
  assert.throws(() => json.move(json.at("/nested"), json.at("/nested/deep"), 0), code("cycle"));
  assert.throws(() => json.remove(json.root().id), code("value"));
  assert.throws(() => json.row("nonsense"), code("name"));
  assert.throws(() => json.insert(tags, 0, JSON.stringify("x".repeat(4 << 20))), code("too-large"));
  assert.throws(() => json.create("1"), code("json"));
  json.remove(title);
  assert.throws(() => json.set(title, "1"), code("gone"));
  doc.undo();
  assert.equal(json.toString(), before);
  const { doc: text } = await member("ben");
  assert.equal(text.json().exists, false);
  assert.throws(() => text.json().toString(), code("kind"));
});

test("a conflict says who wanted what, and ends when somebody chooses", async () => {
  const [ann, ben] = await pair();
  ann.json.set(ann.json.at("/tags/0"), "1");
  ben.json.set(ben.json.at("/tags/0"), "2");
  ben.json.remove(ben.json.at("/nested"));
  ann.json.set(ann.json.at("/nested/deep/0/x"), "7");
  meet(ann, ben);
  const [first, second] = ann.json.conflicts();
  assert.deepEqual([first.kind, first.pointer, second.kind, second.pointer], ["both-set", "/tags/0", "delete-edit", "/nested"]);
  assert.deepEqual([first.name, first.alternatives[0].name].sort(), ["ann", "ben"]);
  assert.deepEqual([second.name, second.alternatives[0].name, second.alternatives[0].value], ["ann", "ben", null]);
  assert.equal(ben.json.row(second.id).conflict, "delete-edit");
  ben.json.choose(first.id, first.alternatives[0].write);
  ann.json.choose(second.id);
  meet(ann, ben);
  assert.deepEqual(ann.json.conflicts(), []);
  assert.equal(String(ann.json.toJSON().tags[0]), first.alternatives[0].value);
  assert.equal(ann.json.toJSON().nested.deep[0].x, 7);
});

/** What an interface keeps: rows by what they are in, read again where it is told to. */
class Screen {
  rows = new Map();

  constructor(json) {
    this.json = json;
    this.readAll();
    json.subscribe((touched) => this.take(touched));
  }

  readAll() {
    this.rows.clear();
    this.root = this.json.exists ? this.json.root() : null;
    this.open();
  }

  take({ isAll, root, ids, texts }) {
    if (isAll) return this.readAll();
    if (root) this.root = this.json.root();
    for (const id of ids) if (this.rows.has(id)) this.rows.set(id, this.json.children(id));
    for (const row of this.all()) {
      if (texts.includes(row.text)) row.value = JSON.stringify(row.text.toString());
    }
    this.open();
  }

  /** Reads what has come, and forgets what has gone. */
  open() {
    const known = this.rows;
    this.rows = new Map();
    const visit = (row) => {
      if (row === null || row.value !== null) return;
      this.rows.set(row.id, known.get(row.id) ?? this.json.children(row.id));
      this.rows.get(row.id).forEach(visit);
    };
    visit(this.root);
  }

  all() {
    return [...(this.root ? [this.root] : []), ...[...this.rows.values()].flat()];
  }
}

test("who reads again what is told has what the document says", async () => {
  const random = seeded(5);
  const below = (end) => Math.floor(random() * end);
  const values = ["1", '"two"', '{"a": [null]}', '["x"]', '"a string with blanks that is edited by words"'];
  for (let round = 0; round < 40; round += 1) {
    const [ann, ben] = await pair();
    const screen = new Screen(ann.json);
    for (let step = 0; step < 25; step += 1) {
      const { json, doc } = below(2) === 0 ? ann : ben;
      if (json.exists && json.root()) {
        const ids = ["", ...json.find("")].map((id) => id || json.root().id);
        const [id, parent] = [ids[below(ids.length)], ids[below(ids.length)]];
        const [row, key] = [json.row(parent), json.row(parent).kind === "object" ? "abc"[below(3)] : undefined];
        const value = values[below(values.length)];
        try {
          [
            () => json.set(id, value), () => json.insert(parent, below(3), value, key), () => json.move(id, parent, below(3), key),
            () => json.remove(id), () => json.rename(id, "renamed"), () => json.choose(id), () => row.text?.insert(0, "é "),
          ][below(7)]();
        } catch (error) {
          assert.ok(error instanceof MotetError && ["value", "kind", "cycle"].includes(error.code), error);
        }
      }
      if (below(6) === 0) doc.undo();
      if (below(3) === 0) {
        receive(ann, ben);
        receive(ben, ann);
      }
      const again = new Screen(ann.json);
      assert.deepEqual(screen.all().map(plain), again.all().map(plain), `round ${round}, step ${step}`);
    }
  }
});

const plain = ({ id, kind, key, value, conflict }) => ({ id, kind, key, value, conflict });
