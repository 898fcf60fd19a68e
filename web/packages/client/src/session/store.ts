/** What a device keeps: every frame of every opened document, one key, personal choices. In browsers in IndexedDB. */
import type { BlobStore } from "../blobs/store.js";

const FORMAT = 1;
/** Beyond so many records of one document, opening it folds them into one. */
const RECORDS_MAX = 256;

interface FrameRecord {
  document: string;
  key: string;
  frames: Uint8Array[];
}

/** What is kept of a document beside its frames. */
export interface DocumentNotes {
  choices: Uint8Array | null;
  /** Own actions that were not durable when last heard of. */
  waiting: number;
}

/** What keeps documents on a device. */
export interface Store {
  /** The author's secret key, 32 bytes, made once. */
  secret(): Promise<Uint8Array>;
  frames(document: string): Promise<Uint8Array[]>;
  /** Resolves when the frames are on disk. */
  add(document: string, frames: readonly Uint8Array[]): Promise<void>;
  notes(document: string): Promise<DocumentNotes>;
  note(document: string, change: Partial<DocumentNotes>): Promise<void>;
  /** Pictures and other files. Where a store in Node has none, they are kept for as long as the program runs. */
  readonly blobs?: BlobStore;
  close(): Promise<void>;
}

/** @internal The answer to a request. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's store failed"));
  });
}

/** @internal Resolves when everything in a transaction is on disk. */
export function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser's store is full or was closed"));
  });
}

/** Two independent 53-bit mixes and the length: names equal frames alike, so that two tabs store one copy. */
function keyOf(frame: Uint8Array): string {
  const mix = (seed: number) => {
    let [a, b] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed];
    for (const byte of frame) {
      a = Math.imul(a ^ byte, 2654435761);
      b = Math.imul(b ^ byte, 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
  };
  return `${frame.length.toString(36)}-${mix(0)}-${mix(0x9e3779b9)}`;
}

async function openDatabase(name: string, factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(name, FORMAT);
  request.onupgradeneeded = () => {
    const frames = request.result.createObjectStore("frames", { keyPath: ["document", "key"] });
    frames.createIndex("document", "document");
    request.result.createObjectStore("notes");
  };
  const database = await settled(request);
  // Another tab with a newer app waits for this one to let go.
  database.onversionchange = () => database.close();
  return database;
}

/** Opens a store of this browser. */
export async function openStore(name: string, factory: IDBFactory = indexedDB): Promise<Store> {
  const database = await openDatabase(name, factory);
  const begin = (name: "frames" | "notes", mode: IDBTransactionMode) => {
    const transaction = database.transaction(name, mode, { durability: "strict" });
    return { transaction, table: transaction.objectStore(name) };
  };

  async function notes(document: string): Promise<DocumentNotes> {
    const found = (await settled(begin("notes", "readonly").table.get(`document:${document}`))) as DocumentNotes | undefined;
    return found ?? { choices: null, waiting: 0 };
  }

  return {
    notes,

    async secret() {
      const { transaction, table } = begin("notes", "readwrite");
      const done = committed(transaction);
      let secret = (await settled(table.get("secret"))) as Uint8Array | undefined;
      if (secret === undefined) {
        secret = crypto.getRandomValues(new Uint8Array(32));
        table.put(secret, "secret");
      }
      await done;
      return secret;
    },

    async frames(document) {
      const { transaction, table } = begin("frames", "readwrite");
      const done = committed(transaction);
      const records = (await settled(table.index("document").getAll(document))) as FrameRecord[];
      const frames = records.flatMap((record) => record.frames);
      if (records.length > RECORDS_MAX) {
        for (const record of records) table.delete([record.document, record.key]);
        table.put({ document, key: `folded-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`, frames });
      }
      await done;
      return frames;
    },

    async add(document, frames) {
      const { transaction, table } = begin("frames", "readwrite");
      const done = committed(transaction);
      for (const frame of frames) table.put({ document, key: keyOf(frame), frames: [frame] } satisfies FrameRecord);
      await done;
    },

    async note(document, change) {
      const { transaction, table } = begin("notes", "readwrite");
      const done = committed(transaction);
      const key = `document:${document}`;
      const old = ((await settled(table.get(key))) as DocumentNotes | undefined) ?? { choices: null, waiting: 0 };
      table.put({ ...old, ...change }, key);
      await done;
    },

    async close() {
      database.close();
    },
  };
}
