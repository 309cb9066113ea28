use callgate_testkit::{FirebaseIssuer, GoogleIssuer, IapIssuer};

use super::*;

/// Kind, uid, tenant, internal user and service, as a line names them.
fn told(caller: &Caller) -> [&str; 5] {
    let Who {
        kind,
        uid,
        tenant,
        internal_user,
        service,
    } = Who::of(caller);
    [kind, uid, tenant, internal_user, service].map(Option::unwrap_or_default)
}

#[test]
fn each_kind_of_caller_is_told_by_a_name_that_is_no_address() {
    let ada = FirebaseIssuer::new("demo-project").token("ada");
    let ada = ada.tenant("blue").email("ada@example.com").end_user();
    let eve = IapIssuer::new("/projects/1/global/backendServices/2");
    let eve = eve
        .assertion("accounts.google.com:1")
        .email("eve@example.com");
    let admin = GoogleIssuer::new("https://a.example").service_account("admin");
    let both = OnBehalfOf {
        service: admin.clone(),
        user: ada.clone(),
    };
    for (caller, expected) in [
        (Caller::Unknown, ["", "", "", "", ""]),
        (Caller::EndUser(ada), ["end_user", "ada", "blue", "", ""]),
        (
            Caller::InternalUser(eve.internal_user()),
            ["internal_user", "", "", "accounts.google.com:1", ""],
        ),
        (
            Caller::ServiceAccount(admin),
            ["service_account", "", "", "", "admin"],
        ),
        (
            Caller::OnBehalfOf(both),
            ["on_behalf_of", "ada", "blue", "", "admin"],
        ),
    ] {
        assert_eq!(told(&caller), expected);
    }
}

#[test]
fn a_reason_of_a_handler_is_a_code_or_is_not_logged() {
    let told = |words: &str| {
        let details = tonic_types::ErrorDetails::with_error_info(words, "a.example", []);
        let status = Status::with_error_details(Code::Internal, "", details);
        let reason = reason(status.into_http::<()>().headers())?;
        assert!(!reason.is_ours);
        Some(reason.code)
    };
    assert_eq!(told("OUT_OF_STOCK_2").as_deref(), Some("OUT_OF_STOCK_2"));
    for words in ["", "ada@example.com", "Out of stock", &"X".repeat(64)] {
        assert_eq!(told(words), None, "{words}");
    }
}
