//! The built site on a port of this machine.

use std::{net::Ipv4Addr, path::Path};

use axum::Router;
use tower_http::services::ServeDir;

/// Serves a folder until the program is ended.
pub(crate) fn serve(site: &Path, port: u16) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        println!("http://{}", listener.local_addr()?);
        let pages = Router::new().fallback_service(ServeDir::new(site));
        Ok(axum::serve(listener, pages).await?)
    })
}
