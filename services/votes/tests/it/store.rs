//! One suite for both databases.

use std::{sync::Arc, time::Duration};

use callgate::UserId;
use callgate_database::{on_both_databases, testkit::TestDatabase};
use callgate_votes::{
    Candidate::{self, Cats, Dogs},
    Tally,
    store::{self, VoteStore},
};
use tokio::{
    sync::{Notify, Semaphore},
    time::timeout,
};

use crate::instance::PATIENCE;

on_both_databases! {
    a_vote_is_counted_and_kept,
    the_same_vote_again_changes_nothing,
    a_second_vote_replaces_the_first,
    voters_at_the_same_time_are_each_counted_once,
    the_last_five_votes_come_latest_first,
    users_of_different_tenants_are_different_users,
    names_are_kept_as_they_are,
    instances_may_start_at_the_same_time,
    announcements_are_heard_from_the_first_notice_on,
    a_reset_removes_all_votes_and_says_how_many,
    votes_cast_during_a_reset_are_removed_or_counted,
}

async fn open(database: &TestDatabase) -> Arc<dyn VoteStore> {
    opened(&database.url).await
}

/// A store whose database is up to date. A first call waits for that too, but on a busy machine not for long enough.
pub(crate) async fn opened(url: &str) -> Arc<dyn VoteStore> {
    let store = store::open(url).await.unwrap();
    let ready = async {
        while let Err(error) = store.tally().await {
            assert!(error.is_outage(), "{error}");
        }
    };
    timeout(PATIENCE, ready).await.expect("it is up to date");
    store
}

pub(crate) fn user(uid: &str) -> UserId<'_> {
    UserId { tenant: None, uid }
}

pub(crate) async fn totals(store: &dyn VoteStore) -> (i64, i64) {
    let tally = store.tally().await.unwrap();
    (tally.cats, tally.dogs)
}

async fn a_vote_is_counted_and_kept(database: TestDatabase) {
    let store = open(&database).await;
    assert_eq!(totals(&*store).await, (0, 0));
    assert_eq!(store.tally().await.unwrap().recent, []);
    assert_eq!(store.vote_of(user("ada")).await.unwrap(), None);

    let cast = store.cast(user("ada"), Cats, "Ada").await.unwrap();

    assert!(cast.changed);
    assert_eq!(cast.vote.candidate, Cats);
    assert_eq!(cast.vote.display_name, "Ada");
    assert!(cast.vote.cast_at.elapsed().unwrap() < Duration::from_mins(1));
    for store in [store, open(&database).await] {
        assert_eq!(totals(&*store).await, (1, 0));
        let recent = store.tally().await.unwrap().recent;
        assert_eq!(recent, std::slice::from_ref(&cast.vote));
        assert_eq!(
            store.vote_of(user("ada")).await.unwrap(),
            Some(cast.vote.clone())
        );
    }
}

async fn the_same_vote_again_changes_nothing(database: TestDatabase) {
    let store = open(&database).await;
    let first = store.cast(user("ada"), Dogs, "Ada").await.unwrap();

    let again = store.cast(user("ada"), Dogs, "Ada Lovelace").await.unwrap();

    assert!(!again.changed);
    assert_eq!(again.vote, first.vote);
    assert_eq!(totals(&*store).await, (0, 1));
    assert_eq!(store.tally().await.unwrap().recent, [first.vote]);
}

async fn a_second_vote_replaces_the_first(database: TestDatabase) {
    let store = open(&database).await;
    let first = store.cast(user("ada"), Dogs, "Ada").await.unwrap();

    let second = store.cast(user("ada"), Cats, "Ada Lovelace").await.unwrap();

    assert!(second.changed);
    assert!(second.vote.cast_at > first.vote.cast_at);
    assert_eq!(second.vote.display_name, "Ada Lovelace");
    assert_eq!(totals(&*store).await, (1, 0));
    let recent = store.tally().await.unwrap().recent;
    assert_eq!(recent, std::slice::from_ref(&second.vote));
    assert_eq!(store.vote_of(user("ada")).await.unwrap(), Some(second.vote));
}

async fn voters_at_the_same_time_are_each_counted_once(database: TestDatabase) {
    const VOTERS: usize = 200;
    const VOTES_EACH: usize = 5;
    // Twice as many as there are connections; were it all of them, the last would wait for longer than a call does.
    let at_a_time = Arc::new(Semaphore::new(database.instances * 20));
    let mut stores = Vec::new();
    for _ in 0..database.instances {
        stores.push(open(&database).await);
    }

    let casting: Vec<_> = (0..VOTERS * VOTES_EACH)
        .map(|n| {
            let store = stores[n % stores.len()].clone();
            let at_a_time = at_a_time.clone();
            tokio::spawn(async move {
                let _turn = at_a_time.acquire().await.unwrap();
                // Those of one voter follow each other, by different instances.
                let (voter, round) = (n / VOTES_EACH, n % VOTES_EACH);
                let candidate = if (voter + round) % 3 == 0 { Cats } else { Dogs };
                let uid = format!("voter{voter}");
                store.cast(user(&uid), candidate, &uid).await
            })
        })
        .collect();
    for cast in casting {
        cast.await.unwrap().unwrap();
    }

    let mut truth = (0, 0);
    for voter in 0..VOTERS {
        let uid = format!("voter{voter}");
        match stores[0].vote_of(user(&uid)).await.unwrap() {
            Some(vote) if vote.candidate == Cats => truth.0 += 1,
            Some(_) => truth.1 += 1,
            None => panic!("{uid}'s vote is lost"),
        }
    }
    assert!(truth.0 > 0 && truth.1 > 0, "{truth:?}");
    for store in stores {
        assert_eq!(totals(&*store).await, truth);
    }
}

