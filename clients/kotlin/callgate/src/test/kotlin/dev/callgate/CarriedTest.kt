package dev.callgate

import io.grpc.CallCredentials
import io.grpc.CallOptions
import io.grpc.Channel
import io.grpc.ClientCall
import io.grpc.ClientInterceptor
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall
import io.grpc.Metadata
import io.grpc.MethodDescriptor
import io.grpc.Status
import notes.v1.NoteServiceGrpc
import notes.v1.Notes.CountNotesRequest
import notes.v1.Notes.FindNotesRequest
import notes.v1.Notes.GetMottoRequest
import notes.v1.Notes.PrintNoteRequest
import notes.v1.Notes.ShareNoteRequest
import notes.v1.Notes.SweepNotesRequest
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executor
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

class CarriedTest {
    private val motto = GetMottoRequest.getDefaultInstance()
    private val print = PrintNoteRequest.getDefaultInstance()

    @Test
    fun `a method's rule is its own, or else its service's default`() {
        fun ruleOf(method: MethodDescriptor<*, *>) = assertNotNull(GatedApi.RULES.ruleOf(method))
        assertNull(ruleOf(NoteServiceGrpc.getGetMottoMethod()).endUser)
        assertEquals(true, ruleOf(NoteServiceGrpc.getFindNotesMethod()).endUser?.mayBeAbsent)
        assertEquals(false, ruleOf(NoteServiceGrpc.getWriteNoteMethod()).endUser?.mayBeAbsent)
        assertNull(ruleOf(NoteServiceGrpc.getWriteNoteMethod()).appCheck)
        assertEquals(false, ruleOf(NoteServiceGrpc.getShareNoteMethod()).appCheck?.consume)
        assertEquals(true, ruleOf(NoteServiceGrpc.getPrintNoteMethod()).appCheck?.consume)
        assertNull(ruleOf(NoteServiceGrpc.getSweepNotesMethod()).endUser)
    }

    @Test
    fun `what is no descriptor set, or has no rule, is refused`() {
        assertFailsWith<IllegalArgumentException> { Rules.read("no descriptor set".byteInputStream()) }
        assertFailsWith<IllegalArgumentException> { Rules.read(ByteArray(0).inputStream()) }
    }

    @Test
    fun `a rule that is given in pieces is the whole of them`() {
        val whole = Message(message { writeByteArray(2, message { writeString(5, "a") }) }) +
            Message(
                message {
                    writeByteArray(2, message { writeString(5, "b") })
                    writeByteArray(5, message { writeBool(2, true) })
                },
            )
        assertEquals(listOf("a", "b"), ruleIn(whole).endUser?.roles)
        assertEquals(true, ruleIn(whole).appCheck?.consume)
    }

    @Test
    fun `the token goes only where the rule asks for an end user`() = withApi {
        val notes = client({ "token" })
        notes.writeNote(WRITE)
        notes.findNotes(FindNotesRequest.getDefaultInstance())
        notes.getMotto(motto)
        notes.countNotes(CountNotesRequest.getDefaultInstance())
        notes.sweepNotes(SweepNotesRequest.getDefaultInstance())
        assertEquals(listOf("token", "token", "none", "none", "none"), brought)
    }

    @Test
    fun `a method without a rule gets no token`() = withApi {
        client({ "token" }, rules = { null }).writeNote(WRITE)
        client({ "token" }, rules = Rules.TOKEN_FOR_ALL).getMotto(motto)
        assertEquals(listOf("none", "token"), brought)
    }

    @Test
    fun `a call that needs no token does not even ask who is signed in`() = withApi {
        val notes = client({ error("asked") })
        notes.getMotto(motto)
        notes.countNotes(CountNotesRequest.getDefaultInstance())
    }

    @Test
    fun `a token that the application puts on a call itself goes nowhere`() = withApi {
        val notes = client({ "token" })
        val headers = Metadata().apply { put(AUTHORIZATION, "Bearer stray") }
        notes.getMotto(motto, headers)
        notes.writeNote(WRITE, headers)
        assertEquals(listOf("none", "token"), brought)
        assertEquals("Bearer stray", headers.get(AUTHORIZATION))
    }

