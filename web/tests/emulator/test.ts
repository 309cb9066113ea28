// As the browser suite's test function, with a system that takes Firebase's own emulator for its end users.
import { test as base } from "../browser/test.ts";
import { LocalSystem, STARTS_WITHIN, STOPS_WITHIN } from "../browser/local-system.ts";
import { AuthEmulator } from "./auth-emulator.ts";

export { expect } from "../browser/test.ts";

interface WorkerFixtures {
  emulator: AuthEmulator;
}

export const test = base.extend<object, WorkerFixtures>({
  emulator: [
    async ({}, use) => {
      const emulator = await AuthEmulator.start();
      await use(emulator);
      await emulator.dispose();
    },
    { scope: "worker", timeout: 150_000 },
  ],

  system: [
    async ({ emulator }, use) => {
      const system = await LocalSystem.start({ authEmulatorHost: emulator.host });
      await use(system);
      await system.dispose();
    },
    { scope: "worker", timeout: STARTS_WITHIN + STOPS_WITHIN },
  ],
});
