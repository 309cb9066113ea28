// The test function of this suite: each worker has a running system, and no page may complain.
import { type BrowserContext, type ConsoleMessage, test as base, expect } from "@playwright/test";
import { LocalSystem, type LocalSystemOptions, STARTS_WITHIN, STOPS_WITHIN } from "./local-system.ts";

export { expect };

interface TestFixtures {
  /** Starts a system for this test alone: to stop it, or with settings of its own. */
  startSystem: (options?: LocalSystemOptions) => Promise<LocalSystem>;
  /** What pages may write to the console in this test. Everything else, a violated CSP included, fails it. */
  complaints: Complaints;
}

interface WorkerFixtures {
  /** A system that the tests of one worker share. */
  system: LocalSystem;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  system: [
    async ({}, use) => {
      const system = await LocalSystem.start();
      await use(system);
      await system.dispose();
    },
    { scope: "worker", timeout: STARTS_WITHIN + STOPS_WITHIN },
  ],

  baseURL: ({ system }, use) => use(system.origin),

  startSystem: async ({}, use) => {
    const started: LocalSystem[] = [];
    await use(async (options) => {
      const system = await LocalSystem.start(options);
      started.push(system);
      return system;
    });
    await Promise.all(started.map((system) => system.dispose()));
  },

  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    expect(complaints.heard).toEqual([]);
  },

  context: async ({ context, complaints }, use) => {
    complaints.listenTo(context);
    await use(context);
  },
});

export class Complaints {
  readonly #heard: string[] = [];
  readonly #allowed: RegExp[] = [];

  /** Such as a refused password: Chromium writes each answer of 400 and above to the console. */
  allow(...patterns: RegExp[]): void {
    this.#allowed.push(...patterns);
  }

  listenTo(context: BrowserContext): void {
    context.on("console", (message: ConsoleMessage) => {
      if (message.type() === "error" || message.type() === "warning") this.#heard.push(message.text());
    });
    context.on("weberror", (error) => this.#heard.push(String(error.error())));
  }

  get heard(): string[] {
    return this.#heard.filter((text) => !this.#allowed.some((pattern) => pattern.test(text)));
  }
}

/** The server said no to something, as the test wants it to. */
export const REFUSED = /status of 400/;
/** The server is away, as the test wants it to be. */
export const AWAY =
  /ERR_(CONNECTION_(REFUSED|RESET|CLOSED|ABORTED)|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/;
