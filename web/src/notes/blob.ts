/** The pictures that may be in a note, and what a page shows of them. */
import type { BlobFacts } from "@motet/client";

/** What browsers show, and what may be opened by itself without harm. An SVG holds scripts: it is shown, and never opened. */
const OPENED = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"];
const SVG = "image/svg+xml";

/** What may be put into a note. */
export const PICTURES: readonly string[] = [...OPENED, SVG];

/** An SVG is shown as an address that is no page of this origin, which has it in memory as a whole. */
const SVG_BYTES_MAX = 2 << 20;

/** An address under which this page shows the bytes; null for what no browser shows. */
export async function urlOf(bytes: Blob, type: string): Promise<string | null> {
  if (OPENED.includes(type)) return URL.createObjectURL(bytes.slice(0, bytes.size, type));
  if (type !== SVG || bytes.size > SVG_BYTES_MAX) return null;
  return `data:${SVG};base64,${btoa(Array.from(new Uint8Array(await bytes.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""))}`;
}

/** A picture of the same size that shows nothing: leaves room until the bytes are here. */
export function placeholder({ width = 320, height = 200 }: BlobFacts): string {
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`)}`;
}
