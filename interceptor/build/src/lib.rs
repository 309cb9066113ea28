//! Rules and gated handler traits out of protos, for a `build.rs`.
//!
//! Who may call a method is written beside the method, with the options of `callgate/v1/rule.proto`, which this crate brings
//! along: there is nothing to copy, and no protoc to install.
//!
//! ```proto
//! syntax = "proto3";
//! package greeter.v1;
//! import "callgate/v1/rule.proto";
//!
//! service GreeterService {
//!   option (callgate.v1.default_rule) = { end_user: {} };
//!
//!   // Greets the caller by name.
//!   rpc Greet(GreetRequest) returns (GreetResponse);
//! }
//! ```
//!
//! `build.rs`, with `callgate-build` in the build-dependencies, and `callgate`, `prost`, `prost-types`, `tonic` and `tonic-prost`
//! in the dependencies:
//!
//! ```no_run
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     callgate_build::configure().compile("proto")?;
//!     Ok(())
//! }
//! ```
//!
//! `src/lib.rs`:
//!
//! ```text
//! #[allow(clippy::all, clippy::pedantic, unused_qualifications, reason = "generated")]
//! pub mod greeter {
//!     pub mod v1 {
//!         tonic::include_proto!("greeter.v1");
//!     }
//! }
//!
//! /// The compiled protos with their rules, for gRPC reflection.
//! pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("file_descriptor_set");
//! ```
//!
//! # What is generated
//!
//! What prost and tonic generate (messages, `greeter_service_client`, `greeter_service_server`), and for each service a module
//! `greeter_service_gate` with
//!
//! - `METHODS`: its methods and their rules, for [`callgate::Policy`];
//! - the trait `GreeterService`, whose methods take the caller that their rule promises, so that the wrong caller does not
//!   compile:
//!
//!   | rule | first argument |
//!   |---|---|
//!   | `public` | none |
//!   | `end_user` | `EndUser` |
//!   | `end_user` with `may_be_absent` | `Option<EndUser>` |
//!   | `internal_user` | `InternalUser` |
//!   | `service_account` | `ServiceAccount` |
//!   | `service_account` with `on_behalf_of` | `OnBehalfOf`, which is the service and the user |
//!   | several of them | an enum of exactly these, made for the method: `GreetCaller` |
//!
//! - `caller`, a module of functions that tell handlers of tonic's own trait who calls, with the same types:
//!   `greeter_service_gate::caller::greet(request.extensions())?`. They too fail where the gate is missing, and at calls of another method.
//! - `server(greeter)`: tonic's own `GreeterServiceServer`, around the adapter `Gated`. The adapter takes the caller from
//!   where only the gate can put it: without the gate, every method that is not public answers INTERNAL.
//!
//! ```text
//! impl greeter_service_gate::GreeterService for Greeter {
//!     async fn greet(
//!         &self,
//!         user: EndUser,
//!         request: Request<GreetRequest>,
//!     ) -> Result<Response<GreetResponse>, Status> {
//!         ..
//!     }
//! }
//! ```
//!
//! # When the build fails
//!
//! Where a method has no rule, neither its own nor its service's default, and where a rule is empty or contradicts itself. Each
//! error names the method, the file and the line, and says what to write instead; all of them are reported together.
//!
//! # Features
//!
//! None.
//!
//! [`callgate::Policy`]: https://docs.rs/callgate/latest/callgate/struct.Policy.html

#![warn(missing_docs)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod compile;
mod diagnostic;
mod error;
mod generate;
mod rules;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

pub use error::Error;
pub use prost_build;

use generate::GateGenerator;

/// Starts a build with the settings that most people need. [`Config::compile`] runs it.
pub fn configure() -> Config {
    Config {
        prost: prost_build::Config::new(),
        includes: Vec::new(),
        out_dir: None,
    }
}

/// How protos are compiled.
///
/// ```no_run
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     callgate_build::configure()
///         .include("third_party") // other people's protos
///         .prost(|prost| {
///             prost.btree_map(["."]);
///         })
///         .compile("proto")?;
///     Ok(())
/// }
/// ```
#[must_use = "nothing is built until `compile` is called"]
#[derive(Debug)]
pub struct Config {
    prost: prost_build::Config,
    includes: Vec<PathBuf>,
    out_dir: Option<PathBuf>,
}

// === impl Config ===

impl Config {
    /// Changes how prost generates the messages: derives, maps, types of other crates.
    ///
    /// ```
    /// # let config =
    /// callgate_build::configure().prost(|prost| {
    ///     prost.message_attribute("greeter.v1.GreetRequest", "#[derive(PartialOrd)]");
    /// });
    /// ```
    ///
    /// Its service generator and its folder are replaced: see [`Config::out_dir`].
    pub fn prost(mut self, change: impl FnOnce(&mut prost_build::Config)) -> Self {
        change(&mut self.prost);
        self
    }

    /// A folder of other people's protos, to import from. Of those that are imported, messages are generated, but no services.
    ///
    /// `callgate/v1/rule.proto` and `google/protobuf/*.proto` need no folder.
    pub fn include(mut self, folder: impl Into<PathBuf>) -> Self {
        self.includes.push(folder.into());
        self
    }

    /// The folder to generate into, instead of cargo's `OUT_DIR`.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Compiles all `.proto` files below this folder, which is also where their imports start from.
    ///
    /// Writes one Rust file a package (`greeter.v1.rs`), and `file_descriptor_set.bin`. Tells cargo to build again when a file
    /// of the folder changes.
    ///
    /// # Errors
    ///
    /// Where the protos are wrong or their rules are, and where files cannot be read or written. Its `Debug` output is meant to
    /// be read by people too, since that is what cargo shows.
    pub fn compile(mut self, folder: impl AsRef<Path>) -> Result<(), Error> {
        let folder = folder.as_ref();
        for watched in std::iter::once(folder).chain(self.includes.iter().map(PathBuf::as_path)) {
            println!("cargo:rerun-if-changed={}", watched.display());
        }
        let out_dir = match self.out_dir {
            Some(folder) => folder,
            None => env::var_os("OUT_DIR").ok_or_else(Error::no_out_dir)?.into(),
        };

        // Problems are gathered, so that one build tells all of them.
        let mut problems = Vec::new();
        let protos = compile::compile(folder, &self.includes, &mut problems)?;
        let rules = rules::read(&protos, &mut problems);
        if !problems.is_empty() {
            return Err(Error::protos(problems));
        }

        let set = out_dir.join("file_descriptor_set.bin");
        fs::write(&set, protos.encoded_set()).map_err(|cause| Error::write(&set, cause))?;
        self.prost
            .out_dir(&out_dir)
            .extern_path(".callgate.v1", "::callgate::v1")
            .service_generator(Box::new(GateGenerator::new(rules)))
            .compile_fds(protos.to_generate())
            .map_err(|cause| Error::write(&out_dir, cause))
    }
}
