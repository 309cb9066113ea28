//! The unsigned tokens of Firebase's own emulator: whoever wants to be somebody writes one.

mod explain;

use std::{borrow::Cow, fmt, time::Duration};

use serde::de::{Error as _, MapAccess};

use super::{Check, VerifierError, end_users::EndUsers, firebase::ID_TOKEN};
use crate::{
    caller::EndUser,
    clock::Clock,
    denial::{Denial, Invalid},
    token::{
        Parts,
        json::{self, Fault, Object},
    },
};

/// What the ids of projects begin with that exist in emulators only, by Firebase's own word.
const DEMO_PREFIX: &str = "demo-";

/// The most members of a header. The emulator's has two.
const MAX_MEMBERS: usize = 16;

/// Takes the tokens of Firebase's emulator, for one project that exists there only (G22).
///
/// **It proves nothing**, since these tokens are not signed. Their form, issuer, audience, claims and times are held to all that
/// a [`FirebaseVerifier`](crate::FirebaseVerifier) demands; and a token that is signed, or names a key, is none of the emulator's.
///
/// It is there with the feature `emulator` only, which no production build should have.
///
/// ```
/// use callgate::verify::{Check, EmulatorVerifier};
///
/// let verifier = EmulatorVerifier::new("demo-greeter")?;
/// assert!(matches!(verifier.check("no.token.at-all"), Check::Refused(_)));
/// assert!(EmulatorVerifier::new("greeter-production").is_err());
/// # Ok::<(), callgate::verify::VerifierError>(())
/// ```
#[derive(Clone)]
pub struct EmulatorVerifier {
    users: EndUsers,
}

impl EmulatorVerifier {
    /// A verifier for the emulator's tokens for this project.
    ///
    /// # Errors
    ///
    /// Where `project_id` does not begin with `demo-`, or is not in the form that Google gives project ids.
    pub fn new(project_id: impl Into<String>) -> Result<Self, VerifierError> {
        let project_id = project_id.into();
        if !project_id.starts_with(DEMO_PREFIX) {
            return Err(VerifierError::EmulatorProject(project_id));
        }
        Ok(Self {
            users: EndUsers::new(project_id, &ID_TOKEN)?,
        })
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.users.set_clock(clock);
        self
    }

    /// Lets clocks differ by this much: see [`FirebaseVerifier::clock_skew`](crate::FirebaseVerifier::clock_skew).
    ///
    /// # Errors
    ///
    /// Where it is more than 5 minutes.
    pub fn clock_skew(mut self, skew: Duration) -> Result<Self, VerifierError> {
        self.users.set_clock_skew(skew)?;
        Ok(self)
    }

    /// Accepts the users of these tenants and no others: see [`FirebaseVerifier::tenants`](crate::FirebaseVerifier::tenants).
    ///
    /// # Errors
    ///
    /// Where one of them cannot be the id of a tenant.
    pub fn tenants<T: Into<String>>(
        mut self,
        tenants: impl IntoIterator<Item = T>,
    ) -> Result<Self, VerifierError> {
        self.users.set_tenants(tenants)?;
        Ok(self)
    }

    /// Reads the user's roles from this custom claim: see
    /// [`FirebaseVerifier::roles_claim`](crate::FirebaseVerifier::roles_claim).
    ///
    /// # Errors
    ///
    /// Where it is a claim that users can set themselves, or one that a standard gave a meaning.
    pub fn roles_claim(mut self, name: impl Into<String>) -> Result<Self, VerifierError> {
        self.users.set_roles_claim(name)?;
        Ok(self)
    }

    /// The project whose users are taken for who they say they are.
    pub fn project_id(&self) -> &str {
        self.users.project_id()
    }

    /// The custom claim that holds a user's roles.
    pub(crate) fn claim_of_roles(&self) -> &str {
        self.users.roles_claim()
    }

    /// Whether users of this tenant are accepted; `-` is the project's own pool.
    pub fn accepts_tenant(&self, tenant: &str) -> bool {
        self.users.accept_tenant(tenant)
    }

    /// Checks a token. There are no keys to wait for.
    pub fn check(&self, token: &(impl AsRef<[u8]> + ?Sized)) -> Check<EndUser> {
        match self.verify(token) {
            Ok(user) => Check::Verified(user),
            Err(denial) => Check::Refused(denial),
        }
    }

    /// Checks a token.
    ///
    /// # Errors
    ///
    /// The reason why the token does not count.
    pub fn verify(&self, token: &(impl AsRef<[u8]> + ?Sized)) -> Result<EndUser, Denial> {
        let token = token.as_ref();
        let parts = Parts::split(token)?;
        unsigned(&parts)?;
        self.users.judge(&token.into(), &parts.payload)
    }
}

/// Shows no token.
impl fmt::Debug for EmulatorVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorVerifier")
            .field("project_id", &self.project_id())
            .finish_non_exhaustive()
    }
}

/// Whether the token is unsigned and says so (RFC 7519, 6). One of Google's own, brought here, names a key: it does not count.
fn unsigned(parts: &Parts<'_>) -> Result<(), Denial> {
    let mut header = Header::default();
    json::read(&parts.header, &mut header, MAX_MEMBERS).map_err(|fault| match fault {
        Fault::Syntax => Denial::TokenMalformed("the header is no JSON"),
        Fault::Content(why) => Invalid::Header(why).into(),
    })?;
    let wrong = |why: &str| Err(Invalid::Header(why.to_owned()).into());
    match header.alg {
        Some(alg) if alg == "none" => {}
        Some(_) => return Err(Invalid::Algorithm.into()),
        None => return wrong("alg is missing"),
    }
    if header.typ.is_some_and(|typ| typ != "JWT") {
        return wrong("typ is not JWT");
    }
    if header.has_kid {
        return wrong("kid, in a token of the emulator");
    }
    if !parts.signature.is_empty() {
        return Err(Invalid::Signature.into());
    }
    Ok(())
}

#[derive(Default)]
struct Header<'a> {
    alg: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
    has_kid: bool,
}

impl<'de> Object<'de> for Header<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "alg" => self.alg = Some(json::text(map, "alg")?),
            "typ" => self.typ = Some(json::text(map, "typ")?),
            "kid" => {
                self.has_kid = true;
                json::skip(map)?;
            }
            "crit" => return Err(A::Error::custom("crit is not supported")),
            "b64" => return Err(A::Error::custom("b64 is not supported")),
            _ => json::skip(map)?,
        }
        Ok(())
    }
}
