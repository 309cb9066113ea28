// The admin page by itself: what it shows, asks and says. With the whole system: admin.spec.ts.
import { Code } from "@connectrpc/connect";
import { refusal } from "../unit/refusal.ts";
import { audit, button, dialog, expect, notices, test, users, yes } from "./admin-test.ts";
import { violations } from "./axe.ts";

test("a user is disabled and enabled, each after a question, and the audit tells of both", async ({ page, admin }) => {
  await page.goto(admin.origin);
  await button(page, "Disable Maya").click();
  await expect(dialog(page).getByText("They can no longer sign in")).toBeVisible();
  expect(admin.users[0]?.disabled).toBe(false);
  await yes(page, "Disable").click();
  await expect(notices(page)).toContainText("Maya is disabled.");
  await expect(users(page).first()).toContainText("disabled");
  await expect(audit(page).first()).toContainText("ada@example.com disabled Maya maya1");
  await expect(button(page, "Enable Maya"), "the keyboard stays where it was").toBeFocused();

  await button(page, "Enable Maya").click();
  await yes(page, "Enable").click();
  await expect(notices(page)).toContainText("Maya is enabled.");
  await expect(audit(page)).toHaveCount(2);
  await expect(audit(page).first()).toContainText("enabled Maya");
  expect(admin.users[0]?.disabled).toBe(false);
});

test("whoever cancels changes nothing", async ({ page, admin }) => {
  await page.goto(admin.origin);
  for (const name of ["Disable Maya", "Edit the roles of Maya", "Remove all votes"]) {
    await button(page, name).click();
    await yes(page, "Cancel").click();
    await expect(button(page, name)).toBeFocused();
  }
  expect(admin.records).toEqual([]);
});

test("roles are given and taken away, and the page says before what that does", async ({ page, admin }) => {
  await page.goto(admin.origin);
  await button(page, "Edit the roles of Maya").click();
  await expect(yes(page, "Save")).toBeDisabled();
  await dialog(page).getByLabel("Another role").fill("moderator");
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByRole("status")).toHaveText(/^Gives moderator/);
  await yes(page, "Take away editor").click();
  await expect(dialog(page).getByRole("status")).toContainText("Takes away editor, and signs the user out everywhere.");
  expect(admin.records, "nothing is changed before it is saved").toEqual([]);
  await yes(page, "Save").click();
  await expect(notices(page)).toContainText("One was taken away, so the user is signed out.");
  await expect(users(page).getByRole("list", { name: "Roles" }).getByRole("listitem")).toHaveText([
    "reader",
    "moderator",
  ]);
  await expect(audit(page).first()).toContainText("roles: reader, moderator");
});

test("a role that was typed and not added is saved too, and what is none is refused", async ({ page, admin }) => {
  await page.goto(admin.origin);
  await button(page, "Edit the roles of Maya").click();
  const field = dialog(page).getByLabel("Another role");
  await field.fill("an editor");
  await yes(page, "Save").click();
  expect(await field.evaluate((input: HTMLInputElement) => input.validationMessage)).toContain("1 to 64 characters");
  await field.fill("moderator");
  await yes(page, "Save").click();
  await expect(notices(page)).toContainText("The roles of Maya are saved.");
  expect(admin.users[0]?.roles).toEqual(["editor", "reader", "moderator"]);
});

test("the votes are removed after a question, and it is said how many there were", async ({ page, admin }) => {
  await page.goto(admin.origin);
  await button(page, "Remove all votes").click();
  await expect(dialog(page).getByText("cannot be brought back")).toBeVisible();
  await yes(page, "Remove all votes").click();
  await expect(notices(page)).toContainText("1,234 votes were removed.");
  await expect(audit(page).first()).toContainText("ada@example.com removed all votes");
});

