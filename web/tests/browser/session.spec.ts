import { VotePage, someone } from "./page.ts";
import { AWAY, REFUSED, expect, test } from "./test.ts";

/** The gate takes a token for so many milliseconds longer than it says. */
const CLOCK_SKEW = 10_000;
/** In seconds: long enough for signing up while the machine does other things too. */
const LIFETIME = 5;
const CAST_VOTE = "/votes.v1.VoteService/CastVote";
const REFRESH = "/securetoken.googleapis.com/v1/token";

test("a token that expires is refreshed without the user noticing", async ({ page, startSystem }) => {
  const { origin } = await startSystem({ tokenLifetime: 2 });
  const vote = await new VotePage(page).openAs(someone(), origin);
  await vote.vote("cats");
  await vote.hasVoted("cats");

  const calls = callsOf(page);
  await past(Date.now() + 3_000);
  await vote.vote("dogs");
  await vote.hasVoted("dogs");
  expect(calls).toEqual([REFRESH, CAST_VOTE]);
  await expect(vote.connection).toHaveText("Live");
  await expect.poll(() => vote.count("dogs")).toBe(1);
});

test("a token that the server finds expired is replaced, and the vote counted", async ({ page, startSystem }) => {
  // The SDK believes what it is told of the lifetime; here it is told wrong, so that the expired token gets to the server.
  await page.route(/accounts:signUp|securetoken/, async (route) => {
    const response = await route.fetch();
    const json = (await response.json()) as Record<string, unknown>;
    await route.fulfill({ response, json: { ...json, expiresIn: "3600", expires_in: "3600" } });
  });
  const { origin } = await startSystem({ tokenLifetime: LIFETIME });
  const vote = await new VotePage(page).openAs(someone(), origin);
  await vote.vote("cats");
  await vote.hasVoted("cats");

  const calls = callsOf(page);
  await past(Date.now() + LIFETIME * 1_000 + CLOCK_SKEW + 1_000);
  await vote.vote("dogs");
  await vote.hasVoted("dogs");
  expect(calls).toEqual([CAST_VOTE, REFRESH, CAST_VOTE]);
  await expect(vote.connection).toHaveText("Live");
});

test("the server stopped and started again: the page says so, recovers, and is still signed in", async ({
  page,
  complaints,
  startSystem,
}) => {
  complaints.allow(AWAY);
  const system = await startSystem();
  const vote = await new VotePage(page).openAs(someone("Ada"), system.origin);
  await vote.vote("cats");
  await vote.hasVoted("cats");

  await system.stop();
  await expect(vote.connection).toContainText("Cannot reach the server, trying again");
  await vote.vote("dogs");
  await expect(vote.notices.getByRole("alert")).toContainText("The server cannot be reached.");

  await system.start();
  await vote.isLive();
  await expect(vote.account).toContainText("Ada");
  await expect.poll(() => vote.count("cats")).toBe(1);
  await vote.vote("dogs");
  await vote.hasVoted("dogs");

  await page.reload();
  await expect(vote.account).toContainText("Ada");
});

test("a session that the server has forgotten is told as ended", async ({ page, complaints, startSystem }) => {
  complaints.allow(AWAY, REFUSED);
  const system = await startSystem();
  const vote = await new VotePage(page).openAs(someone("Ada"), system.origin);
  await system.stop();
  await system.wipe();
  await system.start();

  await page.reload();
  await expect(vote.notices.getByRole("alert")).toContainText("Your session has ended. Please sign in again.");
  await vote.notices.getByRole("button", { name: "Sign in" }).click();
  await vote.signUp(someone("Ada"));
  await vote.isSignedInAs("Ada");
});

test("a disabled account is told so at its next vote", async ({ page, complaints, startSystem }) => {
  complaints.allow(REFUSED);
  const system = await startSystem({ tokenLifetime: 2 });
  const vote = await new VotePage(page).openAs(someone(), system.origin);
  await system.updateAccount(await vote.uid(), { disableUser: true });
  await vote.vote("cats");
  await expect(vote.notices.getByRole("alert")).toContainText("This account is disabled.");
  await expect(vote.signInButton).toBeVisible();
});

test("a disabled account is told so when it signs in", async ({ page, system, complaints }) => {
  complaints.allow(REFUSED);
  const person = someone();
  const vote = await new VotePage(page).openAs(person);
  const uid = await vote.uid();
  await vote.signOut();
  await system.updateAccount(uid, { disableUser: true });
  await vote.signInButton.click();
  await vote.signIn(person);
  await vote.problem("This account is disabled.");
});

test("the page waits for a server that cannot tell the configuration yet", async ({ page, complaints }) => {
  complaints.allow(/status of 503/, /config\.json/);
  let refused = 0;
  await page.route("/config.json", (route) => (refused++ === 0 ? route.fulfill({ status: 503 }) : route.continue()));
  await new VotePage(page).open();
  expect(refused).toBeGreaterThan(1);
});

/** The votes cast and tokens refreshed from now on. */
function callsOf(page: VotePage["page"]): string[] {
  const calls: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === CAST_VOTE || pathname === REFRESH) calls.push(pathname);
  });
  return calls;
}

/** Waits for a moment: a server's clock cannot be turned from here. */
async function past(moment: number): Promise<void> {
  while (Date.now() <= moment) await new Promise((resolve) => setTimeout(resolve, moment - Date.now() + 1));
}
