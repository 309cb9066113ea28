//! What `callgate explain` says of each kind of token, by that kind's own verifier.

use callgate_testkit::{
    AppCheckIssuer, GoogleIssuer, IapIssuer, SessionCookieIssuer, TokenBuilder,
};

use crate::command::{
    ADMIN, APP, IAP_AUDIENCE, NOW, apps, assert_not_shown, at, cookies, emulator, explain_any,
    google, iap, one_of_each,
};

/// The status and the answer, after making sure that it shows nothing of the token.
#[track_caller]
fn answer(args: &[&str], token: &str) -> (Option<i32>, String) {
    let answer = explain_any(args, &[], token);
    assert_not_shown(token, &answer);
    assert_eq!(answer.err, "");
    (answer.status, answer.out)
}

#[track_caller]
fn assert_says(token: &str, status: i32, sentences: &[&str]) {
    let (is, out) = answer(&[], token);
    assert_eq!(is, Some(status), "{out}");
    for sentence in sentences {
        assert!(out.contains(sentence), "{sentence}: {out}");
    }
}

#[test]
fn each_good_one_is_accepted_and_its_caller_named() {
    let user = cookies().cookie("ada").sign();
    assert_says(
        &user,
        0,
        &[
            "a Firebase session cookie",
            "Caller: \"ada\"",
            "`__session`",
        ],
    );
    let eve = iap().assertion("eve").hosted_domain("example.com").sign();
    assert_says(
        &eve,
        0,
        &[
            "an assertion of Identity-Aware Proxy",
            "Caller: the internal user \"eve\", of the organization \"example.com\"",
            "x-goog-iap-jwt-assertion",
        ],
    );
    let admin = google().token(ADMIN).sign();
    assert_says(
        &admin,
        0,
        &[
            "Google's ID token of a service account",
            "Caller: the service \"admin\"",
        ],
    );
    let app = apps().token(APP).sign();
    assert_says(
        &app,
        0,
        &[
            "a Firebase App Check token",
            "Caller: the app \"1:1:web:ada\", and no user",
        ],
    );
    let (status, out) = answer(&["--kind", "emulator"], &emulator().token("ada").sign());
    assert_eq!(status, Some(0), "{out}");
    assert!(out.contains("ok      unsigned"), "{out}");
}

/// What to do about each of these, all different: expired, for the future, stripped, unsigned, forged, of an unknown key,
/// padded, and no token at all. `stranger` is the number of a key that is not the issuer's.
#[track_caller]
fn assert_troubles_differ<I: Clone>(
    valid: &TokenBuilder<I>,
    stranger: usize,
    foreign: &str,
    words: &str,
) {
    let token = || valid.clone();
    let whole = valid.sign();
    let tokens = [
        whole.clone(),
        token()
            .issued_at(at(NOW - 400))
            .expires_at(at(NOW - 60))
            .sign(),
        token()
            .issued_at(at(NOW + 60))
            .expires_at(at(NOW + 400))
            .sign(),
        foreign.to_owned(),
        token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        token().header("alg", "none").sign_as(""),
        token().forged_with(stranger).sign(),
        token().key(stranger).sign(),
        format!("{whole}="),
        "garbage".to_owned(),
    ];
    let mut advice: Vec<String> = tokens
        .iter()
        .map(|token| {
            let (status, out) = answer(&[], token);
            assert_eq!(status, Some(i32::from(*token != whole)), "{out}");
            let (_, advice) = out.split_once("What to do: ").expect("advice");
            advice.to_owned()
        })
        .collect();
    assert!(advice[3].contains(words), "{}", advice[3]);
    advice.sort();
    advice.dedup();
    assert_eq!(advice.len(), tokens.len(), "{advice:#?}");
}

#[test]
fn each_trouble_of_a_session_cookie_has_its_own_answer() {
    let foreign = SessionCookieIssuer::new("demo-other").cookie("ada").sign();
    assert_troubles_differ(
        &cookies().cookie("ada"),
        3,
        &foreign,
        "project \"demo-other\"",
    );
}

