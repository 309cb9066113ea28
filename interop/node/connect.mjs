// How a program in JavaScript calls the votes, with Connect-ES, over gRPC or gRPC-Web:
//
//   node connect.mjs http://localhost:8080 grpc
//
// A page does the same with the second transport. For what needs a token now and then, see @callgate/web.
import { ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import { ProfileService } from "./gen/profiles/v1/profiles_pb.js";
import { Candidate, VoteService } from "./gen/votes/v1/votes_pb.js";
import { deleteAccount, signUp } from "./identity.mjs";

const [origin, protocol] = process.argv.slice(2);
const createTransport = { grpc: createGrpcTransport, "grpc-web": createGrpcWebTransport }[protocol];
const transport = createTransport({ baseUrl: origin });
const votes = createClient(VoteService, transport);
const profiles = createClient(ProfileService, transport);
const cats = { candidate: Candidate.CATS };

// Without a token it is refused, and the refusal says why.
await votes.castVote(cats).catch((error) => console.log("refusal:", reason(error)));

// The stream: the results as they are, then after each change.
const enough = new AbortController();
const results = votes.watchResults({}, { signal: enough.signal })[Symbol.asyncIterator]();
const before = (await results.next()).value.results.cats;

// With a user's token it is taken.
const idToken = await signUp(origin);
const asUser = { headers: { authorization: `Bearer ${idToken}` } };
const cast = await votes.castVote(cats, asUser);
console.log("vote:", String(cast.results.cats));
console.log("stream:", String(before), String((await results.next()).value.results.cats));
enough.abort();

// A stream that is open ends when its user is gone, and says why.
try {
  let watched = false;
  for await (const _ of profiles.watchMyProfile({}, asUser)) {
    if (!watched) await deleteAccount(origin, idToken);
    watched = true;
  }
} catch (error) {
  console.log("end:", reason(error));
}
process.exit(); // The connection would be kept for the next call.

/** The gate's reason for a refusal. */
function reason(error) {
  const info = ConnectError.from(error)
    .findDetails(ErrorInfoSchema)
    .find((info) => info.domain === "callgate");
  if (!info) throw error;
  return info.reason;
}
