/** What a worker tells its page in one turn. */
import { expect, test } from "vitest";
import { type DocumentNews, Gather, type SentPresence, type SessionEvent } from "@motet/client/platform";

const of = (document: string, news: DocumentNews): SessionEvent => ({ document, news });
const frames = (...numbers: number[]): DocumentNews => ({ kind: "frames", frames: numbers.map((n) => Uint8Array.of(n)) });
const presence = (...peers: string[]): DocumentNews => ({ kind: "presence", peers: peers.map((peer) => ({ peer }) as SentPresence) });
const saved = (waiting: number, pushes: number): DocumentNews => ({ kind: "saved", saved: { level: "local", waiting, files: 0 }, pushes });

function setUp() {
  const told: SessionEvent[][] = [];
  let timer: (() => void) | null = null;
  const gather = new Gather(
    (events) => void told.push(events),
    (_ms, run) => {
      timer = run;
      return () => (timer = null);
    },
  );
  return { told, gather, pass: () => timer?.(), isWaiting: () => timer !== null };
}

test("a letter of somebody else's, and where they are now, are one turn, in whatever order they came", () => {
  for (const news of [[presence("b"), frames(1)], [frames(1), presence("b")]]) {
    const { told, gather, pass } = setUp();
    for (const one of news) gather.add(of("d", one));
    expect(told).toEqual([]);
    pass();
    // First where they are: it is shown with what they wrote.
    expect(told).toEqual([[of("d", presence("b")), of("d", frames(1))]]);
  }
});

test("letters of several are imported at once, and of what is told anew only the last counts", () => {
  const { told, gather, pass } = setUp();
  for (const news of [frames(1), saved(1, 0), presence("b"), frames(2, 3), saved(0, 1), presence("b", "c")]) gather.add(of("d", news));
  gather.add(of("e", frames(9)));
  pass();
  expect(told).toEqual([[of("d", presence("b", "c")), of("d", frames(1, 2, 3)), of("d", saved(0, 1)), of("e", frames(9))]]);
});

test("every trouble is told", () => {
  const { told, gather, pass } = setUp();
  const trouble = (message: string) => of("d", { kind: "trouble", trouble: { code: "x", message } });
  gather.add(trouble("one"));
  gather.add(trouble("two"));
  pass();
  expect(told).toEqual([[trouble("one"), trouble("two")]]);
});

test("what was told of documents is told before the connection is, and before anything else is said", () => {
  const { told, gather, isWaiting } = setUp();
  gather.add(of("d", presence("b")));
  const link: SessionEvent = { document: null, news: { kind: "link", link: "offline" } };
  gather.add(link);
  expect(told).toEqual([[of("d", presence("b"))], [link]]);
  gather.add(of("d", presence()));
  gather.flush();
  expect(told[2]).toEqual([of("d", presence())]);
  expect(isWaiting()).toBe(false);
  gather.flush();
  expect(told).toHaveLength(3);
});
