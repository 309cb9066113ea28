//! What a service file says of its container.

use std::{path::Path, time::Duration};

use anyhow::{Context, bail};
use serde_json::Value;

/// A rendered service file, as far as it says how its container runs.
pub(crate) struct ServiceFile {
    pub(crate) name: String,
    pub(crate) revision: String,
    /// Variables with their values.
    pub(crate) env: Vec<(String, String)>,
    /// Variables whose values are secrets.
    pub(crate) secrets: Vec<String>,
    pub(crate) port: u16,
    /// In CPUs.
    pub(crate) cpu: String,
    /// As podman writes it.
    pub(crate) memory: String,
    pub(crate) startup: Probe,
    pub(crate) liveness: Probe,
    /// The connection name of Cloud SQL's instance.
    pub(crate) sql_instance: Option<String>,
}

/// A gRPC probe.
pub(crate) struct Probe {
    pub(crate) service: String,
    pub(crate) period: Duration,
    pub(crate) timeout: Duration,
    pub(crate) threshold: u32,
}

impl ServiceFile {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        Self::of(&serde_saphyr::from_str(&std::fs::read_to_string(path)?)?)
    }

    fn of(file: &Value) -> anyhow::Result<Self> {
        let template = &file["spec"]["template"];
        let containers = template["spec"]["containers"].as_array();
        let Some([container]) = containers.map(Vec::as_slice) else {
            bail!("spec.template.spec.containers: not one container");
        };
        let port = &container["ports"][0];
        if port["name"] != "h2c" {
            bail!("ports: not h2c, so that Cloud Run would send no HTTP/2");
        }
        let mut env = Vec::new();
        let mut secrets = Vec::new();
        for variable in container["env"].as_array().into_iter().flatten() {
            let name = text(&variable["name"])?;
            if variable["valueFrom"]["secretKeyRef"].is_object() {
                secrets.push(name);
            } else {
                let value = text(&variable["value"]).with_context(|| name.clone())?;
                env.push((name, value));
            }
        }
        let limits = &container["resources"]["limits"];
        let annotations = &template["metadata"]["annotations"];
        Ok(Self {
            name: text(&file["metadata"]["name"])?,
            revision: text(&template["metadata"]["name"])?,
            env,
            secrets,
            port: u16::try_from(port["containerPort"].as_u64().context("containerPort")?)?,
            cpu: text(&limits["cpu"]).context("limits.cpu")?,
            memory: memory(&text(&limits["memory"]).context("limits.memory")?)?,
            startup: Probe::of(&container["startupProbe"]).context("startupProbe")?,
            liveness: Probe::of(&container["livenessProbe"]).context("livenessProbe")?,
            sql_instance: annotations["run.googleapis.com/cloudsql-instances"]
                .as_str()
                .map(str::to_owned),
        })
    }

    /// The value of a variable.
    pub(crate) fn variable(&self, name: &str) -> anyhow::Result<&str> {
        let found = self.env.iter().find(|(known, _)| known == name);
        let (_, value) = found.with_context(|| format!("{}.yaml sets no {name}", self.name))?;
        Ok(value)
    }
}

impl Probe {
    fn of(probe: &Value) -> anyhow::Result<Self> {
        if !probe["grpc"].is_object() {
            bail!("it is no gRPC probe");
        }
        let seconds = |name: &str, default| probe[name].as_u64().unwrap_or(default);
        Ok(Self {
            service: probe["grpc"]["service"].as_str().unwrap_or("").to_owned(),
            period: Duration::from_secs(seconds("periodSeconds", 10)),
            timeout: Duration::from_secs(seconds("timeoutSeconds", 1)),
            threshold: u32::try_from(seconds("failureThreshold", 3))?,
        })
    }
}

/// A number is fine where Kubernetes takes one for text.
fn text(value: &Value) -> anyhow::Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => bail!("something is missing"),
    }
}

/// `512Mi` is what podman calls `512m`.
fn memory(quantity: &str) -> anyhow::Result<String> {
    let unit = quantity.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &quantity[..quantity.len() - unit.len()];
    match unit {
        "Mi" => Ok(format!("{number}m")),
        "Gi" => Ok(format!("{number}g")),
        _ => bail!("limits.memory: {quantity} is neither Mi nor Gi"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file() -> Value {
        json!({
            "metadata": {"name": "votes"},
            "spec": {"template": {
                "metadata": {
                    "name": "votes-r1",
                    "annotations": {"run.googleapis.com/cloudsql-instances": "p:r:i"},
                },
                "spec": {"containers": [{
                    "ports": [{"name": "h2c", "containerPort": 8080}],
                    "env": [
                        {"name": "CALLGATE_TENANTS", "value": "-"},
                        {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "url", "key": "1"}}},
                    ],
                    "resources": {"limits": {"cpu": "1", "memory": "512Mi"}},
                    "startupProbe": {"grpc": {"port": 8080}, "periodSeconds": 2, "failureThreshold": 60},
                    "livenessProbe": {"grpc": {"port": 8080, "service": "x"}},
                }]},
            }},
        })
    }

    #[test]
    fn it_says_how_the_container_runs() {
        let file = ServiceFile::of(&file()).unwrap();
        assert_eq!(file.variable("CALLGATE_TENANTS").unwrap(), "-");
        assert_eq!(file.secrets, ["DATABASE_URL"]);
        assert_eq!((file.cpu.as_str(), file.memory.as_str()), ("1", "512m"));
        assert_eq!((file.port, file.startup.threshold), (8080, 60));
        assert_eq!(file.startup.period, Duration::from_secs(2));
        assert_eq!((&*file.startup.service, &*file.liveness.service), ("", "x"));
        assert_eq!(file.sql_instance.as_deref(), Some("p:r:i"));
        assert!(file.variable("CALLGATE_AUDIENCES").is_err());
    }

    #[test]
    fn a_port_that_would_get_no_http2_is_refused() {
        let mut file = file();
        file["spec"]["template"]["spec"]["containers"][0]["ports"][0]["name"] = json!("http1");
        assert!(ServiceFile::of(&file).is_err());
    }
}
