package dev.callgate

import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** How the calls of an application are made. */
public class CallgateOptions(
    /** What the methods demand: [Rules.read], from the API's protos. */
    public val rules: Rules,
    /** Who is signed in. `null` sends no token. */
    public val auth: TokenSource?,
    /** Proves the app, asked where a rule has `app_check`. */
    public val appCheckToken: AppCheckTokenSource? = null,
    /** The server streams that go on with a fresh token when theirs has expired, and from where. */
    public val resume: List<Resumption> = emptyList(),
    /**
     * How long a call may take that has no deadline of its own, the refresh of its token and its repetition included. Streams have
     * none. gRPC itself sets none at all, and advises to (grpc.io/docs/guides/deadlines): a call into a dead connection would wait until
     * that is found to be dead. An attempt to connect may take 20 seconds (gRPC's connection-backoff.md, MIN_CONNECT_TIMEOUT), as it
     * does where the signal is weak: with less a call fails that would have got through.
     */
    public val deadline: Duration = 20.seconds,
)
