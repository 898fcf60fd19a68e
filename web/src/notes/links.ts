/** Links in what is written: a click puts the caret there, with Ctrl or ⌘ it opens them. */
import { Plugin } from "prosemirror-state";

/** What leads out of this page, and runs nothing in it. */
export const opens = (address: string) => /^(https?:|mailto:|tel:)/i.test(address);

/** Opens an address in a page of its own, which does not know this one. */
const open = (address: string) => void window.open(address, "_blank", "noopener,noreferrer");

export const linksPlugin = new Plugin({
  props: {
    handleClick(_, __, event) {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const address = link?.getAttribute("href") ?? "";
      if (!(event.ctrlKey || event.metaKey) || !opens(address)) return false;
      open(address);
      return true;
    },
  },
});
