// The transport: attaches the token where the rule asks for one, refreshes it once when it was refused as stale.
import { type Interceptor, type StreamRequest, type Transport, type UnaryRequest } from "@connectrpc/connect";
import { type GrpcWebTransportOptions, createGrpcWebTransport } from "@connectrpc/connect-web";
import { isStale, unreachable } from "./denial.ts";
import { type IdToken, sharingRefresh } from "./id-token.ts";
import { resumed } from "./resume.ts";
import { asksForEndUser } from "./rule.ts";

export interface CallgateTransportOptions extends GrpcWebTransportOptions {
  /** The end user's ID token; `firebaseIdToken(auth)` for Firebase. */
  idToken: IdToken;
}

/** Speaks gRPC-Web to services behind a callgate. */
export function createCallgateTransport({ idToken, ...options }: CallgateTransportOptions): Transport {
  const token = sharingRefresh(idToken);

  async function authorize(request: UnaryRequest | StreamRequest, fresh: boolean): Promise<void> {
    request.header.delete("authorization");
    if (!asksForEndUser(request.method)) return;
    const value = await token(fresh);
    if (value !== undefined) request.header.set("authorization", `Bearer ${value}`);
  }

  const gate: Interceptor = (next) => async (request) => {
    await authorize(request, false);
    if (request.stream) return resumed(request, next, () => authorize(request, true));
    try {
      return await next(request);
    } catch (error) {
      if (!isStale(request, error)) throw error;
      await authorize(request, true);
      return next(request);
    }
  };

  return createGrpcWebTransport({
    ...options,
    fetch: telling(options.fetch ?? globalThis.fetch),
    interceptors: [gate, ...(options.interceptors ?? [])],
  });
}

/** Connect tells a fetch that never reached the server as Unknown; it is Unavailable. */
function telling(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (error) {
      throw error instanceof TypeError ? unreachable(error) : error;
    }
  };
}
