/** Files that one takes away. */
import { toast } from "../app/toasts";
import type { Download } from "./content";

/** How long the browser may take to begin with what it is given. */
const GIVEN_MS = 1_000;

/** What a file is called; one that is named as a file keeps its name. */
export const fileName = (name: string, extension: string) => (/\.\w+$/.test(name) ? name : `${name}.${extension}`);

/** Gives a download to the browser under the document's name. */
export async function take(name: string, { extension, mediaType, read }: Download): Promise<void> {
  try {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await read()], { type: mediaType }));
    link.download = fileName(name, extension);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), GIVEN_MS);
  } catch (error) {
    toast(`The file could not be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}
