//! One method.

use callgate::{Admits, Callers, Method, Rule};
use serde::{Deserialize, Serialize};

use super::rules::{App, EndUser, InternalUser, ServiceAccount};

/// One method, and who may call it.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct Row {
    /// `unary`, `client`, `server` or `both`.
    pub(in crate::policy) streams: String,
    pub(in crate::policy) public: bool,
    /// Null where end users may not call.
    pub(in crate::policy) end_user: Option<EndUser>,
    /// Null where internal users may not call.
    #[serde(default)]
    pub(in crate::policy) internal_user: Option<InternalUser>,
    /// Null where services may not call.
    #[serde(default)]
    pub(in crate::policy) service_account: Option<ServiceAccount>,
    /// Null where the app need not prove itself.
    #[serde(default)]
    pub(in crate::policy) app_check: Option<App>,
}

// === impl Row ===

impl Row {
    pub(super) const TITLES: [&'static str; 6] = [
        "method",
        "everyone",
        "end user",
        "internal user",
        "service account",
        "app",
    ];

    pub(in crate::policy) fn of(method: &Method) -> Self {
        // All taken apart by name, so that nothing can be forgotten here.
        let Method {
            path: _,
            client_streaming,
            server_streaming,
            rule: Rule { admits, app_check },
        } = method;
        let (public, callers) = match admits {
            Admits::Everyone => (true, &Callers::NOBODY),
            Admits::Callers(callers) => (false, callers),
        };
        let Callers {
            end_user,
            internal_user,
            service_account,
        } = callers;
        let streams = match (client_streaming, server_streaming) {
            (false, false) => "unary",
            (true, false) => "client",
            (false, true) => "server",
            (true, true) => "both",
        };
        Self {
            streams: streams.to_owned(),
            public,
            end_user: end_user.as_ref().map(EndUser::of),
            internal_user: internal_user.as_ref().map(InternalUser::of),
            service_account: service_account.as_ref().map(ServiceAccount::of),
            app_check: app_check.as_ref().map(App::of),
        }
    }

    /// A cell for each of the columns after the method's name, in its lines.
    pub(super) fn cells(&self) -> [Vec<String>; 5] {
        let Self {
            streams: _,
            public,
            end_user,
            internal_user,
            service_account,
            app_check,
        } = self;
        if *public {
            let any = || vec!["-".to_owned()];
            let app = app_check.as_ref().map_or_else(any, App::words);
            return [vec!["yes".to_owned()], any(), any(), any(), app];
        }
        let no = || vec!["no".to_owned()];
        [
            no(),
            end_user.as_ref().map_or_else(no, EndUser::words),
            internal_user.as_ref().map_or_else(no, InternalUser::words),
            service_account
                .as_ref()
                .map_or_else(no, ServiceAccount::words),
            app_check
                .as_ref()
                .map_or_else(|| vec!["-".to_owned()], App::words),
        ]
    }

    /// Who may call, in words.
    pub(in crate::policy) fn words(&self) -> String {
        match &self.app_check {
            Some(rule) => format!("{}; by the app: {}", self.who(), rule.words().join(", ")),
            None => self.who(),
        }
    }

    /// The same without the app.
    pub(in crate::policy) fn who(&self) -> String {
        let kinds = [
            ("end users", self.end_user.as_ref().map(EndUser::words)),
            (
                "internal users",
                self.internal_user.as_ref().map(InternalUser::words),
            ),
            (
                "services",
                self.service_account.as_ref().map(ServiceAccount::words),
            ),
        ];
        let words: Vec<String> = kinds
            .into_iter()
            .filter_map(|(who, demands)| Some(format!("{who}: {}", demands?.join(", "))))
            .collect();
        match (self.public, words.is_empty()) {
            (true, _) => "public".to_owned(),
            (false, true) => "nobody".to_owned(),
            (false, false) => words.join("; "),
        }
    }
}
