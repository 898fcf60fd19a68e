/** A document shared by a ticket, without a server between: who has it, and how others get it. */
import { useCallback, useEffect, useState } from "react";
import { Copyable } from "../app/Copyable";
import { Icon } from "../app/icons";
import { Dialog, Notice } from "../app/parts";
import { useServices } from "../app/services";
import { ago, plural } from "../app/time";
import { type Guest, type Join, saidOf, sentence, type Share } from "../documents/peers";

/** Who came and went is asked for this often while it is looked at. */
const REFRESH_MS = 2_000;

interface Seen {
  missing: string | null;
  share: Share;
  join: Join | null;
}

export function Sharing({ document, name, onClose }: { document: string; name: string; onClose: () => void }) {
  const { peers } = useServices();
  const [seen, setSeen] = useState<Seen | null>(null);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  const look = useCallback(async () => {
    const missing = await peers.missing();
    if (missing !== null) return setSeen({ missing, share: { sharing: false }, join: null });
    const [share, join] = await Promise.all([peers.shared(document), peers.joined(document)]);
    setSeen({ missing, share, join });
  }, [peers, document]);
  const attempt = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await work();
      await look();
      setProblem("");
    } catch (error) {
      setProblem(saidOf(error));
    } finally {
      setBusy(false);
    }
  }, [look]);
  useEffect(() => {
    void attempt(async () => undefined);
    const timer = setInterval(() => void look().then(() => setProblem(""), (error: unknown) => setProblem(saidOf(error))), REFRESH_MS);
    return () => clearInterval(timer);
  }, [attempt, look]);

  return (
    <Dialog title="Share without a server" onClose={onClose}>
      <div className="sharing">
        {problem !== "" && <p className="form-problem" role="alert">{problem}</p>}
        {seen === null && problem === "" && <div className="skeleton" role="progressbar" aria-label="Loading" />}
        {seen?.missing && (
          <Notice icon="cloudOff" title="Not from this server">
            <p>{sentence(seen.missing)}</p>
            <p>On a machine of your own, <code>motet share</code> shares a document from the terminal.</p>
          </Notice>
        )}
        {seen?.missing === null && (
          <>
            {seen.join && <Followed join={seen.join} isBusy={isBusy} onAgain={() => void attempt(() => peers.rejoin(document))} onLeave={() => void attempt(() => peers.leave(document))} />}
            {seen.share.sharing ? (
              <Shared
                share={seen.share}
                isBusy={isBusy}
                onRenew={() => void attempt(() => peers.renew(document))}
                onStop={() => void attempt(() => peers.stop(document))}
              />
            ) : (
              <>
                <p>
                  Give somebody a ticket, and their Motet fetches “{name}” straight from this one: in your network, or wherever they
                  reach this machine. Nothing in the internet takes part. Each of you keeps a copy, and you write in it together.
                </p>
                <p className="faint">Whoever has the ticket can read this document and write in it. They see no other one.</p>
                <div className="form-actions">
                  <button type="button" className="button is-primary" autoFocus disabled={isBusy} onClick={() => void attempt(() => peers.share(document))}>
                    {isBusy ? "One moment…" : "Make a ticket"}
                  </button>
                </div>
              </>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

interface SharedProps {
  share: Share & { sharing: true };
  isBusy: boolean;
  onRenew(): void;
  onStop(): void;
}

function Shared({ share, isBusy, onRenew, onStop }: SharedProps) {
  return (
    <>
      <p>Whoever has this ticket reads this document and writes in it, for as long as this machine's Motet runs and you do not stop.</p>
      <Copyable what="the link" label="Link, for who has Motet on their machine" value={share.link} />
      <Copyable what="the ticket" label="Ticket, for “Join by a ticket…” or motet join" value={share.ticket} />
      <section aria-live="polite">
        <h3>{share.guests.length > 0 ? `${plural(share.guests.length, "Motet")} here by it` : "Nobody is here by it yet"}</h3>
        {share.guests.length > 0 && <ul className="guests">{share.guests.map((guest) => <GuestRow key={`${guest.member} ${guest.address} ${guest.since}`} guest={guest} />)}</ul>}
      </section>
      {share.picture && (
        <details className="sharing-picture">
          <summary>QR code of the ticket</summary>
          <img src={`data:image/svg+xml,${encodeURIComponent(share.picture)}`} alt="The ticket as a QR code" width="240" height="240" />
        </details>
      )}
      <p className="faint">
        {share.addresses.length > 0 ? `This machine is reached at ${share.addresses.join(", ")}, by UDP.` : "No address of this machine is known: only its own network finds it."} It goes by {share.member}.
      </p>
      <div className="form-actions">
        <button type="button" className="text-button" disabled={isBusy} title="Older tickets let nobody in any more, and who came by one is sent away" onClick={onRenew}>Make another ticket</button>
        <button type="button" className="button is-danger" disabled={isBusy} title="Who is here is sent away, and keeps what they have" onClick={onStop}>Stop sharing</button>
      </div>
    </>
  );
}

function GuestRow({ guest }: { guest: Guest }) {
  return (
    <li>
      <Icon name="people" /> <span className="guest-name">{guest.member}</span> <span className="faint">from {guest.address}, came {ago(guest.since * 1000)}</span>
    </li>
  );
}

const STATES: Record<Join["state"], string> = {
  connected: "It is connected, and what either of you writes goes to the other.",
  seeking: "It is looked for. You can go on writing: everything is exchanged once it is found.",
  refused: "It takes nothing from here any more. What you have stays, and you can go on writing.",
};

/** Where a document came from that was joined. */
function Followed({ join, isBusy, onAgain, onLeave }: { join: Join; isBusy: boolean; onAgain(): void; onLeave(): void }) {
  return (
    <section className="followed" aria-live="polite" data-state={join.state}>
      <h3>This document came by a ticket of {join.member}</h3>
      <p>{STATES[join.state]}</p>
      {join.problem && <p className="faint">{sentence(join.problem)}</p>}
      <span>
        {join.state === "refused" && <button type="button" className="text-button" disabled={isBusy} title="Perhaps it is shared again by now" onClick={onAgain}>Try again</button>}
        <button type="button" className="text-button" disabled={isBusy} title="The document stays here" onClick={onLeave}>Follow it no more</button>
      </span>
    </section>
  );
}
