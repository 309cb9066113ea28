import { VotePage, someone } from "./page.ts";
import { REFUSED, expect, test } from "./test.ts";

test("e-mail and password: sign up, sign out, sign in", async ({ page }) => {
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  await vote.vote("cats");
  await vote.hasVoted("cats");
  await vote.signOut();
  await vote.signInButton.click();
  await vote.signIn(person);
  await vote.isSignedInAs("Ada");
  await expect(page.getByRole("button", { name: "Voted for cats" })).toBeVisible();
});

test("a new account's name shows even where the SDK gets no new token with it", async ({ page }) => {
  let tokens = {};
  await page.route("**/accounts:signUp*", async (route) => {
    const response = await route.fetch();
    const { idToken, refreshToken } = (await response.json()) as { idToken: string; refreshToken: string };
    tokens = { id_token: idToken, access_token: idToken, refresh_token: refreshToken, expires_in: "3600" };
    await route.fulfill({ response });
  });
  await page.route("**/securetoken.googleapis.com/**", (route) => route.fulfill({ json: tokens }));
  await new VotePage(page).openAs(someone("Ada"));
});

test("phone: the local system shows the code", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.vote("cats");
  await vote.dialog.getByRole("button", { name: "Continue with phone" }).click();
  const number = `+4179${Math.floor(1e6 + Math.random() * 9e6)}`;
  await vote.dialog.getByLabel("Phone number").fill(number);
  await vote.dialog.getByRole("button", { name: "Send the code" }).click();
  await expect(vote.dialog.getByText("We sent an SMS")).toBeVisible();
  await vote.dialog.getByRole("button", { name: "Use it" }).click();
  await vote.hasVoted("cats");
  await expect(vote.account).toContainText(number);
});

test("phone: a wrong code and no phone number are told in words", async ({ page, complaints }) => {
  complaints.allow(REFUSED);
  const vote = await new VotePage(page).open();
  await vote.signInButton.click();
  await vote.dialog.getByRole("button", { name: "Continue with phone" }).click();
  const number = vote.dialog.getByLabel("Phone number");
  await number.fill("12345");
  await vote.dialog.getByRole("button", { name: "Send the code" }).click();
  await vote.problem("That is not a phone number. Begin with the country code");
  await number.fill("+41 79 123 45 67");
  await vote.dialog.getByRole("button", { name: "Send the code" }).click();
  const right = (await vote.dialog.locator("output").textContent()) ?? "";
  await vote.dialog.getByLabel("Code").fill(right === "123456" ? "654321" : "123456");
  await vote.dialog.getByRole("button", { name: "Continue" }).click();
  await vote.problem("That is not the code.");
  await vote.dialog.getByLabel("Code").fill(right);
  await vote.dialog.getByRole("button", { name: "Continue" }).click();
  await expect(vote.account).toContainText("+41791234567");
});

test("a guest watches; voting links an account and keeps the uid", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.signInButton.click();
  await vote.dialog.getByRole("button", { name: "Continue as a guest" }).click();
  await vote.isSignedInAs("Guest");
  const uid = await vote.uid();
  expect(uid).not.toBe("");

  await vote.vote("dogs");
  await expect(vote.dialog.getByText("A guest may only watch.")).toBeVisible();
  await expect(vote.dialog.getByRole("button", { name: "Continue as a guest" })).toBeHidden();
  await vote.signUp(someone("Grace"));
  await vote.hasVoted("dogs");
  await vote.isSignedInAs("Grace");
  expect(await vote.uid()).toBe(uid);
});

test("a guest keeps the account from the profile, with a phone", async ({ page }) => {
  const vote = await new VotePage(page).open();
  await vote.signInButton.click();
  await vote.dialog.getByRole("button", { name: "Continue as a guest" }).click();
  const uid = await vote.uid();
  await vote.account.click();
  await vote.dialog.getByRole("button", { name: "Keep this account" }).click();
  await vote.dialog.getByRole("button", { name: "Continue with phone" }).click();
  await vote.dialog.getByLabel("Phone number").fill(`+4178${Math.floor(1e6 + Math.random() * 9e6)}`);
  await vote.dialog.getByRole("button", { name: "Send the code" }).click();
  await vote.dialog.getByRole("button", { name: "Use it" }).click();
  await expect(vote.notices).toContainText("You may vote now.");
  expect(await vote.uid()).toBe(uid);
});

test("a wrong password, an e-mail in use and a weak password are told in words", async ({ page, complaints }) => {
  complaints.allow(REFUSED);
  const person = someone();
  const vote = await new VotePage(page).openAs(person);
  await vote.signOut();
  await vote.signInButton.click();
  await vote.signIn({ ...person, password: "wrong horse" });
  await vote.problem("That e-mail and password do not match an account.");
  await vote.signIn({ ...someone(), password: "any horse" });
  await vote.problem("That e-mail and password do not match an account.");
  await vote.signUp(person);
  await vote.problem("There is already an account with this e-mail.");
  await vote.signUp({ ...someone(), password: "pony" });
  await vote.problem("That password is too weak.");
  await vote.signIn(person);
  await vote.isSignedInAs(person.name);
});

test("a forgotten password is set anew through the link", async ({ page }) => {
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  await vote.signOut();
  await vote.signInButton.click();
  await vote.dialog.getByLabel("E-mail").fill(person.email);
  await vote.dialog.getByRole("button", { name: "I forgot my password" }).click();
  await vote.dialog.getByRole("button", { name: "Send the link" }).click();
  await vote.dialog.getByRole("link", { name: "Open the link" }).click();
  await vote.dialog.getByLabel("New password").fill("battery staple");
  await vote.dialog.getByRole("button", { name: "Set the password" }).click();
  await expect(vote.notices).toContainText("Your password is changed.");
  expect(new URL(page.url()).search).toBe("");
  await vote.signInButton.click();
  await vote.signIn({ ...person, password: "battery staple" });
  await vote.isSignedInAs("Ada");
});

test("a reset link that does not work is told so", async ({ page, complaints }) => {
  complaints.allow(REFUSED);
  const vote = new VotePage(page);
  await page.goto("/?mode=resetPassword&oobCode=used");
  await vote.dialog.getByLabel("New password").fill("battery staple");
  await vote.dialog.getByRole("button", { name: "Set the password" }).click();
  await vote.problem("This link has expired or was used before.");
});
