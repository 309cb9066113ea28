// Connect-ES over gRPC-Web for APIs behind a callgate: what a call carries is read from its method's rule.
//
//   const transport = createCallgateTransport({ baseUrl, auth: getAuth() });
//   const votes = createClient(VoteService, transport);
export { type Denial, REASONS, type Reason, denialOf, isDenied, isUnavailable } from "./denial.js";
export { type CallgateOptions, callgateInterceptor } from "./interceptor.js";
export { type Resumption, resuming } from "./resume.js";
export { type Rule, ruleOf } from "./rule.js";
export type { FirebaseAuth, TokenSource } from "./token.js";
export { type CallgateTransportOptions, createCallgateTransport } from "./transport.js";
