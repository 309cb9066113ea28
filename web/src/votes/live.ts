// The tally as it moves: one server stream, opened again whenever it ends.
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { Cell } from "../cell.ts";
import type { Results, VoteService } from "../gen/votes/v1/votes_pb.ts";

export type Connection = "connecting" | "live" | "polling" | "away";

const FIRST_PAUSE = 500; // milliseconds, doubled at each failure in a row
const LONGEST_PAUSE = 8_000;
const POLL_PAUSE = 5_000;
const LEAVE_WHEN_HIDDEN_FOR = 30_000;

export class Live {
  readonly results = new Cell<Results | undefined>(undefined);
  readonly connection = new Cell<Connection>("connecting");
  readonly #votes: Client<typeof VoteService>;
  #stream = new AbortController();
  #failures = 0;
  #wake = (): void => undefined;

  constructor(votes: Client<typeof VoteService>) {
    this.#votes = votes;
  }

  /** Runs as long as the page. */
  async run(): Promise<never> {
    addEventListener("online", () => this.#wake());
    this.#leaveWhileHidden();
    for (;;) {
      await this.#visible();
      try {
        await this.#watch();
        await this.#pause(FIRST_PAUSE); // the server ended it in good order
      } catch (error) {
        if (this.#stream.signal.aborted) continue;
        await this.#recover(error);
      }
    }
  }

  /** Takes results that came with another answer; the stream's own are never older than these for long. */
  offer(results: Results | undefined): void {
    if (results !== undefined && this.connection.value !== "live") this.results.value = results;
  }

  async #watch(): Promise<void> {
    this.#stream = new AbortController();
    for await (const { results } of this.#votes.watchResults({}, { signal: this.#stream.signal })) {
      this.#failures = 0;
      this.results.value = results;
      if (this.connection.value !== "live") this.connection.value = "live";
    }
  }

  /** Where the server has no stream left to give, the page asks now and then. */
  async #recover(error: unknown): Promise<void> {
    if (ConnectError.from(error).code === Code.ResourceExhausted) {
      try {
        this.results.value = (await this.#votes.getResults({})).results;
        this.connection.value = "polling";
        return await this.#pause(POLL_PAUSE);
      } catch {
        // away, as below
      }
    }
    this.connection.value = "away";
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++);
    await this.#pause(pause * (0.8 + 0.4 * Math.random())); // not all pages at once
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Over HTTP/1.1 a browser has six connections for all tabs together: hidden ones give theirs back. */
  #leaveWhileHidden(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => this.#stream.abort(), LEAVE_WHEN_HIDDEN_FOR);
      else this.#wake();
    });
  }

  #visible(): Promise<void> {
    if (!document.hidden) return Promise.resolve();
    return new Promise((resolve) => {
      document.addEventListener("visibilitychange", () => resolve(), { once: true });
    });
  }
}
