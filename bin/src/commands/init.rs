//! `covertrail init`: writes the annotated configuration.

use super::{Failure, print};
use crate::config::TEMPLATE;
use clap::Args;
use covertrail_files::{Sharing, create_new};
use std::io::ErrorKind;
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
        let written = create_new(&self.config, TEMPLATE.as_bytes(), &Sharing::OWNER_ONLY);
        match written {
            Ok(()) => print(&format!(
                "Wrote {path}. It says which secrets to set; then try: covertrail check --config {path}"
            )),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(Failure::Failed(format!("{path} is there already and was left as it is")))
            }
            Err(error) => Err(Failure::Failed(format!("cannot write {error}"))),
        }
    }
}
