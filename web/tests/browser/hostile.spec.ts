// A page of someone else's, opened by an internal user who is signed in: it has their cookie sent, and gets nothing done (G1, G11).
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Page, type Request, chromium } from "@playwright/test";
import { AdminPage, IAP_COOKIE, accountOf, framed, pathOf, post } from "./internal.ts";
import { VotePage, someone } from "./page.ts";
import { test as base, expect } from "./test.ts";

const ROLE = "superuser";
const SET_ROLES = pathOf("setRoles");

const test = base.extend({
  // A browser that sends cookies along with the calls of other sites' pages, as most people's does: private windows, which
  // Playwright's are, do not, nor does Debian's Chromium unless it is set to.
  context: async ({ complaints, baseURL, launchOptions }, use) => {
    const folder = await mkdtemp(join(tmpdir(), "callgate-web-profile-"));
    const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
    await mkdir(join(folder, "Default"));
    await writeFile(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(folder, { ...launchOptions, baseURL: baseURL! });
    complaints.listenTo(context);
    await use(context);
    await context.close();
    // Its last processes may still be at it.
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
  },
});

test("a page elsewhere cannot give a role with an internal user's cookie", async ({
  page,
  browser,
  system,
  complaints,
}) => {
  complaints.allow(/status of (4\d\d|5\d\d)/, /blocked by CORS policy/, /ERR_FAILED/);
  const context = await browser.newContext();
  const uid = await (await new VotePage(await context.newPage()).openAs(someone("Mallory"), system.origin)).uid();
  await context.close();
  const admin = await new AdminPage(page).openAs("ada@example.com");
  const bytes = framed(setRoles(uid));
  const target = `${system.origin}${SET_ROLES}`;

  const elsewhere = await Elsewhere.start(target, bytes);
  try {
    const hostile = await page.context().newPage();
    await hostile.goto(elsewhere.origin);
    for (const attack of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]) {
      const { method, cookie, status } = await sent(hostile, target, () =>
        hostile.evaluate((type) => window.dispatchEvent(new CustomEvent("attack", { detail: type })), attack),
      );
      expect(method).toBe("POST");
      expect(cookie, "the browser brings the cookie: what refuses is the gate").toContain(`${IAP_COOKIE}=`);
      expect(status, attack).toBe(415);
    }

    // What the gate would take for a call wants to be allowed first, by CORS.
    const failure = await hostile.evaluate(
      async ([target, bytes]) => {
        try {
          await fetch(target, {
            method: "POST",
            credentials: "include",
            headers: { "content-type": "application/grpc-web+proto" },
            body: new Uint8Array(bytes),
          });
          return "sent";
        } catch (error) {
          return (error as Error).name;
        }
      },
      [target, bytes] as const,
    );
    expect(failure).toBe("TypeError");

    // A form sends the very same bytes: seen where they can be, then tried where they count.
    await hostile.goto(`${elsewhere.origin}/form?to=${encodeURIComponent(`${elsewhere.origin}/echo`)}`);
    await hostile.getByRole("button").click();
    await expect.poll(() => elsewhere.echoed).toEqual(bytes);
    await hostile.goto(`${elsewhere.origin}/form?to=${encodeURIComponent(target)}`);
    const form = await sent(hostile, target, () => hostile.getByRole("button").click());
    expect(form.cookie).toContain(`${IAP_COOKIE}=`);
    expect(form.status).toBe(415);
  } finally {
    await elsewhere.stop();
  }

  expect((await accountOf(page, uid)).roles).toEqual([]);
  await post(page, SET_ROLES, bytes); // the same bytes, from the page's own origin and as what they are
  expect((await accountOf(page, uid)).roles).toEqual([ROLE]);
  await page.reload();
  await expect(admin.audit.filter({ hasText: uid }), "and the audit knows of this one only").toHaveCount(1);
});

/**
 * SetRoles, made so that a form can send it, framed, as text/plain. A form ends a field's name with `=` and its value with CR LF:
 * these are the content of a field that no one knows. It would make CR LF of a LF (0x0A, the usual tag of field 1): the tag is
 * written in two bytes, of which windows-1252 has the first.
 */
function setRoles(uid: string): Uint8Array {
  const text = new TextEncoder();
  const field = (tag: readonly number[], content: Iterable<number>): number[] => {
    const bytes = [...content];
    if (bytes.length > 0x7f || bytes.length === 0x0a || bytes.length === 0x0d) throw new Error("no length for a form");
    return [...tag, bytes.length, ...bytes];
  };
  const first = [0x8a, 0x00];
  const message = [
    ...field(first, field(first, text.encode(uid))),
    ...field([0x12], text.encode(ROLE)),
    ...field([0x7a], text.encode("=\r\n")),
  ];
  if (message.length > 0x7f || message.length === 0x0a || message.length === 0x0d)
    throw new Error("no length for a form");
  return new Uint8Array(message);
}

/** What was sent to an address, and what it answered. */
async function sent(page: Page, target: string, act: () => Promise<unknown>) {
  const isIt = (request: Request): boolean => request.url() === target && request.method() === "POST";
  const [request] = await Promise.all([page.waitForEvent("request", isIt), act()]);
  const response = await request.response();
  const { cookie = "" } = await request.allHeaders();
  return { method: request.method(), cookie, status: response?.status() };
}

/** A server of someone else's: another site to the browser than `localhost`. */
class Elsewhere {
  readonly origin: string;
  /** The body of the last request to `/echo`. */
  echoed: number[] = [];
  readonly #server: Server;

  private constructor(server: Server, target: string, bytes: readonly number[]) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", this.origin);
      response.setHeader("content-type", "text/html; charset=utf-8");
      if (pathname === "/echo") return void this.#echo(request).then(() => response.end("<!doctype html>"));
      response.end(pathname === "/form" ? formPage(searchParams.get("to") ?? "", bytes) : scriptPage(target, bytes));
    });
  }

  static async start(target: string, bytes: readonly number[]): Promise<Elsewhere> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Elsewhere(server, target, bytes);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #echo(request: IncomingMessage): Promise<void> {
    const body: number[] = [];
    for await (const chunk of request) body.push(...(chunk as Buffer));
    this.echoed = body;
  }
}

function scriptPage(target: string, bytes: readonly number[]): string {
  return `<!doctype html><title>You have won</title><link rel="icon" href="data:,"><script>
    addEventListener("attack", ({ detail: type }) => {
      fetch(${JSON.stringify(target)}, {
        method: "POST", mode: "no-cors", credentials: "include",
        body: new Blob([new Uint8Array(${JSON.stringify(bytes)})], { type }),
      }).catch(() => undefined);
    });
  </script>`;
}

function formPage(to: string, bytes: readonly number[]): string {
  // The name of the field is the frame up to `=`; the browser adds that, and CR LF after the empty value.
  const name = String.fromCharCode(...bytes.slice(0, -3)).replaceAll("\u008a", "\u0160");
  return `<!doctype html><title>You have won</title><link rel="icon" href="data:,">
    <form method="post" enctype="text/plain" accept-charset="windows-1252"><input type="hidden"><button>Take it</button></form>
    <script>
      document.forms[0].action = ${JSON.stringify(to)};
      document.querySelector("input").name = ${JSON.stringify(name)};
    </script>`;
}
