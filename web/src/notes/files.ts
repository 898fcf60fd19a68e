/** Picture files that are pasted, dropped or chosen, and pictures that come within HTML as their bytes. */
import { blobOf, schema } from "@motet/client/prosemirror";
import type { BlobReference } from "@motet/client";
import { Fragment, type Node, Slice } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { toast } from "../app/toasts";

/** The pictures that come as files; none where what comes says something in words, of which they are a copy. */
export function picturesIn(data: DataTransfer | null): File[] {
  if (data === null || data.getData("text/plain").trim() !== "") return [];
  return [...data.files].filter(({ type }) => type.startsWith("image/"));
}

const BYTES = /^data:(image\/[\w.+-]+);base64,([\w+/=\s]+)$/;

/** The file that an address has within itself; null where it is another one. */
export function fileOf(address: unknown): File | null {
  const [, type, text] = (typeof address === "string" && BYTES.exec(address)) || [];
  if (!type || !text) return null;
  try {
    return new File([Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))], "picture", { type });
  } catch {
    return null;
  }
}

/** The addresses of pictures that have their bytes within. */
function bytesIn({ content }: Slice): string[] {
  const found: string[] = [];
  content.descendants((node) => void (node.type === schema.nodes.image && BYTES.test(node.attrs["address"] ?? "") && found.push(node.attrs["address"])));
  return found;
}

/** The same with these pictures as blobs, and without those that are none. */
function withBlobs(fragment: Fragment, blobs: ReadonlyMap<string, BlobReference | null>): Fragment {
  const nodes = fragment.content.flatMap((node): Node[] => {
    const blob = node.type === schema.nodes.image ? blobs.get(node.attrs["address"]) : undefined;
    if (blob === undefined) return [node.isText ? node : node.copy(withBlobs(node.content, blobs))];
    return blob === null ? [] : [schema.node("image", { ...node.attrs, address: null, blob: blobOf(blob) }, undefined, node.marks)];
  });
  return Fragment.fromArray(nodes);
}

type Add = (files: readonly File[], place: number | null) => void;

/** Files that come alone and are no pictures: that is said. */
function refuses(data: DataTransfer | null): boolean {
  const others = [...(data?.files ?? [])].filter(({ type }) => !type.startsWith("image/"));
  if (others.length === 0 || data?.getData("text/plain").trim() !== "" || data.getData("text/html") !== "") return false;
  toast(`${others[0]!.name} is no picture, and only pictures are put into notes. Other files are imported in the list of documents.`);
  return true;
}

/** Hands files to `add`, which puts them at a place of the note, or with null where the selection is; what is within HTML to `keep`. */
export function filesPlugin(add: Add, keep: (file: File) => Promise<BlobReference | null>): Plugin {
  const isKept = async (address: string) => {
    const file = fileOf(address);
    return [address, file && (await keep(file))] as const;
  };
  return new Plugin({
    props: {
      handlePaste(view, event, slice) {
        const files = picturesIn(event.clipboardData);
        if (files.length > 0) add(files, null);
        const within = files.length > 0 ? [] : bytesIn(slice);
        if (within.length > 0) {
          // The bytes are beside the document before anything names them.
          void Promise.all([...new Set(within)].map(isKept)).then((kept) => {
            if (view.isDestroyed) return;
            view.dispatch(view.state.tr.replaceSelection(new Slice(withBlobs(slice.content, new Map(kept)), slice.openStart, slice.openEnd)).scrollIntoView().setMeta("paste", true));
          });
        }
        return files.length + within.length > 0 || refuses(event.clipboardData);
      },
      handleDrop(view, event) {
        const files = picturesIn(event.dataTransfer);
        if (view.dragging) return false;
        if (files.length === 0) return refuses(event.dataTransfer) && (event.preventDefault(), true);
        event.preventDefault();
        add(files, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? null);
        return true;
      },
    },
  });
}
