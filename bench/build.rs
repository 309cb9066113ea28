//! proto/ -> the echo service.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    callgate_build::configure().compile("proto")?;
    Ok(())
}
