//! The accounts of a pool of users, page by page.

use serde::Deserialize;

use super::{Account, AccountsError, call::Caller, record::Record};
use crate::json::{Object, parse_object};

/// Identity Toolkit's own bound.
const MAX_PAGE: u16 = 1000;

/// Far more than a thousand records have.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// The longest page token that is sent, in bytes. Identity Toolkit's have some dozens.
const MAX_TOKEN: usize = 2048;

/// A page of accounts. `Debug` shows which users only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountPage {
    /// The accounts, as they are now.
    pub accounts: Vec<Account>,
    /// Where the next page goes on. `None`: this one is the last.
    pub next: Option<String>,
}

/// `DownloadAccountResponse` of Identity Toolkit.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    users: Vec<Object<Record>>,
    #[serde(default)]
    next_page_token: String,
}

pub(super) async fn list(
    caller: &Caller,
    tenant: Option<&str>,
    size: u16,
    after: Option<&str>,
) -> Result<AccountPage, AccountsError> {
    let mut url = caller.url("accounts:batchGet", tenant)?;
    let size = size.clamp(1, MAX_PAGE);
    url.query_pairs_mut()
        .append_pair("maxResults", &size.to_string());
    if let Some(after) = after {
        if after.len() > MAX_TOKEN {
            return Err(AccountsError::Impossible(
                "there is no page of this token".to_owned(),
            ));
        }
        url.query_pairs_mut().append_pair("nextPageToken", after);
    }
    let request = caller.http.get(url);
    let body = caller
        .send(request, MAX_ANSWER)
        .await
        .map_err(AccountsError::of_reading)?;
    read_page(&body, tenant, size).map_err(AccountsError::Unavailable)
}

/// Reads a page of the users of this tenant.
///
/// # Errors
///
/// Says in words where the answer is not what was asked for. It names no one.
fn read_page(json: &[u8], tenant: Option<&str>, size: u16) -> Result<AccountPage, String> {
    let page: Page = parse_object(json)?;
    if page.users.len() > usize::from(size) {
        return Err("the page is longer than it was asked for".to_owned());
    }
    let accounts = page
        .users
        .into_iter()
        .map(|Object(record)| {
            let account = record.into_account()?;
            if account.tenant.as_deref() != tenant {
                return Err("the answer is about other users".to_owned());
            }
            Ok(account)
        })
        .collect::<Result<_, _>>()?;
    Ok(AccountPage {
        accounts,
        next: Some(page.next_page_token).filter(|token| !token.is_empty()),
    })
}
