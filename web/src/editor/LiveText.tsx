/** The text that is written in. */
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type RefObject, useEffect, useRef } from "react";
import { binding, textView } from "./binding";
import { blameOnHover } from "./blame";
import { carets } from "./carets";
import type { OpenDocument } from "./document";
import { reading, writing } from "./setup";

interface Props {
  document: OpenDocument;
  showsBlame: boolean;
  isHidden: boolean;
  /** Filled with the editor, for those who have to steer it. */
  editor: RefObject<EditorView | null>;
}

export function LiveText({ document, showsBlame, isHidden, editor }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const blames = useRef(showsBlame);
  blames.current = showsBlame;
  useEffect(() => {
    const { engine } = document;
    const extensions = [
      reading,
      writing,
      carets((anchor) => engine.resolve(anchor)),
      blameOnHover(document, () => blames.current),
      binding(document),
    ];
    const view = new EditorView({ parent: box.current as HTMLElement, state: EditorState.create({ doc: engine.text(), extensions }) });
    editor.current = view;
    document.attach(textView(view));
    view.focus();
    return () => {
      document.detach();
      editor.current = null;
      view.destroy();
    };
  }, [document, editor]);
  return <div className="text" ref={box} hidden={isHidden} />;
}
