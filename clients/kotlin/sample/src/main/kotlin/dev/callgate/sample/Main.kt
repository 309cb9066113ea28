package dev.callgate.sample

import dev.callgate.CallgateOptions
import dev.callgate.Reason
import dev.callgate.Rules
import dev.callgate.callgateChannel
import dev.callgate.denialReason
import dev.callgate.isUnavailable
import dev.callgate.reconnecting
import io.grpc.ManagedChannel
import io.grpc.StatusException
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import profiles.v1.ProfileServiceGrpcKt.ProfileServiceCoroutineStub
import profiles.v1.Profiles.SignOutEverywhereRequest
import votes.v1.VoteServiceGrpcKt.VoteServiceCoroutineStub
import votes.v1.Votes.Candidate
import votes.v1.Votes.CastVoteRequest
import votes.v1.Votes.Results
import votes.v1.Votes.WatchResultsRequest
import java.util.concurrent.TimeUnit
import kotlin.system.exitProcess
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Votes at the system that `cargo run` starts: signs in, votes, is refused, and watches the results for a while. */
fun main(args: Array<String>) {
    val (origin, email, password, candidate) =
        List(4) { args.getOrNull(it) ?: listOf("http://localhost:8080", "ada@example.com", "correct horse", "cats")[it] }
    val watchFor = (args.getOrNull(4)?.toIntOrNull() ?: 10).seconds
    try {
        runBlocking { vote(origin, email, password, candidateOf(candidate), watchFor) }
    } catch (error: StatusException) {
        System.err.println(explained(error))
        exitProcess(1)
    } catch (error: SignInFailed) {
        System.err.println(error.message)
        exitProcess(1)
    }
}

suspend fun vote(
    origin: String,
    email: String,
    password: String,
    candidate: Candidate,
    watchFor: Duration,
    print: (String) -> Unit = ::println,
) {
    val session = signIn(IdentityToolkit(origin), email, password)
    withChannel(origin, CallgateOptions(rules(), session)) { channel ->
        val votes = VoteServiceCoroutineStub(channel)
        val cast = votes.castVote(CastVoteRequest.newBuilder().setCandidate(candidate).build())
        print("Voted. ${shown(cast.results)}")

        try {
            withChannel(origin, CallgateOptions(rules(), auth = null)) { nobodys ->
                ProfileServiceCoroutineStub(nobodys).signOutEverywhere(SignOutEverywhereRequest.getDefaultInstance())
            }
        } catch (error: StatusException) {
            print("Without a token: ${explained(error)}")
        }

        print("Watching for $watchFor ..")
        withTimeoutOrNull(watchFor) {
            reconnecting(WatchResultsRequest.getDefaultInstance()) { votes.watchResults(it) }
                .collect { print(shown(it.results)) }
        }
    }
}

/** The rules of the API, which the build has put beside the code. */
fun rules(): Rules = Rules.read(checkNotNull(Rules::class.java.getResourceAsStream("/api.binpb")) { "api.binpb is missing" })

/** Signs in, and up before if the account is not there yet. */
suspend fun signIn(identity: IdentityToolkit, email: String, password: String): Session = try {
    Session(identity, identity.signIn(email, password))
} catch (failed: SignInFailed) {
    if (failed.why !in listOf("EMAIL_NOT_FOUND", "INVALID_LOGIN_CREDENTIALS")) throw failed
    Session(identity, identity.signUp(email, password))
}

private inline fun withChannel(origin: String, options: CallgateOptions, use: (ManagedChannel) -> Unit) {
    val channel = callgateChannel(origin, options).build()
    try {
        use(channel)
    } finally {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS)
    }
}

/** What a person can do about it. */
fun explained(error: StatusException): String = when (error.denialReason) {
    Reason.TOKEN_MISSING -> "sign in first (TOKEN_MISSING)"
    Reason.TOKEN_REVOKED, Reason.USER_DISABLED -> "this sign-in does not count any more (${error.denialReason})"
    null -> if (error.isUnavailable) "the server is away" else "${error.status.code}: ${error.status.description}"
    else -> "not allowed: ${error.denialReason}"
}

private fun shown(results: Results) = "cats ${results.cats} : ${results.dogs} dogs. ${results.summary}"

private fun candidateOf(name: String): Candidate = when (name) {
    "cats" -> Candidate.CANDIDATE_CATS
    "dogs" -> Candidate.CANDIDATE_DOGS
    else -> throw IllegalArgumentException("cats or dogs, not $name")
}
