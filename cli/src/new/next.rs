//! What is said at the end.

use super::name::Name;

/// Commands to go on with, each with what it does, and closing words.
pub(super) fn next(name: &Name, commands: &[(&str, &str)], last: &str) -> String {
    let commands: Vec<(String, String)> = commands
        .iter()
        .map(|(command, what)| (name.fill(command), name.fill(what)))
        .collect();
    let width = commands.iter().map(|(command, _)| command.len()).max();
    let width = width.unwrap_or_default();
    let mut lines = vec!["Next:".to_owned()];
    let each = commands.iter();
    lines.extend(each.map(|(command, what)| format!("  {command:width$}  # {what}")));
    lines.push(name.fill(last));
    lines.join("\n") + "\n"
}
