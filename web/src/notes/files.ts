/** Picture files that are pasted, dropped or chosen. */
import { Plugin } from "prosemirror-state";

/** The pictures that come as files; none where what comes says something in words, of which they are a copy. */
export function picturesIn(data: DataTransfer | null): File[] {
  if (data === null || data.getData("text/plain").trim() !== "") return [];
  return [...data.files].filter(({ type }) => type.startsWith("image/"));
}

/** Hands files to `add`, which puts them at a place of the note, or with null where the selection is. */
export function filesPlugin(add: (files: readonly File[], place: number | null) => void): Plugin {
  return new Plugin({
    props: {
      handlePaste(_, event) {
        const files = picturesIn(event.clipboardData);
        if (files.length > 0) add(files, null);
        return files.length > 0;
      },
      handleDrop(view, event) {
        const files = picturesIn(event.dataTransfer);
        if (files.length === 0 || view.dragging) return false;
        event.preventDefault();
        add(files, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? null);
        return true;
      },
    },
  });
}
