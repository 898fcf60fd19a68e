/** Whether the own work is safe: always in sight, always true. */
import { Icon, type IconName } from "../app/icons";
import { plural } from "../app/time";
import type { Snapshot } from "../editor/document";

interface Words {
  tone: "good" | "busy" | "warn" | "bad";
  icon: IconName;
  short: string;
  long: string;
}

/** What is not safe yet. */
function waitingWords({ waiting, files }: Snapshot["saved"]): string {
  const changes = waiting > 0 || files === 0 ? [plural(Math.max(waiting, 1), "change")] : [];
  return [...changes, ...(files > 0 ? [plural(files, "file")] : [])].join(" and ");
}

/** What is said in each state. */
export function savedWords({ status, saved, trouble }: Pick<Snapshot, "status" | "saved" | "trouble">): Words {
  const changes = waitingWords(saved);
  const isOffline = status === "offline" || status === "refused";
  switch (saved.level) {
    case "durable":
      return isOffline
        ? { tone: "warn", icon: "cloudOff", short: "Offline, all saved", long: "The server has all your work. What you write now is kept on this device until the server is back." }
        : { tone: "good", icon: "check", short: status === "connecting" ? "Connecting…" : "Saved", long: "All your work is on the server's disk." };
    case "received":
      return { tone: "busy", icon: "send", short: "Received", long: `${changes} reached another member and wait for the server's disk.` };
    case "local":
      return isOffline
        ? { tone: "warn", icon: "cloudOff", short: `Offline, ${changes} here`, long: `${changes} are kept on this device only. They are sent as soon as the server answers.` }
        : { tone: "busy", icon: "disk", short: "Saving…", long: `${changes} are kept on this device and on their way to the server.` };
    case "unsaved":
      return trouble?.code === "store"
        ? { tone: "bad", icon: "warning", short: "Not saved here", long: trouble.message }
        : { tone: "busy", icon: "disk", short: "Saving…", long: "Your last keystrokes are being written to this device." };
  }
}

export function SavedState({ snapshot }: { snapshot: Snapshot }) {
  const { tone, icon, short, long } = savedWords(snapshot);
  return (
    <span className={`saved is-${tone}`} role="status" title={long} data-level={snapshot.saved.level} data-link={snapshot.status}>
      <Icon name={icon} />
      <span className="saved-words">{short}</span>
    </span>
  );
}
