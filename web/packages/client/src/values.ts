/** What registers hold. */

/**
 * What a key of a map or an item of a list can hold, replaced as a whole: at most 64 levels deep, a text or bytes of
 * 1 MiB, and 4 MiB all in all. Containers hold what many people edit at once.
 *
 * Whole numbers up to 2^53 are numbers, greater ones of 64 bits big integers. A number that is whole is kept as a whole
 * number, any other as a float; {@link Float} keeps a whole one as a float.
 *
 * A picture or other file that a program of another language put there is read as `{blob, size, type}`, the first its hash,
 * and of an image with `width` and `height`. Written, such an object is a plain one and names no file.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Float | readonly Value[] | { readonly [key: string]: Value };

/** A number that is kept as a float although it is whole. It is read as a plain number. */
export class Float {
  constructor(readonly float: number) {}
}

/** What a container and all within it come to, without anything that changes. */
export type Json = null | boolean | number | bigint | string | Uint8Array | readonly Json[] | { readonly [key: string]: Json };
