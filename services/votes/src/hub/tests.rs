//! The hub over a store that does as it is told.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    time::Duration,
};

use callgate::UserId;
use callgate_database::DatabaseError;
use tokio::{
    sync::{Notify, Semaphore},
    time::{sleep, timeout},
};

use super::*;
use crate::{
    store::{Cast, StoreError},
    vote::{Candidate, Vote},
};

struct Fake {
    cats: AtomicUsize,
    away: AtomicBool,
    readings: AtomicUsize,
    /// How often it was listened to, and by how many it is.
    listened: AtomicUsize,
    listening: AtomicUsize,
    heard: Notify,
    lost: Notify,
    announced: AtomicUsize,
    /// What announcing waits for.
    permits: Semaphore,
}

struct Listening<'a>(&'a AtomicUsize);

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

impl Fake {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            cats: AtomicUsize::new(0),
            away: AtomicBool::new(false),
            readings: AtomicUsize::new(0),
            listened: AtomicUsize::new(0),
            listening: AtomicUsize::new(0),
            heard: Notify::new(),
            lost: Notify::new(),
            announced: AtomicUsize::new(0),
            permits: Semaphore::new(Semaphore::MAX_PERMITS),
        })
    }

    fn answer(&self) -> Result<(), StoreError> {
        if self.away.load(SeqCst) {
            Err(DatabaseError::NotReady.into())
        } else {
            Ok(())
        }
    }
}

#[tonic::async_trait]
impl VoteStore for Fake {
    async fn cast(&self, _: UserId<'_>, _: Candidate, _: &str) -> Result<Cast, StoreError> {
        unreachable!("the hub casts no votes")
    }

    async fn vote_of(&self, _: UserId<'_>) -> Result<Option<Vote>, StoreError> {
        unreachable!("the hub looks at no one's vote")
    }

    async fn reset(&self) -> Result<i64, StoreError> {
        unreachable!("the hub removes no votes")
    }

    async fn tally(&self) -> Result<Tally, StoreError> {
        self.answer()?;
        self.readings.fetch_add(1, SeqCst);
        Ok(Tally {
            cats: i64::try_from(self.cats.load(SeqCst)).unwrap(),
            ..Tally::default()
        })
    }

    async fn announce(&self) -> Result<(), StoreError> {
        self.permits.acquire().await.unwrap().forget();
        self.announced.fetch_add(1, SeqCst);
        self.answer()?;
        self.heard.notify_one();
        Ok(())
    }

    async fn listen(&self, changed: &Notify) -> StoreError {
        if let Err(error) = self.answer() {
            return error;
        }
        self.listened.fetch_add(1, SeqCst);
        self.listening.fetch_add(1, SeqCst);
        let _listening = Listening(&self.listening);
        loop {
            changed.notify_one();
            tokio::select! {
                () = self.heard.notified() => {}
                () = self.lost.notified() => return StoreError::Deaf,
            }
        }
    }

    fn pool_use(&self) -> callgate_database::PoolUse {
        callgate_database::PoolUse::default()
    }
}

/// What takes longer never comes.
const PATIENCE: Duration = Duration::from_mins(1);

type Tallies = std::pin::Pin<Box<dyn Stream<Item = Arc<Tally>> + Send>>;

async fn watch(hub: &Hub) -> Tallies {
    Box::pin(hub.watch().await.expect("the store is there"))
}

async fn next(tallies: &mut Tallies) -> i64 {
    let tally = timeout(PATIENCE, tallies.next()).await;
    tally.expect("a tally").expect("no end").cats
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect(what);
}

#[tokio::test]
async fn watchers_share_one_reader_which_goes_with_the_last_of_them() {
    let store = Fake::new();
    let hub = Hub::new(store.clone());
    let mut watchers = Vec::new();
    for _ in 0..100 {
        let mut tallies = watch(&hub).await;
        assert_eq!(next(&mut tallies).await, 0);
        watchers.push(tallies);
    }
    assert_eq!(store.listened.load(SeqCst), 1);
    assert_eq!(store.readings.load(SeqCst), 1);

    drop(watchers);
    until("the end of the reader", async || {
        store.listening.load(SeqCst) == 0
    })
    .await;

    store.cats.store(7, SeqCst);
    assert_eq!(next(&mut watch(&hub).await).await, 7, "not how it was");
}

