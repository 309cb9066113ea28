// Why a call failed: refused by the gate, or never reached it.
import { Code, ConnectError, type StreamRequest, type UnaryRequest } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";

/** The gate's reasons for refusing the call of an end user, or of an internal one. */
export type Reason =
  | "TOKEN_MISSING"
  | "TOKEN_MALFORMED"
  | "TOKEN_EXPIRED"
  | "TOKEN_NOT_YET_VALID"
  | "TOKEN_INVALID"
  | "TOKEN_REVOKED"
  | "USER_DISABLED"
  | "RECENT_SIGN_IN_REQUIRED"
  | "CALLER_NOT_ALLOWED"
  | "ANONYMOUS_NOT_ALLOWED"
  | "EMAIL_NOT_VERIFIED"
  | "SECOND_FACTOR_REQUIRED"
  | "ROLE_REQUIRED"
  | "PROVIDER_NOT_ALLOWED"
  | "TENANT_NOT_ALLOWED"
  | "DOMAIN_NOT_ALLOWED"
  | "ORIGIN_NOT_ALLOWED"
  | "KEYS_UNAVAILABLE"
  | "ACCOUNTS_UNAVAILABLE"
  | "TOO_MANY_STREAMS";

/** A refusal by the gate. A newer gate may give reasons that this list does not hold. */
export interface Denial {
  readonly reason: Reason | (string & {});
  readonly metadata: Readonly<Record<string, string>>;
}

/** The gate's refusal, if it was the gate that refused. */
export function denialOf(error: unknown): Denial | undefined {
  return ConnectError.from(error)
    .findDetails(ErrorInfoSchema)
    .find((info) => info.domain === "callgate");
}

/** Refusals that a fresh token may lift: it expired, or its claims may have changed since. */
const STALE = new Set<string>(["TOKEN_EXPIRED", "EMAIL_NOT_VERIFIED", "ROLE_REQUIRED"]);

/** Whether a refused call may pass with a fresh token. */
export function isStale(request: UnaryRequest | StreamRequest, error: unknown): boolean {
  const denial = denialOf(error);
  return (
    denial !== undefined && STALE.has(denial.reason) && request.header.has("authorization") && !request.signal.aborted
  );
}

/** Whether the server is away or overloaded, so that the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  return ConnectError.from(error).code === Code.Unavailable;
}

/** What a call becomes that never reached the server. */
export function unreachable(cause: unknown): ConnectError {
  return new ConnectError("the server cannot be reached", Code.Unavailable, undefined, undefined, cause);
}
