/** Who is here, who wrote here, and whose work one wants to see. */
import type { Author, Presence } from "@motet/client";
import { colourOf } from "../app/colours";
import { Icon } from "../app/icons";
import { written } from "../app/keys";
import { Avatar, IconButton } from "../app/parts";
import type { Profile } from "../app/profile";
import { plural } from "../app/time";
import type { OpenDocument, Snapshot } from "../editor/document";

/** Hold others' changes to what is selected. */
export const HOLD_KEYS = "Alt-Shift-h";

interface Props {
  document: OpenDocument;
  snapshot: Snapshot;
  profile: Profile;
  onProfile(): void;
  onShare(): void;
  onGoTo(peer: Presence): void;
}

interface Row {
  id: string;
  name: string;
  colour: string;
  peer: Presence | null;
  author: Author | null;
}

/** One row for each person: those here first, then those who wrote, each by name. Who proved no author is a row of his own. */
export function rowsOf(self: string, peers: readonly Presence[], authors: readonly Author[]): Row[] {
  const rows = new Map<string, Row>();
  for (const author of authors) {
    rows.set(author.id, { id: author.id, name: author.name, colour: colourOf(author.id), peer: null, author });
  }
  for (const peer of peers) {
    const id = peer.author || peer.peer;
    const author = rows.get(id)?.author ?? null;
    rows.set(id, { id, name: peer.name, colour: colourOf(id, peer.colour), peer, author });
  }
  rows.delete(self);
  return [...rows.values()].sort((a, b) => Number(b.peer !== null) - Number(a.peer !== null) || a.name.localeCompare(b.name));
}

export function People({ document, snapshot, profile, onProfile, onShare, onGoTo }: Props) {
  const { client } = document;
  const known = rowsOf(client.author, snapshot.peers, client.authors());
  const others = known.map((row) => (row.peer ? row : { ...row, colour: document.colourOf(row.id) }));
  const here = others.filter((row) => row.peer);
  const away = others.filter((row) => !row.peer);
  const section = (rows: readonly Row[]) => (
    <ul className="people">{rows.map((row) => <PersonRow key={row.id} row={row} document={document} onGoTo={onGoTo} />)}</ul>
  );
  return (
    <>
      <ul className="people">
        <li className="person">
          <Avatar name={profile.name} colour={profile.colour} />
          <span className="person-name">{profile.name} <span className="faint">you</span></span>
          <IconButton icon="pencil" label="Change your name and colour" onClick={onProfile} />
        </li>
      </ul>
      <h3>Here now</h3>
      {here.length > 0 ? section(here) : <p className="faint pad">Nobody else. Send this page's address to invite someone.</p>}
      <p className="pad"><button type="button" className="text-button" onClick={onShare}>Share without a server…</button></p>
      {away.length > 0 && <><h3>Also wrote here</h3>{section(away)}</>}
      <HoldAll document={document} snapshot={snapshot} />
      <MineFirst document={document} snapshot={snapshot} />
    </>
  );
}

function HoldAll({ document, snapshot }: { document: OpenDocument; snapshot: Snapshot }) {
  const { holdsAll, held, heldParts } = snapshot;
  return (
    <section className="panel-foot">
      <label className="switch">
        <input type="checkbox" role="switch" checked={holdsAll} onChange={(event) => document.client.hold(null, event.target.checked)} />
        <span>
          Hold everyone's changes
          <span className="faint">They are received and kept, and shown when you let go. Only you see it so.</span>
        </span>
      </label>
      {heldParts.length > 0 && (
        <ul className="people" aria-label="Parts you hold">
          {heldParts.map((name, at) => (
            <li className="person" key={`${at} ${name}`}>
              <Icon name="pause" />
              <span className="person-name">{name}</span>
              <span className="person-tools"><IconButton icon="play" label={`Let changes to “${name}” in`} onClick={() => document.client.releasePart(at)} /></span>
            </li>
          ))}
        </ul>
      )}
      <p className="faint pad hint">To hold changes to one part only, select it and press {written(HOLD_KEYS)}.</p>
      {held > 0 && <p className="pad held">{plural(held, "change")} waiting</p>}
    </section>
  );
}

function MineFirst({ document, snapshot }: { document: OpenDocument; snapshot: Snapshot }) {
  return (
    <section className="panel-foot">
      <label className="switch">
        <input type="checkbox" role="switch" checked={snapshot.mineFirst !== null} onChange={(event) => document.client.putMineFirst(event.target.checked ? "overlap" : null)} />
        <span>
          My changes come first
          <span className="faint">Where somebody changed the same words as you, and neither of you had seen it, theirs is kept aside, under Decisions. Only you see it so.</span>
        </span>
      </label>
    </section>
  );
}

function PersonRow({ row, document, onGoTo }: { row: Row; document: OpenDocument; onGoTo: (peer: Presence) => void }) {
  const { author, peer, name } = row;
  const isHidden = author?.hidden ?? false;
  const isHeld = author?.held ?? false;
  return (
    <li className="person">
      <Avatar name={name} colour={row.colour} isDim={!peer || isHidden} />
      <span className="person-name">
        {peer?.head ? (
          <button type="button" className="link-button" title={`Go to where ${name} is`} onClick={() => onGoTo(peer)}>{name}</button>
        ) : (
          name
        )}
        {isHidden && <span className="tag">hidden</span>}
        {isHeld && <span className="tag">held</span>}
      </span>
      {author && (
        <span className="person-tools">
          <IconButton
            icon={isHeld ? "play" : "pause"}
            label={isHeld ? `Let ${name}'s new changes in` : `Hold ${name}'s new changes`}
            aria-pressed={isHeld}
            onClick={() => document.client.hold(row.id, !isHeld)}
          />
          <IconButton
            icon={isHidden ? "eye" : "eyeOff"}
            label={isHidden ? `Show ${name}'s work` : `Hide ${name}'s work`}
            aria-pressed={isHidden}
            onClick={() => document.client.hideAuthor(row.id, !isHidden)}
          />
        </span>
      )}
    </li>
  );
}

/** The faces in the bar. */
export function Faces({ snapshot, self, onOpen }: { snapshot: Snapshot; self: string; onOpen: () => void }) {
  const FACES_MAX = 4;
  const here = rowsOf(self, snapshot.peers, []);
  if (here.length === 0) return null;
  const names = here.map((row) => row.name).join(", ");
  return (
    <button type="button" className="faces" title={`Here now: ${names}`} aria-label={`Here now: ${names}`} onClick={onOpen}>
      {here.slice(0, FACES_MAX).map((row) => <Avatar key={row.id} name={row.name} colour={row.colour} />)}
      {here.length > FACES_MAX && <span className="avatar is-more">+{here.length - FACES_MAX}</span>}
    </button>
  );
}

export function HeldNotice({ document, snapshot }: { document: OpenDocument; snapshot: Snapshot }) {
  const { holdsAll, held, heldParts } = snapshot;
  if (!holdsAll && held === 0 && heldParts.length === 0) return null;
  const what = holdsAll || heldParts.length === 0 ? "others' changes" : `others' changes to ${heldParts.map((name) => `“${name}”`).join(", ")}`;
  const letIn = () => {
    if (holdsAll) document.client.hold(null, false);
    heldParts.forEach(() => document.client.releasePart(0));
  };
  return (
    <div className="banner">
      <Icon name="pause" />
      <span>{held === 0 ? `You hold ${what}. None is waiting.` : `${plural(held, "change")} of others waiting.`}</span>
      {(holdsAll || heldParts.length > 0) && <button type="button" className="text-button" onClick={letIn}>Let them in</button>}
    </div>
  );
}
