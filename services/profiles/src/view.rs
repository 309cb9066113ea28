//! How a token and an account record look in the API.

use callgate::{
    EndUser,
    accounts::{self, SecondFactorKind},
    display_name,
};
use callgate_api::profiles::v1::{self as api, second_factor::Kind};
use prost_types::Timestamp;

/// What the token says.
pub(crate) fn token(user: &EndUser) -> api::Token {
    let text = |it: Option<&str>| it.unwrap_or_default().to_owned();
    api::Token {
        uid: user.id().uid.to_owned(),
        email: text(user.email()),
        email_verified: user.email_verified(),
        display_name: user.display_name().unwrap_or_default(),
        picture: text(user.picture()),
        phone_number: text(user.phone_number()),
        sign_in_provider: user.sign_in_provider().to_owned(),
        second_factor: text(user.second_factor()),
        roles: user.roles().map(str::to_owned).collect(),
        tenant: text(user.id().tenant),
        signed_in_at: Some(user.signed_in_at().into()),
        issued_at: Some(user.issued_at().into()),
        expires_at: Some(user.expires_at().into()),
    }
}

/// What the account record says.
pub(crate) fn account(account: accounts::Account) -> api::Account {
    api::Account {
        display_name: name(account.display_name.as_deref()),
        email: account.email.unwrap_or_default(),
        email_verified: account.email_verified,
        photo_url: account.photo_url.unwrap_or_default(),
        phone_number: account.phone_number.unwrap_or_default(),
        disabled: account.disabled,
        tenant: account.tenant.unwrap_or_default(),
        providers: account.providers.into_iter().map(provider).collect(),
        second_factors: account
            .second_factors
            .into_iter()
            .map(second_factor)
            .collect(),
        created_at: account.created_at.map(Timestamp::from),
        last_sign_in_at: account.last_sign_in_at.map(Timestamp::from),
    }
}

fn provider(provider: accounts::Provider) -> api::Provider {
    api::Provider {
        id: provider.id,
        display_name: name(provider.display_name.as_deref()),
        email: provider.email.unwrap_or_default(),
        phone_number: provider.phone_number.unwrap_or_default(),
    }
}

fn second_factor(factor: accounts::SecondFactor) -> api::SecondFactor {
    let kind = match factor.kind {
        SecondFactorKind::Phone => Kind::Phone,
        SecondFactorKind::Totp => Kind::Totp,
        _ => Kind::Unspecified,
    };
    api::SecondFactor {
        id: factor.id,
        display_name: name(factor.display_name.as_deref()),
        kind: kind.into(),
        enrolled_at: factor.enrolled_at.map(Timestamp::from),
    }
}

/// A name as others see it: an app can set any, without asking this service.
fn name(name: Option<&str>) -> String {
    name.and_then(display_name).unwrap_or_default()
}
