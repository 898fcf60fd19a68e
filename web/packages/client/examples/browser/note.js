/** A note in ProseMirror that everybody edits at once, with carets, and an undo of one's own work only. */
import { Motet } from "@motet/client";
import { openNote, schema } from "@motet/client/prosemirror";
import { baseKeymap, toggleMark } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";

const find = (id) => document.getElementById(id);

const space = await Motet.connect({ url: location.origin, name: `Guest ${Math.floor(Math.random() * 1000)}`, store: "example" });
const doc = await space.open("Shared note", { create: "note" });

const { view, binding } = openNote(find("note"), doc, {
  plugins: (binding) => [
    keymap({ "Mod-z": () => binding.undo(), "Mod-y": () => binding.redo(), "Mod-b": toggleMark(schema.marks.strong), "Mod-i": toggleMark(schema.marks.emphasis) }),
    keymap(baseKeymap),
  ],
  onRefused: ({ message }) => (find("status").textContent = message),
});

/** Runs a command of ProseMirror's, and goes on in the text. */
function run(command) {
  command(view.state, view.dispatch, view);
  view.focus();
}

/** Makes the block with the caret something else, or a paragraph where it is that. */
const toggleBlock = (attribute, value, otherwise) => (state, dispatch) => {
  const { $head } = state.selection;
  const is = $head.parent.attrs[attribute] === value;
  dispatch(state.tr.setNodeAttribute($head.before(), attribute, is ? otherwise : value));
};

for (const button of document.querySelectorAll("[data-mark]")) button.onclick = () => run(toggleMark(schema.marks[button.dataset.mark]));
find("heading").onclick = () => run(toggleBlock("kind", "heading", null));
find("item").onclick = () => run(toggleBlock("levels", "b", ""));
find("undo").onclick = () => binding.undo();

function show() {
  const { status, saved, peers } = doc.current();
  find("status").textContent = `${status}, ${saved.level}; ${peers.length} more here`;
}
doc.subscribe(show);
show();
addEventListener("pagehide", () => doc.flush());
