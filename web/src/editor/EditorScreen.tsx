/** One document: opened, and shown by what its type takes. */
import { useEffect, useState } from "react";
import type { Screens } from "../app/App";
import { Notice, Opening } from "../app/parts";
import { type Profile, profile as ownProfile } from "../app/profile";
import { go } from "../app/route";
import { type Services, useServices } from "../app/services";
import type { Content } from "./content";
import type { OpenDocument } from "./document";
import { contentOf, typeListed, typeWithin } from "./types";
import { Workspace } from "./Workspace";

interface Opened {
  document: OpenDocument;
  content: Content;
}

/** Opens a document, and finds out what shows it; closes it where that fails. */
async function openWith({ open, documents }: Services, id: string, profile: Profile): Promise<Opened> {
  const [document, listed] = await Promise.all([open(id, profile), typeListed(documents, id)]);
  try {
    if (listed === null) await document.client.ready();
    const show = await contentOf(listed ?? typeWithin(document.client));
    return { document, content: show(document, documents) };
  } catch (error) {
    document.close();
    throw error;
  }
}

function useOpening(id: string): Opened | { problem: string } | null {
  const services = useServices();
  const [opening, setOpening] = useState<Opened | { problem: string } | null>(null);
  useEffect(() => {
    let isWanted = true;
    let document: OpenDocument | null = null;
    openWith(services, id, ownProfile()).then(
      (opened) => {
        if (!isWanted) return opened.document.close();
        document = opened.document;
        setOpening(opened);
      },
      (error: unknown) => isWanted && setOpening({ problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isWanted = false;
      document?.close();
    };
  }, [id, services]);
  return opening;
}

export function EditorScreen({ id, screens }: { id: string; screens: Screens }) {
  const opening = useOpening(id);
  if (opening === null) return <Opening />;
  if ("document" in opening) return <Workspace document={opening.document} content={opening.content} screens={screens} />;
  return (
    <main className="centre">
      <Notice icon="warning" title="This document does not open" tone="bad">
        <p>{opening.problem}</p>
        <p>Nothing is lost: what was saved stays saved. Close other tabs of Motet, then try again.</p>
        <span className="actions">
          <button type="button" className="button is-primary" onClick={() => location.reload()}>Try again</button>
          <button type="button" className="button" onClick={() => go(null)}>All documents</button>
        </span>
      </Notice>
    </main>
  );
}
