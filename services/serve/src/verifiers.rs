//! The verifiers that the rules of a policy need, as configured.

use std::sync::Arc;

use callgate::{
    AppCheckVerifier, Callers, FirebaseVerifier, IapVerifier, Method, Policy,
    ServiceAccountVerifier, SessionCookieVerifier,
    gate::GateBuilder,
    google::Credentials,
    keys::{KeyStore, KeyStoreBuilder},
    verify::{
        APP_CHECK_KEYS_URL, FIREBASE_KEYS_URL, GOOGLE_KEYS_URL, IAP_KEYS_URL,
        SESSION_COOKIE_KEYS_URL, TokenCache, VerifierError,
    },
};
use url::Url;

use crate::{
    Config, ConfigError, KeySource,
    config::keys::{self, Variables},
    project,
    telemetry::Watched,
};

/// The least skew for Identity-Aware Proxy: Google's own advice.
const IAP_CLOCK_SKEW: std::time::Duration = std::time::Duration::from_secs(30);

/// The verifiers of one server: those given in code, and those that the configuration describes where a rule needs them.
#[derive(Debug, Default)]
pub(crate) struct Verifiers {
    pub(crate) end_users: Option<FirebaseVerifier>,
    pub(crate) session_cookies: Option<SessionCookieVerifier>,
    pub(crate) internal_users: Option<IapVerifier>,
    pub(crate) service_accounts: Option<ServiceAccountVerifier>,
    pub(crate) apps: Option<AppCheckVerifier>,
    #[cfg(feature = "emulator")]
    pub(crate) emulated_end_users: Option<callgate::EmulatorVerifier>,
}

/// What the rules of a policy need.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Needs {
    end_users: bool,
    session_cookies: bool,
    pub(crate) accounts: bool,
    internal_users: bool,
    service_accounts: bool,
    apps: bool,
    apps_once: bool,
}

// === impl Needs ===

impl Needs {
    pub(crate) fn of(policy: &Policy) -> Self {
        let mut needs = Self::default();
        for Method { rule, .. } in policy.methods() {
            let callers = rule.callers().copied().unwrap_or(Callers::NOBODY);
            for user in callers.end_user_rules() {
                needs.end_users = true;
                needs.session_cookies |= user.session_cookie;
                needs.accounts |= user.revocation_checked_within.is_some();
            }
            needs.internal_users |= callers.internal_user.is_some();
            needs.service_accounts |= callers.service_account.is_some();
            needs.apps |= rule.app_check.is_some();
            needs.apps_once |= rule.app_check.is_some_and(|app| app.consume);
        }
        needs
    }

    /// Whether a browser's own credentials count, so that pages of the allowed origins may send them (G11).
    pub(crate) fn cookies(self) -> bool {
        self.session_cookies
    }
}

// === impl Verifiers ===

impl Verifiers {
    /// Adds what is needed and was not given in code.
    ///
    /// # Errors
    ///
    /// Where the configuration lacks what one of them needs.
    pub(crate) async fn complete(
        &mut self,
        needs: Needs,
        config: &mut Config,
    ) -> Result<(), ConfigError> {
        if needs.end_users && self.end_users.is_none() && !self.emulate(config).await? {
            let project_id = config.project_id().await?.to_owned();
            self.end_users = Some(end_users(config, &project_id)?);
        }
        // There are none with the emulator, whose cookies are refused.
        if let (true, None, Some(id_tokens)) = (
            needs.session_cookies,
            &self.session_cookies,
            &self.end_users,
        ) {
            let keys = key_store(
                &config.keys.session_cookie,
                keys::SESSION_COOKIE,
                SESSION_COOKIE_KEYS_URL,
                KeyStore::fetched,
            )?;
            let cache = TokenCache::of(config.limits.token_cache);
            let verifier = SessionCookieVerifier::like(id_tokens, keys);
            self.session_cookies = Some(verifier.cache(cache));
        }
        if needs.internal_users && self.internal_users.is_none() {
            self.internal_users = Some(internal_users(config).await?);
        }
        if needs.service_accounts && self.service_accounts.is_none() {
            self.service_accounts = Some(service_accounts(config)?);
        }
        if needs.apps && self.apps.is_none() {
            let credentials = needs.apps_once.then(|| config.credentials()).transpose()?;
            self.apps = Some(apps(config, credentials).await?);
        }
        Ok(())
    }

