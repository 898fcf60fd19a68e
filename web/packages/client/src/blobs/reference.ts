/** What a document says of a picture or another file whose bytes lie beside it. */

/** A file as it is read in a document: enough to leave room for it before the bytes are here. */
export interface BlobFacts {
  /** Its name: the BLAKE3 hash of its bytes, 64 hexadecimal digits. */
  readonly blob: string;
  /** Its length in bytes. */
  readonly size: number;
  /** Its media type, such as `image/png`. */
  readonly type: string;
  /** Of an image, in pixels, where they were found. */
  readonly width?: number;
  readonly height?: number;
}

/** A file as it is written into a document: a plain object with the same fields would be a map. */
export class BlobReference implements BlobFacts {
  readonly blob: string;
  readonly size: number;
  readonly type: string;
  declare readonly width?: number;
  declare readonly height?: number;

  constructor({ blob, size, type, width, height }: BlobFacts) {
    this.blob = blob;
    this.size = size;
    this.type = type;
    if (width !== undefined && height !== undefined) Object.assign(this, { width, height });
  }
}
