// The admin page as an internal user uses it, and its API as that page calls it.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Locator, type Page, expect } from "@playwright/test";
import {
  AdminService,
  ListUsersRequestSchema,
  ListUsersResponseSchema,
  type User,
} from "../../src/gen/admin/v1/admin_pb.ts";

/** Where the page is in a local system. In production it is at the root of the admin service. */
export const ADMIN_PAGE = "/admin/";
/** The cookie of whoever is signed in at the local stand-in for Identity-Aware Proxy. */
export const IAP_COOKIE = "GCP_IAP_AUTH_TOKEN_LOCAL";

export class AdminPage {
  readonly page: Page;
  readonly dialog: Locator;
  readonly notices: Locator;
  readonly users: Locator;
  readonly audit: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole("dialog");
    this.notices = page.locator("#notices");
    this.users = page.locator("#users li.user");
    this.audit = page.locator("#audit li.record");
  }

  /** Asks for the page, is sent to the sign-in of the proxy's stand-in, and comes back. */
  async openAs(email: string, origin = ""): Promise<this> {
    await this.page.goto(`${origin}${ADMIN_PAGE}`);
    await expect(this.page).toHaveURL(/\/_gcp_iap\/sign_in\?/);
    await this.page.getByLabel("E-mail address").fill(email);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(this.page).toHaveURL((url) => url.pathname === ADMIN_PAGE);
    await expect(this.page.locator("#users").getByRole("status")).not.toBeEmpty();
    return this;
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  async confirm(name: string): Promise<void> {
    await this.dialog.getByRole("button", { name, exact: true }).click();
  }

  async giveRole(user: string, role: string): Promise<void> {
    await this.button(`Edit the roles of ${user}`).click();
    await this.dialog.getByLabel("Another role").fill(role);
    await this.confirm("Save");
    await expect(this.notices).toContainText(`The roles of ${user} are saved.`);
  }

  /** The latest entry of the audit. */
  get latest(): Locator {
    return this.audit.first();
  }
}

/** Where a method of the admin API is. */
export function pathOf(method: keyof typeof AdminService.method): string {
  return `/${AdminService.typeName}/${AdminService.method[method].name}`;
}

/** A message as gRPC-Web frames it. */
export function framed(message: Uint8Array): number[] {
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, message.length);
  return [0, ...new Uint8Array(length.buffer), ...message];
}

/** Posts bytes from the page's own origin, as its transport does; resolves with the bytes of the answer. */
export async function post(page: Page, path: string, bytes: readonly number[]): Promise<Uint8Array> {
  const answer = await page.evaluate(
    async ([path, bytes]) => {
      const response = await fetch(path, {
        method: "POST",
        credentials: "include",
        headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" },
        body: new Uint8Array(bytes),
      });
      return { ok: response.ok, bytes: [...new Uint8Array(await response.arrayBuffer())] };
    },
    [path, [...bytes]] as const,
  );
  expect(answer.ok, path).toBe(true);
  const bytesOfAnswer = new Uint8Array(answer.bytes);
  // A refused call brings a trailer (0x80) and no message.
  expect(bytesOfAnswer[0], new TextDecoder().decode(bytesOfAnswer)).toBe(0);
  return bytesOfAnswer;
}

/** The account of a user, asked of the API from the admin page. */
export async function accountOf(page: Page, uid: string): Promise<User> {
  const request = toBinary(ListUsersRequestSchema, create(ListUsersRequestSchema, { pageSize: 500 }));
  const answer = await post(page, pathOf("listUsers"), framed(request));
  const length = new DataView(answer.buffer).getUint32(1);
  const { users } = fromBinary(ListUsersResponseSchema, answer.subarray(5, 5 + length));
  const user = users.find(({ id }) => id?.uid === uid);
  if (user === undefined) throw new Error(`there is no user ${uid}`);
  return user;
}
