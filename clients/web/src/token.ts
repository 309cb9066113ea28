// Where the end user's ID token comes from, and when another one will do.
import { Code, ConnectError } from "@connectrpc/connect";
import { unreachable } from "./denial.js";

/**
 * Gives the ID token of whoever is signed in, nothing when nobody is. `fresh` asks the identity provider for a new one; a source
 * that does not look at it, `() => Promise<string>`, will do where it never gives an expired token for long.
 */
export type TokenSource = (fresh: boolean) => Promise<string | null | undefined>;

/** The part of Firebase's `Auth` that is used here. */
export interface FirebaseAuth {
  authStateReady(): Promise<void>;
  readonly currentUser: { getIdToken(forceRefresh?: boolean): Promise<string> } | null;
}

export class Tokens {
  readonly #source: TokenSource;
  #refreshing: Promise<string | undefined> | undefined;

  constructor(auth: FirebaseAuth | TokenSource) {
    this.#source = typeof auth === "function" ? auth : firebase(auth);
  }

  /** The token at hand, if somebody is signed in. */
  current(signal: AbortSignal): Promise<string | undefined> {
    return told(signal, this.#ask(false));
  }

  /** Another token of the user whose token was refused. Nothing where there is none, or where somebody else is signed in by now. */
  async another(refused: string, signal: AbortSignal): Promise<string | undefined> {
    const atHand = await this.current(signal); // perhaps another call has had it refreshed already
    const token = atHand === refused ? await told(signal, this.#refresh()) : atHand;
    return token !== refused && token && userOf(token) === userOf(refused) ? token : undefined;
  }

  /** One refresh for all who ask while it is under way. */
  #refresh(): Promise<string | undefined> {
    this.#refreshing ??= this.#ask(true).finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #ask(fresh: boolean): Promise<string | undefined> {
    return (await this.#source(fresh)) || undefined;
  }
}

/** The ID token of whoever is signed in to Firebase. Waits until the SDK has looked into its storage. */
function firebase(auth: FirebaseAuth): TokenSource {
  return async (fresh) => {
    await auth.authStateReady();
    return auth.currentUser?.getIdToken(fresh);
  };
}

/** Waits for a token as long as its call may take, and tells a failure as that of the call. */
export function told<T>(signal: AbortSignal, token: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    token
      .then(resolve, (error: unknown) => reject(failure(error)))
      .finally(() => signal.removeEventListener("abort", stop));
  });
}

function failure(error: unknown): unknown {
  if (error instanceof ConnectError) return error;
  return isNetworkFailure(error)
    ? unreachable(error)
    : new ConnectError("no token for this call", Code.Unauthenticated, undefined, undefined, error);
}

/** Firebase's own, or that of a fetch. */
function isNetworkFailure(error: unknown): boolean {
  return error instanceof TypeError || (error as { code?: unknown } | null)?.code === "auth/network-request-failed";
}

/** Whose token it is. Not verified: it only keeps one user's call from being repeated as another's. */
function userOf(token: string): string | undefined {
  try {
    const [, claims = ""] = token.split(".");
    const { sub, firebase } = JSON.parse(atob(claims.replace(/-/g, "+").replace(/_/g, "/")));
    return JSON.stringify([sub, firebase?.tenant]);
  } catch {
    return undefined; // no JWT
  }
}
