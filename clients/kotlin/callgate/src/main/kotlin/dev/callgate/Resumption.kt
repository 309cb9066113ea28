package dev.callgate

import io.grpc.MethodDescriptor

/** Where a method's streams go on after their token has expired: made by [resuming]. */
public class Resumption internal constructor(internal val method: String, internal val next: (request: Any, last: Any) -> Any)

/**
 * Says where a method's streams go on: what to ask for, after what was asked for and the last message that came. By default the same
 * is asked for again, which suits a stream that begins with the present state and then tells of changes.
 *
 *     resuming(LogServiceGrpc.getFollowMethod()) { request, last -> request.toBuilder().setAfter(last.number).build() }
 */
public fun <Q : Any, M : Any> resuming(
    method: MethodDescriptor<Q, M>,
    next: (request: Q, last: M) -> Q = { request, _ -> request },
): Resumption {
    require(method.type == MethodDescriptor.MethodType.SERVER_STREAMING) { "${method.fullMethodName} is no server stream" }
    @Suppress("UNCHECKED_CAST") // the method of a call is that of its messages
    return Resumption(method.fullMethodName, next as (Any, Any) -> Any)
}
