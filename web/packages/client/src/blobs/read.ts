/** Reads bytes from the first to the last, never all at once. */
import type { BlobReader } from "../engine/load.js";

/** What is in memory at a time. */
const PIECE_BYTES = 1 << 20;

/** Hands the bytes of a blob to a reader. */
export async function readInto(reader: BlobReader, bytes: Blob): Promise<void> {
  for (let at = 0; at < bytes.size; at += PIECE_BYTES) {
    reader.update(new Uint8Array(await bytes.slice(at, at + PIECE_BYTES).arrayBuffer()));
  }
}

/** Gathers a stream of at most so many bytes, and hands them to a reader; null where there are more. */
export async function gather(reader: BlobReader, stream: ReadableStream<Uint8Array>, sizeMax: number): Promise<Blob | null> {
  // What is gathered goes where the browser keeps blobs, which need not be memory.
  let [all, piece, held, size] = [new Blob(), [] as Uint8Array<ArrayBuffer>[], 0, 0];
  const source = stream.getReader();
  for (let next = await source.read(); !next.done; next = await source.read()) {
    const bytes = next.value as Uint8Array<ArrayBuffer>;
    size += bytes.length;
    if (size > sizeMax) {
      await source.cancel();
      return null;
    }
    reader.update(bytes);
    piece.push(bytes);
    held += bytes.length;
    if (held < PIECE_BYTES) continue;
    all = new Blob([all, ...piece]);
    [piece, held] = [[], 0];
  }
  return new Blob([all, ...piece]);
}
