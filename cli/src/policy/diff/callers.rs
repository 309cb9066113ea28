//! Changes of which kinds of caller may call, and of what is demanded of each.

use super::{
    super::table::{App, EndUser, InternalUser, ServiceAccount},
    changes::{Changes, LOOSER, STRICTER},
};

impl Changes<'_> {
    pub(super) fn end_user(&mut self, old: Option<&EndUser>, new: Option<&EndUser>) {
        match (old, new) {
            (Some(old), Some(new)) => self.of_end_user(old, new),
            (old, new) => self.kind("end users", old.is_some(), new.map(EndUser::words)),
        }
    }

    pub(super) fn internal_user(&mut self, old: Option<&InternalUser>, new: Option<&InternalUser>) {
        match (old, new) {
            (Some(old), Some(new)) => self.of_internal_user(old, new),
            (old, new) => self.kind(
                "internal users",
                old.is_some(),
                new.map(InternalUser::words),
            ),
        }
    }

    pub(super) fn service_account(
        &mut self,
        old: Option<&ServiceAccount>,
        new: Option<&ServiceAccount>,
    ) {
        match (old, new) {
            (Some(old), Some(new)) => self.of_service_account(old, new),
            (old, new) => self.kind("services", old.is_some(), new.map(ServiceAccount::words)),
        }
    }

    /// The app proves itself in addition, so its rule is no way in but a demand.
    pub(super) fn app(&mut self, old: Option<&App>, new: Option<&App>) {
        match (old, new) {
            (Some(old), Some(new)) => self.of_app(old, new),
            (None, Some(new)) => {
                let sentence = format!(
                    "the app must prove itself with App Check: {}",
                    new.words().join(", ")
                );
                self.say(STRICTER, &sentence);
            }
            (Some(_), None) => self.say(LOOSER, "the app no longer needs to prove itself"),
            (None, None) => {}
        }
    }

    /// A kind of caller that came or went.
    fn kind(&mut self, who: &str, before: bool, now: Option<Vec<String>>) {
        match now {
            Some(demands) => {
                self.say(
                    LOOSER,
                    &format!("{who}: {} may call now", demands.join(", ")),
                );
            }
            None if before => self.say(STRICTER, &format!("{who} may no longer call")),
            None => {}
        }
    }

    fn of_internal_user(&mut self, old: &InternalUser, new: &InternalUser) {
        let InternalUser {
            hosted_domains,
            external,
            service_accounts,
        } = new;
        self.list("organizations", &old.hosted_domains, hosted_domains);
        self.switch(
            old.external,
            *external,
            (LOOSER, "external users behind IAP may call"),
            (STRICTER, "external users behind IAP may no longer call"),
        );
        self.switch(
            old.service_accounts,
            *service_accounts,
            (LOOSER, "programs behind IAP may call"),
            (STRICTER, "programs behind IAP may no longer call"),
        );
    }

    fn of_service_account(&mut self, old: &ServiceAccount, new: &ServiceAccount) {
        let ServiceAccount {
            names,
            on_behalf_of,
        } = new;
        self.names("services", &old.names, names);
        match (&old.on_behalf_of, on_behalf_of) {
            (Some(old), Some(new)) => self.about("for whom a service calls: ", |changes| {
                changes.of_end_user(old, new);
            }),
            (None, Some(new)) => {
                let sentence = format!(
                    "services must bring the own token of an end user for whom they call: {}",
                    new.words().join(", ")
                );
                self.say(STRICTER, &sentence);
            }
            (Some(_), None) => self.say(LOOSER, "services may call without an end user"),
            (None, None) => {}
        }
    }

    fn of_app(&mut self, old: &App, new: &App) {
        let App { apps, consume } = new;
        self.list("apps", &old.apps, apps);
        self.switch(
            old.consume,
            *consume,
            (STRICTER, "each App Check token counts once only"),
            (LOOSER, "App Check tokens count more than once"),
        );
    }
}
