package dev.callgate

import io.grpc.MethodDescriptor
import java.io.InputStream

/** What each method demands of its caller. */
public fun interface Rules {
    /** The rule of a method, nothing if there is none: then nothing goes with the call. */
    public fun ruleOf(method: MethodDescriptor<*, *>): Rule?

    public companion object {
        /**
         * Sends the token with every call, and no proof of the app. Public methods do not look at it, but it travels further than it
         * must: better to [read] the rules.
         */
        @JvmField
        public val TOKEN_FOR_ALL: Rules = Rules { Rule(endUser = Rule.EndUser()) }

        /**
         * The rules of an API as its protos say: from a descriptor set, which protoc writes beside the code
         * (`--descriptor_set_out`). The code for the lite runtime, which Android has, does not hold them.
         *
         * @throws IllegalArgumentException where it is no descriptor set, or holds no rule
         */
        @JvmStatic
        public fun read(descriptorSet: InputStream): Rules {
            val rules =
                try {
                    rulesIn(Message(descriptorSet.use { it.readBytes() }))
                } catch (malformed: MalformedMessage) {
                    throw IllegalArgumentException("this is no descriptor set", malformed)
                }
            require(rules.isNotEmpty()) { "there is no rule in this descriptor set: was it made of the API's protos?" }
            return Rules { rules[it.fullMethodName] }
        }
    }
}

/** The extensions `(callgate.v1.rule)` of a method and `(callgate.v1.default_rule)` of a service. */
private const val RULE = 51974

// The numbers below are those of google/protobuf/descriptor.proto.

/** The rules in a `FileDescriptorSet`, by the full names of their methods. */
private fun rulesIn(set: Message): Map<String, Rule> {
    val rules = mutableMapOf<String, Rule>()
    set.forEach { field -> if (field.number == 1) addRulesOfFile(field.message(), rules) }
    return rules
}

private fun addRulesOfFile(file: Message, rules: MutableMap<String, Rule>) {
    var prefix = ""
    val services = mutableListOf<Message>()
    file.forEach { field ->
        when (field.number) {
            2 -> prefix = field.string() + "."
            6 -> services += field.message()
        }
    }
    services.forEach { addRulesOfService(it, prefix, rules) }
}

private fun addRulesOfService(service: Message, prefix: String, rules: MutableMap<String, Rule>) {
    val methods = mutableListOf<Message>()
    val (name, defaultRule) = nameAndRule(service, options = 3) { field -> if (field.number == 2) methods += field.message() }
    for (method in methods) {
        val (methodName, ownRule) = nameAndRule(method, options = 4) {}
        val rule = ownRule ?: defaultRule ?: continue
        rules["$prefix$name/$methodName"] = ruleIn(rule)
    }
}

/** Services and methods alike have their name in field 1, and their rule in their options. */
private inline fun nameAndRule(of: Message, options: Int, others: (Message.Field) -> Unit): Pair<String, Message?> {
    var name = ""
    var rule: Message? = null
    of.forEach { field ->
        when (field.number) {
            1 -> name = field.string()
            options -> field.message().forEach { if (it.number == RULE) rule = merged(rule, it.message()) }
            else -> others(field)
        }
    }
    return name to rule
}
