//! Where traces and metrics are sent, by OpenTelemetry's own variables.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use url::Url;

use super::{Args, ConfigError, read::Setting, values};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const SAMPLER_ARG: &str = "OTEL_TRACES_SAMPLER_ARG";

/// Where traces and metrics are sent, by OTLP over HTTP. Nowhere by default.
#[derive(Clone, Debug, PartialEq)]
pub struct TelemetryConfig {
    /// The collector, such as `http://localhost:4318`, or `https://telemetry.googleapis.com`, which is called with
    /// [`Config::accounts_credentials`](crate::Config::accounts_credentials): `OTEL_EXPORTER_OTLP_ENDPOINT`. `None` measures
    /// nothing and sends nothing.
    pub endpoint: Option<Url>,
    /// Headers for each request to it: `OTEL_EXPORTER_OTLP_HEADERS`. Marked as sensitive, so that nothing prints them.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// How the service is named there: `OTEL_SERVICE_NAME`. `None` is Cloud Run's name of it, or else the program's.
    pub service_name: Option<String>,
    /// Which calls are traced: `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`.
    pub sampler: Sampler,
    /// How often metrics are sent: `OTEL_METRIC_EXPORT_INTERVAL`, every minute by default.
    pub metric_interval: Duration,
}

/// Which calls are traced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    /// This share of the calls, from 0 to 1.
    pub ratio: f64,
    /// A call that is part of a trace already is traced if its caller traces it, whatever the ratio.
    pub parent_based: bool,
}

// === impl TelemetryConfig ===

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            headers: Vec::new(),
            service_name: None,
            sampler: Sampler::default(),
            metric_interval: Duration::from_mins(1),
        }
    }
}

impl TelemetryConfig {
    /// Takes the settings out of the arguments.
    pub(super) fn read(args: &mut Args) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        Setting(PROTOCOL, args.otlp_protocol.take()).read(|text| match text {
            "http/protobuf" => Ok(()),
            _ => Err(format!("{text:?} is not spoken here, only http/protobuf")),
        })?;
        config.endpoint = Setting(ENDPOINT, args.otlp_endpoint.take()).read(endpoint)?;
        if let Some(headers) = Setting(HEADERS, args.otlp_headers.take()).read(headers)? {
            config.headers = headers;
        }
        config.service_name = Setting("OTEL_SERVICE_NAME", args.otel_service_name.take())
            .read(|text| Ok(text.to_owned()))?;
        let ratio = Setting(SAMPLER_ARG, args.traces_sampler_arg.take()).read(ratio)?;
        Setting(SAMPLER, args.traces_sampler.take())
            .read_into(&mut config.sampler, |text| sampler(text, ratio))?;
        Setting("OTEL_METRIC_EXPORT_INTERVAL", args.metric_interval.take()).read_into(
            &mut config.metric_interval,
            |text| {
                // In milliseconds, as the standard has it.
                values::number(text, 1000, 24 * 60 * 60 * 1000).map(Duration::from_millis)
            },
        )?;
        Ok(config)
    }

    /// Refuses to send secrets in plain text.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let plain = |url: &&Url| url.scheme() == "http" && !values::is_loopback(url);
        match &self.endpoint {
            Some(url) if !matches!(url.scheme(), "http" | "https") => Err(ConfigError::new(
                ENDPOINT,
                "it must begin with http:// or https://",
            )),
            Some(url) if plain(&url) && !self.headers.is_empty() => Err(ConfigError::new(
                HEADERS,
                format!(
                    "they would travel in plain text: set {ENDPOINT} to https, or leave them unset"
                ),
            )),
            _ => Ok(()),
        }
    }
}

impl Default for Sampler {
    fn default() -> Self {
        Self {
            ratio: 1.0,
            parent_based: true,
        }
    }
}

fn endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL holds a user name or password, which would end up in logs".to_owned());
    }
    if url.host().is_none() || url.query().is_some() || url.fragment().is_some() {
        return Err("it must be an address such as http://localhost:4318".to_owned());
    }
    Ok(url)
}

/// `name=value,..`. What is wrong is told without the values.
fn headers(text: &str) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let header = |item: &str| {
        let (name, value) = item.split_once('=')?;
        let name = HeaderName::try_from(name.trim()).ok()?;
        let mut value = HeaderValue::try_from(value.trim()).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    };
    values::list(text)
        .map(header)
        .collect::<Option<_>>()
        .ok_or_else(|| "it is not name=value, by commas".to_owned())
}

