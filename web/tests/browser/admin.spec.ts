// Administration in the whole system: an internal user's changes, as the end user meets them.
import { AdminPage } from "./internal.ts";
import { VotePage, someone } from "./page.ts";
import { REFUSED, expect, test } from "./test.ts";

test("an internal user gives a role, disables a user and removes the votes; the audit tells of each", async ({
  page,
  browser,
  complaints,
  startSystem,
}) => {
  complaints.allow(REFUSED);
  const { origin } = await startSystem();
  const maya = await new VotePage(page).openAs(someone("Maya"), origin);
  const uid = await maya.uid();
  await maya.vote("cats");
  await maya.hasVoted("cats");

  const context = await browser.newContext();
  complaints.listenTo(context);
  const admin = await new AdminPage(await context.newPage()).openAs("ada@example.com", origin);
  await expect(admin.page.getByText("ada@example.com")).toBeVisible();
  await expect(admin.users).toHaveCount(1);
  await expect(admin.users.first()).toContainText(uid);

  await admin.giveRole("Maya", "moderator");
  await expect(admin.latest).toContainText(`ada@example.com set the roles of Maya ${uid}`);
  await expect(admin.latest).toContainText("roles: moderator");
  await expect(admin.latest).toContainText("Done");
  await save(maya, "Maya"); // which refreshes the token
  await expect(maya.profileEntry("token", "Roles")).toHaveText("moderator");

  await admin.button("Disable Maya").click();
  await admin.confirm("Disable");
  await expect(admin.notices).toContainText("Maya is disabled.");
  await expect(admin.latest).toContainText(`ada@example.com disabled Maya ${uid}`);
  await maya.dialog.getByRole("button", { name: "Save" }).click(); // a method that asks about the account at every call
  await maya.problem("This account is disabled.");

  await expect.poll(() => maya.count("cats")).toBe(1);
  await admin.button("Remove all votes").click();
  await admin.confirm("Remove all votes");
  await expect(admin.notices).toContainText("One vote was removed.");
  await expect(admin.latest).toContainText("ada@example.com removed all votes");
  await expect.poll(() => maya.count("cats"), "whoever watches sees it").toBe(0);

  await admin.page.reload();
  await expect(admin.audit).toHaveCount(3);
  await expect(admin.users.first()).toContainText("disabled");
  await expect(admin.users.first()).toContainText("moderator");
  await context.close();
});

test("taking a role away signs the user out", async ({ page, browser, complaints, startSystem }) => {
  complaints.allow(REFUSED);
  const { origin } = await startSystem();
  const maya = await new VotePage(page).openAs(someone("Maya"), origin);
  const context = await browser.newContext();
  complaints.listenTo(context);
  const admin = await new AdminPage(await context.newPage()).openAs("ada@example.com", origin);
  await admin.giveRole("Maya", "moderator");
  await save(maya, "Maya");
  await admin.page.reload();
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // what counts is the second of the sign-in

  await admin.button("Edit the roles of Maya").click();
  await admin.confirm("Take away moderator");
  await admin.confirm("Save");
  await expect(admin.notices).toContainText("One was taken away, so the user is signed out.");
  await maya.dialog.getByRole("button", { name: "Save" }).click();
  await maya.problem("Your session has ended.");
  await context.close();
});

test("someone of outside the organization signs in and is told that the page is not for them", async ({
  page,
  complaints,
}) => {
  complaints.allow(REFUSED);
  await page.goto("/admin/");
  await page.getByLabel("E-mail address").fill("eve@example.com");
  await page.getByRole("radio", { name: "An external user" }).check();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.locator("#notices").getByRole("alert")).toContainText(
    "This page is for people of the organization",
  );
});

test("a session that ends while the page is open is begun anew by loading it again", async ({ page, complaints }) => {
  complaints.allow(/status of 40[14]/);
  const admin = await new AdminPage(page).openAs("ada@example.com");
  await page.context().clearCookies();
  await admin.button("Remove all votes").click();
  await admin.confirm("Remove all votes");
  await expect(admin.notices.getByRole("alert")).toContainText("Your session is over.");
  await admin.notices.getByRole("button", { name: "Reload the page" }).click();
  await expect(page).toHaveURL(/\/_gcp_iap\/sign_in\?/);
});

/** Saves the display name in the profile, which stays open. */
async function save(vote: VotePage, name: string): Promise<void> {
  await vote.account.click();
  await vote.dialog.getByLabel("Display name").fill(name);
  await vote.dialog.getByRole("button", { name: "Save" }).click();
  await expect(vote.dialog.getByRole("status")).toHaveText("Saved.");
}
