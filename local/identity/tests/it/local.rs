//! An identity provider of a test's own, with a clock that the test turns.

use std::{
    fs,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use callgate::{
    Clock, EndUser, FirebaseVerifier,
    keys::{KeySet, KeyStore},
    verify::{Check, SessionCookieVerifier},
};
use callgate_identity::{CodeNotice, IapStandIn, Identity, Settings};
use jsonwebtoken::jwk::JwkSet;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub(crate) const PROJECT: &str = "demo-callgate";
pub(crate) const V1: &str = "/identitytoolkit.googleapis.com/v1";
pub(crate) const V2: &str = "/identitytoolkit.googleapis.com/v2";
pub(crate) const JWKS: &str = "/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";
pub(crate) const SESSION_COOKIE_JWKS: &str =
    "/identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys";
pub(crate) const SESSION_COOKIE_X509: &str = "/identitytoolkit/v3/relyingparty/publicKeys";
pub(crate) const IAP_JWKS: &str = "/iap/verify/public_key-jwk";
pub(crate) const GOOGLE_JWKS: &str = "/oauth2/v3/certs";
pub(crate) const APP_CHECK_JWKS: &str = "/firebaseappcheck.googleapis.com/v1/jwks";

pub(crate) const IAP_AUDIENCE: &str = "/projects/123456789012/locations/local/services/admin";

pub(crate) struct Local {
    pub(crate) identity: Identity,
    /// In front of all that is below `/admin/`.
    pub(crate) iap: IapStandIn,
    pub(crate) base: String,
    pub(crate) dir: TempDir,
    pub(crate) clock: Clock,
    pub(crate) client: Client,
    pub(crate) secret: String,
    notices: Arc<Mutex<Vec<CodeNotice>>>,
}

/// The state after a first start. Most tests begin with it, since making a key takes long.
static NEW_STATE: LazyLock<String> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    drop(Identity::open(Settings::new(PROJECT, dir.path(), ["http://localhost"])).unwrap());
    fs::read_to_string(dir.path().join("identity.json")).unwrap()
});

fn start_of_time() -> Clock {
    Clock::manual(UNIX_EPOCH + Duration::from_secs(1_790_000_000))
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) uid: String,
    pub(crate) id_token: String,
    pub(crate) refresh_token: String,
}

