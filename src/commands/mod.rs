//! What the command line offers, one file a command group; each calls the same functions as the pages.
//!
//! Exit 0: done; 1: refused or failed, with one clear line on stderr; 2: wrong usage.

pub mod access;
pub mod account;
pub mod alert;
pub mod areas;
pub mod audit;
pub mod backup;
pub mod breach;
pub mod canary;
pub mod export;
pub mod grant;
pub mod insight;
pub mod key;
pub mod lock;
pub mod members;
pub mod messages;
mod operation;
mod place;
pub mod polls;
pub mod records;
pub mod register;
pub mod retention;
pub mod seal;
mod secret;
mod serve;
pub mod setup;
pub mod subject;
pub mod voters;
pub mod walk_list;

pub use operation::Operation;

use crate::config::{Config, Flags};
use crate::database::{Operator, OperatorSession};
use crate::error::Error;
use crate::keys::Keys;
use crate::materials::press;
use clap::{Parser, Subcommand};
use place::{Place, Tables};
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
    /// Set Hustings up: controller, contact, first administrator
    Setup(setup::Setup),
    /// Make the demonstration: an invented constituency and one account a role
    Demo,
    /// Print the description of the JSON contract
    Openapi,
    /// Typeset what stands on standard input: begun by the server itself
    #[command(hide = true)]
    Press {
        /// `pdf`, or pixels an inch
        wanted: String,
        /// The run's number as its codes begin
        #[arg(default_value = "")]
        run: String,
    },
    /// Areas of polling districts from a file
    #[command(subcommand)]
    Areas(areas::Areas),
    /// Elections: add one, list them
    #[command(subcommand)]
    Poll(polls::Polls),
    /// A council's register: say what importing it would change, or import it
    #[command(subcommand)]
    Register(register::Register),
    /// Councils' lists of who votes by post or proxy at a poll
    #[command(subcommand)]
    AbsentVoters(voters::AbsentVoters),
    /// Councils' lists of who voted at a poll
    #[command(subcommand)]
    MarkedRegister(voters::MarkedRegister),
    /// Make walk lists, assign them, list them
    #[command(subcommand)]
    WalkList(walk_list::WalkList),
    /// Back everything up into one encrypted file, or restore from one
    #[command(flatten)]
    Backup(backup::BackupCommand),
    /// Add accounts, list them, end all access of one
    #[command(subcommand)]
    Account(account::Account),
    /// Give grants, list them, end one
    #[command(subcommand)]
    Grant(grant::Grant),
    /// Access reviews: open one, list them
    #[command(subcommand)]
    Access(access::Access),
    /// How memberships stand, and the access that depends on them
    #[command(subcommand)]
    Members(members::Members),
    /// Close Contact or Organise with a public notice, and open it again
    #[command(subcommand)]
    Lock(lock::Lock),
    /// Who saw what, and the proof that the record is whole
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Find a person across everything, take their file, record what they stop, erase them
    #[command(subcommand)]
    Subject(subject::Subject),
    /// The installation's own keys: list them by id, make a new one
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// How long data is kept, and destroying what is past its period
    #[command(subcommand)]
    Retention(retention::Retention),
    /// Breaches on record, with their clocks
    #[command(subcommand)]
    Breach(breach::Breaches),
    /// What rules of watching found, and the rules
    #[command(subcommand)]
    Alert(alert::Alerts),
    /// Invented electors whom nobody has a reason to open
    #[command(subcommand)]
    Canary(canary::Canaries),
    /// The records that the law asks for
    #[command(subcommand)]
    Records(records::Records),
    /// Exports on record, whose file one is, above which size two people decide
    #[command(subcommand)]
    Export(export::Exports),
    /// What comes back of messages
    #[command(subcommand)]
    Messages(messages::Messages),
    /// Compare the tallies with the results, or count them anew
    #[command(subcommand)]
    Insight(insight::Insight),
}

impl Command {
    /// Which commands change the tables of a database that is in use: those that say so.
    fn tables(&self) -> Tables {
        match self {
            Command::Migrate
            | Command::Serve { .. }
            | Command::Setup(_)
            | Command::Demo
            | Command::Backup(backup::BackupCommand::Restore { .. }) => Tables::BroughtUpToDate,
            Command::Config => Tables::Whatever,
            _ => Tables::AsTheyAre,
        }
    }

    /// The command's word, for the record: never its arguments.
    fn word(&self) -> &'static str {
        match self {
            Command::Serve { .. } => "serve",
            Command::Migrate => "migrate",
            Command::Config => "config",
            Command::Backup(backup::BackupCommand::Backup { .. }) => "backup",
            Command::Backup(backup::BackupCommand::Restore { .. }) => "restore",
            Command::Demo => "demo",
            Command::Openapi => "openapi",
            Command::Press { .. } => "press",
            Command::Areas(_) => "areas",
            Command::Poll(_) => "poll",
            Command::Register(_) => "register",
            Command::AbsentVoters(_) => "absent-voters",
            Command::MarkedRegister(_) => "marked-register",
            Command::WalkList(_) => "walk-list",
            Command::Setup(_) => "setup",
            Command::Account(_) => "account",
            Command::Grant(_) => "grant",
            Command::Access(_) => "access",
            Command::Members(_) => "members",
            Command::Lock(_) => "lock",
            Command::Audit(_) => "audit",
            Command::Subject(_) => "subject",
            Command::Key(_) => "key",
            Command::Messages(_) => "messages",
            Command::Insight(_) => "insight",
            Command::Retention(_) => "retention",
            Command::Breach(_) => "breach",
            Command::Alert(_) => "alert",
            Command::Canary(_) => "canary",
            Command::Records(_) => "records",
            Command::Export(_) => "export",
        }
    }
}

