package dev.callgate

import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException

/** Bytes that are no protobuf message. */
internal class MalformedMessage(what: String) : Exception(what)

/**
 * A protobuf message as it came over the wire. Read by hand, since a client has either the lite runtime or the full one, and a
 * library that brought one of them would exclude the other. Strict: bytes that do not add up throw [MalformedMessage].
 */
internal class Message(private val bytes: ByteArray, private val begin: Int = 0, private val end: Int = bytes.size) {
    /** One field of a message, in the order of the wire. */
    internal inner class Field(val number: Int, private val type: Int, private val value: Long, private val at: Int) {
        fun varint(): Long = if (type == VARINT) value else throw MalformedMessage("field $number is no number")

        /** The message in this field. */
        fun message(): Message {
            if (type != LENGTH_DELIMITED) throw MalformedMessage("field $number is no message")
            return Message(bytes, at, at + value.toInt())
        }

        fun string(): String = try {
            val text = message()
            Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, text.begin, text.end - text.begin)).toString()
        } catch (_: CharacterCodingException) {
            throw MalformedMessage("field $number is not UTF-8")
        }
    }

    /** The bytes of the two, one after the other: the message in which the second is merged into the first. */
    operator fun plus(other: Message): Message = Message(bytes.copyOfRange(begin, end) + other.bytes.copyOfRange(other.begin, other.end))

    inline fun forEach(visit: (Field) -> Unit) {
        val reader = Reader()
        while (true) visit(reader.next() ?: return)
    }

    internal inner class Reader {
        private var at = begin

        fun next(): Field? {
            if (at == end) return null
            val tag = varint()
            val number = tag ushr 3
            if (number !in 1..MAX_FIELD) throw MalformedMessage("no field has this number")
            val type = (tag and 7).toInt()
            val value =
                when (type) {
                    VARINT -> varint()
                    LENGTH_DELIMITED -> varint()
                    FIXED64 -> 8
                    FIXED32 -> 4
                    else -> throw MalformedMessage("wire type $type")
                }
            val from = at
            if (type != VARINT) {
                if (value < 0 || value > end - at) throw MalformedMessage("a field is longer than its message")
                at += value.toInt()
            }
            return Field(number.toInt(), type, value, from)
        }

        private fun varint(): Long {
            var value = 0L
            for (shift in 0 until 64 step 7) {
                if (at == end) break
                val byte = bytes[at++].toLong()
                value = value or ((byte and 0x7f) shl shift)
                if (byte >= 0) return value
            }
            throw MalformedMessage("a number without an end")
        }
    }

    private companion object {
        const val VARINT = 0
        const val FIXED64 = 1
        const val LENGTH_DELIMITED = 2
        const val FIXED32 = 5
        const val MAX_FIELD = (1L shl 29) - 1
    }
}
