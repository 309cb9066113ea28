//! An audit that fails as it is told.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use callgate_admin::{
    audit::{Attempt, AttemptId, Outcome, Record},
    store::AuditStore,
};
use callgate_database::DatabaseError;
use tokio::sync::Notify;

/// An audit over another one, that is away where it is told to be.
pub(crate) struct Flawed {
    pub(crate) inner: Arc<dyn AuditStore>,
    pub(crate) attempts_away: AtomicBool,
    pub(crate) outcomes_away: AtomicBool,
    /// What recording an attempt waits for, and says when it is there.
    pub(crate) hold: Option<(Notify, Notify)>,
}

impl Flawed {
    pub(crate) fn over(inner: &Arc<dyn AuditStore>) -> Self {
        Self {
            inner: inner.clone(),
            attempts_away: AtomicBool::new(false),
            outcomes_away: AtomicBool::new(false),
            hold: None,
        }
    }
}

#[tonic::async_trait]
impl AuditStore for Flawed {
    async fn attempt(&self, attempt: &Attempt) -> Result<AttemptId, DatabaseError> {
        if self.attempts_away.load(SeqCst) {
            return Err(DatabaseError::NotReady);
        }
        if let Some((release, arrived)) = &self.hold {
            arrived.notify_one();
            release.notified().await;
        }
        self.inner.attempt(attempt).await
    }

    async fn outcome(&self, attempt: AttemptId, outcome: &Outcome) -> Result<(), DatabaseError> {
        if self.outcomes_away.load(SeqCst) {
            return Err(DatabaseError::NotReady);
        }
        self.inner.outcome(attempt, outcome).await
    }

    async fn records(
        &self,
        before: Option<AttemptId>,
        limit: u16,
    ) -> Result<Vec<Record>, DatabaseError> {
        if self.attempts_away.load(SeqCst) {
            return Err(DatabaseError::NotReady);
        }
        self.inner.records(before, limit).await
    }

    fn pool_use(&self) -> callgate_database::PoolUse {
        callgate_database::PoolUse::default()
    }
}
