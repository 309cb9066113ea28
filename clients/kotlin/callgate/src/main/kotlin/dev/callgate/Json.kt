package dev.callgate

/** How deep objects and arrays may lie in each other. */
private const val DEEPEST = 32

/**
 * Reads JSON (RFC 8259): objects as maps, arrays as lists, strings as strings; all else, of no use here, as `null`. Android's own reader
 * is not on the JVM, and a library is a lot to bring for two claims.
 *
 * @throws IllegalArgumentException where it is no JSON, or an object names something twice
 */
internal fun parseJson(text: String): Any? = JsonReader(text).whole()

private class JsonReader(private val text: String) {
    private var at = 0

    fun whole(): Any? = value(0).also { require(peek() == null) { "more than one value" } }

    private fun value(depth: Int): Any? {
        require(depth < DEEPEST) { "too deep" }
        return when (peek()) {
            '{' -> members(depth + 1)
            '[' -> elements(depth + 1)
            '"' -> string()
            else -> word()
        }
    }

    private fun members(depth: Int): Map<String, Any?> {
        val members = mutableMapOf<String, Any?>()
        list('{', '}') {
            require(peek() == '"') { "a name is a string" }
            val name = string()
            take(':')
            require(name !in members) { "a name stands twice" }
            members[name] = value(depth)
        }
        return members
    }

    private fun elements(depth: Int): List<Any?> {
        val elements = mutableListOf<Any?>()
        list('[', ']') { elements += value(depth) }
        return elements
    }

    private inline fun list(open: Char, close: Char, item: () -> Unit) {
        take(open)
        if (peek() != close) {
            item()
            while (peek() == ',') {
                take(',')
                item()
            }
        }
        take(close)
    }

    private fun string(): String {
        take('"')
        return buildString {
            while (true) {
                when (val char = next()) {
                    '"' -> return@buildString
                    '\\' -> append(escaped())
                    else -> append(char.also { require(it >= ' ') { "a control character" } })
                }
            }
        }
    }

    private fun escaped(): Char = when (val char = next()) {
        '"', '\\', '/' -> char
        'b' -> '\b'
        'f' -> '\u000c'
        'n' -> '\n'
        'r' -> '\r'
        't' -> '\t'
        'u' -> {
            require(at + 4 <= text.length) { "it ends too early" }
            text.substring(at, at + 4).also { at += 4 }.hexToInt().toChar()
        }
        else -> throw IllegalArgumentException("no such escape")
    }

    private fun word(): Any? {
        val found = requireNotNull(WORD.find(text, at)?.takeIf { it.range.first == at }) { "no value" }
        at = found.range.last + 1
        return null
    }

    private fun take(char: Char) {
        require(peek() == char) { "$char is missing" }
        at += 1
    }

    private fun next(): Char {
        require(at < text.length) { "it ends too early" }
        return text[at++]
    }

    /** The next character that is no white space. */
    private fun peek(): Char? {
        while (at < text.length && text[at] in " \t\n\r") at += 1
        return text.getOrNull(at)
    }

    private companion object {
        val WORD = Regex("""true|false|null|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?""")
    }
}