#[test]
fn each_trouble_of_an_assertion_has_its_own_answer() {
    let foreign = IapIssuer::new("/projects/1/global/backendServices/7");
    assert_troubles_differ(
        &iap().assertion("eve"),
        3,
        &foreign.assertion("eve").sign(),
        "CALLGATE_IAP_AUDIENCE",
    );
}

#[test]
fn each_trouble_of_a_services_token_has_its_own_answer() {
    let foreign = GoogleIssuer::new("https://other.example.com")
        .token(ADMIN)
        .sign();
    assert_troubles_differ(&google().token(ADMIN), 1, &foreign, "CALLGATE_AUDIENCES");
    let client = google()
        .token(ADMIN)
        .claim("aud", "1-a.apps.googleusercontent.com");
    assert_says(&client.sign(), 1, &["the OAuth client", "anyone's program"]);
}

#[test]
fn each_trouble_of_an_app_check_token_has_its_own_answer() {
    let foreign = AppCheckIssuer::new("demo-other", 2).token(APP).sign();
    assert_troubles_differ(&apps().token(APP), 3, &foreign, "CALLGATE_PROJECT_NUMBER");
    let none = callgate::verify::APP_CHECK_NO_TOKEN;
    assert_says(none, 1, &["could not get an App Check token"]);
}

#[test]
fn an_account_without_a_name_is_told_what_to_configure_on_a_terminal_only() {
    let robot = "robot@demo-callgate.iam.gserviceaccount.com";
    let token = google()
        .token(robot)
        .unique_id("104217395860172394857")
        .sign();
    assert_says(
        &token,
        1,
        &[
            "refused: SERVICE_NOT_ALLOWED",
            "FAILED  name",
            "add NAME=EMAIL#104217395860172394857 to CALLGATE_SERVICE_ACCOUNTS",
            "CALLGATE_SERVICE_ACCOUNTS=NAME=robot@demo-callgate.iam.gserviceaccount.com#104217395860172394857",
        ],
    );
    let (_, json) = answer(&["--json"], &token);
    assert!(
        json.contains("#104217395860172394857") && !json.contains(robot),
        "{json}"
    );

    // Nothing is shown of what is not proven, and no person's address.
    for token in [
        google().token(robot).forged_with(1),
        google().token("eve@example.com"),
    ] {
        let (status, out) = answer(&[], &token.sign());
        assert_eq!(status, Some(1));
        assert!(!out.contains("robot@") && !out.contains("eve@"), "{out}");
    }
}

#[test]
fn a_token_without_an_address_is_told_how_to_ask_for_one() {
    let token = google()
        .token(ADMIN)
        .without("email")
        .without("email_verified")
        .sign();
    assert_says(&token, 1, &["--include-email"]);
}

#[test]
fn a_kind_offered_as_another_is_told_what_it_is() {
    for (name, token) in one_of_each() {
        for (kind, _) in one_of_each() {
            let (status, out) = answer(&["--kind", kind], &token);
            assert_eq!(
                status,
                Some(i32::from(name != kind)),
                "{name} as {kind}: {out}"
            );
            assert_eq!(out.contains("It was judged as"), name != kind, "{out}");
        }
    }
}

#[test]
fn a_header_is_read_as_the_token_in_it() {
    let (cookie, eve, app) = (
        cookies().cookie("ada").sign(),
        iap().assertion("eve").sign(),
        apps().token(APP).sign(),
    );
    for header in [
        format!("cookie: theme=dark; __session={cookie}"),
        format!("X-Goog-IAP-JWT-Assertion: {eve}"),
        format!("x-firebase-appcheck: {app}"),
    ] {
        let answer = explain_any(&[], &[], &header);
        assert_eq!(answer.status, Some(0), "{}", answer.out);
        assert!(answer.err.contains("a whole header"), "{}", answer.err);
    }
}

#[test]
fn an_assertion_for_another_service_names_both() {
    let other = "/projects/1/locations/europe-west1/services/votes";
    let token = IapIssuer::new(other).assertion("eve").sign();
    assert_says(&token, 1, &["FAILED  audience", other, IAP_AUDIENCE]);
}
