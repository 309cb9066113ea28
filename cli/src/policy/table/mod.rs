//! The policy as a table of methods and callers.

mod row;
mod rules;
mod text;

use std::{collections::BTreeMap, io};

use callgate::Method;
use serde::{Deserialize, Serialize};

pub(super) use row::Row;
pub(super) use rules::{App, EndUser, InternalUser, ServiceAccount};

/// Each method's rule, by the method's name: `votes.v1.VoteService/CastVote`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) methods: BTreeMap<String, Row>,
}

// === impl Table ===

impl Table {
    pub(super) fn of(methods: impl Iterator<Item = &'static Method>) -> Self {
        let methods = methods
            .map(|method| (method.path[1..].to_owned(), Row::of(method)))
            .collect();
        Self { methods }
    }

    /// Writes the table for people: a condition a line, in the column of the caller that it is for.
    pub(super) fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let mut rows = vec![Row::TITLES.map(|title| vec![title.to_owned()]).to_vec()];
        for (name, row) in &self.methods {
            let mut cells = vec![vec![name.clone()]];
            cells.extend(row.cells());
            rows.push(cells);
        }
        text::write(out, &rows)
    }
}
