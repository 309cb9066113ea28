package dev.callgate

import io.grpc.Attributes
import io.grpc.ClientCall
import io.grpc.Metadata
import io.grpc.Status
import io.grpc.SynchronizationContext

/**
 * A call with one request message, which is kept: refused for a stale token before its first message it is made once more with
 * another one, and a stream that `resumption` names goes on when its token expires. Whoever made the call sees one call.
 */
internal class RepeatingCall<Q, M>(
    private val newTry: (TryCredentials) -> ClientCall<Q, M>,
    private val first: TryCredentials,
    private val another: (refused: String) -> TryCredentials,
    private val resumption: Resumption?,
) : ClientCall<Q, M>() {
    /** What is done to the tries, in order, by whichever thread: gRPC's calls take one at a time. Nothing in it waits. */
    private val outgoing = SynchronizationContext { _, failure -> current?.call?.cancel("the call failed", failure) }

    /** The application's: it is told of each thing once. */
    private lateinit var listener: Listener<M>

    @Volatile
    private var current: Try? = null

    // Of `outgoing`: what the application did, for the next try.
    private lateinit var headers: Metadata
    private var wanted = 0L // messages that it has not had yet
    private var message: Q? = null
    private var isHalfClosed = false
    private var isCompressed: Boolean? = null
    private var cancelled: Pair<String?, Throwable?>? = null

    override fun start(listener: Listener<M>, headers: Metadata) {
        this.listener = listener
        this.headers = headers.withoutToken()
        outgoing.execute { open(first, refusal = null) }
    }

    override fun request(count: Int) = outgoing.execute {
        wanted += count
        current?.call?.request(count)
    }

    override fun sendMessage(message: Q) = outgoing.execute {
        this.message = message
        current?.call?.sendMessage(message)
    }

    override fun halfClose() = outgoing.execute {
        isHalfClosed = true
        current?.call?.halfClose()
    }

    override fun setMessageCompression(enabled: Boolean) = outgoing.execute {
        isCompressed = enabled
        current?.call?.setMessageCompression(enabled)
    }

    override fun cancel(message: String?, cause: Throwable?) = outgoing.execute {
        cancelled = message to cause
        current?.call?.cancel(message, cause)
    }

    override fun isReady(): Boolean = current?.call?.isReady ?: false

    override fun getAttributes(): Attributes = current?.call?.attributes ?: Attributes.EMPTY

    /** Makes the next try, from where the stream goes on. In `outgoing`. */
    private fun open(credentials: TryCredentials, refusal: Refusal?, last: M? = null) {
        try {
            last?.let { message = next(it) }
            val next = Try(credentials, refusal)
            next.call.start(next, Metadata().also { it.merge(headers) })
            current = next
        } catch (failure: RuntimeException) {
            // Or else whoever made the call would wait for ever.
            return listener.onClose(Status.INTERNAL.withDescription("the call cannot be made").withCause(failure), Metadata())
        }
        current?.let { again(it.call) }
    }

    @Suppress("UNCHECKED_CAST") // it is the resumption of this method
    private fun next(last: M): Q? = message?.let { resumption?.next?.invoke(it, last as Any) as Q }

    /** What the application has done by now. */
    private fun again(call: ClientCall<Q, M>) {
        cancelled?.let { (message, cause) -> return call.cancel(message, cause) }
        isCompressed?.let(call::setMessageCompression)
        if (wanted > 0) call.request(wanted.coerceAtMost(Int.MAX_VALUE.toLong()).toInt())
        message?.let(call::sendMessage)
        if (isHalfClosed) call.halfClose()
    }

    /** One try, and what it tells. gRPC tells it one thing after the other; the next try begins when this one has ended. */
    private inner class Try(
        private val credentials: TryCredentials,
        /** Of the try before. */
        private val refusal: Refusal?,
    ) : Listener<M>() {
        val call = newTry(credentials)
        private var hasHeaders = refusal?.hadHeaders ?: false
        private var last: M? = null

        override fun onHeaders(headers: Metadata) {
            if (!hasHeaders) listener.onHeaders(headers)
            hasHeaders = true
        }

        override fun onMessage(message: M) {
            last = message
            outgoing.execute { wanted -= 1 }
            listener.onMessage(message)
        }

        override fun onReady() = listener.onReady()

        override fun onClose(status: Status, trailers: Metadata) {
            credentials.close()
            if (credentials.isInVain && refusal != null) return listener.onClose(refusal.status, refusal.trailers)
            val refused = credentials.token
            val mayRepeat = if (last == null) refusal == null else resumption != null
            if (refused == null || !mayRepeat || !isStale(status, trailers)) return listener.onClose(status, trailers)
            outgoing.execute { open(another(refused), Refusal(status, trailers, hasHeaders), last) }
        }
    }

    private class Refusal(val status: Status, val trailers: Metadata, val hadHeaders: Boolean)
}

/** Whether the token has expired, or its claims may have changed since it was made. */
private fun isStale(status: Status, trailers: Metadata): Boolean = when (Denial.of(status, trailers)?.reason) {
    Reason.TOKEN_EXPIRED, Reason.EMAIL_NOT_VERIFIED, Reason.ROLE_REQUIRED -> true
    else -> false
}
