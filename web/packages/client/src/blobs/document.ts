/** The pictures and other files of an open document. */
import { MotetError } from "../errors.js";
import type { Session, Upload } from "../session/session.js";
import { type BlobFacts, BlobReference } from "./reference.js";

/** @internal What the files need of their document. */
export interface BlobGround {
  readonly id: string;
  session(): Session;
  uploads(): readonly Upload[];
  /** Something is on its way to the store of this device; what is returned says that it is there. */
  storing(): () => void;
}

/** The pictures and other files of a document: `add` keeps one and sends it, a register holds the reference. */
export class DocumentBlobs {
  /** @internal */
  constructor(private readonly ground: BlobGround) {}

  /**
   * Keeps bytes on this device, sends them to the server as soon as there is one, and tells what to write into the document:
   * `map.set("picture", await doc.blobs.add(file))`. What the bytes are, such as a PNG of so many pixels, is found out from
   * themselves; of others, `type` is believed. Rejects with `blob-too-long` where the server takes no file so long.
   */
  async add(bytes: Blob | Uint8Array, type = bytes instanceof Blob ? bytes.type : ""): Promise<BlobReference> {
    const session = this.ground.session();
    const stored = this.ground.storing();
    try {
      const blob = bytes instanceof Blob ? bytes.slice(0, bytes.size, type) : new Blob([bytes as Uint8Array<ArrayBuffer>], { type });
      return new BlobReference(await session.addBlob(this.ground.id, blob));
    } catch (error) {
      throw MotetError.from(error);
    } finally {
      stored();
    }
  }

  /**
   * The bytes that a reference names, from this device or else from the server, and what they are called is true. Rejects with
   * `unreachable` where neither is there, and with `blob-missing` while the server waits for them itself.
   */
  async get(reference: BlobFacts): Promise<Blob> {
    try {
      return await this.ground.session().getBlob(reference);
    } catch (error) {
      throw MotetError.from(error);
    }
  }

  /** What was added here and is not on the server; the document's event `uploads` says when that changes. */
  get uploads(): readonly Upload[] {
    return this.ground.uploads();
  }

  /** Sends at once what the server refused or did not answer to. */
  retry(): void {
    this.ground.session().retryBlobs();
  }

  /** Sends a file no more: one that the server will never take. Who opens the document elsewhere does not see it. */
  async giveUp({ blob }: Pick<BlobFacts, "blob">): Promise<void> {
    await this.ground.session().giveUpBlob(this.ground.id, blob);
  }
}
