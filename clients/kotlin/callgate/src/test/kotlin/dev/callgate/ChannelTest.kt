package dev.callgate

import io.grpc.Attributes
import io.grpc.CallCredentials.RequestInfo
import io.grpc.Grpc
import io.grpc.InsecureServerCredentials
import io.grpc.ManagedChannel
import io.grpc.ManagedChannelBuilder
import io.grpc.MethodDescriptor
import io.grpc.SecurityLevel
import io.grpc.Server
import io.grpc.Status
import io.grpc.okhttp.OkHttpServerBuilder
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import notes.v1.NoteServiceGrpc
import notes.v1.NoteServiceGrpcKt.NoteServiceCoroutineImplBase
import notes.v1.NoteServiceGrpcKt.NoteServiceCoroutineStub
import notes.v1.Notes.FollowNotesRequest
import notes.v1.Notes.GetMottoRequest
import notes.v1.Notes.GetMottoResponse
import notes.v1.Notes.WriteNoteRequest
import notes.v1.Notes.WriteNoteResponse
import org.junit.jupiter.api.AfterEach
import java.net.InetSocketAddress
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.TimeUnit
import java.util.logging.Handler
import java.util.logging.Level
import java.util.logging.LogRecord
import java.util.logging.Logger
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Over OkHttp, the transport that the library brings. */
class ChannelTest {
    private val recording = Brought()
    private val brought = recording.tokens
    private val api =
        object : NoteServiceCoroutineImplBase() {
            override suspend fun writeNote(request: WriteNoteRequest): WriteNoteResponse {
                if (brought.last() == "Bearer stale") throw refusal("TOKEN_EXPIRED")
                return WriteNoteResponse.getDefaultInstance()
            }

            override suspend fun getMotto(request: GetMottoRequest): GetMottoResponse = GetMottoResponse.getDefaultInstance()

