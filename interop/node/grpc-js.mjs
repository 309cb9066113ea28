// How a Node.js program calls the votes, with grpc-js, which reads the protos as it starts:
//
//   node grpc-js.mjs http://localhost:8080
import { join } from "node:path";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
import { deleteAccount, signUp } from "./identity.mjs";

const FOLDERS = ["../../proto", "../../interceptor/build/proto", "../../clients/web/proto", "proto"];
const FILES = [
  "votes/v1/votes.proto",
  "profiles/v1/profiles.proto",
  "google/rpc/status.proto",
  "google/rpc/error_details.proto",
];

const protos = loader.loadSync(FILES, {
  includeDirs: FOLDERS.map((folder) => join(import.meta.dirname, folder)),
  longs: Number,
  defaults: true,
});
const api = grpc.loadPackageDefinition(protos);

const origin = process.argv[2];
// Against a real service: grpc.credentials.createSsl().
const [host, credentials] = [new URL(origin).host, grpc.credentials.createInsecure()];
const votes = new api.votes.v1.VoteService(host, credentials);
const castVote = promisify(votes.castVote.bind(votes));
const cats = { candidate: "CANDIDATE_CATS" };

// Without a token it is refused, and the refusal says why.
await castVote(cats).catch((error) => console.log("refusal:", reason(error)));

// The stream: the results as they are, then after each change.
const watch = votes.watchResults({});
const results = watch[Symbol.asyncIterator]();
const before = (await results.next()).value.results.cats;

// With a user's token it is taken.
const idToken = await signUp(origin);
const asUser = new grpc.Metadata();
asUser.set("authorization", `Bearer ${idToken}`);
const cast = await castVote(cats, asUser);
console.log("vote:", cast.results.cats);
console.log("stream:", before, (await results.next()).value.results.cats);

// A stream that is open ends when its user is gone, and says why.
const profiles = new api.profiles.v1.ProfileService(host, credentials);
const profile = profiles.watchMyProfile({}, asUser);
profile.once("data", () => deleteAccount(origin, idToken));
try {
  for await (const _ of profile);
} catch (error) {
  console.log("end:", reason(error));
}

watch.on("error", () => undefined); // It is told that it was cancelled.
watch.cancel();
votes.close();
profiles.close();

/** The gate's reason for a refusal. */
function reason(error) {
  for (const bytes of error.metadata?.get("grpc-status-details-bin") ?? []) {
    for (const detail of protos["google.rpc.Status"].deserialize(bytes).details) {
      if (detail.type_url !== "type.googleapis.com/google.rpc.ErrorInfo") continue;
      const info = protos["google.rpc.ErrorInfo"].deserialize(detail.value);
      if (info.domain === "callgate") return info.reason;
    }
  }
  throw error;
}
