/**
 * A store in a directory: `secret`, and for each document the frames in `ID.frames`, one record behind the other, and
 * notes in `ID.json`. A record is its length in 4 bytes (little-endian), the first 8 bytes of its SHA-256, and a frame.
 * What a crash left of the last record is cut off when the file is next read. Pictures and other files are in `blobs`.
 */
import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { MotetError } from "../errors.js";
import { directoryBlobs } from "./blobs.js";
import { codeOf, failed, readIfThere, replace } from "./files.js";
import type { DocumentNotes, Store } from "../session/store.js";

const HEAD_BYTES = 12;

function record(frame: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(frame.length);
  createHash("sha256").update(frame).digest().copy(head, 4, 0, 8);
  return Buffer.concat([head, frame]);
}

/** The frames of whole records, and where they end. */
function framesIn(file: Buffer): { frames: Uint8Array[]; end: number } {
  const frames: Uint8Array[] = [];
  let end = 0;
  while (end + HEAD_BYTES <= file.length) {
    const frame = file.subarray(end + HEAD_BYTES, end + HEAD_BYTES + file.readUInt32LE(end));
    if (!record(frame).equals(file.subarray(end, end + HEAD_BYTES + frame.length))) break;
    frames.push(new Uint8Array(frame));
    end += HEAD_BYTES + frame.length;
  }
  return { frames, end };
}

/** Keeps two processes from writing one directory. */
async function lock(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, "lock");
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const file = await open(path, "wx", 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw failed(path, error);
      const holder = Number(await readIfThere(path));
      if (isRunning(holder)) throw new MotetError("store-busy", `the store ${directory} is used by process ${holder}: use another directory, or end it`);
      await rm(path, { force: true });
    }
  }
  throw new MotetError("store-busy", `the store ${directory} is used by another process`);
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function secretOf(directory: string): Promise<Uint8Array> {
  const path = join(directory, "secret");
  const known = await readIfThere(path);
  if (known?.length === 32) return new Uint8Array(known);
  if (known !== null) throw new MotetError("store", `${path} is not a key of 32 bytes: bring back the right one, or use another directory`);
  const secret = randomBytes(32);
  await replace(path, secret);
  return new Uint8Array(secret);
}

/** Opens a store in a directory, which is made if it is missing. */
export async function directoryStore(directory: string): Promise<Store> {
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw failed(directory, error);
  });
  const unlock = await lock(directory);
  const files = new Map<string, Promise<FileHandle>>();
  /** One thing after the other, so that records never mix. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(path: string, run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run, run).catch((error: unknown) => {
      throw failed(path, error);
    });
    last = turn.catch(() => {});
    return turn;
  };
  const pathOf = (document: string, kind: string) => {
    if (!/^[0-9a-f]{32}$/.test(document)) throw new MotetError("name", "a document is named by 32 hexadecimal digits");
    return join(directory, `${document}.${kind}`);
  };
  const notesOf = async (document: string): Promise<DocumentNotes> => {
    const text = await readIfThere(pathOf(document, "json"));
    if (text === null) return { choices: null, waiting: 0 };
    const { choices, waiting } = JSON.parse(text.toString()) as { choices: string | null; waiting: number };
    return { choices: choices === null ? null : new Uint8Array(Buffer.from(choices, "base64")), waiting };
  };

  return {
    secret: () => inTurn(directory, () => secretOf(directory)),

    frames(document) {
      const path = pathOf(document, "frames");
      return inTurn(path, async () => {
        const bytes = await readIfThere(path);
        if (bytes === null) return [];
        const { frames, end } = framesIn(bytes);
        if (end < bytes.length) await cut(path, end);
        return frames;
      });
    },

    add(document, frames) {
      const path = pathOf(document, "frames");
      return inTurn(path, async () => {
        const opened = files.get(path) ?? open(path, "a", 0o600);
        files.set(path, opened);
        await append(await opened, Buffer.concat(frames.map(record)));
      });
    },

    notes: (document) => inTurn(pathOf(document, "json"), () => notesOf(document)),

    note(document, change) {
      const path = pathOf(document, "json");
      return inTurn(path, async () => {
        const { choices, waiting } = { ...(await notesOf(document)), ...change };
        const text = choices === null ? null : Buffer.from(choices).toString("base64");
        await replace(path, JSON.stringify({ choices: text, waiting }));
      });
    },

    blobs: directoryBlobs(join(directory, "blobs")),

    async close() {
      await last;
      for (const file of files.values()) await file.then((opened) => opened.close()).catch(() => {});
      await unlock();
    },
  };
}

/** Appends, or leaves the file as it was: nothing behind half a record could be read again. */
async function append(file: FileHandle, bytes: Buffer): Promise<void> {
  const { size } = await file.stat();
  try {
    await file.appendFile(bytes);
    await file.datasync();
  } catch (error) {
    await file.truncate(size);
    throw error;
  }
}

async function cut(path: string, end: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.truncate(end);
    await file.sync();
  } finally {
    await file.close();
  }
}
