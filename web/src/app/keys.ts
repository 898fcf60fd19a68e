/** Keyboard shortcuts: what they are, how they are written, and listening for those outside the editor. */
import { useEffect, useRef } from "react";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const SYMBOLS: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

/** "Mod-Shift-z" as this system writes it. */
export function written(keys: string): string {
  const names: Record<string, string> = isMac
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Ctrl: "⌃" }
    : { Mod: "Ctrl", Shift: "Shift", Alt: "Alt", Ctrl: "Ctrl" };
  const parts = keys.split("-").map((part) => names[part] ?? SYMBOLS[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return parts.join(isMac ? "" : "+");
}

export const SHORTCUTS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: "Writing",
    keys: [
      ["Mod-z", "Undo my last change"],
      ["Mod-Shift-z", "Redo my last change"],
      ["Mod-b", "Bold"],
      ["Mod-i", "Italic"],
      ["Mod-f", "In a text: find and replace"],
    ],
  },
  {
    title: "In a note",
    keys: [
      ["Mod-Alt-0", "Paragraph"],
      ["Mod-Alt-1", "Heading 1, and so on to 6"],
      ["Mod-Alt-c", "Code"],
      ["Mod-Shift-8", "Bulleted list"],
      ["Mod-Shift-7", "Numbered list"],
      ["Mod-Shift-9", "Task"],
      ["Mod-Shift-b", "Quote"],
      ["Tab", "Further in; the next cell, or a new row behind the last; a tabulator in code"],
      ["Shift-Tab", "Further out; the cell before"],
      ["Mod-Enter", "Tick the task; leave code"],
      ["Escape", "Leave a footnote"],
      ["Shift-Enter", "Break within the line"],
      ["Mod-e", "Code within a line"],
      ["Mod-Shift-x", "Struck through"],
      ["Mod-k", "Link"],
      ["Mod-click", "Open the link"],
      ["Mod-Alt-f", "Footnote"],
      ["Mod-Alt-m", "Comment"],
      ["Alt-F10", "To the toolbar"],
      ["Alt-o", "Outline"],
      ["Alt-c", "Comments"],
      ["Alt-ArrowUp", "In the outline: the section up"],
      ["Alt-ArrowDown", "In the outline: the section down"],
    ],
  },
  {
    title: "Suggesting",
    keys: [
      ["Alt-s", "Suggest rather than edit, and back"],
      ["Alt-Shift-s", "Suggestions and drafts"],
      ["Alt-j", "To the next suggestion"],
      ["Alt-Shift-j", "To the one before"],
      ["Alt-a", "Accept the one at the caret"],
      ["Alt-x", "Reject the one at the caret"],
    ],
  },
  {
    title: "In JSON",
    keys: [
      ["Enter", "Edit the value; open and close"],
      ["F2", "Edit the name"],
      ["Mod-Enter", "Add a value"],
      ["Mod-d", "Duplicate"],
      ["Delete", "Delete"],
      ["Alt-ArrowUp", "Move up"],
      ["Alt-ArrowDown", "Move down"],
      ["Alt-ArrowLeft", "Move out"],
      ["Alt-ArrowRight", "Move into the one before"],
      ["Mod-Shift-c", "Copy the path"],
      ["Alt-c", "Conflicts"],
    ],
  },
  {
    title: "Looking",
    keys: [
      ["Alt-h", "History"],
      ["Alt-p", "People"],
      ["Alt-Shift-p", "Share without a server"],
      ["Alt-k", "Decisions, and making history final"],
      ["Alt-v", "Views"],
      ["Alt-i", "What I see differently from others"],
      ["Alt-w", "Why is this here?"],
      ["Alt-Shift-h", "Hold others' changes to what is selected, or to this section, line or value"],
      ["Alt-g", "The next place where something won against something else"],
      ["Alt-m", "The next place that two changed at once"],
      ["Alt-q", "Dismiss the one at the caret, for me"],
      ["Alt-t", "Snapshots"],
      ["Alt-Shift-t", "Take a snapshot"],
      ["Alt-ArrowLeft", "One step back in the history"],
      ["Alt-ArrowRight", "One step forward in the history"],
      ["Escape", "Back to now; close the panel"],
    ],
  },
  {
    title: "Everywhere",
    keys: [
      ["Alt-d", "All documents"],
      ["Alt-n", "New text"],
      ["Alt-Shift-n", "New note"],
      ["/", "Search documents"],
      ["F1", "This help"],
    ],
  },
];

/** The pressed keys as bindings name them; a letter is the same with and without Caps Lock. */
export function nameOf(event: KeyboardEvent): string {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  // With Alt held some systems report another letter: the key's place tells which one was meant.
  const placed = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key;
  const isLetter = /^[a-z]$/i.test(placed);
  const hasShift = event.shiftKey && (isLetter || placed.length > 1);
  return [mod && "Mod", event.altKey && "Alt", hasShift && "Shift", isLetter ? placed.toLowerCase() : placed].filter(Boolean).join("-");
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return target.isContentEditable || target.tagName === "INPUT" || target.tagName === "TEXTAREA";
}

/** Whether a dialog lies over everything else: keys are its own then, and Escape closes it. */
const isCovered = () => document.querySelector("dialog[open]") !== null;

/** Browsers take an undo where nothing can be written for one of what was written last, and that lies under the dialog. */
function keepUndo(event: KeyboardEvent): void {
  const isUndo = (event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase());
  const { target } = event;
  const isWritable = target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !target.readOnly);
  if (isUndo && !isWritable) event.preventDefault();
}

/** Runs what is bound to a key, unless that key means a letter to be typed. */
export function useKeys(bindings: Record<string, () => void>): void {
  const current = useRef(bindings);
  current.current = bindings;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (isCovered()) return keepUndo(event);
      const run = current.current[nameOf(event)];
      if (!run || event.defaultPrevented || (event.key.length === 1 && !event.altKey && isTyping(event))) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
