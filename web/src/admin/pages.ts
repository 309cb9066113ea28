// A list that comes page by page.
import { Cell } from "../cell.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly next: string;
}

export interface Listed<T> extends Page<T> {
  /** What is under way: the first page, a further one, or nothing. */
  readonly loading: "first" | "more" | undefined;
  /** Whether anything has come yet. */
  readonly known: boolean;
}

export class Pages<T> {
  readonly listed = new Cell<Listed<T>>({ items: [], next: "", loading: undefined, known: false });
  readonly #ask: (pageToken: string) => Promise<Page<T>>;
  /** Counts the first pages asked for: what was asked for before the last one is of no more use. */
  #begun = 0;

  constructor(ask: (pageToken: string) => Promise<Page<T>>) {
    this.#ask = ask;
  }

  /** Begins anew. What was listed stays until the first page is here. */
  reload(): Promise<void> {
    this.#begun += 1;
    return this.#load("first", "", []);
  }

  /** Adds the next page. */
  async more(): Promise<void> {
    const { loading, next, items } = this.listed.value;
    if (loading === undefined && next !== "") await this.#load("more", next, items);
  }

  /** Puts another item in the place of one. */
  replace(old: T, item: T): void {
    const { items, ...rest } = this.listed.value;
    this.listed.value = { ...rest, items: items.map((one) => (one === old ? item : one)) };
  }

  /** Lists nothing, until the next `reload`. */
  clear(): void {
    this.#begun += 1;
    this.listed.value = { items: [], next: "", loading: undefined, known: false };
  }

  async #load(loading: "first" | "more", pageToken: string, before: readonly T[]): Promise<void> {
    const begun = this.#begun;
    this.listed.value = { ...this.listed.value, loading };
    try {
      const { items, next } = await this.#ask(pageToken);
      if (begun !== this.#begun) return;
      const known = loading === "more" ? this.listed.value.items : before; // what was replaced meanwhile stays so
      this.listed.value = { items: [...known, ...items], next, loading: undefined, known: true };
    } catch (error) {
      if (begun !== this.#begun) return;
      this.listed.value = { ...this.listed.value, loading: undefined };
      throw error;
    }
  }
}
