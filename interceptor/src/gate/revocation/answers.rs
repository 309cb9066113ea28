//! The answers that are kept, limited in number.

use std::{collections::HashMap, mem};

use super::lookups::{Answer, Key};

/// Answers about at most so many users. Who was not asked about for the longest goes first, roughly.
///
/// There are two halves. What is used moves to the young one; when that is full it becomes the old one, and what was left in the
/// old one is forgotten.
#[derive(Debug)]
pub(super) struct Answers {
    young: HashMap<Key, Answer>,
    old: HashMap<Key, Answer>,
    half: usize,
}

impl Answers {
    pub(super) fn at_most(most: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            half: (most / 2).max(1),
        }
    }

    pub(super) fn get(&mut self, key: &Key) -> Option<Answer> {
        if let Some(answer) = self.young.get(key) {
            return Some(answer.clone());
        }
        let (key, answer) = self.old.remove_entry(key)?;
        self.insert(key, answer.clone());
        Some(answer)
    }

    /// Keeps an answer, unless a later one is there.
    pub(super) fn keep(&mut self, key: Key, answer: Answer) {
        let is_later = |there: Answer| there.asked.number > answer.asked.number;
        if !self.get(&key).is_some_and(is_later) {
            self.insert(key, answer);
        }
    }

    fn insert(&mut self, key: Key, answer: Answer) {
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, answer);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::SystemTime};

    use super::{
        super::{lookups::Asked, standing::Standing},
        *,
    };
    use crate::caller::UserId;

    fn key(uid: &str) -> Key {
        Key::of(UserId { tenant: None, uid })
    }

    fn answer(number: u64) -> Answer {
        Answer {
            standing: Arc::new(Standing::Gone),
            asked: Asked {
                number,
                at: SystemTime::UNIX_EPOCH,
            },
        }
    }

    #[test]
    fn they_are_limited_in_number_and_the_used_ones_stay() {
        let mut answers = Answers::at_most(10);
        answers.keep(key("ada"), answer(0));
        for n in 1..1000 {
            answers.keep(key(&n.to_string()), answer(n));
            assert!(answers.young.len() + answers.old.len() <= 10);
            assert!(answers.get(&key("ada")).is_some());
        }
        assert!(answers.get(&key("1")).is_none());
    }

    #[test]
    fn a_late_answer_does_not_replace_a_later_one() {
        let mut answers = Answers::at_most(10);
        answers.keep(key("ada"), answer(2));
        answers.keep(key("ada"), answer(1));
        assert_eq!(answers.get(&key("ada")).map(|it| it.asked.number), Some(2));
        answers.keep(key("ada"), answer(3));
        assert_eq!(answers.get(&key("ada")).map(|it| it.asked.number), Some(3));
    }
}
