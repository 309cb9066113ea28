//! The gate's verifiers, as configured. Each is made when the first token of its kind is judged, so that a gate's settings need only
//! be there for the kinds that come.

mod keys;

use std::{env, time::Duration};

use anyhow::{Context, bail};
use callgate::{
    AppCheckVerifier, Clock, EmulatorVerifier, FirebaseVerifier, IapVerifier,
    ServiceAccountVerifier, SessionCookieVerifier,
    keys::KeyStore,
    verify::{
        APP_CHECK_KEYS_URL, FIREBASE_KEYS_URL, GOOGLE_KEYS_URL, IAP_KEYS_URL,
        SESSION_COOKIE_KEYS_URL,
    },
};

use crate::{
    args::{KeysArgs, SettingsArgs},
    values,
};
use keys::Source;

const PROJECT_ID: &str = "CALLGATE_PROJECT_ID";
const PROJECT_NUMBER: &str = "CALLGATE_PROJECT_NUMBER";
const TENANTS: &str = "CALLGATE_TENANTS";
const ROLES_CLAIM: &str = "CALLGATE_ROLES_CLAIM";
const IAP_AUDIENCE: &str = "CALLGATE_IAP_AUDIENCE";
const AUDIENCES: &str = "CALLGATE_AUDIENCES";
const SERVICE_ACCOUNTS: &str = "CALLGATE_SERVICE_ACCOUNTS";
const CLOCK_SKEW: &str = "CALLGATE_CLOCK_SKEW";

/// The least skew for Identity-Aware Proxy, as in every gate: Google's own advice.
const IAP_CLOCK_SKEW: Duration = Duration::from_secs(30);

/// What stands in the environment of a container that serves production, where no gate takes unsigned tokens (G22).
const PRODUCTION: [&str; 3] = ["K_SERVICE", "CLOUD_RUN_JOB", "KUBERNETES_SERVICE_HOST"];

/// A gate's settings, and the time that tokens are judged by.
pub(crate) struct Settings {
    args: SettingsArgs,
    keys: KeysArgs,
    clock: Clock,
    clock_skew: Option<Duration>,
}

impl Settings {
    pub(crate) fn new(args: SettingsArgs, keys: KeysArgs, clock: Clock) -> anyhow::Result<Self> {
        let clock_skew = given(args.clock_skew.as_deref())
            .map(values::duration)
            .transpose();
        Ok(Self {
            clock_skew: clock_skew.context(CLOCK_SKEW)?,
            args,
            keys,
            clock,
        })
    }

    /// Whether end users are those of Firebase's emulator.
    pub(crate) fn is_emulated(&self) -> bool {
        given(self.args.auth_emulator_host.as_deref()).is_some()
    }

    pub(crate) fn firebase(&self) -> anyhow::Result<FirebaseVerifier> {
        let source = Source {
            url: self.keys.url_firebase.as_deref(),
            url_variable: "CALLGATE_KEYS_URL_FIREBASE",
            file: self.keys.file_firebase.as_deref(),
            file_variable: "CALLGATE_KEYS_FILE_FIREBASE",
            google: FIREBASE_KEYS_URL,
        };
        let project_id = self.project_id()?;
        self.end_users(project_id, source.open(KeyStore::fetched)?)
    }

    pub(crate) fn session_cookies(&self) -> anyhow::Result<SessionCookieVerifier> {
        let source = Source {
            url: self.keys.url_session_cookie.as_deref(),
            url_variable: "CALLGATE_KEYS_URL_SESSION_COOKIE",
            file: self.keys.file_session_cookie.as_deref(),
            file_variable: "CALLGATE_KEYS_FILE_SESSION_COOKIE",
            google: SESSION_COOKIE_KEYS_URL,
        };
        let project_id = self.project_id()?;
        let keys = source.open(KeyStore::fetched)?;
        // It has no settings of its own. Of the ID tokens, none is verified here: the keys are not theirs.
        let id_tokens = self.end_users(project_id, keys.clone())?;
        Ok(SessionCookieVerifier::like(&id_tokens, keys))
    }

    pub(crate) fn iap(&self) -> anyhow::Result<IapVerifier> {
        let audience = match given(self.args.iap_audience.as_deref()) {
            None => bail!(
                "{IAP_AUDIENCE}: not set: name the service behind IAP, /projects/NUMBER/locations/REGION/services/SERVICE \
                 (--iap-audience)"
            ),
            Some("auto") => bail!(
                "{IAP_AUDIENCE}: auto is for a service on Cloud Run: write it out here, \
                 /projects/NUMBER/locations/REGION/services/SERVICE"
            ),
            Some(audience) => audience,
        };
        let source = Source {
            url: self.keys.url_iap.as_deref(),
            url_variable: "CALLGATE_KEYS_URL_IAP",
            file: self.keys.file_iap.as_deref(),
            file_variable: "CALLGATE_KEYS_FILE_IAP",
            google: IAP_KEYS_URL,
        };
        let skew = self.clock_skew.unwrap_or(IAP_CLOCK_SKEW);
        IapVerifier::new(audience, source.open(KeyStore::fetched)?)
            .context(IAP_AUDIENCE)?
            .clock(self.clock.clone())
            .clock_skew(skew.max(IAP_CLOCK_SKEW))
            .context(CLOCK_SKEW)
    }

