//! proto/ -> messages, client and server.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    callgate_build::configure().compile("proto")?;
    Ok(())
}
