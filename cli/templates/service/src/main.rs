//! The service on its own.

use std::process::ExitCode;

use callgate_serve::{Config, ServeError, Server, exit_code};

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run().await)
}

async fn run() -> Result<(), ServeError> {
    let config = Config::parse();
    let service = hello_world::service().max_decoding_message_size(config.limits.message_size);
    Server::new(config)?
        .service(service)
        .file_descriptor_set(hello_world::FILE_DESCRIPTOR_SET)
        .run()
        .await
}