    /// Without service accounts it accepts none, but says of each what to set.
    pub(crate) fn service_accounts(&self) -> anyhow::Result<ServiceAccountVerifier> {
        let audiences = given(self.args.audiences.as_deref()).with_context(|| {
            format!(
                "{AUDIENCES}: not set: name what other services make their tokens for, this service's URL mostly (--audiences)"
            )
        })?;
        let source = Source {
            url: self.keys.url_google.as_deref(),
            url_variable: "CALLGATE_KEYS_URL_GOOGLE",
            file: self.keys.file_google.as_deref(),
            file_variable: "CALLGATE_KEYS_FILE_GOOGLE",
            google: GOOGLE_KEYS_URL,
        };
        let accounts =
            values::list(given(self.args.service_accounts.as_deref()).unwrap_or_default())
                .map(values::mapping)
                .collect::<anyhow::Result<Vec<_>>>()
                .context(SERVICE_ACCOUNTS)?;
        let verifier =
            ServiceAccountVerifier::new(values::list(audiences), source.open(KeyStore::fetched)?)
                .context(AUDIENCES)?
                .accounts(accounts)
                .context(SERVICE_ACCOUNTS)?
                .clock(self.clock.clone());
        match self.clock_skew {
            Some(skew) => verifier.clock_skew(skew).context(CLOCK_SKEW),
            None => Ok(verifier),
        }
    }

    pub(crate) fn apps(&self) -> anyhow::Result<AppCheckVerifier> {
        let project_id = self.project_id()?;
        let number = given(self.args.project_number.as_deref()).with_context(|| {
            format!(
                "{PROJECT_NUMBER}: not set: App Check names projects by their numbers (--project-number)"
            )
        })?;
        let number = number.parse().ok().with_context(|| {
            format!(
                "{PROJECT_NUMBER}: {number:?} is not the number of a project, such as 123456789012"
            )
        })?;
        let source = Source {
            url: self.keys.url_app_check.as_deref(),
            url_variable: "CALLGATE_KEYS_URL_APP_CHECK",
            file: self.keys.file_app_check.as_deref(),
            file_variable: "CALLGATE_KEYS_FILE_APP_CHECK",
            google: APP_CHECK_KEYS_URL,
        };
        let keys = source.open(AppCheckVerifier::fetched_keys)?;
        let verifier = AppCheckVerifier::new(project_id, number, keys)
            .context(PROJECT_ID)?
            .clock(self.clock.clone());
        match self.clock_skew {
            Some(skew) => verifier.clock_skew(skew).context(CLOCK_SKEW),
            None => Ok(verifier),
        }
    }

    pub(crate) fn emulator(&self) -> anyhow::Result<EmulatorVerifier> {
        if let Some(name) = PRODUCTION
            .into_iter()
            .find(|name| env::var_os(name).is_some())
        {
            bail!(
                "{name}: it is set, so this is production, where no gate takes the unsigned tokens of Firebase's emulator"
            );
        }
        let mut verifier = EmulatorVerifier::new(self.project_id()?)
            .context(PROJECT_ID)?
            .clock(self.clock.clone());
        if let Some(skew) = self.clock_skew {
            verifier = verifier.clock_skew(skew).context(CLOCK_SKEW)?;
        }
        if let Some(tenants) = given(self.args.tenants.as_deref()) {
            verifier = verifier.tenants(values::list(tenants)).context(TENANTS)?;
        }
        if let Some(claim) = given(self.args.roles_claim.as_deref()) {
            verifier = verifier.roles_claim(claim).context(ROLES_CLAIM)?;
        }
        Ok(verifier)
    }

    fn end_users(&self, project_id: &str, keys: KeyStore) -> anyhow::Result<FirebaseVerifier> {
        let mut verifier = FirebaseVerifier::new(project_id, keys)
            .context(PROJECT_ID)?
            .clock(self.clock.clone());
        if let Some(skew) = self.clock_skew {
            verifier = verifier.clock_skew(skew).context(CLOCK_SKEW)?;
        }
        if let Some(tenants) = given(self.args.tenants.as_deref()) {
            verifier = verifier.tenants(values::list(tenants)).context(TENANTS)?;
        }
        if let Some(claim) = given(self.args.roles_claim.as_deref()) {
            verifier = verifier.roles_claim(claim).context(ROLES_CLAIM)?;
        }
        Ok(verifier)
    }

    fn project_id(&self) -> anyhow::Result<&str> {
        given(self.args.project_id.as_deref())
            .or(given(self.args.google_cloud_project.as_deref()))
            .with_context(|| {
                format!(
                    "{PROJECT_ID}: not set: name the project whose users may call (--project-id)"
                )
            })
    }
}

/// A setting that says something.
fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}
