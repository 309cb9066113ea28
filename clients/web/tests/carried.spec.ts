// What a call carries.
import { createClient } from "@connectrpc/connect";
import { expect, test } from "@playwright/test";
import { createCallgateTransport, ruleOf } from "../src/index.js";
import { NoteService } from "./gen/notes/v1/notes_pb.js";
import { type Notes, clientOf, failureOf, refusal } from "./gated-api.js";

const answering: Notes = {
  writeNote: () => ({}),
  getMotto: () => ({}),
  findNotes: () => ({}),
  shareNote: () => ({}),
  printNote: () => ({}),
  countNotes: () => ({}),
  sweepNotes: () => ({}),
};

test("a method's rule is its own, or else its service's default", () => {
  expect(ruleOf(NoteService.method.getMotto).public).toBeDefined();
  expect(ruleOf(NoteService.method.getMotto).endUser).toBeUndefined();
  expect(ruleOf(NoteService.method.findNotes).endUser).toMatchObject({ mayBeAbsent: true });
  expect(ruleOf(NoteService.method.writeNote).endUser).toMatchObject({ mayBeAbsent: false });
  expect(ruleOf(NoteService.method.printNote).appCheck).toMatchObject({ consume: true });
});

test("the token goes only where the rule asks for an end user", async () => {
  const { client, brought } = clientOf(answering, async () => "token");
  await client.writeNote({});
  await client.findNotes({});
  await client.getMotto({});
  await client.countNotes({});
  await client.sweepNotes({});
  expect(brought).toEqual(["Bearer token", "Bearer token", "none", "none", "none"]);
});

test("a call that needs no token does not even ask who is signed in", async () => {
  const { client } = clientOf(answering, () => Promise.reject(new Error("asked")));
  await client.getMotto({});
  await client.countNotes({});
});

test("a token that the application puts on a call itself goes nowhere", async () => {
  const { client, brought } = clientOf(answering, async () => "token");
  const headers = { authorization: "Bearer stray" };
  await client.getMotto({}, { headers });
  await client.writeNote({}, { headers });
  expect(brought).toEqual(["none", "Bearer token"]);
});

test("where nobody is signed in, the call goes without a token", async () => {
  for (const nobody of [undefined, null, ""]) {
    const { client, brought } = clientOf(answering, async () => nobody);
    await client.findNotes({});
    expect(brought).toEqual(["none"]);
  }
});

test("Firebase's token is asked for once the SDK knows who is signed in", async () => {
  let user: { getIdToken(fresh?: boolean): Promise<string> } | null = null;
  const auth = {
    authStateReady: async () => void (user = { getIdToken: async (fresh) => (fresh ? "fresh" : "stale") }),
    get currentUser() {
      return user;
    },
  };
  const once: Notes = {
    writeNote: (_, { requestHeader }) => {
      if (requestHeader.get("authorization") !== "Bearer fresh") throw refusal("TOKEN_EXPIRED");
      return {};
    },
  };
  const { client, brought } = clientOf(once, auth);
  await client.writeNote({});
  expect(brought).toEqual(["Bearer stale", "Bearer fresh"]);
});

test("without an auth no token is sent, and nothing is refreshed", async () => {
  const { client, brought } = clientOf(
    {
      writeNote: () => {
        throw refusal("TOKEN_EXPIRED");
      },
    },
    null,
  );
  await failureOf(client.writeNote({}));
  expect(brought).toEqual(["none"]);
});

test("the app proves itself only where the rule asks, once for a token that counts once", async () => {
  const asked: boolean[] = [];
  const appCheckToken = async (limitedUse: boolean) => {
    asked.push(limitedUse);
    return limitedUse ? "once" : "often";
  };
  const { client, requests } = clientOf(answering, async () => "token", { appCheckToken });
  await client.writeNote({});
  await client.shareNote({});
  await client.printNote({});
  expect(requests.map(({ headers }) => headers.get("x-firebase-appcheck"))).toEqual([null, "often", "once"]);
  expect(asked).toEqual([false, true]);
});

