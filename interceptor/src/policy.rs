//! All rules of an API, by path.

use std::collections::HashMap;

use crate::rule::Rule;

/// One method of a service: where it is called, how it streams, and what it demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// The path of its calls: `/package.Service/Method`.
    pub path: &'static str,
    /// Whether the client sends a stream of messages.
    pub client_streaming: bool,
    /// Whether the server answers with a stream of messages.
    pub server_streaming: bool,
    /// What it demands of its caller.
    pub rule: Rule,
}

impl Method {
    /// Whether messages stream in either direction, so that the call can outlive the caller's token.
    pub const fn streams(&self) -> bool {
        self.client_streaming || self.server_streaming
    }
}

/// All rules of an API. A call whose path is not in here reaches no handler.
///
/// `callgate-build` makes one for each service; [`Policy::and`] puts them together.
///
/// ```
/// use callgate::{Method, Policy, Rule};
///
/// static METHODS: [Method; 1] = [Method {
///     path: "/greeter.v1.GreeterService/Greet",
///     client_streaming: false,
///     server_streaming: false,
///     rule: Rule::PUBLIC,
/// }];
///
/// let policy = Policy::of(&METHODS);
/// assert_eq!(policy.method("/greeter.v1.GreeterService/Greet"), Some(&METHODS[0]));
/// assert_eq!(policy.method("/greeter.v1.GreeterService/greet"), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    methods: HashMap<&'static str, &'static Method, foldhash::fast::RandomState>,
}

impl Policy {
    /// The policy of these methods.
    ///
    /// # Panics
    ///
    /// Where two methods have the same path.
    pub fn of(methods: &'static [Method]) -> Self {
        Self::default().and(methods)
    }

    /// This policy, and these methods too.
    ///
    /// # Panics
    ///
    /// Where two methods have the same path, but are not the same.
    #[must_use]
    pub fn and(mut self, methods: impl IntoIterator<Item = &'static Method>) -> Self {
        for method in methods {
            let other = self.methods.insert(method.path, method);
            assert!(
                other.is_none_or(|other| other == method),
                "two methods with the path {}",
                method.path
            );
        }
        self
    }

    /// The method that is called at exactly this path.
    pub fn method(&self, path: &str) -> Option<&'static Method> {
        self.methods.get(path).copied()
    }

    /// All methods, in no particular order.
    pub fn methods(&self) -> impl Iterator<Item = &'static Method> {
        self.methods.values().copied()
    }
}

/// A service that brings its rules along: what `callgate-build` generates as `.._gate::server(..)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` brings no rules, so nothing would guard its methods",
    note = "make it with the `server` function that callgate-build generated beside the gated handler trait"
)]
pub trait HasPolicy {
    /// The methods of the service, each with its rule.
    const METHODS: &'static [Method];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::EndUserRule;

    const METHOD: Method = Method {
        path: "/greeter.v1.GreeterService/Greet",
        client_streaming: false,
        server_streaming: false,
        rule: Rule::end_user(EndUserRule::SIGNED_IN),
    };
    static GUARDED: [Method; 1] = [METHOD];
    static OPEN: [Method; 1] = [Method {
        rule: Rule::PUBLIC,
        ..METHOD
    }];

    #[test]
    fn the_same_method_may_be_named_twice() {
        let policy = Policy::of(&GUARDED).and(&GUARDED);
        assert_eq!(policy.methods().count(), 1);
    }

    #[test]
    #[should_panic(expected = "two methods with the path /greeter.v1.GreeterService/Greet")]
    fn one_path_has_one_rule() {
        let _ = Policy::of(&GUARDED).and(&OPEN);
    }
}
