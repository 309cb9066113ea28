// Every failure that internal users may meet, in words, with the way out.
import { Code, ConnectError } from "@connectrpc/connect";
import { refusal } from "../unit/refusal.ts";
import { audit, button, dialog, expect, notices, test, users, yes } from "./admin-test.ts";

const answer = /status of (401|403|404)|ERR_FAILED/;

test("a session that is over: the page is to be loaded again, which begins another", async ({
  page,
  admin,
  complaints,
}) => {
  complaints.allow(answer);
  admin.fail("listUsers", refusal("TOKEN_MISSING"));
  admin.fail("listAuditRecords", 401);
  await page.goto(admin.origin);
  await expect(notices(page).getByRole("alert")).toContainText("Your session is over.");
  await expect(page.locator("#audit").getByRole("alert")).toContainText("Your session is over.");
  admin.heal();
  await notices(page).getByRole("button", { name: "Reload the page" }).click();
  await expect(users(page)).toHaveCount(1);
  await expect(page.locator("#audit").getByRole("alert")).toBeEmpty();
});

test("someone who is not let in is told so, and may sign in as someone else", async ({ page, admin, complaints }) => {
  complaints.allow(answer);
  for (const [error, words] of [
    [refusal("CALLER_NOT_ALLOWED", Code.PermissionDenied), "people of the organization"],
    [refusal("DOMAIN_NOT_ALLOWED", Code.PermissionDenied), "your domain"],
    [403, "You may not use this page"],
  ] as const) {
    admin.fail("listUsers", error);
    await page.goto(admin.origin);
    await expect(notices(page).getByRole("alert")).toContainText(words);
  }
  await notices(page).getByRole("button", { name: "Sign in as someone else" }).click();
  await expect(page.getByText("signed out")).toBeVisible();
});

test("what nothing was changed by can be tried again where it was asked for", async ({ page, admin }) => {
  await page.goto(admin.origin);
  admin.fail("disableUser", refusal("ACCOUNTS_UNAVAILABLE", Code.Unavailable));
  await button(page, "Disable Maya").click();
  await yes(page, "Disable").click();
  await expect(dialog(page).getByRole("alert")).toContainText("nothing was changed");
  admin.heal();
  await yes(page, "Disable").click();
  await expect(notices(page)).toContainText("Maya is disabled.");
});

test("a change without an answer is told as unknown, and the audit is read anew", async ({
  page,
  admin,
  complaints,
}) => {
  complaints.allow(answer);
  await page.goto(admin.origin);
  for (const error of [refusal("OUTCOME_UNKNOWN", Code.DeadlineExceeded), 0] as const) {
    admin.fail("resetVotes", error, { done: true });
    await button(page, "Remove all votes").click();
    await yes(page, "Remove all votes").click();
    await expect(notices(page).getByRole("alert")).toContainText("not known whether this was done");
    await expect(audit(page).first()).toContainText("Outcome unknown");
  }
});

test("a user who is gone is told so", async ({ page, admin }) => {
  await page.goto(admin.origin);
  await expect(users(page)).toHaveCount(1);
  admin.users.length = 0;
  await button(page, "Disable Maya").click();
  await yes(page, "Disable").click();
  await expect(notices(page).getByRole("alert")).toContainText("There is no such user any more.");
  await notices(page).getByRole("button", { name: "Reload the page" }).click();
  await expect(page.locator("#users").getByRole("status")).toHaveText("There are no users.");
});

test("a change that fails after its dialog was closed is told all the same", async ({ page, admin, complaints }) => {
  complaints.allow(answer);
  await page.goto(admin.origin);
  let answerNow = (): void => undefined;
  const held = new Promise<void>((resolve) => (answerNow = resolve));
  await page.route("**/admin.v1.AdminService/DisableUser", async (route) => {
    await held;
    await route.abort();
  });
  await button(page, "Disable Maya").click();
  await yes(page, "Disable").click();
  await yes(page, "Close").click();
  answerNow();
  await expect(notices(page).getByRole("alert")).toContainText("not known whether this was done");
});

test("who is signed in is left out where the proxy does not say", async ({ page, admin, complaints }) => {
  complaints.allow(answer);
  await page.goto(admin.origin);
  await expect(page.getByText("ada@example.com")).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign out" })).toBeVisible();
  admin.email = undefined;
  await page.reload();
  await expect(users(page)).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Sign out" })).toBeHidden();
});

test("a failure that nobody thought of is told with the server's words", async ({ page, admin }) => {
  admin.fail("listUsers", new ConnectError("the accounts refuse this service: its log says why", Code.Internal));
  await page.goto(admin.origin);
  await expect(notices(page).getByRole("alert")).toContainText("the accounts refuse this service");
});
