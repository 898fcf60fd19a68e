/** What has to be said above a document. */
import type { EditRun } from "@motet/client";
import { Icon } from "../app/icons";
import { ago } from "../app/time";
import { toast } from "../app/toasts";
import { HeldNotice } from "../panels/People";
import type { Content } from "./content";
import type { OpenDocument, Snapshot } from "./document";
import type { Moment } from "./moment";

interface Props {
  document: OpenDocument;
  snapshot: Snapshot;
  wantsOnline: boolean;
  onOnline: () => void;
}

export function Banners({ document, snapshot, wantsOnline, onOnline }: Props) {
  return (
    <>
      {snapshot.trouble && (
        <div className="banner is-bad" role="alert">
          <Icon name="warning" />
          <span>{snapshot.trouble.message}</span>
          <button type="button" className="text-button" onClick={document.client.dismissTrouble}>Dismiss</button>
        </div>
      )}
      {!wantsOnline && (
        <div className="banner is-warning">
          <Icon name="cloudOff" />
          <span>You work offline. Your changes stay on this device until you go online again.</span>
          <button type="button" className="text-button" onClick={onOnline}>Go online</button>
        </div>
      )}
      <HeldNotice document={document} snapshot={snapshot} />
    </>
  );
}

/** Says which moment is shown, and brings it back. */
export function PastBanner({ content, run, moment, onNow }: { content: Content; run: EditRun; moment: Moment; onNow: () => void }) {
  const restore = () => {
    const takeBack = content.restore(moment);
    onNow();
    toast("The earlier document is back, as a new change", { label: "Undo", run: takeBack });
  };
  return (
    <div className="banner is-past">
      <Icon name="clock" />
      <span>The document after a change by <strong>{run.name}</strong>, {ago(run.time)}.</span>
      <button type="button" className="button is-small" onClick={restore}>Restore this</button>
      <button type="button" className="text-button" onClick={onNow}>Back to now</button>
    </div>
  );
}
