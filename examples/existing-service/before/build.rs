//! proto/ -> messages, client and server.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tonic_prost_build::compile_fds(protox::compile(["greeter/v1/greeter.proto"], ["proto"])?)?;
    Ok(())
}
