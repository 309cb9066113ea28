import type { Locator, Page } from "@playwright/test";
import { type Person, VotePage, someone } from "./page.ts";
import { REFUSED, expect, test } from "./test.ts";

/** Presses a button that opens the provider's window. */
async function opened(page: Page, button: Locator): Promise<Page> {
  const [window] = await Promise.all([page.waitForEvent("popup"), button.click()]);
  return window;
}

/** Signs in at the provider, in the local system's stand-in for it. */
async function choose(window: Page, { name, email }: Pick<Person, "name" | "email">): Promise<void> {
  await window.getByLabel("E-mail address").fill(email);
  await window.getByLabel("Name").fill(name);
  await window.getByRole("button", { name: "Continue" }).click();
}

for (const provider of ["Google", "GitHub", "Facebook"]) {
  test(`${provider}: by its window`, async ({ page }) => {
    const vote = await new VotePage(page).open();
    await vote.vote("dogs");
    const window = await opened(page, vote.dialog.getByRole("button", { name: `Continue with ${provider}` }));
    await choose(window, someone("Grace"));
    await vote.hasVoted("dogs");
    await vote.isSignedInAs("Grace");
    await vote.account.click();
    await expect(vote.profileEntry("token", "Signed in with")).toHaveText(provider);
    await expect(vote.profileEntry("account", "Ways to sign in")).toHaveText(provider);
  });
}

test("a guest links with Google and keeps the uid", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.signInButton.click();
  await vote.dialog.getByRole("button", { name: "Continue as a guest" }).click();
  const uid = await vote.uid();
  await vote.vote("cats");
  await choose(await opened(page, vote.dialog.getByRole("button", { name: "Continue with Google" })), someone("Grace"));
  await vote.hasVoted("cats");
  expect(await vote.uid()).toBe(uid);
});

test("a guest who turns out to have an account goes on with it", async ({ page }) => {
  const person = someone("Grace");
  const vote = await new VotePage(page).open();
  await vote.signInButton.click();
  await choose(await opened(page, vote.dialog.getByRole("button", { name: "Continue with Google" })), person);
  await vote.isSignedInAs("Grace");
  const uid = await vote.uid();
  await vote.signOut();

  await vote.signInButton.click();
  await vote.dialog.getByRole("button", { name: "Continue as a guest" }).click();
  await vote.isSignedInAs("Guest");
  await vote.vote("cats");
  await choose(await opened(page, vote.dialog.getByRole("button", { name: "Continue with Google" })), person);
  await vote.hasVoted("cats");
  expect(await vote.uid()).toBe(uid);
});

test("who has a password already signs in with it, and the provider is added", async ({ page, complaints }) => {
  complaints.allow(REFUSED);
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  await vote.signOut();
  await vote.signInButton.click();
  await choose(await opened(page, vote.dialog.getByRole("button", { name: "Continue with Facebook" })), person);
  await vote.problem("There is already an account with this e-mail.");
  await expect(vote.dialog.getByLabel("E-mail")).toHaveValue(person.email);
  await vote.signIn(person);
  await vote.isSignedInAs("Ada");
  await vote.account.click();
  await expect(vote.profileEntry("account", "Ways to sign in")).toContainText("Facebook");
});

test("giving up in the window is told in words, and another try works", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.signInButton.click();
  const button = vote.dialog.getByRole("button", { name: "Continue with Google" });
  const window = await opened(page, button);
  await window.getByRole("button", { name: "Cancel" }).click();
  await vote.problem("You stopped signing in.");
  await choose(await opened(page, button), someone("Grace"));
  await vote.isSignedInAs("Grace");
});
