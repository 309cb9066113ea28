//! The account record as it is written in JSON: `GetAccountInfoResponse` of Identity Toolkit.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

use super::{Account, Provider, SecondFactor, SecondFactorKind};
use crate::{
    caller::UserId,
    json::{Object, parse_object},
};

#[derive(Deserialize)]
struct Lookup {
    #[serde(default)]
    users: Vec<Object<Record>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    local_id: String,
    tenant_id: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    display_name: Option<String>,
    photo_url: Option<String>,
    phone_number: Option<String>,
    #[serde(default)]
    disabled: bool,
    /// Seconds.
    valid_since: Option<Int64>,
    /// Milliseconds.
    created_at: Option<Int64>,
    /// Milliseconds.
    last_login_at: Option<Int64>,
    #[serde(default)]
    provider_user_info: Vec<Object<ProviderRecord>>,
    #[serde(default)]
    mfa_info: Vec<Object<FactorRecord>>,
    custom_attributes: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProviderRecord {
    provider_id: String,
    raw_id: Option<String>,
    display_name: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    photo_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FactorRecord {
    mfa_enrollment_id: String,
    display_name: Option<String>,
    /// RFC 3339.
    enrolled_at: Option<String>,
    phone_info: Option<String>,
    totp_info: Option<Object<serde::de::IgnoredAny>>,
}

/// An int64, which protobuf's JSON writes as a string and some writers as a number. Never negative here.
struct Int64(u64);

/// Reads the answer to a look-up of one user. `None`: there is no such account.
///
/// # Errors
///
/// Says in words where the answer is not what was asked for. It names no one.
pub(super) fn read_lookup(json: &[u8], asked: UserId<'_>) -> Result<Option<Account>, String> {
    let mut users = parse_object::<Lookup>(json)?.users.into_iter();
    let Some(Object(record)) = users.next() else {
        return Ok(None);
    };
    let account = record.into_account()?;
    if users.next().is_some() || account.id() != asked {
        return Err("the answer is about another account".to_owned());
    }
    Ok(Some(account))
}

// === impl Record ===

impl Record {
    pub(super) fn into_account(self) -> Result<Account, String> {
        let seconds = |Int64(n)| instant(Duration::from_secs(n));
        let millis = |Int64(n)| instant(Duration::from_millis(n));
        let providers = self.provider_user_info.into_iter();
        let factors = self.mfa_info.into_iter();
        Ok(Account {
            uid: self.local_id,
            tenant: some(self.tenant_id),
            email: some(self.email),
            email_verified: self.email_verified,
            display_name: some(self.display_name),
            photo_url: some(self.photo_url),
            phone_number: some(self.phone_number),
            disabled: self.disabled,
            valid_since: self.valid_since.map(seconds).transpose()?,
            created_at: self.created_at.map(millis).transpose()?,
            last_sign_in_at: self.last_login_at.map(millis).transpose()?,
            providers: providers.map(|Object(it)| it.into()).collect(),
            second_factors: factors
                .map(|Object(it)| it.into_factor())
                .collect::<Result<_, _>>()?,
            custom_attributes: some(self.custom_attributes),
        })
    }
}

// === impl ProviderRecord ===

impl From<ProviderRecord> for Provider {
    fn from(record: ProviderRecord) -> Self {
        Self {
            id: record.provider_id,
            uid: some(record.raw_id),
            display_name: some(record.display_name),
            email: some(record.email),
            phone_number: some(record.phone_number),
            photo_url: some(record.photo_url),
        }
    }
}

// === impl FactorRecord ===

impl FactorRecord {
    fn into_factor(self) -> Result<SecondFactor, String> {
        let enrolled_at = match some(self.enrolled_at) {
            None => None,
            Some(text) => Some(
                text.parse::<prost_types::Timestamp>()
                    .ok()
                    .and_then(|at| SystemTime::try_from(at).ok())
                    .ok_or("a second factor's enrolledAt is no time")?,
            ),
        };
        Ok(SecondFactor {
            id: self.mfa_enrollment_id,
            display_name: some(self.display_name),
            kind: match (self.phone_info, self.totp_info) {
                (Some(_), None) => SecondFactorKind::Phone,
                (None, Some(_)) => SecondFactorKind::Totp,
                _ => SecondFactorKind::Other,
            },
            enrolled_at,
        })
    }
}

// === impl Int64 ===

impl<'de> Deserialize<'de> for Int64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Int64Visitor;

        impl Visitor<'_> for Int64Visitor {
            type Value = Int64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or one as a string")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Int64, E> {
                Ok(Int64(number))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Int64, E> {
                // `u64::from_str` takes a plus sign too.
                let digits = text.bytes().all(|b| b.is_ascii_digit());
                let number = text.parse().ok().filter(|_| digits);
                number
                    .map(Int64)
                    .ok_or_else(|| E::custom("no whole number"))
            }
        }

