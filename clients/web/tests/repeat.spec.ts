// Refused calls, and which of them are repeated.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { expect, test } from "@playwright/test";
import { createCallgateTransport, denialOf, isDenied, isUnavailable } from "../src/index.js";
import { NoteService } from "./gen/notes/v1/notes_pb.js";
import {
  clientOf,
  failureOf,
  refusal,
  refusing,
  serialTokens,
  staleThenFresh,
  tokenOf,
  wantFresh,
} from "./gated-api.js";

test("a call refused for an expired token is repeated with a fresh one", async () => {
  const { client, brought } = clientOf({ writeNote: (_, context) => (wantFresh(context), {}) }, staleThenFresh);
  await client.writeNote({});
  expect(brought).toEqual(["Bearer stale", "Bearer fresh"]);
});

test("it is repeated once only", async () => {
  const { client, brought } = clientOf({ writeNote: refusing("TOKEN_EXPIRED") }, serialTokens());
  expect(isDenied(await failureOf(client.writeNote({})), "TOKEN_EXPIRED")).toBe(true);
  expect(brought).toHaveLength(2);
});

test("a refusal that new claims may lift is repeated with them", async () => {
  for (const reason of ["ROLE_REQUIRED", "EMAIL_NOT_VERIFIED"]) {
    const { client, brought } = clientOf(
      {
        writeNote: (_, { requestHeader }) => {
          if (requestHeader.get("authorization") === "Bearer stale") throw refusal(reason, Code.PermissionDenied);
          return {};
        },
      },
      staleThenFresh,
    );
    await client.writeNote({});
    expect(brought).toEqual(["Bearer stale", "Bearer fresh"]);
  }
});

test("a refusal that no fresh token can lift is not repeated", async () => {
  for (const reason of ["TOKEN_REVOKED", "USER_DISABLED", "TOKEN_INVALID", "CALLER_NOT_ALLOWED"]) {
    const { client, brought } = clientOf({ writeNote: refusing(reason) }, staleThenFresh);
    expect(denialOf(await failureOf(client.writeNote({})))?.reason).toBe(reason);
    expect(brought).toEqual(["Bearer stale"]);
  }
});

test("a handler's own refusal is no denial of the gate, and is not repeated", async () => {
  for (const own of [
    new ConnectError("TOKEN_EXPIRED", Code.Unauthenticated),
    refusal("TOKEN_EXPIRED", Code.Unauthenticated, "notes.example"),
  ]) {
    const { client, brought } = clientOf(
      {
        writeNote: () => {
          throw own;
        },
      },
      staleThenFresh,
    );
    expect(denialOf(await failureOf(client.writeNote({})))).toBeUndefined();
    expect(brought).toHaveLength(1);
  }
});

test("a call that brought no token is not repeated", async () => {
  const { client, brought } = clientOf({ writeNote: refusing("TOKEN_EXPIRED") }, async (fresh) =>
    fresh ? "fresh" : undefined,
  );
  await failureOf(client.writeNote({}));
  expect(brought).toEqual(["none"]);
});

test("a source that knows no newer token has the refusal told at once", async () => {
  const { client, brought } = clientOf({ writeNote: refusing("TOKEN_EXPIRED") }, async () => "token");
  expect(isDenied(await failureOf(client.writeNote({})), "TOKEN_EXPIRED")).toBe(true);
  expect(brought).toHaveLength(1);
});

test("a call of one user is never repeated as another's", async () => {
  for (const [first, second] of [
    [tokenOf("ada", 1), tokenOf("bob", 2)],
    [tokenOf("ada", 1), tokenOf("ada", 2, "tenant")],
    [tokenOf("ada", 1), "no JWT"],
  ]) {
    const tokens = [first, second];
    const { client, brought } = clientOf(
      { writeNote: refusing("TOKEN_EXPIRED") },
      async () => tokens.shift() ?? second,
    );
    expect(isDenied(await failureOf(client.writeNote({})), "TOKEN_EXPIRED")).toBe(true);
    expect(brought).toEqual([`Bearer ${first}`]);
  }
  const same = [tokenOf("ada", 1, "tenant"), tokenOf("ada", 2, "tenant")];
  const { client, brought } = clientOf({ writeNote: refusing("TOKEN_EXPIRED") }, async () => same[brought.length]);
  await failureOf(client.writeNote({}));
  expect(brought).toHaveLength(2);
});

