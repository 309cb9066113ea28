//! Which names a server answers to.
//!
//! A page elsewhere can have its own name resolve to this machine (DNS rebinding), and so talk to a server on loopback as if it
//! were of its own origin. It cannot choose the `Host` that its browser sends: that stays the page's own.

use std::sync::Arc;

use http::{Request, header::HOST};

/// The names that a server answers to. None given: all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts(Option<Arc<[String]>>);

impl Hosts {
    pub(crate) fn only(hosts: impl IntoIterator<Item = String>) -> Self {
        Self(Some(hosts.into_iter().collect()))
    }

    /// Whether the request is for one of the names. HTTP/2 has the name in `:authority`, and may have it in `Host` too.
    pub(crate) fn answer<B>(&self, request: &Request<B>) -> bool {
        let Some(hosts) = &self.0 else {
            return true;
        };
        let mut named = false;
        let authority = request.uri().authority().map(|a| a.as_str().as_bytes());
        let headers = request
            .headers()
            .get_all(HOST)
            .iter()
            .map(http::HeaderValue::as_bytes);
        for name in authority.into_iter().chain(headers) {
            if !hosts
                .iter()
                .any(|host| name.eq_ignore_ascii_case(host.as_bytes()))
            {
                return false;
            }
            named = true;
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(uri: &str, hosts: &[&str]) -> bool {
        let only = Hosts::only(["localhost:8080".to_owned()]);
        let mut request = Request::get(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        only.answer(&request.body(()).unwrap())
    }

    #[test]
    fn only_its_own_names_are_answered() {
        assert!(answers("/", &["localhost:8080"]));
        assert!(answers("/", &["LocalHost:8080"]));
        assert!(answers("http://localhost:8080/", &[]));
        assert!(!answers("/", &[]));
        assert!(!answers("/", &["evil.example:8080"]));
        assert!(!answers("/", &["localhost:8081"]));
        assert!(!answers("/", &["localhost:8080", "evil.example"]));
        assert!(!answers("http://evil.example/", &["localhost:8080"]));
        assert!(!answers("http://me@localhost:8080/", &[]));
    }

    #[test]
    fn without_names_every_one_is_answered() {
        let request = Request::get("/")
            .header(HOST, "any.example")
            .body(())
            .unwrap();
        assert!(Hosts::default().answer(&request));
    }
}
