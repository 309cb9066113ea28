package dev.callgate

import io.grpc.Status
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertSame
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

class ReconnectingTest {
    private val pauses = mutableListOf<Int>()
    private val pause = { failures: Int -> Duration.ZERO.also { pauses += failures } }
    private val away = Status.UNAVAILABLE.asException()

    @Test
    fun `a stream goes on from where the application says when the server is back`() = runBlocking {
        val asked = mutableListOf<Int>()
        val notes =
            reconnecting(0, { _, last: Int -> last }, pause) { after ->
                asked += after
                flow {
                    if (asked.size in 2..3) throw away
                    emit(after + 1)
                    emit(after + 2)
                    if (asked.size < 5) throw away
                }
            }
        assertEquals(listOf(1, 2, 3, 4, 5, 6), notes.toList())
        assertEquals(listOf(0, 2, 2, 2, 4), asked)
        assertEquals(listOf(1, 2, 3, 1), pauses) // from the beginning after a message
    }

    @Test
    fun `each reader begins at the beginning`() = runBlocking {
        val notes = reconnecting(0, { _, last: Int -> last }, pause) { after -> flow { emit(after + 1) } }
        repeat(2) { assertEquals(listOf(1), notes.toList()) }
    }

    @Test
    fun `any other failure ends it`() = runBlocking {
        for (failure in listOf(refusal("USER_DISABLED"), IllegalStateException("x"))) {
            val notes = reconnecting<Int, Int>(0, pause = pause) { flow { throw failure } }
            assertEquals(failure.message, failureOf { notes.toList() }.message)
        }
        assertTrue(pauses.isEmpty())
    }

    @Test
    fun `a reader that fails is not told as a server that is away`() = runBlocking {
        var opened = 0
        val notes = reconnecting(0, { same, _: Int -> same }, pause) { flow { emit(++opened) } }
        assertSame(away, failureOf { notes.collect { throw away } })
        assertEquals(1, opened)
    }

    @Test
    fun `pauses grow, are not all the same, and have an end`() {
        for (failures in 1..100) {
            val most = if (failures > 5) 30.seconds else (1 shl (failures - 1)).seconds
            repeat(20) { assertTrue(growingPause(failures) in most / 2..most, "$failures") }
        }
        assertTrue(List(20) { growingPause(1) }.toSet().size > 1)
        assertTrue(growingPause(Int.MAX_VALUE) <= 30.seconds)
    }
}
