/** Two editors of one note, over an exchange in memory that is as slow as asked: to try the editor, and to measure it. */
import { load } from "@motet/client/platform";
import { type NoteBinding, type Peer, type RichChange, settle, unchunked } from "@motet/client/prosemirror";
import type { EditorView } from "prosemirror-view";
import "../styles/app.css";
import { openNote } from "./editor";
import "./notes.css";
import { LoneEngine } from "./alone";

export interface Side {
  name: string;
  colour: string;
  engine: LoneEngine;
  view: EditorView;
  binding: NoteBinding;
  receive(frames: readonly Uint8Array[], peer: Peer): void;
}

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const delay = element<HTMLInputElement>("delay");
const SEAL_MS = 50;

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

const motet = await load();

function engineFrom(name: string, frames: readonly Uint8Array[]): LoneEngine {
  const own = { secret: random(32), replica: random(8), name, frames, choices: null };
  return new LoneEngine(new motet.Engine({ document: "00112233445566778899aabbccddeeff", ...own, wrap: (container) => container }));
}

const BEGINNING: [attrs: Record<string, unknown>, text: string][] = [
  [{ kind: "heading", rank: 1 }, "A note for two"],
  [{}, "Both sides show one note. What is written on one arrives on the other after the delay above."],
  [{ kind: "heading", rank: 2 }, "Lists"],
  [{ levels: "b" }, "bullets"],
  [{ levels: "wo" }, "numbers within"],
  [{ levels: "wo" }, "one more"],
  [{ levels: "b", task: true }, "something done"],
  [{ levels: "b", task: false }, "something to do"],
  [{ levels: "o", start: 3 }, "begins with three"],
  [{ levels: "o" }, "goes on"],
  [{ levels: "q" }, "A quote of somebody."],
  [{ kind: "code", info: "js" }, "const answer = 42;\nconsole.log(answer);"],
  [{ kind: "rule" }, ""],
  [{}, "The end."],
];

/** The changes that write blocks into an empty note. */
function writing(blocks: typeof BEGINNING): RichChange[] {
  let at = 0;
  return blocks.flatMap(([attrs, text], n) => {
    const mark: RichChange = { do: "object", in: "/note", at: at++, kind: "" };
    const properties = Object.entries(attrs).map(([key, value]): RichChange => ({ do: "set", in: `@${n}`, key, value }));
    const line: RichChange = { do: "text", in: "/note", at, len: 0, text };
    at += text.length;
    return [mark, ...properties, ...(text ? [line] : [])];
  });
}

const long = Number(new URLSearchParams(location.search).get("blocks") ?? 0);
const blocks = long > 0 ? Array.from({ length: long }, (_, n): (typeof BEGINNING)[number] => [{}, `Paragraph ${n} of a long note, with as many words as one has on average in a paper.`]) : BEGINNING;

const first = engineFrom("Ann", []);
first.change(writing(blocks), false);
const frames = first.seal();
const second = engineFrom("Ben", frames);

function side(id: string, name: string, colour: string, engine: LoneEngine, other: () => Side): Side {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const send = () => {
    timer = null;
    const sealed = engine.seal();
    const place = binding.anchors();
    const peer = { peer: name, name, colour, anchor: place?.anchor ?? null, head: place?.head ?? null };
    setTimeout(() => other().receive(sealed, view.hasFocus() ? peer : { ...peer, head: null }), Number(delay.value));
  };
  const soon = () => {
    timer ??= setTimeout(send, SEAL_MS);
    say(false);
  };
  const { view, binding } = openNote(element(id), engine, { isChecked: long === 0, onUpdate: soon });
  engine.heard = () => binding.hear("remote");
  view.dom.addEventListener("focus", soon);
  const receive = (sealed: readonly Uint8Array[], peer: Peer) => {
    if (sealed.length > 0) engine.receive(sealed);
    settle(view);
    binding.showPeers([peer]);
    tell();
  };
  return { name, colour, engine, view, binding, receive };
}

const left: Side = side("left", "Ann", "#3451b2", first, () => right);
const right: Side = side("right", "Ben", "#a8252f", second, () => left);

function say(isEqual: boolean): void {
  element("state").textContent = isEqual ? "both sides are equal" : "on the way…";
}

function tell(): void {
  say(unchunked(left.view.state.doc.content).eq(unchunked(right.view.state.doc.content)));
}

delay.addEventListener("input", () => (element("shown").textContent = `${delay.value} ms`));
tell();
Object.assign(window, { sides: { left, right } });
