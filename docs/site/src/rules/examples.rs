//! What cannot be read from `rule.proto`: an example of each field, and what callgate-build refuses.

/// A field of `rule.proto`, used.
pub(super) struct Example {
    /// Message and field.
    pub(super) field: &'static str,
    /// A rule that builds.
    pub(super) rule: &'static str,
    /// What the field's comment does not say.
    pub(super) more: &'static str,
    /// The reasons for which a call is refused that does not meet it.
    pub(super) refused: &'static [&'static str],
    /// Rules that do not build.
    pub(super) wrong: &'static [&'static str],
}

pub(super) const INTRODUCTION: &str = r#"
# Rules

Every field of [rule.proto](../interceptor/build/proto/callgate/v1/rule.proto): what it demands, its default, an example, and what does not
build. This page is written by `cargo xtask book`: the texts are the proto's comments, and each example was built by `callgate-build`, whose words
and errors these are.

A rule stands beside its method. A default rule stands in the service, for the methods that have none of their own; a method's own rule
replaces it as a whole.

```proto
import "callgate/v1/rule.proto";

service GreeterService {
  option (callgate.v1.default_rule) = { end_user: {} };

  rpc Greet(GreetRequest) returns (GreetResponse);
  rpc GetMotto(GetMottoRequest) returns (GetMottoResponse) {
    option (callgate.v1.rule) = { public: {} };
  }
}
```

