/** A server's blobs over HTTP (docs/PROTOCOL.md, section 8). */
import type { BlobReader } from "../engine/load.js";
import { MotetError } from "../errors.js";
import { refusal } from "../http.js";
import { gather } from "./read.js";
import type { BlobFacts } from "./reference.js";

/** What is sent at once: as much as goes in about a second, so that a break costs little and live edits get through. */
const STEP_BYTES_MIN = 128 << 10;
const STEP_BYTES_MAX = 8 << 20;
const STEP_MS = 1_000;

/** Who does not answer in this time is asked again later. */
const ANSWER_MS = 60_000;

/** Asks a server about its blobs. */
export class BlobServer {
  private limitAsked: Promise<number | null> | null = null;

  constructor(
    private readonly address: string,
    private readonly token: string,
    private readonly now: () => number,
    private readonly ask: typeof fetch = (...request) => fetch(...request),
  ) {}

  /** How long a blob may be; null where the server does not say. */
  limit(signal: AbortSignal): Promise<number | null> {
    this.limitAsked ??= this.readLimit(signal).catch(() => {
      this.limitAsked = null;
      return null;
    });
    return this.limitAsked;
  }

  /** Sends what the server lacks of a blob; `onSent` is told how many bytes it has. */
  async upload(document: string, { blob, size }: BlobFacts, bytes: Blob, onSent: (sent: number) => void, signal: AbortSignal): Promise<void> {
    const head = await this.request(`/${blob}`, { method: "HEAD" }, signal);
    if (!head.ok && head.status !== 404) throw await refused(head);
    let offset = head.ok ? size : Number(head.headers.get("upload-offset") ?? 0);
    let step = STEP_BYTES_MIN;
    for (let isWhole = false; !isWhole; ) {
      onSent(offset);
      const began = this.now();
      const answer = await this.request(
        `/${blob}?doc=${document}`,
        { method: "PATCH", headers: { "upload-offset": `${offset}`, "upload-length": `${size}` }, body: bytes.slice(offset, offset + step) },
        signal,
      );
      const here = answer.headers.get("upload-offset");
      if (answer.status !== 204 && here === null && !answer.ok) throw await refused(answer);
      isWhole = answer.ok && answer.status !== 204;
      // What another window of this browser sent meanwhile need not be sent again.
      offset = isWhole ? size : Number(here);
      step = this.now() - began < STEP_MS ? Math.min(step * 2, STEP_BYTES_MAX) : Math.max(step / 2, STEP_BYTES_MIN);
    }
    onSent(size);
  }

  /** Fetches a blob, and sees to it that it is what it is called. */
  async download({ blob, size }: BlobFacts, reader: BlobReader, signal: AbortSignal): Promise<Blob> {
    const answer = await this.request(`/${blob}`, { method: "GET" }, signal);
    if (answer.status === 404) throw new MotetError("blob-missing", "The server does not have this file yet: whoever added it may be offline.");
    if (!answer.ok || answer.body === null) throw await refused(answer);
    const bytes = await gather(reader, answer.body, size).catch((error: unknown) => {
      throw unreachable(error);
    });
    if (bytes === null || reader.finish("").blob !== blob) throw new MotetError("blob-damaged", "The server sent other bytes than this file has. Ask whoever runs it to check it with `motet blobs DIR verify`.");
    return bytes;
  }

  private async readLimit(signal: AbortSignal): Promise<number | null> {
    const answer = await this.request("", { method: "GET" }, signal);
    const { bytes_max } = answer.ok ? ((await answer.json()) as { bytes_max?: unknown }) : {};
    return typeof bytes_max === "number" ? bytes_max : null;
  }

  private async request(path: string, request: RequestInit, signal: AbortSignal): Promise<Response> {
    const headers = { ...(request.headers as Record<string, string>), ...(this.token && { authorization: `Bearer ${this.token}` }) };
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      return await this.ask(this.address + path, { ...request, headers, signal: inTime });
    } catch (error) {
      throw unreachable(error);
    }
  }
}

const unreachable = (cause: unknown) => new MotetError("unreachable", "The server does not answer.", { cause });

/** Why a server does not take or give a blob, in words for people. */
async function refused(answer: Response): Promise<MotetError> {
  const { status } = answer;
  const error = await refusal(answer);
  const said = error.message.replace(/\.?$/, ".");
  if (status === 413) return new MotetError("blob-too-long", `The server does not take a file this long: ${said}`);
  if (status === 507) return new MotetError("blob-no-room", `The server has no room for this file: ${said}`);
  if (status === 409 || status === 408 || status === 429) return new MotetError("unreachable", said);
  return error;
}
