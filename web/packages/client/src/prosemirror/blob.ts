/** The picture that an image in a note is, where its bytes lie beside the document. */
import type { BlobFacts } from "../blobs/reference.js";

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** What a property or a clipboard says of a blob; null where it is none. */
export function blobOf(value: unknown): BlobFacts | null {
  const { blob, size, type, width, height } = (value ?? {}) as Record<string, unknown>;
  if (typeof blob !== "string" || !/^[0-9a-f]{64}$/.test(blob) || !isCount(size) || typeof type !== "string") return null;
  return { blob, size, type, ...(isCount(width) && isCount(height) && { width, height }) };
}

/** Where servers give a blob. */
export const addressOf = ({ blob }: BlobFacts) => `/blobs/${blob}`;
