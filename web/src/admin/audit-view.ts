// The audit: who did what to whom, when, and what came of it; the latest first.
import {
  type AuditRecord,
  AuditRecord_Action as Action,
  AuditRecord_Outcome as Outcome,
} from "../gen/admin/v1/admin_pb.ts";
import { byId, element, fromTemplate, part } from "../view/dom.ts";
import type { Listed } from "./pages.ts";
import { shortDate } from "../view/time.ts";
import { dated } from "./user-row.ts";

export interface AuditViewOptions {
  readonly reload: () => void;
  readonly more: () => void;
  /** What a user is called, where the page knows. */
  readonly nameOf: (record: AuditRecord) => string | undefined;
}

export class AuditView {
  readonly #section = byId("audit", HTMLElement);
  readonly #list = part(this.#section, "list");
  readonly #options: AuditViewOptions;

  constructor(options: AuditViewOptions) {
    this.#options = options;
    part(this.#section, "reload").addEventListener("click", options.reload);
    part(this.#section, "more").addEventListener("click", options.more);
  }

  /** Why it could not be read; empty where it could. */
  problem(text: string): void {
    part(this.#section, "problem").textContent = text;
  }

  show({ items, next, loading, known }: Listed<AuditRecord>): void {
    const more = part(this.#section, "more");
    const hadFocus = more === document.activeElement;
    const before = this.#list.children.length;
    this.#list.replaceChildren(...items.map((record) => recordItem(record, this.#options.nameOf(record))));
    this.#list.ariaBusy = String(loading !== undefined);
    more.hidden = next === "";
    more.ariaDisabled = String(loading !== undefined);
    part(this.#section, "none").hidden = !known || items.length > 0;
    part(this.#section, "loading").hidden = loading !== "first" || known;
    const first = this.#list.children[before];
    if (hadFocus && more.hidden && first instanceof HTMLElement) first.focus(); // the button is gone
  }
}

function recordItem(record: AuditRecord, targetName: string | undefined): HTMLElement {
  const { id, actor, action, target, attemptedAt, details, outcome } = record;
  const item = part(fromTemplate("record"), "item");
  part(item, "who").textContent = actor?.email || actor?.id || "someone";
  part(item, "what").textContent = whatWasDone(action);
  part(item, "whom").hidden = target === undefined;
  part(item, "name").textContent = targetName ?? "";
  part(item, "uid").textContent = target?.uid ?? "";
  part(item, "tenant").textContent = target?.tenant ? `in ${target.tenant}` : "";
  part(item, "details").textContent = details;
  part(item, "outcome").textContent = whatCameOfIt(record);
  item.dataset["outcome"] = OUTCOMES[outcome] ?? "unknown";
  part(item, "when").replaceChildren(...dated("", attemptedAt, shortDate), element("span", `no. ${id}`));
  return item;
}

export function whatWasDone(action: Action): string {
  switch (action) {
    case Action.DISABLE_USER:
      return "disabled";
    case Action.ENABLE_USER:
      return "enabled";
    case Action.SET_ROLES:
      return "set the roles of";
    case Action.RESET_VOTES:
      return "removed all votes";
    default:
      return "did something that this page does not know"; // a newer service
  }
}

const OUTCOMES: Readonly<Record<number, string>> = {
  [Outcome.UNKNOWN]: "unknown",
  [Outcome.SUCCEEDED]: "done",
  [Outcome.FAILED]: "failed",
};

export function whatCameOfIt({ outcome, outcomeDetails }: Pick<AuditRecord, "outcome" | "outcomeDetails">): string {
  const more = outcomeDetails === "" ? "" : `: ${outcomeDetails}`;
  switch (outcome) {
    case Outcome.SUCCEEDED:
      return `Done${more}`;
    case Outcome.FAILED:
      return `Not done${more}`;
    default:
      return `Outcome unknown${more || ": it may have been done, or not, or be under way"}`;
  }
}
