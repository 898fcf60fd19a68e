/**
 * Why this exists: interfaces are kept up to date by patches and never read a container again. Here is one that does only
 * that, beside a member who does whatever there is to do; after every step it must show what the containers read.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isContainer } from "@motet/client";
import { member, receive, seeded } from "./wire.js";

/** What somebody shows who follows the patches, by the container's name. */
class Mirror {
  shown = new Map();

  constructor(doc) {
    doc.on("patch", ({ patches }) => patches.forEach((patch) => this.follow(patch)));
  }

  of(container) {
    const empty = { text: () => "", map: () => new Map(), list: () => [], tree: () => [], counter: () => 0 };
    if (!this.shown.has(container.id)) this.shown.set(container.id, empty[container.kind]());
    return this.shown.get(container.id);
  }

  follow({ kind, container, changes }) {
    const before = this.of(container);
    this.shown.set(container.id, this[kind](before, changes));
  }

  text(text, changes) {
    return changes.reduceRight((now, { from, to, insert }) => now.slice(0, from) + insert + now.slice(to), text);
  }

  map(map, changes) {
    for (const { key, value } of changes) {
      if (value === undefined) map.delete(key);
      else map.set(key, value);
    }
    return map;
  }

  list(items, changes) {
    for (const change of changes) {
      if (change.kind === "insert") items.splice(change.at, 0, ...change.values.map((value, at) => ({ id: change.ids[at], value })));
      if (change.kind === "remove") items.splice(change.at, change.count);
      if (change.kind === "move") items.splice(change.to, 0, ...items.splice(change.from, 1));
      if (change.kind === "set") {
        assert.equal(items[change.at].id, change.id);
        items[change.at] = { id: change.id, value: change.value };
      }
    }
    return items;
  }

  /** Branches of a node and its children. */
  tree(top, changes) {
    const find = (branches, node) => {
      for (const branch of branches) {
        if (branch.node === node) return { branches, branch };
        const below = find(branch.children, node);
        if (below) return below;
      }
      return null;
    };
    const under = (parent) => (parent === null ? top : find(top, parent).branch.children);
    const take = (node) => {
      const { branches, branch } = find(top, node);
      return branches.splice(branches.indexOf(branch), 1)[0];
    };
    for (const { kind, node, parent, at } of changes) {
      if (kind === "create") under(parent).splice(at, 0, { node, children: [] });
      if (kind === "delete") {
        assert.equal(under(parent)[at].node, node);
        take(node);
      }
      if (kind === "move") {
        const branch = take(node);
        under(parent).splice(at, 0, branch);
      }
    }
    return top;
  }

  counter(_before, changes) {
    return changes.at(-1).value;
  }
}

const plain = (held) => (isContainer(held) ? { container: held.id } : held);

/** What a container reads, as the mirror has it. */
function reading(container) {
  switch (container.kind) {
    case "text":
      return container.toString();
    case "map":
      return container.entries().map(([key, held]) => [key, plain(held)]);
    case "list": {
      const ids = container.ids();
      return container.toArray().map((held, at) => ({ id: ids[at], value: plain(held) }));
    }
    case "tree": {
      const below = (parent) => container.children(parent).map((node) => ({ node, children: below(node) }));
      return below(null);
    }
    case "counter":
      return container.value;
  }
}

function mirrored(container, shown) {
  if (container.kind === "map") return [...shown].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, held]) => [key, plain(held)]);
  if (container.kind === "list") return shown.map(({ id, value }) => ({ id, value: plain(value) }));
  return shown;
}

/** Every container that can be reached, of every kind. */
function all(doc) {
  const found = [doc.text("t"), doc.map("m"), doc.list("l"), doc.tree("o"), doc.counter("c")];
  for (const container of found) {
    const held = container.kind === "map" ? container.entries().map(([, value]) => value) : container.kind === "list" ? container.toArray() : [];
    found.push(...held.filter(isContainer));
    if (container.kind === "tree") found.push(...container.nodes().map(({ node }) => container.data(node)));
    if (found.length > 300) break;
  }
  return found;
}

const KINDS = ["text", "map", "list", "tree", "counter"];
const VALUES = [1, -2.5, "word", true, null, [1, "two"], { deep: { er: 1 } }, new Uint8Array([1, 2]), 2n ** 60n];

function act(doc, random) {
  const below = (end) => Math.floor(random() * end);
  const pick = (from) => from[below(from.length)];
  const container = pick(all(doc));
  const acts = {
    text() {
      const from = below(container.length + 1);
      const to = Math.min(container.length, from + below(3));
      container.edit([{ from, to, insert: pick(["", "a", "né", "\n"]) }]);
    },
    map() {
      const key = pick(["a", "b", "__proto__", "é"]);
      if (random() < 0.5) container.set(key, pick(VALUES));
      else if (random() < 0.5) container.delete(key);
      else container.create(key, pick(KINDS));
    },
    list() {
      const { length } = container;
      const choice = random();
      if (length === 0 || choice < 0.3) container.insert(below(length + 1), pick(VALUES), pick(VALUES));
      else if (choice < 0.45) container.delete(below(length));
      else if (choice < 0.7) container.move(below(length), below(length));
      else if (choice < 0.85) container.set(below(length), pick(VALUES));
      else if (choice < 0.93) container.setContainer(below(length), pick(KINDS));
      else container.insertContainer(below(length + 1), pick(KINDS));
    },
    tree() {
      const nodes = container.nodes().map(({ node }) => node);
      const parent = pick([null, ...nodes]);
      if (nodes.length === 0 || random() < 0.4) container.create(parent);
      else if (random() < 0.25) container.delete(pick(nodes));
      else {
        try {
          container.move(pick(nodes), parent, 0);
        } catch (error) {
          assert.equal(error.code, "cycle");
        }
      }
    },
    counter: () => container.add(below(9) - 4),
  };
  acts[container.kind]();
}

test("whoever follows the patches has what the containers read", async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const random = seeded(seed);
    const members = [await member("ann"), await member("ben")];
    const mirrors = members.map(({ doc }) => new Mirror(doc));
    for (let step = 0; step < 120; step += 1) {
      const at = random() < 0.5 ? 0 : 1;
      const [me, other] = [members[at], members[1 - at]];
      const choice = random();
      if (choice < 0.5) act(me.doc, random);
      else if (choice < 0.55) {
        me.doc.change(() => {
          act(me.doc, random);
          act(me.doc, random);
        });
      } else if (choice < 0.65) me.doc.undo();
      else if (choice < 0.7) me.doc.redo();
      else if (choice < 0.74) me.doc.hideAuthor(other.doc.author, random() < 0.5);
      else if (choice < 0.78) me.doc.hold(null, random() < 0.5);
      else receive(me, other);
      for (const container of all(me.doc)) {
        const shown = mirrored(container, mirrors[at].of(container));
        assert.deepEqual(shown, reading(container), `seed ${seed}, step ${step}, ${container.id}`);
      }
    }
    for (const { doc } of members) {
      doc.hold(null, false);
      for (const { doc: other } of members) doc.hideAuthor(other.author, false);
    }
    receive(members[0], members[1]);
    receive(members[1], members[0]);
    const [ann, ben] = members.map(({ doc }) => all(doc).map((container) => [container.id, reading(container)]));
    assert.deepEqual(ann, ben, `seed ${seed}`);
    assert.equal(members[0].doc.stateHash(), members[1].doc.stateHash(), `seed ${seed}`);
    for (const { space } of members) await space.close();
  }
});
