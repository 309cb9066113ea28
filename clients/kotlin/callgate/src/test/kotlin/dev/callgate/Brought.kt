package dev.callgate

import io.grpc.Metadata
import io.grpc.ServerCall
import io.grpc.ServerCallHandler
import io.grpc.ServerInterceptor
import java.util.concurrent.CopyOnWriteArrayList

/** The `authorization` of each call that a server got, in order. */
class Brought : ServerInterceptor {
    val tokens: MutableList<String?> = CopyOnWriteArrayList()

    override fun <Q, M> interceptCall(call: ServerCall<Q, M>, headers: Metadata, next: ServerCallHandler<Q, M>): ServerCall.Listener<Q> {
        tokens += headers.get(AUTHORIZATION)
        return next.startCall(call, headers)
    }
}
