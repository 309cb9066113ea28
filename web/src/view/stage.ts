// The dialog: one step at a time, with its problems told at the top.
import { byId, element, fromTemplate, part } from "./dom.ts";
import type { Words } from "./notices.ts";

/** What a local system knows and would else be sent by SMS or mail. */
export interface LocalHint {
  readonly text: string;
  readonly code?: string;
  readonly link?: string;
  readonly take?: () => void;
}

export class Stage {
  readonly #dialog = byId("dialog", HTMLDialogElement);
  readonly #content = part(this.#dialog, "stage");
  readonly #problem = part(this.#dialog, "problem");
  readonly #local = element("aside");
  readonly #wordsFor: (error: unknown) => Words;
  #visit = 0; // each time the dialog is opened
  #attempt = 0; // each thing tried, each step shown
  #done = false;
  #finished: (done: boolean) => void = () => undefined;

  /** Failures are told in these words. */
  constructor(wordsFor: (error: unknown) => Words) {
    this.#wordsFor = wordsFor;
    this.#local.className = "local";
    this.#local.ariaLive = "polite";
    this.#local.hidden = true;
    this.#content.after(this.#local);
    part(this.#dialog, "close").addEventListener("click", () => this.close(false));
    this.#dialog.addEventListener("close", () => {
      if (this.#dialog.open) return; // opened again meanwhile
      this.#content.replaceChildren(); // no password stays in the page
      this.#leave();
    });
  }

  /** Opens the dialog with a step; resolves when it is closed, with whether it reached its end. */
  open(step: () => void, { wide = false } = {}): Promise<boolean> {
    this.#leave();
    this.#dialog.classList.toggle("wide", wide);
    const finished = new Promise<boolean>((resolve) => (this.#finished = resolve));
    if (!this.#dialog.open) this.#dialog.showModal();
    step();
    return finished;
  }

  close(done: boolean): void {
    this.#done = done;
    this.#dialog.close();
  }

  #leave(): void {
    this.#visit += 1;
    this.#attempt += 1;
    this.#dialog.ariaBusy = "false";
    this.#finished(this.#done);
    this.#done = false;
  }

  /** Shows a step in place of the one before. */
  show(template: string): HTMLElement {
    this.#attempt += 1;
    this.#problem.textContent = "";
    this.#local.hidden = true;
    this.#content.replaceChildren(fromTemplate(template));
    this.#dialog.scrollTop = 0;
    return this.#content;
  }

  problem({ text }: Words): void {
    this.#problem.textContent = text;
    this.#dialog.scrollTop = 0;
  }

  hint({ text, code, link, take }: LocalHint): void {
    const parts: Node[] = [element("span", text)];
    if (code !== undefined) parts.push(element("output", code));
    if (link !== undefined) {
      const anchor = element("a", "Open the link");
      anchor.href = link;
      parts.push(anchor);
    }
    if (take !== undefined) {
      const button = element("button", "Use it");
      button.type = "button";
      button.className = "plain";
      button.onclick = take;
      parts.push(button);
    }
    this.#local.replaceChildren(...parts);
    this.#local.hidden = false;
    this.#local.scrollIntoView({ block: "nearest" });
  }

  /** Runs what a form is for: once at a time, with failures told in words unless `otherwise` deals with them. */
  async run(action: () => Promise<void>, otherwise?: (error: unknown) => boolean): Promise<void> {
    if (this.#dialog.ariaBusy === "true") return;
    const visit = this.#visit;
    this.#attempt += 1;
    this.#problem.textContent = "";
    this.#dialog.ariaBusy = "true";
    try {
      await action();
    } catch (error) {
      if (visit === this.#visit && otherwise?.(error) !== true) this.problem(this.#wordsFor(error));
    }
    if (visit === this.#visit) this.#dialog.ariaBusy = "false";
  }

  /** As `run`, for what is given up as soon as the user goes on to something else, such as a window that was opened. */
  async try(action: () => Promise<void>, otherwise?: (error: unknown) => boolean): Promise<void> {
    const attempt = ++this.#attempt;
    this.#problem.textContent = "";
    try {
      await action();
    } catch (error) {
      if (attempt === this.#attempt && otherwise?.(error) !== true) this.problem(this.#wordsFor(error));
    }
  }
}