test("lists grow page by page, and users are found among those loaded", async ({ page, admin }) => {
  for (let n = 1; n <= 6; n += 1)
    admin.addUser({ uid: `u${n}`, email: `u${n}@example.com`, providers: ["google.com"] });
  admin.pageSize = 3;
  await page.goto(admin.origin);
  await expect(page.locator("#users").getByRole("status")).toHaveText("3 users; there are more to load.");
  await button(page, "Load more users").click();
  await expect(users(page)).toHaveCount(6);
  await button(page, "Load more users").press("Enter");
  await expect(users(page)).toHaveCount(7);
  await expect(button(page, "Load more users")).toBeHidden();
  await expect(users(page).last(), "the keyboard is not lost with the button").toBeFocused();

  await page.getByLabel("Find among those loaded").fill("google u3");
  await expect(users(page)).toHaveCount(1);
  await expect(page.locator("#users").getByRole("status")).toHaveText("1 of 7 users match.");
});

test("the users of a tenant are another list", async ({ page, admin }) => {
  admin.addUser({ uid: "eva", tenant: "pupils-x1", displayName: "Eva" });
  await page.goto(admin.origin);
  await expect(users(page)).toHaveCount(1);
  await page.getByText("Another tenant").click();
  await page.getByLabel("Tenant").fill("pupils-x1");
  await button(page, "Show its users").click();
  await expect(users(page)).toContainText(["Eva"]);
  await button(page, "Disable Eva").click();
  await yes(page, "Disable").click();
  await expect(audit(page).first()).toContainText("disabled Eva eva in pupils-x1");
});

test("whatever users call themselves is shown as text", async ({ page, admin }) => {
  const name = `<img src=x onerror=alert(1)>`;
  admin.addUser({ uid: "evil", displayName: name, roles: [name] });
  await page.goto(admin.origin);
  await expect(page.getByRole("heading", { name })).toBeVisible();
  await expect(page.locator("img")).toHaveCount(0);
});

test("the calls carry nothing but what the browser sends by itself, and the page has no Firebase in it", async ({
  page,
  admin,
}) => {
  await page.context().addCookies([{ name: "IAP", value: "signed-in", url: admin.origin }]);
  const scripts: Promise<string>[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith(".js")) scripts.push(response.text());
  });
  await page.goto(admin.origin);
  await expect(audit(page)).toHaveCount(0);
  await button(page, "Disable Maya").click();
  await yes(page, "Disable").click();
  await expect(audit(page)).toHaveCount(1);
  for (const { method, headers } of admin.calls) {
    expect(headers["authorization"], method).toBeUndefined();
    expect(headers["cookie"], method).toBe("IAP=signed-in");
    expect(headers["content-type"], method).toBe("application/grpc-web+proto");
  }
  expect(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual([
    "IAP=signed-in",
    0,
    0,
  ]);
  expect(scripts.length).toBeGreaterThan(0);
  // The client knows Firebase's claim and header by name; what the SDK brings, it does not.
  for (const script of await Promise.all(scripts)) {
    expect(script).not.toMatch(/@firebase|FirebaseError|identitytoolkit|securetoken/i);
  }
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the page, its dialogs and their failures are accessible", async ({ page, admin }) => {
      admin.addUser({ uid: "eve", displayName: "Eve", email: "eve@example.com", disabled: true });
      await page.goto(admin.origin);
      await button(page, "Disable Maya").click();
      expect(await violations(page)).toEqual([]);
      admin.fail("disableUser", refusal("ACCOUNTS_UNAVAILABLE", Code.Unavailable));
      await yes(page, "Disable").click();
      await expect(dialog(page).getByRole("alert")).not.toBeEmpty();
      expect(await violations(page)).toEqual([]);
      await yes(page, "Cancel").click();
      await expect(audit(page)).toHaveCount(1);
      expect(await violations(page)).toEqual([]);
      await button(page, "Edit the roles of Maya").click();
      expect(await violations(page)).toEqual([]);
    });
  });
}

test("a phone shows all of it without scrolling sideways", async ({ page, admin }) => {
  admin.addUser({
    uid: "a".repeat(128),
    displayName: "W".repeat(64),
    email: `${"long".repeat(15)}@${"example".repeat(8)}.com`,
    roles: ["r".repeat(64), "editor"],
  });
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(admin.origin);
  await expect(users(page)).toHaveCount(2);
  await button(page, `Disable ${"W".repeat(64)}`).click();
  await yes(page, "Disable").click();
  await expect(audit(page)).toHaveCount(1);
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await overflow()).toBe(0);
  await button(page, `Edit the roles of ${"W".repeat(64)}`).click();
  expect(await dialog(page).evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
});
