/** A JSON document in the page: a tree of values. */
import type { EditRun, Version } from "@motet/client";
import { createRef, useEffect, useMemo } from "react";
import { Notice } from "../app/parts";
import type { Content } from "../editor/content";
import type { OpenDocument } from "../editor/document";
import { ConflictsPanel } from "./ConflictsPanel";
import { Conflicts } from "./conflicts";
import { LiveJson, type Steering } from "./LiveJson";
import { Tree } from "./Tree";
import { useTree } from "./useTree";
import "../styles/json.css";

export function open(document: OpenDocument): Content {
  const { client } = document;
  const json = client.json();
  const conflicts = new Conflicts(json);
  const steering = createRef<Steering>();
  return {
    live: ({ isHidden }) => <LiveJson document={document} json={json} conflicts={conflicts} isHidden={isHidden} steering={steering} />,
    past: (run) => <OldJson document={document} run={run} />,
    restore(version: Version) {
      const text = textAt(document, version);
      if (text === null) return () => {};
      if (json.exists) json.save(text);
      else json.create(text);
      return client.undo;
    },
    focus: () => steering.current?.focus(),
    goTo: (peer) => void (peer.json && steering.current?.goTo(peer.json)),
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

/** What it said at a version; null where it was nothing yet. */
function textAt({ client }: OpenDocument, version: Version): string | null {
  const past = client.at(version);
  try {
    const json = past.json();
    return json.exists && json.root() ? json.toString() : null;
  } finally {
    past.close();
  }
}

/** The document as a run left it, to be looked at. */
function OldJson({ document, run }: { document: OpenDocument; run: EditRun }) {
  const past = useMemo(() => document.client.at(run.version), [document, run.id]);
  // In strict mode effects run twice: what was given back is not used again.
  useEffect(() => () => void setTimeout(() => past.close()), [past]);
  const json = past.json();
  const model = useTree(json);
  if (model.isEmpty) return <Notice icon="document" title="There was nothing here yet"><p>The document was made later than this.</p></Notice>;
  return <Tree model={model} label="The document as it was" />;
}
