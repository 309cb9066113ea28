// Every failure in words, with the way out.
import { denialOf } from "@callgate/web";
import { Code, ConnectError } from "@connectrpc/connect";
import { FirebaseError } from "firebase/app";
import type { Words as AnyWords } from "./view/notices.ts";

/** What the page can do about a failure. */
export type WayOut = "sign-in" | "link" | "profile";

export type Words = AnyWords<WayOut>;

/** What each way out is called. */
export const WAYS_OUT: Readonly<Record<WayOut, string>> = {
  "sign-in": "Sign in",
  link: "Keep this account",
  profile: "Open my profile",
};

const NO_MATCH =
  "That e-mail and password do not match an account. Check both, reset the password, or create an account.";
const AWAY = "The server cannot be reached. Check your connection, then try again.";
const ENDED: Words = { text: "Your session has ended. Please sign in again.", wayOut: "sign-in" };
const DISABLED: Words = { text: "This account is disabled. If that is a mistake, ask those who run this page." };
const OLD_LINK: Words = { text: "This link has expired or was used before. Ask for a new one.", wayOut: "sign-in" };
const BAD_CODE = "That is not the code. Check the six digits and try again.";

const BY_FIREBASE_CODE: Readonly<Record<string, string | Words>> = {
  "auth/invalid-credential": NO_MATCH,
  "auth/invalid-login-credentials": NO_MATCH,
  "auth/wrong-password": NO_MATCH,
  "auth/user-not-found": NO_MATCH,
  "auth/not-confirmed": "The other side did not confirm who you are. Try again, or choose another way.",
  "auth/email-already-in-use": "There is already an account with this e-mail. Choose “I have an account” and sign in.",
  "auth/weak-password": "That password is too weak. Use six characters or more.",
  "auth/invalid-email": "That is not an e-mail address. Check it for a typing mistake.",
  "auth/missing-password": "Enter a password.",
  "auth/user-disabled": DISABLED,
  "auth/too-many-requests": "Too many attempts. Wait a few minutes, then try again.",
  "auth/network-request-failed": AWAY,
  "auth/popup-closed-by-user": "The window was closed before you were done. Try again, or choose another way.",
  "auth/user-cancelled": "You stopped signing in. Try again, or choose another way.",
  "auth/cancelled-popup-request": "Another window was opened meanwhile. Try again there.",
  "auth/popup-blocked": "Your browser blocked the window. Allow pop-up windows for this page, then try again.",
  "auth/account-exists-with-different-credential":
    "There is already an account with this e-mail. Sign in the way you did before; this way will then be added to it.",
  "auth/credential-already-in-use": "That account is in use already. Sign out first, then sign in with it.",
  "auth/provider-already-linked": "This account already has that way to sign in.",
  "auth/invalid-phone-number": "That is not a phone number. Begin with the country code, such as +41 79 123 45 67.",
  "auth/missing-phone-number": "Enter a phone number.",
  "auth/invalid-verification-code": BAD_CODE,
  "auth/missing-verification-code": BAD_CODE,
  "auth/missing-code": BAD_CODE,
  "auth/code-expired": "That code has expired. Go back and ask for a new one.",
  "auth/session-expired": "That code has expired. Go back and ask for a new one.",
  "auth/invalid-multi-factor-session": "That took too long. Go back and sign in again.",
  "auth/quota-exceeded": "No more SMS can be sent for now. Choose another way to sign in.",
  "auth/captcha-check-failed": "The check for robots failed. Reload the page, then try again.",
  "auth/requires-recent-login": "That needs a recent sign-in. Sign out, sign in again, then repeat it.",
  "auth/user-mismatch":
    "That is another account than the one that you are signed in with. Nothing was changed. Use the same one.",
  "auth/unverified-email": "Verify your e-mail address first.",
  "auth/second-factor-already-in-use": "This account has that second factor already.",
  "auth/maximum-second-factor-count-exceeded":
    "This account has as many second factors as it may have. Remove one first.",
  "auth/user-token-expired": ENDED,
  "auth/invalid-user-token": ENDED,
  "auth/null-user": ENDED,
  "auth/invalid-refresh-token": ENDED,
  "auth/expired-action-code": OLD_LINK,
  "auth/invalid-action-code": OLD_LINK,
  "auth/operation-not-allowed": "This way to sign in is switched off. Choose another one.",
  "auth/admin-restricted-operation": "This way to sign in is switched off. Choose another one.",
  "auth/unauthorized-domain": "Signing in is not allowed from this address. Those who run this page have to add it.",
};

