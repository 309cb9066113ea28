//! The whole system on one machine: what `cargo run` starts.
//!
//! One process and one port on loopback hold the embedded identity provider, the services and the page. The services verify tokens
//! as they do in production: the keys are fetched over HTTP, from this same port.

mod args;
mod codes;
mod config;
mod internal;
mod page;
mod place;
mod services;
mod system;
mod welcome;

use std::process::ExitCode;

use callgate_serve::{ServeError, logs};
use clap::Parser;

use crate::{args::Args, system::System};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            if let Some(ServeError::Listen { address, .. }) = error.downcast_ref() {
                let next = address.port().wrapping_add(1);
                eprintln!("Is it running already? Else choose another port: PORT={next} cargo run");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> anyhow::Result<()> {
    let page = page::folder(args.no_build_page);
    let system = System::open(&args, &page).await?;
    logs::init(&system.config)?;
    let (origin, bound) = system.bind().await?;
    welcome::print(&origin, args.auth_emulator_host.as_deref());
    bound.serve(callgate_serve::stop_signal()?).await;
    Ok(())
}
