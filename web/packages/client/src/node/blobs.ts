/** Blobs in a directory: the bytes of each in a file of its name, and in `waiting.json` what the server does not have. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore, Waiting } from "../blobs/store.js";
import { MotetError } from "../errors.js";
import { failed, readIfThere, replace } from "./files.js";

/** The blobs of a store, which holds the lock. Nothing is removed: who keeps a directory decides what to keep. */
export function directoryBlobs(directory: string): BlobStore {
  const list = join(directory, "waiting.json");
  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run, run);
    last = turn.catch(() => {});
    return turn;
  };
  const pathOf = (hash: string) => {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new MotetError("name", "a file is named by 64 hexadecimal digits");
    return join(directory, hash);
  };
  const waiting = async (): Promise<Waiting[]> => {
    const text = await readIfThere(list);
    return text === null ? [] : (JSON.parse(text.toString()) as Waiting[]);
  };
  const others = async (document: string, hash: string) => (await waiting()).filter((one) => one.document !== document || one.reference.blob !== hash);
  const write = (path: string, bytes: string | AsyncIterable<Uint8Array>) =>
    replace(path, bytes).catch((error: unknown) => {
      throw failed(path, error);
    });

  return {
    waiting: () => inTurn(waiting),

    get: (hash) =>
      inTurn(async () => {
        const bytes = await readIfThere(pathOf(hash));
        return bytes === null ? undefined : new Blob([new Uint8Array(bytes)]);
      }),

    put: (reference, bytes, document) =>
      inTurn(async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await write(pathOf(reference.blob), bytes.stream() as unknown as AsyncIterable<Uint8Array>);
        if (document !== null) await write(list, JSON.stringify([...(await others(document, reference.blob)), { document, reference }]));
      }),

    settled: (document, hash) =>
      inTurn(async () => {
        const left = await others(document, hash);
        if (left.length < (await waiting()).length) await write(list, JSON.stringify(left));
      }),

    async close() {
      await last;
    },
  };
}
