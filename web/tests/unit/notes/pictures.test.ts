/** Pictures of a note: in the document, on the clipboard, and on their way. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DOMParser, DOMSerializer } from "prosemirror-model";
import { type BlobFacts, MotetError, type Upload } from "@motet/client";
import { blobOf, schema } from "@motet/client/prosemirror";
import { placeholder, urlOf } from "../../../src/notes/blob";
import { picturesIn } from "../../../src/notes/files";
import { insertImages } from "../../../src/notes/insert";
import { Pictures, type PictureState } from "../../../src/notes/pictures";
import { pictureView } from "../../../src/notes/pictureview";
import { Writer } from "./writers";

const FACTS: BlobFacts = { blob: "ab".repeat(32), size: 4, type: "image/png", width: 40, height: 30 };

const shownIn = (writer: Writer) => {
  const found: unknown[] = [];
  writer.state.doc.descendants((node) => void (node.type === schema.nodes.image && found.push(node.attrs["blob"] ?? node.attrs["address"])));
  return found;
};

test("a picture goes into the document as a blob, to others, away by undo and back by redo", () => {
  const ann = new Writer(1);
  ann.type("one two");
  ann.act((tr) => insertImages(tr, 5, [{ blob: FACTS, alt: "a page" }, { address: "/a.png", alt: "" }]));
  const ben = new Writer(2, ann.seal());
  expect(shownIn(ben)).toEqual([FACTS, "/a.png"]);
  expect(ben.lines).toEqual(["one two"]);
  const image = ben.engine.richRuns("/note", 4, 5)[0]!;
  expect(ben.engine.properties(image.id)).toEqual({ blob: FACTS, alt: "a page" });
  ann.binding.undo();
  expect(shownIn(ann)).toEqual([]);
  ann.binding.redo();
  expect(shownIn(ann)).toEqual([FACTS, "/a.png"]);
});

test("a picture that is deleted comes back by undo, with the same name", () => {
  const ann = new Writer(1);
  ann.act((tr) => insertImages(tr, 1, [{ blob: FACTS, alt: "" }]));
  const before = ann.engine.richRuns("/note", 0, 1);
  ann.act((tr) => tr.delete(1, 2));
  expect(shownIn(ann)).toEqual([]);
  ann.binding.undo();
  expect(ann.engine.richRuns("/note", 0, 1)).toEqual(before);
  expect(shownIn(ann)).toEqual([FACTS]);
});

test("a picture is put behind code, and not into it", () => {
  const ann = new Writer(1);
  ann.act((tr) => tr.insertText("let a").setNodeAttribute(0, "kind", "code"));
  ann.act((tr) => insertImages(tr, 3, [{ blob: FACTS, alt: "" }]));
  expect(ann.state.doc.children.map((block) => [block.attrs["kind"], block.childCount])).toEqual([["code", 1], [null, 1]]);
});

test("the clipboard carries what a picture is called, and nothing else passes for it", () => {
  const image = schema.node("image", { blob: FACTS, alt: "a page", title: null });
  const dom = DOMSerializer.fromSchema(schema).serializeNode(schema.node("block", null, [image])) as HTMLElement;
  expect(dom.querySelector("img")!.getAttribute("src")).toBe(`/blobs/${FACTS.blob}`);
  const parse = (html: string) => {
    const place = document.createElement("div");
    place.innerHTML = html;
    return DOMParser.fromSchema(schema).parse(place).firstChild!.firstChild;
  };
  expect(parse(dom.outerHTML)!.attrs).toMatchObject({ blob: FACTS, alt: "a page", address: null });
  for (const wrong of ["{", "{}", '{"blob":"../x","size":1,"type":"image/png"}', `{"blob":"${FACTS.blob}","size":-1,"type":"image/png"}`]) {
    expect(parse(`<p><img src="/x.png" data-blob='${wrong}'></p>`)!.attrs).toMatchObject({ blob: null, address: "/x.png" });
  }
  expect(blobOf({ ...FACTS, more: 1 })).toEqual(FACTS);
});

test("scripts of an SVG never get an address of this page", async () => {
  const svg = new Blob(["<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"]);
  // jsdom has no bytes of blobs.
  Object.assign(svg, { arrayBuffer: async () => new TextEncoder().encode("<svg/>").buffer });
  expect(await urlOf(svg, "image/svg+xml")).toMatch(/^data:image\/svg\+xml;base64,/);
  for (const type of ["text/html", "application/xhtml+xml", "application/octet-stream", "image/svg", "text/xml"]) expect(await urlOf(svg, type)).toBeNull();
  expect(decodeURIComponent(placeholder(FACTS))).toContain('width="40" height="30"');
});

const dataOf = (files: File[], text = "") => ({ files, getData: () => text }) as unknown as DataTransfer;

test("files are taken where they are pictures and no copy of words", () => {
  const [png, pdf] = [new File(["x"], "a.png", { type: "image/png" }), new File(["x"], "a.pdf", { type: "application/pdf" })];
  expect(picturesIn(dataOf([png, pdf]))).toEqual([png]);
  expect(picturesIn(dataOf([png], "a table of numbers"))).toEqual([]);
  expect(picturesIn(null)).toEqual([]);
});

/** A client whose files the test has in its hand. */
class ToyClient {
  answer: () => Promise<Blob> = () => Promise.reject(new MotetError("unreachable", "nobody answers"));
  asked = 0;
  blobs = { get: () => (this.asked++, this.answer()), uploads: [] as Upload[], retry: vi.fn(), giveUp: vi.fn() };
  private readonly listeners = new Map<string, (event: unknown) => void>();
  on = (name: string, listener: (event: unknown) => void) => {
    this.listeners.set(name, listener);
    return () => {};
  };
  tell = (name: string, event: unknown) => this.listeners.get(name)!(event);
}

