// What the page has to say: one line that informs, one that tells a problem and its way out.
import { byId, part } from "./dom.ts";

/** A failure in words, and what the page can do about it. */
export interface Words<WayOut extends string = string> {
  readonly text: string;
  readonly wayOut?: WayOut;
}

/** Good news goes away by itself. */
const SHOWN_FOR = 8_000;

export class Notices<WayOut extends string> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #labels: Readonly<Record<WayOut, string>>;
  readonly #takeWayOut: (wayOut: WayOut) => void;

  constructor(labels: Readonly<Record<WayOut, string>>, takeWayOut: (wayOut: WayOut) => void) {
    this.#labels = labels;
    this.#takeWayOut = takeWayOut;
  }

  inform(text: string): void {
    this.clear();
    show("info", text);
    this.#timer = setTimeout(() => this.clear(), SHOWN_FOR);
  }

  problem({ text, wayOut }: Words<WayOut>): void {
    this.clear();
    show("problem", text, wayOut && { label: this.#labels[wayOut], take: () => this.#takeWayOut(wayOut) });
  }

  clear(): void {
    clearTimeout(this.#timer);
    for (const kind of ["info", "problem"] as const) line(kind).hidden = true;
  }
}

function show(kind: "info" | "problem", text: string, wayOut?: { label: string; take: () => void }): void {
  const notice = line(kind);
  const button = part(notice, "way-out", HTMLButtonElement);
  button.hidden = wayOut === undefined;
  button.textContent = wayOut?.label ?? "";
  button.onclick = () => {
    notice.hidden = true;
    wayOut?.take();
  };
  part(notice, "close").onclick = () => (notice.hidden = true);
  notice.hidden = false;
  part(notice, "text").textContent = text; // after it shows, so that it is read out
}

function line(kind: "info" | "problem"): HTMLElement {
  return part(byId("notices", HTMLElement), kind);
}
