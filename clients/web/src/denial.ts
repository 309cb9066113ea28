// Why a call failed: refused by the gate, or never reached it.
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";

/** Every reason that the gate gives for refusing a call. */
export const REASONS = [
  // Unauthenticated
  "TOKEN_MISSING",
  "TOKEN_MALFORMED",
  "TOKEN_EXPIRED",
  "TOKEN_NOT_YET_VALID",
  "TOKEN_INVALID",
  "TOKEN_REVOKED",
  "USER_DISABLED",
  "RECENT_SIGN_IN_REQUIRED",
  // PermissionDenied
  "CALLER_NOT_ALLOWED",
  "ANONYMOUS_NOT_ALLOWED",
  "EMAIL_NOT_VERIFIED",
  "SECOND_FACTOR_REQUIRED",
  "ROLE_REQUIRED",
  "PROVIDER_NOT_ALLOWED",
  "TENANT_NOT_ALLOWED",
  "SERVICE_NOT_ALLOWED",
  "DOMAIN_NOT_ALLOWED",
  "ORIGIN_NOT_ALLOWED",
  "APP_CHECK_REQUIRED",
  "APP_NOT_ALLOWED",
  // Unavailable: not the caller's fault
  "KEYS_UNAVAILABLE",
  "ACCOUNTS_UNAVAILABLE",
  "APP_CHECK_UNAVAILABLE",
  // ResourceExhausted
  "TOO_MANY_STREAMS",
  // Unimplemented: in the service's log alone, a client is told the code
  "METHOD_UNKNOWN",
] as const;

/** A reason of the gate for refusing a call. */
export type Reason = (typeof REASONS)[number];

/** A refusal by the gate. A newer gate may give reasons that `Reason` does not hold. */
export interface Denial {
  readonly reason: Reason | (string & {});
  readonly metadata: Readonly<Record<string, string>>;
}

/** The gate's refusal, if it was the gate that refused. A handler's own refusal is none. */
export function denialOf(error: unknown): Denial | undefined {
  return ConnectError.from(error)
    .findDetails(ErrorInfoSchema)
    .find((info) => info.domain === "callgate");
}

/** Whether the gate refused for one of these reasons; where none is given, for any. */
export function isDenied(error: unknown, ...reasons: Reason[]): boolean {
  const denial = denialOf(error);
  return denial !== undefined && (reasons.length === 0 || (reasons as string[]).includes(denial.reason));
}

/** Whether the server is away or cannot decide just now, so that the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  return ConnectError.from(error).code === Code.Unavailable;
}

/** What a call becomes that never reached the server. */
export function unreachable(cause: unknown): ConnectError {
  return new ConnectError("the server cannot be reached", Code.Unavailable, undefined, undefined, cause);
}
