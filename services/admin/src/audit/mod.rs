//! The audit: no change without a record of it.
//!
//! An attempt is recorded before the change is tried, and what came of it afterwards, in a record of its own. Where the database is
//! away, the change is not made. Where the process ends in between, the attempt stands there with its outcome unknown, and it is.

mod record;

use std::sync::Arc;

use tonic::Status;

pub(crate) use self::record::kept;
pub use self::record::{Action, Attempt, AttemptId, DETAILS, Outcome, OutcomeKind, Record, Target};
use crate::{
    refusal::{self, ChangeError},
    store::AuditStore,
};

/// What every change goes through. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Audit {
    store: Arc<dyn AuditStore>,
}

/// A change that was made.
#[derive(Debug)]
pub(crate) struct Done<T> {
    /// What it answers.
    pub(crate) answer: T,
    /// More about it, for the audit.
    pub(crate) details: String,
}

impl Audit {
    pub(crate) fn new(store: Arc<dyn AuditStore>) -> Self {
        Self { store }
    }

    /// Records the attempt, makes the change, and records what came of it, to the end, though the caller may have gone away.
    ///
    /// Where the outcome alone cannot be recorded, the caller is told it all the same; the audit says that it is unknown.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        attempt: Attempt,
        change: impl Future<Output = Result<Done<T>, ChangeError>> + Send + 'static,
    ) -> Result<T, Status> {
        let store = self.store.clone();
        let changing = tokio::spawn(async move {
            let id = store.attempt(&attempt).await;
            let id = id.map_err(|error| refusal::unrecorded(&error))?;
            let result = change.await;
            let outcome = match &result {
                Ok(done) => Outcome::new(OutcomeKind::Succeeded, &done.details),
                Err(error) => error.outcome(),
            };
            // Whom it was about stands in the audit: nobody has verified it here.
            tracing::info!(
                record = id.0,
                actor = attempt.actor.id(),
                action = ?attempt.action,
                outcome = ?outcome.kind,
                "audit"
            );
            if let Err(error) = store.outcome(id, &outcome).await {
                tracing::error!(record = id.0, outcome = ?outcome.kind, %error, "an outcome is not recorded");
            }
            match result {
                Ok(done) => Ok(done.answer),
                Err(error) => Err(error.status()),
            }
        });
        changing.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a change ended early");
            Err(ChangeError::Unknown("it ended early".to_owned()).status())
        })
    }

    pub(crate) async fn records(
        &self,
        before: Option<AttemptId>,
        limit: u16,
    ) -> Result<Vec<Record>, Status> {
        let records = self.store.records(before, limit).await;
        records.map_err(|error| refusal::unread(&error))
    }
}
