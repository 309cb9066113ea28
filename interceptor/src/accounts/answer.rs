//! What Identity Toolkit's answer means.

use reqwest::{Response, StatusCode};
use serde::Deserialize;

use super::AccountsError;
use crate::{
    http_client::read_body,
    json::{Object, parse_object},
};

/// How a request ended.
pub(super) enum Answer {
    /// It was done; this is the body.
    Done(Vec<u8>),
    /// The access token was refused.
    Unauthorized,
}

#[derive(Deserialize)]
struct Refusal {
    error: Object<Reason>,
}

/// Identity Toolkit's own errors have their code in `message` (`USER_NOT_FOUND`), those of Google's front end in `status`.
#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    message: String,
    #[serde(default)]
    status: String,
}

/// Reads an answer of at most `limit` bytes, as that of a call which may have changed something.
pub(super) async fn read_answer(response: Response, limit: usize) -> Result<Answer, AccountsError> {
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        return Ok(Answer::Unauthorized);
    }
    let body = match read_body(response, limit).await {
        Ok(body) if status == StatusCode::OK => return Ok(Answer::Done(body)),
        Ok(body) => body,
        // The status says enough of a refusal, and of a success not what was done.
        Err(_) if status.is_client_error() => Vec::new(),
        Err(words) => return Err(AccountsError::OutcomeUnknown(words)),
    };
    let code = error_code(&body);
    let words = match &code {
        Some(code) => format!("HTTP status {}, {code}", status.as_u16()),
        None => format!("HTTP status {}", status.as_u16()),
    };
    Err(match (status, code.as_deref()) {
        // With a tenant go all its users.
        (StatusCode::BAD_REQUEST, Some("USER_NOT_FOUND" | "TENANT_NOT_FOUND")) => {
            AccountsError::NotFound
        }
        (_, Some("QUOTA_EXCEEDED" | "TOO_MANY_ATTEMPTS_TRY_LATER"))
        | (StatusCode::TOO_MANY_REQUESTS, _) => AccountsError::Unavailable(words),
        (StatusCode::REQUEST_TIMEOUT, _) => AccountsError::OutcomeUnknown(words),
        _ if status.is_client_error() => AccountsError::Refused(words),
        _ => AccountsError::OutcomeUnknown(words),
    })
}

/// The code of an error, such as `USER_NOT_FOUND`. What is said beyond it may name someone, and is left out.
fn error_code(body: &[u8]) -> Option<String> {
    let Object(reason) = parse_object::<Refusal>(body).ok()?.error;
    let fits = |code: &&str| {
        (1..=64).contains(&code.len())
            && code
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    let of_message = reason.message.split(' ').next().filter(fits);
    // "The caller does not have permission" begins with no code, "A project .." does by chance.
    let of_message = of_message.filter(|code| code.contains('_'));
    of_message
        .or(Some(&*reason.status).filter(fits))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(message: &str, status: &str) -> Option<String> {
        let body =
            format!(r#"{{"error":{{"code":400,"message":"{message}","status":"{status}"}}}}"#);
        error_code(body.as_bytes())
    }

    #[test]
    fn an_error_is_told_by_its_code_and_nothing_else() {
        assert_eq!(
            code("USER_NOT_FOUND", "").as_deref(),
            Some("USER_NOT_FOUND")
        );
        assert_eq!(
            code("INVALID_EMAIL : ada@example.com", "").as_deref(),
            Some("INVALID_EMAIL")
        );
        assert_eq!(
            code("The caller ada@example.com may not", "PERMISSION_DENIED").as_deref(),
            Some("PERMISSION_DENIED")
        );
        assert_eq!(code("ada@example.com", "ada@example.com"), None);
        assert_eq!(error_code(b"<html>"), None);
    }
}
