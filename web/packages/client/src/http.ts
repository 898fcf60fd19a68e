/** A server's list of documents. */
import { MotetError } from "./errors.js";

/** What a document is to programs that know files: a plain text, JSON, or a rich note. */
export type DocumentType = "text" | "json" | "note";

/** One document of a server. */
export interface DocumentInfo {
  id: string;
  name: string;
  deleted: boolean;
  /** What it is. Missing where the server does not know it before somebody opens the document. */
  type?: DocumentType;
  /** Milliseconds since 1970 of the last change, where the server says it. */
  changed?: number;
}

/** The addresses of a server: where to ask, where files are, and where to sync. */
export interface Addresses {
  documents: string;
  blobs: string;
  sync: string;
}

/** The addresses of the server at a URL, such as `http://127.0.0.1:4040`. */
export function addressesOf(url: string): Addresses {
  try {
    const [documents, blobs, sync] = ["/api/documents", "/blobs", "/sync"].map((path) => new URL(path, url)) as [URL, URL, URL];
    if (documents.protocol !== "http:" && documents.protocol !== "https:") throw new Error("it begins with http:// or https://");
    sync.protocol = documents.protocol === "https:" ? "wss:" : "ws:";
    return { documents: documents.href, blobs: blobs.href, sync: sync.href };
  } catch (error) {
    throw new MotetError("address", `${url} is not the address of a server: ${(error as Error).message}`, { cause: error });
  }
}

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

/** @internal What a refusal means. */
export async function refusal(response: Response): Promise<MotetError> {
  const told = (await saidBy(response)).slice(0, 300);
  const { status } = response;
  if (status === 401 || status === 403) return new MotetError("permission", told || "You may not do this here: check the token.");
  if (status === 404) return new MotetError("no-document", told || "There is no such document.");
  const isDown = status === 502 || status === 503 || status === 504;
  return new MotetError(isDown ? "unreachable" : "refused", told || `The server answered ${status}.`);
}

/** Asks a server about its documents. */
export class Documents {
  constructor(private readonly address: string, private readonly token: string) {}

  async list(): Promise<DocumentInfo[]> {
    const answer = (await this.request("", "GET")) as DocumentInfo[] | { documents: DocumentInfo[] };
    return Array.isArray(answer) ? answer : answer.documents;
  }

  /** Makes a document; without a type, of what its name says: JSON where it ends in `.json` or the like, or else text. */
  async create(name: string, type?: DocumentType): Promise<DocumentInfo> {
    return (await this.request("", "POST", { name, ...(type && { type }) })) as DocumentInfo;
  }

  /** What a document says, in a form such as `text/markdown`. */
  async read(id: string, mediaType: string): Promise<Blob> {
    return (await this.answer(`/${encodeURIComponent(id)}/text`, "GET", { accept: mediaType })).blob();
  }

  /** Makes a document say what a text in a form such as `text/markdown` says. */
  async write(id: string, mediaType: string, text: string): Promise<void> {
    await this.answer(`/${encodeURIComponent(id)}/text`, "PUT", { "content-type": mediaType }, text);
  }

  async change(id: string, change: { name?: string; deleted?: boolean }): Promise<void> {
    await this.request(`/${encodeURIComponent(id)}`, "PATCH", change);
  }

  private async request(path: string, method: string, body?: object): Promise<unknown> {
    const response = await this.answer(path, method, { "content-type": "application/json" }, body);
    return response.json().catch(() => null);
  }

  private async answer(path: string, method: string, headers: Record<string, string>, body?: object | string): Promise<Response> {
    if (this.token !== "") headers["authorization"] = `Bearer ${this.token}`;
    let response: Response;
    try {
      response = await fetch(this.address + path, { method, headers, ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }) });
    } catch (error) {
      throw new MotetError("unreachable", "The server does not answer.", { cause: error });
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
}
