package dev.callgate

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.io.IOException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds

class TokensTest {
    private val refreshes = AtomicInteger()
    private val mayEnd = CompletableDeferred<Unit>()
    private val slow =
        Tokens({ fresh ->
            if (fresh) {
                refreshes.incrementAndGet()
                mayEnd.await()
                "fresh"
            } else {
                "stale"
            }
        })

    @Test
    fun `calls refused at once share one refresh`() = runBlocking {
        val calls = List(5) { async(start = UNDISPATCHED) { slow.another("stale") } }
        mayEnd.complete(Unit)
        assertEquals(List(5) { "fresh" }, calls.awaitAll())
        assertEquals(1, refreshes.get())
    }

    @Test
    fun `a refresh goes on for the others when the call that began it is given up`() = runBlocking {
        val given = launch(start = UNDISPATCHED) { slow.another("stale") }
        val other = async(start = UNDISPATCHED) { slow.another("stale") }
        given.cancelAndJoin()
        mayEnd.complete(Unit)
        assertEquals("fresh", other.await())
        assertEquals(1, refreshes.get())
    }

    @Test
    fun `a refresh that failed fails those who waited, and the next one is tried anew`() = runBlocking {
        val tokens =
            Tokens({ fresh ->
                if (fresh && refreshes.incrementAndGet() == 1) throw IOException("away")
                if (fresh) "fresh" else "stale"
            })
        assertFailsWith<IOException> { tokens.another("stale") }
        assertEquals("fresh", tokens.another("stale"))
    }

    @Test
    fun `a source that never answers holds up refreshes for a bounded time`() = runBlocking {
        val tokens = Tokens({ fresh -> if (fresh) awaitCancellation() else "stale" }, within = 50.milliseconds)
        repeat(2) { assertTrue(failureOf { tokens.another("stale") } is IOException) }
    }

    @Test
    fun `a user is known by id and tenant, wherever they stand in the token`() {
        assertEquals(TokenUser("ada", null), userOf(tokenOf("ada", 1)))
        assertEquals(userOf(tokenOf("ada", 1, "t")), userOf(tokenOf("ada", 2, "t")))
        assertNotEquals(userOf(tokenOf("ada", 1, "t")), userOf(tokenOf("ada", 1)))
        for (no in listOf("", "a", "a.b.c", "a.e30", "..", "a.bnVsbA.c", "a.=.c")) assertNull(userOf(no)?.id, no)
    }

    @Test
    fun `JSON is read strictly`() {
        val text = """ {"a" : [1, -2.5e+3, true, null, {}, []], "b":{"c":"\u00e9\n\"\\/"} } """
        val list = listOf(null, null, null, null, mapOf<String, Any?>(), listOf<Any?>())
        assertEquals(mapOf("a" to list, "b" to mapOf("c" to "é\n\"\\/")), parseJson(text))
        val objects = listOf("{", "{\"a\"}", "{\"a\":1,}", "{a:1}", "{\"a\":1,\"a\":2}", "{} {}")
        val strings = listOf("\"a", "\"\n\"", "\"\\x\"", "\"\\u12\"", "\"\\u12 4\"", "'a'")
        for (no in objects + strings + listOf("", "[1 2]", "01", "nul", "-", "[".repeat(40) + "]".repeat(40))) {
            assertFailsWith<IllegalArgumentException>(no) { parseJson(no) }
        }
    }
}
