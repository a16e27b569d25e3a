//! What the command line offers, one file a command group; each calls the same functions as the pages.
//!
//! Exit 0: done; 1: refused or failed, with one clear line on stderr; 2: wrong usage.

pub mod areas;
mod operation;
mod place;
pub mod polls;
pub mod register;
mod serve;
pub mod walk_list;

pub use operation::Operation;

use crate::config::{Config, Flags};
use crate::error::Error;
use clap::{Parser, Subcommand};
use place::Place;
use std::process::ExitCode;

/// Local campaigning on the electoral register, behind a wall.
#[derive(Parser)]
#[command(name = "hustings", version, about, propagate_version = true)]
pub struct Line {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON where there is something to read
    #[arg(long, global = true)]
    json: bool,
    /// Why, for the record
    #[arg(long, global = true, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(subcommand)]
    command: Command,
}

/// The commands.
#[derive(Subcommand)]
enum Command {
    /// Serve the pages, with PostgreSQL of its own unless DATABASE_URL is set
    Serve {
        /// Make the demonstration first, if the database is empty, and print its sign-ins
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database's tables up to date
    Migrate,
    /// Print the configuration, secrets masked (with --json: whole database URLs)
    Config,
}

/// Runs one command line; the answer is the exit code.
pub async fn run(line: Line) -> ExitCode {
    logs(matches!(line.command, Command::Serve { .. }));
    match dispatch(line).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hustings: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(line: Line) -> Result<(), Error> {
    let config = Config::load(&line.flags).map_err(|e| Error::Refused(e.to_string()))?;
    if let Command::Serve { demo } = line.command {
        return serve::run(config, demo).await;
    }
    let place = Place::open(&config).await?;
    let done = with_database(&line, &config, &place).await;
    place.leave().await?;
    done
}

async fn with_database(line: &Line, config: &Config, place: &Place) -> Result<(), Error> {
    match &line.command {
        Command::Config => {
            let urls = place.urls();
            if line.json {
                println!("{}", config.to_json(urls))
            } else {
                print!("{}", config.to_text(urls))
            }
            Ok(())
        }
        Command::Serve { .. } | Command::Migrate => Ok(()),
    }
}

/// The whole story in one line: several answers that cannot stand are joined.
fn one_line(error: &Error) -> String {
    match error {
        Error::Invalid(fields) => fields.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; "),
        Error::Internal(source) => format!("{error} ({source})"),
        Error::Unavailable(source) => format!("{error} ({source})"),
        other => other.to_string(),
    }
}

/// Logs go to stderr; a command says only what goes wrong.
fn logs(serving: bool) {
    let default = if serving { "info,sqlx=warn" } else { "error" };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| default.into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
