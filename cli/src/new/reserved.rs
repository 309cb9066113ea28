//! Names that mean something else already.

use super::name::Name;

/// Keywords of any edition, those that are only reserved too, and what stands for types and crates without being imported.
const RUST: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "bool", "char",
    "str",
];

/// What protos are written in. As a package some of these would compile, and none would be read twice the same way.
const PROTO: &[&str] = &[
    "syntax",
    "edition",
    "import",
    "weak",
    "public",
    "package",
    "option",
    "message",
    "service",
    "rpc",
    "returns",
    "stream",
    "oneof",
    "map",
    "extend",
    "extensions",
    "reserved",
    "repeated",
    "optional",
    "required",
    "group",
    "to",
    "max",
    "inf",
    "nan",
    "double",
    "float",
    "string",
    "bytes",
    "int32",
    "int64",
    "uint32",
    "uint64",
    "sint32",
    "sint64",
    "fixed32",
    "fixed64",
    "sfixed32",
    "sfixed64",
];

/// What cargo keeps for itself in a target folder, and crates that are always there.
const CARGO: &[&str] = &[
    "alloc",
    "build",
    "core",
    "debug",
    "deps",
    "doc",
    "examples",
    "incremental",
    "proc-macro",
    "release",
    "std",
    "test",
    "tests",
    "target",
];

/// Names of devices, which are no files on Windows.
const WINDOWS: &[&str] = &["aux", "con", "nul", "prn"];

/// Why a name is somebody else's.
pub(super) fn why(name: &Name) -> Option<String> {
    let text = name.kebab();
    let is_one_of = |list: &[&str]| list.contains(&text.as_str());
    if is_one_of(RUST) {
        Some("it is a word of Rust".to_owned())
    } else if is_one_of(PROTO) {
        Some("it is a word of protos".to_owned())
    } else if is_one_of(CARGO) {
        Some("it is a name that cargo uses itself".to_owned())
    } else if is_one_of(WINDOWS) {
        Some("it is no file on Windows".to_owned())
    } else if is_one_of(&["google", "grpc"]) {
        Some(format!("{text}.* are Google's own protos"))
    } else if text == "callgate" || text.starts_with("callgate-") {
        Some("it is one of callgate's own".to_owned())
    } else {
        None
    }
}
