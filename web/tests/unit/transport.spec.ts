import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { expect, test } from "@playwright/test";
import { createCallgateTransport, denialOf, firebaseIdToken, isUnavailable, ruleOf } from "../../src/callgate/index.ts";
import { ProfileService } from "../../src/gen/profiles/v1/profiles_pb.ts";
import { Candidate, VoteService } from "../../src/gen/votes/v1/votes_pb.ts";
import { clientOf, refusal, wantFresh } from "./gated-api.ts";

const vote = { candidate: Candidate.CATS };
const staleThenFresh = async (fresh: boolean) => (fresh ? "fresh" : "stale");

test("a method's rule is its own, or else its service's default", () => {
  expect(ruleOf(VoteService.method.getResults).public).toBeDefined();
  expect(ruleOf(VoteService.method.castVote).endUser).toMatchObject({ anonymous: false });
  expect(ruleOf(ProfileService.method.getMyProfile).endUser).toMatchObject({ anonymous: true });
});

test("the token goes only where the rule asks for an end user", async () => {
  const { client, brought } = clientOf({ castVote: () => ({}), getResults: () => ({}) }, async () => "token");
  await client.castVote(vote);
  await client.getResults({});
  expect(brought).toEqual(["Bearer token", "none"]);
});

test("a public call does not even ask who is signed in", async () => {
  const { client } = clientOf({ getResults: () => ({}) }, () => Promise.reject(new Error("asked")));
  await client.getResults({});
});

test("nobody signed in: the call goes without a token, and the refusal is told", async () => {
  const { client, brought } = clientOf(
    {
      castVote: () => {
        throw refusal("TOKEN_MISSING");
      },
    },
    async () => undefined,
  );
  const error = await client.castVote(vote).catch((e: unknown) => e);
  expect(denialOf(error)?.reason).toBe("TOKEN_MISSING");
  expect(brought).toEqual(["none"]);
});

test("a call refused for an expired token is repeated with a fresh one", async () => {
  const { client, brought } = clientOf({ castVote: (_, context) => (wantFresh(context), {}) }, staleThenFresh);
  await client.castVote(vote);
  expect(brought).toEqual(["Bearer stale", "Bearer fresh"]);
});

test("it is repeated once only", async () => {
  const { client, brought } = clientOf(
    {
      castVote: () => {
        throw refusal("TOKEN_EXPIRED");
      },
    },
    staleThenFresh,
  );
  await expect(client.castVote(vote)).rejects.toThrow("TOKEN_EXPIRED");
  expect(brought).toHaveLength(2);
});

test("a refusal that no fresh token can lift is not repeated", async () => {
  const { client, brought } = clientOf(
    {
      castVote: () => {
        throw refusal("ANONYMOUS_NOT_ALLOWED", Code.PermissionDenied);
      },
    },
    staleThenFresh,
  );
  await expect(client.castVote(vote)).rejects.toThrow("ANONYMOUS_NOT_ALLOWED");
  expect(brought).toHaveLength(1);
});

test("a handler's own refusal is no denial of the gate, and is not repeated", async () => {
  const { client, brought } = clientOf(
    {
      castVote: () => {
        throw new ConnectError("TOKEN_EXPIRED", Code.Unauthenticated);
      },
    },
    staleThenFresh,
  );
  const error = await client.castVote(vote).catch((e: unknown) => e);
  expect(denialOf(error)).toBeUndefined();
  expect(brought).toHaveLength(1);
});

test("calls refused at once share one refresh", async () => {
  let refreshes = 0;
  let refreshed = (_: string): void => undefined;
  const answer = new Promise<string>((resolve) => (refreshed = resolve));
  let refused = 0;
  const { client, brought } = clientOf(
    {
      castVote: (_, context) => {
        if (context.requestHeader.get("authorization") === "Bearer stale" && ++refused === 5) refreshed("fresh");
        wantFresh(context);
        return {};
      },
    },
    (fresh) => (fresh ? (++refreshes, answer) : Promise.resolve("stale")),
  );
  await Promise.all(Array.from({ length: 5 }, () => client.castVote(vote)));
  expect(refreshes).toBe(1);
  expect(brought).toHaveLength(10);

  refused = -100;
  await client.castVote(vote);
  expect(refreshes, "a later refusal asks anew").toBe(2);
});

test("a refresh that fails for want of a network says that the server is away", async () => {
  const away = Object.assign(new Error("away"), { code: "auth/network-request-failed" });
  const { client } = clientOf({ castVote: () => ({}) }, () => Promise.reject(away));
  const error = await client.castVote(vote).catch((e: unknown) => e);
  expect(isUnavailable(error)).toBe(true);
});

test("a refresh that fails otherwise is told with its cause", async () => {
  const disabled = Object.assign(new Error("disabled"), { code: "auth/user-disabled" });
  const { client } = clientOf({ castVote: () => ({}) }, () => Promise.reject(disabled));
  const error = await client.castVote(vote).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: Code.Unauthenticated, cause: disabled });
});

test("a call that never reached the server is Unavailable", async () => {
  const fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  const transport = createCallgateTransport({ baseUrl: "http://api.test", idToken: staleThenFresh, fetch });
  const error = await createClient(VoteService, transport)
    .getResults({})
    .catch((e: unknown) => e);
  expect(isUnavailable(error)).toBe(true);
});

test("Firebase's token is asked for once the SDK knows who is signed in", async () => {
  let user: { getIdToken(fresh?: boolean): Promise<string> } | null = null;
  const auth = {
    authStateReady: async () => void (user = { getIdToken: async (fresh) => `fresh: ${fresh}` }),
    get currentUser() {
      return user;
    },
  };
  expect(await firebaseIdToken(auth)(true)).toBe("fresh: true");
});
