//! The rules in the options of compiled protos.
//!
//! A method's own rule replaces the default rule of its service as a whole.

mod check;
mod model;
mod wire;

use std::collections::HashMap;

use prost_reflect::{
    DynamicMessage, ExtensionDescriptor, FileDescriptor, MethodDescriptor, ServiceDescriptor,
};

pub(crate) use model::{
    Admits, AppCheckRule, Callers, EndUserRule, InternalUserRule, Rule, ServiceAccountRule,
};

use crate::{
    compile::{Protos, RULE_FILE},
    error::Problem,
};

/// The fields `options` of `google.protobuf.MethodDescriptorProto` and of `ServiceDescriptorProto`.
const METHOD_OPTIONS: i32 = 4;
const SERVICE_OPTIONS: i32 = 3;

/// The rule of every method, by its full name: `greeter.v1.GreeterService/Greet`.
#[derive(Debug, Default)]
pub(crate) struct Rules(HashMap<String, Rule>);

impl Rules {
    pub(crate) fn of(&self, method: &str) -> Option<&Rule> {
        self.0.get(method)
    }
}

/// Reads the rules of all services of the folder. A method whose rule has a problem is left out.
pub(crate) fn read(protos: &Protos, problems: &mut Vec<Problem>) -> Rules {
    let mut rules = Rules::default();
    let extensions = ["callgate.v1.rule", "callgate.v1.default_rule"]
        .map(|name| protos.pool().get_extension_by_name(name));
    let [Some(rule), Some(default_rule)] = extensions else {
        // Then rule.proto itself did not compile, which is a problem already.
        return rules;
    };
    for file in protos.files() {
        let mut reader = Reader {
            shown: protos.shown(file.name()),
            file,
            rule: &rule,
            default_rule: &default_rule,
            problems,
        };
        for service in reader.file.clone().services() {
            reader.service(&service, &mut rules);
        }
    }
    rules
}

/// Reads one file.
struct Reader<'a> {
    file: FileDescriptor,
    /// The file as the reader of an error can open it.
    shown: String,
    rule: &'a ExtensionDescriptor,
    default_rule: &'a ExtensionDescriptor,
    problems: &'a mut Vec<Problem>,
}

/// What a service says of the methods that have no rule of their own.
#[expect(clippy::large_enum_variant, reason = "there is one a service")]
enum DefaultRule {
    Missing,
    /// It is wrong, which is said once, not again at each method.
    Wrong,
    Rule(Rule),
}

// === impl Reader ===

impl Reader<'_> {
    fn service(&mut self, service: &ServiceDescriptor, rules: &mut Rules) {
        let default = self.default_rule(service);
        for method in service.methods() {
            if let Some(rule) = self.method(&method, &default) {
                rules.0.insert(full_name(&method), rule);
            }
        }
    }

    fn default_rule(&mut self, service: &ServiceDescriptor) -> DefaultRule {
        let Some(option) = option(&service.options(), self.default_rule) else {
            return DefaultRule::Missing;
        };
        let parsed = check::parse(&option).and_then(|rule| match rule.admits {
            Admits::Everyone => Err(vec![
                "a default rule may not be public; write `option (callgate.v1.rule) = { public: {} };` in each method that \
                 everyone may call"
                    .to_owned(),
            ]),
            Admits::Callers(_) => Ok(rule),
        });
        match parsed {
            Ok(rule) => DefaultRule::Rule(rule),
            Err(texts) => {
                let line = self.line_of_option(service.path(), SERVICE_OPTIONS, self.default_rule);
                for text in texts {
                    self.problem(
                        line,
                        format!("{} (default_rule): {text}", service.full_name()),
                    );
                }
                DefaultRule::Wrong
            }
        }
    }

    fn method(&mut self, method: &MethodDescriptor, default: &DefaultRule) -> Option<Rule> {
        let name = full_name(method);
        let Some(option) = option(&method.options(), self.rule) else {
            return match default {
                DefaultRule::Rule(rule) => Some(rule.clone()),
                DefaultRule::Wrong => None,
                DefaultRule::Missing => {
                    self.problem(self.line(method.path()), self.no_rule(method));
                    None
                }
            };
        };
        match check::parse(&option) {
            Ok(rule) => Some(rule),
            Err(texts) => {
                let line = self.line_of_option(method.path(), METHOD_OPTIONS, self.rule);
                for text in texts {
                    self.problem(line, format!("{name}: {text}"));
                }
                None
            }
        }
    }

    fn no_rule(&self, method: &MethodDescriptor) -> String {
        let imported = self
            .file
            .dependencies()
            .any(|file| file.name() == RULE_FILE);
        let import = if imported {
            String::new()
        } else {
            format!("import \"{RULE_FILE}\" and ")
        };
        format!(
            "{} has no rule; {import}write `option (callgate.v1.rule) = {{ end_user: {{}} }};` in it, or `{{ public: {{}} }}` if \
             everyone may call, or give {} a default, `option (callgate.v1.default_rule) = {{ end_user: {{}} }};`",
            full_name(method),
            method.parent_service().full_name(),
        )
    }

    fn problem(&mut self, line: Option<usize>, text: String) {
        self.problems.push(Problem {
            file: self.shown.clone(),
            line,
            column: None,
            text,
        });
    }

    /// The line where the descriptor at `path` starts, or the first part of it that is in the source.
    fn line(&self, path: &[i32]) -> Option<usize> {
        let source = self
            .file
            .file_descriptor_proto()
            .source_code_info
            .as_ref()?;
        let found = source
            .location
            .iter()
            .find(|location| location.path.starts_with(path))?;
        usize::try_from(*found.span.first()?)
            .ok()
            .map(|line| line + 1)
    }

    /// The line of an option of the descriptor at `path`.
    fn line_of_option(
        &self,
        path: &[i32],
        options: i32,
        option: &ExtensionDescriptor,
    ) -> Option<usize> {
        let number = i32::try_from(option.number()).ok()?;
        self.line(&[path, &[options, number]].concat())
            .or_else(|| self.line(path))
    }
}

/// The value of an option, where it is set.
fn option(options: &DynamicMessage, extension: &ExtensionDescriptor) -> Option<DynamicMessage> {
    options
        .has_extension(extension)
        .then(|| options.get_extension(extension).as_message().cloned())
        .flatten()
}

/// As errors and the policy name a method: `greeter.v1.GreeterService/Greet`.
fn full_name(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}
