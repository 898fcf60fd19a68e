/** The blobs of an open document, in its worker: from the browser's store, or else from whoever has them. */
import type { Member, MemberEvent } from "../engine/member";
import type { BlobStore } from "./blobStore";
import type { SessionEvent } from "./session";

export interface BlobWorld {
  member: Pick<Member, "wantBlob" | "keepBlob">;
  /** None where the browser keeps nothing: then blobs are fetched each time. */
  store: BlobStore | undefined;
  emit(event: SessionEvent): void;
  /** Moves what the member has to say. */
  pump(): void;
}

export class BlobDesk {
  /** What the page asked for and has not got. */
  private readonly wanted = new Set<string>();

  constructor(
    private readonly document: string,
    private readonly world: BlobWorld,
  ) {}

  /** The page wants to see a blob. */
  async want(hash: string): Promise<void> {
    if (this.wanted.has(hash)) return;
    this.wanted.add(hash);
    const kept = await this.kept(hash);
    if (kept) return this.give(hash, kept);
    this.world.member.wantBlob(this.document, hash);
    this.world.pump();
  }

  /** The page has the bytes of a blob that it is about to name. Answers once they are on disk, or it said that they are not. */
  async keep(bytes: Uint8Array): Promise<void> {
    const hash = this.world.member.keepBlob(this.document, bytes);
    this.world.pump();
    await this.store(hash, bytes);
    this.world.emit({ kind: "blobKept", hash });
  }

  /** What the member says of blobs. */
  react(event: MemberEvent): void {
    switch (event.kind) {
      case "blob":
        this.give(event.hash, event.bytes);
        void this.store(event.hash, event.bytes);
        break;
      case "blobAsked":
        void this.answer(event.hash);
        break;
      case "blobProgress":
        this.world.emit({ kind: "blobProgress", hash: event.hash, part: event.part });
        break;
    }
  }

  private give(hash: string, bytes: Uint8Array): void {
    if (this.wanted.delete(hash)) this.world.emit({ kind: "blob", hash, bytes });
  }

  /** Somebody lacks a blob that may be in the store since an earlier visit. */
  private async answer(hash: string): Promise<void> {
    const kept = await this.kept(hash);
    if (!kept) return;
    this.world.member.keepBlob(this.document, kept);
    this.world.pump();
  }

  /** A store that cannot be read has nothing: the bytes are fetched. */
  private kept(hash: string): Promise<Uint8Array | undefined> {
    return this.world.store?.get(hash).catch(() => undefined) ?? Promise.resolve(undefined);
  }

  private async store(hash: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.world.store?.put(hash, bytes);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `This browser failed to keep a file of ${bytes.length} bytes (${reason}). Free some space; a file that you added reaches others only while this page is open and connected.`;
      this.world.emit({ kind: "trouble", trouble: { code: "browser-blobs", message } });
    }
  }
}
