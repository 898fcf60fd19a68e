/** Views of one's own over the same log, by name: kept in this browser, switched without loading anything. */
import type { Author } from "@motet/client";
import { useKept } from "../app/stored";
import type { MenuItem, MenuItems } from "../app/parts";
import { toast } from "../app/toasts";
import type { OpenDocument, Snapshot } from "./document";

/** A view that somebody kept. */
export interface NamedView {
  name: string;
  /** What `MotetDocument.view` gave. */
  view: string;
}

/** What everybody sees who chose nothing. */
const SHARED: NamedView = { name: "Shared view", view: "" };
const MINE_FIRST: NamedView = { name: "My changes first", view: "mine-first overlap" };

/** So many people are listed to do without. */
const OTHERS_MAX = 8;

/** The longest name of a view. */
const NAME_MAX = 60;

const NONE: readonly NamedView[] = [];

function without(self: string, authors: readonly Author[]): NamedView[] {
  const others = authors.filter(({ id }) => id !== self).slice(0, OTHERS_MAX);
  return others.map(({ id, name }) => ({ name: `Without ${name}`, view: `hide ${id}` }));
}

/** A name for what is chosen that no other view has. */
function freshName(kept: readonly NamedView[]): string {
  for (let n = 1; ; n++) {
    const name = `View ${n}`;
    if (kept.every((view) => view.name !== name)) return name;
  }
}

export interface Views {
  /** What the present one is called. */
  name: string;
  items(): MenuItems;
}

/** The views of a document as a menu, which says which is on. `past` is what one looks at in the history, if anything. */
export function useViews({ id, client }: OpenDocument, snapshot: Snapshot, past: { words: string; show: () => void } | null): Views {
  const [kept, keep] = useKept<readonly NamedView[]>(`motet.views.${id}`, NONE);
  const now = snapshot.isPersonal || snapshot.isPinned ? client.view() : "";
  // People are asked for only where somebody looks: there may be many, and this is asked for with every key.
  const people = () => without(client.author, client.authors());
  const find = (views: readonly NamedView[]) => views.find(({ view }) => view === now);
  const on = find([SHARED, MINE_FIRST, ...kept]) ?? find(people());
  const name = on?.name ?? (snapshot.isPinned ? "An earlier version" : "My own choices");

  const keepThis = () => {
    const words = window.prompt("What do you want to call this view?", freshName(kept))?.trim().slice(0, NAME_MAX);
    if (words) keep([...kept.filter((view) => view.name !== words), { name: words, view: now }]);
  };
  const forget = (one: NamedView) => {
    keep(kept.filter((view) => view !== one));
    toast(`“${one.name}” is forgotten`, { label: "Undo", run: () => keep(kept) });
  };
  const item = ({ name, view }: NamedView): MenuItem => ({ label: name, checked: view === now, run: () => client.setView(view) });
  const items = (): MenuItems => {
    const more: MenuItem[] = [];
    if (past) more.push({ label: `Only what was there ${past.words}`, icon: "clock", run: past.show });
    if (!on) more.push({ label: "Keep this view…", icon: "plus", run: keepThis });
    if (on && kept.includes(on)) more.push({ label: `Forget “${on.name}”`, icon: "trash", run: () => forget(on) });
    const mine: MenuItem[] = [...kept.map(item), ...(on ? [] : [{ label: name, checked: true, run: () => {} }])];
    const groups = [[SHARED, MINE_FIRST, ...people()].map(item), mine, more].filter((group) => group.length > 0);
    return groups.flatMap((group, n) => (n === 0 ? group : ["line" as const, ...group]));
  };
  return { name, items };
}
