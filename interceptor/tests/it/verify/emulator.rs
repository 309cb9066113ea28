//! The emulator's tokens: unsigned, and right in all else.

use std::{convert::Infallible, time::Duration};

use callgate::{
    Clock, EndUserRule, Method, Rule,
    gate::RequestBody,
    verify::{Check, EmulatorVerifier, VerifierError},
};
use callgate_testkit::{EmulatorIssuer, FirebaseIssuer, SigningKey, TokenBuilder};
use http::{Request, Response};
use serde_json::json;
use tonic::body::Body;
use tower::{Layer, ServiceExt, service_fn};

use super::{NOW, at};

fn issuer() -> EmulatorIssuer {
    EmulatorIssuer::new("demo-callgate").clock(Clock::manual(at(NOW)))
}

/// A valid token, to be made wrong.
pub(super) fn token() -> TokenBuilder<EmulatorIssuer> {
    issuer().token("ada")
}

pub(super) fn verifier() -> EmulatorVerifier {
    issuer().verifier()
}

fn answer(token: &str) -> String {
    match verifier().check(token) {
        Check::Verified(user) => format!("{user:?}"),
        Check::Refused(denial) => format!("{} {denial}", denial.reason()),
        Check::Wait => "wait".to_owned(),
    }
}

#[track_caller]
fn assert_answers(rows: impl IntoIterator<Item = (&'static str, String, &'static str)>) {
    for (name, token, expected) in rows {
        let answer = answer(&token);
        assert!(
            answer.starts_with(expected),
            "{name}: expected {expected:?}, not {answer:?}"
        );
    }
}

const ADA: &str = "EndUser(UserId { tenant: None, uid: \"ada\" })";

