package dev.callgate

import com.google.protobuf.CodedOutputStream
import io.grpc.Channel
import io.grpc.ClientInterceptor
import io.grpc.Context
import io.grpc.Contexts
import io.grpc.ManagedChannel
import io.grpc.Metadata
import io.grpc.Server
import io.grpc.ServerCall
import io.grpc.ServerCallHandler
import io.grpc.ServerInterceptor
import io.grpc.Status
import io.grpc.StatusException
import io.grpc.inprocess.InProcessChannelBuilder
import io.grpc.inprocess.InProcessServerBuilder
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.runBlocking
import notes.v1.NoteServiceGrpcKt.NoteServiceCoroutineImplBase
import notes.v1.NoteServiceGrpcKt.NoteServiceCoroutineStub
import notes.v1.Notes.CountNotesRequest
import notes.v1.Notes.CountNotesResponse
import notes.v1.Notes.FindNotesRequest
import notes.v1.Notes.FindNotesResponse
import notes.v1.Notes.FollowNotesRequest
import notes.v1.Notes.FollowNotesResponse
import notes.v1.Notes.GetMottoRequest
import notes.v1.Notes.GetMottoResponse
import notes.v1.Notes.PrintNoteRequest
import notes.v1.Notes.PrintNoteResponse
import notes.v1.Notes.ShareNoteRequest
import notes.v1.Notes.ShareNoteResponse
import notes.v1.Notes.SweepNotesRequest
import notes.v1.Notes.SweepNotesResponse
import notes.v1.Notes.WatchCountRequest
import notes.v1.Notes.WatchCountResponse
import notes.v1.Notes.WriteNoteRequest
import notes.v1.Notes.WriteNoteResponse
import java.io.ByteArrayOutputStream
import java.util.Base64
import java.util.UUID
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.TimeUnit
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** What its handlers do; by default they answer. */
class Handlers {
    var any: suspend (token: String) -> Unit = {}
    var follow: (FollowNotesRequest) -> Flow<FollowNotesResponse> = { throw Status.UNIMPLEMENTED.asException() }
    var watch: () -> Flow<WatchCountResponse> = { throw Status.UNIMPLEMENTED.asException() }
}

/** An API behind a stand-in for the gate, in this process; a client of it, and what its calls brought. */
class GatedApi(private val handlers: Handlers) : AutoCloseable {
    /** The tokens that the calls brought, "none" where there was none, in order. */
    val brought: MutableList<String> = CopyOnWriteArrayList()
    val appChecks: MutableList<String?> = CopyOnWriteArrayList()

    private val name = UUID.randomUUID().toString()
    private val server: Server =
        InProcessServerBuilder.forName(name).addService(Notes()).intercept(Recorder()).build().start()
    private val channels = mutableListOf<ManagedChannel>()

    fun client(
        auth: TokenSource?,
        appCheckToken: AppCheckTokenSource? = null,
        resume: List<Resumption> = emptyList(),
        deadline: Duration = 20.seconds,
        rules: Rules = RULES,
        interceptors: List<ClientInterceptor> = emptyList(),
    ) = NoteServiceCoroutineStub(channel(CallgateOptions(rules, auth, appCheckToken, resume, deadline), interceptors))

    fun channel(options: CallgateOptions, interceptors: List<ClientInterceptor> = emptyList()): Channel = InProcessChannelBuilder
        .forName(name)
        .intercept(listOf(callgateInterceptor(options)))
        .intercept(interceptors)
        .build()
        .also(channels::add)

    override fun close() {
        channels.forEach { it.shutdown() }
        // Each token that was asked for is answered, or the channel would not end.
        channels.forEach { check(it.awaitTermination(60, TimeUnit.SECONDS)) { "a channel does not end" } }
        server.shutdownNow()
    }

    private inner class Recorder : ServerInterceptor {
        override fun <Q, M> interceptCall(
            call: ServerCall<Q, M>,
            headers: Metadata,
            next: ServerCallHandler<Q, M>,
        ): ServerCall.Listener<Q> {
            val token = headers.get(AUTHORIZATION)?.removePrefix("Bearer ") ?: "none"
            brought += token
            appChecks += headers.get(APP_CHECK)
            return Contexts.interceptCall(Context.current().withValue(TOKEN, token), call, headers, next)
        }
    }

