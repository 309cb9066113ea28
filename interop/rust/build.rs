//! Messages and clients out of the repository's protos. This takes no part in the gate: it is what any tonic client does.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folders = ["../../proto", "../../interceptor/build/proto"];
    for folder in folders {
        println!("cargo:rerun-if-changed={folder}");
    }
    let files = ["votes/v1/votes.proto", "profiles/v1/profiles.proto"];
    let descriptors = protox::compile(files, folders)?;
    tonic_prost_build::configure()
        .build_server(false)
        .compile_fds(descriptors)?;
    Ok(())
}
