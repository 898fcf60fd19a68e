/** The server's list of documents over HTTP, with the last known list for when it does not answer. */
import { keep, recall } from "../app/stored";

export interface DocumentInfo {
  id: string;
  name: string;
  deleted: boolean;
  /** Milliseconds since 1970 of the last change, where the server says it. */
  changed?: number;
}

export interface DocumentsApi {
  list(): Promise<DocumentInfo[]>;
  /** What `list` last gave, for when it fails. */
  known(): DocumentInfo[];
  create(name: string): Promise<DocumentInfo>;
  change(id: string, change: { name?: string; deleted?: boolean }): Promise<void>;
}

/** A request that failed, in words for people. */
export class RequestProblem extends Error {
  constructor(
    message: string,
    /** Nobody answered, rather than answering no. */
    readonly isUnreachable: boolean,
  ) {
    super(message);
  }
}

const KNOWN = "motet.documents";

/** What a refusal says for people. */
async function saidBy(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const body = JSON.parse(text) as { message?: string; error?: { message?: string } };
    return body.message ?? body.error?.message ?? "";
  } catch {
    return text;
  }
}

async function request(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { "content-type": "application/json", ...init?.headers } });
  } catch {
    throw new RequestProblem("The server does not answer.", true);
  }
  if (response.ok) return response;
  const told = await saidBy(response);
  const isDown = response.status === 502 || response.status === 503 || response.status === 504;
  const refused = response.status === 401 || response.status === 403;
  const why = refused ? "You may not do this here. Ask whoever runs the server for access." : told.slice(0, 300) || `The server answered ${response.status}.`;
  throw new RequestProblem(why, isDown);
}

export const httpDocuments: DocumentsApi = {
  async list() {
    const answer = (await (await request("/api/documents")).json()) as DocumentInfo[] | { documents: DocumentInfo[] };
    const documents = Array.isArray(answer) ? answer : answer.documents;
    keep(KNOWN, documents);
    return documents;
  },

  known: () => recall<DocumentInfo[]>(KNOWN) ?? [],

  async create(name) {
    return (await (await request("/api/documents", { method: "POST", body: JSON.stringify({ name }) })).json()) as DocumentInfo;
  },

  async change(id, change) {
    await request(`/api/documents/${encodeURIComponent(id)}`, { method: "PATCH", body: JSON.stringify(change) });
  },
};
