package dev.callgate

import io.grpc.Status
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import notes.v1.NoteServiceGrpc
import notes.v1.Notes.FollowNotesRequest
import notes.v1.Notes.FollowNotesResponse
import notes.v1.Notes.WatchCountRequest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

class StreamTest {
    private val after =
        resuming(NoteServiceGrpc.getFollowNotesMethod()) { request, last -> request.toBuilder().setAfter(last.number).build() }
    private val again = resuming(NoteServiceGrpc.getWatchCountMethod())
    private val inFolder = FollowNotesRequest.newBuilder().setFolder("in").build()
    private val watch = WatchCountRequest.getDefaultInstance()

    /** Two notes at a time, then the token has expired; six in all. */
    private fun twoAtATime(request: FollowNotesRequest): Flow<FollowNotesResponse> = flow {
        check(request.folder == "in") { "another folder" }
        for (number in request.after + 1..6) {
            emit(note(number))
            if (number % 2 == 0 && number < 6) throw refusal("TOKEN_EXPIRED")
        }
    }

    @Test
    fun `a stream that its token's expiry ends goes on from where the application says`() = withApi({ follow = ::twoAtATime }) {
        val notes = client(serialTokens(), resume = listOf(after)).followNotes(inFolder).toList()
        assertEquals(listOf(1, 2, 3, 4, 5, 6), notes.map { it.number })
        assertEquals(listOf("token-1", "token-2", "token-3"), brought)
    }

    @Test
    fun `by default the same is asked for again`() {
        var opened = 0
        withApi({
            watch = {
                flow {
                    emit(count(++opened))
                    if (opened < 3) throw refusal("TOKEN_EXPIRED")
                }
            }
        }) {
            val counts = client(serialTokens(), resume = listOf(after, again)).watchCount(watch).toList()
            assertEquals(listOf(1, 2, 3), counts.map { it.count })
        }
    }

    @Test
    fun `a stream of which the application says nothing ends with its token`() = withApi({ follow = ::twoAtATime }) {
        val notes = client(serialTokens(), resume = listOf(again))
        val seen = mutableListOf<Int>()
        val failure = failureOf { notes.followNotes(inFolder).collect { seen += it.number } }
        assertTrue(failure.isDenied(Reason.TOKEN_EXPIRED))
        assertEquals(listOf(1, 2), seen)
        assertEquals(1, brought.size)
    }

    @Test
    fun `a stream refused before its first message is opened with a fresh token, whatever the application says`() {
        for (resume in listOf(emptyList(), listOf(after))) {
            val asked = mutableListOf<Int>()
            withApi({
                follow = {
                    asked += it.after
                    flow {
                        if (asked.size == 1) throw refusal("TOKEN_EXPIRED")
                        emit(note(8))
                    }
                }
            }) {
                val seven = FollowNotesRequest.newBuilder().setAfter(7).build()
                assertEquals(8, client(STALE_THEN_FRESH, resume = resume).followNotes(seven).first().number)
                assertEquals(listOf("stale", "fresh"), brought)
                assertEquals(listOf(7, 7), asked)
            }
        }
    }

    @Test
    fun `a stream that is refused again is given up`() = withApi({ watch = { flow { throw refusal("TOKEN_EXPIRED") } } }) {
        val notes = client(serialTokens(), resume = listOf(again))
        assertTrue(failureOf { notes.watchCount(watch).collect() }.isDenied(Reason.TOKEN_EXPIRED))
        assertEquals(2, brought.size)
    }

    @Test
    fun `a resumed stream that is refused before another message is given up`() {
        var opened = 0
        withApi({
            watch = {
                flow {
                    if (++opened == 1) emit(count(1))
                    throw refusal("TOKEN_EXPIRED")
                }
            }
        }) {
            val notes = client(serialTokens(), resume = listOf(again))
            assertTrue(failureOf { notes.watchCount(watch).collect() }.isDenied(Reason.TOKEN_EXPIRED))
            assertEquals(2, brought.size)
        }
    }

    @Test
    fun `a stream that ends for another reason is not resumed`() = withApi({
        watch = {
            flow {
                emit(count(1))
                throw refusal("USER_DISABLED")
            }
        }
    }) {
        val notes = client(STALE_THEN_FRESH, resume = listOf(again))
        assertTrue(failureOf { notes.watchCount(watch).collect() }.isDenied(Reason.USER_DISABLED))
        assertEquals(1, brought.size)
    }

    @Test
    fun `a stream of one user is never resumed as another's`() {
        var who = "ada"
        withApi({
            watch = {
                flow {
                    emit(count(1))
                    who = "bob"
                    throw refusal("TOKEN_EXPIRED")
                }
            }
        }) {
            val notes = client({ tokenOf(who, 1) }, resume = listOf(again))
            assertTrue(failureOf { notes.watchCount(watch).collect() }.isDenied(Reason.TOKEN_EXPIRED))
            assertEquals(1, brought.size)
        }
    }

    @Test
    fun `a stream that was given up by its reader is not resumed`() = withApi({ follow = ::twoAtATime }) {
        val notes = client(serialTokens(), resume = listOf(after)).followNotes(inFolder).take(2).toList()
        assertEquals(2, notes.size)
        assertTrue(brought.size <= 2) // the second may have been under way
    }

    @Test
    fun `a slow reader of a resumed stream misses nothing, and is not flooded`() = withApi({ follow = ::twoAtATime }) {
        val seen = mutableListOf<Int>()
        client(serialTokens(), resume = listOf(after)).followNotes(inFolder).collect {
            delay(5)
            seen += it.number
        }
        assertEquals(listOf(1, 2, 3, 4, 5, 6), seen)
    }

    @Test
    fun `an application that cannot say where its stream goes on has it end`() = withApi({ follow = ::twoAtATime }) {
        val lost = IllegalStateException("lost")
        val notes = client(serialTokens(), resume = listOf(resuming(NoteServiceGrpc.getFollowNotesMethod()) { _, _ -> throw lost }))
        val failure = failureOf { notes.followNotes(inFolder).collect() }
        assertEquals(Status.Code.INTERNAL, failure.code)
        assertEquals("lost", failure.cause?.message)
    }

    @Test
    fun `only a server stream can be resumed`() {
        assertFailsWith<IllegalArgumentException> { resuming(NoteServiceGrpc.getWriteNoteMethod()) }
    }
}
