package dev.callgate

/** The domain of the gate's `google.rpc.ErrorInfo`. */
private const val DOMAIN = "callgate"

/** What `google.rpc.ErrorInfo` promises of a reason: UPPER_SNAKE_CASE, 63 characters at most. */
private val REASON = Regex("[A-Z][A-Z0-9_]{0,61}[A-Z0-9]")

/**
 * The gate's refusal in a `grpc-status-details-bin`, which is a `google.rpc.Status`. Nothing where that is malformed, or contradicts
 * the code of the call: the protocol has whoever reads it verify that (PROTOCOL-HTTP2, "Status-Details").
 */
internal fun denialIn(details: ByteArray, code: Int): Denial? = try {
    var claimed = 0L
    val infos = mutableListOf<Message>()
    Message(details).forEach { field ->
        when (field.number) {
            1 -> claimed = field.varint()
            3 -> errorInfo(field.message())?.let(infos::add)
        }
    }
    if (claimed == code.toLong()) infos.firstNotNullOfOrNull(::denial) else null
} catch (_: MalformedMessage) {
    null
}

/** The `google.rpc.ErrorInfo` in a `google.protobuf.Any`, if it is one. */
private fun errorInfo(any: Message): Message? {
    var type = ""
    var value = Message(ByteArray(0))
    any.forEach { field ->
        when (field.number) {
            1 -> type = field.string()
            2 -> value = field.message()
        }
    }
    return value.takeIf { type.substringAfterLast('/') == "google.rpc.ErrorInfo" }
}

private fun denial(info: Message): Denial? {
    var reason = ""
    var domain = ""
    val metadata = mutableMapOf<String, String>()
    info.forEach { field ->
        when (field.number) {
            1 -> reason = field.string()
            2 -> domain = field.string()
            3 -> {
                var key = ""
                var value = ""
                field.message().forEach { entry ->
                    when (entry.number) {
                        1 -> key = entry.string()
                        2 -> value = entry.string()
                    }
                }
                metadata[key] = value
            }
        }
    }
    return if (domain == DOMAIN && REASON.matches(reason)) Denial(Reason(reason), metadata) else null
}
