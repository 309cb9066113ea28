//! What to do about a refused token. One sentence or two for a person, true for the token at hand.

use super::{Glance, Kind, Outcome, Step};
use crate::denial::{Denial, Invalid, loggable};

pub(super) const VALID: &str = "Send it as `authorization: Bearer <token>`.";

pub(super) fn of(glance: &Glance<'_>, denial: &Denial, steps: &[Step], project: &str) -> String {
    if matches!(denial, Denial::KeysUnavailable(_)) {
        return "Nothing is proven without the issuer's keys: give them in a file (CALLGATE_KEYS_FILE_FIREBASE), or try again \
                where Google can be reached."
            .to_owned();
    }
    match glance.kind() {
        Kind::FirebaseIdToken => firebase(glance, denial, steps, project),
        kind => other(kind).to_owned(),
    }
}

/// What is a Firebase ID token by its looks.
fn firebase(glance: &Glance<'_>, denial: &Denial, steps: &[Step], project: &str) -> String {
    let expiry = failure(steps, "expiry");
    match (denial, glance.project()) {
        (Denial::TokenInvalid(Invalid::SignatureRemoved), _) => {
            "Cloud Run checked the token for IAM and took its signature off, so nobody behind it can verify it: let everyone \
             invoke the service (gcloud run services update SERVICE --no-invoker-iam-check) and leave it to the gate, or \
             have the caller send IAM's token in x-serverless-authorization and this one in authorization."
                .to_owned()
        }
        (Denial::TokenMalformed(_), _) => "It was changed on its way: copy it again, whole and with nothing added, from where \
                                           the app gets it (await user.getIdToken())."
            .to_owned(),
        (_, Some(other)) if other != project => {
            let other = loggable(other);
            format!(
                "It is for project \"{other}\", and this gate is for \"{project}\": start Firebase in the app with the \
                 configuration of \"{project}\" (firebaseConfig.projectId), or set CALLGATE_PROJECT_ID if the gate is the \
                 one that is wrong."
            )
        }
        (Denial::TokenInvalid(Invalid::UnknownKey(_)), _) => match expiry {
            Some(detail) => format!(
                "It {detail}, and the issuer has withdrawn its key since: get a new one with user.getIdToken(true)."
            ),
            None => "No key of this issuer made it: it is of another issuer (a local identity or a test?) or forged, or the keys \
                     given here are old."
                .to_owned(),
        },
        (Denial::TokenInvalid(Invalid::Signature), _) => {
            "It was changed after it was signed, or somebody else signed it: copy it again, whole; if it stays so, treat it as \
             forged."
                .to_owned()
        }
        (Denial::TokenExpired, _) => format!(
            "It {}: get a new one with user.getIdToken(true); the Firebase SDK renews tokens by itself, so look for a place \
             where the app keeps one for longer than an hour.",
            expiry.unwrap_or("expired")
        ),
        (Denial::TokenNotYetValid(_), _) => format!(
            "A clock is off: {}. Set the clock of this machine, or of whoever made the token, by NTP; differences of up to 5m \
             can be allowed with CALLGATE_CLOCK_SKEW.",
            failure(steps, "not-before").unwrap_or("it is for the future")
        ),
        _ if failure(steps, "tenant").is_some() => {
            "List the tenants whose users may call in CALLGATE_TENANTS, and `-` among them for the project's own users; or sign \
             in to a pool that is listed (auth.tenantId)."
                .to_owned()
        }
        _ => "Firebase makes no such token: take it from the signed-in user (await user.getIdToken()), not from code that makes \
              its own."
            .to_owned(),
    }
}

/// What is something else by its looks.
fn other(kind: Kind) -> &'static str {
    match kind {
        Kind::FirebaseIdToken => "Take a new one: await user.getIdToken().",
        Kind::CustomToken => {
            "It is for signing in, not for calling: exchange it with signInWithCustomToken(auth, token), and send the ID token \
             that the user then has (await user.getIdToken())."
        }
        Kind::EmulatorToken => {
            "Anyone can write an unsigned token, so it proves nothing: only Firebase's emulator makes them. Let the app sign in \
             at the real project (is connectAuthEmulator still called?), and send that ID token."
        }
        Kind::UnsignedJwt => {
            "Anyone can write an unsigned token, so it proves nothing: send the signed ID token of the signed-in user (await \
             user.getIdToken())."
        }
        Kind::SessionCookie => {
            "A session cookie is for services that accept one; methods for end users want the ID token (await \
             user.getIdToken()) in authorization."
        }
        Kind::IapAssertion => {
            "IAP sends it in x-goog-iap-jwt-assertion to services behind it, where it proves an internal user; an end user calls \
             with a Firebase ID token."
        }
        Kind::ServiceAccountToken => {
            "It proves a program, not a person: a method for end users wants the user's own Firebase ID token, which a service \
             passes on untouched."
        }
        Kind::GoogleIdToken => {
            "It proves a Google account, but no user of this project: sign in to Firebase with it \
             (signInWithCredential(auth, GoogleAuthProvider.credential(idToken))), and send the Firebase ID token."
        }
        Kind::AppCheckToken => {
            "It proves an app, not a user: it belongs in x-firebase-appcheck, and the user's ID token in authorization."
        }
        Kind::AccessToken => {
            "An access token opens Google's own APIs and cannot be verified by anyone else: send the ID token (await \
             user.getIdToken()), not the accessToken of the sign-in's credential."
        }
        Kind::RefreshToken => {
            "A refresh token is a long-lived secret that only the Firebase SDK should hold: send the ID token that it gets with \
             it (await user.getIdToken()), and revoke this one if others may have seen it."
        }
        Kind::ApiKey => {
            "An API key names the app's project and proves no user: sign in, and send the ID token (await user.getIdToken())."
        }
        Kind::OtherJwt => {
            "Its issuer is not one of Google's that a gate knows: send the ID token of the signed-in Firebase user (await \
             user.getIdToken())."
        }
        Kind::EncryptedJwt => {
            "Only who has its key can read it: send the ID token of the signed-in Firebase user (await user.getIdToken())."
        }
        Kind::Fragment => {
            "It begins like a token but is not whole: copy all three parts, with both dots between them, and look for a limit on \
             length that cut it off."
        }
        Kind::Json => {
            "It is a JSON document: if it is the answer to a sign-in, send the value of its idToken (id_token), and nothing \
             around it; if it is a key file, keep it secret."
        }
        Kind::Pem => {
            "It is a key or certificate: if it is a private one, keep it secret. What is sent is the user's ID token."
        }
        Kind::Empty => {
            "There is nothing to explain: the app sends no token. Was the user signed in before the call (await \
             auth.authStateReady())?"
        }
        Kind::Garbage => {
            "A token is three parts of base64url with dots between them, and begins with eyJ: look at what the app puts into \
             the header; `undefined`, `null` and `[object Promise]` are the usual mistakes (await user.getIdToken())."
        }
    }
}

fn failure<'s>(steps: &'s [Step], check: &str) -> Option<&'s str> {
    steps
        .iter()
        .find(|step| step.check == check && matches!(step.outcome, Outcome::Failed(_)))
        .map(|step| step.detail.as_str())
}
