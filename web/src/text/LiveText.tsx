/** The text that is written in. */
import { binding, carets } from "@motet/client/codemirror";
import type { TextContainer } from "@motet/client";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type RefObject, useEffect, useRef } from "react";
import { blameOnHover } from "./blame";
import type { OpenDocument } from "../editor/document";
import { highlights } from "./highlights";
import { reading, writing } from "./setup";
import { suggestions } from "./suggestions";

interface Props {
  document: OpenDocument;
  text: TextContainer;
  showsBlame: boolean;
  isHidden: boolean;
  /** Filled with the editor, for those who have to steer it. */
  editor: RefObject<EditorView | null>;
}

export function LiveText({ document, text, showsBlame, isHidden, editor }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const blames = useRef(showsBlame);
  blames.current = showsBlame;
  useEffect(() => {
    const { client } = document;
    const extensions = [
      reading,
      writing,
      carets(client, text, { colourOf: (peer) => document.colourOfPeer(peer) }),
      suggestions(document, text),
      highlights,
      blameOnHover(document, text, () => blames.current),
      binding(client, text),
    ];
    const view = new EditorView({ parent: box.current as HTMLElement, state: EditorState.create({ doc: text.toString(), extensions }) });
    editor.current = view;
    view.focus();
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, [document, text, editor]);
  return <div className="text" ref={box} hidden={isHidden} />;
}
