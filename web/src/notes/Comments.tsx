/** Threads about parts of a note: where they are, what is said, and what to do about them. */
import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { written } from "../app/keys";
import { Avatar, IconButton } from "../app/parts";
import { ago, exactly, plural } from "../app/time";
import { toast } from "../app/toasts";
import type { ContentPanel } from "../editor/content";
import type { OpenNote } from "./note";
import { activeThread, type Entry, placesOf, reply, resolve, type Stretch, type Thread, threadsOf } from "./threads";

export const COMMENTS = { id: "comments", title: "Comments", icon: "comment", keys: "Alt-c" } as const satisfies Omit<ContentPanel, "body">;

/** Threads in the order of the text; those whose text is gone come last, the oldest first. */
export function inOrder(threads: readonly Thread[], places: ReadonlyMap<string, readonly Stretch[]>): Thread[] {
  const place = ({ name }: Thread) => places.get(name)?.[0]?.from ?? Infinity;
  const time = ({ entries }: Thread) => entries[0]?.time ?? 0;
  return [...threads].sort((a, b) => (place(a) === place(b) ? time(a) - time(b) : place(a) - place(b)));
}

function entryOf(note: OpenNote, text: string): Entry {
  return { author: note.document.client.author, name: note.document.name, time: Date.now(), text };
}

export function Comments({ note }: { note: OpenNote }) {
  const state = useSyncExternalStore(note.subscribe, note.state);
  const draft = useSyncExternalStore(note.subscribe, () => note.draft);
  const [showsResolved, setShowsResolved] = useState(false);
  const places = state ? placesOf(state.doc) : new Map<string, Stretch[]>();
  const threads = inOrder(threadsOf(note.document.client), places);
  const resolved = threads.filter(({ isResolved }) => isResolved);
  const shown = showsResolved ? threads : threads.filter(({ isResolved }) => !isResolved);
  const active = state && activeThread(state);
  const begin = (text: string) => {
    if (!note.comment(entryOf(note, text))) toast("What you wanted to comment on is gone");
    note.focus();
  };
  const end = () => {
    note.setDraft(null);
    note.focus();
  };
  return (
    <>
      {draft && (
        <div className="thread is-active">
          <blockquote className="thread-quote">{draft.quote}</blockquote>
          <Writing label="Comment" verb="Comment" isFirst onSay={begin} onEnd={end} />
        </div>
      )}
      <ul className="threads" aria-label="Comments">
        {shown.map((thread) => (
          <ThreadCard key={thread.name} note={note} thread={thread} place={places.get(thread.name)?.[0] ?? null} isActive={active === thread.name && !draft} />
        ))}
      </ul>
      {shown.length === 0 && !draft && (
        <p className="faint pad">No comments{resolved.length > 0 ? " are open" : " yet"}. Select some text, and press {written("Mod-Alt-m")}.</p>
      )}
      {resolved.length > 0 && (
        <button type="button" className="text-button quiet" onClick={() => setShowsResolved(!showsResolved)}>
          {showsResolved ? "Hide what is resolved" : `Show ${plural(resolved.length, "resolved comment")}`}
        </button>
      )}
    </>
  );
}

interface CardProps {
  note: OpenNote;
  thread: Thread;
  place: Stretch | null;
  isActive: boolean;
}

function ThreadCard({ note, thread, place, isActive }: CardProps) {
  const { client } = note.document;
  const authors = client.authors();
  // Who has another name by now has it here too.
  const nameOf = ({ author, name }: Entry) => authors.find(({ id }) => id === author)?.name ?? name;
  const card = useRef<HTMLLIElement>(null);
  const [isReplying, setReplying] = useState(false);
  useEffect(() => {
    if (isActive) card.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  const remove = () => {
    note.removeThread(thread.name);
    toast("The comment was deleted", { label: "Undo", run: client.undo });
  };
  const endReply = () => {
    flushSync(() => setReplying(false));
    card.current?.querySelector<HTMLElement>(".thread-tools button")?.focus();
  };
  const say = (text: string) => {
    reply(client, thread.name, entryOf(note, text));
    endReply();
  };
  const classes = ["thread", isActive && "is-active", thread.isResolved && "is-resolved"].filter(Boolean).join(" ");
  return (
    <li ref={card} className={classes}>
      {place ? (
        <button type="button" className="thread-quote" title="Go to the text" onClick={() => note.goToPlace(place.from + 1)}>
          {note.state()?.doc.textBetween(place.from, place.to, " ", " ") || thread.quote}
        </button>
      ) : (
        <blockquote className="thread-quote is-gone">
          <span className="tag">on deleted text</span> {thread.quote}
        </blockquote>
      )}
      {thread.entries.map((entry, n) => (
        <div className="entry" key={n}>
          <Avatar name={nameOf(entry)} colour={note.document.colourOf(entry.author)} />
          <div className="entry-body">
            <span className="entry-head">
              <strong>{nameOf(entry)}</strong> <time title={exactly(entry.time)}>{ago(entry.time)}</time>
            </span>
            <p>{entry.text}</p>
          </div>
        </div>
      ))}
      {isReplying ? (
        <Writing label="Reply" verb="Reply" isFirst onSay={say} onEnd={endReply} />
      ) : (
        <div className="thread-tools">
          <button type="button" className="text-button" onClick={() => setReplying(true)}>Reply</button>
          <button type="button" className="text-button" onClick={() => resolve(client, thread.name, !thread.isResolved)}>{thread.isResolved ? "Open again" : "Resolve"}</button>
          <span className="spring" />
          <IconButton icon="trash" label="Delete the comment" onClick={remove} />
        </div>
      )}
    </li>
  );
}

function Writing({ label, verb, isFirst, onSay, onEnd }: { label: string; verb: string; isFirst: boolean; onSay: (text: string) => void; onEnd: () => void }) {
  const [text, setText] = useState("");
  const say = (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() !== "") onSay(text.trim());
  };
  return (
    <form className="writing" onSubmit={say}>
      <textarea
        aria-label={label}
        placeholder={`${label}…`}
        rows={3}
        maxLength={10_000}
        value={text}
        autoFocus={isFirst}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) say();
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onEnd();
        }}
      />
      <span className="actions">
        <button type="submit" className="button is-small is-primary" disabled={text.trim() === ""} title={written("Mod-Enter")}>{verb}</button>
        <button type="button" className="button is-small" onClick={onEnd}>Cancel</button>
      </span>
    </form>
  );
}
