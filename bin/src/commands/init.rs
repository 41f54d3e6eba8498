//! `covertrail init`: writes the annotated configuration.

use super::{Failure, print};
use crate::config::TEMPLATE;
use clap::Args;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

/// Write an annotated configuration file
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  covertrail init\n  covertrail init --config /etc/covertrail.toml")]
pub(crate) struct Init {
    /// Where to write it; a file that is there already is left alone
    #[arg(long, value_name = "FILE", default_value = "covertrail.toml")]
    config: PathBuf,
}

impl Init {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let path = self.config.display();
        let made = OpenOptions::new().write(true).create_new(true).open(&self.config);
        let written = made.and_then(|mut file| {
            let written = file.write_all(TEMPLATE.as_bytes());
            if written.is_err() {
                // half a configuration is worse than none; what is wrong with the disk is told either way
                let _ = std::fs::remove_file(&self.config);
            }
            written
        });
        match written {
            Ok(()) => print(&format!(
                "Wrote {path}. It says which secrets to set; then try: covertrail check --config {path}"
            )),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(Failure::Failed(format!("{path} is there already and was left as it is")))
            }
            Err(error) => Err(Failure::Failed(format!("cannot write {path}: {error}"))),
        }
    }
}
