import { Code, createConnectRouter } from "@connectrpc/connect";
import type { Page } from "@playwright/test";
import { ProfileService } from "../../src/gen/profiles/v1/profiles_pb.ts";
import { refusal } from "../unit/refusal.ts";
import { answered, handlersOf } from "./answer.ts";
import { VotePage, someone } from "./page.ts";
import { REFUSED, expect, test } from "./test.ts";

/** Refuses the next call as the gate does when the sign-in is too long ago: no test waits for that. Counts all calls. */
async function signedInTooLongAgo(page: Page, method: "deleteMyAccount" | "signOutEverywhere"): Promise<() => number> {
  let calls = 0;
  const router = createConnectRouter().service(ProfileService, {
    [method]: () => {
      throw refusal("RECENT_SIGN_IN_REQUIRED", Code.Unauthenticated);
    },
  });
  const path = `/${ProfileService.typeName}/${ProfileService.method[method].name}`;
  const handler = handlersOf(router).get(path);
  await page.route(`**${path}`, async (route) => {
    calls += 1;
    if (calls > 1) return route.continue();
    await answered(route, handler!);
  });
  return () => calls;
}

test("signing out everywhere ends the session of every browser", async ({ page, browser, baseURL, complaints }) => {
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  const context = await browser.newContext({ baseURL: baseURL! });
  complaints.listenTo(context);
  complaints.allow(REFUSED);
  const elsewhere = await new VotePage(await context.newPage()).open();
  await elsewhere.signInButton.click();
  await elsewhere.signIn(person);
  await elsewhere.isSignedInAs("Ada");

  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(vote.dialog.getByRole("heading", { name: "Sign out everywhere?" })).toBeVisible();
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // what counts is the second of the sign-in
  await vote.dialog.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(vote.notices).toContainText("You are signed out everywhere.");
  await expect(vote.signInButton).toBeVisible();

  await elsewhere.account.click();
  await elsewhere.dialog.getByLabel("Display name").fill("Eve");
  await elsewhere.dialog.getByRole("button", { name: "Save" }).click();
  await elsewhere.problem("Your session has ended.");
  await context.close();
});

test("a deleted account is gone", async ({ page, complaints }) => {
  complaints.allow(REFUSED);
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(vote.dialog.getByText("Your account is deleted for good")).toBeVisible();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(vote.notices).toContainText("Your account is deleted.");
  await vote.signInButton.click();
  await vote.signIn(person);
  await vote.problem("do not match");
});

test("whoever cancels keeps the account", async ({ page }) => {
  const vote = await new VotePage(page).openAs(someone("Ada"));
  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();
  await vote.dialog.getByRole("button", { name: "Cancel" }).click();
  await vote.isSignedInAs("Ada");
});

test("a sign-in too long ago is made anew, and what was wanted is done", async ({ page }) => {
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  const calls = await signedInTooLongAgo(page, "deleteMyAccount");
  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();

  await expect(vote.dialog.getByRole("heading", { name: "Sign in again" })).toBeVisible();
  await expect(vote.dialog.getByLabel("E-mail")).toHaveValue(person.email);
  await expect(vote.dialog.getByLabel("E-mail")).toHaveJSProperty("readOnly", true);
  await expect(vote.dialog.getByRole("button", { name: "Continue with Google" })).toBeHidden();
  await vote.dialog.getByLabel("Password").fill(person.password);
  await vote.dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(vote.notices).toContainText("Your account is deleted.");
  expect(calls()).toBe(2);
});

test("whoever does not sign in again keeps the account", async ({ page }) => {
  const vote = await new VotePage(page).openAs(someone("Ada"));
  const calls = await signedInTooLongAgo(page, "deleteMyAccount");
  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(vote.dialog.getByRole("heading", { name: "Sign in again" })).toBeVisible();
  await page.keyboard.press("Escape");
  await vote.isSignedInAs("Ada");
  expect(calls()).toBe(1);
});

test("another account at the provider does not stand in for this one", async ({ page, complaints }) => {
  complaints.allow(REFUSED);
  const vote = await new VotePage(page).open();
  const choose = async (email: string): Promise<void> => {
    const button = vote.dialog.getByRole("button", { name: "Continue with Google" });
    const [chooser] = await Promise.all([page.waitForEvent("popup"), button.click()]);
    await chooser.getByLabel("E-mail address").fill(email);
    await chooser.getByRole("button", { name: "Continue" }).click();
  };
  const [own, other] = [someone().email, someone().email];
  await vote.signInButton.click();
  await choose(own);
  await expect(vote.account).toContainText(own);

  const calls = await signedInTooLongAgo(page, "deleteMyAccount");
  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();
  await vote.dialog.getByRole("button", { name: "Delete my account" }).click();
  await choose(other);
  await vote.problem("That is another account");
  expect(calls()).toBe(1);
  await choose(own);
  await expect(vote.notices).toContainText("Your account is deleted.");
  expect(calls()).toBe(2);
});

test("a guest has nothing to leave but the page", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.signInButton.click();
  await vote.dialog.getByRole("button", { name: "Continue as a guest" }).click();
  await vote.account.click();
  await expect(vote.dialog.getByRole("button", { name: "Sign out", exact: true })).toBeVisible();
  await expect(vote.dialog.getByRole("button", { name: "Sign out everywhere" })).toBeHidden();
  await expect(vote.dialog.getByRole("button", { name: "Delete my account" })).toBeHidden();
});
