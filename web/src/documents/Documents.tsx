/** The first screen: every document, found by name, made, renamed, deleted and brought back. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Screens } from "../app/App";
import { AppMenu } from "../app/AppMenu";
import { Icon, Mark } from "../app/icons";
import { useKeys, written } from "../app/keys";
import { Avatar, Menu, Notice } from "../app/parts";
import { useProfile } from "../app/profile";
import { go, goJoin, hrefOf } from "../app/route";
import { useServices } from "../app/services";
import { ago } from "../app/time";
import { toast } from "../app/toasts";
import { type DocumentInfo, type DocumentType, isUnreachable } from "./api";
import { ACCEPTED, ACCEPTED_NOTES, importFile, importNote } from "./importing";

/** The list is asked for again this often while it is looked at: others make documents too. */
const REFRESH_MS = 10_000;

type Listing = { state: "loading" | "ready" | "unreachable" | "failed"; documents: DocumentInfo[]; problem: string };

/** Whether every word of the search begins somewhere in the name. */
export function matches(name: string, search: string): boolean {
  const plain = (text: string) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
  const found = plain(name);
  return plain(search).split(/\s+/).every((word) => found.includes(word));
}

function useListing() {
  const { documents } = useServices();
  const [listing, setListing] = useState<Listing>({ state: "loading", documents: [], problem: "" });
  const load = useCallback(async () => {
    try {
      setListing({ state: "ready", documents: await documents.list(), problem: "" });
    } catch (error) {
      const state = isUnreachable(error) ? "unreachable" : "failed";
      setListing({ state, documents: documents.known(), problem: error instanceof Error ? error.message : String(error) });
    }
  }, [documents]);
  useEffect(() => {
    void load();
    const timer = setInterval(() => document.hidden || void load(), REFRESH_MS);
    const again = () => void load();
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [load]);
  return { listing, load };
}

export function Documents({ screens }: { screens: Screens }) {
  const services = useServices();
  const { documents } = services;
  const { listing, load } = useListing();
  const [search, setSearch] = useState("");
  const [showsDeleted, setShowsDeleted] = useState(false);
  const [importing, setImporting] = useState<{ done: number; total: number; cancel(): void } | null>(null);
  const [profile] = useProfile();
  const searchField = useRef<HTMLInputElement>(null);
  const fileField = useRef<HTMLInputElement>(null);
  const noteField = useRef<HTMLInputElement>(null);

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
      await load();
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  };
  const create = (type?: DocumentType) =>
    attempt(async () => {
      const { id } = await documents.create(search.trim() || "Untitled", type);
      // Its type is asked of the list as soon as it opens.
      await load();
      go(id);
    });
  const bring = (files: readonly File[], take: (file: File) => Promise<string>) =>
    attempt(async () => {
      const ids: string[] = [];
      let isCancelled = false;
      const show = () => setImporting({ done: ids.length, total: files.length, cancel: () => void (isCancelled = true) });
      try {
        for (const file of files) {
          if (isCancelled) break;
          show();
          ids.push(await take(file));
        }
      } finally {
        setImporting(null);
      }
      // Their types are asked of the list as soon as they open.
      await load();
      if (ids.length === 1 && files.length === 1) go(ids[0] as string);
      else if (files.length > 1) toast(isCancelled ? `${ids.length} of ${files.length} files were imported` : `${ids.length} files were imported`);
    });
  const rename = (id: string, name: string) => attempt(() => documents.change(id, { name }));
  const undelete = (id: string) => attempt(() => documents.change(id, { deleted: false }));
  const remove = (info: DocumentInfo) =>
    attempt(async () => {
      await documents.change(info.id, { deleted: true });
      toast(`“${info.name}” was deleted`, { label: "Undo", run: () => void undelete(info.id) });
    });
  useKeys({ "/": () => searchField.current?.focus(), "Alt-n": () => void create(), "Alt-Shift-n": () => void create("note") });

  const shown = useMemo(() => {
    const found = listing.documents.filter((info) => info.deleted === showsDeleted && matches(info.name, search));
    return found.sort((a, b) => (b.changed ?? 0) - (a.changed ?? 0) || a.name.localeCompare(b.name));
  }, [listing.documents, search, showsDeleted]);
  const isUnreachable = listing.state === "unreachable";
  const hasDeleted = listing.documents.some((info) => info.deleted);

  return (
    <div className="screen">
      <header className="bar">
        <span className="brand"><Mark /> Motet</span>
        <span className="spring" />
        <button type="button" className="person-button" onClick={screens.showProfile} title="How others see you">
          <Avatar name={profile.name} colour={profile.colour} /> <span className="wide-only">{profile.name}</span>
        </button>
        <AppMenu screens={screens} />
      </header>
      <main className="documents">
        <div className="documents-head">
          <h1>{showsDeleted ? "Deleted documents" : "Documents"}</h1>
          <span className="actions">
            {!isUnreachable && (
              <Menu
                label="Other new documents"
                icon="more"
                items={[
                  { label: "New JSON", icon: "braces", run: () => void create("json") },
                  { label: "Import a file…", icon: "document", run: () => fileField.current?.click() },
                  { label: "Import Markdown as a note…", icon: "note", run: () => noteField.current?.click() },
                  { label: "Join by a ticket…", icon: "link", run: goJoin },
                ]}
              />
            )}
            <button type="button" className="button" onClick={() => void create("note")} disabled={isUnreachable} title={written("Alt-Shift-n")}>
              <Icon name="note" /> New note
            </button>
            <button type="button" className="button is-primary" onClick={() => void create()} disabled={isUnreachable} title={written("Alt-n")}>
              <Icon name="plus" /> New text
            </button>
          </span>
          <FileField field={fileField} label="Files to import" accept={ACCEPTED} onFiles={(files) => void bring(files, (file) => importFile(services, profile, file))} />
          <FileField field={noteField} label="Markdown to import as notes" accept={ACCEPTED_NOTES} onFiles={(files) => void bring(files, (file) => importNote(services, file))} />
        </div>
        <div className="search">
          <Icon name="search" />
          <input
            ref={searchField}
            type="search"
            placeholder="Search by name"
            aria-label="Search documents by name"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && shown[0] && !showsDeleted && go(shown[0].id)}
          />
        </div>
        {importing && (
          <div className="banner" role="status">
            <span>{importing.total === 1 ? "Importing…" : `Importing file ${importing.done + 1} of ${importing.total}…`}</span>
            <progress aria-label="Importing" {...(importing.total > 1 ? { value: importing.done, max: importing.total } : {})} />
            {importing.total > 1 && <button type="button" className="text-button" onClick={importing.cancel}>Cancel</button>}
          </div>
        )}
        {listing.state !== "ready" && listing.state !== "loading" && (
          <div className="banner is-warning" role="alert">
            <Icon name={isUnreachable ? "cloudOff" : "warning"} />
            <span>
              {isUnreachable
                ? "The server does not answer. Documents that you opened on this device still open, and what you write is kept here until it is back."
                : listing.problem}
            </span>
            <button type="button" className="text-button" onClick={() => void load()}>Try again</button>
          </div>
        )}
        <List shown={shown} onRename={rename} onDelete={remove} onUndelete={undelete} isReadOnly={isUnreachable} />
        {listing.state === "loading" && <div className="skeleton" aria-label="Loading" role="progressbar" />}
        {shown.length === 0 && listing.state !== "loading" && (
          <Empty search={search} showsDeleted={showsDeleted} create={(type) => void create(type)} isUnreachable={isUnreachable} />
        )}
        {(hasDeleted || showsDeleted) && (
          <button type="button" className="text-button quiet" onClick={() => setShowsDeleted(!showsDeleted)}>
            {showsDeleted ? "Back to documents" : "Show deleted documents"}
          </button>
        )}
      </main>
    </div>
  );
}

