/** The pictures of an open note: their bytes from this device or the server, as soon as they can be had, and how far they are sent. */
import type { BlobFacts, MotetDocument, Upload } from "@motet/client";
import { MotetError } from "@motet/client";
import { urlOf } from "./blob";

/** What the server does not have yet it is asked for again, more and more seldom. */
const AGAIN_FIRST_MS = 1_000;
const AGAIN_LAST_MS = 30_000;

/** How a picture is. */
export interface PictureState {
  /** An address to show it by; null while there is none. */
  url: string | null;
  /** What people are told of it; empty where there is nothing to say. */
  words: string;
  /** Whether somebody has to do something about it. */
  isWrong: boolean;
  /** Whether it was added here and the server refused it. */
  isRefused: boolean;
}

/** What shows pictures; none where there is no open document. */
export interface PictureSource {
  /** Tells how a picture is, now and whenever that changes, until what is returned is called. */
  watch(reference: BlobFacts, listener: (state: PictureState) => void): () => void;
  /** Sends again what was refused. */
  retry(): void;
  /** Does not send it any more. */
  giveUp(reference: BlobFacts): void;
}

interface Entry {
  reference: BlobFacts;
  url: string | null;
  trouble: MotetError | null;
  isAsked: boolean;
  againMs: number;
  timer: ReturnType<typeof setTimeout> | null;
  listeners: Set<(state: PictureState) => void>;
}

/** What is said of a file on its way to the server. */
function uploadWords({ state, sent, reference: { size }, trouble }: Upload): string {
  if (state === "refused") return `${trouble?.message ?? ""} It stays on this device.`;
  return state === "sending" ? `Sending… ${Math.floor((100 * sent) / Math.max(size, 1))} %` : "Kept on this device until the server answers";
}

/** What is said while the bytes are not here. */
function missingWords(trouble: MotetError | null): string {
  if (trouble === null) return "Loading…";
  return trouble.code === "unreachable" ? "This picture is not on this device. It comes when the server answers." : trouble.message;
}

export class Pictures implements PictureSource {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly client: Pick<MotetDocument, "blobs" | "on">) {
    client.on("uploads", () => this.tellAll());
    client.on("status", (status) => status === "connected" && this.askAll());
  }

  watch(reference: BlobFacts, listener: (state: PictureState) => void): () => void {
    const entry = this.entryOf(reference);
    entry.listeners.add(listener);
    this.ask(entry);
    listener(this.stateOf(entry));
    return () => void entry.listeners.delete(listener);
  }

  retry(): void {
    this.client.blobs.retry();
  }

  giveUp(reference: BlobFacts): void {
    void this.client.blobs.giveUp(reference);
  }

  /** Lets go of everything, while the note is not on the page. */
  forget(): void {
    for (const { url, timer } of this.entries.values()) {
      if (timer !== null) clearTimeout(timer);
      if (url?.startsWith("blob:")) URL.revokeObjectURL(url);
    }
    this.entries.clear();
  }

  private entryOf(reference: BlobFacts): Entry {
    const known = this.entries.get(reference.blob);
    if (known) return known;
    const entry: Entry = { reference, url: null, trouble: null, isAsked: false, againMs: AGAIN_FIRST_MS, timer: null, listeners: new Set() };
    this.entries.set(reference.blob, entry);
    return entry;
  }

  private ask(entry: Entry): void {
    if (entry.isAsked || entry.url !== null) return;
    if (entry.timer !== null) clearTimeout(entry.timer);
    entry.timer = null;
    entry.isAsked = true;
    this.load(entry).catch((error: unknown) => this.failed(entry, MotetError.from(error)));
  }

  private async load(entry: Entry): Promise<void> {
    const { type } = entry.reference;
    const url = await urlOf(await this.client.blobs.get(entry.reference), type);
    if (url === null) throw new MotetError("type", `This is no picture that is shown here: ${type}`);
    // Closed meanwhile: nobody would let go of it.
    if (this.entries.get(entry.reference.blob) !== entry) return URL.revokeObjectURL(url);
    Object.assign(entry, { url, trouble: null, isAsked: false });
    this.tell(entry);
  }

  private failed(entry: Entry, trouble: MotetError): void {
    Object.assign(entry, { trouble, isAsked: false });
    if (trouble.code === "closed" || this.entries.get(entry.reference.blob) !== entry) return;
    // Nobody looks: whoever looks asks again.
    if (entry.listeners.size > 0 && trouble.code !== "type") {
      entry.timer = setTimeout(() => this.ask(entry), entry.againMs);
      entry.againMs = Math.min(entry.againMs * 2, AGAIN_LAST_MS);
    }
    this.tell(entry);
  }

  private stateOf({ reference, url, trouble }: Entry): PictureState {
    const upload = this.client.blobs.uploads.find((one) => one.reference.blob === reference.blob);
    const isRefused = upload?.state === "refused";
    if (upload && url !== null) return { url, words: uploadWords(upload), isWrong: isRefused, isRefused };
    return { url, words: url === null ? missingWords(trouble) : "", isWrong: trouble !== null && trouble.code !== "unreachable" && trouble.code !== "blob-missing", isRefused };
  }

  private tell(entry: Entry): void {
    const state = this.stateOf(entry);
    for (const listener of [...entry.listeners]) listener(state);
  }

  private tellAll(): void {
    for (const entry of this.entries.values()) this.tell(entry);
  }

  private askAll(): void {
    for (const entry of this.entries.values()) {
      entry.againMs = AGAIN_FIRST_MS;
      if (entry.listeners.size > 0) this.ask(entry);
    }
  }
}
