package dev.callgate

import io.grpc.Metadata
import io.grpc.Status
import io.grpc.StatusException
import io.grpc.StatusRuntimeException

/** A refusal by the gate. */
public class Denial internal constructor(public val reason: Reason, public val metadata: Map<String, String>) {
    override fun toString(): String = "Denial($reason)"

    public companion object {
        /** The gate's refusal, if it was the gate that refused. A handler's own refusal is none. */
        @JvmStatic
        public fun of(error: Throwable): Denial? = failureOf(error)?.let { (status, trailers) -> of(status, trailers) }

        internal fun of(status: Status, trailers: Metadata?): Denial? {
            val details = trailers?.getAll(STATUS_DETAILS)?.singleOrNull() ?: return null
            return denialIn(details, status.code.value())
        }
    }
}

/** The gate's refusal, if this call failed because the gate refused it. */
public val Throwable.denial: Denial?
    get() = Denial.of(this)

/** The gate's reason, if this call failed because the gate refused it. */
public val Throwable.denialReason: Reason?
    get() = denial?.reason

/** Whether the gate refused for one of these reasons; where none is given, for any. */
public fun Throwable.isDenied(vararg reasons: Reason): Boolean {
    val reason = denialReason ?: return false
    return reasons.isEmpty() || reason in reasons
}

/** Whether the server is away or cannot decide just now, so that the same call may succeed later. */
public val Throwable.isUnavailable: Boolean
    get() = failureOf(this)?.first?.code == Status.Code.UNAVAILABLE

private val STATUS_DETAILS = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)

/** Whatever wraps the failure of a call, to this depth. */
private const val CAUSES = 8

private fun failureOf(error: Throwable): Pair<Status, Metadata?>? = generateSequence(error) { it.cause }.take(CAUSES).firstNotNullOfOrNull {
    when (it) {
        is StatusException -> it.status to it.trailers
        is StatusRuntimeException -> it.status to it.trailers
        else -> null
    }
}