Several callers may stand in one rule, and any of them may call. All fields that are set within one caller must be met. The
reasons are those of [Refusals](concepts.md#refusals); each kind of caller has [a page](callers.md) with what to set up and to send.
"#;

pub(super) const DEFAULT_RULE: &str = "\nDefault rules:\n";

pub(super) const WRONG_DEFAULTS: &[&str] = &["public: {}", ""];

pub(super) const LISTS: &str = "\nLists are compared byte for byte, so an entry that nobody can have is a mistake, in each list:\n";

pub(super) const WRONG_LISTS: &[&str] = &[
    r#"end_user: { roles: "" }"#,
    r#"end_user: { roles: "admin " }"#,
    r#"end_user: { roles: ["admin", "admin"] }"#,
];

pub(super) const FIELDS: &str = "\nA name that no field has, and a value of another type:\n";

pub(super) const WRONG_FIELDS: &[&str] = &[
    "end_user: { verified_email: true }",
    "end_user: { email_verified: 3 }",
];

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        field: "Rule.public",
        rule: "public: {}",
        more: "",
        refused: &[],
        wrong: &["public: {} end_user: {}"],
    },
    Example {
        field: "Rule.end_user",
        rule: "end_user: {}",
        more: "Someone who signed up by themselves: see [EndUser](#enduser).",
        refused: &["TOKEN_MISSING", "ANONYMOUS_NOT_ALLOWED"],
        wrong: &[""],
    },
    Example {
        field: "Rule.internal_user",
        rule: "internal_user: {}",
        more: "Someone of the organization: see [InternalUser](#internaluser).",
        refused: &["TOKEN_MISSING", "ORIGIN_NOT_ALLOWED"],
        wrong: &["public: {} internal_user: {}"],
    },
    Example {
        field: "Rule.service_account",
        rule: r#"end_user: {} service_account: { names: "admin" }"#,
        more: "Another service: see [ServiceAccount](#serviceaccount). Here beside another caller: the handler gets an enum of both.",
        refused: &["TOKEN_MISSING", "SERVICE_NOT_ALLOWED"],
        wrong: &["service_account: {}"],
    },
    Example {
        field: "Rule.app_check",
        rule: "public: {} app_check: {}",
        more: "It may stand beside `public` and `end_user`: see [AppCheck](#appcheck).",
        refused: &["APP_CHECK_REQUIRED"],
        wrong: &["app_check: {}", "internal_user: {} app_check: {}"],
    },
    Example {
        field: "EndUser.may_be_absent",
        rule: "end_user: { may_be_absent: true }",
        more: "",
        refused: &[],
        wrong: &[
            r#"end_user: { may_be_absent: true roles: "admin" }"#,
            r#"end_user: { may_be_absent: true } service_account: { names: "cron" }"#,
        ],
    },
    Example {
        field: "EndUser.anonymous",
        rule: "end_user: { anonymous: true }",
        more: "",
        refused: &["ANONYMOUS_NOT_ALLOWED"],
        wrong: &[
            "end_user: { anonymous: true email_verified: true }",
            r#"end_user: { anonymous: true sign_in_providers: "phone" }"#,
        ],
    },
    Example {
        field: "EndUser.email_verified",
        rule: "end_user: { email_verified: true }",
        more: "With `revocation_checked_within`, of the account too, not of the token alone.",
        refused: &["EMAIL_NOT_VERIFIED"],
        wrong: &[],
    },
    Example {
        field: "EndUser.second_factor",
        rule: "end_user: { second_factor: true }",
        more: "",
        refused: &["SECOND_FACTOR_REQUIRED"],
        wrong: &["end_user: { anonymous: true second_factor: true }"],
    },
    Example {
        field: "EndUser.roles",
        rule: r#"end_user: { roles: ["editor", "admin"] }"#,
        more: "The claim is `roles` unless `CALLGATE_ROLES_CLAIM` names another one. With `revocation_checked_within`, the account must have \
               the role too.",
        refused: &["ROLE_REQUIRED"],
        wrong: &[],
    },
    Example {
        field: "EndUser.sign_in_providers",
        rule: r#"end_user: { sign_in_providers: ["google.com", "password"] }"#,
        more: "",
        refused: &["PROVIDER_NOT_ALLOWED"],
        wrong: &[r#"end_user: { sign_in_providers: ["phone", "anonymous"] }"#],
    },
    Example {
        field: "EndUser.signed_in_within",
        rule: "end_user: { signed_in_within: { seconds: 300 } }",
        more: "A refreshed token does not help: it keeps the time of the sign-in.",
        refused: &["RECENT_SIGN_IN_REQUIRED"],
        wrong: &["end_user: { signed_in_within: {} }"],
    },
    Example {
        field: "EndUser.revocation_checked_within",
        rule: "end_user: { revocation_checked_within: { seconds: 60 } }",
        more: "The service needs to read accounts. Open streams are asked about again and end. Where the accounts do not answer, the call is \
               refused with `ACCOUNTS_UNAVAILABLE`. [Time to refusal](security.md#time-to-refusal) has the worst cases.",
        refused: &["TOKEN_REVOKED", "USER_DISABLED", "ACCOUNTS_UNAVAILABLE"],
        wrong: &["end_user: { revocation_checked_within: { seconds: 1209601 } }"],
    },
    Example {
        field: "EndUser.tenants",
        rule: r#"end_user: { tenants: ["pupils-x1y2z"] }"#,
        more: "Only tenants that `CALLGATE_TENANTS` lists are accepted at all (`TOKEN_INVALID`).",
        refused: &["TENANT_NOT_ALLOWED"],
        wrong: &[],
    },
    Example {
        field: "EndUser.session_cookie",
        rule: "end_user: { session_cookie: true revocation_checked_within: { seconds: 60 } }",
        more: "A call that is proven by the cookie must also bring an allowed `Origin`.",
        refused: &["ORIGIN_NOT_ALLOWED"],
        wrong: &["end_user: { session_cookie: true }"],
    },
    Example {
        field: "InternalUser.hosted_domains",
        rule: r#"internal_user: { hosted_domains: ["example.com"] }"#,
        more: "The e-mail address is never compared.",
        refused: &["DOMAIN_NOT_ALLOWED"],
        wrong: &[
            r#"internal_user: { hosted_domains: "Example.com" }"#,
            r#"internal_user: { hosted_domains: "ada@example.com" }"#,
        ],
    },
    Example {
        field: "InternalUser.external",
        rule: "internal_user: { external: true }",
        more: "",
        refused: &["CALLER_NOT_ALLOWED"],
        wrong: &[r#"internal_user: { hosted_domains: "example.com" external: true }"#],
    },
    Example {
        field: "InternalUser.service_accounts",
        rule: "internal_user: { service_accounts: true }",
        more: "",
        refused: &["CALLER_NOT_ALLOWED"],
        wrong: &[r#"internal_user: { hosted_domains: "example.com" service_accounts: true }"#],
    },
    Example {
        field: "ServiceAccount.names",
        rule: r#"service_account: { names: ["admin", "cron"] }"#,
        more: "The setting is `CALLGATE_SERVICE_ACCOUNTS=admin=EMAIL`. A service does not start where a name of its rules is not mapped.",
        refused: &["SERVICE_NOT_ALLOWED"],
        wrong: &[
            "service_account: {}",
            r#"service_account: { names: "cron@my-project.iam.gserviceaccount.com" }"#,
        ],
    },
    Example {
        field: "ServiceAccount.on_behalf_of",
        rule: r#"service_account: { names: "shop" on_behalf_of: { email_verified: true } }"#,
        more: "Any condition of an end user may stand in it.",
        refused: &["TOKEN_MISSING", "EMAIL_NOT_VERIFIED"],
        wrong: &[
            r#"service_account: { names: "shop" on_behalf_of: { may_be_absent: true } }"#,
            r#"service_account: { names: "shop" on_behalf_of: { session_cookie: true revocation_checked_within: {} } }"#,
        ],
    },
    Example {
        field: "AppCheck.apps",
        rule: r#"end_user: {} app_check: { apps: ["1:123456789012:web:0123456789abcdef"] }"#,
        more: "",
        refused: &["APP_NOT_ALLOWED"],
        wrong: &[r#"end_user: {} app_check: { apps: "" }"#],
    },
    Example {
        field: "AppCheck.consume",
        rule: "end_user: {} app_check: { consume: true }",
        more: "App Check is asked at each call.",
        refused: &["APP_CHECK_REQUIRED", "APP_CHECK_UNAVAILABLE"],
        wrong: &[],
    },
];
