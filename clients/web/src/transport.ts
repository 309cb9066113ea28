// The transport: gRPC-Web, with what the gate wants of each call.
import type { Transport } from "@connectrpc/connect";
import { type GrpcWebTransportOptions, createGrpcWebTransport } from "@connectrpc/connect-web";
import { unreachable } from "./denial.js";
import { type CallgateOptions, callgateInterceptor } from "./interceptor.js";

export interface CallgateTransportOptions extends GrpcWebTransportOptions, CallgateOptions {}

/**
 * Speaks gRPC-Web to services behind a callgate. The interceptors given see each call once, and no token.
 *
 * Throws where tokens would leave in clear text: `baseUrl` is https, this machine, or the host of a page that is itself served by http.
 */
export function createCallgateTransport(options: CallgateTransportOptions): Transport {
  const { baseUrl, auth, appCheckToken, interceptors = [], fetch = globalThis.fetch } = options;
  if ((auth || appCheckToken) && !isPrivate(baseUrl)) {
    throw new TypeError(`tokens would be sent in clear text to ${baseUrl}: use https`);
  }
  return createGrpcWebTransport({
    ...options,
    fetch: telling(fetch),
    interceptors: [...interceptors, callgateInterceptor(options)],
  });
}

function isPrivate(baseUrl: string): boolean {
  const here = globalThis.location as Location | undefined; // there is none in Node.js
  const { protocol, hostname } = new URL(baseUrl, here?.href);
  return (
    protocol === "https:" ||
    /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname) ||
    (here?.protocol === "http:" && here.hostname === hostname)
  );
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
