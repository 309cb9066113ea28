package dev.callgate.sample

import dev.callgate.CallgateOptions
import dev.callgate.Reason
import dev.callgate.Resumption
import dev.callgate.Rules
import dev.callgate.TokenSource
import dev.callgate.callgateChannel
import dev.callgate.denialReason
import dev.callgate.isUnavailable
import dev.callgate.reconnecting
import dev.callgate.resuming
import io.grpc.ManagedChannel
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import profiles.v1.ProfileServiceGrpc
import profiles.v1.ProfileServiceGrpcKt.ProfileServiceCoroutineStub
import profiles.v1.Profiles.WatchMyProfileRequest
import votes.v1.VoteServiceGrpcKt.VoteServiceCoroutineStub
import votes.v1.Votes.Candidate
import votes.v1.Votes.CastVoteRequest
import votes.v1.Votes.GetResultsRequest
import votes.v1.Votes.ListMyVotesRequest
import votes.v1.Votes.ResetVotesRequest
import votes.v1.Votes.WatchResultsRequest
import java.util.UUID
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.TimeUnit
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** The client against the real services, their gate and the embedded identity. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SystemTest {
    private val system = LocalSystem()
    private val channels = mutableListOf<ManagedChannel>()

    @AfterAll
    fun stop() {
        channels.forEach { it.shutdownNow() }
        channels.forEach { assertTrue(it.awaitTermination(60, TimeUnit.SECONDS), "a channel does not end") }
        system.close()
    }

    private fun channel(auth: TokenSource?, at: LocalSystem = system, rules: Rules = rules(), resume: List<Resumption> = emptyList()) =
        callgateChannel(at.origin, CallgateOptions(rules, auth, resume = resume)).build().also(channels::add)

    private suspend fun someone(at: LocalSystem = system): Session =
        signIn(IdentityToolkit(at.origin), "${UUID.randomUUID()}@example.com", "correct horse")

    @Test
    fun `a vote is counted, and is the voter's own`() = runBlocking {
        val votes = VoteServiceCoroutineStub(channel(someone()))
        val before = votes.getResults(GetResultsRequest.getDefaultInstance()).results
        val cast = votes.castVote(vote(Candidate.CANDIDATE_DOGS))
        assertTrue(cast.results.dogs > before.dogs)
        val own = votes.listMyVotes(ListMyVotesRequest.getDefaultInstance()).votesList
        assertEquals(listOf(Candidate.CANDIDATE_DOGS), own.map { it.candidate })
    }

    @Test
    fun `what may not be done is refused with its reason`() = runBlocking {
        val nobodys = VoteServiceCoroutineStub(channel(null))
        assertEquals(Reason.TOKEN_MISSING, reasonOf { nobodys.castVote(vote(Candidate.CANDIDATE_CATS)) })
        nobodys.getResults(GetResultsRequest.getDefaultInstance())

        val wrong = VoteServiceCoroutineStub(channel({ "no.real.token" }))
        assertEquals(Reason.TOKEN_MALFORMED, reasonOf { wrong.castVote(vote(Candidate.CANDIDATE_CATS)) })

        val users = VoteServiceCoroutineStub(channel(someone(), rules = Rules.TOKEN_FOR_ALL))
        assertEquals(Reason.CALLER_NOT_ALLOWED, reasonOf { users.resetVotes(ResetVotesRequest.getDefaultInstance()) })
    }

    @Test
    fun `votes of others are seen as they are cast`() = runBlocking {
        val watched = VoteServiceCoroutineStub(channel(null))
        val voters = VoteServiceCoroutineStub(channel(someone()))
        val begun = CompletableDeferred<Unit>()
        coroutineScope {
            val seen =
                async {
                    val counts = watched.watchResults(WatchResultsRequest.getDefaultInstance()).map { it.results.cats }
                    var before = Long.MAX_VALUE
                    counts.onEach { begun.complete(Unit) }.first { (it > before).also { _ -> before = minOf(before, it) } }
                }
            begun.await()
            voters.castVote(vote(Candidate.CANDIDATE_CATS))
            withTimeout(PATIENCE) { seen.await() }
        }
        Unit
    }

    @Test
    fun `a token that has expired for real is refreshed, the call repeated, and the stream goes on`() =
        LocalSystem(tokenLifetime = LIFETIME_SECONDS).use { system ->
            runBlocking {
                val session = someone(system)
                val tokens = CopyOnWriteArrayList(listOf(session.token(false)))
                // It believes its token to be good for ever, as on a phone whose clock is wrong.
                val believing =
                    TokenSource { fresh ->
                        if (fresh) tokens += session.token(true)
                        tokens.last()
                    }
                val watching = resuming(ProfileServiceGrpc.getWatchMyProfileMethod())
                val profiles = ProfileServiceCoroutineStub(channel(believing, system, resume = listOf(watching)))
                val bare = ProfileServiceCoroutineStub(channel({ tokens.first() }, system))

                val seen = Channel<String>(Channel.UNLIMITED)
                val stream =
                    launch(Dispatchers.Default) {
                        profiles.watchMyProfile(watch).collect { seen.send(it.profile.token.displayName) }
                    }
                val ended = async(Dispatchers.Default) { reasonOf { bare.watchMyProfile(watch).collect {} } }
                withTimeout(PATIENCE) { seen.receive() }

                assertEquals(Reason.TOKEN_EXPIRED, withTimeout(PATIENCE) { ended.await() })
                withTimeout(PATIENCE) { seen.receive() } // the present state again
                assertTrue(tokens.size > 1)
                stream.cancelAndJoin()

                // Streams end on the second; a new call is let in until even a clock that is off says that the token has expired.
                val own = VoteServiceCoroutineStub(channel({ tokens.first() }, system))
                withTimeout(PATIENCE) {
                    while (reasonOf { own.listMyVotes(ListMyVotesRequest.getDefaultInstance()) } != Reason.TOKEN_EXPIRED) {
                        delay(200.milliseconds)
                    }
                }
                val atHand = CopyOnWriteArrayList(listOf(tokens.first()))
                val auth =
                    TokenSource { fresh ->
                        if (fresh) atHand += session.token(true)
                        atHand.last()
                    }
                val cast = VoteServiceCoroutineStub(channel(auth, system)).castVote(vote(Candidate.CANDIDATE_CATS))
                assertEquals(1, cast.results.cats)
                assertEquals(2, atHand.size)
            }
        }

    @Test
    fun `a stream is opened again when the server is back`() = LocalSystem().use { system ->
        runBlocking {
            val votes = VoteServiceCoroutineStub(channel(null, system))
            val voters = VoteServiceCoroutineStub(channel(someone(system), system))
            val seen = Channel<Long>(Channel.UNLIMITED)
            val stream =
                launch(Dispatchers.Default) {
                    reconnecting(WatchResultsRequest.getDefaultInstance(), pause = { 50.milliseconds }) { votes.watchResults(it) }
                        .collect { seen.send(it.results.cats) }
                }
            assertEquals(0, withTimeout(PATIENCE) { seen.receive() })
            system.stop()
            assertTrue(failureOf { voters.getResults(GetResultsRequest.getDefaultInstance()) }.isUnavailable)
            system.start()
            assertEquals(0, withTimeout(PATIENCE) { seen.receive() })
            stream.cancelAndJoin()
        }
    }

    @Test
    fun `the sample votes, shows a refusal and watches`() = runBlocking {
        val printed = mutableListOf<String>()
        val email = "${UUID.randomUUID()}@example.com"
        vote(system.origin, email, "correct horse", Candidate.CANDIDATE_CATS, 10.milliseconds, printed::add)
        val watched = CompletableDeferred<Unit>()
        val again =
            launch {
                vote(system.origin, email, "correct horse", Candidate.CANDIDATE_CATS, PATIENCE) { line ->
                    printed += line
                    if (line.startsWith("cats ")) watched.complete(Unit)
                }
            }
        withTimeout(PATIENCE) { watched.await() }
        again.cancelAndJoin()
        assertEquals(2, printed.count { it.startsWith("Voted. cats ") })
        assertEquals(2, printed.count { it == "Without a token: sign in first (TOKEN_MISSING)" })
        assertTrue(printed.last().startsWith("cats "), "$printed")
    }

    private companion object {
        /** Long enough for the calls before it ends. Besides, the gate takes clocks to be off by 10 s. */
        const val LIFETIME_SECONDS = 2

        /** What takes longer never comes. */
        val PATIENCE = 60.seconds

        val watch: WatchMyProfileRequest = WatchMyProfileRequest.getDefaultInstance()

        fun vote(candidate: Candidate): CastVoteRequest = CastVoteRequest.newBuilder().setCandidate(candidate).build()

        suspend fun failureOf(call: suspend () -> Unit): Throwable = try {
            call()
            AssertionError("it did not fail")
        } catch (failure: Exception) {
            failure
        }

        suspend fun reasonOf(call: suspend () -> Unit): Reason? = failureOf(call).denialReason
    }
}
