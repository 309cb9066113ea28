//! What a proxy in front would do to each request, done here: for stand-ins of Google's on one machine.

use std::{fmt, sync::Arc};

use http::{Request, request::Parts};

/// Changes the head of each request. By default it does nothing.
#[derive(Clone, Default)]
pub(crate) struct Proxy(Option<Change>);

type Change = Arc<dyn Fn(&mut Parts) + Send + Sync>;

impl Proxy {
    pub(crate) fn new(change: impl Fn(&mut Parts) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(change)))
    }

    pub(crate) fn pass<B>(&self, request: Request<B>) -> Request<B> {
        let Some(change) = &self.0 else {
            return request;
        };
        let (mut head, body) = request.into_parts();
        change(&mut head);
        Request::from_parts(head, body)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.0.is_some()).finish()
    }
}
