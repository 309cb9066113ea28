//! A vote on one instance, and the watchers of all others: announcements, and readings of the tally, as `services/votes/src/hub` has them.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{
    inputs::{ANNOUNCE, CORES, PACE, READ, TELL, VOTES_PER_S},
    queue::{At, Queue, p99_and_p50},
    random::Random,
};

/// For how long it is simulated, with every instance watched.
const SECONDS: f64 = 10.0;

/// What came of it.
pub(crate) struct Fanout {
    pub(crate) announcements_per_s: f64,
    pub(crate) told_per_s: f64,
    pub(crate) readings_per_s: f64,
    /// Which part of the database's cores it takes; above 1 it cannot be done.
    pub(crate) cores: f64,
    /// From a vote's commit until another instance has read it, in milliseconds. None where that grows without end.
    pub(crate) seen_ms: Option<(f64, f64)>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Vote,
    /// An instance may announce again.
    MayAnnounce(usize),
    /// All listeners were told.
    Told,
    /// An instance may read again.
    MayRead(usize),
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Busy {
    #[default]
    No,
    Yes,
    /// And wanted again.
    Wanted,
}

pub(crate) fn fanout(instances: u32) -> Fanout {
    let count = usize::try_from(instances).unwrap_or_default();
    let mut random = Random::new();
    let (mut lock, mut cores) = (Queue::new(1), Queue::new(CORES));
    let mut announcing = vec![Busy::No; count];
    let mut reading = vec![Busy::No; count];
    let mut events = BinaryHeap::from([Reverse((At(0.0), Event::Vote))]);
    let (mut cast, mut seen) = (Vec::new(), 0);
    let (mut announced, mut read, mut delays) = (0_u32, 0_u32, Vec::new());
    while let Some(Reverse((At(now), event))) = events.pop() {
        if now > SECONDS {
            break;
        }
        // What comes of it: who announces it, and who reads.
        let (mut teller, mut reads) = (None, 0..0);
        match event {
            Event::Vote => {
                cast.push(now);
                let next = now + random.until_next(VOTES_PER_S);
                events.push(Reverse((At(next), Event::Vote)));
                let voter = random.index(count);
                match announcing[voter] {
                    Busy::No => teller = Some(voter),
                    _ => announcing[voter] = Busy::Wanted,
                }
            }
            Event::MayAnnounce(instance) => match announcing[instance] {
                Busy::Wanted => teller = Some(instance),
                _ => announcing[instance] = Busy::No,
            },
            Event::Told => reads = 0..count,
            Event::MayRead(instance) => {
                if std::mem::take(&mut reading[instance]) == Busy::Wanted {
                    reads = instance..instance + 1;
                }
            }
        }
        if let Some(instance) = teller {
            announcing[instance] = Busy::Yes;
            announced += 1;
            let committed = lock.serve(now, ANNOUNCE);
            let told = cores.serve(committed, f64::from(instances) * TELL);
            events.push(Reverse((At(told), Event::Told)));
            events.push(Reverse((
                At(committed + PACE),
                Event::MayAnnounce(instance),
            )));
        }
        for instance in reads {
            if reading[instance] != Busy::No {
                reading[instance] = Busy::Wanted;
                continue;
            }
            reading[instance] = Busy::Yes;
            read += 1;
            let done = cores.serve(now, READ);
            events.push(Reverse((At(done + PACE), Event::MayRead(instance))));
            // The last instance stands for all: it is the last one to be told.
            if instance + 1 == count {
                delays.extend(cast[seen..].iter().map(|vote| (done - vote) * 1e3));
                seen = cast.len();
            }
        }
    }
    let used = cores.used(SECONDS).max(lock.used(SECONDS));
    Fanout {
        announcements_per_s: f64::from(announced) / SECONDS,
        told_per_s: f64::from(announced) * f64::from(instances) / SECONDS,
        readings_per_s: f64::from(read) / SECONDS,
        cores: used,
        seen_ms: (used < 0.98).then(|| p99_and_p50(delays)),
    }
}
