/** A space: the documents of a server, as one person works on them, online or not. */
import { MotetDocument, type Person } from "./document.js";
import type { Engine, EngineOptions } from "./engine/engine.js";
import { MotetError } from "./errors.js";
import { Emitter } from "./events.js";
import { addressesOf, type DocumentInfo, Documents, type DocumentType } from "./http.js";
import type { DocumentNews, Link, Session, SessionEvent, SessionOptions, SpaceNews, Trouble } from "./session/session.js";

/** Who waits longer than this for a server's first word goes on without. */
const PATIENCE_MS = 3_000;

const COLOUR = "#0f766e";

/** Where to connect, as whom, and what to keep. */
export interface ConnectOptions<Kept> {
  /** The server's address, such as `http://127.0.0.1:4040`. */
  url: string;
  /** What admits to the server, where it asks for a token. */
  token?: string;
  /** What others call you: written into the documents that you change. */
  name?: string;
  /** Your colour, `#rrggbb`. */
  colour?: string;
  /** What keeps documents, and your key, on this device. */
  store?: Kept;
  /** How long to wait for the server's first word, in milliseconds: afterwards one works offline until it comes. 3 s by default. */
  patienceMs?: number;
}

/** What a space tells. */
export interface SpaceEvents {
  status: Link;
  trouble: Trouble;
}

type OpenEngine = (options: EngineOptions) => Promise<Engine>;

/** The documents of a server. Everything goes on while the server is away: it is kept, and sent when it is back. */
export class Space extends Emitter<SpaceEvents> {
  private readonly open_ = new Map<string, MotetDocument>();
  /** Documents that are being opened, and what was told of them meanwhile. */
  private readonly opening = new Map<string, { document: Promise<MotetDocument>; early: DocumentNews[] }>();
  private link: Link = "connecting";
  private trouble: Trouble | null = null;
  private isClosed = false;

  private constructor(
    private readonly session: Session,
    private readonly server: Documents,
    private readonly engine: OpenEngine,
    private person: Person,
  ) {
    super();
    session.listen((event) => this.hear(event));
  }

  /** @internal Waits for the server's first word, or goes on without. */
  static async connect<Kept>(options: ConnectOptions<Kept>, engine: OpenEngine, open: (options: SessionOptions) => Promise<Session>): Promise<Space> {
    const { url, token = "", name = "", colour = COLOUR, patienceMs = PATIENCE_MS } = options;
    const addresses = addressesOf(url);
    const session = await open({ url: addresses.sync, blobs: addresses.blobs, token });
    const space = new Space(session, new Documents(addresses.documents, token), engine, { name, colour });
    await space.firstWord(patienceMs);
    if (space.link !== "refused") return space;
    const trouble = space.trouble;
    await space.close();
    throw new MotetError("permission", trouble?.message ?? "The server does not admit you: check the token.");
  }

  /** Whether there is a server. */
  get status(): Link {
    return this.link;
  }

  /** The server's documents. */
  documents(): Promise<DocumentInfo[]> {
    return this.server.list();
  }

  /** Makes a document on the server; without a type, of what its name says. */
  create(name: string, type?: DocumentType): Promise<DocumentInfo> {
    return this.server.create(name, type);
  }

  /**
   * Opens a document by its id or its name. By its id it opens without a server too, with what is kept here. With
   * `create` a document of that name is made where there is none, of a type where one is given. Whoever opens a document that is open gets the same one,
   * and each closes it.
   */
  async open(document: string, { create = false }: { create?: boolean | DocumentType } = {}): Promise<MotetDocument> {
    this.checkOpen();
    const id = /^[0-9a-f]{32}$/.test(document) ? document : await this.find(document, create);
    const opened = this.open_.get(id) ?? (await (this.opening.get(id)?.document ?? this.begin(id)));
    return opened.opened() ? opened : this.open(id);
  }

  /** Says anew who one is: to others from now on, and in documents that are opened from now on. */
  introduce(person: Person): void {
    this.person = person;
    for (const document of this.open_.values()) document.presentAgain();
  }

  /** The switch for working offline on purpose; also tries again to connect where the server refused. */
  setOnline(online: boolean): void {
    this.session.setOnline(online);
  }

  /** Closes all documents, and ends once everything is stored here. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await Promise.allSettled([...this.opening.values()].map(({ document }) => document));
    for (const document of [...this.open_.values()]) document.end();
    this.forget();
    await this.session.end();
  }

  private async find(name: string, create: boolean | DocumentType): Promise<string> {
    const found = (await this.server.list()).filter((info) => info.name === name && !info.deleted);
    if (found.length > 1) {
      throw new MotetError("ambiguous", `${found.length} documents are called “${name}”: open one of them by its id (${found.map(({ id }) => id).join(", ")})`);
    }
    if (found[0]) return found[0].id;
    if (create !== false) return (await this.server.create(name, create === true ? undefined : create)).id;
    throw new MotetError("no-document", `No document is called “${name}”. \`create\` makes one.`);
  }

  private begin(id: string): Promise<MotetDocument> {
    const early: DocumentNews[] = [];
    const document = this.load(id, early).finally(() => this.opening.delete(id));
    this.opening.set(id, { document, early });
    return document;
  }

  private async load(id: string, early: DocumentNews[]): Promise<MotetDocument> {
    const { session } = this;
    const stored = await session.open(id);
    const space = this;
    let document: MotetDocument;
    try {
      document = await MotetDocument.open(id, stored, {
        session,
        get person() {
          return space.person;
        },
        openEngine: ({ document, stored, wrap }) => {
          const replica = crypto.getRandomValues(new Uint8Array(8));
          return this.engine({ document, name: this.person.name, secret: session.secret, replica, ...stored, wrap });
        },
        closed: () => void this.open_.delete(id),
      });
    } catch (error) {
      session.close(id);
      throw MotetError.from(error);
    }
    this.open_.set(id, document);
    document.hearLink(this.link);
    if (this.link === "refused" && this.trouble) document.hearTrouble(this.trouble);
    for (const news of early) document.hear(news);
    document.present(null);
    return document;
  }

  private hear({ document, news }: SessionEvent): void {
    if (document === null) return this.hearSpace(news);
    const open = this.open_.get(document);
    if (open) open.hear(news);
    else this.opening.get(document)?.early.push(news);
  }

  private hearSpace(news: SpaceNews): void {
    if (news.kind === "link") {
      this.link = news.link;
      for (const document of this.open_.values()) document.hearLink(news.link);
      this.emit("status", news.link);
      return;
    }
    this.trouble = news.trouble;
    for (const document of this.open_.values()) document.hearTrouble(news.trouble);
    this.emit("trouble", news.trouble);
  }

  /** A refusal is told with its reason: the reason comes after the status. */
  private firstWord(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, patienceMs);
      const endStatus = this.on("status", (link) => link !== "connecting" && link !== "refused" && done());
      const endTrouble = this.on("trouble", done);
      function done() {
        clearTimeout(timer);
        endStatus();
        endTrouble();
        resolve();
      }
    });
  }

  private checkOpen(): void {
    if (this.isClosed) throw new MotetError("closed", "the space is closed: connect again");
  }
}
