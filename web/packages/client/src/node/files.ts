/** Files that are replaced as a whole, or not at all. */
import { open, readFile, rename } from "node:fs/promises";
import { MotetError } from "../errors.js";

/** @internal The system's code of an error. */
export const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** @internal An error of a store, with its path. */
export function failed(path: string, error: unknown): MotetError {
  const reason = error instanceof Error ? error.message : String(error);
  return new MotetError("store", `the store ${path} failed: ${reason}`, { cause: error });
}

/** @internal What a file holds; null where there is none. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw failed(path, error);
  }
}

/** @internal Puts a whole file in place of another, or not at all. */
export async function replace(path: string, bytes: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w", 0o600);
  try {
    // Each piece goes behind the one before.
    for await (const piece of typeof bytes === "string" || bytes instanceof Uint8Array ? [bytes] : bytes) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}