#[test]
fn an_unsigned_token_is_read_whole() {
    let user = token()
        .email("ada@example.com")
        .name("Ada")
        .roles(&["editor"])
        .tenant("pupils")
        .end_user();
    assert_eq!(user.email(), Some("ada@example.com"));
    assert!(user.has_role("editor") && !user.by_session_cookie());
    assert_eq!(user.id().tenant, Some("pupils"));
    assert_eq!(user.expires_at(), at(NOW + 3600));
    // As Firebase's own emulator writes it.
    assert_eq!(token().header_json(), r#"{"alg":"none","typ":"JWT"}"#);
    assert_eq!(
        format!("{:?}", verifier()),
        "EmulatorVerifier { project_id: \"demo-callgate\", .. }"
    );
}

/// These tests are built with the feature `emulator`. Whichever crate of a build asks for it, it is the verifier that counts.
#[tokio::test]
async fn the_feature_by_itself_lets_no_unsigned_token_through() {
    static GREET: Method = Method {
        path: "/greeter.v1.GreeterService/Greet",
        client_streaming: false,
        server_streaming: false,
        rule: Rule::end_user(EndUserRule::SIGNED_IN),
    };
    // On the machine's clock, which a verifier made inside the gate would go by.
    let emulator = EmulatorIssuer::new("demo-callgate");
    let unsigned = emulator.token("ada").sign();
    assert!(matches!(
        emulator.verifier().check(&unsigned),
        Check::Verified(_)
    ));

    let firebase = FirebaseIssuer::new("demo-callgate");
    let handler = service_fn(|_: Request<RequestBody<Body>>| async {
        Ok::<_, Infallible>(Response::new(Body::empty()))
    });
    for (token, code) in [(unsigned, "16"), (firebase.token("ada").sign(), "")] {
        let request = Request::post(GREET.path)
            .header("content-type", "application/grpc")
            .header("authorization", format!("Bearer {token}"));
        let gated = firebase.gate([&GREET]).layer(handler);
        let response = gated.oneshot(request.body(Body::empty()).unwrap()).await;
        let response = response.unwrap();
        let status = response.headers().get("grpc-status");
        assert_eq!(status.map_or("", |status| status.to_str().unwrap()), code);
    }
}

#[test]
fn the_project_is_one_that_exists_in_emulators_only() {
    for id in [
        "callgate",
        "demo_callgate",
        "Demo-callgate",
        "my-demo-project",
        "demo",
        "",
    ] {
        assert_eq!(
            EmulatorVerifier::new(id).err(),
            Some(VerifierError::EmulatorProject(id.to_owned()))
        );
    }
    for id in ["demo-", "demo-callgate/", "demo-CALLGATE"] {
        assert_eq!(
            EmulatorVerifier::new(id).err(),
            Some(VerifierError::ProjectId(id.to_owned()))
        );
    }
    assert_eq!(
        EmulatorVerifier::new("demo-callgate").unwrap().project_id(),
        "demo-callgate"
    );
}

#[test]
fn a_token_that_is_signed_or_names_a_key_is_none_of_the_emulators() {
    let algorithm = "TOKEN_INVALID invalid token: the algorithm is not";
    let header = "TOKEN_INVALID invalid token: header:";
    let signature = "TOKEN_INVALID invalid token: the signature does not match";
    let own = super::token().sign();
    assert_answers([
        ("unsigned", token().sign(), ADA),
        ("without typ", token().without_header("typ").sign(), ADA),
        ("Google's", own, algorithm),
        (
            "RS256, unsigned",
            token().header("alg", "RS256").sign(),
            algorithm,
        ),
        ("HS256", token().header("alg", "HS256").sign(), algorithm),
        ("None", token().header("alg", "None").sign(), algorithm),
        ("NONE", token().header("alg", "NONE").sign(), algorithm),
        ("no alg", token().without_header("alg").sign(), header),
        (
            "alg null",
            token().header("alg", json!(null)).sign(),
            header,
        ),
        ("kid", token().header("kid", "test-key-1").sign(), header),
        ("kid empty", token().header("kid", "").sign(), header),
        (
            "kid null",
            token().header("kid", json!(null)).sign(),
            header,
        ),
        ("typ", token().header("typ", "at+jwt").sign(), header),
        ("crit", token().header("crit", vec!["exp"]).sign(), header),
        ("b64", token().header("b64", false).sign(), header),
        (
            "alg twice",
            token().repeat_header("alg", "none").sign(),
            header,
        ),
        (
            "signed",
            token().forged_with_any(SigningKey::Rsa(1)).sign(),
            signature,
        ),
        ("signed by a byte", token().sign_as("AA"), signature),
        (
            "removed",
            token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
            "TOKEN_INVALID invalid token: the signature was removed",
        ),
        (
            "a header of too much",
            {
                let mut token = token();
                for n in 0..16 {
                    token = token.header(&format!("x{n}"), 1);
                }
                token.sign()
            },
            header,
        ),
        (
            "no header",
            token().raw_header("").sign(),
            "TOKEN_MALFORMED",
        ),
    ]);
}

#[test]
fn all_else_is_as_of_a_firebase_id_token() {
    let claims = "TOKEN_INVALID invalid token: claims:";
    assert_answers([
        (
            "issuer",
            token()
                .claim("iss", "https://session.firebase.google.com/demo-callgate")
                .sign(),
            "TOKEN_INVALID invalid token: iss is not",
        ),
        (
            "audience",
            token().claim("aud", "demo-other").sign(),
            "TOKEN_INVALID invalid token: aud is not",
        ),
        ("no sub", token().without("sub").sign(), claims),
        ("user_id", token().claim("user_id", "eve").sign(), claims),
        ("no firebase", token().without("firebase").sign(), claims),
        ("a tenant", token().tenant("pupils").sign(), claims),
        (
            "25 hours",
            token().claim("exp", NOW + 90_000).sign(),
            claims,
        ),
        (
            "a claim twice",
            token().repeat_claim("sub", "ada").sign(),
            claims,
        ),
        (
            "early",
            token().claim("iat", NOW + 11).sign(),
            "TOKEN_NOT_YET_VALID",
        ),
        (
            "late",
            token()
                .claim("iat", NOW - 3610)
                .claim("exp", NOW - 10)
                .sign(),
            "TOKEN_EXPIRED",
        ),
    ]);
}

#[test]
fn the_settings_are_those_of_a_firebase_verifier() {
    let set = verifier()
        .clock(Clock::manual(at(NOW - 100)))
        .clock_skew(Duration::from_secs(100))
        .and_then(|it| it.tenants(["pupils"]))
        .and_then(|it| it.roles_claim("permissions"))
        .unwrap();
    let user = set
        .verify(
            &token()
                .tenant("pupils")
                .claim("permissions", json!(["editor"]))
                .sign(),
        )
        .unwrap();
    assert!(user.has_role("editor"));
    assert!(set.accepts_tenant("pupils") && !set.accepts_tenant("-"));
    assert!(set.verify(&token().sign()).is_err());
    assert!(verifier().roles_claim("email").is_err());
    assert!(verifier().tenants([""]).is_err());
    assert!(verifier().clock_skew(Duration::from_secs(301)).is_err());
}
