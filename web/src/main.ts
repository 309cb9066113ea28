// Starts the page once the server has told its configuration.
import { type Config, loadConfig } from "./config.ts";
import { Page } from "./page.ts";
import { showConnection } from "./view/tally.ts";

async function configured(): Promise<Config> {
  for (let pause = 500; ; pause = Math.min(8_000, pause * 2)) {
    try {
      return await loadConfig();
    } catch (error) {
      console.warn(error);
      showConnection("away");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

new Page(await configured());
