//! The crates that are published for other people's projects: their features, their public interface, their packages.

pub(crate) mod api;
mod compare;
pub(crate) mod features;
pub(crate) mod package;

use anyhow::Context;
use serde_json::Value;

use crate::run::{cargo, output};

/// The crates that are published, those first that others build on.
const LIBRARIES: [Library; 4] = [
    Library::new("callgate", "interceptor"),
    Library::new("callgate-build", "interceptor/build"),
    Library::new("callgate-testkit", "interceptor/testkit"),
    Library::new("callgate-serve", "services/serve"),
];

/// A crate that is published.
struct Library {
    name: &'static str,
    /// Relative to the top of the repository.
    folder: &'static str,
}

impl Library {
    const fn new(name: &'static str, folder: &'static str) -> Self {
        Self { name, folder }
    }

    /// What cargo knows of it.
    fn metadata(&self, workspace: &Value) -> anyhow::Result<Value> {
        let packages = workspace["packages"].as_array().into_iter().flatten();
        let found = packages.into_iter().find(|p| p["name"] == self.name);
        Ok(found
            .with_context(|| format!("there is no package {}", self.name))?
            .clone())
    }
}

/// What cargo knows of the workspace.
fn workspace() -> anyhow::Result<Value> {
    let metadata = cargo(&["metadata", "--locked", "--no-deps", "--format-version", "1"]);
    Ok(serde_json::from_str(&output(metadata)?)?)
}
