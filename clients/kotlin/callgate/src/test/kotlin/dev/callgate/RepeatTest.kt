package dev.callgate

import io.grpc.Status
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.launch
import notes.v1.NoteServiceGrpc
import notes.v1.Notes.WatchCountRequest
import java.io.IOException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.cancellation.CancellationException
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class RepeatTest {
    @Test
    fun `a call refused for an expired token is repeated with a fresh one`() = withApi({ any = ::wantFresh }) {
        val answer = client(STALE_THEN_FRESH).writeNote(WRITE.toBuilder().setText("hello").build())
        assertEquals("hello", answer.text)
        assertEquals(listOf("stale", "fresh"), brought)
    }

    @Test
    fun `calls of gRPC's own blocking stub are repeated, too`() = withApi({
        any = ::wantFresh
        watch = { flowOf(count(1), count(2)) }
    }) {
        val notes = NoteServiceGrpc.newBlockingStub(channel(CallgateOptions(GatedApi.RULES, STALE_THEN_FRESH)))
        assertEquals("hello", notes.writeNote(WRITE.toBuilder().setText("hello").build()).text)
        assertEquals(listOf("stale", "fresh"), brought)
        assertEquals(listOf(1, 2), notes.watchCount(WatchCountRequest.getDefaultInstance()).asSequence().map { it.count }.toList())
    }

    @Test
    fun `it is repeated once only`() = withApi({ any = { throw refusal("TOKEN_EXPIRED") } }) {
        val notes = client(serialTokens())
        assertTrue(failureOf { notes.writeNote(WRITE) }.isDenied(Reason.TOKEN_EXPIRED))
        assertEquals(2, brought.size)
    }

    @Test
    fun `a refusal that new claims may lift is repeated with them`() {
        for (reason in listOf("ROLE_REQUIRED", "EMAIL_NOT_VERIFIED")) {
            withApi({ any = { if (it == "stale") throw refusal(reason, Status.PERMISSION_DENIED) } }) {
                client(STALE_THEN_FRESH).writeNote(WRITE)
                assertEquals(listOf("stale", "fresh"), brought)
            }
        }
    }

    @Test
    fun `a refusal that no fresh token can lift is not repeated`() {
        for (reason in listOf("TOKEN_REVOKED", "USER_DISABLED", "TOKEN_INVALID", "CALLER_NOT_ALLOWED")) {
            withApi({ any = { throw refusal(reason) } }) {
                val notes = client(STALE_THEN_FRESH)
                assertEquals(reason, failureOf { notes.writeNote(WRITE) }.denialReason?.name)
                assertEquals(listOf("stale"), brought)
            }
        }
    }

    @Test
    fun `a handler's own refusal is no denial of the gate, and is not repeated`() {
        val own = Status.UNAUTHENTICATED.withDescription("TOKEN_EXPIRED").asException()
        for (refusal in listOf(own, refusal("TOKEN_EXPIRED", domain = "notes.example"))) {
            withApi({ any = { throw refusal } }) {
                val notes = client(STALE_THEN_FRESH)
                val failure = failureOf { notes.writeNote(WRITE) }
                assertEquals(null, failure.denial)
                assertEquals(Status.Code.UNAUTHENTICATED, failure.code)
                assertEquals(1, brought.size)
            }
        }
    }

    @Test
    fun `a call that brought no token is not repeated`() = withApi({ any = { throw refusal("TOKEN_EXPIRED") } }) {
        val notes = client({ fresh -> if (fresh) "fresh" else null })
        failureOf { notes.writeNote(WRITE) }
        assertEquals(listOf("none"), brought)
    }

    @Test
    fun `a source that knows no newer token has the refusal told at once`() = withApi({ any = { throw refusal("TOKEN_EXPIRED") } }) {
        val notes = client({ "token" })
        assertTrue(failureOf { notes.writeNote(WRITE) }.isDenied(Reason.TOKEN_EXPIRED))
        assertEquals(1, brought.size)
    }

    @Test
    fun `a call of one user is never repeated as another's`() {
        for ((first, second) in listOf(
            tokenOf("ada", 1) to tokenOf("bob", 2),
            tokenOf("ada", 1) to tokenOf("ada", 2, "tenant"),
            tokenOf("ada", 1) to "no-jwt",
        )) {
            withApi({ any = { throw refusal("TOKEN_EXPIRED") } }) {
                val tokens = ArrayDeque(listOf(first))
                val notes = client({ tokens.removeFirstOrNull() ?: second })
                assertTrue(failureOf { notes.writeNote(WRITE) }.isDenied(Reason.TOKEN_EXPIRED))
                assertEquals(listOf(first), brought)
            }
        }
        withApi({ any = { throw refusal("TOKEN_EXPIRED") } }) {
            val notes = client({ tokenOf("ada", brought.size, "tenant") })
            failureOf { notes.writeNote(WRITE) }
            assertEquals(2, brought.size)
        }
    }

    @Test
    fun `a call of a user who has signed out meanwhile is not repeated`() {
        var signedIn = true
        withApi({
            any = {
                signedIn = false
                throw refusal("TOKEN_EXPIRED")
            }
        }) {
            val notes = client({ if (signedIn) "token" else null })
            assertTrue(failureOf { notes.writeNote(WRITE) }.isDenied(Reason.TOKEN_EXPIRED))
            assertEquals(1, brought.size)
        }
    }

    @Test
    fun `a token that is refused later is refreshed anew`() {
        var refreshes = 0
        withApi({ any = ::wantFresh }) {
            val notes = client({ fresh -> if (fresh) "fresh".also { refreshes += 1 } else "stale" })
            notes.writeNote(WRITE)
            notes.writeNote(WRITE)
            assertEquals(2, refreshes)
        }
    }

    @Test
    fun `a call whose token was refreshed for another one meanwhile asks for no more refreshes`() {
        var atHand = "stale"
        withApi({
            any = {
                atHand = "fresh"
                wantFresh(it)
            }
        }) {
            val notes = client({ fresh -> if (fresh) error("refreshed again") else atHand })
            notes.writeNote(WRITE)
        }
    }

    @Test
    fun `a token that cannot be had for want of a network says that the server is away`() = withApi {
        val notes = client({ throw IOException("away") })
        val failure = failureOf { notes.writeNote(WRITE) }
        assertTrue(failure.isUnavailable)
        assertEquals("away", (failure.cause as IOException).message)
    }

    @Test
    fun `a token that cannot be had otherwise is told with its cause`() = withApi {
        val notes = client({ error("disabled") })
        val failure = failureOf { notes.writeNote(WRITE) }
        assertEquals(Status.Code.UNAUTHENTICATED, failure.code)
        assertEquals("disabled", (failure.cause as IllegalStateException).message)
        assertFalse(failure.isDenied())
    }

    @Test
    fun `a source that was cancelled has failed, and the call with it`() = withApi {
        val notes = client({ throw CancellationException("the task was cancelled") })
        assertTrue(failureOf { notes.writeNote(WRITE) }.isUnavailable)
    }

    @Test
    fun `a call waits for its token no longer than it may take`() = withApi {
        val notes = client({ awaitCancellation() }, deadline = 50.milliseconds)
        assertEquals(Status.Code.DEADLINE_EXCEEDED, failureOf { notes.writeNote(WRITE) }.code)
    }

    @Test
    fun `a repeated call has no more time than the first`() = withApi({ any = ::wantFresh }) {
        val notes = client({ fresh -> if (fresh) awaitCancellation() else "stale" }, deadline = 200.milliseconds)
        assertEquals(Status.Code.DEADLINE_EXCEEDED, failureOf { notes.writeNote(WRITE) }.code)
    }

    @Test
    fun `a deadline of the call's own counts instead`() = withApi({ any = { awaitCancellation() } }) {
        val notes = client({ "token" }, deadline = 60.seconds).withDeadlineAfter(50, TimeUnit.MILLISECONDS)
        assertEquals(Status.Code.DEADLINE_EXCEEDED, failureOf { notes.writeNote(WRITE) }.code)
    }

    @Test
    fun `a call that was given up is not repeated, nor a token refreshed for it`() {
        val refused = CompletableDeferred<Unit>()
        val asked = AtomicInteger()
        withApi({
            any = {
                refused.complete(Unit)
                awaitCancellation()
            }
        }) {
            val notes = client({ fresh -> if (asked.incrementAndGet() > 1 || fresh) error("asked again") else "stale" })
            coroutineScope {
                val call = launch { notes.writeNote(WRITE) }
                refused.await()
                call.cancelAndJoin()
            }
            assertEquals(1, brought.size)
            assertEquals(1, asked.get())
        }
    }
}
