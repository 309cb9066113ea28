import { violations } from "./axe.ts";
import { VotePage, someone } from "./page.ts";
import { expect, test } from "./test.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the page, its dialogs and their failures are accessible", async ({ page, complaints }) => {
      complaints.allow(/status of 400/);
      const vote = await new VotePage(page).open();
      expect(await violations(page)).toEqual([]);

      await vote.signInButton.click();
      await vote.signIn({ email: someone().email, password: "wrong horse" });
      await vote.problem("do not match");
      expect(await violations(page)).toEqual([]);

      await vote.signUp(someone("Ada"));
      await vote.isSignedInAs("Ada");
      await vote.vote("cats");
      await vote.hasVoted("cats");
      expect(await violations(page)).toEqual([]);

      await vote.account.click();
      await expect(vote.profileEntry("account", "Name")).toHaveText("Ada");
      expect(await violations(page)).toEqual([]);
    });
  });
}

test("a phone shows all of it without scrolling sideways", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const vote = await new VotePage(page).openAs(someone("A name that is long enough to need an ellipsis"));
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await overflow()).toBe(0);
  await vote.account.click();
  await expect(vote.profileEntry("account", "Name")).toBeVisible();
  expect(await vote.dialog.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
});