fn ratio(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|ratio| (0.0..=1.0).contains(ratio))
        .ok_or_else(|| format!("{text:?} is not a number from 0 to 1"))
}

/// <https://opentelemetry.io/docs/languages/sdk-configuration/general/#otel_traces_sampler>
fn sampler(text: &str, ratio: Option<f64>) -> Result<Sampler, String> {
    let (root, parent_based) = match text.strip_prefix("parentbased_") {
        Some(root) => (root, true),
        None => (text, false),
    };
    let ratio = match root {
        "always_on" => 1.0,
        "always_off" => 0.0,
        "traceidratio" => ratio.unwrap_or(1.0),
        _ => {
            return Err(format!(
                "{text:?} is none of always_on, always_off and traceidratio, with or without parentbased_ before it"
            ));
        }
    };
    Ok(Sampler {
        ratio,
        parent_based,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: impl FnOnce(&mut Args)) -> Result<TelemetryConfig, ConfigError> {
        let mut args = Args::default();
        set(&mut args);
        let config = TelemetryConfig::read(&mut args)?;
        config.check().map(|()| config)
    }

    #[test]
    fn nothing_is_sent_unless_an_endpoint_is_set() {
        assert_eq!(read(|_| ()), Ok(TelemetryConfig::default()));
        assert_eq!(TelemetryConfig::default().endpoint, None);
        let set = read(|args| args.otlp_endpoint = Some("http://localhost:4318".to_owned()));
        let set = set.expect("an endpoint").endpoint;
        assert_eq!(
            set.as_ref().map(Url::as_str),
            Some("http://localhost:4318/")
        );
    }

    #[test]
    fn what_is_no_endpoint_or_no_protocol_of_ours_is_told() {
        for wrong in [
            "localhost:4318",
            "http://user@localhost",
            "http://a?b",
            "collector",
        ] {
            let error = read(|args| args.otlp_endpoint = Some(wrong.to_owned())).expect_err(wrong);
            assert_eq!(error.variable(), ENDPOINT);
        }
        let error = read(|args| args.otlp_protocol = Some("grpc".to_owned())).expect_err("grpc");
        assert_eq!(error.variable(), PROTOCOL);
        assert!(read(|args| args.otlp_protocol = Some("http/protobuf".to_owned())).is_ok());
    }

    #[test]
    fn headers_are_secret_and_never_sent_in_plain_text() {
        let with_headers = |endpoint: &str| {
            read(|args| {
                args.otlp_endpoint = Some(endpoint.to_owned());
                args.otlp_headers = Some("api-key=s3cret, x-scope=1".to_owned());
            })
        };
        for safe in ["https://otlp.example.com", "http://127.0.0.1:4318"] {
            let config = with_headers(safe).expect(safe);
            assert_eq!(config.headers.len(), 2);
            assert!(!format!("{config:?}").contains("s3cret"));
        }
        let error = with_headers("http://collector:4318").expect_err("plain text");
        assert_eq!(error.variable(), HEADERS);
        let error =
            read(|args| args.otlp_headers = Some("s3cret".to_owned())).expect_err("no header");
        assert!(!error.to_string().contains("s3cret"));
    }

    #[test]
    fn the_standards_samplers_are_known() {
        let sampler = |text: &str, arg: Option<&str>| {
            read(|args| {
                args.traces_sampler = Some(text.to_owned());
                args.traces_sampler_arg = arg.map(str::to_owned);
            })
            .map(|config| (config.sampler.ratio, config.sampler.parent_based))
        };
        assert_eq!(sampler("always_on", None), Ok((1.0, false)));
        assert_eq!(sampler("parentbased_always_off", None), Ok((0.0, true)));
        assert_eq!(sampler("traceidratio", Some("0.1")), Ok((0.1, false)));
        assert_eq!(
            sampler("parentbased_traceidratio", Some("0.1")),
            Ok((0.1, true))
        );
        assert!(sampler("jaeger_remote", None).is_err());
        assert!(sampler("traceidratio", Some("1.1")).is_err());
        assert!(sampler("traceidratio", Some("NaN")).is_err());
    }
}
