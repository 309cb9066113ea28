// What is not easily undone is asked about first, in words that say what happens.
import { part } from "./dom.ts";
import type { Stage } from "./stage.ts";

export interface Question {
  readonly title: string;
  /** What happens if it is done. */
  readonly text: string;
  /** What the button says that does it. */
  readonly yes: string;
  readonly danger: boolean;
}

/** Shows a step of the dialog; `yes` is for it to call, once the user wants it. */
export type Step = (yes: () => void) => void;

export interface Act {
  readonly act: () => Promise<void>;
  /** Deals with a failure while the dialog is open, or leaves it to be told there. */
  readonly otherwise?: (error: unknown) => boolean;
  /** Tells a failure that came after the dialog was closed. */
  readonly late: (error: unknown) => void;
}

/** Opens the dialog, and acts once the user wants it; resolves with whether that was done. A dialog that is closed stops nothing. */
export async function confirmed(stage: Stage, step: Step, { act, otherwise, late }: Act): Promise<boolean> {
  let open = true;
  let acting: Promise<boolean> | undefined;

  async function attempt(): Promise<boolean> {
    let done = false;
    await stage.run(async () => {
      try {
        await act();
      } catch (error) {
        if (!open) late(error);
        throw error;
      }
      done = true;
      if (open) stage.close(true);
    }, otherwise);
    if (!done) acting = undefined; // it may be tried again
    return done;
  }

  const closed = stage.open(() => step(() => (acting ??= attempt())));
  await closed;
  open = false;
  return (await acting) ?? false;
}

/** The step that asks a question. */
export function asking(stage: Stage, { title, text, yes, danger }: Question): Step {
  return (act) => {
    const content = stage.show("step-confirm");
    const button = part(content, "yes");
    part(content, "title").textContent = title;
    part(content, "text").textContent = text;
    button.textContent = yes;
    button.classList.add(danger ? "danger" : "primary");
    button.addEventListener("click", act);
    part(content, "no").addEventListener("click", () => stage.close(false));
    part(content, "title").focus();
  };
}
