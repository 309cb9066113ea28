package dev.callgate

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withTimeout
import java.io.IOException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** The end user's tokens, and when another one will do. */
internal class Tokens(private val source: TokenSource, private val within: Duration = 30.seconds) {
    /** Refreshes belong to no call: one that is given up does not take the token away from the others that wait for it. */
    private val refreshes = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val lock = Any()
    private var refreshing: Deferred<String?>? = null

    /** The token at hand, if somebody is signed in. */
    suspend fun current(): String? = ask(fresh = false)

    /** Another token of the user whose token was refused. Nothing where there is none, or where somebody else is signed in by now. */
    suspend fun another(refused: String): String? {
        val atHand = current() // perhaps another call has had it refreshed already
        val token = if (atHand == refused) refresh() else atHand
        return token?.takeIf { it != refused && userOf(it) == userOf(refused) }
    }

    /** One refresh for all who ask while it is under way. */
    private suspend fun refresh(): String? {
        val shared =
            synchronized(lock) {
                refreshing?.takeIf { it.isActive } ?: refreshes.async { ask(fresh = true) }.also { refreshing = it }
            }
        return shared.await()
    }

    private suspend fun ask(fresh: Boolean): String? = asked(within) { source.token(fresh) }?.takeIf { it.isNotEmpty() }
}

/** Asks a source of the application. Its own cancellation and its silence are failures, not the end of who asked. */
internal suspend fun <T> asked(within: Duration, source: suspend () -> T): T = try {
    withTimeout(within) { source() }
} catch (cancelled: CancellationException) {
    currentCoroutineContext().ensureActive()
    throw IOException("no token was given within $within", cancelled)
}
