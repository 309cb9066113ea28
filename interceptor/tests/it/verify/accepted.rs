//! What a valid token says, whichever way its user signed in.

use callgate::{FirebaseVerifier, UserId, keys::KeyStore};
use serde_json::json;

use super::{NOW, accepted, at, issuer, token};

#[test]
fn every_way_to_sign_in_is_accepted() {
    for provider in [
        "anonymous",
        "apple.com",
        "custom",
        "emailLink",
        "facebook.com",
        "gc.apple.com",
        "github.com",
        "google.com",
        "microsoft.com",
        "oidc.example",
        "password",
        "phone",
        "playgames.google.com",
        "saml.example",
        "twitter.com",
        "yahoo.com",
    ] {
        let token = token().provider(provider);
        let user = accepted(&issuer().verifier(), &token.sign());
        assert_eq!(user.sign_in_provider(), provider);
        assert_eq!(user.is_anonymous(), provider == "anonymous");
    }
}

#[test]
fn a_full_token_is_read_whole() {
    let token = token()
        .auth_time(at(NOW - 86_400))
        .issued_at(at(NOW - 60))
        .expires_at(at(NOW + 3540))
        .email("ada@example.com")
        .email_verified(true)
        .name("Ada Lovelace")
        .picture("https://example.com/ada.png")
        .phone_number("+15555550100")
        .provider("google.com")
        .second_factor("phone")
        .firebase("second_factor_identifier", "0f6e")
        .firebase("sign_in_attributes", json!({ "team": ["a", 1, null] }))
        .roles(&["editor", "reviewer"])
        .claim("nbf", NOW - 60)
        .claim("level", json!({ "of": [{ "detail": 1.5 }] }));
    let user = accepted(&issuer().verifier(), &token.sign());

    let id = UserId {
        tenant: None,
        uid: "ada",
    };
    assert_eq!(user.id(), id);
    assert_eq!(user.email(), Some("ada@example.com"));
    assert!(user.email_verified());
    assert_eq!(user.display_name().as_deref(), Some("Ada Lovelace"));
    assert_eq!(user.picture(), Some("https://example.com/ada.png"));
    assert_eq!(user.phone_number(), Some("+15555550100"));
    assert_eq!(user.sign_in_provider(), "google.com");
    assert_eq!(user.second_factor(), Some("phone"));
    assert_eq!(user.roles().collect::<Vec<_>>(), ["editor", "reviewer"]);
    assert_eq!(user.signed_in_at(), at(NOW - 86_400));
    assert_eq!(user.issued_at(), at(NOW - 60));
    assert_eq!(user.expires_at(), at(NOW + 3540));
}

#[test]
fn a_bare_token_says_nothing_more() {
    let token = token().without("user_id").without_header("typ");
    let user = accepted(&issuer().verifier(), &token.sign());
    assert_eq!(user.email(), None);
    assert!(!user.email_verified());
    assert_eq!(user.display_name(), None);
    assert_eq!(user.picture(), None);
    assert_eq!(user.phone_number(), None);
    assert_eq!(user.second_factor(), None);
    assert_eq!(user.roles().len(), 0);
    assert_eq!(user.id().tenant, None);
}

#[test]
fn json_may_be_spelled_with_escapes_and_white_space() {
    let claims = token()
        .name("Ådå \"the first\"")
        .claims_json()
        .replacen("\"iss\":", " \t\r\n\"is\\u0073\" : ", 1)
        .replacen("\"sub\":\"ada\"", "\"sub\":\"\\u0061da\"", 1);
    let user = accepted(&issuer().verifier(), &token().raw_claims(claims).sign());
    assert_eq!(user.id().uid, "ada");
    assert_eq!(user.display_name().as_deref(), Some("Ådå \"the first\""));
}

#[test]
fn a_uid_has_up_to_128_characters_of_any_kind() {
    for uid in ["x".repeat(128), "ü".repeat(128), "𝛂".repeat(64)] {
        let token = issuer().token(&uid).sign();
        assert_eq!(accepted(&issuer().verifier(), &token).id().uid, uid);
    }
}

#[test]
fn an_old_project_may_have_a_domain() {
    let issuer = callgate_testkit::FirebaseIssuer::new("example.com:my-project");
    assert_eq!(
        accepted(&issuer.verifier(), &issuer.token("ada").sign())
            .id()
            .uid,
        "ada"
    );
}

#[test]
fn what_is_no_project_id_makes_no_verifier() {
    let keys = || KeyStore::fixed(issuer().key_set());
    assert!(FirebaseVerifier::new("", keys()).is_err());
    assert!(FirebaseVerifier::new("123456789012", keys()).is_err());
    assert!(FirebaseVerifier::new("demo-callgate/", keys()).is_err());
}

#[tokio::test]
async fn checking_and_verifying_agree() {
    let verifier = issuer().verifier();
    let good = token().sign();
    assert_eq!(verifier.verify(&good).await, Ok(accepted(&verifier, &good)));
    for bad in [
        token().forged_with(3).sign(),
        token().key(3).sign(),
        token().without("aud").sign(),
        token()
            .expires_at(at(NOW - 10))
            .issued_at(at(NOW - 20))
            .sign(),
        "a.b".to_owned(),
    ] {
        assert_eq!(
            verifier.verify(&bad).await,
            Err(super::refusal(&verifier, &bad))
        );
    }
}

#[test]
fn nothing_of_a_token_is_in_debug_output() {
    let user = token().email("ada@example.com").name("Ada").end_user();
    let debug = format!("{user:?} {:?}", issuer().verifier());
    assert!(debug.contains("ada"));
    assert!(!debug.contains('@') && !debug.contains("Ada"), "{debug}");
}
