// The calls of this page carry no token: the browser sends Identity-Aware Proxy's cookie by itself, and the proxy tells the
// service who it is. Page and API are on one origin, which is what makes that safe.
import { createCallgateTransport } from "@callgate/web";
import type { Interceptor, Transport } from "@connectrpc/connect";

/** Milliseconds: longer than any change takes. What came of one that gets no answer is not known. */
const LONGEST_CALL = 30_000;

/** Has the proxy refuse a call whose session is over (401), where it would send a page on to its sign-in. */
const fromScript: Interceptor = (next) => (request) => {
  request.header.set("x-requested-with", "XMLHttpRequest");
  return next(request);
};

export function createAdminTransport(
  baseUrl: string,
  fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init),
): Transport {
  return createCallgateTransport({
    baseUrl,
    auth: null,
    defaultTimeoutMs: LONGEST_CALL,
    interceptors: [fromScript],
    fetch: (input, init) => fetch(input, { ...init, credentials: "include" }),
  });
}