test("a call of a user who has signed out meanwhile is not repeated", async () => {
  let signedIn = true;
  const { client, brought } = clientOf(
    {
      writeNote: () => {
        signedIn = false;
        throw refusal("TOKEN_EXPIRED");
      },
    },
    async () => (signedIn ? "token" : null),
  );
  expect(isDenied(await failureOf(client.writeNote({})), "TOKEN_EXPIRED")).toBe(true);
  expect(brought).toHaveLength(1);
});

test("calls refused at once share one refresh, and a later one uses what came of it", async () => {
  let refreshes = 0;
  let atHand = "stale";
  let allRefused = () => {};
  const refreshed = new Promise<void>((resolve) => (allRefused = resolve));
  let refused = 0;
  const { client, brought } = clientOf(
    {
      writeNote: (_, context) => {
        if (context.requestHeader.get("authorization") === "Bearer stale" && ++refused === 5) allRefused();
        wantFresh(context);
        return {};
      },
    },
    async (fresh) => {
      if (!fresh) return atHand;
      refreshes += 1;
      await refreshed;
      return (atHand = "fresh");
    },
  );
  await Promise.all(Array.from({ length: 5 }, () => client.writeNote({})));
  expect(refreshes).toBe(1);
  expect(brought).toHaveLength(10);
});

test("a token that is refused later is refreshed anew", async () => {
  let refreshes = 0;
  const { client } = clientOf({ writeNote: (_, context) => (wantFresh(context), {}) }, async (fresh) =>
    fresh ? (++refreshes, "fresh") : "stale",
  );
  await client.writeNote({});
  await client.writeNote({});
  expect(refreshes).toBe(2);
});

test("a call whose token was refreshed for another one meanwhile asks for no more refreshes", async () => {
  let atHand = "stale";
  const { client } = clientOf(
    {
      writeNote: (_, context) => {
        atHand = "fresh";
        wantFresh(context);
        return {};
      },
    },
    (fresh) => (fresh ? Promise.reject(new Error("refreshed again")) : Promise.resolve(atHand)),
  );
  await client.writeNote({});
});

test("a token that cannot be had for want of a network says that the server is away", async () => {
  for (const away of [
    Object.assign(new Error("away"), { code: "auth/network-request-failed" }),
    new TypeError("Failed to fetch"),
  ]) {
    const { client } = clientOf({}, () => Promise.reject(away));
    const error = await failureOf(client.writeNote({}));
    expect(isUnavailable(error)).toBe(true);
    expect(error).toMatchObject({ cause: away });
  }
});

test("a token that cannot be had otherwise is told with its cause", async () => {
  const disabled = Object.assign(new Error("disabled"), { code: "auth/user-disabled" });
  const { client } = clientOf({}, () => Promise.reject(disabled));
  const error = await failureOf(client.writeNote({}));
  expect(error).toMatchObject({ code: Code.Unauthenticated, cause: disabled });
  expect(isDenied(error)).toBe(false);
});

test("a call waits for its token no longer than it may take", async () => {
  const { client } = clientOf({}, () => new Promise(() => {}));
  expect(await failureOf(client.writeNote({}, { timeoutMs: 20 }))).toMatchObject({ code: Code.DeadlineExceeded });
  const given = new AbortController();
  const call = failureOf(client.writeNote({}, { signal: given.signal }));
  given.abort();
  expect(await call).toMatchObject({ code: Code.Canceled });
});

test("a call that was given up is not repeated, nor a token refreshed for it", async () => {
  const given = new AbortController();
  let asked = 0;
  const { client, brought } = clientOf(
    {
      writeNote: () => {
        given.abort();
        throw refusal("TOKEN_EXPIRED");
      },
    },
    async (fresh) => (++asked, fresh ? "fresh" : "stale"),
  );
  expect(await failureOf(client.writeNote({}, { signal: given.signal }))).toMatchObject({ code: Code.Canceled });
  expect(brought).toHaveLength(1);
  expect(asked).toBe(1);
});

test("a call that never reached the server is Unavailable", async () => {
  const fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  const transport = createCallgateTransport({ baseUrl: "https://api.test", auth: staleThenFresh, fetch });
  expect(isUnavailable(await failureOf(createClient(NoteService, transport).getMotto({})))).toBe(true);
});
