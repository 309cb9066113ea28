package dev.callgate

/**
 * The gate's reason for refusing a call, stable, for programs. A newer gate may give reasons that [ALL] does not hold: they are told
 * all the same.
 *
 *     when (error.denialReason) {
 *         Reason.TOKEN_MISSING -> signIn()
 *         null -> show(error.message) // not the gate: a handler's own refusal, or an outage
 *         else -> show("not allowed: ${error.denialReason}")
 *     }
 */
public data class Reason(public val name: String) {
    override fun toString(): String = name

    public companion object {
        // UNAUTHENTICATED
        public val TOKEN_MISSING: Reason = Reason("TOKEN_MISSING")
        public val TOKEN_MALFORMED: Reason = Reason("TOKEN_MALFORMED")
        public val TOKEN_EXPIRED: Reason = Reason("TOKEN_EXPIRED")
        public val TOKEN_NOT_YET_VALID: Reason = Reason("TOKEN_NOT_YET_VALID")
        public val TOKEN_INVALID: Reason = Reason("TOKEN_INVALID")
        public val TOKEN_REVOKED: Reason = Reason("TOKEN_REVOKED")
        public val USER_DISABLED: Reason = Reason("USER_DISABLED")
        public val RECENT_SIGN_IN_REQUIRED: Reason = Reason("RECENT_SIGN_IN_REQUIRED")

        // PERMISSION_DENIED
        public val CALLER_NOT_ALLOWED: Reason = Reason("CALLER_NOT_ALLOWED")
        public val ANONYMOUS_NOT_ALLOWED: Reason = Reason("ANONYMOUS_NOT_ALLOWED")
        public val EMAIL_NOT_VERIFIED: Reason = Reason("EMAIL_NOT_VERIFIED")
        public val SECOND_FACTOR_REQUIRED: Reason = Reason("SECOND_FACTOR_REQUIRED")
        public val ROLE_REQUIRED: Reason = Reason("ROLE_REQUIRED")
        public val PROVIDER_NOT_ALLOWED: Reason = Reason("PROVIDER_NOT_ALLOWED")
        public val TENANT_NOT_ALLOWED: Reason = Reason("TENANT_NOT_ALLOWED")
        public val SERVICE_NOT_ALLOWED: Reason = Reason("SERVICE_NOT_ALLOWED")
        public val DOMAIN_NOT_ALLOWED: Reason = Reason("DOMAIN_NOT_ALLOWED")
        public val ORIGIN_NOT_ALLOWED: Reason = Reason("ORIGIN_NOT_ALLOWED")
        public val APP_CHECK_REQUIRED: Reason = Reason("APP_CHECK_REQUIRED")
        public val APP_NOT_ALLOWED: Reason = Reason("APP_NOT_ALLOWED")

        // UNAVAILABLE: not the caller's fault
        public val KEYS_UNAVAILABLE: Reason = Reason("KEYS_UNAVAILABLE")
        public val ACCOUNTS_UNAVAILABLE: Reason = Reason("ACCOUNTS_UNAVAILABLE")
        public val APP_CHECK_UNAVAILABLE: Reason = Reason("APP_CHECK_UNAVAILABLE")

        // RESOURCE_EXHAUSTED
        public val TOO_MANY_STREAMS: Reason = Reason("TOO_MANY_STREAMS")

        // UNIMPLEMENTED: in the service's log alone, a client is told the code
        public val METHOD_UNKNOWN: Reason = Reason("METHOD_UNKNOWN")

        /** Every reason that the gate gives, as of this version. */
        public val ALL: Set<Reason> =
            setOf(
                TOKEN_MISSING,
                TOKEN_MALFORMED,
                TOKEN_EXPIRED,
                TOKEN_NOT_YET_VALID,
                TOKEN_INVALID,
                TOKEN_REVOKED,
                USER_DISABLED,
                RECENT_SIGN_IN_REQUIRED,
                CALLER_NOT_ALLOWED,
                ANONYMOUS_NOT_ALLOWED,
                EMAIL_NOT_VERIFIED,
                SECOND_FACTOR_REQUIRED,
                ROLE_REQUIRED,
                PROVIDER_NOT_ALLOWED,
                TENANT_NOT_ALLOWED,
                SERVICE_NOT_ALLOWED,
                DOMAIN_NOT_ALLOWED,
                ORIGIN_NOT_ALLOWED,
                APP_CHECK_REQUIRED,
                APP_NOT_ALLOWED,
                KEYS_UNAVAILABLE,
                ACCOUNTS_UNAVAILABLE,
                APP_CHECK_UNAVAILABLE,
                TOO_MANY_STREAMS,
                METHOD_UNKNOWN,
            )
    }
}
