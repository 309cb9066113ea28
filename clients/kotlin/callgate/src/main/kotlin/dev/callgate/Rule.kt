package dev.callgate

/**
 * The part of a method's rule that its caller needs to know: what to send, and what to hide from those who may not call anyway. The
 * gate decides.
 */
public class Rule(
    /** Whether end users may call, with their ID token. */
    public val endUser: EndUser? = null,
    /** Whether the app must prove itself, by an App Check token. */
    public val appCheck: AppCheck? = null,
) {
    public class EndUser(
        /** Whether the call goes without a token, too. */
        public val mayBeAbsent: Boolean = false,
        /** Any of these roles is demanded; none: no role is. */
        public val roles: List<String> = emptyList(),
    )

    public class AppCheck(
        /** Whether each App Check token counts once: ask for one of limited use. */
        public val consume: Boolean = false,
    )
}

/** Reads a `callgate.v1.Rule`: see rule.proto for the numbers. */
internal fun ruleIn(message: Message): Rule {
    var endUser: Message? = null
    var appCheck: Message? = null
    message.forEach { field ->
        when (field.number) {
            2 -> endUser = merged(endUser, field.message())
            5 -> appCheck = merged(appCheck, field.message())
        }
    }
    return Rule(endUser?.let(::endUserIn), appCheck?.let(::appCheckIn))
}

/** A message field that is given in pieces, as protoc leaves options that were, is their merger. */
internal fun merged(earlier: Message?, later: Message): Message = if (earlier == null) later else earlier + later

private fun endUserIn(message: Message): Rule.EndUser {
    var mayBeAbsent = false
    val roles = mutableListOf<String>()
    message.forEach { field ->
        when (field.number) {
            1 -> mayBeAbsent = field.varint() != 0L
            5 -> roles += field.string()
        }
    }
    return Rule.EndUser(mayBeAbsent, roles)
}

private fun appCheckIn(message: Message): Rule.AppCheck {
    var consume = false
    message.forEach { field -> if (field.number == 2) consume = field.varint() != 0L }
    return Rule.AppCheck(consume)
}
