//! Whether a call may wait, and what it is told where it must.

use std::future::Future;

use crate::{denial::Denial, verify::Check};

/// Whether a call may wait for keys and accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// It is judged by what is there, or has to be judged again.
    AtOnce,
    Wait,
}

/// Why a call is not let through now.
#[derive(Debug)]
pub(super) enum Refusal {
    Denied(Denial),
    /// Something has to be fetched first.
    MustWait,
}

// === impl Patience ===

impl Patience {
    pub(super) fn wait(self) -> Result<(), Refusal> {
        match self {
            Self::AtOnce => Err(Refusal::MustWait),
            Self::Wait => Ok(()),
        }
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

/// What a token proves, by a verifier's answer that does not wait, and its answer that does.
// The latter is made only where it is needed: it is large, and few calls do.
pub(super) async fn verified<C, F>(
    check: Check<C>,
    verify: impl FnOnce() -> F,
    patience: Patience,
) -> Result<C, Refusal>
where
    F: Future<Output = Result<C, Denial>>,
{
    match check {
        Check::Verified(caller) => Ok(caller),
        Check::Refused(denial) => Err(denial.into()),
        Check::Wait => {
            patience.wait()?;
            Ok(verify().await?)
        }
    }
}
