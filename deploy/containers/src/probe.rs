//! gRPC probes, as Cloud Run makes them.

use std::{net::SocketAddr, time::Instant};

use anyhow::bail;
use tokio::time::{sleep, timeout};
use tonic::{Code, Status, transport::Endpoint};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{instance::Instance, service_file::Probe};

/// Probes until it is serving, as often as the file says, and says in words how long that took.
///
/// The kubelet's own first probe comes after no delay; for a quick answer this one looks ten times as often.
pub(crate) async fn startup(instance: &Instance, probe: &Probe) -> anyhow::Result<String> {
    let began = Instant::now();
    let most = probe.period * probe.threshold;
    let mut last = String::from("no answer");
    while began.elapsed() < most {
        match timeout(probe.timeout, check(instance.address, &probe.service)).await {
            Ok(Ok(ServingStatus::Serving)) => {
                let took = began.elapsed().as_millis();
                return Ok(format!("{:?} is serving after {took} ms", probe.service));
            }
            Ok(Ok(other)) => other.as_str_name().clone_into(&mut last),
            Ok(Err(status)) if status.code() == Code::NotFound => {
                bail!("no service {:?} is known to its health", probe.service)
            }
            Ok(Err(status)) => last = status.to_string(),
            Err(_) => last = format!("no answer within {:?}", probe.timeout),
        }
        if !instance.is_running() {
            bail!("it has ended: {}", instance.log()?.join("\n"));
        }
        sleep(probe.period / 10).await;
    }
    bail!("{:?} does not serve within {most:?}: {last}", probe.service)
}

/// One probe.
async fn check(address: SocketAddr, service: &str) -> Result<ServingStatus, Status> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"));
    let endpoint = endpoint.map_err(|error| Status::internal(error.to_string()))?;
    let channel = endpoint.connect().await;
    let channel = channel.map_err(|error| Status::unavailable(error.to_string()))?;
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let answer = HealthClient::new(channel).check(request).await?;
    Ok(answer.into_inner().status())
}
