//! proto/ -> messages, clients, gated servers and their rules.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    callgate_build::configure().compile("proto")?;
    Ok(())
}
