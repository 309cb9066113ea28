//! Keys and signatures.

use callgate_testkit::{RsaKey, flip_bit};
use jsonwebtoken::Algorithm;
use serde_json::json;

use super::token;
use crate::{case::Cases, issuer::Issuer, kind::FORGER, sign};

pub(super) fn add(issuer: &impl Issuer, cases: &mut Cases) {
    forged(issuer, cases);
    other_algorithms(issuer, cases);
    keys_of_the_header(issuer, cases);
    changed(issuer, cases);
}

fn forged<I: Issuer>(issuer: &I, cases: &mut Cases) {
    let [first, second] = I::KIND.keys();
    let token = || token(issuer);
    let good = token().sign();
    let (signed, signature) = good.rsplit_once('.').expect("a token has dots");
    let other = token().name("Eve").sign();
    let (_, other) = other.rsplit_once('.').expect("a token has dots");
    for (variant, token) in [
        ("of an unknown key", token().key(FORGER).sign()),
        (
            "of an unknown key without a name",
            token().forged_with(FORGER).header("kid", "").sign(),
        ),
        (
            "of an unpublished key in the name of the first",
            token().forged_with(FORGER).sign(),
        ),
        (
            "of the second key in the name of the first",
            token().forged_with(second).sign(),
        ),
        (
            "of the first key in the name of the second",
            token().key(second).forged_with(first).sign(),
        ),
        (
            "of the first key in an unknown name",
            token().header("kid", "0f0e").sign(),
        ),
        ("none", token().sign_as("")),
        ("of another token", token().sign_as(other)),
        ("half", token().sign_as(&signature[..168])),
        ("twice", token().sign_as(&format!("{signature}{signature}"))),
        (
            "three bytes too many",
            format!("{signed}.{}AAAA", &signature[..340]),
        ),
        ("zeros", token().sign_as(&"A".repeat(342))),
        ("one zero", token().sign_as("AA")),
        (
            "removed by Google",
            token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        ),
        (
            "the public key",
            token().sign_as(I::KIND.key().jwk()["n"].as_str().unwrap_or_default()),
        ),
    ] {
        cases.add("signature", variant, token);
    }
}

/// Signed rightly, by the right key or with its public key as the secret that everyone knows.
fn other_algorithms<I: Issuer>(issuer: &I, cases: &mut Cases) {
    let to_sign = |alg: &str| {
        let token = token(issuer).header("alg", alg).sign_as("");
        token.trim_end_matches('.').to_owned()
    };
    for (alg, algorithm) in [
        ("RS384", Algorithm::RS384),
        ("RS512", Algorithm::RS512),
        ("PS256", Algorithm::PS256),
        ("PS512", Algorithm::PS512),
    ] {
        for said in [alg, "RS256"] {
            let text = to_sign(said);
            let signature = sign::rsa(I::KIND, &text, algorithm);
            cases.add(
                "algorithm",
                format!("{alg} called {said}"),
                format!("{text}.{signature}"),
            );
        }
    }

    let key = I::KIND.key();
    let pem = sign::public_pem(key);
    for (secret, bytes) in [
        ("the public key in PEM", pem.clone().into_bytes()),
        (
            "the public key in PEM without its last line break",
            pem.trim_end().as_bytes().to_vec(),
        ),
        ("the public key in DER", sign::public_der(key)),
        ("the modulus", sign::modulus(key)),
        ("nothing", Vec::new()),
    ] {
        for said in ["HS256", "RS256"] {
            let text = to_sign(said);
            let code = sign::hmac(&text, Algorithm::HS256, &bytes);
            let variant = format!("HS256 with {secret} called {said}");
            cases.add("algorithm", variant, format!("{text}.{code}"));
        }
    }
    let text = to_sign("HS512");
    let code = sign::hmac(&text, Algorithm::HS512, pem.as_bytes());
    cases.add(
        "algorithm",
        "HS512 with the public key in PEM",
        format!("{text}.{code}"),
    );

    for (variant, token) in [
        ("none", token(issuer).header("alg", "none").sign_as("")),
        (
            "none without a key",
            token(issuer)
                .header("alg", "none")
                .without_header("kid")
                .sign_as(""),
        ),
        (
            "none with a signature",
            token(issuer).header("alg", "none").sign(),
        ),
    ] {
        cases.add("algorithm", variant, token);
    }
}

/// The header brings or points to a key: the forger's, or the very key of the issuer.
fn keys_of_the_header(issuer: &impl Issuer, cases: &mut Cases) {
    let forged = || token(issuer).forged_with(FORGER);
    let jwk = RsaKey::number(FORGER).jwk();
    for (variant, token) in [
        ("jwk of a forger", forged().header("jwk", jwk.clone())),
        (
            "jwk of a forger with its kid",
            forged()
                .header("kid", RsaKey::number(FORGER).kid())
                .header("jwk", jwk.clone()),
        ),
        (
            "jwk of a forger and no kid",
            forged().without_header("kid").header("jwk", jwk),
        ),
        (
            "jku of a forger",
            forged().header("jku", "https://example.com/keys"),
        ),
        (
            "x5u of a forger",
            forged().header("x5u", "https://example.com/keys.pem"),
        ),
        ("x5c of a forger", forged().header("x5c", json!(["MIIB"]))),
        (
            "jwk of a forger beside the right key",
            token(issuer).header("jwk", RsaKey::number(FORGER).jwk()),
        ),
        (
            "jku of a forger beside the right key",
            token(issuer).header("jku", "https://example.com/keys"),
        ),
    ] {
        cases.add("key in the header", variant, token.sign());
    }
}

fn changed(issuer: &impl Issuer, cases: &mut Cases) {
    let good = token(issuer).sign();
    for (part, name, bits) in [
        (0, "header", [9, 77, 121, 203]),
        (1, "claims", [9, 77, 500, 1203]),
        (2, "signature", [0, 7, 1000, 2047]),
    ] {
        for bit in bits {
            cases.add(
                "flipped bit",
                format!("{bit} of the {name}"),
                flip_bit(&good, part, bit),
            );
        }
    }
    let parts: Vec<&str> = good.split('.').collect();
    let eve = issuer.token("eve").sign();
    let eve: Vec<&str> = eve.split('.').collect();
    cases.add(
        "signature",
        "of other claims",
        [parts[0], eve[1], parts[2]].join("."),
    );
    cases.add(
        "signature",
        "in the place of the claims",
        [parts[0], parts[2], parts[1]].join("."),
    );
}
