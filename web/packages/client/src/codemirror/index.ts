/**
 * CodeMirror on a text.
 *
 * ```ts
 * import { binding, carets, caretTheme } from "@motet/client/codemirror";
 *
 * const text = doc.text("text");
 * const extensions = [binding(doc, text), carets(doc, text), caretTheme];
 * new EditorView({ parent, doc: text.toString(), extensions });
 * ```
 *
 * @module
 */
export { binding, fromEngine } from "./binding.js";
export { type Caret, type CaretState, caretField, type CaretOptions, carets, caretTheme, goTo } from "./carets.js";
