//! Putting a gate together.

use std::{sync::Arc, time::Duration};

use super::{
    GateError, check,
    end_users::EndUsers,
    layer::{GateLayer, Shared},
    origin::Origins,
    revocation::Revocation,
    service::Gate,
    streams::Streams,
};
#[cfg(feature = "emulator")]
use crate::verify::EmulatorVerifier;
use crate::{
    accounts::Accounts,
    clock::Clock,
    policy::{Method, Policy},
    verify::{
        AppCheckVerifier, FirebaseVerifier, IapVerifier, ServiceAccountVerifier,
        SessionCookieVerifier,
    },
};

/// The longest that a message can be waited for.
const LONGEST_ARRIVAL: Duration = Duration::from_hours(24);

/// A gate in the making: see [`Gate::builder`].
///
/// ```
/// use callgate::{FirebaseVerifier, Gate, Method, Policy, ServiceAccountVerifier};
/// use callgate::{keys::KeyStore, verify::GOOGLE_KEYS_URL};
///
/// # static METHODS: [Method; 0] = [];
/// # static OTHER_METHODS: [Method; 0] = [];
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let keys = KeyStore::fetched(GOOGLE_KEYS_URL.parse()?).build()?;
/// let accounts = [("cron", "cron@my-project.iam.gserviceaccount.com")];
/// let gate = Gate::builder(Policy::of(&METHODS).and(&OTHER_METHODS))
///     .end_users(FirebaseVerifier::with_googles_keys("my-project")?)
///     .service_accounts(ServiceAccountVerifier::new(["https://greeter.example.com"], keys)?.accounts(accounts)?)
///     .max_open_streams(5000)
///     .build()?; // errs where a rule needs what is not there
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GateBuilder {
    pub(super) policy: Policy,
    pub(super) end_users: Option<EndUsers>,
    pub(super) session_cookies: Option<SessionCookieVerifier>,
    pub(super) internal_users: Option<IapVerifier>,
    pub(super) service_accounts: Option<ServiceAccountVerifier>,
    pub(super) apps: Option<AppCheckVerifier>,
    pub(super) accounts: Option<Accounts>,
    pub(super) origins: Origins,
    max_kept_accounts: usize,
    clock: Clock,
    max_open_streams: usize,
    unary_body_timeout: Duration,
    report_admitted: bool,
}

impl Gate<()> {
    /// Begins a gate that applies this policy.
    pub fn builder(policy: Policy) -> GateBuilder {
        GateBuilder {
            policy,
            end_users: None,
            session_cookies: None,
            internal_users: None,
            service_accounts: None,
            apps: None,
            accounts: None,
            origins: Origins::default(),
            max_kept_accounts: 10_000,
            clock: Clock::system(),
            max_open_streams: 1000,
            unary_body_timeout: Duration::from_secs(30),
            report_admitted: false,
        }
    }

    /// The gate that most people begin with: it verifies the end users of this Firebase or Identity Platform project, with the keys
    /// that Google publishes, and lets them call these methods by their rules. [`Gate::builder`] has all else.
    ///
    /// ```
    /// use callgate::{EndUserRule, Gate, Method, Rule};
    ///
    /// # static METHODS: [Method; 1] = [Method { path: "/greeter.v1.GreeterService/Greet", client_streaming: false,
    /// #     server_streaming: false, rule: Rule::end_user(EndUserRule::SIGNED_IN) }];
    /// // `greeter_service_gate::METHODS`, which callgate-build made. With another service: `METHODS.iter().chain(&OTHER_METHODS)`.
    /// let gate = Gate::for_firebase("my-project", &METHODS)?;
    /// let server = tonic::transport::Server::builder().layer(gate); // .add_service(..).serve(..)
    /// # Ok::<(), callgate::GateError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where `project_id` is not in the form that Google gives project ids, and where a rule needs more than such a gate has.
    ///
    /// # Panics
    ///
    /// Where two methods have the same path, but are not the same, and where the TLS library cannot start.
    pub fn for_firebase(
        project_id: impl Into<String>,
        methods: impl IntoIterator<Item = &'static Method>,
    ) -> Result<GateLayer, GateError> {
        Self::builder(Policy::default().and(methods))
            .end_users(FirebaseVerifier::with_googles_keys(project_id)?)
            .build()
    }
}

