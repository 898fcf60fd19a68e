/** Files that people bring: JSON becomes a JSON document, anything else a text, or Markdown a note where that is asked for. */
import type { DocumentType } from "@motet/client";
import type { Profile } from "../app/profile";
import type { Services } from "../app/services";
import type { OpenDocument } from "../editor/document";

/** Endings of files that are JSON, as the server knows them. */
const JSON_ENDINGS = [".json", ".geojson", ".gltf", ".score", ".ipynb", ".jsonld"];

/** What the dialog for files offers first. */
export const ACCEPTED = [...JSON_ENDINGS, ".md", ".txt", "text/*", "application/json"].join(",");

/** What the dialog for notes offers first. */
export const ACCEPTED_NOTES = ".md,.markdown,.txt,text/markdown,text/plain";

/** As much as a JSON document may have, as one change of a text may bring, and as servers read of Markdown. */
const BYTES_MAX = { json: 64 << 20, text: 6 << 20, note: 4 << 20 } as const;

/** The type of a file that is called so. */
export const typeOfFile = (name: string): DocumentType => (JSON_ENDINGS.some((ending) => name.toLowerCase().endsWith(ending)) ? "json" : "text");

/** What is in a file, byte for byte; why it cannot be taken where it cannot. */
export function readFile(name: string, bytes: ArrayBuffer, type = typeOfFile(name)): string {
  if (bytes.byteLength > BYTES_MAX[type]) throw new Error(`${name} is too long: ${BYTES_MAX[type] >> 20} MiB are the most.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${name} is no text in UTF-8. Save it as such first.`);
  }
  if (type === "json") checkJson(name, text);
  return text;
}

function checkJson(name: string, text: string): void {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Error(`${name} is not JSON: ${(error as Error).message}.`);
  }
}

/** Makes a document of a file; returns its id once the server has it. */
export async function importFile({ documents, open }: Services, profile: Profile, file: File): Promise<string> {
  const text = readFile(file.name, await file.arrayBuffer());
  const { id } = await documents.create(file.name, typeOfFile(file.name));
  let document: OpenDocument | null = null;
  try {
    document = await open(id, profile);
    await document.client.ready();
    fill(document, typeOfFile(file.name), text);
    await document.client.saved("local");
    return id;
  } catch (error) {
    await documents.change(id, { deleted: true });
    throw error;
  } finally {
    document?.close();
  }
}

/** Makes a note of a Markdown file, which the server reads; returns its id. */
export async function importNote({ documents }: Services, file: File): Promise<string> {
  const text = readFile(file.name, await file.arrayBuffer(), "note").replace(/^\uFEFF/, "");
  const { id } = await documents.create(file.name.replace(/\.(md|markdown|txt)$/i, "") || file.name, "note");
  try {
    await documents.write(id, "text/markdown", text);
    return id;
  } catch (error) {
    await documents.change(id, { deleted: true });
    throw new Error(`${file.name} could not be imported: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function fill({ client }: OpenDocument, type: DocumentType, text: string): void {
  const json = client.json();
  if (type !== "json") client.text("text").insert(0, text.replace(/\r\n?/g, "\n"));
  else if (json.exists) json.save(text);
  else json.create(text);
}