    @Test
    fun `where nobody is signed in, the call goes without a token`() = withApi {
        for (nobody in listOf(null, "")) client({ nobody }).findNotes(FindNotesRequest.getDefaultInstance())
        assertEquals(listOf("none", "none"), brought)
    }

    @Test
    fun `without a source no token is sent, and nothing is refreshed`() = withApi({ any = { throw refusal("TOKEN_EXPIRED") } }) {
        val notes = client(null)
        failureOf { notes.writeNote(WRITE) }
        assertEquals(listOf("none"), brought)
    }

    @Test
    fun `the app proves itself only where the rule asks, once for a token that counts once`() = withApi {
        val asked = mutableListOf<Boolean>()
        val notes =
            client({ "token" }, appCheckToken = { limitedUse ->
                asked += limitedUse
                if (limitedUse) "once" else "often"
            })
        notes.writeNote(WRITE)
        notes.shareNote(ShareNoteRequest.getDefaultInstance())
        notes.printNote(print)
        assertEquals(listOf(null, "often", "once"), appChecks)
        assertEquals(listOf(false, true), asked)
    }

    @Test
    fun `a call that is repeated brings another proof of the app, since the first may be spent`() {
        var serial = 0
        withApi({ any = ::wantFresh }) {
            client(STALE_THEN_FRESH, appCheckToken = { "proof-${++serial}" }).printNote(print)
            assertEquals(listOf<String?>("proof-1", "proof-2"), appChecks)
        }
    }

    @Test
    fun `the application's interceptors see a call once, and no token`() {
        val seen = CopyOnWriteArrayList<String?>()
        val closed = CopyOnWriteArrayList<Status.Code>()
        val watching =
            object : ClientInterceptor {
                override fun <Q, M> interceptCall(method: MethodDescriptor<Q, M>, options: CallOptions, next: Channel): ClientCall<Q, M> =
                    object : SimpleForwardingClientCall<Q, M>(next.newCall(method, options)) {
                        override fun start(listener: Listener<M>, headers: Metadata) {
                            super.start(
                                object : Listener<M>() {
                                    override fun onMessage(message: M) = listener.onMessage(message)

                                    override fun onClose(status: Status, trailers: Metadata) {
                                        seen += headers.get(AUTHORIZATION)
                                        closed += status.code
                                        listener.onClose(status, trailers)
                                    }
                                },
                                headers,
                            )
                        }
                    }
            }
        withApi({ any = ::wantFresh }) {
            client(STALE_THEN_FRESH, interceptors = listOf(watching)).writeNote(WRITE)
            assertEquals(2, brought.size)
            assertEquals(listOf<String?>(null), seen.toList())
            assertEquals(listOf(Status.Code.OK), closed.toList())
        }
    }

    @Test
    fun `credentials that the application gives a call go with it`() = withApi({ any = ::wantFresh }) {
        val headers = Metadata().apply { put(Metadata.Key.of("x-firebase-appcheck", Metadata.ASCII_STRING_MARSHALLER), "own") }
        val own =
            object : CallCredentials() {
                override fun applyRequestMetadata(request: RequestInfo, executor: Executor, applier: MetadataApplier) =
                    applier.apply(headers)
            }
        client(STALE_THEN_FRESH).withCallCredentials(own).writeNote(WRITE)
        assertEquals(listOf("stale", "fresh"), brought)
        assertEquals(listOf<String?>("own", "own"), appChecks)
    }

    @Test
    fun `what is no token is not sent, and not told`() {
        for (no in listOf("two words", "line\nbreak", "Zoë", "a".repeat(8 * 1024 + 1), "=")) {
            withApi {
                val notes = client({ no })
                val failure = failureOf { notes.writeNote(WRITE) }
                assertEquals(Status.Code.UNAUTHENTICATED, failure.code)
                assertFalse(no in failure.stackTraceToString().substringBefore("\tat "))
                assertTrue(brought.isEmpty())
            }
        }
    }
}
