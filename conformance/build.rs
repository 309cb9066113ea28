//! Reads the suite's own protos, where `cargo xtask conformance` says that they are, and writes a rule beside each method, as
//! someone would who puts a gate before a service that exists. Without them the crate builds too, and does nothing.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// The folder of the suite's protos.
const PROTOS: &str = "CALLGATE_CONFORMANCE_PROTOS";

const PACKAGE: &str = "connectrpc/conformance/v1";

/// What a server needs of them, and whether it has methods.
const FILES: [(&str, bool); 3] = [
    ("config.proto", false),
    ("server_compat.proto", false),
    ("service.proto", true),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rustc-check-cfg=cfg(suite)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={PROTOS}");
    let Some(suite) = env::var_os(PROTOS).map(PathBuf::from) else {
        return Ok(());
    };
    println!("cargo::rerun-if-changed={}", suite.display());
    println!("cargo::rustc-cfg=suite");

    // The gate open, which has the messages of both, and the gate closed.
    let open = protos(&suite, "open", "public: {}")?;
    callgate_build::configure()
        .prost(|prost| {
            prost.enable_type_names();
            prost.type_name_domain(["."], "type.googleapis.com");
        })
        .out_dir(&open)
        .compile(open.join("proto"))?;
    let closed = protos(&suite, "closed", "end_user: {}")?;
    callgate_build::configure()
        .prost(|prost| {
            prost.extern_path(".connectrpc.conformance.v1", "crate::suite::open");
        })
        .out_dir(&closed)
        .compile(closed.join("proto"))?;
    Ok(())
}

/// The suite's protos with this rule on every method, in a folder below `OUT_DIR`.
fn protos(suite: &Path, name: &str, rule: &str) -> Result<PathBuf, Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?).join(name);
    let folder = out.join("proto").join(PACKAGE);
    fs::create_dir_all(&folder)?;
    for (file, has_methods) in FILES {
        let from = suite.join(PACKAGE).join(file);
        let mut text = fs::read_to_string(&from)
            .map_err(|error| format!("cannot read {}: {error}", from.display()))?;
        if has_methods {
            text = with_rule(&text, rule);
        }
        fs::write(folder.join(file), text)?;
    }
    Ok(out)
}

/// A method that this misses has no rule, with which the build fails.
fn with_rule(proto: &str, rule: &str) -> String {
    let option = format!("option (callgate.v1.rule) = {{ {rule} }};");
    let lines = proto.lines().map(|line| {
        let method = line.trim_start().starts_with("rpc ");
        match (line.strip_suffix(';'), line.strip_suffix('{')) {
            (Some(head), _) if method => format!("{head} {{ {option} }}"),
            (_, Some(head)) if method => format!("{head}{{ {option}"),
            _ if line.starts_with("package ") => {
                format!("{line}\nimport \"callgate/v1/rule.proto\";")
            }
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
