/** Moments of the past that one looks at: what an edit run left, what a snapshot shows, and, to compare with, now. */
import type { EditRun, Past, Snapshot, Spans, Version } from "@motet/client";
import type { OpenDocument } from "./document";

export interface Moment {
  /** Unlike all others. */
  readonly id: string;
  /** The colour of who made it so. */
  readonly colour: string;
  /** The document then; to be given back by `close`. */
  at(): Past;
  /** What a text read then. */
  text(name: string): string;
  /** Makes everything as it was then, by a change; null where nothing was otherwise. */
  restore(): Spans | null;
}

function reading(at: () => Past, name: string): string {
  const past = at();
  try {
    return past.text(name).toString();
  } finally {
    past.close();
  }
}

const ofVersion = ({ client }: OpenDocument, id: string, colour: string, version: Version): Moment => ({
  id,
  colour,
  at: () => client.at(version),
  text: (name) => client.text(name).readAt(version),
  restore: () => client.restore(version),
});

/** Right after an edit run. */
export const after = (document: OpenDocument, run: EditRun): Moment => ofVersion(document, `run ${run.id}`, document.colourOf(run.author), run.version);

/** As everybody sees it at present. */
export const present = (document: OpenDocument, revision: number): Moment => ofVersion(document, `now ${revision}`, document.colourOf(document.client.author), document.client.version());

/** What a snapshot shows. */
export function of(document: OpenDocument, { id, author }: Snapshot): Moment {
  const { client } = document;
  const at = () => client.atSnapshot(id);
  return { id: `snapshot ${id}`, colour: document.colourOf(author), at, text: (name) => reading(at, name), restore: () => client.restoreSnapshot(id) };
}