    /// Takes the emulator's tokens, where that is configured. [`Config::check`] has seen to it that this is no production.
    #[cfg(feature = "emulator")]
    async fn emulate(&mut self, config: &mut Config) -> Result<bool, ConfigError> {
        if config.auth_emulator_host.is_none() {
            return Ok(false);
        }
        let project_id = config.project_id().await?.to_owned();
        let verifier = callgate::EmulatorVerifier::new(project_id)
            .map_err(wrong("CALLGATE_PROJECT_ID"))?
            .clock_skew(config.clock_skew)
            .map_err(wrong("CALLGATE_CLOCK_SKEW"))?
            .tenants(&config.tenants)
            .map_err(wrong("CALLGATE_TENANTS"))?
            .roles_claim(&config.roles_claim)
            .map_err(wrong("CALLGATE_ROLES_CLAIM"))?;
        tracing::warn!("unsigned tokens of Firebase's emulator are taken: anybody can be anyone");
        self.emulated_end_users = Some(verifier);
        Ok(true)
    }

    #[cfg(not(feature = "emulator"))]
    #[expect(clippy::unused_async, reason = "as with the emulator")]
    async fn emulate(&mut self, _: &mut Config) -> Result<bool, ConfigError> {
        Ok(false)
    }

    /// Gives them to a gate.
    pub(crate) fn give(&self, mut gate: GateBuilder) -> GateBuilder {
        if let Some(verifier) = &self.end_users {
            gate = gate.end_users(verifier.clone());
        }
        if let Some(verifier) = &self.session_cookies {
            gate = gate.session_cookies(verifier.clone());
        }
        if let Some(verifier) = &self.internal_users {
            gate = gate.internal_users(verifier.clone());
        }
        if let Some(verifier) = &self.service_accounts {
            gate = gate.service_accounts(verifier.clone());
        }
        if let Some(verifier) = &self.apps {
            gate = gate.apps(verifier.clone());
        }
        #[cfg(feature = "emulator")]
        if let Some(verifier) = &self.emulated_end_users {
            gate = gate.emulated_end_users(verifier.clone());
        }
        gate
    }

