package dev.callgate

import io.grpc.Metadata
import io.grpc.Status
import java.io.File
import java.io.IOException
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

class DenialTest {
    @Test
    fun `the reasons are those of the gate, no more and no less`() {
        val gate = File(System.getProperty("repository.root"), "interceptor/src/denial.rs").readText()
        val body = Regex("""fn reason\(&self\)[^{]*\{(.*?)\n {4}}""", RegexOption.DOT_MATCHES_ALL).find(gate)!!.groupValues[1]
        val reasons = Regex("""=>\s*\{?\s*"([A-Z_]+)"""").findAll(body).map { it.groupValues[1] }.toList()
        assertTrue(reasons.size > 20)
        assertEquals(Regex("=>").findAll(body).count(), reasons.size)
        assertEquals(reasons.sorted(), Reason.ALL.map { it.name }.sorted())
    }

    @Test
    fun `each reason has the name of its constant`() {
        val constants = Reason.Companion::class.java.methods.filter { it.returnType == Reason::class.java }
        assertEquals(Reason.ALL.size, constants.size)
        constants.forEach { assertEquals(it.name, "get" + (it.invoke(Reason) as Reason).name) }
    }

    @Test
    fun `a refusal is told by its reason`() {
        val error = refusal("ROLE_REQUIRED", Status.PERMISSION_DENIED)
        assertEquals(Reason.ROLE_REQUIRED, error.denialReason)
        assertEquals(Reason.ROLE_REQUIRED, Denial.of(error)?.reason)
        assertTrue(error.isDenied())
        assertTrue(error.isDenied(Reason.EMAIL_NOT_VERIFIED, Reason.ROLE_REQUIRED))
        assertFalse(error.isDenied(Reason.EMAIL_NOT_VERIFIED))
        assertEquals(Reason.ROLE_REQUIRED, Exception("wrapped", error).denialReason)
        assertEquals(Reason.ROLE_REQUIRED, error.status.asRuntimeException(error.trailers).denialReason)
    }

    @Test
    fun `a reason that is newer than this list is told all the same`() {
        val error = refusal("MOON_REQUIRED")
        assertEquals("MOON_REQUIRED", error.denialReason?.name)
        assertTrue(error.isDenied())
        assertFalse(error.isDenied(*Reason.ALL.toTypedArray()))
    }

    @Test
    fun `what the gate did not refuse is no denial`() {
        for (error in listOf(
            refusal("ROLE_REQUIRED", Status.INTERNAL, domain = "other"),
            Status.UNAUTHENTICATED.withDescription("TOKEN_EXPIRED").asException(),
            Status.UNAUTHENTICATED.asException(Metadata()),
            IOException("x"),
        )) {
            assertNull(error.denial)
            assertFalse(error.isDenied())
            assertFalse(error.isDenied(Reason.ROLE_REQUIRED))
        }
    }

    @Test
    fun `the metadata of a refusal is read`() {
        val entry = message {
            writeString(1, "key")
            writeString(2, "value")
        }
        val info = message {
            writeString(1, "ROLE_REQUIRED")
            writeString(2, "callgate")
            writeByteArray(3, entry)
        }
        val denial = denialIn(details(7, any("x/google.rpc.ErrorInfo", info)), 7)
        assertEquals(mapOf("key" to "value"), denial?.metadata)
    }

    @Test
    fun `details of other kinds and other domains are passed over`() {
        val others = arrayOf(any("type.googleapis.com/google.rpc.RetryInfo", message { writeByteArray(1, message { writeInt64(1, 1) }) }))
        val details = details(14, *others, errorInfo("QUOTA", "googleapis.com"), errorInfo("KEYS_UNAVAILABLE", "callgate"))
        assertEquals(Reason.KEYS_UNAVAILABLE, denialIn(details, 14)?.reason)
    }

    @Test
    fun `details that contradict the status of their call are none`() {
        assertNull(denialIn(details(16, errorInfo("TOKEN_EXPIRED", "callgate")), 7))
        assertNull(denialIn(details(0, errorInfo("TOKEN_EXPIRED", "callgate")), 16))
    }

    @Test
    fun `a call with two details has none`() {
        val details = details(16, errorInfo("TOKEN_EXPIRED", "callgate"))
        assertNull(Denial.of(Status.UNAUTHENTICATED, trailersOf(details, details)))
    }

    @Test
    fun `what is no reason code is none`() {
        for (reason in listOf("", "token_expired", "TOKEN EXPIRED", "TOKEN_EXPIRED\n", "_A", "A_", "A".repeat(64))) {
            assertNull(denialIn(details(16, errorInfo(reason, "callgate")), 16), reason)
        }
        assertEquals(63, denialIn(details(16, errorInfo("A".repeat(63), "callgate")), 16)?.reason?.name?.length)
    }

    @Test
    fun `details cut short or changed at any byte do no harm`() {
        val whole = details(16, errorInfo("TOKEN_EXPIRED", "callgate"))
        for (length in 0 until whole.size) assertNull(denialIn(whole.copyOf(length), 16))
        for (at in whole.indices) {
            for (byte in Byte.MIN_VALUE..Byte.MAX_VALUE) denialIn(whole.copyOf().also { it[at] = byte.toByte() }, 16)
        }
    }

    @Test
    fun `numbers and lengths beyond all bounds are malformed`() {
        for (bytes in listOf(
            ByteArray(11) { -1 },
            byteArrayOf(0x08) + ByteArray(10) { -1 },
            byteArrayOf(0x1a, -1, -1, -1, -1, 0x07),
            byteArrayOf(0x1a, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0x01),
            byteArrayOf(0x00),
            byteArrayOf(0x0b),
            byteArrayOf(0x0d, 0, 0, 0),
        )) {
            assertTrue(runCatching { Message(bytes).forEach { } }.exceptionOrNull() is MalformedMessage, bytes.contentToString())
        }
    }

    @Test
    fun `a text that is not UTF-8 is malformed`() {
        val info = message {
            writeByteArray(1, byteArrayOf(-61, 40))
            writeString(2, "callgate")
        }
        assertNull(denialIn(details(16, any("x/google.rpc.ErrorInfo", info)), 16))
    }

    @Test
    fun `a server that is away, or cannot decide, is unavailable`() {
        assertTrue(refusal("KEYS_UNAVAILABLE", Status.UNAVAILABLE).isUnavailable)
        assertTrue(Status.UNAVAILABLE.asRuntimeException().isUnavailable)
        assertFalse(refusal("TOKEN_EXPIRED").isUnavailable)
        assertFalse(IOException().isUnavailable)
    }
}
