//! What is counted elsewhere, and read whenever metrics are sent.

use std::sync::Arc;

use callgate::{GateLayer, keys::KeyStore, verify::VerifierStats};
use opentelemetry::{
    KeyValue,
    metrics::{AsyncInstrument, Meter},
};

use super::{
    names::{
        KEYS_AGE, KEYS_FAILING, KEYS_FAILURES, KEYS_FETCHES, Metric, OUTCOME, POOL,
        POOL_CONNECTIONS, POOL_MAX, POOL_STATE, STREAMS, TOKEN, TOKENS, VERIFICATION_TIME,
    },
    pool::Pool,
};

/// A verifier and its keys.
#[derive(Clone)]
pub(crate) struct Watched {
    /// The kind of token.
    pub(crate) kind: &'static str,
    pub(crate) keys: KeyStore,
    pub(crate) stats: Arc<dyn Fn() -> VerifierStats + Send + Sync>,
}

/// All that is read.
pub(crate) struct Sources {
    pub(crate) verifiers: Vec<Watched>,
    pub(crate) gate: GateLayer,
    pub(crate) pools: Vec<Pool>,
}

/// Makes an instrument of this kind, which asks `$read` for its values.
macro_rules! observe {
    ($meter:expr, $make:ident, $metric:expr, $read:expr) => {{
        let metric: Metric = $metric;
        // The meter keeps what is asked.
        let _ = $meter
            .$make(metric.name)
            .with_unit(metric.unit)
            .with_description(metric.description)
            .with_callback($read)
            .build();
    }};
}

impl Sources {
    /// Has this meter ask for all of it.
    pub(super) fn register(self, meter: &Meter) {
        let verifiers: Arc<[Watched]> = self.verifiers.into();
        register_tokens(meter, &verifiers);
        register_keys(meter, &verifiers);
        register_pools(meter, self.pools.into());
        let gate = self.gate;
        observe!(
            meter,
            i64_observable_up_down_counter,
            STREAMS,
            move |values| values.observe(signed(gate.open_streams()), &[])
        );
    }
}

fn register_tokens(meter: &Meter, verifiers: &Arc<[Watched]>) {
    let each = Arc::clone(verifiers);
    observe!(meter, u64_observable_counter, TOKENS, move |values| {
        for verifier in &*each {
            let stats = (verifier.stats)();
            for (outcome, count) in [
                ("cached", stats.cached),
                ("verified", stats.verified),
                ("refused", stats.refused),
            ] {
                values.observe(count, &[verifier.token(), KeyValue::new(OUTCOME, outcome)]);
            }
        }
    });
    let each = Arc::clone(verifiers);
    observe!(
        meter,
        f64_observable_counter,
        VERIFICATION_TIME,
        move |values| {
            for verifier in &*each {
                let time = (verifier.stats)().time;
                values.observe(time.as_secs_f64(), &[verifier.token()]);
            }
        }
    );
}

fn register_keys(meter: &Meter, verifiers: &Arc<[Watched]>) {
    let each = Arc::clone(verifiers);
    observe!(meter, f64_observable_gauge, KEYS_AGE, move |values| {
        for verifier in &*each {
            // There is none of keys from a file, nor before the first fetch.
            if let Some(age) = verifier.keys.age() {
                values.observe(age.as_secs_f64(), &[verifier.token()]);
            }
        }
    });
    let by_keys = |read: fn(&KeyStore) -> u64| {
        let each = Arc::clone(verifiers);
        move |values: &dyn AsyncInstrument<u64>| {
            for verifier in &*each {
                values.observe(read(&verifier.keys), &[verifier.token()]);
            }
        }
    };
    observe!(
        meter,
        u64_observable_counter,
        KEYS_FETCHES,
        by_keys(KeyStore::fetches)
    );
    observe!(
        meter,
        u64_observable_counter,
        KEYS_FAILURES,
        by_keys(KeyStore::failed_fetches)
    );
    observe!(
        meter,
        u64_observable_gauge,
        KEYS_FAILING,
        by_keys(|keys| keys.failures().into())
    );
}

fn register_pools(meter: &Meter, pools: Arc<[Pool]>) {
    if pools.is_empty() {
        return;
    }
    let each = Arc::clone(&pools);
    observe!(
        meter,
        i64_observable_up_down_counter,
        POOL_CONNECTIONS,
        move |values| {
            for pool in &*each {
                let now = (pool.ask)();
                for (state, count) in [("used", now.used), ("idle", now.idle)] {
                    let of_state = [
                        KeyValue::new(POOL, pool.name),
                        KeyValue::new(POOL_STATE, state),
                    ];
                    values.observe(count.into(), &of_state);
                }
            }
        }
    );
    observe!(
        meter,
        i64_observable_up_down_counter,
        POOL_MAX,
        move |values| {
            for pool in &*pools {
                let most = (pool.ask)().most;
                values.observe(most.into(), &[KeyValue::new(POOL, pool.name)]);
            }
        }
    );
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

// === impl Watched ===

impl Watched {
    fn token(&self) -> KeyValue {
        KeyValue::new(TOKEN, self.kind)
    }
}
