//! `account add|end-access|list`

use super::{Operation, secret};
use crate::access::factors::app;
use crate::access::pages::choosing::in_words as ending_in_words;
use crate::access::store::ending::Chosen;
use crate::access::store::{accounts, ending};
use crate::access::{Permission, Role, email_address, passwords, person_name, text};
use crate::areas;
use crate::error::Error;
use crate::web::words;
use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

/// Accounts and all of an account's access.
#[derive(clap::Subcommand)]
pub enum Account {
    /// Add an account; without --password-stdin a password is made and printed once
    Add {
        /// Its email address
        #[arg(long)]
        email: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// Ask them to accept the terms of use when they sign in first; else you say that they have, on paper
        #[arg(long)]
        ask_terms: bool,
    },
    /// Give an account an authenticator app, and print its secret once
    Factor {
        /// The account's email address
        #[arg(long)]
        email: String,
    },
    /// Take all second factors off an account that has lost them
    ResetFactors {
        /// The account's email address
        #[arg(long)]
        email: String,
        /// Why, for the record
        #[arg(long)]
        reason: String,
    },
    /// Give an account another email address
    Email {
        /// The address that it has
        #[arg(long)]
        email: String,
        /// The address that it gets
        #[arg(long)]
        new: String,
        /// Why, for the record
        #[arg(long)]
        reason: String,
    },
    /// End all access of an account, or of everybody whom the choices name together: sessions, grants, lists held
    EndAccess {
        /// The account's email address
        #[arg(long, required_unless_present_any = ["area", "role", "joined_after", "not_seen"])]
        email: Option<String>,
        /// Whose grant lies wholly in this area: `all`, a GSS code, a short name, or a district's letters
        #[arg(long, value_name = "CODE", conflicts_with = "email")]
        area: Option<String>,
        /// Who has a grant of this role
        #[arg(long, value_enum, conflicts_with = "email")]
        role: Option<Role>,
        /// Who was added on this day or later
        #[arg(long, value_name = "DATE", conflicts_with = "email")]
        joined_after: Option<NaiveDate>,
        /// Who was neither seen nor added for so many days
        #[arg(long, value_name = "DAYS", conflicts_with = "email", value_parser = clap::value_parser!(i32).range(1..=1827))]
        not_seen: Option<i32>,
        /// Why, for the record
        #[arg(long)]
        reason: String,
        /// Say whom it would end, and end nobody
        #[arg(long, conflicts_with = "email")]
        dry_run: bool,
    },
    /// Every account, and whether a grant lives
    List,
}

/// Runs one of these commands.
///
/// # Errors
/// What cannot stand, by field; what the database says.
pub async fn run(operation: &Operation, command: Account) -> Result<(), Error> {
    match command {
        Account::Add { email, name, password_stdin, ask_terms } => {
            add(operation, &email, &name, password_stdin, ask_terms).await
        }
        Account::Factor { email } => factor(operation, &email).await,
        Account::ResetFactors { email, reason } => reset_factors(&operation.because(&reason), &email, &reason).await,
        Account::Email { email, new, reason } => {
            another_email(&operation.because(&reason), &email, &new, &reason).await
        }
        Account::EndAccess { email: Some(email), reason, .. } => {
            end_access(&operation.because(&reason), &email, &reason).await
        }
        Account::EndAccess { area, role, joined_after: joined, not_seen: unseen, reason, dry_run, .. } => {
            let chosen = Chosen { area: None, role, joined, unseen };
            end_many(&operation.because(&reason), area.as_deref(), chosen, &reason, dry_run).await
        }
        Account::List => list(operation).await,
    }
}

async fn add(
    operation: &Operation,
    email: &str,
    name: &str,
    password_stdin: bool,
    ask_terms: bool,
) -> Result<(), Error> {
    let (email, name) = (email_address(email)?, person_name(name)?);
    let typed = if password_stdin { Some(secret::password(&[&email, &name])?) } else { None };
    let made = if typed.is_none() { Some(passwords::make()) } else { None };
    let hash = passwords::hash(typed.or_else(|| made.clone()).unwrap_or_default()).await?;
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    let id = accounts::add(&mut scope, &email, &name, &hash).await?;
    if !ask_terms {
        accounts::accepted_on_paper(&mut scope, id).await?;
    }
    scope.commit().await?;
    print_added(operation, id, made);
    Ok(())
}

