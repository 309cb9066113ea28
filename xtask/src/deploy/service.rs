//! A service file, as far as the rules look at it. That it holds nothing else than Google knows is checked before.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Service {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) metadata: Metadata,
    pub(crate) spec: Spec,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Spec {
    pub(crate) template: Template,
    pub(crate) traffic: Vec<Traffic>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Template {
    pub(crate) metadata: Metadata,
    pub(crate) spec: Revision,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Revision {
    pub(crate) service_account_name: String,
    pub(crate) container_concurrency: u64,
    pub(crate) timeout_seconds: u64,
    pub(crate) containers: Vec<Container>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Container {
    pub(crate) image: String,
    #[serde(default)]
    pub(crate) ports: Vec<Port>,
    #[serde(default)]
    pub(crate) env: Vec<Variable>,
    pub(crate) resources: Resources,
    pub(crate) startup_probe: Option<Probe>,
    pub(crate) liveness_probe: Option<Probe>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Port {
    pub(crate) name: String,
    pub(crate) container_port: u16,
}

/// A variable of the environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
    pub(crate) value_from: Option<Source>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Source {
    pub(crate) secret_key_ref: Secret,
}

/// A secret; its key is the version.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Secret {
    pub(crate) name: String,
    pub(crate) key: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Resources {
    pub(crate) limits: Limits,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Limits {
    pub(crate) cpu: String,
    pub(crate) memory: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Probe {
    pub(crate) grpc: Option<Grpc>,
    pub(crate) period_seconds: u64,
    pub(crate) timeout_seconds: u64,
    pub(crate) failure_threshold: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Grpc {
    pub(crate) port: u16,
    /// None is the server's own name, the empty one.
    #[serde(default)]
    pub(crate) service: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Traffic {
    pub(crate) revision_name: Option<String>,
    #[serde(default)]
    pub(crate) percent: u64,
}

// === impl Service ===

impl Service {
    /// The container that serves: the one with a port. Others beside it may have none.
    pub(crate) fn container(&self) -> Option<&Container> {
        let mut serving = self.containers().iter().filter(|c| !c.ports.is_empty());
        serving.next().filter(|_| serving.next().is_none())
    }

    pub(crate) fn containers(&self) -> &[Container] {
        &self.spec.template.spec.containers
    }

    /// An annotation of the service.
    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.metadata.annotations.get(name).map(String::as_str)
    }

    /// An annotation of its revisions.
    pub(crate) fn revision_annotation(&self, name: &str) -> Option<&str> {
        let annotations = &self.spec.template.metadata.annotations;
        annotations.get(name).map(String::as_str)
    }

    /// What a variable of the environment is set to, unless it is a secret.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        let mut env = self.container()?.env.iter();
        env.find(|it| it.name == name)?.value.as_deref()
    }

    /// Whether a variable of the environment is set to anything.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        let mut env = self.container().into_iter().flat_map(|c| &c.env);
        env.any(|it| it.name == name)
    }
}
