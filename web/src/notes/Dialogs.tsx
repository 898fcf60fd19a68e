/** What is asked before a link or an image is put in. */
import { isSafe } from "@motet/client/prosemirror";
import { type FormEvent, useState } from "react";
import { Dialog } from "../app/parts";
import { PICTURES } from "./blob";
import { opens } from "./links";

interface Field {
  label: string;
  value: string;
  set(value: string): void;
  placeholder?: string;
}

function Fields({ fields }: { fields: readonly Field[] }) {
  return fields.map(({ label, value, set, placeholder }, n) => (
    <label className="field" key={label}>
      <span>{label}</span>
      <input value={value} placeholder={placeholder} autoFocus={n === 0} spellCheck={false} onChange={(event) => set(event.target.value)} />
    </label>
  ));
}

/** An address as people type it: a bare host is one of the web. */
export function addressOf(typed: string): string {
  const address = typed.trim();
  if (/^[\w-]+(\.[\w-]+)+(\/|$|[?#:])/.test(address)) return `https://${address}`;
  return /^[^\s@/:]+@[^\s@/]+$/.test(address) ? `mailto:${address}` : address;
}

/** Why nothing can be reached by what was typed; null where something may. */
export function addressProblem(typed: string): string | null {
  const address = addressOf(typed);
  if (/\s/.test(address)) return "An address has no blanks. It is like example.org/page, or me@example.org.";
  return isSafe(address) ? null : "Links lead to pages (https://…), to mail, to phones, or within the site.";
}

export function LinkDialog({ address, onDone }: { address: string; onDone: (address: string | null) => void }) {
  const [typed, setTyped] = useState(address);
  const [problem, setProblem] = useState<string | null>(null);
  const change = (value: string) => {
    setTyped(value);
    setProblem(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = addressProblem(typed);
    if (found === null) onDone(addressOf(typed));
    else setProblem(found);
  };
  return (
    <Dialog title={address ? "Change the link" : "Link"} onClose={() => onDone(null)}>
      <form className="form" onSubmit={submit}>
        <Fields fields={[{ label: "Address", value: typed, set: change, placeholder: "https://" }]} />
        {problem && <p className="problem" role="alert">{problem}</p>}
        <div className="form-actions actions">
          {opens(address) && <a className="button" href={address} target="_blank" rel="noopener noreferrer">Open</a>}
          {address && <button type="button" className="button" onClick={() => onDone("")}>Remove the link</button>}
          <button type="submit" className="button is-primary" disabled={!address && typed.trim() === ""}>{address ? "Change" : "Link"}</button>
        </div>
      </form>
    </Dialog>
  );
}

/** A word as fences of code have it behind them. */
export const languageOf = (typed: string) => typed.trim().replace(/[\s`]+/g, "-");

export function LanguageDialog({ language, onDone }: { language: string; onDone: (language: string | null) => void }) {
  const [typed, setTyped] = useState(language);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onDone(languageOf(typed));
  };
  return (
    <Dialog title="Language of the code" onClose={() => onDone(null)}>
      <form className="form" onSubmit={submit}>
        <Fields fields={[{ label: "Language", value: typed, set: setTyped, placeholder: "js, python, rust…" }]} />
        <div className="form-actions">
          <button type="submit" className="button is-primary">Change</button>
        </div>
      </form>
    </Dialog>
  );
}

/** Where an image is to come from. */
export type Chosen = { address: string; alt: string } | { files: readonly File[]; alt: string };

/** What is asked of an image, or of `known`, one that is there: null where its bytes lie beside the document. */
export function ImageDialog({ known = null, onDone }: { known?: { address: string | null; alt: string } | null; onDone: (chosen: Chosen | null) => void }) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [address, setAddress] = useState(known?.address ?? "");
  const [alt, setAlt] = useState(known?.alt ?? "");
  const hasAddress = known === null || known.address !== null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onDone(files.length > 0 ? { files, alt: alt.trim() } : { address: addressOf(address), alt: alt.trim() });
  };
  return (
    <Dialog title={known ? "Change the image" : "Image"} onClose={() => onDone(null)}>
      <form className="form" onSubmit={submit}>
        {!known && (
          <label className="field">
            <span>From this device</span>
            <input type="file" accept={PICTURES.join()} multiple onChange={({ target }) => setFiles([...(target.files ?? [])])} />
          </label>
        )}
        <Fields
          fields={[
            ...(files.length > 0 || !hasAddress ? [] : [{ label: known ? "Address" : "Or its address", value: address, set: setAddress, placeholder: "https://" }]),
            { label: "What it shows, for those who do not see it", value: alt, set: setAlt },
          ]}
        />
        {!known && <p className="hint">Pictures may also be pasted into the note, or dropped on it. From other sites they are not loaded: by an address a picture is only named.</p>}
        <div className="form-actions">
          <button type="submit" className="button is-primary" disabled={files.length === 0 && hasAddress && address.trim() === ""}>{known ? "Change" : "Insert"}</button>
        </div>
      </form>
    </Dialog>
  );
}
