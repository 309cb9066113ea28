// How a page calls the votes, with the official grpc-web. It runs in a browser: see chromium.mjs.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { GrpcWebClientBase, MethodDescriptor, MethodType } from "grpc-web";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../gen/google/rpc/status_pb.js";
import { ProfileService } from "../gen/profiles/v1/profiles_pb.js";
import { Candidate, VoteService } from "../gen/votes/v1/votes_pb.js";
import { deleteAccount, signUp } from "../identity.mjs";

/** Calls, with bodies in this format, `binary` or `text`, and returns what came of it. */
export async function call(origin, format) {
  const client = new GrpcWebClientBase({ format });
  // A stream of binary bodies is handed over when it has ended, not before (grpc/grpc-web#344): a live one wants text.
  const live = new GrpcWebClientBase({ format: "text" });
  const unary = (method, request, metadata = {}) =>
    client.unaryCall(origin + path(method), create(method.input, request), metadata, described(method));
  const stream = (client, method, metadata = {}) =>
    client.serverStreaming(origin + path(method), create(method.input), metadata, described(method));
  const cats = { candidate: Candidate.CATS };

  // Without a token it is refused, and the refusal says why.
  const refusal = await unary(VoteService.method.castVote, cats).then(String, reason);

  // The stream: the results as they are, then after each change.
  const seen = [];
  const watch = stream(live, VoteService.method.watchResults);
  watch.on("data", ({ results }) => seen.push(results.cats));
  await new Promise((resolve) => watch.on("data", resolve));

  // With a user's token it is taken.
  const idToken = await signUp(origin);
  const asUser = { authorization: `Bearer ${idToken}` };
  const change = new Promise((resolve) => watch.on("data", resolve));
  const cast = await unary(VoteService.method.castVote, cats, asUser);
  await change;
  watch.cancel();

  // A stream that is open ends when its user is gone, and says why.
  const open = answered();
  const profile = stream(client, ProfileService.method.watchMyProfile, asUser);
  const end = new Promise((resolve) => profile.on("error", (error) => resolve(reason(error))));
  await open;
  await deleteAccount(origin, idToken);
  return { refusal, vote: String(cast.results.cats), stream: seen.join(" "), end: await end };
}

const path = (method) => `/${method.parent.typeName}/${method.name}`;

/** What protoc-gen-grpc-web would generate. */
const described = (method) =>
  new MethodDescriptor(
    path(method),
    method.methodKind === "unary" ? MethodType.UNARY : MethodType.SERVER_STREAMING,
    Object,
    Object,
    (request) => toBinary(method.input, request),
    (bytes) => fromBinary(method.output, bytes),
  );

/** Waits until the next call is being answered, by its headers: of binary bodies grpc-web itself tells nothing before their end. */
function answered() {
  const { promise, resolve } = Promise.withResolvers();
  const { open } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (...to) {
    XMLHttpRequest.prototype.open = open;
    this.addEventListener("readystatechange", () => this.readyState >= XMLHttpRequest.HEADERS_RECEIVED && resolve());
    open.apply(this, to);
  };
  return promise;
}

/** The gate's reason for a refusal. */
function reason(error) {
  const bytes = error.metadata?.["grpc-status-details-bin"];
  const details = bytes ? fromBinary(StatusSchema, base64Decode(bytes)).details : [];
  const info = details.map((detail) => anyUnpack(detail, ErrorInfoSchema)).find((info) => info?.domain === "callgate");
  return info ? info.reason : `not a refusal of the gate: ${error}`;
}
