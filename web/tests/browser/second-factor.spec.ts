import { createHmac } from "node:crypto";
import { VotePage, someone } from "./page.ts";
import { REFUSED, expect, test } from "./test.ts";

test("an authenticator app is added, asked for at sign-in, and removed", async ({ page, complaints }) => {
  complaints.allow(REFUSED);
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);

  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Send the mail" }).click();
  await vote.dialog.getByRole("link", { name: "Open the link" }).click();
  await expect(vote.notices).toContainText("Your e-mail address is verified.");

  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Add an authenticator app" }).click();
  const secret = (await vote.dialog.locator("code").textContent())!.replaceAll(" ", "");
  await vote.dialog.getByLabel("Code").fill(totp(secret));
  await vote.dialog.getByRole("button", { name: "Add it" }).click();
  await expect(vote.dialog.getByText("Authenticator app Remove")).toBeVisible();
  await vote.dialog.getByRole("button", { name: "Close" }).click();
  await vote.signOut();

  await vote.vote("cats");
  await vote.signIn(person);
  await expect(vote.dialog.getByRole("heading", { name: "One more step" })).toBeVisible();
  await vote.dialog.getByLabel("Code").fill("000000");
  await vote.dialog.getByRole("button", { name: "Continue" }).click();
  await vote.problem("That is not the code.");
  await vote.dialog.getByLabel("Code").fill(totp(secret, 1)); // a code counts once, so the next one
  await vote.dialog.getByRole("button", { name: "Continue" }).click();
  await vote.hasVoted("cats");

  await vote.account.click();
  await expect(vote.profileEntry("token", "Second factor")).toHaveText("totp");
  await vote.dialog.getByRole("button", { name: "Remove" }).click();
  await expect(vote.dialog.getByRole("button", { name: "Add an authenticator app" })).toBeVisible();
});

/** RFC 6238, as authenticator apps do it; `ahead` steps of 30 seconds. */
function totp(secret: string, ahead = 0): string {
  const bits = Array.from(secret, (letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  ).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const tag = createHmac("sha1", key).update(step).digest();
  const word = tag.readUInt32BE(tag[19]! & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, "0");
}
