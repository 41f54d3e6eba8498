//! `covertrail diagram`: the lifecycle as a search of the aggregate finds it.

use super::Failure;
use clap::{Args, ValueEnum};
use covertrail_domain::coverage::Machine;

/// Print the lifecycle's state machine, as found by searching the rules
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  covertrail diagram\n  covertrail diagram --format svg > lifecycle.svg\n  \
covertrail diagram --format dot | dot -Tpng > lifecycle.png"
)]
pub(crate) struct Diagram {
    /// In which form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Mermaid,
    Dot,
    Svg,
    Text,
}

impl Diagram {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let machine = Machine::found();
        let drawn = match self.format {
            Format::Mermaid => machine.to_mermaid(),
            Format::Dot => machine.to_dot(),
            Format::Svg => machine.to_svg(),
            Format::Text => machine.to_text(),
        };
        super::print(&drawn)
    }
}
