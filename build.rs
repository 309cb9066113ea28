//! proto/ -> messages, clients, gated servers and their rules.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    callgate_build::configure()
        .prost(|prost| {
            // All packages as modules, so that a new one is named nowhere.
            prost.include_file("packages.rs");
        })
        .compile("proto")?;
    Ok(())
}
