//! The reference of rules: docs/rules.md, made from `rule.proto`, its comments, and what callgate-build says of each example.

mod examples;
mod proto;
mod tried;

use std::fmt::Write as _;

use anyhow::{Context, bail, ensure};
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use crate::repository::Repository;
use examples::{EXAMPLES, Example};
use proto::Comments;
use tried::Tried;

/// The page that this makes.
pub(crate) const PAGE: &str = "docs/rules.md";

const FOLDER: &str = "interceptor/build/proto";
const FILE: &str = "callgate/v1/rule.proto";
const DENIALS: &str = "interceptor/src/denial.rs";

/// The page, and how many rules were built for it.
pub(crate) fn page(repository: &Repository) -> anyhow::Result<(String, usize)> {
    let set = protox::compile([FILE], [repository.path(FOLDER)])?;
    let pool = DescriptorPool::from_file_descriptor_set(set)?;
    let file = pool.get_file_by_name(FILE).context(FILE)?;
    let mut writer = Writer {
        text: examples::INTRODUCTION.trim_start().to_owned(),
        comments: Comments::of(&file),
        denials: repository.text(DENIALS)?,
        tried: Tried::default(),
        seen: Vec::new(),
    };
    writer.no_rule()?;
    for message in file.messages() {
        writer.message(&message)?;
    }
    for example in EXAMPLES {
        ensure!(
            writer.seen.iter().any(|seen| seen == example.field),
            "rule.proto has no field {}: remove its example",
            example.field
        );
    }
    Ok((writer.text, writer.tried.count))
}

struct Writer {
    text: String,
    comments: Comments,
    /// Where the reasons are, to see that those named are some.
    denials: String,
    tried: Tried,
    seen: Vec<String>,
}

// === impl Writer ===

impl Writer {
    fn no_rule(&mut self) -> anyhow::Result<()> {
        self.text
            .push_str("\n## What does not build\n\nA method without a rule:\n");
        let error = self.tried.method_without_rule()?;
        writeln!(self.text, "- {error}")?;
        self.text.push_str(examples::DEFAULT_RULE);
        for rule in examples::WRONG_DEFAULTS {
            let error = self.tried.wrong_default(rule)?;
            writeln!(self.text, "- `{}`: {error}", braced(rule))?;
        }
        self.text.push_str(examples::LISTS);
        for rule in examples::WRONG_LISTS {
            self.mistake(rule)?;
        }
        self.text.push_str(examples::FIELDS);
        for rule in examples::WRONG_FIELDS {
            self.mistake(rule)?;
        }
        Ok(())
    }

    fn message(&mut self, message: &MessageDescriptor) -> anyhow::Result<()> {
        // `Public {}` says all there is to say by being there.
        if message.fields().len() == 0 {
            return Ok(());
        }
        writeln!(self.text, "\n## {}\n", message.name())?;
        let comment = self.comments.of_path(message.path());
        if !comment.is_empty() {
            writeln!(self.text, "{comment}")?;
        }
        for field in message.fields() {
            self.field(&field)?;
        }
        Ok(())
    }

    fn field(&mut self, field: &FieldDescriptor) -> anyhow::Result<()> {
        let name = format!("{}.{}", field.parent_message().name(), field.name());
        let Some(example) = EXAMPLES.iter().find(|example| example.field == name) else {
            bail!("{name} has no example: write one in docs/site/src/rules/examples.rs");
        };
        let (kind, default) = kind_and_default(field)?;
        writeln!(self.text, "\n### {}\n", field.name())?;
        writeln!(
            self.text,
            "`{kind} {} = {};` by default {default}.\n",
            field.name(),
            field.number()
        )?;
        let comment = self.comments.of_path(field.path());
        if !comment.is_empty() {
            writeln!(self.text, "{comment}\n")?;
        }
        if !example.more.is_empty() {
            writeln!(self.text, "{}\n", example.more)?;
        }
        self.example(example)?;
        self.seen.push(name);
        Ok(())
    }

    fn example(&mut self, example: &Example) -> anyhow::Result<()> {
        let built = self.tried.right(example.rule)?;
        writeln!(
            self.text,
            "```proto\noption (callgate.v1.rule) = {{ {} }};\n```\n{}\nThe handler's first argument: {}.",
            example.rule, built.sentence, built.argument
        )?;
        if !example.refused.is_empty() {
            for reason in example.refused {
                ensure!(
                    self.denials.contains(&format!("\"{reason}\"")),
                    "{DENIALS} has no reason {reason}"
                );
            }
            let reasons: Vec<_> = example.refused.iter().map(|r| format!("`{r}`")).collect();
            writeln!(self.text, "Refused otherwise: {}.", reasons.join(", "))?;
        }
        if !example.wrong.is_empty() {
            self.text.push_str("\nDoes not build:\n");
            for rule in example.wrong {
                self.mistake(rule)?;
            }
        }
        Ok(())
    }

    fn mistake(&mut self, rule: &str) -> anyhow::Result<()> {
        let errors = self.tried.wrong(rule)?;
        writeln!(self.text, "- `{}`: {errors}", braced(rule))?;
        Ok(())
    }
}

fn braced(rule: &str) -> String {
    match rule {
        "" => "{}".to_owned(),
        rule => format!("{{ {rule} }}"),
    }
}

/// The type as the proto has it, and what it is when it is not written.
fn kind_and_default(field: &FieldDescriptor) -> anyhow::Result<(String, &'static str)> {
    let (kind, default) = match field.kind() {
        Kind::Bool => ("bool".to_owned(), "`false`"),
        Kind::String => ("string".to_owned(), "empty"),
        Kind::Message(message) => {
            let package = format!("{}.", field.parent_file().package_name());
            let name = message.full_name();
            (
                name.strip_prefix(&package).unwrap_or(name).to_owned(),
                "unset",
            )
        }
        kind => bail!("say in docs/site what a field of the kind {kind:?} is by default"),
    };
    Ok(if field.is_list() {
        (format!("repeated {kind}"), "empty")
    } else {
        (kind, default)
    })
}
