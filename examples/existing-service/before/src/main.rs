//! Serves the greeter on the port that `PORT` names, 8080 by default.

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    greeter_before::serve(TcpListener::bind(("0.0.0.0", port)).await?).await
}
