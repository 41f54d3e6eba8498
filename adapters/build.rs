//! Compiles the gateway's protocol, without protoc.

use std::error::Error;

const FOLDER: &str = "src/gateway/proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={FOLDER}");
    let files = ["streams.proto", "persistent.proto", "server_features.proto", "gossip.proto"];
    let described = protox::compile(files, [FOLDER])?;
    tonic_build::configure()
        .build_client(false)
        .build_transport(false)
        .bytes(["."])
        .compile_fds(described)?;
    Ok(())
}
