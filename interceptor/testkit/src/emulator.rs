//! A stand-in for Firebase's own emulator.

use std::{sync::Arc, time::Duration};

use callgate::Clock;

use crate::TokenBuilder;

/// A stand-in for Firebase's own emulator, whose tokens are unsigned, of one project. Its clones are the same emulator.
///
/// A verifier for its tokens, `EmulatorIssuer::verifier`, is there with the feature `emulator`.
///
/// ```
/// use callgate::verify::Check;
/// use callgate_testkit::{EmulatorIssuer, FirebaseIssuer};
///
/// let emulator = EmulatorIssuer::new("demo-greeter");
/// let token = emulator.token("ada").email("ada@example.com").sign();
/// assert!(token.ends_with('.'));
///
/// // Nothing that is meant for production takes it.
/// let verifier = FirebaseIssuer::new("demo-greeter").verifier();
/// assert!(matches!(verifier.check(&token), Check::Refused(_)));
/// ```
#[derive(Clone, Debug)]
pub struct EmulatorIssuer {
    project_id: Arc<str>,
    clock: Clock,
}

impl EmulatorIssuer {
    /// The emulator of this project, whose id has to begin with `demo-`.
    pub fn new(project_id: &str) -> Self {
        Self {
            project_id: project_id.into(),
            clock: Clock::system(),
        }
    }

    /// Takes the time from this clock, for the tokens and for the verifier.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The project whose tokens it makes.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// The issuer's name, the claim `iss` of its tokens: the same as that of Firebase's own.
    pub fn name(&self) -> String {
        format!("https://securetoken.google.com/{}", self.project_id)
    }

    /// A token for this user, valid for an hour from now. The user signed in now, with a password.
    pub fn token(&self, uid: &str) -> TokenBuilder<Self> {
        TokenBuilder::unsigned(self.clone()).of_user(
            self.name(),
            self.project_id(),
            uid,
            self.clock.now(),
            Duration::from_hours(1),
        )
    }

    pub(crate) fn time(&self) -> &Clock {
        &self.clock
    }
}

#[cfg(feature = "emulator")]
mod verified {
    use callgate::{
        EndUser,
        verify::{Check, EmulatorVerifier},
    };

    use super::EmulatorIssuer;
    use crate::TokenBuilder;

    impl EmulatorIssuer {
        /// A verifier for the emulator's tokens, with its clock, and otherwise the default settings.
        ///
        /// # Panics
        ///
        /// Where the emulator's project id is none that begins with `demo-`.
        pub fn verifier(&self) -> EmulatorVerifier {
            EmulatorVerifier::new(self.project_id())
                .expect("the emulator has the id of a demo project")
                .clock(self.clock.clone())
        }
    }

    /// What the emulator says, without proof.
    impl TokenBuilder<EmulatorIssuer> {
        /// The user whom the token is for, as a gated handler gets it. Verified with the default settings, and with the token's
        /// tenant accepted.
        ///
        /// # Panics
        ///
        /// Where the token is not valid.
        pub fn end_user(&self) -> EndUser {
            let verifier = self
                .issuer
                .verifier()
                .tenants(self.tenant.as_deref())
                .expect("the token's tenant has the form of one");
            match verifier.check(&self.sign()) {
                Check::Verified(user) => user,
                other => panic!("not a token of the emulator: {other:?}"),
            }
        }
    }
}
