//! What a test logs.

use std::{
    io::Write,
    sync::{Arc, LazyLock, Mutex},
};

use callgate_serve::{LogFormat, logs};
use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::fmt::MakeWriter;

/// What this thread logged.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

/// Were there one subscriber only, tracing would go by the thread that is first at a line: another test's, perhaps.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// Captures the logs of this thread until the guard is dropped.
pub(crate) fn capture(filter: &str, format: LogFormat) -> (Captured, DefaultGuard) {
    LazyLock::force(&ANOTHER);
    let captured = Captured::default();
    let subscriber = logs::subscriber(filter, format, false, captured.clone()).expect("a filter");
    let guard = tracing::subscriber::set_default(subscriber);
    (captured, guard)
}

impl Captured {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panicked").clone()).expect("text")
    }

    /// The lines about calls, as JSON.
    pub(crate) fn calls(&self) -> Vec<serde_json::Value> {
        self.lines()
            .into_iter()
            .filter(|line| line["target"] == "callgate::call")
            .collect()
    }

    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
