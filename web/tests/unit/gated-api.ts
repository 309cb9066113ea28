// The votes API behind a stand-in for the gate: real gRPC-Web messages, no network.
import { clone, create, createFileRegistry } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_timestamp,
} from "@bufbuild/protobuf/wkt";
import {
  Code,
  ConnectError,
  type HandlerContext,
  type ServiceImpl,
  createClient,
  createConnectRouter,
} from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { type IdToken, createCallgateTransport } from "../../src/callgate/index.ts";
import { file_callgate_v1_rule } from "../../src/gen/callgate/v1/rule_pb.ts";
import { ErrorInfoSchema } from "../../src/gen/google/rpc/error_details_pb.ts";
import { VoteService, file_votes_v1_votes } from "../../src/gen/votes/v1/votes_pb.ts";

/** The votes API with its stream for signed-in users only, by the service's default rule. */
export const GatedWatch: typeof VoteService = (() => {
  const file = clone(FileDescriptorProtoSchema, file_votes_v1_votes.proto);
  for (const method of file.service[0]!.method) if (method.name === "WatchResults") delete method.options;
  const imports = [
    file_google_protobuf_descriptor,
    file_google_protobuf_duration,
    file_google_protobuf_timestamp,
    file_callgate_v1_rule,
  ];
  const set = create(FileDescriptorSetSchema, { file: [...imports.map(({ proto }) => proto), file] });
  return createFileRegistry(set).getService(VoteService.typeName) as typeof VoteService;
})();

/** A client of that API, and the tokens that its calls brought, "none" where there was none. */
export function clientOf(implementation: Partial<ServiceImpl<typeof VoteService>>, idToken: IdToken) {
  const router = createConnectRouter().service(GatedWatch, implementation);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, createFetchHandler(handler)]));
  const brought: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    brought.push(request.headers.get("authorization") ?? "none");
    return handlers.get(new URL(request.url).pathname)!(request);
  };
  const transport = createCallgateTransport({ baseUrl: "http://api.test", idToken, fetch });
  return { client: createClient(GatedWatch, transport), brought };
}

/** A refusal as the gate makes it. */
export function refusal(reason: string, code = Code.Unauthenticated): ConnectError {
  return new ConnectError(reason, code, undefined, [{ desc: ErrorInfoSchema, value: { reason, domain: "callgate" } }]);
}

/** Refuses every token but the fresh one. */
export function wantFresh({ requestHeader }: HandlerContext): void {
  if (requestHeader.get("authorization") !== "Bearer fresh") throw refusal("TOKEN_EXPIRED");
}
