//! When the process is told to stop.

use std::{future::Future, io};

/// Listens from now on for SIGTERM and ctrl-c, and is ready at the first of them.
///
/// # Errors
///
/// Where the system gives no notice of signals.
#[cfg(unix)]
pub fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Is ready at ctrl-c.
///
/// # Errors
///
/// Never.
#[cfg(not(unix))]
pub fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