        deserializer.deserialize_any(Int64Visitor)
    }
}

/// Protobuf's JSON may write an absent text as an empty one.
fn some(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn instant(since_epoch: Duration) -> Result<SystemTime, String> {
    SystemTime::UNIX_EPOCH
        .checked_add(since_epoch)
        .ok_or_else(|| "a time is beyond all times".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: UserId<'_> = UserId {
        tenant: None,
        uid: "ada",
    };

    fn read(fields: &str) -> Result<Option<Account>, String> {
        read_lookup(
            format!(r#"{{"users":[{{"localId":"ada"{fields}}}]}}"#).as_bytes(),
            ADA,
        )
    }

    fn at(millis: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn a_record_with_nothing_but_the_uid_is_an_account() {
        let account = read("").expect("a record").expect("an account");
        assert_eq!((account.id(), account.disabled), (ADA, false));
        assert_eq!((account.created_at, account.display_name), (None, None));
    }

    #[test]
    fn times_are_strings_or_numbers() {
        for times in [
            r#","validSince":"1700000000","createdAt":"1700000000123","lastLoginAt":"1700000001000""#,
            r#","validSince":1700000000,"createdAt":1700000000123,"lastLoginAt":1700000001000"#,
        ] {
            let account = read(times).expect("a record").expect("an account");
            assert_eq!(account.valid_since, Some(at(1_700_000_000_000)));
            assert_eq!(account.created_at, Some(at(1_700_000_000_123)));
            assert_eq!(account.last_sign_in_at, Some(at(1_700_000_001_000)));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for time in [
            "-1",
            "1.5",
            "\"\"",
            "\"+1\"",
            "\"1e3\"",
            "true",
            "18446744073709551616",
        ] {
            assert!(read(&format!(r#","validSince":{time}"#)).is_err(), "{time}");
        }
        assert!(read(r#","validSince":18446744073709551615"#).is_err());
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused() {
        for field in [
            r#""disabled":"true""#,
            r#""email":1"#,
            r#""providerUserInfo":{}"#,
            r#""providerUserInfo":[["google.com"]]"#,
            r#""mfaInfo":[{"mfaEnrollmentId":"1","enrolledAt":"yesterday"}]"#,
            r#""localId":"eve""#,
        ] {
            assert!(read(&format!(",{field}")).is_err(), "{field}");
        }
    }

    #[test]
    fn an_answer_about_someone_else_is_refused() {
        for answer in [
            r#"{"users":[{"localId":"eve"}]}"#,
            r#"{"users":[{"localId":"ada","tenantId":"other"}]}"#,
            r#"{"users":[{"localId":"ada"},{"localId":"ada"}]}"#,
        ] {
            assert!(read_lookup(answer.as_bytes(), ADA).is_err(), "{answer}");
        }
    }

    #[test]
    fn no_record_is_no_account() {
        for answer in [
            r#"{"kind":"identitytoolkit#GetAccountInfoResponse"}"#,
            r#"{"users":[]}"#,
        ] {
            assert_eq!(read_lookup(answer.as_bytes(), ADA), Ok(None));
        }
    }
}
