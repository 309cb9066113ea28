// The admin service as its page meets it, without a system: the built page under the service's own policy, and an API that
// answers real gRPC-Web messages from memory.
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { type MessageInitShape, create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl, createConnectRouter } from "@connectrpc/connect";
import type { Page, Route } from "@playwright/test";
import {
  AdminService,
  type AuditRecord,
  AuditRecord_Action as Action,
  AuditRecord_Outcome as Outcome,
  AuditRecordSchema,
  type User,
  type UserId,
  UserSchema,
} from "../../src/gen/admin/v1/admin_pb.ts";
import { answered, handlersOf } from "./answer.ts";

const ORIGIN = "http://admin.test";
const DIST = resolve(import.meta.dirname, "../../dist");
const API = `/${AdminService.typeName}/`;
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

/** As services/admin/src/page.rs sends it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

type Method = keyof ServiceImpl<typeof AdminService>;

interface NewUser extends Omit<MessageInitShape<typeof UserSchema>, "$typeName" | "id"> {
  uid: string;
  tenant?: string;
}

export class FakeAdmin {
  readonly origin = ORIGIN;
  readonly users: User[] = [];
  readonly records: AuditRecord[] = [];
  /** How many entries a page has. */
  pageSize = 50;
  /** Who is signed in, as the proxy says; nothing where it does not say. */
  email: string | undefined = "accounts.google.com:ada@example.com";
  votes = 1_234n;
  /** The calls made. */
  readonly calls: { readonly method: string; readonly headers: Readonly<Record<string, string>> }[] = [];
  readonly #failures = new Map<Method, { error: ConnectError | number; done: boolean }>();

  /** Has each call of a method fail from now on: by a gRPC status, by an HTTP status of the proxy's own, or by no answer (0). */
  fail(method: Method, error: ConnectError | number, { done = false } = {}): void {
    this.#failures.set(method, { error, done });
  }

  heal(): void {
    this.#failures.clear();
  }

  addUser({ uid, tenant = "", ...rest }: NewUser): User {
    const made = create(UserSchema, {
      id: { uid, tenant },
      createdAt: timestampFromDate(new Date("2025-03-01T09:30:00Z")),
      ...rest,
    });
    this.users.push(made);
    return made;
  }

  async serve(page: Page): Promise<void> {
    const router = createConnectRouter().service(AdminService, this.#service());
    const handlers = handlersOf(router);
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      const handler = handlers.get(pathname);
      if (handler !== undefined) return this.#call(route, pathname.slice(API.length), () => answered(route, handler));
      if (pathname === "/_gcp_iap/identity") {
        return this.email === undefined
          ? route.fulfill({ status: 404 })
          : route.fulfill({ json: { email: this.email } });
      }
      if (pathname === "/_gcp_iap/clear_login_cookie") return route.fulfill({ body: "signed out" });
      return file(route, pathname === "/" ? "/admin.html" : pathname);
    });
  }

  async #call(route: Route, method: string, answer: () => Promise<void>): Promise<void> {
    this.calls.push({ method, headers: await route.request().allHeaders() });
    const failure = this.#failures.get((method.charAt(0).toLowerCase() + method.slice(1)) as Method)?.error;
    if (typeof failure !== "number") return answer();
    return failure === 0 ? route.abort() : route.fulfill({ status: failure });
  }

  #service(): ServiceImpl<typeof AdminService> {
    const find = (id: UserId | undefined): User => {
      const user = this.users.find((one) => one.id?.uid === id?.uid && one.id?.tenant === id?.tenant);
      if (user === undefined) throw new ConnectError("there is no such user", Code.NotFound);
      return user;
    };
    const change = <T>(
      method: Method,
      action: Action,
      target: UserId | undefined,
      details: string,
      made: () => T,
    ): T => {
      const failure = this.#failures.get(method);
      const record = create(AuditRecordSchema, {
        id: BigInt(this.records.length + 1),
        actor: { id: "accounts.google.com:1", email: "ada@example.com" },
        action,
        details,
        attemptedAt: timestampFromDate(new Date()),
        outcome: failure === undefined ? Outcome.SUCCEEDED : Outcome.UNKNOWN,
        ...(target && { target }),
      });
      this.records.unshift(record);
      if (failure !== undefined && !failure.done) throw failure.error;
      const answer = made();
      if (failure !== undefined) throw failure.error;
      return answer;
    };
    const page = <T>(items: readonly T[], token: string): { items: T[]; next: string } => {
      const from = Number(token);
      const to = from + this.pageSize;
      return { items: items.slice(from, to), next: to < items.length ? String(to) : "" };
    };
    const check = (method: Method): void => {
      const failure = this.#failures.get(method);
      if (failure !== undefined) throw failure.error;
    };
    return {
      listUsers: ({ pageToken, tenant }) => {
        check("listUsers");
        const { items, next } = page(
          this.users.filter(({ id }) => id?.tenant === tenant),
          pageToken,
        );
        return { users: items, nextPageToken: next };
      },
      disableUser: ({ user }) =>
        change("disableUser", Action.DISABLE_USER, user, "", () => ((find(user).disabled = true), {})),
      enableUser: ({ user }) =>
        change("enableUser", Action.ENABLE_USER, user, "", () => ((find(user).disabled = false), {})),
      setRoles: ({ user, roles }) =>
        change("setRoles", Action.SET_ROLES, user, `roles: ${roles.join(", ") || "none"}`, () => {
          const found = find(user);
          const signedOut = found.roles.some((role) => !roles.includes(role));
          found.roles = roles;
          return { signedOut };
        }),
      resetVotes: () =>
        change("resetVotes", Action.RESET_VOTES, undefined, "", () => {
          const removed = this.votes;
          this.votes = 0n;
          return { removed };
        }),
      listAuditRecords: ({ pageToken }) => {
        check("listAuditRecords");
        const { items, next } = page(this.records, pageToken);
        return { records: items, nextPageToken: next };
      },
    };
  }
}

async function file(route: Route, path: string): Promise<void> {
  const body = await readFile(resolve(DIST, `.${path}`)).catch(() => undefined);
  if (body === undefined) return route.fulfill({ status: 404 });
  await route.fulfill({
    body,
    headers: {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
    },
  });
}
