//! Reading what a request says: everything has its form and its bounds.

use callgate_api::admin::v1::UserId;
use tonic::Status;

use crate::{
    audit::{AttemptId, Target},
    refusal::bad_request,
};

const PAGE: u16 = 50;
const LARGEST_PAGE: u16 = 500;

/// As many characters as Identity Platform gives a uid.
const LONGEST_UID: usize = 128;
const LONGEST_TENANT: usize = 128;
/// A token of Identity Platform has some dozens.
const LONGEST_PAGE_TOKEN: usize = 2048;

/// Whom a change is about.
pub(crate) fn target(user: Option<UserId>) -> Result<Target, Status> {
    let UserId { uid, tenant } = user.ok_or_else(|| bad_request("user", "it is missing"))?;
    if !(1..=LONGEST_UID).contains(&uid.chars().count()) || uid.contains(char::is_control) {
        return Err(bad_request(
            "user.uid",
            "a uid has 1 to 128 characters, none of them a control character",
        ));
    }
    Ok(Target {
        uid,
        tenant: self::tenant("user.tenant", tenant)?,
    })
}

/// A pool of users. `None` is the project's own.
pub(crate) fn tenant(field: &str, tenant: String) -> Result<Option<String>, Status> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if tenant.len() > LONGEST_TENANT || !tenant.bytes().all(fits) {
        return Err(bad_request(
            field,
            "a tenant has at most 128 characters: ASCII letters, digits, - and _",
        ));
    }
    Ok(Some(tenant).filter(|it| !it.is_empty()))
}

/// How many entries a page may have.
pub(crate) fn page_size(size: i32) -> Result<u16, Status> {
    match u16::try_from(size) {
        Ok(0) => Ok(PAGE),
        Ok(size) => Ok(size.min(LARGEST_PAGE)),
        Err(_) if size > 0 => Ok(LARGEST_PAGE),
        Err(_) => Err(bad_request("page_size", "it is negative")),
    }
}

/// Where the accounts go on. What it says is theirs to know.
pub(crate) fn users_page(token: String) -> Result<Option<String>, Status> {
    if token.len() > LONGEST_PAGE_TOKEN || token.contains(char::is_control) {
        return Err(no_page());
    }
    Ok(Some(token).filter(|it| !it.is_empty()))
}

/// Where the audit goes on.
pub(crate) fn audit_page(token: &str) -> Result<Option<AttemptId>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let digits = token.bytes().all(|b| b.is_ascii_digit());
    let id = token.parse().ok().filter(|_| digits);
    id.map(|id| Some(AttemptId(id))).ok_or_else(no_page)
}

/// The token of the page after this record.
pub(crate) fn audit_page_token(last: AttemptId) -> String {
    last.0.to_string()
}

fn no_page() -> Status {
    bad_request("page_token", "it is not one that this method gave")
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as messages hold it")]
    fn user(uid: &str, tenant: &str) -> Option<UserId> {
        Some(UserId {
            uid: uid.to_owned(),
            tenant: tenant.to_owned(),
        })
    }

    #[test]
    fn a_user_is_a_uid_within_a_tenant() {
        let ada = target(user("ada", "")).expect("a user");
        assert_eq!((ada.uid.as_str(), ada.tenant), ("ada", None));
        let eva = target(user("eva", "pupils-x1")).expect("a user");
        assert_eq!(eva.tenant.as_deref(), Some("pupils-x1"));
        assert!(target(user(&"ä".repeat(128), "")).is_ok());
    }

    #[test]
    fn what_is_no_user_is_refused() {
        let long = "a".repeat(129);
        for wrong in [
            None,
            user("", ""),
            user(&long, ""),
            user("a\0", ""),
            user("a\nb", ""),
            user("ada", ".."),
            user("ada", "a/b"),
            user("ada", "ä"),
            user("ada", &long),
        ] {
            let refusal = target(wrong.clone()).expect_err("refused");
            assert_eq!(refusal.code(), Code::InvalidArgument, "{wrong:?}");
        }
    }

    #[test]
    fn a_page_is_bounded() {
        for (size, bounded) in [(0, 50), (1, 1), (500, 500), (501, 500), (i32::MAX, 500)] {
            assert_eq!(page_size(size).expect("a size"), bounded);
        }
        assert!(page_size(-1).is_err() && page_size(i32::MIN).is_err());
    }

    #[test]
    fn a_page_token_is_one_that_was_given() {
        assert_eq!(audit_page("").expect("the first"), None);
        let token = audit_page_token(AttemptId(42));
        assert_eq!(audit_page(&token).expect("a page"), Some(AttemptId(42)));
        for wrong in ["-1", "+1", " 1", "1e3", "x", "9223372036854775808"] {
            assert!(audit_page(wrong).is_err(), "{wrong}");
        }
        assert!(users_page("a".repeat(2049)).is_err());
        assert!(users_page("a\r\nb".to_owned()).is_err());
        assert_eq!(
            users_page("abc".to_owned()).expect("a page").as_deref(),
            Some("abc")
        );
    }
}
