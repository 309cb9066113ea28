import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { VotePage, someone } from "./page.ts";
import { expect, test } from "./test.ts";

const PICTURE = resolve(import.meta.dirname, "../../../docs/page.png");
const VOTES = [
  ["Linus", "dogs"],
  ["Zoë", "cats"],
  ["Edsger", "dogs"],
  ["Grace", "cats"],
  ["Ada", "cats"],
] as const;

test("the picture of the page for the README", async ({ browser, complaints, startSystem }) => {
  const { origin } = await startSystem();
  for (const [name, candidate] of VOTES) {
    const context = await browser.newContext({ viewport: { width: 900, height: 940 }, colorScheme: "light" });
    complaints.listenTo(context);
    const vote = await new VotePage(await context.newPage()).openAs(someone(name), origin);
    await vote.vote(candidate);
    await vote.hasVoted(candidate);
    if (name === "Ada") {
      await vote.notices.getByRole("button", { name: "Dismiss" }).click();
      await expect(vote.page.locator("#recent li")).toHaveCount(VOTES.length);
      await mkdir(resolve(PICTURE, ".."), { recursive: true });
      await vote.page.screenshot({ path: PICTURE, animations: "disabled" });
    }
    await context.close();
  }
});
