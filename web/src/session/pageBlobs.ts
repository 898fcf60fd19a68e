/** Blobs as a page sees them: addresses to put into an image, and bytes to add. */
import type { SessionEvent } from "./session";

/** What a browser may show as what it is: an address of this page's origin must never open as a page. */
const SHOWN = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export type BlobRequest = { kind: "wantBlob"; hash: string } | { kind: "keepBlob"; bytes: Uint8Array };

export interface Blobs {
  /** An address of a blob's bytes, once they are here; good until the session closes. */
  url(hash: string, mediaType: string): Promise<string>;
  /** Keeps bytes in this browser and gives them to others as soon as the document names them; resolves with their hash. */
  keep(bytes: Uint8Array): Promise<string>;
}

export class PageBlobs implements Blobs {
  private readonly arriving = new Map<string, { promise: Promise<Uint8Array>; resolve(bytes: Uint8Array): void }>();
  private readonly urls = new Map<string, string>();
  /** Who waits for the hash of bytes that were handed over, in order. */
  private readonly keeping: ((hash: string) => void)[] = [];

  constructor(private readonly say: (request: BlobRequest) => void) {}

  async url(hash: string, mediaType: string): Promise<string> {
    const bytes = await this.bytes(hash);
    const known = this.urls.get(hash);
    if (known !== undefined) return known;
    const type = SHOWN.has(mediaType) ? mediaType : "application/octet-stream";
    const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
    this.urls.set(hash, url);
    return url;
  }

  keep(bytes: Uint8Array): Promise<string> {
    this.say({ kind: "keepBlob", bytes });
    return new Promise((resolve) => this.keeping.push(resolve));
  }

  /** Takes what is about blobs; whether it was. */
  hear(event: SessionEvent): boolean {
    if (event.kind === "blob") this.arriving.get(event.hash)?.resolve(event.bytes);
    if (event.kind === "blobKept") this.keeping.shift()?.(event.hash);
    return event.kind === "blob" || event.kind === "blobKept";
  }

  close(): void {
    for (const url of this.urls.values()) URL.revokeObjectURL(url);
    this.urls.clear();
  }

  private bytes(hash: string): Promise<Uint8Array> {
    let entry = this.arriving.get(hash);
    if (entry === undefined) {
      let resolve = (_: Uint8Array) => {};
      const promise = new Promise<Uint8Array>((done) => {
        resolve = done;
      });
      entry = { promise, resolve };
      this.arriving.set(hash, entry);
      this.say({ kind: "wantBlob", hash });
    }
    return entry.promise;
  }
}
