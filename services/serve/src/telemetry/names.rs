//! The names of all metrics, of their attributes, and of those of the spans. docs/runbook.md has the same list, and a test compares
//! the two.

/// A metric that a server sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What kind of instrument it is.
    pub kind: Instrument,
    /// Its unit, in UCUM, the braces holding what is counted.
    pub unit: &'static str,
    /// What it tells.
    pub description: &'static str,
    /// What its points are told apart by. Each has few values, all of them known from the policy or from this code.
    pub attributes: &'static [&'static str],
}

/// How a metric adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instrument {
    /// It only grows.
    Counter,
    /// How often values were within which bounds.
    Histogram,
    /// It goes up and down, and its values can be added over instances.
    UpDownCounter,
    /// It goes up and down, and adding it makes no sense.
    Gauge,
}

/// The method, such as `votes.v1.VoteService/CastVote`, or [`OTHER_METHOD`].
pub const METHOD: &str = "rpc.method";
/// The name of the gRPC status, such as `OK`.
pub const STATUS_CODE: &str = "rpc.response.status_code";
/// Whether the method streams, either way: `true` or `false`. A stream's duration says how long somebody listened.
pub const STREAMING: &str = "callgate.streaming";
/// Always `grpc`.
pub const SYSTEM: &str = "rpc.system.name";
/// Who called: `end_user`, `internal_user`, `service_account`, `on_behalf_of`, or `unknown` where nobody looked or who called was refused.
pub const CALLER: &str = "callgate.caller";
/// Why a call was refused or ended: a [`callgate::Denial::REASONS`], `GOING_AWAY` or `NOT_GRPC`. Absent where it was not.
pub const REASON: &str = "callgate.reason";
/// Whether the call came as `grpc` or as `grpc-web`. Of spans only.
pub const PROTOCOL: &str = "callgate.protocol";
/// The kind of token, or whose keys: `firebase`, `session_cookie`, `iap`, `google` or `app_check`.
pub const TOKEN: &str = "callgate.token";
/// What became of a token: `cached`, `verified` or `refused`.
pub const OUTCOME: &str = "callgate.outcome";
/// The name of a pool of connections.
pub const POOL: &str = "db.client.connection.pool.name";
/// `used` or `idle`.
pub const POOL_STATE: &str = "db.client.connection.state";

/// Stands for all methods that no rule is known for, so that nobody can make up names.
pub const OTHER_METHOD: &str = "_OTHER";
/// The reason of what reached a method without being gRPC.
pub const NOT_GRPC: &str = "NOT_GRPC";

pub(super) const CALLS: Metric = Metric {
    name: "callgate.calls",
    kind: Instrument::Counter,
    unit: "{call}",
    description: "Calls that have ended",
    attributes: &[METHOD, STATUS_CODE, CALLER, REASON],
};

/// <https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/>
pub(super) const DURATION: Metric = Metric {
    name: "rpc.server.call.duration",
    kind: Instrument::Histogram,
    unit: "s",
    description: "How long calls took, streams to their end",
    attributes: &[SYSTEM, METHOD, STREAMING, STATUS_CODE],
};

pub(super) const TOKENS: Metric = Metric {
    name: "callgate.tokens",
    kind: Instrument::Counter,
    unit: "{token}",
    description: "Tokens that were looked at, by what became of them",
    attributes: &[TOKEN, OUTCOME],
};

pub(super) const VERIFICATION_TIME: Metric = Metric {
    name: "callgate.verification.time",
    kind: Instrument::Counter,
    unit: "s",
    description: "How long checking signatures and claims took in all, of tokens that were not known",
    attributes: &[TOKEN],
};

pub(super) const KEYS_AGE: Metric = Metric {
    name: "callgate.keys.age",
    kind: Instrument::Gauge,
    unit: "s",
    description: "How long ago the issuer's keys were asked for",
    attributes: &[TOKEN],
};

pub(super) const KEYS_FETCHES: Metric = Metric {
    name: "callgate.keys.fetches",
    kind: Instrument::Counter,
    unit: "{fetch}",
    description: "Fetches of the issuer's keys that were begun",
    attributes: &[TOKEN],
};

pub(super) const KEYS_FAILURES: Metric = Metric {
    name: "callgate.keys.failures",
    kind: Instrument::Counter,
    unit: "{fetch}",
    description: "Fetches of the issuer's keys that failed",
    attributes: &[TOKEN],
};

pub(super) const KEYS_FAILING: Metric = Metric {
    name: "callgate.keys.failing",
    kind: Instrument::Gauge,
    unit: "{fetch}",
    description: "Fetches of the issuer's keys that have failed since the last one that did not",
    attributes: &[TOKEN],
};

pub(super) const STREAMS: Metric = Metric {
    name: "callgate.streams.open",
    kind: Instrument::UpDownCounter,
    unit: "{stream}",
    description: "Server streams that are open",
    attributes: &[],
};

/// <https://opentelemetry.io/docs/specs/semconv/database/database-metrics/>
pub(super) const POOL_CONNECTIONS: Metric = Metric {
    name: "db.client.connection.count",
    kind: Instrument::UpDownCounter,
    unit: "{connection}",
    description: "Connections to the database, in use and idle",
    attributes: &[POOL, POOL_STATE],
};

pub(super) const POOL_MAX: Metric = Metric {
    name: "db.client.connection.max",
    kind: Instrument::UpDownCounter,
    unit: "{connection}",
    description: "Connections to the database that there may be",
    attributes: &[POOL],
};

/// All metrics there are.
pub const METRICS: [Metric; 11] = [
    CALLS,
    DURATION,
    TOKENS,
    VERIFICATION_TIME,
    KEYS_AGE,
    KEYS_FETCHES,
    KEYS_FAILURES,
    KEYS_FAILING,
    STREAMS,
    POOL_CONNECTIONS,
    POOL_MAX,
];

/// All reasons that [`REASON`] may have besides those of the gate's own refusals.
pub const OTHER_REASONS: [&str; 2] = [crate::drain::GOING_AWAY, NOT_GRPC];
