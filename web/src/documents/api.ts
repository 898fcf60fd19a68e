/** The server's list of documents, with the last known list for when it does not answer. */
import { type DocumentInfo, type DocumentType, MotetError } from "@motet/client";
import { addressesOf, Documents } from "@motet/client/platform";
import { keep, recall } from "../app/stored";

export type { DocumentInfo };

export interface DocumentsApi {
  list(): Promise<DocumentInfo[]>;
  /** What `list` last gave, for when it fails. */
  known(): DocumentInfo[];
  create(name: string, type?: DocumentType): Promise<DocumentInfo>;
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
  change: (id, change) => server.change(id, change),
};
