// An API behind a stand-in for the gate: real gRPC-Web messages, no network.
import { Code, ConnectError, type HandlerContext, type ServiceImpl, createConnectRouter } from "@connectrpc/connect";
import { createClient } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { type CallgateTransportOptions, createCallgateTransport } from "../src/index.js";
import { ErrorInfoSchema } from "../src/gen/google/rpc/error_details_pb.js";
import { NoteService } from "./gen/notes/v1/notes_pb.js";

export type Notes = Partial<ServiceImpl<typeof NoteService>>;

/** A client of that API, the tokens that its calls brought ("none" where there was none), and all that they brought. */
export function clientOf(
  implementation: Notes,
  auth: CallgateTransportOptions["auth"],
  options: Partial<CallgateTransportOptions> = {},
) {
  const router = createConnectRouter().service(NoteService, implementation);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, createFetchHandler(handler)]));
  const brought: string[] = [];
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    requests.push(request);
    brought.push(request.headers.get("authorization") ?? "none");
    return handlers.get(new URL(request.url).pathname)!(request);
  };
  const transport = createCallgateTransport({ baseUrl: "https://api.test", auth, fetch, ...options });
  return { client: createClient(NoteService, transport), brought, requests, fetch };
}

/** A refusal as the gate makes it. */
export function refusal(reason: string, code = Code.Unauthenticated, domain = "callgate"): ConnectError {
  return new ConnectError(reason, code, undefined, [{ desc: ErrorInfoSchema, value: { reason, domain } }]);
}

/** A handler that refuses every call. */
export function refusing(reason: string, code = Code.Unauthenticated) {
  return (): never => {
    throw refusal(reason, code);
  };
}

/** An answer of trailers alone, in the form that the gate gives it: as headers, with no body. */
export async function withoutBody(answer: Response): Promise<Response> {
  const frame = new Uint8Array(await answer.arrayBuffer());
  if (frame[0] !== 0x80) return new Response(frame, answer);
  const headers = new Headers(answer.headers);
  const trailers = new TextDecoder().decode(frame.subarray(5)).trim().split("\r\n");
  for (const [name, value] of trailers.map((line) => line.split(/: ?/, 2))) headers.set(name!, value!);
  return new Response(null, { headers });
}

/** Refuses every token but the fresh one. */
export function wantFresh({ requestHeader }: HandlerContext): void {
  if (requestHeader.get("authorization") !== "Bearer fresh") throw refusal("TOKEN_EXPIRED");
}

export const staleThenFresh = async (fresh: boolean) => (fresh ? "fresh" : "stale");

/** Another token at each turn. Not for ever, so that a client that never gives up fails. */
export function serialTokens(): () => Promise<string> {
  let serial = 0;
  return async () => {
    if (++serial > 20) throw new Error("too many tokens were asked for");
    return `token-${serial}`;
  };
}

/** A token of this user, as far as a page can read it. */
export function tokenOf(sub: string, serial: number, tenant?: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part({ sub, serial, name: "Zoë ÿ?~", firebase: { tenant } })}.c2ln`;
}

/** What the promise is rejected with. */
export const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