interface FileFieldProps {
  field: RefObject<HTMLInputElement | null>;
  label: string;
  accept: string;
  onFiles(files: readonly File[]): void;
}

/** What asks for files; a menu opens it. */
function FileField({ field, label, accept, onFiles }: FileFieldProps) {
  return (
    <input
      ref={field}
      type="file"
      aria-label={label}
      hidden
      multiple
      accept={accept}
      onChange={({ target }) => {
        const files = [...(target.files ?? [])];
        target.value = "";
        onFiles(files);
      }}
    />
  );
}

interface ListProps {
  shown: readonly DocumentInfo[];
  isReadOnly: boolean;
  onRename(id: string, name: string): void;
  onDelete(info: DocumentInfo): void;
  onUndelete(id: string): void;
}

function List({ shown, isReadOnly, onRename, onDelete, onUndelete }: ListProps) {
  const [renamed, setRenamed] = useState<string | null>(null);
  if (shown.length === 0) return null;
  return (
    <ul className="document-list">
      {shown.map((info) => (
        <li key={info.id} className="document-row">
          {renamed === info.id ? (
            <RenameField
              name={info.name}
              onDone={(name) => {
                setRenamed(null);
                if (name && name !== info.name) onRename(info.id, name);
              }}
            />
          ) : (
            <a className="document-link" href={info.deleted ? undefined : hrefOf(info.id)}>
              <Icon name={info.type === "json" ? "braces" : info.type === "note" ? "note" : "document"} />
              <span className="document-name">{info.name}</span>
              {info.changed !== undefined && <time className="document-time">{ago(info.changed)}</time>}
            </a>
          )}
          {info.deleted ? (
            <button type="button" className="text-button" onClick={() => onUndelete(info.id)}>Bring back</button>
          ) : (
            !isReadOnly && (
              <Menu
                label={`More for ${info.name}`}
                icon="more"
                items={[
                  { label: "Rename", icon: "pencil", run: () => setRenamed(info.id) },
                  { label: "Delete", icon: "trash", danger: true, run: () => onDelete(info) },
                ]}
              />
            )
          )}
        </li>
      ))}
    </ul>
  );
}

