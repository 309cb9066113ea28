import { VotePage, someone } from "./page.ts";
import { expect, test } from "./test.ts";

test("the profile says what the token and the account say", async ({ page }) => {
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  await vote.account.click();
  await expect(vote.profileEntry("token", "E-mail")).toHaveText(`${person.email} (not verified)`);
  await expect(vote.profileEntry("token", "Signed in with")).toHaveText("e-mail and password");
  await expect(vote.profileEntry("account", "Ways to sign in")).toHaveText("e-mail and password");
  await expect(vote.profileEntry("account", "Name")).toHaveText("Ada");
});

test("a new display name is on the page, in the token and beside the next vote", async ({ page }) => {
  const vote = await new VotePage(page).openAs(someone("Ada"));
  await vote.account.click();
  await vote.dialog.getByLabel("Display name").fill("Ada Lovelace");
  await vote.dialog.getByRole("button", { name: "Save" }).click();
  await expect(vote.dialog.getByRole("status")).toHaveText("Saved.");
  await expect(vote.profileEntry("token", "Name")).toHaveText("Ada Lovelace");
  await expect(vote.profileEntry("account", "Name")).toHaveText("Ada Lovelace");
  await vote.dialog.getByRole("button", { name: "Close" }).click();
  await vote.isSignedInAs("Ada Lovelace");
  await vote.vote("dogs");
  await vote.hasVoted("dogs");
  await expect(page.locator("#recent li").first()).toContainText("Ada Lovelace voted for dogs");
});

test("the display name can be removed", async ({ page }) => {
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  await vote.account.click();
  await vote.dialog.getByLabel("Display name").fill("");
  await vote.dialog.getByRole("button", { name: "Save" }).click();
  await expect(vote.dialog.getByRole("status")).toHaveText("Saved.");
  await vote.dialog.getByRole("button", { name: "Close" }).click();
  await vote.isSignedInAs(person.email);
  await vote.vote("dogs");
  await expect(page.locator("#recent li").first()).toContainText("Someone voted for dogs");
});

test("a guest has a profile, and no name to edit", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.signInButton.click();
  await vote.dialog.getByRole("button", { name: "Continue as a guest" }).click();
  await vote.account.click();
  await expect(vote.dialog.getByText("You are here as a guest.")).toBeVisible();
  await expect(vote.profileEntry("token", "Signed in with")).toHaveText("nothing, as a guest");
  await expect(vote.dialog.getByLabel("Display name")).toBeHidden();
});