async fn the_last_five_votes_come_latest_first(database: TestDatabase) {
    let store = open(&database).await;
    for voter in ["a", "b", "c", "d", "e", "f"] {
        store.cast(user(voter), Cats, voter).await.unwrap();
    }
    assert_eq!(recent(&*store).await, "fedcb");

    store.cast(user("c"), Dogs, "c").await.unwrap();
    store.cast(user("d"), Cats, "d").await.unwrap();

    assert_eq!(recent(&*store).await, "cfedb");
}

async fn recent(store: &dyn VoteStore) -> String {
    let tally = store.tally().await.unwrap();
    tally
        .recent
        .into_iter()
        .map(|vote| vote.display_name)
        .collect()
}

async fn users_of_different_tenants_are_different_users(database: TestDatabase) {
    let store = open(&database).await;
    let of = |tenant| UserId { tenant, uid: "ada" };
    for (tenant, candidate) in [(None, Cats), (Some("pupils"), Dogs), (Some("staff"), Dogs)] {
        assert!(store.cast(of(tenant), candidate, "").await.unwrap().changed);
    }

    assert_eq!(totals(&*store).await, (1, 2));
    let candidate = async |tenant| -> Option<Candidate> {
        let vote = store.vote_of(of(tenant)).await.unwrap();
        vote.map(|vote| vote.candidate)
    };
    assert_eq!(candidate(None).await, Some(Cats));
    assert_eq!(candidate(Some("pupils")).await, Some(Dogs));
    assert_eq!(candidate(Some("staff")).await, Some(Dogs));
    assert_eq!(candidate(Some("others")).await, None);
}

async fn names_are_kept_as_they_are(database: TestDatabase) {
    let store = open(&database).await;
    for name in ["", "O'Hara; DROP TABLE votes", "阿达 🐈‍⬛", &"ä".repeat(64)] {
        let uid = format!("uid of {name}");
        store.cast(user(&uid), Cats, name).await.unwrap();
        let vote = store.vote_of(user(&uid)).await.unwrap().unwrap();
        assert_eq!(vote.display_name, name);
    }
    assert_eq!(totals(&*store).await, (4, 0));
}

async fn instances_may_start_at_the_same_time(database: TestDatabase) {
    let database = Arc::new(database);
    let starting: Vec<_> = (0..8)
        .map(|n| {
            let database = database.clone();
            tokio::spawn(async move {
                let store = open(&database).await;
                let uid = format!("voter{n}");
                store.cast(user(&uid), Cats, "").await.unwrap();
            })
        })
        .collect();
    for started in starting {
        started.await.unwrap();
    }

    assert_eq!(totals(&*open(&database).await).await, (8, 0));
}

async fn announcements_are_heard_from_the_first_notice_on(database: TestDatabase) {
    let here = open(&database).await;
    let there = if database.instances > 1 {
        open(&database).await
    } else {
        here.clone()
    };
    let changed = Arc::new(Notify::new());
    let notice = async || timeout(PATIENCE, changed.notified()).await;
    let listening = tokio::spawn({
        let changed = changed.clone();
        async move { there.listen(&changed).await }
    });
    notice().await.expect("word that it listens");

    for _ in 0..3 {
        here.announce().await.unwrap();
        notice().await.expect("word of the announcement");
    }

    listening.abort();
}

async fn a_reset_removes_all_votes_and_says_how_many(database: TestDatabase) {
    let store = open(&database).await;
    for (voter, candidate) in [("ada", Cats), ("bob", Dogs), ("cyd", Dogs), ("ada", Dogs)] {
        store.cast(user(voter), candidate, "").await.unwrap();
    }

    assert_eq!(store.reset().await.unwrap(), 3);

    assert_eq!(store.tally().await.unwrap(), Tally::default());
    assert_eq!(store.vote_of(user("ada")).await.unwrap(), None);
    assert_eq!(store.reset().await.unwrap(), 0, "there is nothing left");
    assert!(store.cast(user("ada"), Dogs, "").await.unwrap().changed);
    assert_eq!(totals(&*store).await, (0, 1));
}

async fn votes_cast_during_a_reset_are_removed_or_counted(database: TestDatabase) {
    const VOTERS: i64 = 100;
    let store = open(&database).await;
    let casting: Vec<_> = (0..VOTERS)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let uid = format!("voter{n}");
                store.cast(user(&uid), Cats, "").await.unwrap();
            })
        })
        .collect();
    let mut removed = 0;
    while casting.iter().any(|cast| !cast.is_finished()) {
        removed += store.reset().await.unwrap();
    }
    for cast in casting {
        cast.await.unwrap();
    }

    assert_eq!(totals(&*store).await, (VOTERS - removed, 0));
    assert_eq!(store.reset().await.unwrap(), VOTERS - removed);
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("missing/votes.db");
    let Err(error) = store::open(&format!("sqlite:{}", file.display())).await else {
        panic!("opened {}", file.display());
    };
    assert!(
        error.to_string().contains(file.to_str().unwrap()),
        "{error}"
    );
}
