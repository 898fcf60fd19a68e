/** Fields in which names and values are written, right on their line. */
import type { JsonRow, MotetDocument, TextContainer } from "@motet/client";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { nameOf } from "../app/keys";
import { toast } from "../app/toasts";
import { changeOf, draftOf, writtenAs } from "./values";

/** How much of what is not kept is said. */
const SHOWN_MAX = 40;

/** Where one is after a field: on its line, in the next field, or wherever one went. */
export type Way = "stay" | "next" | "gone";

type Done = (value: string | null, way: Way) => void;

interface Props {
  label: string;
  /** The value that is written; without it plain words are. */
  row?: JsonRow;
  draft?: string;
  check?: (draft: string) => string | null;
  /** Null where it stays as it was. */
  onDone: Done;
}

/** Enter and leaving it keep, Tab keeps and goes on, Escape forgets; what cannot be kept is said. */
export function Field({ label, row, draft: first = "", check, onDone }: Props) {
  const [draft, setDraft] = useState(() => (row ? draftOf(row.kind, row.value ?? "null") : first));
  const before = useRef(draft);
  const [problem, setProblem] = useState<string | null>(null);
  const isDone = useRef(false);
  const said = useId();
  const end = (value: string | null, way: Way) => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(value, way);
  };
  const keep = (way: Way) => {
    if (isDone.current) return;
    const written = row ? writtenAs(row.kind, draft) : { value: draft };
    const wrong = "problem" in written ? written.problem : (check?.(draft) ?? null);
    if (wrong === null && "value" in written) return end(written.value, way);
    if (way === "gone") {
      if (wrong !== null && draft !== before.current) toast(`“${draft.slice(0, SHOWN_MAX)}” was not kept. ${wrong}`);
      return end(null, way);
    }
    setProblem(wrong);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      keep("stay");
    } else if (event.key === "Tab") {
      event.preventDefault();
      keep("next");
    } else if (event.key === "Escape") {
      event.nativeEvent.stopImmediatePropagation();
      end(null, "stay");
    }
  };
  const common = { "aria-label": label, "aria-invalid": problem !== null, "aria-describedby": problem === null ? undefined : said, autoFocus: true, onKeyDown, onBlur: () => keep("gone") };
  return (
    <span className={problem === null ? "json-field" : "json-field is-wrong"}>
      {row?.kind === "boolean" ? (
        <select {...common} value={draft} onChange={(event) => setDraft(event.target.value)}>
          <option>true</option>
          <option>false</option>
        </select>
      ) : (
        <textarea
          {...common}
          rows={1}
          spellCheck={false}
          value={draft}
          onFocus={(event) => event.target.select()}
          onChange={(event) => {
            setDraft(event.target.value);
            setProblem(null);
          }}
        />
      )}
      {problem !== null && <span className="json-problem" role="alert" id={said}>{problem}</span>}
    </span>
  );
}

/** A string that people edit by words: what one types is there at once, and what others type comes in meanwhile. */
export function TextField({ document, text, onDone }: { document: MotetDocument; text: TextContainer; onDone: (way: Way) => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [value, setValue] = useState(() => text.toString());
  const caret = useRef<[number, number] | null>(null);
  // What is being composed must stand still: others' work waits meanwhile.
  const resume = useRef<(() => void) | null>(null);
  const compose = () => void (resume.current ??= document.pause());
  const composed = () => {
    resume.current?.();
    resume.current = null;
  };
  useEffect(() => composed, []);
  /** The browser's own undo knows nothing of what others wrote: the document's takes back one's own. */
  const turn = (event: React.KeyboardEvent): boolean => {
    const run = { "Mod-z": document.undo, "Mod-Shift-z": document.redo, "Mod-y": document.redo }[nameOf(event.nativeEvent)];
    if (!run) return false;
    event.preventDefault();
    run();
    return true;
  };
  useEffect(
    () =>
      text.subscribe((changes, { by }) => {
        if (by === field.current) return;
        const area = field.current;
        const moved = (at: number) => changes.reduceRight((place, { from, to, insert }) => (to <= place ? place + insert.length - (to - from) : Math.min(place, from + insert.length)), at);
        if (area) caret.current = [moved(area.selectionStart), moved(area.selectionEnd)];
        setValue(text.toString());
      }),
    [text],
  );
  useLayoutEffect(() => {
    if (caret.current) field.current?.setSelectionRange(...caret.current);
    caret.current = null;
  }, [value]);
  return (
    <span className="json-field is-text">
      <textarea
        ref={field}
        rows={1}
        aria-label="Text"
        autoFocus
        value={value}
        onFocus={(event) => event.target.setSelectionRange(event.target.value.length, event.target.value.length)}
        onChange={(event) => {
          const change = changeOf(value, event.target.value);
          if (change) document.change(() => text.edit([change]), event.target);
          setValue(text.toString());
        }}
        onBlur={() => {
          composed();
          onDone("gone");
        }}
        onCompositionStart={compose}
        onCompositionEnd={() => void setTimeout(composed)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.nativeEvent.isComposing || turn(event)) return;
          if (event.key === "Escape" || event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) {
            event.preventDefault();
            event.nativeEvent.stopImmediatePropagation();
            onDone("stay");
          }
        }}
      />
    </span>
  );
}
