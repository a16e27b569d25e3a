//! `setup`: the first evening by one command; code list and notice begin with the usual ones.

use super::{Operation, secret};
use crate::access::{Permission, email_address, passwords, person_name, text};
use crate::error::Error;
use crate::setup::{Kind, SetUp, store, usual_codes, usual_notice};

/// What the first evening needs to know.
#[derive(clap::Args)]
pub struct Setup {
    /// The data controller's name
    #[arg(long, value_name = "NAME")]
    controller: String,
    /// Where to write to about data
    #[arg(long, value_name = "EMAIL")]
    contact: String,
    /// On what ground the register is held
    #[arg(long, value_enum)]
    kind: Kind,
    /// The first administrator's email address
    #[arg(long, value_name = "EMAIL")]
    admin_email: String,
    /// The first administrator's name
    #[arg(long, value_name = "NAME")]
    admin_name: String,
    /// Read the first administrator's password from standard input; without it one is made and printed once
    #[arg(long)]
    password_stdin: bool,
}

/// Sets up.
///
/// # Errors
/// What cannot stand, by field; [`Error::Conflict`] when it was done before.
pub async fn run(operation: &Operation, command: Setup) -> Result<(), Error> {
    let controller = text("controller", &command.controller, 200, "Say who answers for the data")?;
    let contact = email_address(&command.contact)?;
    let (admin_email, admin_name) = (email_address(&command.admin_email)?, person_name(&command.admin_name)?);
    let about = [admin_email.as_str(), admin_name.as_str(), controller.as_str()];
    let typed = if command.password_stdin { Some(secret::password(&about)?) } else { None };
    let made = if typed.is_none() { Some(passwords::make()) } else { None };
    let password_hash = passwords::hash(typed.or_else(|| made.clone()).unwrap_or_default()).await?;
    let setup = SetUp {
        privacy_notice: usual_notice(&controller, &contact),
        controller,
        contact,
        kind: command.kind,
        codes: usual_codes(),
        poll: None,
        admin_email,
        admin_name,
        password_hash,
    };
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    let account = store::by_operator(&mut scope, &setup).await?;
    scope.commit().await?;
    if let Some(password) = made {
        eprintln!("Password, shown this once: {password}");
    }
    operation.print(&serde_json::json!({ "id": account }), |_| account.to_string());
    Ok(())
}
