/** An image on the page: from its address, or from bytes that may still be on their way, with room left for them. */
import { addressOf, blobOf, isSafe } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";
import type { NodeView, NodeViewConstructor } from "prosemirror-view";
import { placeholder } from "./blob";
import type { PictureSource, PictureState } from "./pictures";

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

function button(words: string, run: () => void): HTMLButtonElement {
  const made = element("button", "link-button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", run);
  return made;
}

/** What others say that it shows. */
function describe(image: HTMLImageElement, { attrs }: Node): void {
  image.alt = attrs["alt"] ?? "";
  image.title = attrs["title"] ?? "";
}

/** What is said of an image that does not come: mostly pages of this server show none from elsewhere, so that nobody there learns who reads. */
function elsewhere(address: string): (string | HTMLElement)[] {
  let host = "";
  try {
    host = new URL(address, location.href).host;
  } catch {
    return ["This is no address of a picture."];
  }
  if (!/^https?:/i.test(address) || host === location.host) return ["There is no picture at this address."];
  const link = element("a", "");
  Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer", textContent: "Open it there" });
  return [`This picture is at ${host}, and is not loaded from there. Paste it, or put its file in, to have it here. `, link];
}

/** An image that the browser fetches by itself. */
function plainView(first: Node): NodeView {
  const dom = element("span", "note-picture");
  const image = element("img", "");
  const said = element("span", "note-picture-words");
  dom.append(image, said);
  let address: string | null = null;
  const show = (node: Node) => {
    describe(image, node);
    const next = (node.attrs["address"] as string | null) ?? "";
    if (next === address) return;
    address = next;
    dom.classList.remove("is-elsewhere");
    said.hidden = true;
    if (isSafe(address) || /^data:image\//i.test(address)) image.src = address;
  };
  image.addEventListener("error", () => {
    dom.classList.add("is-elsewhere");
    said.hidden = false;
    said.replaceChildren(...(image.alt ? [`${image.alt}. `] : []), ...elsewhere(address ?? ""));
  });
  show(first);
  return {
    dom,
    update(next) {
      const isSame = next.type === first.type && (Boolean(next.attrs["address"]) || blobOf(next.attrs["blob"]) === null);
      if (isSame) show(next);
      return isSame;
    },
    stopEvent: (event) => event.target instanceof HTMLAnchorElement,
    ignoreMutation: () => true,
  };
}

/** How images are drawn; without a source, blobs as the room that they take. */
export function pictureView(pictures: PictureSource | null): NodeViewConstructor {
  return (first) => {
    const reference = first.attrs["address"] ? null : blobOf(first.attrs["blob"]);
    if (reference === null) return plainView(first);
    const dom = element("span", "note-picture");
    const image = element("img", "");
    const said = element("span", "note-picture-words");
    said.setAttribute("role", "status");
    dom.append(image, said);
    image.decoding = "async";
    image.src = placeholder(reference);
    describe(image, first);
    const offers = [button("Try again", () => pictures?.retry()), button("Do not send", () => pictures?.giveUp(reference))];
    const show = ({ url, words, isWrong, isRefused }: PictureState) => {
      if (url !== null && image.src !== url) image.src = url;
      dom.classList.toggle("is-missing", url === null);
      dom.classList.toggle("is-wrong", isWrong);
      said.replaceChildren(...(words ? [words] : []), ...(isRefused ? offers : []));
      said.hidden = words === "";
    };
    image.addEventListener("error", () => show({ url: null, words: "This picture is damaged, or of a kind that this browser does not show.", isWrong: true, isRefused: false }));
    const end = pictures?.watch(reference, show) ?? (() => {});
    if (pictures === null) show({ url: null, words: addressOf(reference), isWrong: false, isRefused: false });
    return {
      dom,
      update(next) {
        const isSame = next.type === first.type && !next.attrs["address"] && blobOf(next.attrs["blob"])?.blob === reference.blob;
        if (isSame) describe(image, next);
        return isSame;
      },
      stopEvent: (event) => event.target instanceof HTMLButtonElement,
      ignoreMutation: () => true,
      destroy: end,
    };
  };
}
