/** Which type of document it is, and what shows it. Each type is loaded when the first document of it is opened. */
import type { DocumentInfo, DocumentType, MotetDocument } from "@motet/client";
import type { DocumentsApi } from "../documents/api";
import type { OpenContent } from "./content";

const CONTENTS: Partial<Record<DocumentType, () => Promise<{ open: OpenContent }>>> = {
  text: () => import("../text/content"),
  note: () => import("../notes/content"),
  json: () => import("../json/content"),
};

/** The type of a document in a list; null where the list does not say it. */
export const typeIn = (list: readonly DocumentInfo[], id: string): DocumentType | null => list.find((known) => known.id === id)?.type ?? null;

/** The type by what a document has in it. */
export function typeWithin(document: Pick<MotetDocument, "text" | "map">): DocumentType {
  if (document.map("json").keys().length > 0) return "json";
  const isNote = document.text("note").length > 0 || document.map("note").keys().length > 0;
  return isNote ? "note" : "text";
}

/** The type as the list has it: the one that is kept, or the server's; null where neither knows. */
export async function typeListed(documents: DocumentsApi, id: string): Promise<DocumentType | null> {
  const known = typeIn(documents.known(), id);
  if (known !== null) return known;
  return documents.list().then((list) => typeIn(list, id), () => null);
}

/** What shows a type of document. */
export async function contentOf(type: DocumentType): Promise<OpenContent> {
  const load = CONTENTS[type];
  if (!load) throw new Error(`This version of the app cannot show documents of the type “${type}”. Reload the page to get a newer one.`);
  return (await load()).open;
}