            override fun followNotes(request: FollowNotesRequest) = flow {
                emit(note(request.after + 1))
                if (brought.size < 3) throw refusal("TOKEN_EXPIRED")
            }
        }
    private val server: Server =
        OkHttpServerBuilder
            .forPort(InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
            .addService(api)
            .intercept(recording)
            .build()
            .start()
    private val channels = mutableListOf<ManagedChannel>()

    private fun options(auth: TokenSource?, resume: List<Resumption> = emptyList()) = CallgateOptions(GatedApi.RULES, auth, resume = resume)

    private fun ManagedChannelBuilder<*>.notes() = NoteServiceCoroutineStub(build().also(channels::add))

    @AfterEach
    fun stop() {
        channels.forEach { it.shutdown() }
        channels.forEach { assertTrue(it.awaitTermination(60, TimeUnit.SECONDS), "a channel does not end") }
        server.shutdownNow().awaitTermination()
    }

    @Test
    fun `calls and streams are repeated and resumed over OkHttp, too`() = runBlocking {
        val after =
            resuming(NoteServiceGrpc.getFollowNotesMethod()) { request, last -> request.toBuilder().setAfter(last.number).build() }
        callgateChannel("http://127.0.0.1:${server.port}", options(STALE_THEN_FRESH)).notes().writeNote(WRITE)
        assertEquals(listOf<String?>("Bearer stale", "Bearer fresh"), brought.toList())
        brought.clear()
        val notes = callgateChannel("http://localhost:${server.port}", options(serialTokens(), listOf(after))).notes()
        val numbers = notes.followNotes(FollowNotesRequest.getDefaultInstance()).toList().map { it.number }
        assertEquals(listOf(1, 2, 3), numbers)
    }

    @Test
    fun `a channel that would send tokens in clear text is not made`() {
        for (url in listOf("http://api.test", "http://localhost.api.test", "http://notlocalhost", "http://127.0.0.1.api.test")) {
            val refused = assertFailsWith<IllegalArgumentException>(url) { callgateChannel(url, options(STALE_THEN_FRESH)) }
            assertTrue("clear text" in refused.message!!)
            assertFailsWith<IllegalArgumentException>(url) {
                callgateChannel(url, CallgateOptions(GatedApi.RULES, null, appCheckToken = { "proof" }))
            }
            callgateChannel(url, options(null))
        }
        val fit = listOf("https://api.test", "http://localhost:8080", "http://app.localhost", "http://127.0.0.1:1", "http://[::1]:8080/")
        for (url in fit) {
            callgateChannel(url, options(STALE_THEN_FRESH))
        }
    }

    @Test
    fun `what is no URL of a host is refused`() {
        val paths = listOf("https://api.test/v1", "https://ada:x@api.test", "https://api.test?a", "https://api.test#a")
        for (url in paths + listOf("", "api.test", "ws://api.test", "https:///", "https://a_b")) {
            assertFailsWith<IllegalArgumentException>(url) { callgateChannel(url, options(null)) }
        }
    }

    @Test
    fun `a token does not leave in clear text for another name, whatever the address`() = runBlocking {
        val notes = callgateChannel("http://127.0.0.1:${server.port}", options({ "token" })).overrideAuthority("api.test").notes()
        val failure = failureOf { notes.writeNote(WRITE) }
        assertEquals(Status.Code.UNAUTHENTICATED, failure.code)
        assertTrue("clear text" in failure.message!!)
        notes.getMotto(GetMottoRequest.getDefaultInstance())
        assertEquals(listOf<String?>(null), brought.toList())
    }

    @Test
    fun `without the interceptor the same holds for the credentials alone`() = runBlocking {
        val bare = ManagedChannelBuilder.forAddress("127.0.0.1", server.port).usePlaintext()
        bare.notes().withCallCredentials(TokenCredentials { "token" }).getMotto(GetMottoRequest.getDefaultInstance())
        assertEquals(listOf<String?>("Bearer token"), brought.toList())
        val elsewhere = bare.overrideAuthority("api.test").notes().withCallCredentials(TokenCredentials { "token" })
        assertEquals(Status.Code.UNAUTHENTICATED, failureOf { elsewhere.getMotto(GetMottoRequest.getDefaultInstance()) }.code)
    }

    @Test
    fun `this machine is known by its name and its address`() {
        val here = InetSocketAddress("127.0.0.1", 1)
        for (authority in listOf("localhost", "LOCALHOST:8080", "a.localhost:1", "127.0.0.1:1", "[::1]:1", "[::1]")) {
            assertTrue(isLoopback(RequestTo(authority, here)), authority)
            assertFalse(isLoopback(RequestTo(authority, InetSocketAddress("192.0.2.1", 1))), authority)
            assertFalse(isLoopback(RequestTo(authority, null)), authority)
            assertFalse(isLoopback(RequestTo(authority, InetSocketAddress.createUnresolved("localhost", 1))), authority)
        }
        for (authority in listOf("api.test", "localhost.api.test:1", "127.0.0.1.api.test", "", ":1", "[::2]:1", "127.1")) {
            assertFalse(isLoopback(RequestTo(authority, here)), authority)
        }
    }

    @Test
    fun `no token is logged, refused, repeated or unfit`() = runBlocking {
        val logged = CopyOnWriteArrayList<String>()
        val handler =
            object : Handler() {
                override fun publish(record: LogRecord) {
                    logged += "${record.message} ${record.parameters?.toList()} ${record.thrown?.stackTraceToString()}"
                }

                override fun flush() = Unit

                override fun close() = Unit
            }
        val root = Logger.getLogger("").apply { addHandler(handler) }
        handler.level = Level.ALL
        try {
            val url = "http://127.0.0.1:${server.port}"
            for (auth in listOf("stale", "sécret\n", "se cret")) {
                val notes = callgateChannel(url, options({ auth })).notes()
                val failure = failureOf { notes.writeNote(WRITE) }
                logged += "$failure ${failure.cause}"
            }
        } finally {
            root.removeHandler(handler)
        }
        assertTrue(logged.size >= 3)
        for (secret in listOf("stale", "cret")) assertFalse(logged.any { secret in it }, "$logged")
    }

    private class RequestTo(private val authority: String, private val address: InetSocketAddress?) : RequestInfo() {
        override fun getMethodDescriptor(): MethodDescriptor<*, *> = NoteServiceGrpc.getWriteNoteMethod()

        override fun getSecurityLevel() = SecurityLevel.NONE

        override fun getAuthority() = authority

        override fun getTransportAttrs(): Attributes =
            Attributes.newBuilder().apply { address?.let { set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, it) } }.build()
    }
}
