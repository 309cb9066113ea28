import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "@playwright/test";
import { FirebaseError } from "firebase/app";
import { isSessionLost, wordsFor } from "../../src/words.ts";
import { ago } from "../../src/view/time.ts";
import { refusal } from "./refusal.ts";

test("a failed refresh is told by its cause, not by the call that wanted it", () => {
  const cause = new FirebaseError("auth/user-disabled", "");
  const error = new ConnectError("no token for this call", Code.Unauthenticated, undefined, undefined, cause);
  expect(wordsFor(error).text).toContain("This account is disabled.");
  expect(isSessionLost(error)).toBe(true);
});

test("the gate's reasons have words and a way out", () => {
  expect(wordsFor(refusal("TOKEN_REVOKED"))).toMatchObject({ wayOut: "sign-in" });
  expect(wordsFor(refusal("ANONYMOUS_NOT_ALLOWED", Code.PermissionDenied))).toMatchObject({ wayOut: "link" });
  expect(wordsFor(refusal("A_NEW_ONE", Code.PermissionDenied)).text).toContain("A_NEW_ONE");
});

test("a server that is away ends no session", () => {
  for (const error of [
    new ConnectError("away", Code.Unavailable),
    new FirebaseError("auth/network-request-failed", ""),
    refusal("KEYS_UNAVAILABLE", Code.Unavailable),
  ]) {
    expect(isSessionLost(error)).toBe(false);
  }
  expect(wordsFor(new ConnectError("away", Code.Unavailable)).text).toContain("cannot be reached");
});

test("a failure that nobody thought of is told all the same", () => {
  expect(wordsFor(new Error("what?")).text).toContain("Try again");
  expect(wordsFor(new FirebaseError("auth/brand-new", "")).text).toContain("brand-new");
});

test("points in time are said as people say them", () => {
  const now = new Date("2026-01-01T12:00:00Z");
  const before = (seconds: number): string => ago(new Date(now.getTime() - seconds * 1000), now);
  expect([-60, 0, 44].map(before)).toEqual(["just now", "just now", "just now"]);
  expect([60, 119, 3_600, 90_000].map(before)).toEqual(["1 minute ago", "2 minutes ago", "1 hour ago", "yesterday"]);
});
