//! From the settings as text to the configuration.

use std::{path::PathBuf, time::Duration};

use super::{
    Args, Config, ConfigError, CredentialsSource, Keys, Limits, LogFormat, Platform, Secret,
    TelemetryConfig, keys, values,
};

/// One setting: its variable, and its text if it was given.
pub(super) struct Setting(pub(super) &'static str, pub(super) Option<String>);

impl Setting {
    pub(super) fn read<T>(
        self,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Self(variable, text) = self;
        text.as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(parse)
            .transpose()
            .map_err(|problem| ConfigError::new(variable, problem))
    }

    pub(super) fn read_into<T>(
        self,
        value: &mut T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<(), ConfigError> {
        if let Some(read) = self.read(parse)? {
            *value = read;
        }
        Ok(())
    }
}

pub(super) fn config(mut args: Args, platform: Platform) -> Result<Config, ConfigError> {
    let mut config = Config::on(platform);
    config.telemetry = TelemetryConfig::read(&mut args)?;
    let mut port = config.address.port();
    Setting("PORT", args.port).read_into(&mut port, |text| values::number(text, 0, u16::MAX))?;
    config.address.set_port(port);
    let mut ip = config.address.ip();
    Setting("CALLGATE_BIND_ADDRESS", args.bind_address).read_into(&mut ip, |text| {
        text.parse()
            .map_err(|_| format!("{text:?} is not an IP address, such as 127.0.0.1"))
    })?;
    config.address.set_ip(ip);

    let fallback = Setting("GOOGLE_CLOUD_PROJECT", args.google_cloud_project);
    config.project_id =
        match Setting("CALLGATE_PROJECT_ID", args.project_id).read(values::project_id)? {
            Some(id) => Some(id),
            None => fallback.read(values::project_id)?,
        };
    Setting("CALLGATE_TENANTS", args.tenants).read_into(&mut config.tenants, |text| {
        Ok(values::list(text).map(str::to_owned).collect())
    })?;
    Setting("CALLGATE_ROLES_CLAIM", args.roles_claim)
        .read_into(&mut config.roles_claim, |text| Ok(text.to_owned()))?;
    Setting("CALLGATE_ALLOWED_ORIGINS", args.allowed_origins)
        .read_into(&mut config.allowed_origins, |text| {
            values::list(text).map(values::origin).collect()
        })?;
    Setting("CALLGATE_CLOCK_SKEW", args.clock_skew)
        .read_into(&mut config.clock_skew, values::duration)?;
    config.keys = Keys {
        firebase: keys::source(
            keys::FIREBASE,
            args.keys_url_firebase,
            args.keys_file_firebase,
        )?,
        session_cookie: keys::source(
            keys::SESSION_COOKIE,
            args.keys_url_session_cookie,
            args.keys_file_session_cookie,
        )?,
        iap: keys::source(keys::IAP, args.keys_url_iap, args.keys_file_iap)?,
        google: keys::source(keys::GOOGLE, args.keys_url_google, args.keys_file_google)?,
        app_check: keys::source(
            keys::APP_CHECK,
            args.keys_url_app_check,
            args.keys_file_app_check,
        )?,
    };
    config.project_number = Setting("CALLGATE_PROJECT_NUMBER", args.project_number)
        .read(|text| values::number(text, 1, u64::MAX))?;
    config.iap_audience = Setting("CALLGATE_IAP_AUDIENCE", args.iap_audience)
        .read(|text| Ok(text.to_owned()))?
        .filter(|audience| audience != "auto");
    Setting("CALLGATE_AUDIENCES", args.audiences).read_into(&mut config.audiences, |text| {
        Ok(values::list(text).map(str::to_owned).collect())
    })?;
    Setting("CALLGATE_SERVICE_ACCOUNTS", args.service_accounts)
        .read_into(&mut config.service_accounts, |text| {
            values::list(text).map(values::mapping).collect()
        })?;
    config.public_origin =
        Setting("CALLGATE_PUBLIC_ORIGIN", args.public_origin).read(values::origin)?;
    config.auth_emulator_host =
        Setting("FIREBASE_AUTH_EMULATOR_HOST", args.auth_emulator_host).read(values::host)?;
    config.accounts_url = Setting("CALLGATE_ACCOUNTS_URL", args.accounts_url).read(values::url)?;
    config.accounts_credentials =
        accounts_credentials(args.credentials_file, args.accounts_token_file)?;
    config.database_url = Setting("DATABASE_URL", args.database_url)
        .read(|text| Ok(Secret::from(text.to_owned())))?;
    Setting("CALLGATE_REFLECTION", args.reflection)
        .read_into(&mut config.reflection, values::switch)?;
    Setting("RUST_LOG", args.log_filter)
        .read_into(&mut config.log_filter, |text| Ok(text.to_owned()))?;
    Setting("LOG_FORMAT", args.log_format).read_into(
        &mut config.log_format,
        |text| match text {
            "json" => Ok(LogFormat::Json),
            "text" => Ok(LogFormat::Text),
            "auto" => Ok(LogFormat::Auto),
            _ => Err(format!("{text:?} is none of json, text and auto")),
        },
    )?;

    let Limits {
        header_list_size,
        message_size,
        keep_alive_interval,
        keep_alive_timeout,
        header_timeout,
        streams_per_connection,
        open_streams,
        token_cache,
        unary_body_timeout,
        drain_timeout,
        connection_age,
        connection_grace,
    } = &mut config.limits;
    // hyper refuses less than 8 KiB for HTTP/1.
    Setting("CALLGATE_MAX_HEADER_LIST_SIZE", args.max_header_list_size)
        .read_into(header_list_size, |text| {
            values::number(text, 8 << 10, 1 << 20)
        })?;
    // A message's length is told in 32 bits.
    Setting("CALLGATE_MAX_MESSAGE_SIZE", args.max_message_size)
        .read_into(message_size, |text| values::number(text, 1, 1 << 30))?;
    Setting(
        "CALLGATE_MAX_STREAMS_PER_CONNECTION",
        args.max_streams_per_connection,
    )
    .read_into(streams_per_connection, |text| {
        values::number(text, 1, 1 << 20)
    })?;
    Setting("CALLGATE_MAX_OPEN_STREAMS", args.max_open_streams)
        .read_into(open_streams, |text| values::number(text, 1, 1 << 24))?;
    Setting("CALLGATE_TOKEN_CACHE", args.token_cache)
        .read_into(token_cache, |text| values::number(text, 0, 1 << 34))?;
    for (variable, text, value) in [
        (
            "CALLGATE_KEEP_ALIVE_INTERVAL",
            args.keep_alive_interval,
            keep_alive_interval,
        ),
        (
            "CALLGATE_KEEP_ALIVE_TIMEOUT",
            args.keep_alive_timeout,
            keep_alive_timeout,
        ),
        (
            "CALLGATE_HEADER_TIMEOUT",
            args.header_timeout,
            header_timeout,
        ),
        (
            "CALLGATE_UNARY_BODY_TIMEOUT",
            args.unary_body_timeout,
            unary_body_timeout,
        ),
        ("CALLGATE_DRAIN_TIMEOUT", args.drain_timeout, drain_timeout),
        (
            "CALLGATE_MAX_CONNECTION_AGE",
            args.max_connection_age,
            connection_age,
        ),
        (
            "CALLGATE_CONNECTION_GRACE",
            args.connection_grace,
            connection_grace,
        ),
    ] {
        Setting(variable, text).read_into(value, bound)?;
    }
    Ok(config)
}

/// A time that bounds something: not nothing, and not so long that it bounds nothing.
fn bound(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_hours(24);
    let time = values::duration(text)?;
    if time.is_zero() || time > LONGEST {
        return Err(format!("{text:?} is not between 1ms and 24h"));
    }
    Ok(time)
}

fn accounts_credentials(
    key_file: Option<String>,
    token_file: Option<String>,
) -> Result<CredentialsSource, ConfigError> {
    const TOKEN_FILE: &str = "CALLGATE_ACCOUNTS_TOKEN_FILE";
    let path = |text: &str| Ok(PathBuf::from(text));
    let key_file = Setting("GOOGLE_APPLICATION_CREDENTIALS", key_file).read(path)?;
    let token_file = Setting(TOKEN_FILE, token_file).read(path)?;
    match (key_file, token_file) {
        (None, None) => Ok(CredentialsSource::MetadataServer),
        (Some(file), None) => Ok(CredentialsSource::KeyFile(file)),
        (None, Some(file)) => Ok(CredentialsSource::TokenFile(file)),
        (Some(_), Some(_)) => Err(ConfigError::new(
            TOKEN_FILE,
            "GOOGLE_APPLICATION_CREDENTIALS is given too: leave one of them unset",
        )),
    }
}
