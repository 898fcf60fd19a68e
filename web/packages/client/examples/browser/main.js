/** A shared list and a shared text, kept up to date by patches; works offline, and in several tabs. */
import { Motet } from "@motet/client";
import { binding, carets, caretTheme } from "@motet/client/codemirror";
import { EditorView } from "@codemirror/view";

const find = (id) => document.getElementById(id);

const space = await Motet.connect({ url: location.origin, name: `Guest ${Math.floor(Math.random() * 1000)}`, store: "example" });
const doc = await space.open("Shared todo", { create: true });
const todo = doc.list("todo");
const visits = doc.counter("visits");

/** One line for an item, which is a map; it follows the item's own patches. */
function line(item) {
  const row = document.createElement("li");
  const done = Object.assign(document.createElement("input"), { type: "checkbox" });
  const what = document.createElement("span");
  const up = Object.assign(document.createElement("button"), { textContent: "Up" });
  const away = Object.assign(document.createElement("button"), { textContent: "Delete" });
  const place = () => [...row.parentElement.children].indexOf(row);
  const show = () => {
    done.checked = item.get("done") === true;
    what.textContent = `${item.get("what")} (${item.get("by")})`;
  };
  done.onchange = () => item.set("done", done.checked);
  up.onclick = () => place() > 0 && todo.move(place(), place() - 1);
  away.onclick = () => todo.delete(place());
  row.end = item.subscribe(show);
  row.append(done, what, up, away);
  show();
  return row;
}

function follow(list, changes) {
  const remove = (at) => {
    list.children[at].end();
    list.children[at].remove();
  };
  for (const change of changes) {
    if (change.kind === "insert") change.values.forEach((item, at) => list.insertBefore(line(item), list.children[change.at + at] ?? null));
    if (change.kind === "remove") for (let count = 0; count < change.count; count += 1) remove(change.at);
    if (change.kind === "set") {
      list.children[change.at].end();
      list.children[change.at].replaceWith(line(change.value));
    }
    if (change.kind === "move") {
      const row = list.children[change.from];
      row.remove();
      list.insertBefore(row, list.children[change.to] ?? null);
    }
  }
}

follow(find("todo"), [{ kind: "insert", at: 0, values: todo.toArray() }]);
todo.subscribe((changes) => follow(find("todo"), changes));

find("new").onsubmit = (event) => {
  event.preventDefault();
  const [input] = event.target.elements;
  doc.change(() => {
    const item = todo.pushContainer("map");
    item.set("what", input.value);
    item.set("by", "a page");
    item.set("done", false);
  });
  input.value = "";
};
find("undo").onclick = doc.undo;

const text = doc.text("notes");
new EditorView({ parent: find("notes"), doc: text.toString(), extensions: [binding(doc, text), carets(doc, text), caretTheme, EditorView.lineWrapping] });

doc.subscribe(() => {
  const { status, saved, peers } = doc.current();
  find("status").textContent = `Visit ${visits.value}; ${status}, ${saved.level}; ${peers.length} more here`;
});
visits.add(1);
addEventListener("pagehide", () => doc.flush());