function RenameField({ name, onDone }: { name: string; onDone: (name: string | null) => void }) {
  const [draft, setDraft] = useState(name);
  return (
    <form
      className="rename"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(draft.trim());
      }}
    >
      <input
        aria-label={`New name for ${name}`}
        value={draft}
        maxLength={200}
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => onDone(draft.trim())}
        onKeyDown={(event) => event.key === "Escape" && onDone(null)}
      />
    </form>
  );
}

function Empty({ search, showsDeleted, create, isUnreachable }: { search: string; showsDeleted: boolean; create: (type?: DocumentType) => void; isUnreachable: boolean }) {
  if (showsDeleted) return <Notice icon="trash" title="Nothing is deleted"><p>Deleted documents wait here until you bring them back.</p></Notice>;
  if (search) {
    return (
      <Notice icon="search" title={`No document is called “${search}”`}>
        <button type="button" className="button" onClick={() => create()} disabled={isUnreachable}>Create “{search}”</button>
      </Notice>
    );
  }
  if (isUnreachable) return <Notice icon="cloudOff" title="Nothing on this device yet"><p>Documents appear here once the server answers.</p></Notice>;
  return (
    <Notice icon="document" title="No documents yet">
      <p>Make one, and send its address to whoever should write in it with you. Or join somebody's by the ticket that they gave you.</p>
      <span className="actions">
        <button type="button" className="text-button" onClick={goJoin}>Join by a ticket</button>
        <button type="button" className="button" onClick={() => create("note")}>New note</button>
        <button type="button" className="button is-primary" onClick={() => create()}>New text</button>
      </span>
    </Notice>
  );
}
