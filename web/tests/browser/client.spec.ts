// @callgate/web with the real Firebase SDK against the whole system, in a program without a page: what docs/web.md promises.
import { type CallgateTransportOptions, createCallgateTransport, isDenied, resuming } from "@callgate/web";
import { createClient } from "@connectrpc/connect";
import { deleteApp, initializeApp } from "firebase/app";
import { type Auth, connectAuthEmulator, createUserWithEmailAndPassword, getAuth, signOut } from "firebase/auth";
import { ProfileService } from "../../src/gen/profiles/v1/profiles_pb.ts";
import { Candidate, VoteService } from "../../src/gen/votes/v1/votes_pb.ts";
import { someone } from "./page.ts";
import { expect, test as base } from "./test.ts";

const cats = { candidate: Candidate.CATS };
const signUp = (auth: Auth) => {
  const { email, password } = someone();
  return createUserWithEmailAndPassword(auth, email, password);
};

const test = base.extend<{ authOf: (origin: string) => Auth }>({
  authOf: async ({}, use) => {
    const app = initializeApp({ apiKey: "local", projectId: "demo-callgate" }, "client");
    await use((origin) => {
      const auth = getAuth(app);
      connectAuthEmulator(auth, origin, { disableWarnings: true });
      return auth;
    });
    await deleteApp(app);
  },
});

test("a client of Firebase's Auth: refused, signed in, counted, refused again", async ({ system, authOf }) => {
  const auth = authOf(system.origin);
  const votes = createClient(VoteService, createCallgateTransport({ baseUrl: system.origin, auth }));
  const refused = () => votes.castVote(cats).then(Boolean, (error: unknown) => isDenied(error, "TOKEN_MISSING"));
  const { results } = await votes.getResults({});
  expect(results).toBeDefined();
  expect(await refused()).toBe(true);
  await signUp(auth);
  expect((await votes.castVote(cats)).vote?.candidate).toBe(Candidate.CATS);
  const reset = await votes.resetVotes({}).catch((error: unknown) => error);
  expect(isDenied(reset, "TOKEN_MISSING"), "a user's token is not sent where a service is asked for").toBe(true);
  await signOut(auth);
  expect(await refused()).toBe(true);
});

test("a stream that the gate ends with its token goes on where it is to, and else says why", async ({
  startSystem,
  authOf,
}) => {
  const { origin } = await startSystem({ tokenLifetime: 2 });
  const auth = authOf(origin);
  const tokens: unknown[] = [];
  const profilesBy = (options: Partial<CallgateTransportOptions>) =>
    createClient(ProfileService, createCallgateTransport({ baseUrl: origin, auth, ...options }));
  await signUp(auth);

  const ended = (async () => {
    for await (const { profile } of profilesBy({}).watchMyProfile({})) expect(profile).toBeDefined();
  })().catch((error: unknown) => error);
  const going = profilesBy({
    resume: [resuming(ProfileService.method.watchMyProfile)],
    fetch: (input, init) => (tokens.push(new Headers(init?.headers).get("authorization")), fetch(input, init)),
  });
  const reader = new AbortController();
  for await (const { profile } of going.watchMyProfile({}, { signal: reader.signal })) {
    expect(profile?.token?.uid).toBe(auth.currentUser?.uid);
    if (tokens.length === 2) break;
  }
  reader.abort();
  expect(new Set(tokens).size, "two tokens, of one user").toBe(2);
  expect(isDenied(await ended, "TOKEN_EXPIRED")).toBe(true);
});
