//! What protox finds wrong with a file, in words.
//!
//! Its errors are diagnostics for a fancy terminal; cargo shows plain text.

use miette::{Diagnostic, SourceSpan};
use prost_reflect::{DescriptorPool, FileDescriptor};

use crate::{compile::RULE_FILE, error::Problem};

/// All problems in an error about `file`, as the reader can open it.
pub(crate) fn problems(error: &protox::Error, file: &str, pool: &DescriptorPool) -> Vec<Problem> {
    let mut parts: Vec<&dyn Diagnostic> = vec![error];
    parts.extend(error.related().into_iter().flatten());
    parts
        .into_iter()
        .map(|part| {
            let place = place(error, part);
            Problem {
                file: file.to_owned(),
                line: place.map(|(line, _)| line),
                column: place.map(|(_, column)| column),
                text: text(part, pool),
            }
        })
        .collect()
}

/// Line and column, from 1, of a part of an error; the source of both hangs on the whole.
fn place(whole: &dyn Diagnostic, part: &dyn Diagnostic) -> Option<(usize, usize)> {
    let label = part.labels()?.next()?;
    let found = whole.source_code()?.read_span(label.inner(), 0, 0).ok()?;
    Some((found.line() + 1, found.column() + 1))
}

fn text(part: &dyn Diagnostic, pool: &DescriptorPool) -> String {
    let mut text = part.to_string();
    // Of a mistyped value of an option, the text names the option only; the cause knows more.
    if let Some(cause) = part.diagnostic_source() {
        text = format!("{text}: {}", value_text(cause, pool));
    }
    if let Some(help) = part.help() {
        text = format!("{text} ({help})");
    }
    text
}

/// What is wrong inside the value of an option, with the name of the field or those that there are.
fn value_text(cause: &dyn Diagnostic, pool: &DescriptorPool) -> String {
    let text = cause.to_string();
    let rule_file = pool.get_file_by_name(RULE_FILE);
    for message in rule_file.iter().flat_map(FileDescriptor::messages) {
        if text.ends_with(&format!("not found for message '{}'", message.full_name())) {
            let fields: Vec<_> = message
                .fields()
                .map(|field| format!("`{}`", field.name()))
                .collect();
            return format!("{text}, which has {}", fields.join(", "));
        }
    }
    match field_before(cause) {
        Some(field) => format!("{text}, in `{field}`"),
        None => text,
    }
}

/// The source of the field that ends where the error is: `email_verified: 3`.
fn field_before(cause: &dyn Diagnostic) -> Option<String> {
    let label = cause.labels()?.next()?;
    let until = SourceSpan::from(0..label.offset() + label.len());
    let read = cause.source_code()?.read_span(&until, 0, 0).ok()?;
    let source = String::from_utf8_lossy(read.data()).into_owned();
    let field = source.rsplit(['{', ',', ';', '\n']).next()?.trim();
    // The parser hands the value on as tokens with spaces between.
    Some(field.replace(" :", ":"))
}