beforeEach(() => {
  vi.useFakeTimers();
  URL.createObjectURL = () => "blob:here";
  URL.revokeObjectURL = vi.fn();
});
afterEach(() => void vi.useRealTimers());

function watched() {
  const client = new ToyClient();
  const pictures = new Pictures(client as never);
  const states: PictureState[] = [];
  const end = pictures.watch(FACTS, (state) => states.push(state));
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { client, pictures, states, end, settle, last: () => states.at(-1)! };
}

test("a picture that is not here is asked for again, sooner when the server is back, and no more when nobody looks", async () => {
  const { client, settle, last, end } = watched();
  await settle();
  expect(last()).toMatchObject({ url: null, isWrong: false, words: expect.stringContaining("when the server answers") });
  await vi.advanceTimersByTimeAsync(1_000 + 2_000);
  expect(client.asked).toBe(3);
  client.answer = () => Promise.reject(new MotetError("blob-missing", "not there yet"));
  client.tell("status", "connected");
  await settle();
  expect(last()).toMatchObject({ words: "not there yet", isWrong: false });
  end();
  const { asked } = client;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(client.asked).toBeLessThanOrEqual(asked + 1);
});

test("a picture that is here shows at once, with how far it is sent", async () => {
  const { client, pictures, settle, last } = watched();
  client.answer = async () => new Blob(["song"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(last()).toEqual({ url: "blob:here", words: "", isWrong: false, isRefused: false });
  const upload = (change: Partial<Upload>) => {
    client.blobs.uploads = [{ reference: FACTS, state: "waiting", sent: 0, trouble: null, ...change }];
    client.tell("uploads", client.blobs.uploads);
  };
  upload({ state: "sending", sent: 1 });
  expect(last().words).toBe("Sending… 25 %");
  upload({ state: "refused", trouble: { code: "blob-no-room", message: "There is no room." } });
  expect(last()).toMatchObject({ isWrong: true, isRefused: true, words: "There is no room. It stays on this device." });
  client.blobs.uploads = [];
  client.tell("uploads", []);
  expect(last().words).toBe("");
  pictures.forget();
  expect(URL.revokeObjectURL).toHaveBeenCalledWith("blob:here");
  await settle();
});

test("on the page room is left for it, and what is refused can be tried again or left", async () => {
  const { client, pictures } = watched();
  client.answer = async () => new Blob(["song"]);
  client.blobs.uploads = [{ reference: FACTS, state: "refused", sent: 0, trouble: { code: "x", message: "No." } }];
  const node = schema.node("image", { blob: FACTS, alt: "a page" });
  const view = pictureView(pictures)(node, null as never, () => 0, [], null as never);
  const dom = view.dom as HTMLElement;
  const image = dom.querySelector("img")!;
  expect([decodeURIComponent(image.src).includes('width="40"'), image.alt, dom.className]).toEqual([true, "a page", "note-picture is-missing"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(image.src).toBe("blob:here");
  const [again, leave] = [...dom.querySelectorAll("button")];
  again!.click();
  leave!.click();
  expect(client.blobs.retry).toHaveBeenCalledOnce();
  expect(client.blobs.giveUp).toHaveBeenCalledWith(FACTS);
  expect(view.update!(schema.node("image", { blob: FACTS, alt: "other" }), [], null as never)).toBe(true);
  expect(image.alt).toBe("other");
  expect(view.update!(schema.node("image", { address: "/x.png" }), [], null as never)).toBe(false);
  view.destroy!();
});
