//! Changes of what is demanded of end users.

use super::{
    super::table::EndUser,
    changes::{Changes, LOOSER, STRICTER},
};

impl Changes<'_> {
    pub(super) fn of_end_user(&mut self, old: &EndUser, new: &EndUser) {
        // Taken apart by name, so that no condition can be forgotten here.
        let EndUser {
            may_be_absent,
            anonymous,
            email_verified,
            second_factor,
            roles,
            sign_in_providers,
            signed_in_within_seconds,
            revocation_checked_within_seconds,
            tenants,
            session_cookie,
        } = new;
        self.switch(
            old.may_be_absent,
            *may_be_absent,
            (LOOSER, "may be called without a token"),
            (STRICTER, "can no longer be called without a token"),
        );
        self.switch(
            old.anonymous,
            *anonymous,
            (LOOSER, "guests (anonymous accounts) may call"),
            (STRICTER, "guests (anonymous accounts) may no longer call"),
        );
        self.switch(
            old.session_cookie,
            *session_cookie,
            (LOOSER, "a session cookie will do too"),
            (STRICTER, "a session cookie will no longer do"),
        );
        self.switch(
            old.email_verified,
            *email_verified,
            (STRICTER, "e-mail needs to be verified"),
            (LOOSER, "e-mail no longer needs to be verified"),
        );
        self.switch(
            old.second_factor,
            *second_factor,
            (STRICTER, "a second factor is needed"),
            (LOOSER, "a second factor is no longer needed"),
        );
        self.list("roles", &old.roles, roles);
        self.list("ways to sign in", &old.sign_in_providers, sign_in_providers);
        self.list("tenants", &old.tenants, tenants);
        self.bound(
            (old.signed_in_within_seconds, *signed_in_within_seconds),
            "a recent sign-in is no longer needed",
            "a sign-in at most {} ago is needed",
            "the sign-in may be {} ago",
        );
        self.bound(
            (
                old.revocation_checked_within_seconds,
                *revocation_checked_within_seconds,
            ),
            "the account is no longer asked about",
            "the account is asked about, at most {} before",
            "what is known of the account may be {} old",
        );
    }
}
