package dev.callgate

import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.retryWhen
import kotlin.random.Random
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * A server stream that outlives the network: opened again, after a pause that grows, while the server [is away][isUnavailable]; from where
 * `next` says, as in [resuming]. Any other failure ends it. (A token that expires ends no stream that [CallgateOptions.resume] names.)
 *
 *     reconnecting(request, { request, last -> request.toBuilder().setAfter(last.number).build() }) { notes.followNotes(it) }
 *         .collect { show(it) }
 *
 * @param pause how long to wait after so many failures in a row, one or more
 */
public fun <Q, M> reconnecting(
    request: Q,
    next: (request: Q, last: M) -> Q = { same, _ -> same },
    pause: (failures: Int) -> Duration = ::growingPause,
    open: (Q) -> Flow<M>,
): Flow<M> = flow {
    var asked = request
    var failures = 0
    val messages =
        flow { emitAll(open(asked)) }
            .onEach {
                failures = 0
                asked = next(asked, it)
            }.retryWhen { failure, _ ->
                failure.isUnavailable.also { if (it) delay(pause(++failures)) }
            }
    emitAll(messages)
}

/** 1, 2, 4 .. 30 seconds, less up to half of it, so that not all come back at once. */
public fun growingPause(failures: Int): Duration {
    val longest = (1.seconds * (1 shl (failures - 1).coerceIn(0, MOST_DOUBLINGS))).coerceAtMost(LONGEST_PAUSE)
    return longest * Random.nextDouble(0.5, 1.0)
}

private const val MOST_DOUBLINGS = 5
private val LONGEST_PAUSE = 30.seconds