test("a call that is repeated brings another proof of the app, since the first may be spent", async () => {
  let serial = 0;
  const { client, requests } = clientOf(
    {
      printNote: (_, { requestHeader }) => {
        if (requestHeader.get("authorization") === "Bearer stale") throw refusal("TOKEN_EXPIRED");
        return {};
      },
    },
    async (fresh) => (fresh ? "fresh" : "stale"),
    { appCheckToken: async () => `proof-${++serial}` },
  );
  await client.printNote({});
  expect(requests.map(({ headers }) => headers.get("x-firebase-appcheck"))).toEqual(["proof-1", "proof-2"]);
});

test("the application's interceptors see a call once, and no token", async () => {
  const seen: [string, string | null][] = [];
  const { client, brought } = clientOf(
    {
      writeNote: (_, { requestHeader }) => {
        if (requestHeader.get("authorization") === "Bearer stale") throw refusal("TOKEN_EXPIRED");
        return {};
      },
    },
    async (fresh) => (fresh ? "fresh" : "stale"),
    {
      interceptors: [
        (next) => async (request) => {
          try {
            return await next(request);
          } finally {
            seen.push([request.method.name, request.header.get("authorization")]);
          }
        },
      ],
    },
  );
  await client.writeNote({});
  expect(brought).toHaveLength(2);
  expect(seen).toEqual([["WriteNote", null]]);
});

test("no redirect is followed: a token goes to the place that was configured", async () => {
  const { client, requests } = clientOf(answering, async () => "token");
  await client.writeNote({});
  expect(requests[0]?.redirect).toBe("error");
});

test("a transport that would send tokens in clear text is not made", () => {
  const auth = async () => "token";
  const to = (baseUrl: string) => () => createClient(NoteService, createCallgateTransport({ baseUrl, auth }));
  for (const baseUrl of [
    "http://api.test",
    "http://localhost.api.test",
    "http://notlocalhost",
    "http://127.0.0.1.api.test",
    "ws://api.test",
  ]) {
    expect(to(baseUrl), baseUrl).toThrow("clear text");
  }
  for (const baseUrl of [
    "https://api.test",
    "http://localhost:8080",
    "http://app.localhost",
    "http://127.0.0.1:1",
    "http://[::1]:8080",
  ]) {
    expect(to(baseUrl), baseUrl).not.toThrow();
  }
  expect(() => createCallgateTransport({ baseUrl: "http://api.test", auth: null })).not.toThrow();
  const appCheckToken = async () => "proof";
  expect(() => createCallgateTransport({ baseUrl: "http://api.test", auth: null, appCheckToken })).toThrow(
    "clear text",
  );
});

test("a page that came by http itself may call its own host", () => {
  const page = Object.getOwnPropertyDescriptor(globalThis, "location");
  try {
    Object.defineProperty(globalThis, "location", { configurable: true, value: new URL("http://10.1.2.3:5173/a") });
    const auth = async () => "token";
    expect(() => createCallgateTransport({ baseUrl: "http://10.1.2.3:8080", auth })).not.toThrow();
    expect(() => createCallgateTransport({ baseUrl: "/", auth })).not.toThrow();
    expect(() => createCallgateTransport({ baseUrl: "http://10.1.2.4:8080", auth })).toThrow("clear text");
    Object.defineProperty(globalThis, "location", { configurable: true, value: new URL("https://app.test/a") });
    expect(() => createCallgateTransport({ baseUrl: "http://app.test", auth })).toThrow("clear text");
    expect(() => createCallgateTransport({ baseUrl: "/api", auth })).not.toThrow();
  } finally {
    if (page) Object.defineProperty(globalThis, "location", page);
    else delete (globalThis as { location?: unknown }).location;
  }
});
