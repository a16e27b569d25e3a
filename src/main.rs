//! Parses the command line, nothing else.

use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let line = hustings::commands::Line::parse();
    if let Some(code) = line.press() {
        return code;
    }
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("hustings: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(hustings::commands::run(line));
    // A thread that still reads a file must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}