impl Line {
    /// Whether this process is the press: then it is that and nothing else, before anything of the server's is begun.
    pub fn press(&self) -> Option<ExitCode> {
        let Command::Press { wanted, run } = &self.command else { return None };
        let wanted = press::Wanted::parse(wanted)?;
        let set = press::shut()
            .and_then(|()| press::set_here(run, wanted, std::io::stdin().lock(), std::io::stdout().lock()));
        Some(if set.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
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
    match line.command {
        Command::Serve { demo } => return serve::run(config, demo).await,
        Command::Openapi => {
            println!("{}", crate::web::openapi::text());
            return Ok(());
        }
        // An auditor has a file and a public key, and no database.
        Command::Audit(audit::Audit::Verify(ref verify)) if let Some(file) = &verify.dump => {
            return seal::verify_dump(file, verify, line.json);
        }
        _ => {}
    }
    let place = Place::open(&config, line.command.tables()).await?;
    let done = with_database(line, &config, &place).await;
    place.leave().await?;
    done
}

async fn with_database(line: Line, config: &Config, place: &Place) -> Result<(), Error> {
    let command = line.command.word().to_owned();
    let session = OperatorSession { os_user: os_user(), command, reason: line.reason };
    let keys = Keys::of(&place.data(config));
    let operation = Operation { operator: Operator::connect(&place.urls().owner)?, session, keys, json: line.json };
    let done = match line.command {
        Command::Config => show_config(&operation, config, place).await,
        Command::Demo => demo(&operation, config, place).await,
        Command::Audit(command) => audit::run(&operation, command, config, &place.data(config)).await,
        command => operate(&operation, command).await,
    };
    operation.operator.close().await;
    done
}

/// Prints the configuration. As JSON it shows passwords, so whoever looks is on record, if there is a database that
/// can keep it.
async fn show_config(operation: &Operation, config: &Config, place: &Place) -> Result<(), Error> {
    let urls = place.urls();
    if !operation.json {
        print!("{}", config.to_text(urls));
        return Ok(());
    }
    if operation.session.put_on_record(&operation.operator).await.is_err() {
        eprintln!("hustings: the database does not answer, so this look at the passwords is not on record");
    }
    println!("{}", config.to_json(urls));
    Ok(())
}

/// Makes the demonstration, unless it is there, and prints its sign-ins.
async fn demo(operation: &Operation, config: &Config, place: &Place) -> Result<(), Error> {
    let sign_ins = place.data(config).join(crate::demo::SIGN_INS);
    print!("{}", crate::demo::make(operation, &sign_ins).await?);
    Ok(())
}

async fn operate(operation: &Operation, command: Command) -> Result<(), Error> {
    match command {
        Command::Backup(command) => backup::run(operation, command).await,
        Command::Areas(command) => areas::run(operation, command).await,
        Command::Poll(command) => polls::run(operation, command).await,
        Command::Register(command) => register::run(operation, command).await,
        Command::AbsentVoters(command) => voters::absent(operation, command).await,
        Command::MarkedRegister(command) => voters::marked(operation, command).await,
        Command::WalkList(command) => walk_list::run(operation, command).await,
        Command::Setup(command) => setup::run(operation, command).await,
        Command::Account(command) => account::run(operation, command).await,
        Command::Grant(command) => grant::run(operation, command).await,
        Command::Access(command) => access::run(operation, command).await,
        Command::Members(command) => members::run(operation, command).await,
        Command::Lock(command) => lock::run(operation, command).await,
        Command::Subject(command) => subject::run(operation, command).await,
        Command::Key(command) => key::run(operation, command).await,
        Command::Messages(command) => messages::run(operation, command).await,
        Command::Insight(command) => insight::run(operation, command).await,
        Command::Retention(command) => retention::run(operation, command).await,
        Command::Breach(command) => breach::run(operation, command).await,
        Command::Alert(command) => alert::run(operation, command).await,
        Command::Canary(command) => canary::run(operation, command).await,
        Command::Records(command) => records::run(operation, command).await,
        Command::Export(command) => export::run(operation, command).await,
        Command::Serve { .. }
        | Command::Migrate
        | Command::Config
        | Command::Demo
        | Command::Openapi
        | Command::Press { .. }
        | Command::Audit(_) => Ok(()),
    }
}

/// Who runs the command, as the machine knows them.
fn os_user() -> String {
    let uid = nix::unistd::Uid::current();
    let user = nix::unistd::User::from_uid(uid).ok().flatten();
    user.map_or_else(|| uid.to_string(), |user| user.name)
}

/// The whole story in one line: several answers that cannot stand are joined.
fn one_line(error: &Error) -> String {
    match error {
        Error::Invalid(fields) => fields.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; "),
        other => match other.cause() {
            Some(cause) => format!("{other} ({cause})"),
            None => other.to_string(),
        },
    }
}

/// Logs go to stderr; a command says only what goes wrong.
fn logs(serving: bool) {
    let default = if serving { "info,sqlx=error" } else { "error" };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| default.into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
