package dev.callgate

import io.grpc.CallOptions
import io.grpc.Channel
import io.grpc.ClientCall
import io.grpc.ClientInterceptor
import io.grpc.CompositeCallCredentials
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall
import io.grpc.Metadata
import io.grpc.MethodDescriptor
import io.grpc.MethodDescriptor.MethodType
import java.util.concurrent.TimeUnit

/**
 * What [callgateChannel] does with each call, for a channel of your own: gives it what its rule asks for, and repeats it once where the
 * token was stale. Interceptors that are added to the channel after it see each call once, as the application made it.
 */
public fun callgateInterceptor(options: CallgateOptions): ClientInterceptor = CallgateInterceptor(options)

private class CallgateInterceptor(private val options: CallgateOptions) : ClientInterceptor {
    private val sources = Sources(options.auth, options.appCheckToken)
    private val resumptions = options.resume.associateBy { it.method }

    override fun <Q, M> interceptCall(method: MethodDescriptor<Q, M>, given: CallOptions, next: Channel): ClientCall<Q, M> {
        val rule = options.rules.ruleOf(method) ?: Rule()
        val callOptions = given.within(method.type)
        return when (method.type) {
            MethodType.UNARY, MethodType.SERVER_STREAMING ->
                RepeatingCall(
                    newTry = { next.newCall(method, callOptions.and(it)) },
                    first = TryCredentials(rule, sources),
                    another = { refused -> TryCredentials(rule, sources, refused) },
                    resumption = resumptions[method.fullMethodName],
                )
            // The client's own messages are gone once they are sent: it cannot be repeated.
            else -> SingleCall(next.newCall(method, callOptions.and(TryCredentials(rule, sources))))
        }
    }

    private fun CallOptions.within(type: MethodType): CallOptions = if (type == MethodType.UNARY && deadline == null) {
        withDeadlineAfter(options.deadline.inWholeMilliseconds, TimeUnit.MILLISECONDS)
    } else {
        this
    }

    private fun CallOptions.and(ours: TryCredentials): CallOptions =
        withCallCredentials(credentials?.let { CompositeCallCredentials(it, ours) } ?: ours)
}

/** A call that is made once. */
private class SingleCall<Q, M>(call: ClientCall<Q, M>) : SimpleForwardingClientCall<Q, M>(call) {
    override fun start(listener: Listener<M>, headers: Metadata) = super.start(listener, headers.withoutToken())
}

/** A token goes only where the rule asks for it, and comes from the one source: not one that the application puts on a call. */
internal fun Metadata.withoutToken(): Metadata = Metadata().also { it.merge(this) }.also { it.discardAll(AUTHORIZATION) }
