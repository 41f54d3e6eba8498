//! Compiles the gateway's protocol, without protoc, and sees whether the tests have a server to run against.

use std::error::Error;

const FOLDER: &str = "src/gateway/proto";

/// Names a server for the tests. Without it they are shown as ignored, not as passed.
const SERVER: &str = "COVERTRAIL_EVENTSTORE_URL";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={FOLDER}");
    println!("cargo:rerun-if-env-changed={SERVER}");
    println!("cargo:rustc-check-cfg=cfg(eventstore_server)");
    if std::env::var_os(SERVER).is_some() {
        println!("cargo:rustc-cfg=eventstore_server");
    }
    let files = ["streams.proto", "persistent.proto", "server_features.proto", "gossip.proto"];
    let described = protox::compile(files, [FOLDER])?;
    tonic_build::configure()
        .build_client(false)
        .build_transport(false)
        .bytes(["."])
        .compile_fds(described)?;
    Ok(())
}
