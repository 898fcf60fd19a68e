/** Small parts that every screen is made of. */
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { initialsOf } from "./colours";
import { Icon, type IconName } from "./icons";
import { useKeys, written } from "./keys";

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** Said to those who cannot see the icon, and shown on hover. */
  label: string;
  /** The keys that do the same. */
  keys?: string;
}

export function IconButton({ icon, label, keys, className = "", ...rest }: IconButtonProps) {
  const title = keys ? `${label} (${keys})` : label;
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={title} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

export function Avatar({ name, colour, isDim = false }: { name: string; colour: string; isDim?: boolean }) {
  return (
    <span className={isDim ? "avatar is-dim" : "avatar"} style={{ background: colour }} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

/** A dialog over everything else; Escape and a click beside it close it. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Whether it is the chosen one of several. */
  checked?: boolean;
  danger?: boolean;
  /** Whether it would do nothing right now. */
  disabled?: boolean;
  /** The keys that do the same. */
  keys?: string;
  run: () => void;
}

/** What is in a menu, with lines between. */
export type MenuItems = readonly (MenuItem | "line")[];

interface MenuProps {
  label: string;
  icon: IconName;
  /** Words to show in place of the icon. */
  words?: string;
  /** Whether it opens to the right of the button's left edge. */
  opensRight?: boolean;
  /** Asked for while it is open, where it is a function. */
  items: MenuItems | (() => MenuItems);
  /** The keys that open it from anywhere. */
  keys?: string;
  /** Whether what it stands for is on. */
  isOn?: boolean;
}

/** A button with a menu under it: arrows move, Escape closes, Tab leaves. */
export function Menu({ label, icon, words, opensRight = false, items, keys, isOn = false }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  useKeys(keys === undefined ? {} : { [keys]: () => setOpen(true) });
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    box.current?.querySelector<HTMLElement>("[role^=menuitem]:enabled")?.focus();
    const leave = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    return () => document.removeEventListener("pointerdown", leave);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    box.current?.querySelector<HTMLElement>("button")?.focus();
  };

  function move(event: React.KeyboardEvent) {
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    }
    if (event.key === "Tab") setOpen(false);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    if (!isOpen) return setOpen(true);
    const entries = [...(box.current?.querySelectorAll<HTMLElement>("[role^=menuitem]:enabled") ?? [])];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = entries.indexOf(document.activeElement as HTMLElement) + step;
    entries.at(next % entries.length)?.focus();
  }

  return (
    <div className={opensRight ? "menu opens-right" : "menu"} ref={box} onKeyDown={move}>
      {words === undefined ? (
        <IconButton icon={icon} label={label} {...(keys === undefined ? {} : { keys: written(keys) })} className={isOn ? "is-on" : ""} aria-haspopup="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      ) : (
        <button type="button" className="menu-words" aria-label={`${label}: ${words}`} title={label} aria-haspopup="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {words} <Icon name="below" />
        </button>
      )}
      {isOpen && (
        <div className="menu-list" role="menu" aria-label={label}>
          {(typeof items === "function" ? items() : items).map((item, index) =>
            item === "line" ? (
              <hr key={index} />
            ) : (
              <button
                key={index}
                type="button"
                role={item.checked === undefined ? "menuitem" : "menuitemradio"}
                aria-checked={item.checked}
                disabled={item.disabled}
                className={item.danger ? "menu-item is-danger" : "menu-item"}
                onClick={() => {
                  close();
                  item.run();
                }}
              >
                {item.icon ? <Icon name={item.icon} /> : <span className="icon">{item.checked && <Icon name="check" />}</span>}
                <span className="menu-item-label">{item.label}</span>
                {item.keys && <span className="menu-item-keys">{item.keys}</span>}
              </button>
            ),
          )}
        </div>
      )}
    </div>
  );
}

/** A text that becomes a field when clicked; Enter keeps, Escape forgets. */
export function EditableName({ value, label, onChange }: { value: string; label: string; onChange: (value: string) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  function leave() {
    const name = draft?.trim();
    if (name && name !== value) onChange(name);
    setDraft(null);
  }
  return (
    <input
      className="editable-name"
      aria-label={label}
      title={label}
      value={draft ?? value}
      maxLength={200}
      spellCheck={false}
      onFocus={(event) => {
        setDraft(value);
        event.target.select();
      }}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          setDraft(value);
          event.stopPropagation();
          const field = event.currentTarget;
          requestAnimationFrame(() => field.blur());
        }
      }}
    />
  );
}

/** Something is wrong, or nothing is there: what it is and what to do. */
export function Notice({ icon, title, children, tone = "calm" }: { icon: IconName; title: string; children?: ReactNode; tone?: "calm" | "bad" }) {
  return (
    <div className={`notice is-${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <span className="notice-icon"><Icon name={icon} /></span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A screen on its way. */
export function Opening() {
  return (
    <div className="screen">
      <div className="bar" />
      <div className="skeleton" role="progressbar" aria-label="Opening" />
    </div>
  );
}
