//! What a service is the same in, wherever it is: as `cli/templates/` has it, for one called `hello-world`.

pub(super) const PROTO: &str = include_str!("../../templates/service/hello_world.proto");
pub(super) const MAIN: &str = include_str!("../../templates/service/src/main.rs");
pub(super) const HANDLERS: &str = include_str!("../../templates/service/src/handlers.rs");
pub(super) const TESTS: &str = include_str!("../../templates/service/tests/it/main.rs");
