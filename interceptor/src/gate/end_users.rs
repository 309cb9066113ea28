//! Whoever verifies the ID tokens of end users: Firebase's verifier, or in development its emulator's.

#[cfg(feature = "emulator")]
use crate::verify::EmulatorVerifier;
use crate::{
    caller::EndUser,
    denial::Denial,
    verify::{Check, FirebaseVerifier},
};

/// One verifier of ID tokens.
#[derive(Clone, Debug)]
pub(super) enum EndUsers {
    Firebase(FirebaseVerifier),
    #[cfg(feature = "emulator")]
    Emulator(EmulatorVerifier),
}

impl EndUsers {
    pub(super) fn check(&self, token: &[u8]) -> Check<EndUser> {
        match self {
            Self::Firebase(verifier) => verifier.check(token),
            #[cfg(feature = "emulator")]
            Self::Emulator(verifier) => verifier.check(token),
        }
    }

    pub(super) async fn verify(&self, token: &[u8]) -> Result<EndUser, Denial> {
        match self {
            Self::Firebase(verifier) => verifier.verify(token).await,
            // There are no keys to wait for.
            #[cfg(feature = "emulator")]
            Self::Emulator(verifier) => verifier.verify(token),
        }
    }

    pub(super) fn accepts_tenant(&self, tenant: &str) -> bool {
        match self {
            Self::Firebase(verifier) => verifier.accepts_tenant(tenant),
            #[cfg(feature = "emulator")]
            Self::Emulator(verifier) => verifier.accepts_tenant(tenant),
        }
    }

    pub(super) fn claim_of_roles(&self) -> &str {
        match self {
            Self::Firebase(verifier) => verifier.claim_of_roles(),
            #[cfg(feature = "emulator")]
            Self::Emulator(verifier) => verifier.claim_of_roles(),
        }
    }
}
