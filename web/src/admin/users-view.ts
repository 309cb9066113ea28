// The list of users: those loaded so far, narrowed by what is typed.
import type { User } from "../gen/admin/v1/admin_pb.ts";
import { byId, part } from "../view/dom.ts";
import type { Listed } from "./pages.ts";
import { keyOf, matches } from "./user.ts";
import { type UserActions, userRow } from "./user-row.ts";

export interface UsersViewOptions extends UserActions {
  readonly reload: () => void;
  readonly more: () => void;
  /** Another pool of users is wanted; empty for the project's own. */
  readonly tenant: (tenant: string) => void;
}

export class UsersView {
  readonly #section = byId("users", HTMLElement);
  readonly #list = part(this.#section, "list");
  readonly #filter = part(this.#section, "filter", HTMLInputElement);
  readonly #options: UsersViewOptions;
  readonly #rows = new Map<User, HTMLElement>();
  #listed: Listed<User> = { items: [], next: "", loading: undefined, known: false };

  constructor(options: UsersViewOptions) {
    this.#options = options;
    this.#filter.addEventListener("input", () => this.#render());
    part(this.#section, "reload").addEventListener("click", options.reload);
    part(this.#section, "more").addEventListener("click", options.more);
    const pool = part(this.#section, "pool", HTMLFormElement);
    pool.addEventListener("submit", (event) => {
      event.preventDefault();
      options.tenant(part(pool, "tenant", HTMLInputElement).value.trim());
    });
  }

  show(listed: Listed<User>): void {
    const before = this.#listed;
    this.#listed = listed;
    const more = part(this.#section, "more");
    const hadFocus = more === document.activeElement;
    this.#render();
    if (hadFocus && more.hidden) this.#rowOf(listed.items[before.items.length])?.focus(); // the button is gone
  }

  /** Puts the keyboard back to where it was in the row of a user, which a change has made anew. */
  focus(user: User, button: "edit" | "toggle"): void {
    const row = this.#list.querySelector(`[data-key="${CSS.escape(keyOf(user.id))}"]`);
    if (row !== null) part(row, button).focus();
  }

  #render(): void {
    const { items, next, loading, known } = this.#listed;
    const shown = items.filter((user) => matches(user, this.#filter.value.trim()));
    for (const user of this.#rows.keys()) if (!items.includes(user)) this.#rows.delete(user);
    this.#list.replaceChildren(...shown.map((user) => this.#row(user)));
    this.#list.ariaBusy = String(loading !== undefined);
    part(this.#section, "more").hidden = next === "";
    part(this.#section, "more").ariaDisabled = String(loading !== undefined);
    part(this.#section, "count").textContent = known ? count(shown.length, items.length, next !== "") : "";
    part(this.#section, "loading").hidden = loading !== "first" || known;
  }

  #row(user: User): HTMLElement {
    const known = this.#rows.get(user);
    if (known !== undefined) return known;
    const row = userRow(user, this.#options);
    row.dataset["key"] = keyOf(user.id);
    this.#rows.set(user, row);
    return row;
  }

  #rowOf(user: User | undefined): HTMLElement | undefined {
    return user && this.#rows.get(user);
  }
}

/** Such as "3 of 50 users match; there are more to load." */
export function count(shown: number, loaded: number, more: boolean): string {
  if (loaded === 0) return "There are no users.";
  const users = `${loaded} user${loaded === 1 ? "" : "s"}`;
  const rest = more ? "; there are more to load" : "";
  return shown === loaded ? `${users}${rest}.` : `${shown} of ${users} match${rest}.`;
}
