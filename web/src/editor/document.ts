/** One open document as the editor shows it: the client's, with people's colours. */
import type { AuthorId, DocumentState, MotetDocument, Presence, Space } from "@motet/client";
import { colourOf } from "../app/colours";
import { Review } from "../suggest/review";

/** What the interface shows of a document. */
export type Snapshot = DocumentState;

export interface Person {
  name: string;
  colour: string;
}

export class OpenDocument {
  /** What is only proposed here. */
  readonly review = new Review(this);
  private readonly forget: () => void;
  /** The colours that people chose, as far as they were here. */
  private readonly colours = new Map<AuthorId, string>();

  constructor(
    readonly client: MotetDocument,
    private readonly space: Space,
    private person: Person,
  ) {
    this.forget = client.on("presence", (peers) => this.learnColours(peers));
  }

  /** What one is called here. */
  get name(): string {
    return this.person.name;
  }

  get id(): string {
    return this.client.id;
  }

  colourOf(author: AuthorId): string {
    return colourOf(author, author === this.client.author ? this.person.colour : this.colours.get(author));
  }

  colourOfPeer(peer: Presence): string {
    return colourOf(peer.author || peer.peer, peer.colour);
  }

  rename(person: Person): void {
    this.person = person;
    this.space.introduce(person);
  }

  setOnline = (online: boolean) => this.space.setOnline(online);

  close(): void {
    this.forget();
    this.client.close();
    // Working offline is a choice about this document, and ends with it.
    this.space.setOnline(true);
  }

  private learnColours(peers: readonly Presence[]): void {
    for (const { author, colour } of peers) {
      if (author) this.colours.set(author, colour);
    }
  }
}
