import { VotePage, someone } from "./page.ts";
import { expect, test } from "./test.ts";

test("a vote is counted, shown as mine, and still mine after a reload", async ({ page }) => {
  const vote = await new VotePage(page).openAs(someone("Ada"));
  const before = await vote.count("cats");
  await vote.vote("cats");
  await vote.hasVoted("cats");
  await expect.poll(() => vote.count("cats")).toBe(before + 1);
  await expect(page.locator("#recent li").first()).toContainText("Ada voted for cats");

  await page.reload();
  await expect(page.getByRole("button", { name: "Voted for cats" })).toBeVisible();
});

test("a changed vote moves from one candidate to the other", async ({ page }) => {
  const vote = await new VotePage(page).openAs(someone());
  const counts = async () => [await vote.count("cats"), await vote.count("dogs")];
  const [cats = 0, dogs = 0] = await counts();
  await vote.vote("cats");
  await vote.hasVoted("cats");
  await expect.poll(counts, "the stream is not told with the answer").toEqual([cats + 1, dogs]);
  await vote.vote("dogs");
  await vote.hasVoted("dogs");
  await expect(vote.voteButton("cats")).toBeVisible();
  await expect.poll(counts).toEqual([cats, dogs + 1]);
});

test("a second browser sees the vote as it is cast", async ({ page, browser, baseURL, complaints }) => {
  const context = await browser.newContext({ baseURL: baseURL! });
  complaints.listenTo(context);
  const watcher = await new VotePage(await context.newPage()).open();
  const vote = await new VotePage(page).openAs(someone("Grace"));
  const before = await watcher.count("dogs");
  await vote.vote("dogs");
  await expect.poll(() => watcher.count("dogs")).toBe(before + 1);
  await expect(watcher.page.locator("#recent li").first()).toContainText("Grace voted for dogs");
  await context.close();
});

test("nobody signed in: voting asks to sign in first, then counts the vote", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.vote("dogs");
  await expect(vote.dialog.getByRole("heading", { name: "Your vote for dogs" })).toBeVisible();
  await vote.signUp(someone());
  await vote.hasVoted("dogs");
});

test("closing the dialog casts no vote", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.vote("dogs");
  await page.keyboard.press("Escape");
  await expect(vote.dialog).toBeHidden();
  await expect(vote.voteButton("dogs")).toBeFocused();
  await expect(vote.signInButton).toBeVisible();
});

test("whoever signed out votes no more", async ({ page }) => {
  const vote = await new VotePage(page).openAs(someone());
  await vote.vote("cats");
  await vote.hasVoted("cats");
  await vote.signOut();
  await expect(page.getByRole("button", { name: "Voted for cats" })).toBeHidden();
  await vote.vote("dogs");
  await expect(vote.dialog.getByRole("heading", { name: "Your vote for dogs" })).toBeVisible();
});

test("the keyboard is enough", async ({ page }) => {
  const vote = await new VotePage(page).openAs(someone());
  await page.locator("body").press("Tab");
  for (let presses = 0; presses < 10; presses += 1) {
    if (await vote.voteButton("cats").evaluate((button) => button === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await expect(vote.voteButton("cats")).toBeFocused();
  await page.keyboard.press("Enter");
  await vote.hasVoted("cats");
});

test("a name is shown as text, whatever it holds", async ({ page }) => {
  const name = `<img src=x onerror=alert(1)>`;
  const vote = await new VotePage(page).openAs(someone(name));
  await vote.vote("cats");
  await expect(page.locator("#recent li").first()).toContainText(name);
});