#[tokio::test]
async fn a_change_reaches_every_watcher_and_the_same_tally_none() {
    let store = Fake::new();
    let hub = Hub::new(store.clone());
    let (mut one, mut other) = (watch(&hub).await, watch(&hub).await);
    assert_eq!((next(&mut one).await, next(&mut other).await), (0, 0));

    hub.changed();
    until("another reading", async || store.readings.load(SeqCst) == 2).await;
    store.cats.store(1, SeqCst);
    hub.changed();

    assert_eq!((next(&mut one).await, next(&mut other).await), (1, 1));
}

#[tokio::test]
async fn a_slow_watcher_skips_to_the_latest() {
    let store = Fake::new();
    let hub = Hub::new(store.clone());
    let (mut quick, mut slow) = (watch(&hub).await, watch(&hub).await);
    assert_eq!((next(&mut quick).await, next(&mut slow).await), (0, 0));

    for cats in 1..=3 {
        store.cats.store(cats, SeqCst);
        hub.changed();
        assert_eq!(next(&mut quick).await, i64::try_from(cats).unwrap());
    }

    assert_eq!(next(&mut slow).await, 3);
}

#[tokio::test]
async fn watching_does_not_begin_while_the_database_is_away() {
    let store = Fake::new();
    let hub = Hub::new(store.clone());
    store.away.store(true, SeqCst);
    assert!(hub.watch().await.is_err());

    store.away.store(false, SeqCst);
    until("the database is back", async || hub.watch().await.is_ok()).await;
}

#[tokio::test]
async fn watching_goes_on_after_the_database_was_away() {
    let store = Fake::new();
    let hub = Hub::new(store.clone());
    let mut tallies = watch(&hub).await;
    assert_eq!(next(&mut tallies).await, 0);

    store.away.store(true, SeqCst);
    store.lost.notify_one();
    until("the outage is noticed", async || hub.watch().await.is_err()).await;
    store.cats.store(5, SeqCst);
    store.away.store(false, SeqCst);

    assert_eq!(next(&mut tallies).await, 5);
}

#[tokio::test]
async fn a_change_that_nobody_announced_is_found_and_the_listener_replaced() {
    let store = Fake::new();
    let hub = Hub::rereading(store.clone(), Duration::from_millis(5));
    let mut tallies = watch(&hub).await;
    assert_eq!(next(&mut tallies).await, 0);

    store.cats.store(3, SeqCst);

    assert_eq!(next(&mut tallies).await, 3);
    until("a new listener", async || store.listened.load(SeqCst) == 2).await;
}

#[tokio::test]
async fn many_changes_are_announced_at_once() {
    let store = Fake::new();
    let hub = Hub::new(store.clone());
    for _ in 0..1000 {
        hub.changed();
    }
    until("the announcements", async || hub.announcer.has_landed()).await;
    // The first one, and one for all that changed since it took off.
    assert_eq!(store.announced.load(SeqCst), 2);
}

#[tokio::test]
async fn a_change_during_an_announcement_is_announced_after_it() {
    let store = Fake::new();
    let hub = Hub::new(store.clone());
    store.permits.forget_permits(Semaphore::MAX_PERMITS);
    hub.changed();
    // Now it waits for its permit, having taken off.
    tokio::task::yield_now().await;
    hub.changed();
    store.permits.add_permits(1);
    until("the first", async || store.announced.load(SeqCst) == 1).await;
    store.permits.add_permits(1);
    until("the second", async || store.announced.load(SeqCst) == 2).await;
    until("no third", async || hub.announcer.has_landed()).await;
}

#[tokio::test]
async fn an_announcement_that_fails_is_made_again() {
    let store = Fake::new();
    let hub = Hub::new(store.clone());
    store.away.store(true, SeqCst);
    hub.changed();
    until("a failure", async || store.announced.load(SeqCst) == 1).await;
    assert!(!hub.announcer.has_landed());

    store.away.store(false, SeqCst);
    until("the announcement", async || hub.announcer.has_landed()).await;
    assert_eq!(store.announced.load(SeqCst), 2);
}
