/** The server's list of documents, with the last known list for when it does not answer. */
import { type DocumentInfo, type DocumentType, MotetError } from "@motet/client";
import { addressesOf, Documents } from "@motet/client/platform";
import { keep, recall } from "../app/stored";

export type { DocumentInfo, DocumentType };

export interface DocumentsApi {
  list(): Promise<DocumentInfo[]>;
  /** What `list` last gave, for when it fails. */
  known(): DocumentInfo[];
  create(name: string, type?: DocumentType): Promise<DocumentInfo>;
  /** What a document says, in a form such as `text/markdown`. */
  read(id: string, mediaType: string): Promise<Blob>;
  /** Makes a document say what a text in such a form says. */
  write(id: string, mediaType: string, text: string): Promise<void>;
  change(id: string, change: { name?: string; deleted?: boolean }): Promise<void>;
}

/** Whether nobody answered, rather than answering no. */
export const isUnreachable = (error: unknown) => error instanceof MotetError && error.code === "unreachable";

const KNOWN = "motet.documents";

const server = new Documents(addressesOf(location.origin).documents, "");

export const httpDocuments: DocumentsApi = {
  async list() {
    const documents = await server.list();
    keep(KNOWN, documents);
    return documents;
  },

  known: () => recall<DocumentInfo[]>(KNOWN) ?? [],
  create: (name, type) => server.create(name, type),
  read: (id, mediaType) => server.read(id, mediaType),
  write: (id, mediaType, text) => server.write(id, mediaType, text),
  change: (id, change) => server.change(id, change),
};
