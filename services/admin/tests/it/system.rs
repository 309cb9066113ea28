//! The service with all that it asks: accounts and votes on loopback, and an audit in a SQLite file.

use std::sync::Arc;

use callgate::{
    Gate, HasPolicy, InternalUser, Policy,
    accounts::Accounts,
    google::IdTokens,
    outgoing::{Callee, Channel},
};
use callgate_admin::{Admin, store, store::AuditStore};
use callgate_api::{
    admin::v1::{
        AuditRecord, ListAuditRecordsRequest, admin_service_gate::AdminService, audit_record,
    },
    votes::v1::vote_service_gate,
};
use callgate_testkit::{GoogleIssuer, IapIssuer};
use callgate_votes::{Candidate, Votes, store::VoteStore};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::AbortHandle};
use tonic::{
    Request, Status,
    transport::{Server, server::TcpIncoming},
};

use crate::{AUDIENCE, accounts_server::AccountsServer};

const VOTES: &str = "https://votes.example.com";
const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

pub(crate) struct System {
    pub(crate) admin: Admin,
    pub(crate) accounts: AccountsServer,
    pub(crate) votes: VotesServer,
    pub(crate) audit: Arc<dyn AuditStore>,
    _folder: tempfile::TempDir,
}

/// The real votes behind the real gate, which know a service account by the name `admin`.
pub(crate) struct VotesServer {
    url: String,
    store: Arc<dyn VoteStore>,
    serving: AbortHandle,
    _folder: tempfile::TempDir,
}

impl System {
    pub(crate) async fn start() -> Self {
        let votes = VotesServer::start().await;
        let accounts = AccountsServer::start(users()).await;
        let folder = tempfile::tempdir().unwrap();
        let audit = audit_in(&folder).await;
        Self {
            admin: admin(accounts.accounts(), votes.channel(ADMIN), &audit),
            accounts,
            votes,
            audit,
            _folder: folder,
        }
    }

    /// The same, with these accounts.
    pub(crate) fn with_accounts(&self, accounts: Accounts) -> Admin {
        admin(accounts, self.votes.channel(ADMIN), &self.audit)
    }

    /// The same, with this way to the votes.
    pub(crate) fn with_votes(&self, votes: Channel) -> Admin {
        admin(self.accounts.accounts(), votes, &self.audit)
    }

    /// The same, with this audit.
    pub(crate) fn with_audit(&self, audit: &Arc<dyn AuditStore>) -> Admin {
        admin(self.accounts.accounts(), self.votes.channel(ADMIN), audit)
    }

    /// The one record that there is.
    pub(crate) async fn record(&self) -> AuditRecord {
        let mut records = records(&self.admin).await;
        assert_eq!(records.len(), 1, "{records:?}");
        records.remove(0)
    }
}

fn admin(accounts: Accounts, votes: Channel, audit: &Arc<dyn AuditStore>) -> Admin {
    Admin::new(accounts, "roles", votes, audit.clone()).unwrap()
}

async fn audit_in(folder: &tempfile::TempDir) -> Arc<dyn AuditStore> {
    let file = folder.path().join("admin.db");
    store::open(&format!("sqlite:{}", file.display()))
        .await
        .unwrap()
}

pub(crate) async fn records(admin: &Admin) -> Vec<AuditRecord> {
    let request = Request::new(ListAuditRecordsRequest::default());
    let answer = admin.list_audit_records(eve(), request).await.unwrap();
    answer.into_inner().records
}

pub(crate) fn eve() -> InternalUser {
    IapIssuer::new(AUDIENCE).internal_user("eve")
}

/// Outcome and more about it.
pub(crate) fn outcome(record: &AuditRecord) -> (audit_record::Outcome, &str) {
    (record.outcome(), &record.outcome_details)
}

/// The reason code of a refusal.
pub(crate) fn reason(status: &Status) -> String {
    use tonic_types::StatusExt;
    let details = status.get_error_details();
    let info = details.error_info().expect("a reason");
    assert_eq!(info.domain, callgate::ERROR_DOMAIN);
    info.reason.clone()
}

pub(crate) fn users() -> Vec<Value> {
    vec![
        json!({
            "localId": "ada", "email": "ada@example.com", "emailVerified": true, "displayName": "Ada\u{202e} Lovelace",
            "createdAt": "1700000000123", "lastLoginAt": "1700000001000", "customAttributes": "{\"level\":3,\"roles\":[\"editor\"]}",
            "providerUserInfo": [{"providerId": "password"}, {"providerId": "google.com"}],
        }),
        json!({"localId": "bob", "email": "bob@example.com", "displayName": "bob@example.com", "disabled": true}),
        json!({"localId": "guest", "createdAt": "1700000000000"}),
        json!({"localId": "ada", "tenantId": "pupils", "displayName": "Ada of the pupils"}),
    ]
}

// === impl VotesServer ===

impl VotesServer {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("votes.db").display());
        let service = vote_service_gate::server(Votes::open(&database).await.unwrap());
        let gate = Gate::builder(policy_of(&service))
            .end_users(callgate_testkit::FirebaseIssuer::new("demo-callgate").verifier())
            .service_accounts(GoogleIssuer::new(VOTES).verifier([("admin", ADMIN)]))
            .build()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(
            Server::builder()
                .layer(gate)
                .add_service(service)
                .serve_with_incoming(TcpIncoming::from(listener)),
        );
        Self {
            url,
            store: callgate_votes::store::open(&database).await.unwrap(),
            serving: serving.abort_handle(),
            _folder: folder,
        }
    }

    /// A way to the votes as the service account of this address.
    pub(crate) fn channel(&self, email: &str) -> Channel {
        channel(&self.url, email)
    }

    /// A way to the votes with these tokens.
    pub(crate) fn channel_with(&self, tokens: &IdTokens) -> Channel {
        Callee::new(&self.url, VOTES, tokens).unwrap().channel()
    }

    pub(crate) async fn cast(&self, uid: &str) {
        let voter = callgate::UserId { tenant: None, uid };
        self.store.cast(voter, Candidate::Cats, "").await.unwrap();
    }

    pub(crate) async fn cats(&self) -> i64 {
        self.store.tally().await.unwrap().cats
    }
}

impl Drop for VotesServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A way to the votes at this address, as the service account of this e-mail address.
pub(crate) fn channel(url: &str, email: &str) -> Channel {
    let token = GoogleIssuer::new(VOTES).token(email).sign();
    let tokens = IdTokens::fixed(&token).unwrap();
    Callee::new(url, VOTES, &tokens).unwrap().channel()
}

/// The rules of a gated server.
pub(crate) fn policy_of<S: HasPolicy>(_: &S) -> Policy {
    Policy::default().and(S::METHODS)
}
