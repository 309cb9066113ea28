package dev.callgate.sample

import dev.callgate.TokenSource
import java.time.Clock
import java.time.Duration
import java.time.Instant

/** A user who is signed in: gives the ID token at hand, and refreshes it when it is about to expire or a fresh one is wanted. */
class Session(private val identity: IdentityToolkit, tokens: Tokens, private val clock: Clock = Clock.systemUTC()) : TokenSource {
    private class Held(val tokens: Tokens, val until: Instant)

    @Volatile
    private var held = hold(tokens)

    override suspend fun token(fresh: Boolean): String {
        val atHand = held
        if (!fresh && clock.instant() < atHand.until) return atHand.tokens.idToken
        return hold(identity.refresh(atHand.tokens.refreshToken)).also { held = it }.tokens.idToken
    }

    /** Refreshed a little before the end, as the Firebase SDK does. */
    private fun hold(tokens: Tokens) = Held(tokens, clock.instant() + tokens.lifetime - BEFORE.coerceAtMost(tokens.lifetime.dividedBy(2)))

    private companion object {
        val BEFORE: Duration = Duration.ofSeconds(30)
    }
}