    /// Each of them and its keys, by the kind of its tokens, for the metrics.
    pub(crate) fn watched(&self) -> Vec<Watched> {
        macro_rules! watch {
            ($verifier:expr, $kind:literal) => {
                $verifier.clone().map(|verifier| Watched {
                    kind: $kind,
                    keys: verifier.keys().clone(),
                    stats: Arc::new(move || verifier.stats()),
                })
            };
        }
        [
            watch!(self.end_users, "firebase"),
            watch!(self.session_cookies, "session_cookie"),
            watch!(self.internal_users, "iap"),
            watch!(self.service_accounts, "google"),
            watch!(self.apps, "app_check"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The keys that the callers are verified with.
    pub(crate) fn key_stores(&self) -> Vec<KeyStore> {
        [
            self.end_users.as_ref().map(FirebaseVerifier::keys),
            self.session_cookies
                .as_ref()
                .map(SessionCookieVerifier::keys),
            self.internal_users.as_ref().map(IapVerifier::keys),
            self.service_accounts
                .as_ref()
                .map(ServiceAccountVerifier::keys),
            self.apps.as_ref().map(AppCheckVerifier::keys),
        ]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
    }
}

fn end_users(config: &Config, project_id: &str) -> Result<FirebaseVerifier, ConfigError> {
    let keys = key_store(
        &config.keys.firebase,
        keys::FIREBASE,
        FIREBASE_KEYS_URL,
        KeyStore::fetched,
    )?;
    FirebaseVerifier::new(project_id, keys)
        .map_err(wrong("CALLGATE_PROJECT_ID"))?
        .clock_skew(config.clock_skew)
        .map_err(wrong("CALLGATE_CLOCK_SKEW"))?
        .tenants(&config.tenants)
        .map_err(wrong("CALLGATE_TENANTS"))?
        .roles_claim(&config.roles_claim)
        .map_err(wrong("CALLGATE_ROLES_CLAIM"))
        .map(|verifier| verifier.cache(TokenCache::of(config.limits.token_cache)))
}

async fn internal_users(config: &mut Config) -> Result<IapVerifier, ConfigError> {
    let audience = match &config.iap_audience {
        Some(audience) => audience.clone(),
        None => project::iap_audience(config.project_number).await?,
    };
    let keys = key_store(&config.keys.iap, keys::IAP, IAP_KEYS_URL, KeyStore::fetched)?;
    IapVerifier::new(audience, keys)
        .map_err(wrong("CALLGATE_IAP_AUDIENCE"))?
        .clock_skew(config.clock_skew.max(IAP_CLOCK_SKEW))
        .map_err(wrong("CALLGATE_CLOCK_SKEW"))
        .map(|verifier| verifier.cache(TokenCache::of(config.limits.token_cache)))
}

fn service_accounts(config: &Config) -> Result<ServiceAccountVerifier, ConfigError> {
    let keys = key_store(
        &config.keys.google,
        keys::GOOGLE,
        GOOGLE_KEYS_URL,
        KeyStore::fetched,
    )?;
    let accounts = config.service_accounts.iter();
    ServiceAccountVerifier::new(&config.audiences, keys)
        .map_err(wrong("CALLGATE_AUDIENCES"))?
        .accounts(accounts.map(|(name, email)| (name, email)))
        .map_err(wrong("CALLGATE_SERVICE_ACCOUNTS"))?
        .clock_skew(config.clock_skew)
        .map_err(wrong("CALLGATE_CLOCK_SKEW"))
        .map(|verifier| verifier.cache(TokenCache::of(config.limits.token_cache)))
}

async fn apps(
    config: &mut Config,
    credentials: Option<Credentials>,
) -> Result<AppCheckVerifier, ConfigError> {
    let project_number = project::number(config.project_number).await?;
    let project_id = config.project_id().await?.to_owned();
    let keys = key_store(
        &config.keys.app_check,
        keys::APP_CHECK,
        APP_CHECK_KEYS_URL,
        AppCheckVerifier::fetched_keys,
    )?;
    let mut verifier = AppCheckVerifier::new(project_id, project_number, keys)
        .map_err(wrong("CALLGATE_PROJECT_ID"))?
        .clock_skew(config.clock_skew)
        .map_err(wrong("CALLGATE_CLOCK_SKEW"))?
        .cache(TokenCache::of(config.limits.token_cache));
    if let Some(credentials) = credentials {
        verifier = verifier.credentials(credentials);
    }
    Ok(verifier)
}

fn key_store(
    source: &KeySource,
    variables: Variables,
    google: &str,
    fetched: impl FnOnce(Url) -> KeyStoreBuilder,
) -> Result<KeyStore, ConfigError> {
    let url = match source {
        KeySource::File(path) => {
            return KeyStore::file(path).map_err(|error| {
                ConfigError::new(variables.file, crate::logs::with_sources(&error))
            });
        }
        KeySource::Google => google
            .parse()
            .map_err(|error| ConfigError::new(variables.url, format!("{error}")))?,
        KeySource::Url(url) => url.clone(),
    };
    fetched(url)
        .build()
        .map_err(|error| ConfigError::new(variables.url, error.to_string()))
}

fn wrong(variable: &'static str) -> impl Fn(VerifierError) -> ConfigError {
    move |error| ConfigError::new(variable, error.to_string())
}
