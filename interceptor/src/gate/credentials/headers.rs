//! What the gate looks at in the headers of a call, all of it found in one pass.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE},
};

use super::{APP_CHECK, END_USER_AUTHORIZATION, IAP_ASSERTION, strip::is_other_credential};
use crate::denial::Denial;

/// The headers of a call, by what they may hold. Nothing of them is read yet.
pub(in crate::gate) struct Headers<'a> {
    pub(in crate::gate) all: &'a HeaderMap,
    pub(in crate::gate) content_type: Slot<'a>,
    pub(in crate::gate) authorization: Slot<'a>,
    pub(in crate::gate) end_user_authorization: Slot<'a>,
    pub(in crate::gate) assertion: Slot<'a>,
    pub(in crate::gate) app_check: Slot<'a>,
    has_cookie: bool,
    has_others: bool,
}

/// What stands under one name.
#[derive(Clone, Copy)]
pub(in crate::gate) enum Slot<'a> {
    Empty,
    One(&'a HeaderValue),
    More,
}

/// What there is to be taken off a request.
#[derive(Clone, Copy)]
pub(in crate::gate) struct Found {
    pub(super) authorization: bool,
    pub(super) cookie: bool,
    pub(super) others: bool,
}

// === impl Headers ===

impl<'a> Headers<'a> {
    pub(in crate::gate) fn of(all: &'a HeaderMap) -> Self {
        let mut headers = Self {
            all,
            content_type: Slot::Empty,
            authorization: Slot::Empty,
            end_user_authorization: Slot::Empty,
            assertion: Slot::Empty,
            app_check: Slot::Empty,
            has_cookie: false,
            has_others: false,
        };
        for (name, value) in all {
            if *name == AUTHORIZATION {
                headers.authorization.put(value);
            } else if *name == CONTENT_TYPE {
                headers.content_type.put(value);
            } else if *name == COOKIE {
                headers.has_cookie = true;
            } else if is_other_credential(name) {
                headers.has_others = true;
                headers.put_other(name, value);
            }
        }
        headers
    }

    fn put_other(&mut self, name: &HeaderName, value: &'a HeaderValue) {
        if *name == END_USER_AUTHORIZATION {
            self.end_user_authorization.put(value);
        } else if *name == IAP_ASSERTION {
            self.assertion.put(value);
        } else if *name == APP_CHECK {
            self.app_check.put(value);
        }
    }

    /// All credentials, those that no rule reads included.
    pub(in crate::gate) const fn found(&self) -> Found {
        Found {
            authorization: !self.authorization.is_empty(),
            cookie: self.has_cookie,
            others: self.has_others,
        }
    }
}

// === impl Slot ===

impl<'a> Slot<'a> {
    fn put(&mut self, value: &'a HeaderValue) {
        *self = match self {
            Self::Empty => Self::One(value),
            Self::One(_) | Self::More => Self::More,
        };
    }

    pub(in crate::gate) const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Two headers of one name are refused, even when they are equal: which of them counts would be a matter of taste.
    pub(super) const fn only(self) -> Result<Option<&'a HeaderValue>, Denial> {
        match self {
            Self::Empty => Ok(None),
            Self::One(value) => Ok(Some(value)),
            Self::More => Err(Denial::TokenMalformed("more than one header for one token")),
        }
    }
}
