//! HTTP for outgoing calls: one way to make a client, to judge an address, to read an answer.

use std::{error::Error, fmt::Write as _, time::Duration};

use reqwest::{Certificate, Client, Response, redirect};
use url::{Host, Url};

/// A client that trusts the roots compiled into this crate and takes nothing from its surroundings.
///
/// No proxy from the environment, no redirects (a bearer token goes where it was sent and nowhere else), no decompression, so
/// that what [`read_body`] counts is what was sent. Each request sets its own time-out; `connect` bounds the connecting part.
///
/// An instance may freeze between calls, and a connection die meanwhile without a word. An open HTTP/2 connection is therefore
/// pinged while a request waits on it, or a dead one would fail every request until TCP gives up on it, minutes later.
///
/// # Panics
///
/// Where the TLS library cannot start: it depends on nothing but what is compiled in.
pub(crate) fn http_client(connect: Duration) -> Client {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|root| Certificate::from_der(root).ok());
    let built = Client::builder()
        .tls_certs_only(roots)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .user_agent(concat!("callgate/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .http2_keep_alive_interval(Duration::from_secs(1))
        .http2_keep_alive_timeout(Duration::from_secs(1))
        .http2_keep_alive_while_idle(false)
        .build();
    #[expect(
        clippy::expect_used,
        reason = "the options are constants, and any test that calls out shows them to hold"
    )]
    built.expect("an HTTP client of constant options")
}

/// Whether credentials may travel to this address, or keys from it: https, or plain http to this machine.
///
/// # Errors
///
/// Says in words what is wrong with the address, without repeating it.
pub(crate) fn check_url(url: &Url) -> Result<(), &'static str> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err("the address has no host"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address must not hold a user name or a password");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        "http" => Err("plain http is for addresses of this machine only: use https"),
        _ => Err("the address must begin with https://"),
    }
}

/// The body of a response, as long as it has at most `limit` bytes.
///
/// # Errors
///
/// Says in words why there is none, fit for a log.
pub(crate) async fn read_body(mut response: Response, limit: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(format!("the answer is longer than {limit} bytes"));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(describe(&error)),
        }
    }
}

/// What went wrong with a request, down to the cause, fit for a log: no address, no more than 200 bytes.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut words = String::from(if error.is_connect() {
        "cannot connect"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the request failed"
    });
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.source().is_some() {
        let shown: String = cause.to_string().escape_debug().take(160).collect();
        // Writing to a string does not fail.
        let _ = write!(words, ": {shown}");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str) -> Result<(), &'static str> {
        check_url(&url.parse().expect("a URL"))
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for url in [
            "https://identitytoolkit.googleapis.com",
            "http://localhost:8080/path",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:8080",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
        for url in [
            "http://identitytoolkit.googleapis.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://[::ffff:10.0.0.1]",
            "ftp://localhost",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            assert!(check(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_address_holds_no_credentials() {
        assert!(check("https://user@example.com").is_err());
        assert!(check("https://:secret@example.com").is_err());
    }

    #[test]
    fn the_client_can_be_made() {
        let _ = http_client(Duration::from_secs(1));
    }
}
