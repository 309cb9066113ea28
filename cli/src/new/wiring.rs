//! The places of this repository that list its services, and what each says of one more.

use callgate::{EndUserRule, Method, Rule};

use super::{
    changes::Changes,
    edit::Place::{self, Above, BelowLast},
    name::Name,
};
use crate::policy;

/// A file with a list of the services, where in it a new one goes, and what stands there of `hello-world`.
type Listing = (&'static str, Place, &'static str);

const LISTINGS: &[Listing] = &[
    (
        "Cargo.toml",
        BelowLast("    \"services/"),
        "    \"services/hello-world\",\n",
    ),
    (
        "local/Cargo.toml",
        BelowLast("callgate-votes.workspace"),
        "hello-world = { path = \"../services/hello-world\" }\n",
    ),
    (
        "local/src/services.rs",
        Above("// What `callgate new` makes goes above this line."),
        "            .service(hello_world::service())\n",
    ),
    (
        "cli/src/policy/mod.rs",
        Above("// What `callgate new` makes goes above this line."),
        "    &callgate_api::hello_world::v1::hello_world_service_gate::METHODS,\n",
    ),
    // Of the deployment: what the files there leave open, ..
    (
        "deploy/variables.example.env",
        Above("# What `callgate new` makes goes above this line: images."),
        "IMAGE_HELLO_WORLD=europe-west1-docker.pkg.dev/example-project/callgate/hello-world@sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
    ),
    (
        "deploy/variables.example.env",
        Above("# What `callgate new` makes goes above this line: instances."),
        "HELLO_WORLD_MIN_INSTANCES=0\nHELLO_WORLD_MAX_INSTANCES=10\n",
    ),
    // .. releases, ..
    ("deploy/deploy.sh", Above("site"), "  hello-world\n"),
    (
        "deploy/smoke.sh",
        Above("# What `callgate new` makes goes above this line."),
        "call 0 hello-world hello_world.v1.HelloWorldService/GetCount \"$EMPTY\"\ncall 16 hello-world hello_world.v1.HelloWorldService/Greet \"$EMPTY\"\n",
    ),
    // .. an account of its own, and what it may do, ..
    (
        "deploy/terraform/accounts.tf",
        Above("\"site\","),
        "    \"hello-world\",\n",
    ),
    (
        "deploy/README.md",
        BelowLast(
            "| `callgate-votes`, `callgate-profiles`, `callgate-admin`, `callgate-site` | the project | `roles/telemetry.",
        ),
        "| `callgate-hello-world` | the project | `roles/telemetry.tracesWriter` | traces, where `telemetry = true` |\n| `callgate-hello-world` | the project | `roles/telemetry.metricsWriter` | metrics, where `telemetry = true` |\n",
    ),
    (
        "deploy/README.md",
        BelowLast("| `callgate-build` | account `callgate-"),
        "| `callgate-build` | account `callgate-hello-world` | `roles/iam.serviceAccountUser` | the same |\n",
    ),
    // .. and the load balancer. The empty line keeps `terraform fmt` from aligning it with the others.
    (
        "deploy/terraform/balancer.tf",
        Above("\"site\","),
        "    \"hello-world\",\n",
    ),
    (
        "deploy/terraform/balancer.tf",
        Above("# What `callgate new` makes goes above this line."),
        "\n    hello-world = [\"/hello_world.v1.HelloWorldService/*\"]\n",
    ),
];

/// Adds the service wherever services are listed.
pub(super) fn wire(changes: &mut Changes, name: &Name) -> anyhow::Result<()> {
    for (file, place, lines) in LISTINGS {
        changes.change(file, |text| place.put(text, &name.fill(lines)))?;
    }
    changes.change("docs/policy.json", |text| policy::with(text, methods(name)))
}

/// The methods of the proto, with their rules. Built, it says the same: the test of docs/policy.json sees to that.
fn methods(name: &Name) -> Vec<(String, Method)> {
    let signed_in = Rule::end_user(EndUserRule::SIGNED_IN);
    let methods = [
        ("GetCount", false, Rule::PUBLIC),
        ("Greet", false, signed_in),
        ("WatchCount", true, signed_in),
    ];
    let rows = methods.map(|(method, server_streaming, rule)| {
        let full_name = name.fill("hello_world.v1.HelloWorldService/") + method;
        let method = Method {
            path: "",
            client_streaming: false,
            server_streaming,
            rule,
        };
        (full_name, method)
    });
    rows.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::new::template::PROTO;

    #[test]
    fn the_methods_are_those_of_the_proto() {
        let name = Name::parse("hello-world").unwrap();
        let known = methods(&name);
        let known: Vec<_> = known
            .iter()
            .map(|(name, method)| {
                let (_, name) = name.split_once('/').unwrap();
                let is_public = method.rule == Rule::PUBLIC;
                (name, method.server_streaming, is_public)
            })
            .collect();
        // A method has a rule of its own where braces follow, and the only such rule is `public`.
        let rpcs = PROTO
            .lines()
            .filter_map(|it| it.trim().strip_prefix("rpc "));
        let written: Vec<_> = rpcs
            .map(|rpc| {
                let (name, rest) = rpc.split_once('(').unwrap();
                (name, rest.contains("returns (stream "), rest.ends_with('{'))
            })
            .collect();
        assert_eq!(known, written);
        assert_eq!(PROTO.matches("option (callgate.v1.rule)").count(), 1);
        assert_eq!(PROTO.matches("public: {}").count(), 1);
        assert_eq!(PROTO.matches("end_user: {}").count(), 1);
    }
}
