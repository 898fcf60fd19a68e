/** The blobs that a browser keeps, in an IndexedDB database of their own: by hash, whoever names them. */

const DATABASE = "motet-blobs";
const FORMAT = 1;

export interface BlobStore {
  get(hash: string): Promise<Uint8Array | undefined>;
  /** Resolves when the bytes are on disk. */
  put(hash: string, bytes: Uint8Array): Promise<void>;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's store failed"));
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser's store is full or was closed"));
  });
}

/** Opens the browser's blobs. */
export async function openBlobStore(factory: IDBFactory = indexedDB): Promise<BlobStore> {
  const request = factory.open(DATABASE, FORMAT);
  request.onupgradeneeded = () => request.result.createObjectStore("blobs");
  const database = await settled(request);
  database.onversionchange = () => database.close();
  return {
    async get(hash) {
      const table = database.transaction("blobs", "readonly").objectStore("blobs");
      return (await settled(table.get(hash))) as Uint8Array | undefined;
    },
    async put(hash, bytes) {
      const transaction = database.transaction("blobs", "readwrite", { durability: "strict" });
      const done = committed(transaction);
      transaction.objectStore("blobs").put(bytes, hash);
      await done;
    },
  };
}
