package dev.callgate

import io.grpc.CallCredentials
import io.grpc.Metadata
import io.grpc.SecurityLevel
import io.grpc.Status
import io.grpc.StatusException
import io.grpc.StatusRuntimeException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import java.io.IOException
import java.util.concurrent.Executor
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.time.Duration.Companion.seconds

/** Where the tokens of all calls of one channel come from. */
internal class Sources(auth: TokenSource?, private val appCheckToken: AppCheckTokenSource?) {
    val tokens: Tokens? = auth?.let(::Tokens)

    suspend fun appCheckToken(limitedUse: Boolean): String? = appCheckToken?.let { source -> asked(WITHIN) { source.token(limitedUse) } }

    private companion object {
        val WITHIN = 30.seconds
    }
}

/**
 * What one try of a call carries: what its method's rule reads, and nothing else. gRPC asks for it once the connection stands, so that
 * neither the application's interceptors nor its metadata ever hold a token.
 */
internal class TryCredentials(
    private val rule: Rule,
    private val sources: Sources,
    /** The token of the try before, which was refused: another one is wanted. */
    private val refused: String? = null,
) : CallCredentials() {
    /** The token that this try brought. */
    @Volatile
    var token: String? = null
        private set

    /** Whether there is no other token than the refused one, so that the try was not made. */
    @Volatile
    var isInVain: Boolean = false
        private set

    private val untilClosed = SupervisorJob()

    /** The try is over, or was given up: nobody waits for its token any more. */
    fun close() = untilClosed.cancel()

    override fun applyRequestMetadata(request: RequestInfo, executor: Executor, applier: MetadataApplier) {
        val isAnswered = AtomicBoolean() // it may be once, and must be, or else the connection is never let go
        val asking =
            CoroutineScope(untilClosed + executor.asCoroutineDispatcher()).launch {
                val answer = runCatching { headers(request) }
                answer.exceptionOrNull()?.let { if (it is CancellationException) throw it }
                if (!isAnswered.compareAndSet(false, true)) return@launch
                answer.fold(applier::apply) { applier.fail(statusOf(it)) }
            }
        asking.invokeOnCompletion { cause ->
            if (cause != null && isAnswered.compareAndSet(false, true)) applier.fail(GIVEN_UP)
        }
    }

    private suspend fun headers(request: RequestInfo): Metadata {
        val headers = Metadata()
        if (rule.endUser != null) {
            endUsersToken()?.let { headers.put(AUTHORIZATION, "Bearer ${fit(it, request)}") }
        }
        rule.appCheck?.let { appCheck ->
            sources.appCheckToken(appCheck.consume)?.let { headers.put(APP_CHECK, fit(it, request)) }
        }
        return headers
    }

    private suspend fun endUsersToken(): String? {
        val tokens = sources.tokens ?: return null
        val given =
            if (refused == null) {
                tokens.current()
            } else {
                tokens.another(refused) ?: throw NoOtherToken().also { isInVain = true }
            }
        token = given
        return given
    }
}

private val GIVEN_UP = Status.CANCELLED.withDescription("the call was given up")

private class NoOtherToken : Exception("there is no other token")

internal val AUTHORIZATION: Metadata.Key<String> = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)
private val APP_CHECK = Metadata.Key.of("x-firebase-appcheck", Metadata.ASCII_STRING_MARSHALLER)

/** `token68` of RFC 9110, section 11.2: what may stand in a header, so that gRPC does not log it as one that may not. */
private val TOKEN = Regex("[A-Za-z0-9._~+/-]+=*")

/** What the gate reads, in bytes. */
private const val LONGEST_TOKEN = 8 * 1024

/** The token, if it may go where this call goes. What is told of one that may not does not hold it. */
private fun fit(token: String, request: CallCredentials.RequestInfo): String {
    val isPrivate = request.securityLevel == SecurityLevel.PRIVACY_AND_INTEGRITY || isLoopback(request)
    if (!isPrivate) throw Unfit("a token may not be sent in clear text to ${request.authority}: use https")
    if (token.length > LONGEST_TOKEN || !TOKEN.matches(token)) throw Unfit("what the source gave is no token")
    return token
}

private class Unfit(override val message: String) : Exception(message)

private fun statusOf(failure: Throwable): Status = when (failure) {
    is StatusException -> failure.status
    is StatusRuntimeException -> failure.status
    is Unfit -> Status.UNAUTHENTICATED.withDescription(failure.message)
    is IOException -> Status.UNAVAILABLE.withDescription("no token for this call: the network is away").withCause(failure)
    else -> Status.UNAUTHENTICATED.withDescription("no token for this call").withCause(failure)
}

/** An end user's ID token on each call, for a channel without [callgateInterceptor]: nothing is refreshed or repeated. */
public class TokenCredentials(auth: TokenSource) : CallCredentials() {
    private val sources = Sources(auth, null)

    override fun applyRequestMetadata(request: RequestInfo, executor: Executor, applier: MetadataApplier) {
        TryCredentials(Rule(endUser = Rule.EndUser()), sources).applyRequestMetadata(request, executor, applier)
    }
}
