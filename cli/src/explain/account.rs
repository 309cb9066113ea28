//! What to map an account with that the configuration gives no name yet.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callgate::{Denial, explain::Explanation};
use serde::Deserialize;

use super::proven::Proven;

#[derive(Deserialize)]
struct Claims {
    email: String,
    sub: String,
}

/// The line to put into the configuration, with the account's e-mail address.
///
/// It is for the terminal of the operator, who has to write that address into the configuration, and for nothing else: neither
/// the JSON nor the library's explanation has it (G23). It is a program's address, never a person's. The verifier gives this
/// reason last, so everything else about the token is proven.
pub(super) fn hint(explanation: &Explanation<Proven>, token: &str) -> Option<String> {
    let Err(Denial::ServiceNotAllowed) = &explanation.verdict else {
        return None;
    };
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let Claims { email, sub } = serde_json::from_slice(&payload).ok()?;
    let is_plain = |text: &str| {
        text.len() <= 128
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'@'))
    };
    (email.ends_with(".gserviceaccount.com") && is_plain(&email) && is_plain(&sub)).then(|| {
        format!(
            "For this account, with a name of yours: CALLGATE_SERVICE_ACCOUNTS=NAME={email}#{sub}"
        )
    })
}
