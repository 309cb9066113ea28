import { type Denial, denialOf } from "@callgate/web";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import type { Page } from "@playwright/test";
import { VotePage, someone } from "../browser/page.ts";
import { Candidate, VoteService } from "../../src/gen/votes/v1/votes_pb.ts";
import { expect, test } from "./test.ts";

const CAST_VOTE = "/votes.v1.VoteService/CastVote";

test("with Firebase's emulator: sign up, vote, sign out, sign in, change the vote", async ({ page, emulator }) => {
  const signedInAt = hostsOf(page, "/identitytoolkit.googleapis.com/");
  const person = someone("Ada");
  const vote = await new VotePage(page).openAs(person);
  const [cats, dogs] = [await vote.count("cats"), await vote.count("dogs")];
  await vote.vote("cats");
  await vote.hasVoted("cats");
  await expect.poll(async () => [await vote.count("cats"), await vote.count("dogs")]).toEqual([cats + 1, dogs]);
  await expect(page.locator("#recent li").first()).toContainText("Ada voted for cats");

  await vote.signOut();
  await vote.signInButton.click();
  await vote.signIn(person);
  await vote.isSignedInAs("Ada");
  await expect(page.getByRole("button", { name: "Voted for cats" })).toBeVisible();
  await vote.vote("dogs");
  await vote.hasVoted("dogs");
  await expect.poll(async () => [await vote.count("cats"), await vote.count("dogs")]).toEqual([cats, dogs + 1]);

  await page.reload();
  await expect(page.getByRole("button", { name: "Voted for dogs" })).toBeVisible();
  expect([...signedInAt]).toEqual([emulator.host]);
});

test("the profile holds the emulator's record of the account", async ({ page }) => {
  const person = someone("Grace");
  const vote = await new VotePage(page).openAs(person);
  await vote.account.click();
  await expect(vote.profileEntry("token", "E-mail")).toHaveText(`${person.email} (not verified)`);
  await expect(vote.profileEntry("account", "Ways to sign in")).toHaveText("e-mail and password");
  await vote.dialog.getByLabel("Display name").fill("Grace Hopper");
  await vote.dialog.getByRole("button", { name: "Save" }).click();
  await expect(vote.profileEntry("account", "Name")).toHaveText("Grace Hopper");
});

test("a system without the emulator refuses its unsigned tokens", async ({ page, system, startSystem }) => {
  const vote = await new VotePage(page).openAs(someone());
  const cast = page.waitForRequest((request) => new URL(request.url()).pathname === CAST_VOTE);
  await vote.vote("cats");
  await vote.hasVoted("cats");
  const bearer = (await (await cast).headerValue("authorization")) ?? "";
  expect(headerOf(bearer)).toMatchObject({ alg: "none" });
  expect(bearer).toMatch(/\.$/);

  expect(await refusalOfVote(system.origin, bearer)).toBeUndefined();
  const { origin } = await startSystem();
  expect(await refusalOfVote(origin, bearer)).toMatchObject({ reason: "TOKEN_INVALID" });
});

/** The hosts that the page asks for something below this path, from now on. */
function hostsOf(page: Page, path: string): Set<string> {
  const hosts = new Set<string>();
  page.on("request", (request) => {
    const { host, pathname } = new URL(request.url());
    if (pathname.startsWith(path)) hosts.add(host);
  });
  return hosts;
}

function headerOf(bearer: string): unknown {
  const [header = ""] = bearer.replace("Bearer ", "").split(".");
  return JSON.parse(Buffer.from(header, "base64url").toString());
}

/** Votes as a program would. Tells why it was refused, if it was. */
async function refusalOfVote(baseUrl: string, authorization: string): Promise<Denial | undefined> {
  const votes = createClient(VoteService, createGrpcWebTransport({ baseUrl }));
  try {
    await votes.castVote({ candidate: Candidate.DOGS }, { headers: { authorization } });
    return undefined;
  } catch (error) {
    const denial = denialOf(error);
    if (denial === undefined) throw error;
    return denial;
  }
}
