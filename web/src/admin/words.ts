// Every failure in words, with the way out.
import { denialOf } from "@callgate/web";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Words as AnyWords } from "../view/notices.ts";

/** What the page can do about a failure. */
export type WayOut = "reload" | "switch";

export type Words = AnyWords<WayOut>;

/** What each way out is called. */
export const WAYS_OUT: Readonly<Record<WayOut, string>> = {
  reload: "Reload the page",
  switch: "Sign in as someone else",
};

const AWAY: Words = { text: "The service cannot be reached. Check your connection, then try again." };
const ENDED: Words = { text: "Your session is over. Reload the page to sign in again.", wayOut: "reload" };
const UNPROVEN: Words = {
  text: "The service does not accept your sign-in. Reload the page; if that does not help, tell those who run it.",
  wayOut: "reload",
};
const UNKNOWN: Words = {
  text: "It is not known whether this was done. Look at the audit, and at what it was about, before you try again.",
  wayOut: "reload",
};

const BY_REASON: Readonly<Record<string, string | Words>> = {
  TOKEN_MISSING: ENDED,
  TOKEN_EXPIRED: ENDED,
  TOKEN_INVALID: UNPROVEN,
  TOKEN_MALFORMED: UNPROVEN,
  TOKEN_NOT_YET_VALID: "The clocks of the proxy and the service differ. Wait a moment, then try again.",
  CALLER_NOT_ALLOWED: {
    text: "This page is for people of the organization, and you are signed in as someone else.",
    wayOut: "switch",
  },
  DOMAIN_NOT_ALLOWED: {
    text: "This page is not open to accounts of your domain. Sign in with another one, or ask those who run it.",
    wayOut: "switch",
  },
  ORIGIN_NOT_ALLOWED:
    "The service takes no calls from the address that this page was opened under. Open it under its own, or have those who run it allow this one.",
  KEYS_UNAVAILABLE: "The service cannot check who you are just now. Try again in a moment.",
  ACCOUNTS_UNAVAILABLE: "The accounts cannot be reached just now; nothing was changed. Try again in a moment.",
  VOTES_UNAVAILABLE: "The votes cannot be reached just now; nothing was changed. Try again in a moment.",
  AUDIT_UNAVAILABLE:
    "The audit cannot be reached just now, and without it nothing is changed. Nothing was. Try again in a moment.",
  OUTCOME_UNKNOWN: UNKNOWN,
};

/** What to tell about a call that changes nothing. */
export function wordsFor(error: unknown): Words {
  const reason = denialOf(error)?.reason;
  if (reason !== undefined) return asWords(BY_REASON[reason] ?? `The service refuses this (${reason}).`);
  const { code, rawMessage } = ConnectError.from(error);
  switch (code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
      return AWAY;
    case Code.Unauthenticated: // the proxy's own answer, before the service
      return ENDED;
    case Code.PermissionDenied:
      return { text: "You may not use this page. Ask those who run it to let you in.", wayOut: "switch" };
    case Code.NotFound:
      return { text: "There is no such user any more.", wayOut: "reload" };
    case Code.InvalidArgument:
    case Code.FailedPrecondition:
      return asWords(`That cannot be done: ${rawMessage}.`);
    case Code.ResourceExhausted:
      return asWords("The service has too much to do. Try again in a moment.");
    default:
      return asWords(`Something is wrong at the service (${rawMessage}). Try again in a moment.`);
  }
}

/** Answers after which a change was surely not made. */
const NOTHING_DONE = new Set([
  Code.Unauthenticated,
  Code.PermissionDenied,
  Code.NotFound,
  Code.InvalidArgument,
  Code.FailedPrecondition,
  Code.ResourceExhausted,
  Code.Unimplemented,
]);

/** What to tell about a change: one that got no clear answer may have been made. */
export function wordsForChange(error: unknown): Words {
  if (denialOf(error) !== undefined) return wordsFor(error);
  const { code, rawMessage } = ConnectError.from(error);
  if (NOTHING_DONE.has(code)) return wordsFor(error);
  if (code !== Code.Internal) return UNKNOWN;
  return asWords(`Something is wrong at the service (${rawMessage}). The audit says whether anything was changed.`);
}

function asWords(words: string | Words): Words {
  return typeof words === "string" ? { text: words } : words;
}
