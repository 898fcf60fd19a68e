/** A small card beside a suggestion: whose it is and since when, to be accepted or rejected. It takes neither keyboard nor caret. */
import { ago, exactly } from "../app/time";
import type { OpenDocument } from "../editor/document";
import { partsOf, said, type Unit } from "./units";

/** What the pointer has to stay on for so long, and how long the card waits for it. */
const HOVER_MS = 250;
const LEAVE_MS = 350;

/** How far it is from what it is about, and from the window's edges. */
const GAP = 6;

/** The attribute that names the unit of what is drawn. */
export const UNIT = "data-suggestion";

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string, text: string): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export class SuggestionCard {
  private readonly box = document.createElement("div");
  private shown: { unit: string; by: "caret" | "pointer" } | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly ends: (() => void)[] = [];

  /** `host` is what it lies in, around the editor's page. */
  constructor(
    private readonly host: HTMLElement,
    private readonly document: OpenDocument,
  ) {
    this.box.className = "suggestion-card";
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-live", "polite");
    this.box.hidden = true;
    // Pressing a button leaves caret and selection where they are.
    this.listen(this.box, "mousedown", (event) => event.preventDefault());
    this.listen(host, "mouseover", (event) => this.point(event.target as Element));
    this.listen(host, "mouseleave", () => this.point(null));
    this.listen(host, "scroll", () => this.hide(), true);
    this.listen(host, "keydown", (event) => (event as KeyboardEvent).key === "Escape" && this.hide());
    const away = () => this.hide();
    window.addEventListener("resize", away);
    this.ends.push(document.client.on("proposals", () => this.check()), () => window.removeEventListener("resize", away));
    host.append(this.box);
  }

  /** The caret came to a suggestion, or, with null, to none. `rect` is where it is on the page. */
  caretAt(unit: Unit | null, rect: () => { left: number; top: number; bottom: number } | null): void {
    if (unit === null) {
      if (this.shown?.by === "caret") this.hide();
      return;
    }
    const place = rect();
    if (place) this.show(unit, place, "caret");
  }

  hide(): void {
    this.wait(null, 0);
    // It is hidden with every change of the text, and what is hidden again the browser looks at again.
    if (this.shown === null) return;
    this.shown = null;
    this.box.hidden = true;
  }

  remove(): void {
    this.hide();
    for (const end of this.ends) end();
    this.box.remove();
  }

  private listen(target: HTMLElement, name: string, run: (event: Event) => void, capture = false): void {
    target.addEventListener(name, run, capture);
    this.ends.push(() => target.removeEventListener(name, run, capture));
  }

  private wait(run: (() => void) | null, ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = run && setTimeout(run, ms);
  }

  /** The pointer is on something. */
  private point(target: Element | null): void {
    const drawn = target?.closest(`[${UNIT}]`);
    const id = drawn?.getAttribute(UNIT);
    const unit = id && this.document.review.shown().find((one) => one.id === id);
    if (drawn && unit) {
      if (this.shown?.unit === id) return this.wait(null, 0);
      this.wait(() => drawn.isConnected && this.show(unit, drawn.getClientRects()[0] ?? drawn.getBoundingClientRect(), "pointer"), HOVER_MS);
    } else if (target && this.box.contains(target)) this.wait(null, 0);
    else if (this.shown?.by === "pointer") this.wait(() => this.hide(), LEAVE_MS);
    else this.wait(null, 0);
  }

  /** What is decided has no card. */
  private check(): void {
    if (this.shown && !this.document.review.shown().some(({ id }) => id === this.shown?.unit)) this.hide();
  }

  private show(unit: Unit, rect: { left: number; top: number; bottom: number }, by: "caret" | "pointer"): void {
    this.wait(null, 0);
    this.shown = { unit: unit.id, by };
    this.fill(unit);
    this.box.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const edge = this.host.getBoundingClientRect();
    const isAbove = rect.top - height - GAP >= edge.top;
    this.box.style.top = `${isAbove ? rect.top - height - GAP : rect.bottom + GAP}px`;
    this.box.style.left = `${Math.max(edge.left + GAP, Math.min(rect.left, edge.right - width - 3 * GAP))}px`;
  }

  private fill(unit: Unit): void {
    const { review } = this.document;
    this.box.style.setProperty("--peer", this.document.colourOf(unit.author));
    this.box.setAttribute("aria-label", `Suggestion by ${unit.name}: ${said(unit)}`);
    const draft = unit.draft && (this.document.client.current().drafts.find(({ id }) => id === unit.draft)?.name ?? "a draft");
    const time = element("time", "", ago(unit.time));
    time.title = exactly(unit.time);
    const head = element("div", "suggestion-card-head", "");
    head.append(element("strong", "", unit.name), time, ...(draft ? [element("span", "tag", draft)] : []));
    const words = partsOf(unit).filter(({ kind }) => kind === "other").map(({ text }) => element("div", "suggestion-card-words", text));
    const tools = element("div", "suggestion-card-tools", "");
    for (const [label, act] of [["Accept", review.accept], ["Reject", review.reject]] as const) {
      const button = element("button", "text-button", label);
      button.type = "button";
      button.addEventListener("click", () => {
        this.hide();
        act([unit]);
      });
      tools.append(button);
    }
    this.box.replaceChildren(head, ...words, tools);
  }
}
