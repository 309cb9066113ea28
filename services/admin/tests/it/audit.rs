//! No change without a record of it (G26).

use std::{
    io::{Read as _, Seek as _},
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use callgate_admin::{
    Admin,
    audit::{Action, Attempt, Target},
    store::AuditStore,
};
use callgate_api::admin::v1::{
    AuditRecord, DisableUserRequest, ListAuditRecordsRequest, admin_service_gate::AdminService,
    audit_record,
};
use callgate_serve::LogFormat;
use tokio::sync::Notify;
use tonic::{Code, Request, Status};
use tracing::subscriber::NoSubscriber;

use crate::{
    accounts_server::{Answers, accounts_away},
    flawed::Flawed,
    system::{System, eve, outcome, reason, records},
    users::{set_roles, user},
};

async fn disable(admin: &Admin, uid: &str) -> Result<(), Status> {
    let request = Request::new(DisableUserRequest {
        user: user(uid, ""),
    });
    admin.disable_user(eve(), request).await.map(drop)
}

#[tokio::test]
async fn a_change_is_recorded_with_who_what_whom_when_and_its_outcome() {
    let system = System::start().await;
    disable(&system.admin, "ada").await.unwrap();

    let record = system.record().await;
    let actor = record.actor.clone().unwrap();
    assert_eq!(
        (actor.id.as_str(), actor.email.as_str()),
        ("eve", "eve@example.com")
    );
    assert_eq!(record.action(), audit_record::Action::DisableUser);
    assert_eq!(record.target, user("ada", ""));
    assert_eq!(outcome(&record), (audit_record::Outcome::Succeeded, ""));
    let (attempted_at, ended_at) = (record.attempted_at.unwrap(), record.ended_at.unwrap());
    assert!((attempted_at.seconds, attempted_at.nanos) <= (ended_at.seconds, ended_at.nanos));
}

/// The audit holds the address; a log line has the id that Identity-Aware Proxy gives (G23).
#[tokio::test]
async fn the_log_names_who_made_a_change_by_no_address() {
    let mut log = tempfile::tempfile().unwrap();
    let writer = Arc::new(log.try_clone().unwrap());
    let lines = callgate_serve::logs::subscriber("trace", LogFormat::Json, false, writer);
    // Were there one subscriber only, tracing would go by the thread that is first at a line: another test's, perhaps.
    let _another = tracing::Dispatch::new(NoSubscriber::default());
    let guard = tracing::subscriber::set_default(lines.unwrap());
    let system = System::start().await;
    disable(&system.admin, "ada").await.unwrap();
    set_roles(&system.admin, "ada", &["editor"]).await.unwrap();
    disable(&system.admin, "nobody").await.unwrap_err();
    drop(guard);

    let mut text = String::new();
    log.rewind().unwrap();
    log.read_to_string(&mut text).unwrap();
    assert_eq!(text.matches(r#""actor":"eve""#).count(), 3, "{text}");
    assert!(!text.contains("@example.com"), "{text}");
}

#[tokio::test]
async fn a_change_of_nobody_is_recorded_as_failed() {
    let system = System::start().await;
    let refusal = disable(&system.admin, "nobody").await.unwrap_err();
    assert_eq!(refusal.code(), Code::NotFound);

    let record = system.record().await;
    let failed = (audit_record::Outcome::Failed, "there is no such user");
    assert_eq!(outcome(&record), failed);
}

#[tokio::test]
async fn a_change_that_is_refused_is_recorded_as_failed_with_the_reason() {
    let system = System::start().await;
    system
        .accounts
        .answers(Answers::Refused(403, "PERMISSION_DENIED"));
    let refusal = disable(&system.admin, "ada").await.unwrap_err();
    assert_eq!(refusal.code(), Code::FailedPrecondition);

    let record = system.record().await;
    let (outcome, details) = outcome(&record);
    assert_eq!(outcome, audit_record::Outcome::Failed);
    assert_eq!(
        details,
        "the accounts refused: HTTP status 403, PERMISSION_DENIED"
    );
}

#[tokio::test]
async fn a_change_that_cannot_be_made_is_recorded_as_failed() {
    let system = System::start().await;
    // 32 roles of 64 characters have no room in custom claims.
    let roles: Vec<String> = (10..42).map(|n| format!("{n}{}", "r".repeat(62))).collect();
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let refusal = set_roles(&system.admin, "ada", &roles).await.unwrap_err();
    assert_eq!(refusal.code(), Code::FailedPrecondition);
    assert!(refusal.message().contains("1,000 characters"), "{refusal}");

    let record = system.record().await;
    assert_eq!(outcome(&record).0, audit_record::Outcome::Failed);
    assert_eq!(system.accounts.changes(), 0);
}

#[tokio::test]
async fn accounts_that_are_away_are_recorded_as_failed() {
    let system = System::start().await;
    let admin = system.with_accounts(accounts_away());
    let refusal = disable(&admin, "ada").await.unwrap_err();
    assert_eq!(refusal.code(), Code::Unavailable);
    assert_eq!(reason(&refusal), "ACCOUNTS_UNAVAILABLE");

    let record = system.record().await;
    let (outcome, details) = outcome(&record);
    assert_eq!(outcome, audit_record::Outcome::Failed);
    assert!(
        details.starts_with("the accounts could not be reached"),
        "{details}"
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_is_recorded_as_unknown() {
    let system = System::start().await;
    system.accounts.answers(Answers::Lost);
    let refusal = disable(&system.admin, "ada").await.unwrap_err();
    assert_eq!(refusal.code(), Code::DeadlineExceeded);
    assert_eq!(reason(&refusal), "OUTCOME_UNKNOWN");
    assert_eq!(system.accounts.user("ada")["disabled"], true);

    let record = system.record().await;
    assert_eq!(outcome(&record).0, audit_record::Outcome::Unknown);
}

#[tokio::test]
async fn an_attempt_whose_outcome_nobody_recorded_is_shown_as_unknown() {
    let system = System::start().await;
    // As a process leaves it that ends in between.
    let attempt = Attempt {
        actor: eve(),
        action: Action::SetRoles,
        target: Some(Target {
            tenant: None,
            uid: "ada".to_owned(),
        }),
        details: "roles: editor".to_owned(),
    };
    system.audit.attempt(&attempt).await.unwrap();

    let record = system.record().await;
    assert_eq!(outcome(&record), (audit_record::Outcome::Unknown, ""));
    assert_eq!(record.ended_at, None);
    assert_eq!(record.details, "roles: editor");
}

#[tokio::test]
async fn without_a_record_no_change_is_made() {
    let system = System::start().await;
    let flawed = Flawed::over(&system.audit);
    flawed.attempts_away.store(true, SeqCst);
    let audit: Arc<dyn AuditStore> = Arc::new(flawed);
    let admin = system.with_audit(&audit);
    system.votes.cast("ada").await;

    let request = Request::new(callgate_api::admin::v1::ResetVotesRequest {});
    let reset = admin.reset_votes(eve(), request).await.map(drop);
    for refusal in [
        disable(&admin, "ada").await,
        set_roles(&admin, "ada", &[]).await.map(drop),
        reset,
    ] {
        let refusal = refusal.unwrap_err();
        assert_eq!(refusal.code(), Code::Unavailable);
        assert_eq!(reason(&refusal), "AUDIT_UNAVAILABLE");
    }

    assert_eq!(system.accounts.changes(), 0);
    assert_eq!(system.votes.cats().await, 1);
    let request = Request::new(ListAuditRecordsRequest::default());
    let refusal = admin.list_audit_records(eve(), request).await.unwrap_err();
    assert_eq!(reason(&refusal), "AUDIT_UNAVAILABLE");
}

#[tokio::test]
async fn an_outcome_that_cannot_be_recorded_is_told_to_the_caller_and_stays_unknown() {
    let system = System::start().await;
    let flawed = Flawed::over(&system.audit);
    flawed.outcomes_away.store(true, SeqCst);
    let audit: Arc<dyn AuditStore> = Arc::new(flawed);

    disable(&system.with_audit(&audit), "ada").await.unwrap();

    assert_eq!(system.accounts.user("ada")["disabled"], true);
    let record = system.record().await;
    assert_eq!(outcome(&record), (audit_record::Outcome::Unknown, ""));
}

#[tokio::test]
async fn a_caller_who_goes_away_takes_no_outcome_along() {
    let system = System::start().await;
    let flawed = Arc::new(Flawed {
        hold: Some((Notify::new(), Notify::new())),
        ..Flawed::over(&system.audit)
    });
    let audit: Arc<dyn AuditStore> = flawed.clone();
    let admin = system.with_audit(&audit);
    let call = tokio::spawn(async move { disable(&admin, "ada").await });
    let (release, arrived) = flawed.hold.as_ref().unwrap();
    arrived.notified().await;

    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    release.notify_one();

    let ended = async {
        loop {
            let records = records(&system.admin).await;
            if let Some(record) = records.first().filter(|it| it.ended_at.is_some()) {
                return record.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let record = tokio::time::timeout(Duration::from_secs(20), ended).await;
    let succeeded = (audit_record::Outcome::Succeeded, "");
    assert_eq!(outcome(&record.expect("an outcome")), succeeded);
}

#[tokio::test]
async fn the_audit_is_read_latest_first_page_by_page() {
    let system = System::start().await;
    for uid in ["ada", "bob", "guest"] {
        disable(&system.admin, uid).await.unwrap();
    }
    let page = async |page_token: &str| {
        let request = ListAuditRecordsRequest {
            page_size: 2,
            page_token: page_token.to_owned(),
        };
        let answer = system
            .admin
            .list_audit_records(eve(), Request::new(request))
            .await;
        let answer = answer.unwrap().into_inner();
        let whom = |record: AuditRecord| record.target.unwrap().uid;
        let uids: Vec<_> = answer.records.into_iter().map(whom).collect();
        (uids, answer.next_page_token)
    };

    let (uids, next) = page("").await;
    assert_eq!(uids, ["guest", "bob"]);
    let (uids, next) = page(&next).await;
    assert_eq!((uids, next.as_str()), (vec!["ada".to_owned()], ""));

    let wrong = ListAuditRecordsRequest {
        page_size: 2,
        page_token: "yesterday".to_owned(),
    };
    let refusal = system
        .admin
        .list_audit_records(eve(), Request::new(wrong))
        .await;
    assert_eq!(refusal.unwrap_err().code(), Code::InvalidArgument);
}
