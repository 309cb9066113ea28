// Connect-ES over gRPC-Web for APIs behind a callgate: what a call carries is read from its method's rule.
//
//   const transport = createCallgateTransport({ baseUrl, idToken: firebaseIdToken(auth) });
//   const votes = createClient(VoteService, transport);
export { type Denial, denialOf, isUnavailable } from "./denial.ts";
export { type IdToken, firebaseIdToken } from "./id-token.ts";
export { asksForEndUser, ruleOf } from "./rule.ts";
export { type CallgateTransportOptions, createCallgateTransport } from "./transport.ts";
