package dev.callgate

/**
 * Gives the ID token of whoever is signed in, `null` when nobody is. `fresh` asks the identity provider for a new one; a source that
 * does not look at it will do where it never gives an expired token for long.
 *
 * What it throws fails the call: an [java.io.IOException] as UNAVAILABLE, since the network is away, anything else as UNAUTHENTICATED.
 * It may be asked by several calls at once, on any thread.
 */
public fun interface TokenSource {
    public suspend fun token(fresh: Boolean): String?
}

/** Gives an App Check token, `limitedUse` for one that counts once. It is asked where a rule has `app_check`. */
public fun interface AppCheckTokenSource {
    public suspend fun token(limitedUse: Boolean): String
}
