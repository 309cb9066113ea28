/** A value that can be watched. */
export class Cell<T> {
  #value: T;
  readonly #watchers = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    this.#value = value;
    for (const watcher of this.#watchers) watcher(value);
  }

  /** Calls with the present value, and with each later one. */
  watch(watcher: (value: T) => void): void {
    this.#watchers.add(watcher);
    watcher(this.#value);
  }
}
