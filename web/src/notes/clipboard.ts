/** What is copied and pasted: plain text by lines, HTML by the schema. */
import { Fragment, type Node, Slice } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { schema } from "./schema";

/** Lines as blocks, empty ones too. */
function blocksOf(text: string): Slice {
  const lines = text.split(/\r\n?|\n/);
  const blocks = lines.map((line) => schema.node("block", null, line ? schema.text(line) : []));
  return new Slice(Fragment.fromArray(blocks), 1, 1);
}

/** Blocks that are all one table are of that kind. */
function withTables(fragment: Fragment): Fragment {
  const blocks: Node[] = [];
  fragment.forEach((node) => {
    const isTable = node.type === schema.nodes.block && node.childCount === 1 && node.firstChild!.type === schema.nodes.table;
    blocks.push(isTable ? schema.node("block", { ...node.attrs, kind: "table" }, node.content) : node);
  });
  return Fragment.fromArray(blocks);
}

export const clipboardPlugin = new Plugin({
  props: {
    clipboardTextParser: (text) => blocksOf(text),
    clipboardTextSerializer: ({ content }) => content.textBetween(0, content.size, "\n", (node) => (node.type === schema.nodes.break ? "\n" : (node.attrs["alt"] ?? ""))),
    transformPasted: ({ content, openStart, openEnd }) => new Slice(withTables(content), openStart, openEnd),
    handlePaste(view, event) {
      const { $from, $to } = view.state.selection;
      const text = event.clipboardData?.getData("text/plain");
      if ($from.parent.attrs["kind"] !== "code" || !$from.sameParent($to) || !text) return false;
      view.dispatch(view.state.tr.insertText(text.replace(/\r\n?/g, "\n")).scrollIntoView());
      return true;
    },
  },
});
