/** Hands out the containers of one state of a document: the present one, or one of the past. */
import { type AnyContainer, type Containers, type CounterContainer, guarded, type Host, type ListContainer, makeContainer, type MapContainer, type PatchEvent, type TextContainer, type TreeContainer } from "./containers.js";
import type { ContainerId, Engine, Kind, Wrap } from "./engine/engine.js";
import { MotetError } from "./errors.js";
import { JsonDocument } from "./json.js";
import type { Unsubscribe } from "./events.js";
import { type RichReader, richReader } from "./rich.js";

/** What has containers: a document, or a version of one. */
export interface Readable {
  /** The containers that every document has, under names of the program's choice, at most 22 bytes long. */
  text(name: string): TextContainer;
  map(name: string): MapContainer;
  list(name: string): ListContainer;
  tree(name: string): TreeContainer;
  counter(name: string): CounterContainer;
  /** The JSON of a document that is of that type. */
  json(): JsonDocument;
}

/** @internal One object for each container, so that they can be compared. */
export class Shelf implements Readable {
  private readonly known = new Map<ContainerId, AnyContainer>();

  private readonly ownJson: JsonDocument;

  constructor(private readonly host: Host) {
    this.ownJson = new JsonDocument(host);
  }

  readonly at = (id: ContainerId): AnyContainer => {
    const known = this.known.get(id) ?? makeContainer(this.host, id);
    this.known.set(id, known);
    return known;
  };

  named<K extends Kind>(_kind: K, id: ContainerId): Containers[K] {
    return this.at(id) as Containers[K];
  }

  text = (name: string) => this.named("text", `text:${name}`);
  map = (name: string) => this.named("map", `map:${name}`);
  list = (name: string) => this.named("list", `list:${name}`);
  tree = (name: string) => this.named("tree", `tree:${name}`);
  counter = (name: string) => this.named("counter", `counter:${name}`);
  json = () => this.ownJson;
}

/** A document as it was at a version or a snapshot, to be read. Give it back with `close` when done: it takes as much memory as the document. */
export class Past implements Readable {
  private readonly shelf: Shelf;
  private readonly engine: Engine;
  readonly text: Shelf["text"];
  readonly map: Shelf["map"];
  readonly list: Shelf["list"];
  readonly tree: Shelf["tree"];
  readonly counter: Shelf["counter"];
  /** Rich texts, by name. */
  readonly rich: RichReader;
  readonly json: Shelf["json"];

  /** @internal */
  constructor(present: Engine, show: (engine: Engine, wrap: Wrap) => Engine) {
    const host: Host = { engine: present, change: refuse, onPatch: never, named: (kind, id) => this.shelf.named(kind, id) };
    this.shelf = new Shelf(host);
    this.engine = show(present, this.shelf.at);
    Object.assign(host, { engine: this.engine });
    this.rich = richReader((ask) => guarded(() => ask(this.engine)));
    ({ text: this.text, map: this.map, list: this.list, tree: this.tree, counter: this.counter, json: this.json } = this.shelf);
  }

  close(): void {
    this.engine.free();
  }
}

function refuse(): never {
  throw new MotetError("read-only", "what a document was at a version cannot be changed; change the document itself");
}

/** The past stays as it is. */
const never = (_listener: (event: PatchEvent) => void): Unsubscribe => () => {};
