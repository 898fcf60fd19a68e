/** What registers hold. */
import type { BlobReference } from "./blobs/reference.js";

/**
 * What a key of a map or an item of a list can hold, replaced as a whole: at most 64 levels deep, a text or bytes of
 * 1 MiB, and 4 MiB all in all. Containers hold what many people edit at once.
 *
 * Whole numbers up to 2^53 are numbers, greater ones of 64 bits big integers. A number that is whole is kept as a whole
 * number, any other as a float; {@link Float} keeps a whole one as a float.
 *
 * A picture or another file is written as a {@link BlobReference}, which `doc.blobs.add` gives, and read as its
 * {@link BlobFacts}, a plain object. Such an object written is a map and names no file: write `new BlobReference(facts)`.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Float | BlobReference | readonly Value[] | { readonly [key: string]: Value };

/** A number that is kept as a float although it is whole. It is read as a plain number. */
export class Float {
  constructor(readonly float: number) {}
}

/** What a container and all within it come to, without anything that changes. */
export type Json = null | boolean | number | bigint | string | Uint8Array | readonly Json[] | { readonly [key: string]: Json };
