//! Rows as both databases give them: candidates as numbers, times in microseconds since the Unix epoch.

use callgate_database::from_micros;

use crate::vote::{Candidate, Tally, Vote};

/// Candidate, time, display name.
pub(super) type VoteRow = (i16, i64, String);

/// Cats, dogs, and one of the recent votes; a single row without a vote where there is none yet.
pub(super) type TallyRow = (i64, i64, Option<i16>, Option<i64>, Option<String>);

pub(super) fn vote((candidate, micros, display_name): VoteRow) -> Result<Vote, sqlx::Error> {
    Ok(Vote {
        candidate: Candidate::from_number(candidate)?,
        cast_at: from_micros(micros),
        display_name,
    })
}

pub(super) fn tally(rows: Vec<TallyRow>) -> Result<Tally, sqlx::Error> {
    let mut tally = Tally::default();
    for (cats, dogs, candidate, micros, display_name) in rows {
        (tally.cats, tally.dogs) = (cats, dogs);
        if let (Some(candidate), Some(micros), Some(name)) = (candidate, micros, display_name) {
            tally.recent.push(vote((candidate, micros, name))?);
        }
    }
    Ok(tally)
}

impl Candidate {
    pub(super) fn number(self) -> i16 {
        match self {
            Self::Cats => 1,
            Self::Dogs => 2,
        }
    }

    fn from_number(number: i16) -> Result<Self, sqlx::Error> {
        match number {
            1 => Ok(Self::Cats),
            2 => Ok(Self::Dogs),
            _ => Err(sqlx::Error::Decode(
                format!("candidate {number} in the database").into(),
            )),
        }
    }
}
