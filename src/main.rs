//! Parses the command line, nothing else.

use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    hustings::commands::run(hustings::commands::Line::parse()).await
}
