/** Somebody who writes in a note as people do: by keys and clicks, here and there. */
import type { Locator, Page } from "@playwright/test";

/** How long a finger rests between two keys. */
const KEY_MS = 90;

export class Writer {
  /** Words that this one wrote and that nobody took away. */
  readonly words: string[] = [];
  /** What was seen that must not be. */
  readonly wrongs: string[] = [];
  private count = 0;

  constructor(readonly page: Page, readonly name: string, private readonly chance: () => number) {}

  private below(n: number): number {
    return Math.floor(this.chance() * n);
  }

  private word(): string {
    return `${this.name}${(this.count += 1)}`;
  }

  private get lines(): Locator {
    return this.page.locator('.note > .note-chunk > * > .note-block[data-kind="paragraph"] > .note-line');
  }

  /** Does things until it is time to stop. */
  async writeUntil(deadline: number): Promise<void> {
    const acts = [() => this.say(), () => this.say(), () => this.say(), () => this.emphasize(), () => this.table(), () => this.move(), () => this.undo(), () => this.split()];
    while (Date.now() < deadline) await acts[this.below(acts.length)]!();
  }

  /** Puts the caret into some paragraph, at its end. */
  private async enter(): Promise<void> {
    const lines = await this.lines.count();
    const line = this.lines.nth(this.below(lines));
    await line.scrollIntoViewIfNeeded();
    await line.click({ position: { x: 4, y: 6 } });
    await this.page.keyboard.press("End");
  }

  /** Types a word where the caret is, and looks whether the caret is behind it. */
  private async type(): Promise<string> {
    const word = this.word();
    await this.page.keyboard.type(` ${word}`, { delay: KEY_MS });
    const before = await this.page.evaluate(() => {
      const { focusNode, focusOffset } = getSelection()!;
      const around = focusNode?.nodeType === Node.TEXT_NODE ? focusNode : (focusNode?.childNodes[focusOffset - 1] ?? null);
      return focusNode === around ? (around?.textContent ?? "").slice(0, focusOffset) : (around?.textContent ?? "");
    });
    if (!before.endsWith(word)) this.wrongs.push(`${this.name}'s caret is behind "${before.slice(-20)}" instead of "${word}"`);
    return word;
  }

  /** Types one long word, of that many letters. */
  async typeLong(letters: number): Promise<void> {
    await this.enter();
    const word = this.word() + "x".repeat(letters);
    await this.page.keyboard.type(` ${word}`, { delay: KEY_MS });
    this.words.push(word);
  }

  private async say(): Promise<void> {
    await this.enter();
    for (let words = 1 + this.below(4); words > 0; words -= 1) this.words.push(await this.type());
  }

  private async split(): Promise<void> {
    await this.enter();
    await this.page.keyboard.press("Enter");
    this.words.push(await this.type());
  }

  /** Makes what is typed strong, or emphasized, and goes on after it. */
  private async emphasize(): Promise<void> {
    await this.enter();
    this.words.push(await this.type());
    await this.page.keyboard.press("Control+Shift+ArrowLeft");
    await this.page.keyboard.press(this.below(2) === 0 ? "Control+b" : "Control+i");
    await this.page.keyboard.press("ArrowRight");
  }

  /** Writes into a cell of some table, and makes a table where there is none yet or now and then. */
  private async table(): Promise<void> {
    const cells = this.page.locator(".note td, .note th");
    const known = await cells.count();
    if (known === 0 || this.below(6) === 0) {
      await this.enter();
      await this.page.getByRole("button", { name: "Table", exact: true }).click();
      return;
    }
    const cell = cells.nth(this.below(known));
    await cell.scrollIntoViewIfNeeded();
    await cell.click();
    await this.page.keyboard.press("End");
    this.words.push(await this.type());
    if (this.below(4) === 0) await this.page.keyboard.press("Tab");
  }

  /** Cuts a word of one's own and pastes it elsewhere, which moves it. */
  private async move(): Promise<void> {
    await this.enter();
    const word = await this.type();
    await this.page.keyboard.press("Control+Shift+ArrowLeft");
    await this.page.keyboard.press("Control+x");
    await this.enter();
    await this.page.keyboard.press("Control+v");
    this.words.push(word);
  }

  /** Writes a word, takes it back, and brings it again. */
  private async undo(): Promise<void> {
    await this.enter();
    const word = await this.type();
    const isThere = () => this.page.evaluate((sought) => document.querySelector(".note")!.textContent!.includes(sought), word);
    let undone = 0;
    while (undone < 20 && (await isThere())) {
      await this.page.keyboard.press("Control+z");
      undone += 1;
    }
    if (await isThere()) this.wrongs.push(`${this.name} could not undo "${word}"`);
    for (; undone > 0; undone -= 1) await this.page.keyboard.press("Control+Shift+z");
    this.words.push(word);
  }
}
