/** Asks before something is done that nobody can take back: saying who decides, and making history final. */
import { MotetError, type Trimming } from "@motet/client";
import { type ReactNode, useEffect, useState } from "react";
import { Dialog } from "../app/parts";
import { ago, plural } from "../app/time";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";

/** What the dialog knows: it counts, or does it, and says so; it can be done; or it cannot, and why. */
type Stage = { at: "counting" | "doing" } | { at: "ready"; trimming: Trimming | null } | { at: "refused"; code: string; words: string };

/** What takes the page's time begins once it was said. */
const soon = (run: () => void): (() => void) => {
  const timer = setTimeout(run, 50);
  return () => clearTimeout(timer);
};

/** A dialog gives the keyboard to what bears the attribute, which React keeps to itself. */
const focusFirst = (button: HTMLButtonElement | null) => button?.setAttribute("autofocus", "");

/** Whoever is asked can say no at once. */
function Answers({ children, onClose }: { children?: ReactNode; onClose(): void }) {
  return (
    <div className="form-actions">
      <button type="button" className="button" ref={focusFirst} onClick={onClose}>Cancel</button>
      {children}
    </div>
  );
}

/** Nobody may decide here yet. */
export function Govern({ document, onClose }: { document: OpenDocument; onClose(): void }) {
  const govern = () => {
    try {
      document.client.govern();
      toast("You decide for good here from now on");
    } catch (error) {
      toast(`This could not be said: ${error instanceof Error ? error.message : String(error)}`);
    }
    onClose();
  };
  return (
    <Dialog title="Decide for good here?" onClose={onClose}>
      <div className="form">
        <p>You alone will say what of what excludes each other stays for good, and up to where history is final. Everybody goes on to write and to undo as before.</p>
        <p className="faint">Nobody can undo this. You can pass it on, or share it with others, with <code>motet decide --by</code>.</p>
        <Answers onClose={onClose}>
          <button type="button" className="button is-primary" onClick={govern}>Let me decide</button>
        </Answers>
      </div>
    </Dialog>
  );
}

/** Makes history final, or agrees to what somebody else decided. */
export function MakeFinal({ document, onClose }: { document: OpenDocument; onClose(): void }) {
  const { client } = document;
  const [stage, set] = useState<Stage>({ at: "counting" });
  const count = () =>
    soon(() => {
      try {
        set({ at: "ready", trimming: client.trimming() });
      } catch (thrown) {
        const { code, message } = MotetError.from(thrown);
        set({ at: "refused", code, words: message });
      }
    });
  // What is counted is what is here now: whoever writes meanwhile writes what stays open.
  useEffect(count, [client]);
  const decide = () => {
    set({ at: "counting" });
    soon(() => {
      try {
        client.decideForGood();
        count();
      } catch (thrown) {
        const { code, message } = MotetError.from(thrown);
        set({ at: "refused", code, words: message });
      }
    });
  };
  const makeFinal = (trimming: Trimming | null) => {
    set({ at: "doing" });
    soon(() => {
      try {
        client.trim();
        const isDone = client.deciding().open.length === 0;
        if (!isDone) toast("Your ballot is cast: it holds once most of those who may decide agree");
        else if (trimming === null) toast("You agreed, and it is decided");
        else toast(`${plural(trimming.runs, "change")} ${trimming.runs === 1 ? "is" : "are"} final now: nobody can undo ${trimming.runs === 1 ? "it" : "them"} any more`);
      } catch (error) {
        toast(`Nothing was made final: ${error instanceof Error ? error.message : String(error)}`);
      }
      onClose();
    });
  };
  return (
    <Dialog title="Make final and forget" onClose={onClose}>
      <div className="form make-final" aria-busy={stage.at === "counting" || stage.at === "doing"}>
        {stage.at === "ready" && stage.trimming !== null && <WhatWouldBe document={document} trimming={stage.trimming} onDecide={decide} />}
        {stage.at === "ready" && stage.trimming === null && <p>This agrees to what somebody else decided: what gave way stays so. Nothing becomes final by it, and everything can be undone as before.</p>}
        {stage.at === "refused" && <Refused code={stage.code} words={stage.words} onDecide={decide} />}
        {(stage.at === "counting" || stage.at === "doing") && (
          <div role="status">
            <p>{stage.at === "counting" ? "Counting what would become final…" : "Making it final…"}</p>
            <div className="skeleton" aria-hidden="true" />
          </div>
        )}
        <Answers onClose={onClose}>
          {stage.at === "ready" && (
            <button type="button" className="button is-danger" disabled={stage.trimming !== null && stage.trimming.runs === 0 && stage.trimming.hidden === 0} onClick={() => makeFinal(stage.trimming)}>
              {stage.trimming === null ? "Agree" : "Make it final"}
            </button>
          )}
        </Answers>
      </div>
    </Dialog>
  );
}

function WhatWouldBe({ document, trimming, onDecide }: { document: OpenDocument; trimming: Trimming; onDecide(): void }) {
  const { decisions, deciders, open } = document.client.deciding();
  const last = decisions.at(-1);
  const { runs, hidden, open: later } = trimming;
  const isOne = runs === 1;
  return (
    <>
      <p>{last ? `Everything until the decision by ${last.name}, ${ago(last.time)}:` : "Everything until the last decision:"}</p>
      <ul className="final-list">
        <li>
          <strong>{plural(runs, "change")}</strong> {isOne ? "becomes" : "become"} final, for everybody: nobody can undo {isOne ? "it" : "them"} any more, nor bring back what was undone of {isOne ? "it" : "them"}.
        </li>
        <li>
          <strong>{hidden === 0 ? "Nothing" : plural(hidden, "character or value", "characters and values")}</strong>
          {hidden === 0 ? " that was deleted or replaced can be forgotten yet." : " that nobody sees any more, deleted or replaced, can be forgotten. Where it is, neither the history nor a snapshot nor an earlier version shows it again."}
        </li>
        <li>
          {later === 0 ? "Nothing stays open." : `${plural(later, "change")} ${later === 1 ? "stays" : "stay"} open, or a part of ${later === 1 ? "it" : "them"}: later ones, what gave way, and what is only proposed.`}
        </li>
      </ul>
      {later > 0 && open.length === 0 && deciders.length === 1 && (
        <p><button type="button" className="text-button" onClick={onDecide}>Include what came since</button></p>
      )}
      <p className="faint">
        Servers that run with <code>--forget</code> take it off their disks, and so does <code>motet forget</code>. Browsers keep the copy that they have, this one too; one that opens the document anew gets it without.
        {deciders.length > 1 && " It holds once most of those who may decide agree."}
      </p>
      <p><strong>This cannot be taken back.</strong></p>
    </>
  );
}

function Refused({ code, words, onDecide }: { code: string; words: string; onDecide(): void }) {
  if (code !== "decide.founding") return <p>This cannot be done now: {words}.</p>;
  return (
    <>
      <p>Nothing was decided here yet. First it is decided that what is here now stays as it is: what gave way stays so, whatever arrives later. That alone makes nothing final, and undo goes on to work.</p>
      <p><button type="button" className="button" onClick={onDecide}>Decide, and count</button></p>
    </>
  );
}