#[derive(Serialize)]
struct Added {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

/// The id alone on standard output, so that scripts can take it; the made password on the other.
fn print_added(operation: &Operation, id: Uuid, made: Option<String>) {
    if let (false, Some(password)) = (operation.json, &made) {
        eprintln!("Password, shown this once: {password}");
    }
    operation.print(&Added { id, password: made }, |added| added.id.to_string());
}

#[derive(Serialize)]
struct Secret {
    secret: String,
}

async fn factor(operation: &Operation, email: &str) -> Result<(), Error> {
    let secret = app::new_secret();
    let mut scope = operation.scope(Permission::ResetFactors).await?;
    let account = accounts::by_email(&mut scope, email).await?;
    accounts::add_app(&mut scope, &operation.keys, account, &secret).await?;
    scope.commit().await?;
    let secret = app::typed(&secret).replace(' ', "");
    operation.print(&Secret { secret }, |s| s.secret.clone());
    Ok(())
}

async fn reset_factors(operation: &Operation, email: &str, reason: &str) -> Result<(), Error> {
    let reason = text("reason", reason, 500, "Say why, with --reason")?;
    let mut scope = operation.scope(Permission::ResetFactors).await?;
    let account = accounts::by_email(&mut scope, email).await?;
    accounts::reset_factors(&mut scope, account, &reason).await?;
    scope.commit().await
}

async fn another_email(operation: &Operation, email: &str, new: &str, reason: &str) -> Result<(), Error> {
    text("reason", reason, 500, "Say why, with --reason")?;
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    let account = accounts::by_email(&mut scope, email).await?;
    accounts::set_email(&mut scope, account, &email_address(new)?).await?;
    scope.commit().await
}

#[derive(Serialize)]
struct Ended {
    sessions_ended: i64,
}

async fn end_access(operation: &Operation, email: &str, reason: &str) -> Result<(), Error> {
    let reason = text("reason", reason, 500, "Say why, with --reason")?;
    let mut scope = operation.scope(Permission::EndAccess).await?;
    let account = accounts::by_email(&mut scope, email).await?;
    let stopped = ending::end_access(&mut scope, account, &reason).await?;
    scope.commit().await?;
    operation.print(&Ended { sessions_ended: stopped.sessions }, |e| format!("{} sessions ended", e.sessions_ended));
    Ok(())
}

#[derive(Serialize)]
struct EndedMany {
    dry_run: bool,
    accounts: Vec<EndedOne>,
    sessions_ended: i64,
    /// Who is left, and why.
    stay: Vec<EndedOne>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Uuid>,
}

#[derive(Serialize)]
struct EndedOne {
    id: Uuid,
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

async fn end_many(
    operation: &Operation,
    area: Option<&str>,
    chosen: Chosen,
    reason: &str,
    dry_run: bool,
) -> Result<(), Error> {
    let reason = text("reason", reason, 500, "Say why, with --reason")?;
    let mut scope = operation.scope(Permission::EndAccess).await?;
    let area = match area {
        Some(code) => Some(areas::store::resolve(&mut scope, code).await?),
        None => None,
    };
    let chosen = Chosen { area: area.as_ref().map(|a| a.id), ..chosen };
    let (stay, go): (Vec<_>, Vec<_>) =
        ending::candidates(&mut scope, chosen).await?.into_iter().partition(|c| c.stays.is_some());
    let sessions_ended = go.iter().map(|c| c.sessions).sum();
    let mut group = None;
    if !dry_run {
        let ids: Vec<Uuid> = go.iter().map(|c| c.account).collect();
        let about = ending_in_words(chosen, area.as_ref().map(|a| a.name.as_str()));
        group = Some(ending::end_chosen(&mut scope, chosen, &ids, &about, &reason).await?.0);
    }
    scope.commit().await?;
    let one = |c: ending::Candidate| EndedOne { id: c.account, email: c.email, why: c.stays };
    let (accounts, stay) = (go.into_iter().map(one).collect(), stay.into_iter().map(one).collect());
    operation.print(&EndedMany { dry_run, accounts, sessions_ended, stay, group }, in_lines);
    Ok(())
}

fn in_lines(ended: &EndedMany) -> String {
    let (word, n) = (if ended.dry_run { "would end" } else { "ended" }, ended.accounts.len());
    let mut lines =
        vec![format!("{} {word}, {} sessions", words::count(n, "account", "accounts"), ended.sessions_ended)];
    lines.extend(ended.accounts.iter().map(|a| a.email.clone()));
    lines.extend(ended.stay.iter().map(|a| format!("{} stays: {}", a.email, a.why.unwrap_or_default())));
    lines.join("\n")
}

#[derive(Serialize)]
struct Row {
    id: Uuid,
    email: String,
    name: String,
    live: bool,
}

async fn list(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    let rows = accounts::all(&mut scope).await?;
    scope.commit().await?;
    let rows: Vec<Row> = rows.into_iter().map(|(id, email, name, live)| Row { id, email, name, live }).collect();
    operation.print_all(&rows, |r| {
        format!("{}  {}  {}  {}", r.id, r.email, r.name, if r.live { "live" } else { "no access" })
    });
    Ok(())
}
