// Where the end user's ID token comes from.
import { Code, ConnectError } from "@connectrpc/connect";
import { unreachable } from "./denial.ts";

/** Gives the ID token of whoever is signed in, nothing when nobody is; `fresh` asks the identity provider for a new one. */
export type IdToken = (fresh: boolean) => Promise<string | undefined>;

/** The part of Firebase's `Auth` that is used here. */
interface FirebaseAuth {
  authStateReady(): Promise<void>;
  readonly currentUser: { getIdToken(forceRefresh?: boolean): Promise<string> } | null;
}

/** The ID token of whoever is signed in to Firebase. Waits until the SDK has looked into its storage. */
export function firebaseIdToken(auth: FirebaseAuth): IdToken {
  return async (fresh) => {
    await auth.authStateReady();
    return auth.currentUser?.getIdToken(fresh);
  };
}

/** As `idToken`, with one refresh shared by all calls that ask while it is under way, and with failures told as those of a call. */
export function sharingRefresh(idToken: IdToken): IdToken {
  let refreshing: Promise<string | undefined> | undefined;
  const ask: IdToken = (fresh) => {
    if (!fresh) return idToken(false);
    refreshing ??= idToken(true).finally(() => (refreshing = undefined));
    return refreshing;
  };
  return async (fresh) => {
    try {
      return await ask(fresh);
    } catch (error) {
      throw isNetworkFailure(error)
        ? unreachable(error)
        : new ConnectError("no token for this call", Code.Unauthenticated, undefined, undefined, error);
    }
  };
}

function isNetworkFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "auth/network-request-failed";
}
