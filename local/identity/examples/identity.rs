//! The identity provider alone: `cargo run -p callgate-identity --example identity -- PORT DIR [ORIGIN..]`.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use callgate_identity::{CodeNotice, Identity, Settings};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments
        .next()
        .context("usage: identity PORT DIR [ORIGIN..]")?
        .parse()?;
    let dir = arguments
        .next()
        .context("usage: identity PORT DIR [ORIGIN..]")?;
    let own = ["localhost", "127.0.0.1"].map(|host| format!("http://{host}:{port}"));
    let mut settings = Settings::new("demo-callgate", dir, own.into_iter().chain(arguments));
    if let Ok(seconds) = std::env::var("CALLGATE_LOCAL_TOKEN_LIFETIME") {
        settings.token_lifetime = Duration::from_secs(seconds.parse()?);
    }
    settings.on_code = Some(Arc::new(|code: CodeNotice| {
        println!(
            "{:?} for {}: {}",
            code.kind,
            code.to,
            code.link.unwrap_or(code.code)
        );
    }));
    let identity = Identity::open(settings)?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("identity at http://{}", listener.local_addr()?);
    axum::serve(listener, identity.router()).await?;
    Ok(())
}
