/** Where people are in notes, as it is sent and as it is shown. */
import type { AnchoredSelection, Presence } from "../document.js";
import type { Peer } from "./carets.js";

/** The place that says: in the text of the note itself. */
const ROOT_TEXT = "text:note";

/** Where one is, as it is sent: an anchor without an element says in the place which text it is of. */
export function sentOf({ anchor, head }: { anchor: string; head: string }): AnchoredSelection {
  const [plainHead = "", name] = head.split("@");
  const [plainAnchor = "", other] = anchor.split("@");
  // One place is sent, that of the head: where the other end names no element, it could only be taken for one there.
  const isElsewhere = plainAnchor.length === 1 && other !== name;
  return { place: name === undefined ? ROOT_TEXT : `text@${name}`, anchor: isElsewhere ? plainHead : plainAnchor, head: plainHead };
}

/** Somebody's selection as it was sent. */
export function peerOf({ peer, name, text, anchor, head }: Presence, colour: string): Peer {
  const within = text?.id.startsWith("text@") ? `@${text.id.slice("text@".length)}` : "";
  const whole = (sent: string | null) => (sent?.length === 1 ? sent + within : sent);
  return { peer, name, colour, anchor: whole(anchor), head: whole(head) };
}
