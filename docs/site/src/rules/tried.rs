//! Each example is built by callgate-build, as it would be in anyone's `build.rs`: what the page says of it is what that says.

use std::fs;

use anyhow::{Context, bail};

/// How many there were.
#[derive(Default)]
pub(super) struct Tried {
    pub(super) count: usize,
}

/// What a rule means, as the generated handler has it.
pub(super) struct Built {
    pub(super) sentence: String,
    pub(super) argument: String,
}

const METHOD: &str = "rpc Greet(GreetRequest) returns (GreetResponse)";

// === impl Tried ===

impl Tried {
    /// A rule that has to build.
    pub(super) fn right(&mut self, rule: &str) -> anyhow::Result<Built> {
        let body = format!("{METHOD} {{ option (callgate.v1.rule) = {{ {rule} }}; }}");
        match self.build(&body)? {
            Ok(code) => built(&code).with_context(|| format!("what is generated for {{ {rule} }}")),
            Err(error) => bail!("the example {{ {rule} }} does not build: {error}"),
        }
    }

    /// A rule that may not build: what is wrong with it.
    pub(super) fn wrong(&mut self, rule: &str) -> anyhow::Result<String> {
        let body = format!("{METHOD} {{ option (callgate.v1.rule) = {{ {rule} }}; }}");
        self.error(&body, "greeter.v1.GreeterService/Greet: ")
    }

    pub(super) fn wrong_default(&mut self, rule: &str) -> anyhow::Result<String> {
        let body = format!("option (callgate.v1.default_rule) = {{ {rule} }}; {METHOD};");
        self.error(&body, "greeter.v1.GreeterService (default_rule): ")
    }

    /// The message with its place, and without its heading, which counts the errors.
    pub(super) fn method_without_rule(&mut self) -> anyhow::Result<String> {
        match self.build(&format!("{METHOD};"))? {
            Ok(_) => bail!("a method without a rule builds"),
            Err(error) => Ok(error.lines().skip(1).collect()),
        }
    }

    /// All that is wrong, without the place and the method.
    fn error(&mut self, body: &str, place: &str) -> anyhow::Result<String> {
        let Err(error) = self.build(body)? else {
            bail!("this builds, and the page says that it does not: {body}");
        };
        let errors: Vec<_> = error
            .lines()
            .skip(1)
            .map(|line| line.split_once(place).map_or(line, |(_, text)| text))
            .collect();
        Ok(errors.join("; "))
    }

    /// A service with this in it: the generated code, or the error.
    fn build(&mut self, body: &str) -> anyhow::Result<Result<String, String>> {
        self.count += 1;
        let folder = tempfile::tempdir()?;
        let (proto, out) = (folder.path().join("proto"), folder.path().join("out"));
        fs::create_dir_all(proto.join("greeter/v1"))?;
        fs::create_dir_all(&out)?;
        let source = format!(
            "syntax = \"proto3\";\npackage greeter.v1;\nimport \"callgate/v1/rule.proto\";\n\
             service GreeterService {{\n  {body}\n}}\nmessage GreetRequest {{}}\nmessage GreetResponse {{}}\n"
        );
        fs::write(proto.join("greeter/v1/greeter.proto"), source)?;
        let built = callgate_build::configure().out_dir(&out).compile(&proto);
        let prefix = format!("{}/", folder.path().display());
        Ok(match built {
            Ok(()) => Ok(fs::read_to_string(out.join("greeter.v1.rs"))?),
            Err(error) => Err(error.to_string().replace(&prefix, "")),
        })
    }
}

fn built(code: &str) -> Option<Built> {
    let (_, handlers) = code.split_once("pub mod greeter_service_gate")?;
    let (docs, handlers) = handlers.split_once("fn greet(")?;
    let (_, rule) = docs.split_once("Rule: ")?;
    let sentence = rule.lines().next()?.split_once(". ")?.1;
    let (arguments, _) = handlers.split_once("request:")?;
    let argument = match arguments.split_once("caller: ") {
        None => "none, but the request".to_owned(),
        Some((_, caller)) => {
            let caller = caller.trim().trim_end_matches(',');
            let caller = caller
                .replace("::std::option::", "")
                .replace("::callgate::", "");
            format!("`{caller}`")
        }
    };
    Some(Built {
        sentence: sentence.to_owned(),
        argument,
    })
}

#[cfg(test)]
mod tests {
    use super::Tried;

    #[test]
    fn a_rule_is_told_in_words_and_by_the_handlers_argument() {
        let mut tried = Tried::default();
        let built = tried.right("end_user: { may_be_absent: true }").unwrap();
        assert_eq!(built.argument, "`Option<EndUser>`");
        assert!(built.sentence.starts_with("The caller is"));
        let built = tried.right("end_user: {} internal_user: {}").unwrap();
        assert_eq!(built.argument, "`GreetCaller`");
        assert_eq!(
            tried.right("public: {}").unwrap().argument,
            "none, but the request"
        );
    }

    #[test]
    fn an_example_that_should_build_and_does_not_is_an_error_and_so_is_the_other_way_round() {
        let mut tried = Tried::default();
        assert!(tried.right("public: {} end_user: {}").is_err());
        assert!(tried.wrong("end_user: {}").is_err());
    }
}
