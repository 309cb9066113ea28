// A call's way through: with its credentials, and once more where they were stale.
import type { Interceptor } from "@connectrpc/connect";
import { type CredentialOptions, Credentials } from "./credentials.js";
import { type Resumption, stream } from "./resume.js";

export interface CallgateOptions extends CredentialOptions {
  /** The server streams that go on with a fresh token when theirs has expired, and from where. */
  resume?: readonly Resumption[];
}

/** What `createCallgateTransport` does with each call, for a transport of your own. It belongs last in its list of interceptors. */
export function callgateInterceptor({ resume = [], ...options }: CallgateOptions): Interceptor {
  const credentials = new Credentials(options);
  return (next) => async (request) => {
    if (request.stream) {
      if (request.method.methodKind !== "server_streaming") return next(await credentials.given(request));
      const resumption = resume.find(({ method }) => method === request.method);
      return stream(request, next, credentials, resumption);
    }
    const given = await credentials.given(request);
    try {
      return await next(given);
    } catch (error) {
      const renewed = await credentials.renewed(given, error);
      if (renewed === undefined) throw error;
      return next(renewed);
    }
  };
}