impl Local {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("identity.json"), &*NEW_STATE).unwrap();
        Self::serve(dir, start_of_time(), change).await
    }

    /// With keys that nobody else has.
    pub(crate) async fn start_anew() -> Self {
        Self::serve(tempfile::tempdir().unwrap(), start_of_time(), |_| ()).await
    }

    /// What another process finds after this one was killed at this moment: what is on the disk, and a half-written file.
    pub(crate) async fn killed_and_restarted(&self) -> Self {
        self.killed_and_restarted_with(|_| ()).await
    }

    pub(crate) async fn killed_and_restarted_with(
        &self,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for file in fs::read_dir(self.dir.path()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
        }
        fs::write(dir.path().join("identity.json.new"), "{\"half").unwrap();
        Self::serve(dir, self.clock.clone(), change).await
    }

    async fn serve(dir: TempDir, clock: Clock, change: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let notices = Arc::new(Mutex::new(Vec::new()));
        let mut settings = Settings::new(
            PROJECT,
            dir.path(),
            [base.clone(), "http://localhost:5173".to_owned()],
        );
        settings.clock = clock.clone();
        settings.on_code = Some(Arc::new({
            let notices = notices.clone();
            move |notice| notices.lock().unwrap().push(notice)
        }));
        change(&mut settings);
        let identity = Identity::open(settings).unwrap();
        let secret = identity.secret().to_owned();
        let iap = identity.iap(IAP_AUDIENCE, |path| path.starts_with("/admin/"));
        let router = identity.router().merge(iap.router());
        tokio::spawn(axum::serve(listener, router).into_future());

        let client = Client::builder().no_proxy().build().unwrap();
        Self {
            identity,
            iap,
            base,
            dir,
            clock,
            client,
            secret,
            notices,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// A call as the SDK makes it. Whatever ID token comes back is verified.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        let path = format!("{path}?key=local");
        let reply = Reply::read(self.request(Method::POST, &path).json(&body)).await;
        if let Some(token) = reply.body.get("idToken") {
            self.verified(token.as_str().unwrap()).await;
        }
        reply
    }

    /// `accounts:<call>`
    pub(crate) async fn accounts(&self, call: &str, body: Value) -> Reply {
        self.post(&format!("{V1}/accounts:{call}"), body).await
    }

    /// `projects/<p>/accounts<call>`, with the secret.
    pub(crate) async fn admin(&self, call: &str, body: Value) -> Reply {
        let path = format!("{V1}/projects/{PROJECT}/accounts{call}");
        Reply::read(
            self.request(Method::POST, &path)
                .bearer_auth(&self.secret)
                .json(&body),
        )
        .await
    }

    pub(crate) async fn admin_get(&self, path: &str) -> Reply {
        Reply::read(self.request(Method::GET, path).bearer_auth(&self.secret)).await
    }

    /// `POST /local/v1/tokens`, with the secret.
    pub(crate) async fn mint(&self, wish: Value) -> Reply {
        let request = self.request(Method::POST, "/local/v1/tokens");
        Reply::read(request.bearer_auth(&self.secret).json(&wish)).await
    }

    /// A minted token.
    pub(crate) async fn token(&self, wish: Value) -> String {
        self.mint(wish).await.ok()["token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) async fn sign_up(&self, email: &str, password: &str) -> User {
        User::of(
            &self
                .accounts(
                    "signUp",
                    json!({ "email": email, "password": password, "returnSecureToken": true }),
                )
                .await
                .ok(),
        )
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.accounts(
            "signInWithPassword",
            json!({ "email": email, "password": password, "returnSecureToken": true }),
        )
        .await
    }

    pub(crate) async fn guest(&self) -> User {
        User::of(
            &self
                .accounts("signUp", json!({ "returnSecureToken": true }))
                .await
                .ok(),
        )
    }

    pub(crate) async fn lookup(&self, user: &User) -> Reply {
        self.accounts("lookup", json!({ "idToken": user.id_token }))
            .await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Reply {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self.request(Method::POST, "/securetoken.googleapis.com/v1/token");
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let reply = Reply::read(request).await;
        if let Some(token) = reply.body.get("access_token") {
            self.verified(token.as_str().unwrap()).await;
        }
        reply
    }

    /// The production verifier of ID tokens, with the keys of now.
    pub(crate) async fn verifier(&self) -> FirebaseVerifier {
        let keys = self.key_store(JWKS).await;
        let verifier = FirebaseVerifier::new(PROJECT, keys)
            .unwrap()
            .clock(self.clock.clone());
        let verifier = verifier.clock_skew(Duration::ZERO).unwrap();
        verifier.tenants(["-", "acme"]).unwrap()
    }

    /// Its word on a token.
    pub(crate) async fn check(&self, token: &str) -> Check {
        self.verifier().await.check(token)
    }

    /// Its word on a session cookie.
    pub(crate) async fn check_cookie(&self, cookie: &str) -> Check {
        let keys = self.key_store(SESSION_COOKIE_JWKS).await;
        SessionCookieVerifier::like(&self.verifier().await, keys).check(cookie)
    }

    /// The keys of now, as a production verifier reads them.
    pub(crate) async fn key_store(&self, path: &str) -> KeyStore {
        let keys = self.request(Method::GET, path).send().await.unwrap();
        KeyStore::fixed(KeySet::parse(&keys.bytes().await.unwrap()).unwrap())
    }

    /// Whether a token is signed with one of the keys published at this path, by the algorithm that the key is for.
    pub(crate) async fn is_signed_with(&self, path: &str, token: &str) -> bool {
        let keys: JwkSet = serde_json::from_value(self.admin_get(path).await.ok()).unwrap();
        let (header, (message, signature)) = (
            jsonwebtoken::decode_header(token).unwrap(),
            token.rsplit_once('.').unwrap(),
        );
        keys.find(header.kid.as_deref().unwrap())
            .is_some_and(|jwk| {
                let key = jsonwebtoken::DecodingKey::from_jwk(jwk).unwrap();
                jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, header.alg)
                    .unwrap()
            })
    }

    pub(crate) async fn verified(&self, token: &str) -> EndUser {
        match self.check(token).await {
            Check::Verified(user) => user,
            other => panic!("{other:?}"),
        }
    }

    /// The last code that would have gone out by SMS or e-mail.
    pub(crate) fn last_code(&self) -> CodeNotice {
        self.notices.lock().unwrap().last().unwrap().clone()
    }

    pub(crate) fn codes_sent(&self) -> usize {
        self.notices.lock().unwrap().len()
    }

    pub(crate) fn advance(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock
            .now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
    }

    pub(crate) fn state_file(&self) -> String {
        fs::read_to_string(self.path().join("identity.json")).unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Reply {
    pub(crate) async fn read(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        Self {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The error's first word, by which the SDK knows it.
    #[track_caller]
    pub(crate) fn error(&self) -> &str {
        let error = &self.body["error"];
        assert_eq!(error["code"], self.status.as_u16(), "{}", self.body);
        assert!(self.status != 200);
        error["message"]
            .as_str()
            .unwrap()
            .split(" : ")
            .next()
            .unwrap()
    }
}

impl User {
    #[track_caller]
    pub(crate) fn of(body: &Value) -> Self {
        let text = |name: &str| {
            body[name]
                .as_str()
                .unwrap_or_else(|| panic!("no {name} in {body}"))
                .to_owned()
        };
        let id_token = text("idToken");
        Self {
            uid: claims(&id_token)["sub"].as_str().unwrap().to_owned(),
            id_token,
            refresh_token: text("refreshToken"),
        }
    }

    pub(crate) fn claims(&self) -> Value {
        claims(&self.id_token)
    }
}

pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

pub(crate) fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// `postBody` with an ID token of claims.
pub(crate) fn post_body(provider: &str, claims: &Value) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("id_token", &claims.to_string())
        .append_pair("providerId", provider);
    format!("&{}", form.finish())
}

/// The body of `accounts:signInWithIdp`.
pub(crate) fn idp(provider: &str, claims: &Value) -> Value {
    json!({ "requestUri": "http://localhost", "returnSecureToken": true, "postBody": post_body(provider, claims) })
}
