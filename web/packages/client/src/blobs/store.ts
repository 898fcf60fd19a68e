/** What a device keeps of blobs: their bytes by hash, whoever names them, and which of them the server does not have yet. */
import type { BlobFacts } from "./reference.js";

/** What was fetched is kept up to so many bytes; what looked at longest ago goes first. */
export const KEPT_BYTES_MAX = 512 << 20;

/** A blob that was added here and is not on the server. */
export interface Waiting {
  document: string;
  reference: BlobFacts;
}

/** What keeps blobs on a device. */
export interface BlobStore {
  get(hash: string): Promise<Blob | undefined>;
  /** Keeps bytes; with a document they wait for the server from then on. Resolves when they are on disk. */
  put(reference: BlobFacts, bytes: Blob, document: string | null): Promise<void>;
  /** What waits for the server. */
  waiting(): Promise<Waiting[]>;
  /** The server has a blob, or nobody wants it there any more. */
  settled(document: string, hash: string): Promise<void>;
  close(): Promise<void>;
}

/** What was looked at how long ago, and how long it is. */
export interface Use {
  hash: string;
  size: number;
  used: number;
}

/** What to forget so that the rest is within `bytesMax`: the longest unused first, never what waits. */
export function unneeded(uses: readonly Use[], waiting: ReadonlySet<string>, bytesMax = KEPT_BYTES_MAX): string[] {
  let bytes = uses.reduce((sum, { size }) => sum + size, 0);
  const gone: string[] = [];
  for (const { hash, size } of [...uses].sort((a, b) => a.used - b.used)) {
    if (bytes <= bytesMax) break;
    if (waiting.has(hash)) continue;
    gone.push(hash);
    bytes -= size;
  }
  return gone;
}

/** Keeps blobs for as long as the program runs. */
export function memoryBlobs(): BlobStore {
  const kept = new Map<string, Blob>();
  const waiting = new Map<string, Waiting>();
  return {
    get: async (hash) => kept.get(hash),
    async put(reference, bytes, document) {
      kept.set(reference.blob, bytes);
      if (document !== null) waiting.set(`${document} ${reference.blob}`, { document, reference });
    },
    waiting: async () => [...waiting.values()],
    async settled(document, hash) {
      waiting.delete(`${document} ${hash}`);
    },
    async close() {},
  };
}
