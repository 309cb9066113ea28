// What a call carries: what its method's rule reads, and nothing else.
import type { StreamRequest, UnaryRequest } from "@connectrpc/connect";
import { isDenied } from "./denial.js";
import { ruleOf } from "./rule.js";
import { type FirebaseAuth, type TokenSource, Tokens, told } from "./token.js";

export interface CredentialOptions {
  /**
   * Who is signed in: Firebase's `Auth`, or whatever gives the end user's ID token. `null` sends no token: it is the browser's
   * cookies that say who calls, behind Identity-Aware Proxy or by a session cookie.
   */
  auth: FirebaseAuth | TokenSource | null;
  /** Proves the app, asked where a rule has `app_check`; with `limitedUse` for a token that counts once (`consume`). */
  appCheckToken?: (limitedUse: boolean) => Promise<string>;
}

const AUTHORIZATION = "authorization";
const SCHEME = "Bearer ";

export class Credentials {
  readonly #tokens: Tokens | undefined;
  readonly #appCheckToken: CredentialOptions["appCheckToken"];

  constructor({ auth, appCheckToken }: CredentialOptions) {
    this.#tokens = auth ? new Tokens(auth) : undefined;
    this.#appCheckToken = appCheckToken;
  }

  /** The request with the token at hand. */
  async given<R extends UnaryRequest | StreamRequest>(request: R): Promise<R> {
    const asked = ruleOf(request.method).endUser !== undefined;
    return this.#with(request, asked ? await this.#tokens?.current(request.signal) : undefined);
  }

  /** The refused request with another token of the same user, where that may lift the refusal. */
  async renewed<R extends UnaryRequest | StreamRequest>(request: R, error: unknown): Promise<R | undefined> {
    const refused = request.header.get(AUTHORIZATION)?.slice(SCHEME.length);
    // It expired, or its claims may have changed since it was made.
    const isStale = isDenied(error, "TOKEN_EXPIRED", "EMAIL_NOT_VERIFIED", "ROLE_REQUIRED");
    if (!isStale || !refused || request.signal.aborted) return undefined;
    const token = await this.#tokens?.another(refused, request.signal);
    return token === undefined ? undefined : this.#with(request, token);
  }

  /** A request of its own, so that who holds the application's request does not see the token. */
  async #with<R extends UnaryRequest | StreamRequest>(request: R, token: string | undefined): Promise<R> {
    const header = new Headers(request.header);
    if (token === undefined) header.delete(AUTHORIZATION);
    else header.set(AUTHORIZATION, SCHEME + token);
    const { appCheck } = ruleOf(request.method);
    if (appCheck && this.#appCheckToken) {
      header.set("x-firebase-appcheck", await told(request.signal, this.#appCheckToken(appCheck.consume)));
    }
    return { ...request, header };
  }
}
