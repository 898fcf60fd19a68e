/** A JSON document in the page: a tree of values. */
import { createRef, lazy, Suspense, useEffect, useMemo } from "react";
import { Notice } from "../app/parts";
import type { Content } from "../editor/content";
import type { OpenDocument } from "../editor/document";
import type { Moment } from "../editor/moment";
import { ConflictsPanel } from "./ConflictsPanel";
import { Conflicts } from "./conflicts";
import { LiveJson, type Steering } from "./LiveJson";
import { Tree } from "./Tree";
import { useTree } from "./useTree";
import "../styles/json.css";

/** What shows texts is loaded once somebody compares. */
const OldText = lazy(() => import("../text/OldText").then(({ OldText }) => ({ default: OldText })));

export function open(document: OpenDocument): Content {
  const { client } = document;
  const json = client.json();
  const conflicts = new Conflicts(json);
  const steering = createRef<Steering>();
  return {
    live: ({ isHidden }) => <LiveJson document={document} json={json} conflicts={conflicts} isHidden={isHidden} steering={steering} />,
    past: (moment, before) => (isCompared(moment, before) ? <Compared moment={moment} before={before} /> : <OldJson moment={moment} />),
    restore(moment) {
      const text = textAt(moment);
      if (text === null) return () => {};
      if (json.exists) json.save(text);
      else json.create(text);
      return client.undo;
    },
    focus: () => steering.current?.focus(),
    goTo: (peer) => void (peer.json && steering.current?.goTo(peer.json)),
    part: () => steering.current?.part() ?? null,
    chosen: () => steering.current?.part()?.elements ?? null,
    downloads: [{ label: "Download as JSON", extension: "json", mediaType: "application/json", read: async () => json.toString() }],
    panels: [
      {
        id: "conflicts",
        title: "Conflicts",
        icon: "warning",
        keys: "Alt-c",
        body: () => <ConflictsPanel document={document} json={json} conflicts={conflicts} onGoTo={(id) => steering.current?.goTo(id)} />,
      },
    ],
  };
}

/** Whether two moments are compared, rather than the steps of the history, which are looked at as a tree. */
const isCompared = (moment: Moment, before: Moment | undefined): before is Moment => before !== undefined && before.id !== moment.id && !moment.id.startsWith("run");

/** What it said then; null where it was nothing yet. */
function textAt(moment: Moment): string | null {
  const past = moment.at();
  try {
    const json = past.json();
    return json.exists && json.root() ? json.toString() : null;
  } finally {
    past.close();
  }
}

/** The document as it was, to be looked at. */
function OldJson({ moment }: { moment: Moment }) {
  const past = useMemo(() => moment.at(), [moment.id]);
  // In strict mode effects run twice: what was given back is not used again.
  useEffect(() => () => void setTimeout(() => past.close()), [past]);
  const json = past.json();
  const model = useTree(json);
  if (model.isEmpty) return <Notice icon="document" title="There was nothing here yet"><p>The document was made later than this.</p></Notice>;
  return <Tree model={model} label="The document as it was" />;
}

/** What differs between two moments, as text. */
function Compared({ moment, before }: { moment: Moment; before: Moment }) {
  const [now, then] = useMemo(() => [textAt(moment) ?? "", textAt(before) ?? ""], [moment.id, before.id]);
  return (
    <Suspense fallback={<div className="skeleton" role="progressbar" aria-label="Opening" />}>
      <OldText text={now} before={then} colour={moment.colour} />
    </Suspense>
  );
}
