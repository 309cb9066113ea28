// The test function for the admin page by itself, and where its parts are.
import { type Page, test as base, expect } from "@playwright/test";
import { FakeAdmin } from "./fake-admin.ts";
import { Complaints } from "./test.ts";

export { expect };

export const test = base.extend<{ admin: FakeAdmin; complaints: Complaints }>({
  admin: async ({ page, complaints }, use) => {
    complaints.listenTo(page.context());
    const admin = new FakeAdmin();
    admin.addUser({
      uid: "maya1",
      displayName: "Maya",
      email: "maya@example.com",
      emailVerified: true,
      providers: ["password"],
      roles: ["editor", "reader"],
    });
    await admin.serve(page);
    await use(admin);
  },
  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    expect(complaints.heard).toEqual([]);
  },
});

export const users = (page: Page) => page.locator("#users li.user");
export const audit = (page: Page) => page.locator("#audit li.record");
export const dialog = (page: Page) => page.getByRole("dialog");
export const notices = (page: Page) => page.locator("#notices");
export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const yes = (page: Page, name: string) => dialog(page).getByRole("button", { name, exact: true });
