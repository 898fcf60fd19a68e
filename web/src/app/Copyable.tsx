import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "./icons";

const SAID_MS = 2_000;

/** Words to give on, with a button that copies them; `what` says to those who do not see it which words. Where that is not allowed they are selected, to be copied by hand. */
export function Copyable({ label, what, value }: { label: string; what: string; value: string }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    field.current?.select();
    await navigator.clipboard.writeText(value).then(() => setCopied(true), () => undefined);
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span className="copyable">
        <input id={id} ref={field} readOnly value={value} onFocus={(event) => event.target.select()} spellCheck={false} />
        <button type="button" className="button" aria-label={isCopied ? "Copied" : `Copy ${what}`} onClick={() => void copy()}>
          <Icon name={isCopied ? "check" : "copy"} /> <span aria-live="polite">{isCopied ? "Copied" : "Copy"}</span>
        </button>
      </span>
    </div>
  );
}
