package dev.callgate

import io.grpc.okhttp.OkHttpChannelBuilder
import java.net.URI
import java.util.concurrent.TimeUnit

/**
 * A channel to an API behind a callgate, over OkHttp, as Android has it. One for the whole application: calls share its connection.
 *
 *     val channel = callgateChannel("https://api.example.com", CallgateOptions(rules, auth)).build()
 *     val votes = VoteServiceCoroutineStub(channel)
 *
 * On Android wrap it, so that it sees the network change: `AndroidChannelBuilder.usingBuilder(..).context(context).build()`.
 *
 * @throws IllegalArgumentException where tokens would leave in clear text: `baseUrl` is https, or this machine
 */
public fun callgateChannel(baseUrl: String, options: CallgateOptions): OkHttpChannelBuilder {
    val url = URI(baseUrl)
    val isSecure = url.scheme == "https"
    require(isSecure || url.scheme == "http") { "a URL is needed that begins with https://, not $baseUrl" }
    require(url.host != null && url.userInfo == null && url.query == null && url.fragment == null && url.path in setOf("", "/")) {
        "a URL is needed of host and port alone, not $baseUrl"
    }
    require(isSecure || isLoopback(url.host) || (options.auth == null && options.appCheckToken == null)) {
        "tokens would be sent in clear text to $baseUrl: use https"
    }
    val port = if (url.port >= 0) {
        url.port
    } else if (isSecure) {
        443
    } else {
        80
    }
    return OkHttpChannelBuilder
        .forAddress(url.host, port)
        .apply { if (!isSecure) usePlaintext() }
        .mobile()
        .intercept(callgateInterceptor(options))
}

/** For networks that come and go, and a radio that costs. */
private fun OkHttpChannelBuilder.mobile(): OkHttpChannelBuilder =
    // A phone that changes networks is not always told that its connection is gone: without pings a stream then waits for ever, and
    // calls until their deadline. Firebase's own Android SDKs use these 30 seconds, for this reason (Firestore's GrpcCallProvider). A
    // server of gRPC's own makes may take more than one in 5 minutes for abuse (gRFC A8, A9); callgate's takes these.
    keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        // gRPC's own default, said here since it is the other half: the connection is given up after 30 + 20 seconds.
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        // No pings while no call is under way: each one wakes the radio, which then stays up for seconds (Android's guide "Optimize network
        // access"), and Doze holds them back anyway.
        .keepAliveWithoutCalls(false)
        // The server pings too, every 30 seconds for as long as the connection stands (callgate-serve). gRPC would keep it for 30 minutes
        // after the last call: that is 60 times the radio. A new connection costs one handshake.
        .idleTimeout(IDLE_SECONDS, TimeUnit.SECONDS)

private const val KEEP_ALIVE_SECONDS = 30L
private const val KEEP_ALIVE_TIMEOUT_SECONDS = 20L
private const val IDLE_SECONDS = 60L
