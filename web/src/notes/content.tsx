/** A note in the page. */
import type { Content, Download } from "../editor/content";
import type { OpenDocument } from "../editor/document";
import { MotetError } from "@motet/client";
import type { DocumentsApi } from "../documents/api";
import { COMMENTS, Comments } from "./Comments";
import { LiveNote } from "./LiveNote";
import { OpenNote } from "./note";
import "./notes.css";
import { OldNote } from "./OldNote";
import { Outline, OUTLINE } from "./Outline";

/** Markdown and HTML are the server's to write: what makes them is not loaded here. */
function download(document: OpenDocument, documents: DocumentsApi, label: string, extension: string, mediaType: string): Download {
  const read = async () => {
    const { client } = document;
    if (client.current().status !== "connected") throw new MotetError("unreachable", "the server makes it, and does not answer; try again when you are online.");
    // What the server gives is what it has.
    await client.saved();
    return documents.read(document.id, mediaType);
  };
  return { label, extension, mediaType, read };
}

export function open(document: OpenDocument, documents: DocumentsApi): Content {
  const note = new OpenNote(document);
  return {
    live: ({ isHidden, showPanel }) => <LiveNote note={note} isHidden={isHidden} showPanel={showPanel} />,
    past: (moment, before) => <OldNote pictures={note.pictures} moment={moment} before={before} />,
    restore(moment) {
      const spans = moment.restore();
      return () => spans !== null && document.client.undoRange(spans);
    },
    focus: () => note.focus(),
    goTo: note.showPeer,
    highlight: note.highlight,
    reveal: note.reveal,
    chosen: note.chosen,
    part: note.part,
    downloads: [download(document, documents, "Download as Markdown", "md", "text/markdown"), download(document, documents, "Download as HTML", "html", "text/html")],
    panels: [
      { ...OUTLINE, body: () => <Outline note={note} /> },
      { ...COMMENTS, body: () => <Comments note={note} /> },
    ],
  };
}