impl GateBuilder {
    /// Verifies end users with this verifier.
    #[must_use]
    pub fn end_users(mut self, verifier: FirebaseVerifier) -> Self {
        self.end_users = Some(EndUsers::Firebase(verifier));
        self
    }

    /// Takes the unsigned tokens of Firebase's own emulator for end users. It proves nothing: for development only (G22).
    #[cfg(feature = "emulator")]
    #[must_use]
    pub fn emulated_end_users(mut self, verifier: EmulatorVerifier) -> Self {
        self.end_users = Some(EndUsers::Emulator(verifier));
        self
    }

    /// Verifies session cookies with this verifier, for rules that accept them: made
    /// [`like`](SessionCookieVerifier::like) the one of the ID tokens. Cookies, though not bearer tokens, must come from a page of one of
    /// the [`origins`](Self::origins).
    #[must_use]
    pub fn session_cookies(mut self, verifier: SessionCookieVerifier) -> Self {
        self.session_cookies = Some(verifier);
        self
    }

    /// Verifies internal users with this verifier. Their calls must come from a page of one of the [`origins`](Self::origins).
    #[must_use]
    pub fn internal_users(mut self, verifier: IapVerifier) -> Self {
        self.internal_users = Some(verifier);
        self
    }

    /// Verifies service accounts with this verifier.
    #[must_use]
    pub fn service_accounts(mut self, verifier: ServiceAccountVerifier) -> Self {
        self.service_accounts = Some(verifier);
        self
    }

    /// Verifies apps with this verifier, for rules that have `app_check`.
    #[must_use]
    pub fn apps(mut self, verifier: AppCheckVerifier) -> Self {
        self.apps = Some(verifier);
        self
    }

    /// Asks these accounts about the users of methods whose rule has `revocation_checked_within`.
    #[must_use]
    pub fn accounts(mut self, accounts: Accounts) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// The web origins whose pages may call with what a browser sends by itself (G11): IAP's cookie, or a session cookie. The
    /// service's own public origin is to be among them, where it serves such a page.
    ///
    /// # Errors
    ///
    /// Where one is not exactly what a browser sends, such as `https://app.example.com`.
    pub fn origins<O: AsRef<str>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Result<Self, GateError> {
        self.origins = Origins::parse(origins)?;
        Ok(self)
    }

    /// Keeps what the accounts said about at most this many users, for the calls that may go by it. 10,000 by default.
    #[must_use]
    pub fn max_kept_accounts(mut self, most: usize) -> Self {
        self.max_kept_accounts = most;
        self
    }

    /// Leaves [`Admitted`](super::Admitted) in the extensions of each response to an admitted call, for a layer outside the gate that writes
    /// logs or counts calls. Not by default: it costs each call two allocations.
    #[must_use]
    pub fn report_admitted(mut self) -> Self {
        self.report_admitted = true;
        self
    }

    /// Holds at most this many server streams open at a time, and refuses more with `TOO_MANY_STREAMS`. 1,000 by default.
    #[must_use]
    pub fn max_open_streams(mut self, most: usize) -> Self {
        self.max_open_streams = most;
        self
    }

    /// Cuts off a unary request whose message has not arrived after this long, a day at most. 30 s by default.
    #[must_use]
    pub fn unary_body_timeout(mut self, timeout: Duration) -> Self {
        self.unary_body_timeout = timeout.min(LONGEST_ARRIVAL);
        self
    }

    /// Takes the time from this clock, which should be the verifiers' clock too.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The gate, as a layer.
    ///
    /// # Errors
    ///
    /// Where a rule of the policy needs what the gate was not given.
    pub fn build(self) -> Result<GateLayer, GateError> {
        for method in self.policy.methods() {
            check::method(&self, method)?;
        }
        let revocation = self.accounts.zip(self.end_users.as_ref());
        let revocation = revocation.map(|(accounts, verifier)| {
            Revocation::new(
                accounts,
                verifier.claim_of_roles(),
                self.clock.clone(),
                self.max_kept_accounts,
            )
        });
        Ok(GateLayer {
            shared: Arc::new(Shared {
                policy: self.policy,
                end_users: self.end_users,
                session_cookies: self.session_cookies,
                internal_users: self.internal_users,
                service_accounts: self.service_accounts,
                apps: self.apps,
                revocation,
                origins: self.origins,
                clock: self.clock,
                streams: Streams::at_most(self.max_open_streams),
                unary_body_timeout: self.unary_body_timeout,
                report_admitted: self.report_admitted,
            }),
        })
    }
}
