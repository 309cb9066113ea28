//! Which service accounts the configuration gives a name to (G9).

use super::VerifierError;

/// What the e-mail address of every service account ends with.
pub(crate) const SERVICE_ACCOUNT_SUFFIX: &str = ".gserviceaccount.com";

/// The longest name of an account, and far longer than any unique id, which has 21 digits.
const MAX_NAME: usize = 64;

/// The accepted service accounts: no two of the same name, no two of the same address.
#[derive(Clone, Default)]
pub(super) struct Accounts(Box<[Account]>);

#[derive(Clone)]
struct Account {
    name: String,
    email: String,
    /// E-mail addresses can be made again; this cannot.
    unique_id: Option<String>,
}

impl Accounts {
    /// Names, each with an e-mail address or `address#uniqueId`.
    pub(super) fn parse<N: Into<String>, E: Into<String>>(
        accounts: impl IntoIterator<Item = (N, E)>,
    ) -> Result<Self, VerifierError> {
        let mut parsed: Vec<Account> = Vec::new();
        for (name, email) in accounts {
            let account = Account::parse(name.into(), &email.into())?;
            for other in &parsed {
                if other.name == account.name {
                    return Err(VerifierError::AccountTwice(account.name));
                }
                if other.email == account.email {
                    return Err(VerifierError::AccountTwice(account.email));
                }
            }
            parsed.push(account);
        }
        Ok(Self(parsed.into()))
    }

    /// The name of the account of this address and this unique id.
    pub(super) fn name(&self, email: &str, unique_id: &str) -> Option<&str> {
        let account = self.0.iter().find(|account| account.email == email)?;
        let is_same = |expected: &String| expected == unique_id;
        account
            .unique_id
            .as_ref()
            .is_none_or(is_same)
            .then_some(account.name.as_str())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|account| account.name.as_str())
    }
}

impl Account {
    fn parse(name: String, mapped: &str) -> Result<Self, VerifierError> {
        if !is_name(&name) {
            return Err(VerifierError::AccountName(name));
        }
        let (email, unique_id) = match mapped.split_once('#') {
            Some((email, unique_id)) => (email, Some(unique_id)),
            None => (mapped, None),
        };
        if !is_service_account(email) || !unique_id.is_none_or(is_unique_id) {
            return Err(VerifierError::Account(mapped.to_owned()));
        }
        Ok(Self {
            name,
            email: email.to_owned(),
            unique_id: unique_id.map(str::to_owned),
        })
    }
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Google writes these addresses in lower case, and a token's is compared byte by byte.
fn is_service_account(email: &str) -> bool {
    let is_text = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
    };
    email.split_once('@').is_some_and(|(local, domain)| {
        let prefix = domain.strip_suffix(SERVICE_ACCOUNT_SUFFIX);
        is_text(local) && prefix.is_some_and(is_text)
    })
}

fn is_unique_id(id: &str) -> bool {
    (1..=MAX_NAME).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIN: &str = "admin@my-project.iam.gserviceaccount.com";

    #[test]
    fn only_service_accounts_are_mapped() {
        for mapped in [
            ADMIN,
            "admin@my-project.iam.gserviceaccount.com#104217395860172394857",
            "my-project@appspot.gserviceaccount.com",
            "123456789012-compute@developer.gserviceaccount.com",
            "admin@my-project.example.com.iam.gserviceaccount.com",
        ] {
            assert!(Accounts::parse([("admin", mapped)]).is_ok(), "{mapped}");
        }
        for mapped in [
            "",
            "admin",
            "ada@example.com",
            "ada@gmail.com",
            "gserviceaccount.com",
            "admin@gserviceaccount.com",
            "admin@.gserviceaccount.com",
            "@my-project.iam.gserviceaccount.com",
            "admin@my-project.iam.gserviceaccount.com.example.com",
            "admin@my-project.iamgserviceaccount.com",
            "admin@evil@my-project.iam.gserviceaccount.com",
            "Admin@my-project.iam.gserviceaccount.com",
            " admin@my-project.iam.gserviceaccount.com",
            "admin@my-project.iam.gserviceaccount.com ",
            "admin@my-project.iam.gserviceaccount.com#",
            "admin@my-project.iam.gserviceaccount.com#abc",
            "admin@my-project.iam.gserviceaccount.com#1#2",
            "admin@my-project.iam.gserviceaccount.com# 1",
        ] {
            assert_eq!(
                Accounts::parse([("admin", mapped)]).err(),
                Some(VerifierError::Account(mapped.to_owned()))
            );
        }
    }

    #[test]
    fn a_name_is_one_word() {
        for name in [
            "",
            "ad min",
            "admin=",
            "ädmin",
            "admin,votes",
            &"x".repeat(65),
        ] {
            assert_eq!(
                Accounts::parse([(name, ADMIN)]).err(),
                Some(VerifierError::AccountName(name.to_owned()))
            );
        }
        assert!(Accounts::parse([("Votes_2.eu-west", ADMIN)]).is_ok());
    }

    #[test]
    fn each_name_has_one_account_and_each_account_one_name() {
        let other = "votes@my-project.iam.gserviceaccount.com";
        assert_eq!(
            Accounts::parse([("admin", ADMIN), ("admin", other)]).err(),
            Some(VerifierError::AccountTwice("admin".to_owned()))
        );
        let remade = format!("{ADMIN}#1");
        assert_eq!(
            Accounts::parse([("admin", ADMIN), ("root", &remade)]).err(),
            Some(VerifierError::AccountTwice(ADMIN.to_owned()))
        );
        assert!(Accounts::parse([("admin", ADMIN), ("votes", other)]).is_ok());
    }
}
