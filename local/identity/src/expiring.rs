//! Things that wait for someone to come back: few, and not for long.

use std::collections::VecDeque;

use crate::{error::ApiError, moment::Moment};

/// As many of a kind as may wait; then the oldest goes.
const CAPACITY: usize = 1000;

/// A wrong code so often, and the thing is gone.
const MAX_TRIES: u8 = 5;

/// Things under random names, each for a while.
pub(crate) struct Expiring<T> {
    entries: VecDeque<Entry<T>>,
}

struct Entry<T> {
    name: String,
    value: T,
    until: Moment,
    tries: u8,
}

/// What became of showing a code.
pub(crate) enum Shown<T> {
    /// It was right, and the thing is used up.
    Right(T),
    Wrong,
    /// There is no such thing, not any more, or it was tried too often.
    Unknown,
}

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
        }
    }
}

impl<T> Expiring<T> {
    /// Keeps it until then, and returns its name.
    pub(crate) fn insert(&mut self, value: T, until: Moment) -> Result<String, ApiError> {
        let name = random_name()?;
        self.insert_as(name.clone(), value, until);
        Ok(name)
    }

    /// The same under a name that was made before.
    pub(crate) fn insert_as(&mut self, name: String, value: T, until: Moment) {
        if self.entries.len() >= CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            name,
            value,
            until,
            tries: 0,
        });
    }

    pub(crate) fn get(&self, name: &str, now: Moment) -> Option<&T> {
        self.entries
            .iter()
            .find(|entry| entry.name == name && now < entry.until)
            .map(|entry| &entry.value)
    }

    /// Whether it waited, but too long.
    pub(crate) fn is_late(&self, name: &str, now: Moment) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.name == name && now >= entry.until)
    }

    pub(crate) fn take(&mut self, name: &str, now: Moment) -> Option<T> {
        let at = self.entries.iter().position(|entry| entry.name == name)?;
        let entry = self.entries.remove(at)?;
        (now < entry.until).then_some(entry.value)
    }

    /// Uses it up if `is_right`; a few wrong tries use it up too.
    pub(crate) fn show(
        &mut self,
        name: &str,
        now: Moment,
        is_right: impl FnOnce(&T) -> bool,
    ) -> Shown<T> {
        self.entries.retain(|entry| now < entry.until);
        let Some(at) = self.entries.iter().position(|entry| entry.name == name) else {
            return Shown::Unknown;
        };
        let entry = &mut self.entries[at];
        if is_right(&entry.value) {
            return self
                .entries
                .remove(at)
                .map_or(Shown::Unknown, |entry| Shown::Right(entry.value));
        }
        entry.tries += 1;
        if entry.tries >= MAX_TRIES {
            self.entries.remove(at);
        }
        Shown::Wrong
    }

    /// Those that still wait, oldest first.
    pub(crate) fn iter(&self, now: Moment) -> impl Iterator<Item = (&str, &T)> {
        self.entries
            .iter()
            .filter(move |entry| now < entry.until)
            .map(|entry| (entry.name.as_str(), &entry.value))
    }
}

/// 28 characters that nobody guesses; also the form of a uid.
pub(crate) fn random_name() -> Result<String, ApiError> {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let mut random = [0; 21];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| ApiError::Storage)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use callgate::Clock;

    use super::*;

    fn at(secs: u64) -> Moment {
        Moment::of(&Clock::manual(UNIX_EPOCH + Duration::from_secs(secs)))
    }

    #[test]
    fn it_is_used_up_by_the_right_code_or_by_a_few_wrong_ones() {
        let mut things = Expiring::default();
        let name = things.insert(7, at(60)).unwrap();
        assert!(matches!(things.show(&name, at(0), |_| false), Shown::Wrong));
        assert!(matches!(
            things.show(&name, at(0), |_| true),
            Shown::Right(7)
        ));
        assert!(matches!(
            things.show(&name, at(0), |_| true),
            Shown::Unknown
        ));

        let name = things.insert(8, at(60)).unwrap();
        for _ in 0..MAX_TRIES {
            assert!(matches!(things.show(&name, at(0), |_| false), Shown::Wrong));
        }
        assert!(matches!(
            things.show(&name, at(0), |_| true),
            Shown::Unknown
        ));
    }

    #[test]
    fn it_does_not_wait_forever() {
        let mut things = Expiring::default();
        let name = things.insert((), at(60)).unwrap();
        assert!(things.get(&name, at(59)).is_some() && things.get(&name, at(60)).is_none());
        assert!(things.take(&name, at(60)).is_none());
        let name = things.insert((), at(60)).unwrap();
        assert!(matches!(
            things.show(&name, at(60), |()| true),
            Shown::Unknown
        ));
    }

    #[test]
    fn only_so_many_wait() {
        let mut things = Expiring::default();
        let first = things.insert((), at(60)).unwrap();
        for _ in 0..CAPACITY {
            things.insert((), at(60)).unwrap();
        }
        assert_eq!(things.iter(at(0)).count(), CAPACITY);
        assert!(things.get(&first, at(0)).is_none());
    }
}