const BY_REASON: Readonly<Record<string, string | Words>> = {
  TOKEN_MISSING: { text: "Please sign in first.", wayOut: "sign-in" },
  TOKEN_EXPIRED: ENDED,
  TOKEN_INVALID: ENDED,
  TOKEN_MALFORMED: ENDED,
  TOKEN_REVOKED: ENDED,
  TOKEN_NOT_YET_VALID: "The clocks of your device and the server differ. Wait a moment, then try again.",
  USER_DISABLED: DISABLED,
  RECENT_SIGN_IN_REQUIRED: { text: "That needs a recent sign-in. Please sign in again.", wayOut: "sign-in" },
  ANONYMOUS_NOT_ALLOWED: { text: "A guest may only watch. Add a way to sign in, then it is yours.", wayOut: "link" },
  EMAIL_NOT_VERIFIED: { text: "Verify your e-mail address first.", wayOut: "profile" },
  SECOND_FACTOR_REQUIRED: { text: "That needs a second factor. Add one, then sign in again.", wayOut: "profile" },
  PROVIDER_NOT_ALLOWED: { text: "That needs another way to sign in.", wayOut: "sign-in" },
  KEYS_UNAVAILABLE: "The server cannot check who you are just now. Try again in a moment.",
  ACCOUNTS_UNAVAILABLE: "The accounts cannot be reached just now. Try again in a moment.",
};

/** The code of a failure of Firebase Auth, also where it is the cause of a failed call. */
export function firebaseCodeOf(error: unknown): string | undefined {
  if (error instanceof FirebaseError) return error.code;
  return error instanceof ConnectError ? firebaseCodeOf(error.cause) : undefined;
}

/** What to tell the user. */
export function wordsFor(error: unknown): Words {
  const code = firebaseCodeOf(error);
  if (code !== undefined) {
    return asWords(
      BY_FIREBASE_CODE[code] ?? `That did not work (${code.replace("auth/", "")}). Try again, or choose another way.`,
    );
  }
  const reason = denialOf(error)?.reason;
  if (reason !== undefined) return asWords(BY_REASON[reason] ?? `You may not do that (${reason}).`);
  const call = ConnectError.from(error);
  switch (call.code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
      return asWords(AWAY);
    case Code.InvalidArgument:
      return asWords(`The server did not accept that: ${call.rawMessage}.`);
    case Code.Unauthenticated:
      return ENDED;
    case Code.ResourceExhausted:
      return asWords("The server has too much to do. Try again in a moment.");
    default:
      return asWords("Something went wrong at the server. Try again in a moment.");
  }
}

function asWords(words: string | Words): Words {
  return typeof words === "string" ? { text: words } : words;
}

/** Whether the session is of no more use although the SDK still holds it. */
export function isSessionLost(error: unknown): boolean {
  const code = firebaseCodeOf(error);
  if (code !== undefined)
    return ["auth/invalid-refresh-token", "auth/user-disabled", "auth/user-token-expired"].includes(code);
  const reason = denialOf(error)?.reason;
  return reason !== undefined && ["TOKEN_EXPIRED", "TOKEN_INVALID", "TOKEN_REVOKED", "USER_DISABLED"].includes(reason);
}
