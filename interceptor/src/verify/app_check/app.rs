//! An app that has proven itself.

use std::{fmt, sync::Arc, time::SystemTime};

/// An app of the project, proven by App Check: it is the genuine one, on a genuine device. Who uses it is another question.
///
/// All of it was read from a verified token. Cloning is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct App(Arc<Proven>);

#[derive(PartialEq, Eq)]
struct Proven {
    id: Box<str>,
    expires_at: SystemTime,
}

impl App {
    pub(super) fn verified(id: Box<str>, expires_at: SystemTime) -> Self {
        Self(Arc::new(Proven { id, expires_at }))
    }

    /// The app's id, such as `1:123456789012:web:0123456789abcdef012345`. Never empty, at most 128 bytes.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// When the token ends to be valid, and with it every stream that it opened.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at
    }
}

/// Shows the id only, so that it may stand in a log.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("App").field(&self.id()).finish()
    }
}
