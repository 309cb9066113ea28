//! How long a stream may go on: as long as its caller's token lives, and its account stands where the rule asks.

use std::task::{Context, Poll, ready};

use super::{deadline::Deadline, revocation::Watch};
use crate::denial::Denial;

/// How long a stream may go on. Each direction of a stream has one of its own.
#[derive(Debug)]
pub(super) struct Lease {
    token: Deadline,
    account: Option<Box<Watch>>,
}

impl Lease {
    pub(super) fn new(token: Deadline, account: Option<Watch>) -> Self {
        Self {
            token,
            account: account.map(Box::new),
        }
    }

    /// Ready when the stream is to end, with the reason. To be asked before each message, too.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Denial> {
        if self.token.poll_over(cx).is_ready() {
            return Poll::Ready(Denial::TokenExpired);
        }
        match &mut self.account {
            Some(account) => Poll::Ready(ready!(account.poll_over(cx))),
            None => Poll::Pending,
        }
    }

    /// The same, of what may have no lease: then it never ends.
    pub(super) fn poll_over_if_any(lease: &mut Option<Self>, cx: &mut Context<'_>) -> Poll<Denial> {
        lease
            .as_mut()
            .map_or(Poll::Pending, |lease| lease.poll_over(cx))
    }
}
