/** The blobs that a browser keeps, in an IndexedDB database of their own, which all tabs share. */
import { committed, settled } from "../session/store.js";
import type { BlobFacts } from "./reference.js";
import { type BlobStore, unneeded, type Use, type Waiting } from "./store.js";

const FORMAT = 1;
const TABLES = ["bytes", "uses", "waiting"] as const;

/** A record of what waits: plain fields, as the database copies them. */
interface WaitingRecord {
  document: string;
  hash: string;
  reference: BlobFacts;
}

async function openDatabase(name: string, factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(name, FORMAT);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("bytes");
    request.result.createObjectStore("uses", { keyPath: "hash" });
    request.result.createObjectStore("waiting", { keyPath: ["document", "hash"] });
  };
  const database = await settled(request);
  // Another tab with a newer app waits for this one to let go.
  database.onversionchange = () => database.close();
  return database;
}

/** Opens the blobs of this browser. */
export async function openBlobStore(name: string, factory: IDBFactory = indexedDB, now: () => number = Date.now): Promise<BlobStore> {
  const database = await openDatabase(name, factory);
  const begin = (mode: IDBTransactionMode) => {
    const transaction = database.transaction(TABLES, mode, { durability: "strict" });
    const [bytes, uses, waiting] = TABLES.map((table) => transaction.objectStore(table)) as [IDBObjectStore, IDBObjectStore, IDBObjectStore];
    return { done: committed(transaction), bytes, uses, waiting };
  };

  async function forgetUnneeded(): Promise<void> {
    const { done, bytes, uses, waiting } = begin("readwrite");
    const all = (await settled(uses.getAll())) as Use[];
    const kept = (await settled(waiting.getAll())) as WaitingRecord[];
    for (const hash of unneeded(all, new Set(kept.map((record) => record.hash)))) {
      bytes.delete(hash);
      uses.delete(hash);
    }
    await done;
  }

  return {
    async get(hash) {
      const { done, bytes, uses } = begin("readwrite");
      const found = (await settled(bytes.get(hash))) as Blob | undefined;
      if (found) uses.put({ hash, size: found.size, used: now() } satisfies Use);
      // What is not noted as used is only forgotten sooner.
      await done.catch(() => {});
      return found;
    },

    async put(reference, blob, document) {
      const hash = reference.blob;
      const { done, bytes, uses, waiting } = begin("readwrite");
      bytes.put(blob, hash);
      uses.put({ hash, size: blob.size, used: now() } satisfies Use);
      if (document !== null) waiting.put({ document, hash, reference: { ...reference } } satisfies WaitingRecord);
      await done;
      await forgetUnneeded();
    },

    async waiting() {
      const records = (await settled(begin("readonly").waiting.getAll())) as WaitingRecord[];
      return records.map(({ document, reference }): Waiting => ({ document, reference }));
    },

    async settled(document, hash) {
      const { done, waiting } = begin("readwrite");
      waiting.delete([document, hash]);
      await done;
    },

    async close() {
      database.close();
    },
  };
}
