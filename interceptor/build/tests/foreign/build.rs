//! As the documentation of callgate-build has it.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    callgate_build::configure().compile("proto")?;
    Ok(())
}
