package dev.callgate

import io.grpc.CallCredentials
import io.grpc.Grpc
import java.net.InetSocketAddress

private val LOOPBACK = Regex("""localhost|.+\.localhost|127(\.[0-9]{1,3}){3}|\[::1]""")

/** Whether this is a name of this machine. */
internal fun isLoopback(host: String): Boolean = LOOPBACK.matches(host.lowercase())

/**
 * Whether a call goes to this machine: by its name and by its address. A proxy on this machine has but the address, a name that is
 * resolved to elsewhere but the name.
 */
internal fun isLoopback(request: CallCredentials.RequestInfo): Boolean {
    val peer = request.transportAttrs.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) as? InetSocketAddress
    return isLoopback(request.authority.replace(Regex(":[0-9]+$"), "")) && peer?.address?.isLoopbackAddress == true
}
