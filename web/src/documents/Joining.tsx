/** A document that somebody gave a ticket of: what the ticket says, and the way until the document is here. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Copyable } from "../app/Copyable";
import { IconButton, Notice } from "../app/parts";
import { written } from "../app/keys";
import { go, hrefOf } from "../app/route";
import { useServices } from "../app/services";
import { type Join, saidOf, sentence, type TicketFacts } from "./peers";

/** How far it is is asked for this often. */
const REFRESH_MS = 500;

type Step =
  /** Whether this server joins at all is asked for. */
  | { step: "asking" }
  | { step: "missing"; why: string }
  /** No ticket yet, or one that does not hold. */
  | { step: "typing"; problem: string }
  | { step: "read"; facts: TicketFacts; problem: string }
  | { step: "joining"; facts: TicketFacts; join: Join | null; problem: string };

/** Takes the place of this screen in the browser's history, so that the ticket does not stay there. */
function open(document: string): void {
  location.replace(hrefOf(document));
}

export function Joining({ ticket: given }: { ticket: string }) {
  const { peers } = useServices();
  const [ticket, setTicket] = useState(given);
  const [step, setStep] = useState<Step>({ step: "asking" });

  useEffect(() => {
    let isWanted = true;
    const say = (next: Step) => isWanted && setStep(next);
    async function begin() {
      const why = await peers.missing();
      if (why !== null) return say({ step: "missing", why });
      if (ticket.trim() === "") return say({ step: "typing", problem: "" });
      try {
        say({ step: "read", facts: await peers.read(ticket), problem: "" });
      } catch (error) {
        say({ step: "typing", problem: saidOf(error) });
      }
    }
    begin().catch((error: unknown) => say({ step: "missing", why: saidOf(error) }));
    return () => {
      isWanted = false;
    };
  }, [peers, ticket]);

  const id = step.step === "joining" ? step.facts.id : null;
  useEffect(() => {
    if (id === null) return;
    let isWanted = true;
    const look = async () => {
      const join = await peers.joined(id).then((join) => ({ join, problem: "" }), (error: unknown) => ({ join: null, problem: saidOf(error) }));
      if (!isWanted) return;
      if (join.join?.arrived && join.join.state === "connected") return open(id);
      setStep((now) => (now.step === "joining" ? { ...now, ...join } : now));
    };
    const timer = setInterval(() => void look(), REFRESH_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [peers, id]);

  async function join(facts: TicketFacts) {
    setStep({ step: "joining", facts, join: null, problem: "" });
    try {
      const join = await peers.join(ticket);
      setStep({ step: "joining", facts, join, problem: "" });
    } catch (error) {
      setStep({ step: "read", facts, problem: saidOf(error) });
    }
  }
  async function cancel(facts: TicketFacts) {
    // What was not joined need not be left.
    await peers.leave(facts.id).catch(() => undefined);
    setStep({ step: "read", facts, problem: "" });
  }

  return (
    <div className="screen">
      <header className="bar">
        <IconButton icon="back" label="All documents" keys={written("Alt-d")} onClick={() => go(null)} />
        <h1 className="bar-title">Join a document</h1>
      </header>
      <main className="joining">
        {step.step === "asking" && <div className="skeleton" role="progressbar" aria-label="Loading" />}
        {step.step === "missing" && <Missing why={step.why} ticket={ticket} />}
        {step.step === "typing" && <Typing given={ticket} problem={step.problem} onTicket={setTicket} />}
        {step.step === "read" && <Read facts={step.facts} problem={step.problem} onJoin={() => void join(step.facts)} onOther={() => setTicket("")} />}
        {step.step === "joining" && <Underway {...step} onCancel={() => void cancel(step.facts)} onAgain={() => void join(step.facts)} />}
      </main>
    </div>
  );
}

function Missing({ why, ticket }: { why: string; ticket: string }) {
  return (
    <Notice icon="cloudOff" title="This server does not join documents">
      <p>{sentence(why)}</p>
      {ticket.trim() !== "" && (
        <div className="joining-instead">
          <p>With Motet on your own machine, open the link there, or join from a terminal:</p>
          <Copyable what="the command" label="In a terminal" value={`motet join ${ticketIn(ticket)}`} />
        </div>
      )}
      <button type="button" className="button" onClick={() => go(null)}>All documents</button>
    </Notice>
  );
}

/** The ticket alone, of a link. */
const ticketIn = (text: string) => text.trim().replace(/^.*#join=/, "").replace(/^motet%3a/i, "motet:");

function Typing({ given, problem, onTicket }: { given: string; problem: string; onTicket: (ticket: string) => void }) {
  const [draft, setDraft] = useState(given);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  function send(event: FormEvent) {
    event.preventDefault();
    if (draft.trim() !== "") onTicket(draft.trim());
  }
  return (
    <form className="form" onSubmit={send}>
      <p>Somebody shares a document with you without a server: they gave you a ticket, or a link with one.</p>
      <label className="field">
        <span>Ticket or link</span>
        <textarea
          ref={field}
          rows={5}
          value={draft}
          spellCheck={false}
          autoCapitalize="off"
          placeholder="motet:…"
          aria-invalid={problem !== "" && draft === given}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && send(event)}
        />
      </label>
      {problem !== "" && draft === given && <p className="form-problem" role="alert">{problem}</p>}
      <div className="form-actions"><button type="submit" className="button is-primary" disabled={draft.trim() === ""}>Go on</button></div>
    </form>
  );
}

const nameOf = (facts: TicketFacts) => facts.known ?? (facts.name || "A document without a name");

function Facts({ facts }: { facts: TicketFacts }) {
  return (
    <dl className="facts">
      <dt>Shared by</dt>
      <dd>the Motet {facts.member}{facts.addresses.length > 0 && <span className="faint">, at {facts.addresses.join(", ")}</span>}</dd>
      <dt>You may</dt>
      <dd>read it and write in it</dd>
      <dt>Document</dt>
      <dd className="facts-id">{facts.id}</dd>
    </dl>
  );
}

function Read({ facts, problem, onJoin, onOther }: { facts: TicketFacts; problem: string; onJoin: () => void; onOther: () => void }) {
  return (
    <section className="form">
      <h2>{nameOf(facts)}</h2>
      <Facts facts={facts} />
      {facts.known !== null && <p>You have this document already. To join exchanges what either of you wrote since.</p>}
      {facts.known === null && <p className="faint">A copy is kept here, which stays yours when the other one is gone. Join only what comes from somebody you know.</p>}
      {problem !== "" && <p className="form-problem" role="alert">{problem}</p>}
      <div className="form-actions">
        <button type="button" className="text-button" onClick={onOther}>Another ticket</button>
        {facts.known !== null && <button type="button" className="button" onClick={() => open(facts.id)}>Open it</button>}
        <button type="button" className="button is-primary" autoFocus onClick={onJoin}>Join</button>
      </div>
    </section>
  );
}

interface UnderwayProps {
  facts: TicketFacts;
  join: Join | null;
  problem: string;
  onCancel(): void;
  onAgain(): void;
}

function Underway({ facts, join, problem, onCancel, onAgain }: UnderwayProps) {
  const state = join?.state ?? "seeking";
  const progress = join?.progress ?? null;
  const words = {
    seeking: join?.problem ? "Not found yet; it is looked for again and again." : "Looking for the other Motet…",
    connected: "Connected. The document is on its way…",
    refused: "This ticket does not open it.",
  }[state];
  const said = problem || sentence(join?.problem ?? "");
  return (
    <section className="form" aria-busy={state !== "refused"} data-state={state}>
      <h2>{nameOf(facts)}</h2>
      <p role="status">{words}</p>
      {state !== "refused" && <progress className="joining-progress" aria-label="Joining" {...(progress && progress.total > 0 && { value: progress.done, max: progress.total })} />}
      {said !== "" && <p className={state === "refused" || problem ? "form-problem" : "faint"} role="alert">{said}</p>}
      <div className="form-actions">
        <button type="button" className="text-button" onClick={onCancel}>{state === "refused" ? "Back" : "Cancel"}</button>
        {facts.known !== null && <button type="button" className="button" onClick={() => open(facts.id)}>Open it</button>}
        {state === "refused" && <button type="button" className="button is-primary" onClick={onAgain}>Try again</button>}
      </div>
    </section>
  );
}
