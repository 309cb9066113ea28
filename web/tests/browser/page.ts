// The page as a person uses it.
import { randomUUID } from "node:crypto";
import { type Locator, type Page, expect } from "@playwright/test";

/** Someone who is new. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export function someone(name = "Maya"): Person {
  return { name, email: `maya.${randomUUID()}@example.com`, password: "correct horse" };
}

export class VotePage {
  readonly page: Page;
  readonly dialog: Locator;
  readonly notices: Locator;
  readonly connection: Locator;
  readonly signInButton: Locator;
  readonly account: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole("dialog");
    this.notices = page.locator("#notices");
    this.connection = page.locator("#live");
    this.signInButton = page.getByRole("button", { name: "Sign in", exact: true });
    this.account = page.getByRole("button", { name: / your profile$/ });
  }

  /** Opens the page, of the shared system or of another one. */
  async open(origin = ""): Promise<this> {
    await this.page.goto(`${origin}/`);
    await this.isLive();
    return this;
  }

  async isLive(): Promise<void> {
    await expect(this.connection).toHaveText("Live");
  }

  voteButton(candidate: "cats" | "dogs"): Locator {
    return this.page.getByRole("button", { name: `Vote for ${candidate}` });
  }

  async vote(candidate: "cats" | "dogs"): Promise<void> {
    await this.voteButton(candidate).click();
  }

  async hasVoted(candidate: "cats" | "dogs"): Promise<void> {
    await expect(this.notices).toContainText(`Your vote for ${candidate} is counted.`);
    await expect(this.page.getByRole("button", { name: `Voted for ${candidate}` })).toBeVisible();
  }

  /** How many votes the page shows. */
  async count(candidate: "cats" | "dogs"): Promise<number> {
    const text = await this.page.locator(`#${candidate}-numbers strong`).textContent();
    return Number(text?.replace(/\D/g, ""));
  }

  /** Makes an account in the open dialog. */
  async signUp({ name, email, password }: Person): Promise<void> {
    await this.dialog.getByRole("radio", { name: "I am new here" }).check();
    await this.dialog.getByLabel("Name").fill(name);
    await this.enter({ email, password });
    await this.dialog.getByRole("button", { name: "Create the account" }).click();
  }

  /** Signs in with an account in the open dialog. */
  async signIn({ email, password }: Pick<Person, "email" | "password">): Promise<void> {
    await this.dialog.getByRole("radio", { name: "I have an account" }).check();
    await this.enter({ email, password });
    await this.dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  async enter({ email, password }: Pick<Person, "email" | "password">): Promise<void> {
    await this.dialog.getByLabel("E-mail").fill(email);
    await this.dialog.getByLabel("Password").fill(password);
  }

  /** Opens the page and makes a new account. */
  async openAs(person: Person, origin = ""): Promise<this> {
    await this.open(origin);
    await this.signInButton.click();
    await this.signUp(person);
    await this.isSignedInAs(person.name);
    return this;
  }

  async isSignedInAs(name: string): Promise<void> {
    await expect(this.account).toContainText(name);
    await expect(this.dialog).toBeHidden();
  }

  async signOut(): Promise<void> {
    await this.account.click();
    await this.dialog.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(this.signInButton).toBeVisible();
  }

  async problem(text: string | RegExp): Promise<void> {
    await expect(this.dialog.getByRole("alert")).toContainText(text);
  }

  /** What the profile says after a term, in the part that quotes the token or the account. */
  profileEntry(part: "token" | "account", term: string): Locator {
    return this.dialog.getByRole("region", { name: `Your ${part} says` }).locator(`dt:text-is("${term}") + dd`);
  }

  async uid(): Promise<string> {
    await this.account.click();
    const uid = await this.profileEntry("token", "User id").textContent();
    await this.dialog.getByRole("button", { name: "Close" }).click();
    return uid ?? "";
  }
}