    private inner class Notes : NoteServiceCoroutineImplBase() {
        override suspend fun writeNote(request: WriteNoteRequest) = answered(WriteNoteResponse.newBuilder().setText(request.text).build())

        override suspend fun getMotto(request: GetMottoRequest) = answered(GetMottoResponse.getDefaultInstance())

        override suspend fun findNotes(request: FindNotesRequest) = answered(FindNotesResponse.getDefaultInstance())

        override suspend fun shareNote(request: ShareNoteRequest) = answered(ShareNoteResponse.getDefaultInstance())

        override suspend fun printNote(request: PrintNoteRequest) = answered(PrintNoteResponse.getDefaultInstance())

        override suspend fun countNotes(request: CountNotesRequest) = answered(CountNotesResponse.getDefaultInstance())

        override suspend fun sweepNotes(request: SweepNotesRequest) = answered(SweepNotesResponse.getDefaultInstance())

        override fun followNotes(request: FollowNotesRequest) = handlers.follow(request)

        override fun watchCount(request: WatchCountRequest) = handlers.watch()

        private suspend fun <M> answered(message: M): M {
            handlers.any(TOKEN.get())
            return message
        }
    }

    companion object {
        val RULES = Rules.read(GatedApi::class.java.getResourceAsStream("/notes.binpb")!!)
        private val TOKEN = Context.key<String>("token")
        private val APP_CHECK = Metadata.Key.of("x-firebase-appcheck", Metadata.ASCII_STRING_MARSHALLER)
    }
}

/** Runs a test with such an API. */
fun withApi(handlers: Handlers.() -> Unit = {}, test: suspend GatedApi.() -> Unit) =
    GatedApi(Handlers().apply(handlers)).use { api -> runBlocking { api.test() } }

/** A refusal as the gate makes it. */
fun refusal(reason: String, status: Status = Status.UNAUTHENTICATED, domain: String = "callgate"): StatusException =
    status.withDescription(reason).asException(trailersOf(details(status.code.value(), errorInfo(reason, domain))))

fun trailersOf(vararg details: ByteArray) = Metadata().also { trailers -> details.forEach { trailers.put(DETAILS, it) } }

private val DETAILS = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)

fun errorInfo(reason: String, domain: String) = any(
    "type.googleapis.com/google.rpc.ErrorInfo",
    message {
        writeString(1, reason)
        writeString(2, domain)
    },
)

fun any(type: String, value: ByteArray) = message {
    writeString(1, type)
    writeByteArray(2, value)
}

/** A `google.rpc.Status`. */
fun details(code: Int, vararg any: ByteArray) = message {
    writeInt32(1, code)
    writeString(2, "refused")
    any.forEach { writeByteArray(3, it) }
}

fun message(write: CodedOutputStream.() -> Unit): ByteArray =
    ByteArrayOutputStream().also { bytes -> CodedOutputStream.newInstance(bytes).apply(write).flush() }.toByteArray()

val STALE_THEN_FRESH = TokenSource { fresh -> if (fresh) "fresh" else "stale" }

/** Refuses every token but the fresh one. */
fun wantFresh(token: String) {
    if (token != "fresh") throw refusal("TOKEN_EXPIRED")
}

/** Another token at each turn. Not for ever, so that a client that never gives up fails. */
fun serialTokens(): TokenSource {
    var serial = 0
    return TokenSource {
        check(++serial <= 20) { "too many tokens were asked for" }
        "token-$serial"
    }
}

/** A token of this user, as far as a client can read it. */
fun tokenOf(sub: String, serial: Int, tenant: String? = null): String {
    val base64 = Base64.getUrlEncoder().withoutPadding()
    val firebase = if (tenant == null) "{}" else """{"tenant":"$tenant"}"""
    val claims = """{"name":"Zoë \"ÿ?~\" \u00e9","firebase":$firebase,"sub":"$sub","iat":$serial,"roles":["a",{}]}"""
    return listOf("""{"alg":"RS256"}""", claims).joinToString(".") { base64.encodeToString(it.toByteArray()) } + ".c2ln"
}

suspend fun failureOf(call: suspend () -> Unit): Throwable = try {
    call()
    AssertionError("it did not fail")
} catch (failure: Exception) {
    failure
}

val Throwable.code: Status.Code
    get() = Status.fromThrowable(this).code

fun note(number: Int): FollowNotesResponse = FollowNotesResponse.newBuilder().setNumber(number).build()

fun count(count: Int): WatchCountResponse = WatchCountResponse.newBuilder().setCount(count).build()

val WRITE: WriteNoteRequest = WriteNoteRequest.getDefaultInstance()
