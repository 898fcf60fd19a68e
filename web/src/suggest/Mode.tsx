/** How one works, in the bar: just so, suggesting, or in a draft. */
import { Menu, type MenuItem } from "../app/parts";
import { written } from "../app/keys";
import type { OpenDocument, Snapshot } from "../editor/document";
import { setMode } from "./mode";

export const MODE_KEYS = "Alt-s";

/** What it is called that one does. */
export function modeName({ suggesting, drafts }: Snapshot): string {
  if (suggesting === null) return "Editing";
  return suggesting === "suggestion" ? "Suggesting" : (drafts.find(({ id }) => id === suggesting)?.name ?? "Draft");
}

export function Mode({ document, snapshot, onNewDraft }: { document: OpenDocument; snapshot: Snapshot; onNewDraft: () => void }) {
  const { suggesting, drafts } = snapshot;
  const item = (label: string, mode: typeof suggesting, keys?: string): MenuItem => ({
    label,
    checked: suggesting === mode,
    run: () => setMode(document.client, mode),
    ...(keys ? { keys } : {}),
  });
  return (
    <span className={suggesting === null ? "mode" : "mode is-on"}>
      <Menu
        label="How you work"
        icon="pencil"
        words={modeName(snapshot)}
        items={[
          item("Editing", null, suggesting === null ? undefined : written(MODE_KEYS)),
          item("Suggesting", "suggestion", suggesting === null ? written(MODE_KEYS) : undefined),
          "line",
          ...drafts.map(({ id, name }) => item(name, id)),
          { label: "New draft…", icon: "plus", run: onNewDraft },
        ]}
      />
    </span>
  );
}
