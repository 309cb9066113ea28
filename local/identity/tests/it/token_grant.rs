//! Which assertions `/token` exchanges.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    local::{Local, Reply},
    service_accounts::{AUDIENCE, GRANT, assertion, exchange, key_file, sign, sign_as},
};

/// Signed with RS256, whatever the header says.
fn sign_with_header(key: &Value, header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let key = EncodingKey::from_rsa_pem(key["private_key"].as_str().unwrap().as_bytes()).unwrap();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256);
    format!("{message}.{}", signature.unwrap())
}

#[tokio::test]
async fn only_the_accounts_own_good_assertion_is_exchanged() {
    let local = Local::start().await;
    let (key, other) = (
        key_file(&local, "admin").await,
        key_file(&local, "votes").await,
    );
    let mut good = assertion(&local, &key);
    good["target_audience"] = AUDIENCE.into();
    exchange(&local, GRANT, &sign(&key, &good)).await.ok();

    let now = local.now();
    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        sign(&key, &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        sign(&key, &claims)
    };
    let (message, _) = good_parts(&sign(&key, &good));
    let refused = [
        (
            changed("iss", other["client_email"].clone()),
            "invalid_grant",
        ),
        (changed("iss", json!("admin")), "invalid_grant"),
        (
            changed("sub", other["client_email"].clone()),
            "unauthorized_client",
        ),
        (
            changed("aud", json!("https://oauth2.googleapis.com/token")),
            "invalid_grant",
        ),
        (changed("aud", json!([key["token_uri"]])), "invalid_grant"),
        (changed("exp", json!(now)), "invalid_grant"),
        (changed("exp", json!(now + 3601)), "invalid_grant"),
        (changed("iat", json!(now + 11)), "invalid_grant"),
        (changed("target_audience", json!("")), "invalid_request"),
        (changed("target_audience", json!("a b")), "invalid_request"),
        (
            changed("target_audience", json!("x".repeat(513))),
            "invalid_request",
        ),
        (without("iss"), "invalid_grant"),
        (without("aud"), "invalid_grant"),
        (without("iat"), "invalid_grant"),
        (without("exp"), "invalid_grant"),
        (without("target_audience"), "invalid_scope"),
        // Another's key, under its own name and under this account's.
        (sign(&other, &good), "invalid_grant"),
        (
            sign_as(&other, &key["private_key_id"], &good),
            "invalid_grant",
        ),
        (sign_as(&key, &Value::Null, &good), "invalid_grant"),
        (sign_as(&key, &json!("unknown"), &good), "invalid_grant"),
        (format!("{message}."), "invalid_grant"),
        ("x".to_owned(), "invalid_grant"),
    ];
    for (assertion, error) in refused {
        let reply = exchange(&local, GRANT, &assertion).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{assertion}");
        assert_eq!(reply.body["error"], error, "{}", reply.body);
        assert!(reply.body["error_description"].is_string());
    }
    for alg in [
        json!("RS512"),
        json!("ES256"),
        json!("none"),
        json!("rs256"),
        Value::Null,
    ] {
        let header = json!({ "alg": alg, "kid": key["private_key_id"] });
        let assertion = sign_with_header(&key, &header, &good);
        let reply = exchange(&local, GRANT, &assertion).await;
        assert_eq!(reply.body["error"], "invalid_grant", "{alg}");
    }
    let header = json!({ "alg": "RS256", "kid": key["private_key_id"] });
    let by_hand = sign_with_header(&key, &header, &good);
    exchange(&local, GRANT, &by_hand).await.ok();
    let wrong_grant = exchange(&local, "refresh_token", &sign(&key, &good)).await;
    assert_eq!(wrong_grant.body["error"], "unsupported_grant_type");
}

fn good_parts(token: &str) -> (String, String) {
    let (message, signature) = token.rsplit_once('.').unwrap();
    (message.to_owned(), signature.to_owned())
}

#[tokio::test]
async fn what_is_no_grant_is_an_invalid_request() {
    let local = Local::start().await;
    let send = async |content_type: &str, body: &str| {
        let request = local.request(Method::POST, "/token");
        let request = request.header("content-type", content_type);
        let reply = Reply::read(request.body(body.to_owned())).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        reply.body["error"].as_str().unwrap().to_owned()
    };
    let form = "application/x-www-form-urlencoded";
    let grant = "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer";
    for (content_type, body) in [
        ("application/json", "{}"),
        (form, ""),
        (form, "assertion=x"),
        (form, grant),
        (form, &format!("{grant}&{grant}&assertion=x")),
    ] {
        assert_eq!(send(content_type, body).await, "invalid_request", "{body}");
    }
}
