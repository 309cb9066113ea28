//! About what is something else than was asked for, by its looks.

use std::borrow::Cow;

use super::{Asked, Kind};

/// What is the matter with it, and what to do instead.
pub(super) fn of(kind: Kind, asked: &Asked<'_>) -> String {
    let matter = matter(kind);
    let remedy = match asked.kind() {
        Kind::FirebaseIdToken => id_token_instead_of(kind).into(),
        _ => wanted(asked),
    };
    format!("{matter}: {remedy}")
}

/// What is the matter with it, wherever it was sent.
fn matter(kind: Kind) -> &'static str {
    match kind {
        Kind::FirebaseIdToken => "It proves an end user, who sends it in authorization",
        Kind::CustomToken => "It is for signing in, not for calling",
        Kind::EmulatorToken | Kind::UnsignedJwt => {
            "Anyone can write an unsigned token, so it proves nothing"
        }
        Kind::SessionCookie => "A session cookie is for methods that accept one",
        Kind::IapAssertion => {
            "IAP sends it in x-goog-iap-jwt-assertion to services behind it, where it proves an internal user"
        }
        Kind::ServiceAccountToken => "It proves a program, not a person",
        Kind::GoogleIdToken => "It proves a Google account, but no user of this project",
        Kind::AppCheckToken => "It proves an app, not a user, and belongs in x-firebase-appcheck",
        Kind::NoAppCheckToken => {
            "It is what Firebase's SDK sends where it could not get an App Check token"
        }
        Kind::AccessToken => {
            "An access token opens Google's own APIs and cannot be verified by anyone else"
        }
        Kind::RefreshToken => {
            "A refresh token is a long-lived secret that nobody else should hold (revoke this one if others may have seen it)"
        }
        Kind::ApiKey => "An API key names the app's project and proves no user",
        Kind::OtherJwt => "Its issuer is not one of Google's that a gate knows",
        Kind::EncryptedJwt => "Only who has its key can read it",
        Kind::Fragment => {
            "It begins like a token but is not whole (copy all three parts, with both dots between them, and look for a limit on \
             length that cut it off)"
        }
        Kind::Json => {
            "It is a JSON document (if it is a key file, keep it secret; if it is the answer to a sign-in, the token is the \
             value of its idToken or id_token)"
        }
        Kind::Pem => "It is a key or certificate (if it is a private one, keep it secret)",
        Kind::Empty => "There is nothing to explain",
        Kind::Garbage => {
            "A token is three parts of base64url with dots between them, and begins with eyJ"
        }
    }
}

/// What to do where an end user's ID token was asked for, and this is what came.
fn id_token_instead_of(kind: Kind) -> &'static str {
    match kind {
        Kind::CustomToken => {
            "exchange it with signInWithCustomToken(auth, token), and send the ID token that the user then has (await \
             user.getIdToken())."
        }
        Kind::EmulatorToken => {
            "only Firebase's emulator makes them. Let the app sign in at the real project (is connectAuthEmulator still \
             called?), and send that ID token; for a gate that takes the emulator's tokens, set FIREBASE_AUTH_EMULATOR_HOST."
        }
        Kind::ServiceAccountToken => {
            "a method for end users wants the user's own Firebase ID token, which a service passes on untouched."
        }
        Kind::GoogleIdToken => {
            "sign in to Firebase with it (signInWithCredential(auth, GoogleAuthProvider.credential(idToken))), and send the \
             Firebase ID token."
        }
        Kind::AccessToken => {
            "send the ID token (await user.getIdToken()), not the accessToken of the sign-in's credential."
        }
        Kind::ApiKey => "sign in, and send the ID token (await user.getIdToken()).",
        Kind::Empty => {
            "the app sends no token. Was the user signed in before the call (await auth.authStateReady())?"
        }
        Kind::Garbage => {
            "look at what the app puts into the header; `undefined`, `null` and `[object Promise]` are the usual mistakes \
             (await user.getIdToken())."
        }
        _ => {
            "a method for end users wants the ID token of the signed-in Firebase user (await user.getIdToken()), in \
             authorization."
        }
    }
}

/// What was asked for instead.
fn wanted(asked: &Asked<'_>) -> Cow<'static, str> {
    match asked.kind() {
        Kind::SessionCookie => {
            "wanted here is a session cookie, which a service makes of the ID token of a user who has just signed in.".into()
        }
        Kind::IapAssertion => {
            "wanted here is the assertion that IAP adds to each call in x-goog-iap-jwt-assertion: call the service through IAP, \
             and it comes by itself."
                .into()
        }
        Kind::ServiceAccountToken => format!(
            "wanted here is Google's ID token of a service account, made for this service: {}.",
            asked.renewal()
        )
        .into(),
        Kind::AppCheckToken => {
            "wanted here is the App Check token of a registered app (await getToken(appCheck)), in x-firebase-appcheck.".into()
        }
        _ => {
            "wanted here is an unsigned ID token of Firebase's emulator (await user.getIdToken() after connectAuthEmulator), \
             since FIREBASE_AUTH_EMULATOR_HOST is what the gate is set to."
                .into()
        }
    }
}
