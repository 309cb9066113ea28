//! About a token that is for somebody else: another project, another service.

use super::{Asked, Glance, Kind};
use crate::denial::loggable;

/// What OAuth clients' ids end with: anyone's program gets tokens for its own.
const OAUTH_CLIENT_SUFFIX: &str = ".apps.googleusercontent.com";

/// What to do, where the token says to be for somebody else.
pub(super) fn of(glance: &Glance<'_>, asked: &Asked<'_>) -> Option<String> {
    let ours = asked.ours();
    match asked.kind() {
        Kind::FirebaseIdToken | Kind::EmulatorToken => {
            let theirs = other(glance.project(), ours)?;
            Some(format!(
                "It is for project \"{theirs}\", and this gate is for \"{ours}\": start Firebase in the app with the \
                 configuration of \"{ours}\" (firebaseConfig.projectId), or set CALLGATE_PROJECT_ID if the gate is the one \
                 that is wrong."
            ))
        }
        Kind::SessionCookie => {
            let theirs = other(glance.project(), ours)?;
            Some(format!(
                "It is for project \"{theirs}\", and this gate is for \"{ours}\": have the cookie made by a service of \
                 \"{ours}\", or set CALLGATE_PROJECT_ID if the gate is the one that is wrong."
            ))
        }
        Kind::IapAssertion => {
            let theirs = other(glance.claim("aud"), ours)?;
            Some(format!(
                "It is for the service \"{theirs}\", and this gate is for \"{ours}\": call the right one, or set \
                 CALLGATE_IAP_AUDIENCE if the gate is the one that is wrong."
            ))
        }
        Kind::ServiceAccountToken => service(glance.claim("aud")?, ours),
        Kind::AppCheckToken => {
            let theirs = other(glance.project(), ours)?;
            Some(format!(
                "It is for the project of number \"{theirs}\", and this gate is for {ours}: register the app in that project, \
                 or set CALLGATE_PROJECT_NUMBER if the gate is the one that is wrong."
            ))
        }
        _ => None,
    }
}

/// A service's audiences are several.
fn service(theirs: &str, ours: &str) -> Option<String> {
    if ours.split(',').any(|ours| ours == theirs) {
        return None;
    }
    let shown = loggable(theirs);
    Some(match theirs.ends_with(OAUTH_CLIENT_SUFFIX) {
        true => format!(
            "It is for the OAuth client \"{shown}\", and anyone's program gets such tokens: have the caller ask for one that is \
             for this service (--audiences {ours}), which wants a service account."
        ),
        false => format!(
            "It is for \"{shown}\", and this gate is for {ours}: have the caller ask for a token that is for this service, or \
             add that to CALLGATE_AUDIENCES if it is another name of the same."
        ),
    })
}

/// What the token says, fit to be shown, unless it is ours.
fn other(theirs: Option<&str>, ours: &str) -> Option<String> {
    theirs.filter(|theirs| *theirs != ours).map(loggable)
}
