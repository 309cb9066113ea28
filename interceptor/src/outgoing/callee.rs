//! Which service is called, and with tokens for which audience.

use std::{fmt, time::Duration};

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use url::Url;

use super::{Channel, connection::Connection};
use crate::{
    google::{AudienceTokens, IdTokens, SettingsError},
    http_client::check_url,
};

/// How long connecting may take, and the TLS handshake after it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long nothing may be read from a connection on which a call waits, before it is pinged. gRPC's own rule allows clients no
/// less, and servers may throw out those who ping more often.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// How long the answer to a ping may take. An instance that was frozen finds a dead connection out after that time, and not when
/// TCP gives up on it, minutes later.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(3);

/// Another service that this one calls: its origin, and the tokens for it.
#[derive(Clone)]
pub struct Callee {
    endpoint: Endpoint,
    /// `None` for plain http.
    tls: Option<ClientTlsConfig>,
    tokens: AudienceTokens,
    behind_iam: bool,
}

// === impl Callee ===

impl Callee {
    /// The service at this origin, such as `https://votes-x1y2z3.a.run.app`, which takes tokens for this audience: mostly the
    /// same URL, or one of the custom audiences of the service.
    ///
    /// Its certificate must come from one of the public authorities that are compiled in.
    ///
    /// # Errors
    ///
    /// Where the origin is more than one (it has a path, a query, a user name), is neither https nor this machine's own, or where
    /// the audience cannot be one.
    pub fn new(origin: &str, audience: &str, tokens: &IdTokens) -> Result<Self, SettingsError> {
        let wrong = |words: &str| SettingsError::new(format!("the service to call: {words}"));
        let url = Url::parse(origin).map_err(|error| wrong(&error.to_string()))?;
        check_url(&url).map_err(wrong)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong(
                "its origin must be a scheme, a host and perhaps a port",
            ));
        }
        // What was judged is what is connected to, whatever another parser makes of the text.
        let origin = url.origin().ascii_serialization();
        let endpoint = Endpoint::from_shared(origin)
            .and_then(|it| it.user_agent(concat!("callgate/", env!("CARGO_PKG_VERSION"))))
            .map_err(|error| wrong(&error.to_string()))?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
            .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
            .keep_alive_while_idle(false);
        let tls = (url.scheme() == "https").then(|| {
            ClientTlsConfig::new()
                .with_webpki_roots()
                .timeout(CONNECT_TIMEOUT)
        });
        Self {
            endpoint,
            tls: None,
            tokens: tokens.for_audience(audience)?,
            behind_iam: false,
        }
        .with_tls(tls)
    }

    /// Trusts the authority of this certificate too, in PEM: one's own, inside of a private network.
    ///
    /// # Errors
    ///
    /// Where that is no certificate, or the service is called over plain http.
    pub fn trusting(self, certificate: &str) -> Result<Self, SettingsError> {
        if !certificate.contains("-----BEGIN CERTIFICATE-----") {
            return Err(SettingsError::new(
                "the certificate to trust is none in PEM",
            ));
        }
        let Some(tls) = self.tls.clone() else {
            return Err(SettingsError::new(
                "there is no certificate to trust where a service is called over plain http",
            ));
        };
        let tls = tls.ca_certificate(Certificate::from_pem(certificate));
        self.with_tls(Some(tls))
    }

    /// Says that Cloud Run checks the callers of the service itself, by IAM: the token goes to `x-serverless-authorization` too,
    /// where IAM takes it from, so that `authorization` reaches the service as it was sent.
    ///
    /// This service's account needs the role `roles/run.invoker` on the callee.
    #[must_use]
    pub fn behind_iam(mut self) -> Self {
        self.behind_iam = true;
        self
    }

    /// A channel to the service, for one of tonic's generated clients, or for several: cloning it is cheap, and clones share their
    /// connection. It connects when it is first used.
    pub fn channel(&self) -> Channel {
        let connection = Connection::new(self.endpoint.clone(), self.tokens.clock());
        Channel::new(connection, self.tokens.clone(), self.behind_iam)
    }

    fn with_tls(mut self, tls: Option<ClientTlsConfig>) -> Result<Self, SettingsError> {
        if let Some(config) = tls.clone() {
            self.endpoint = self.endpoint.tls_config(config).map_err(|_| {
                SettingsError::new("TLS cannot start: is the certificate to trust a good one?")
            })?;
        }
        self.tls = tls;
        Ok(self)
    }
}

/// Shows the origin.
impl fmt::Debug for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Callee").field(self.endpoint.uri()).finish()
    }
}
