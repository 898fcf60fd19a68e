import { Component, lazy, type ReactNode, Suspense, useState } from "react";
import { Documents } from "../documents/Documents";
import { Help } from "./Help";
import { useKeys } from "./keys";
import { Notice, Opening } from "./parts";
import { ProfileDialog } from "./ProfileDialog";
import { go, useOpenDocument, useTicket } from "./route";
import { useTheme } from "./theme";
import { Toasts } from "./toasts";

// Few come by a ticket.
const Joining = lazy(() => import("../documents/Joining").then((module) => ({ default: module.Joining })));

// The editor is two thirds of the app: the list shows without waiting for it.
const EditorScreen = lazy(() => import("../editor/EditorScreen").then((module) => ({ default: module.EditorScreen })));

/** Dialogs that any screen may open. */
export interface Screens {
  showHelp(): void;
  showProfile(): void;
}

/** What broke is said, with the way on; the log is in the store and loses nothing by it. */
class Fallback extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <main className="centre">
        <Notice icon="warning" title="Motet stopped" tone="bad">
          <p>Something in the app failed: {this.state.error.message}</p>
          <p>Your saved work is kept on this device. Reload to go on.</p>
          <button type="button" className="button is-primary" onClick={() => location.reload()}>Reload</button>
        </Notice>
      </main>
    );
  }
}

export function App() {
  const document = useOpenDocument();
  const ticket = useTicket();
  const [dialog, setDialog] = useState<"help" | "profile" | null>(null);
  useTheme();
  useKeys({ F1: () => setDialog("help"), "Alt-d": () => go(null) });
  const screens: Screens = { showHelp: () => setDialog("help"), showProfile: () => setDialog("profile") };
  const close = () => setDialog(null);
  return (
    <Fallback>
      <Suspense fallback={<Opening />}>
        {ticket !== null && <Joining key={ticket} ticket={ticket} />}
        {ticket === null && document === null && <Documents screens={screens} />}
        {document !== null && <EditorScreen key={document} id={document} screens={screens} />}
      </Suspense>
      {dialog === "help" && <Help onClose={close} />}
      {dialog === "profile" && <ProfileDialog onClose={close} />}
      <Toasts />
    </Fallback>
  );
}
