//! The demonstration: an invented constituency with three months of canvassing, made through the same functions as real
//! work, in one transaction. It refuses to touch a database that holds anything else.

mod books;
mod delivery;
mod events;
mod exports;
mod history;
mod lists;
mod materials;
mod members;
mod messages;
mod news;
mod organiser;
mod paper;
mod people;
pub mod register;
mod rights;
mod rounds;
mod volunteers;
mod voters;
mod watching;
pub(crate) mod words;

use crate::access::Permission;
use crate::areas::import::AreaFile;
use crate::commands::Operation;
use crate::commands::register::{Choices, import_in};
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use crate::registers::Basis;
use crate::web::words::day_of;
use chrono::Utc;
use people::SignIn;
use register::Size;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file that keeps the sign-ins, in the data directory.
pub const SIGN_INS: &str = "demo-sign-ins.txt";

/// Makes the demonstration, unless it is there, and answers its sign-ins: role, email, password, factor, one a line.
///
/// # Errors
/// [`Error::Refused`] when the database holds anything else, or the file of sign-ins is gone.
pub async fn make(operation: &Operation, sign_ins: &Path) -> Result<String, Error> {
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    match held(&mut scope).await? {
        Held::Demonstration => {
            return std::fs::read_to_string(sign_ins).map_err(|_| {
                Error::Refused(format!("The demonstration is there, but not its sign-ins at {}", sign_ins.display()))
            });
        }
        Held::Else => {
            return Err(Error::Refused(
                "This database holds something else: the demonstration needs an empty one".into(),
            ));
        }
        Held::Nothing => {}
    }
    register_and_areas(&mut scope, &operation.keys, Size::CONSTITUENCY).await?;
    let people = people::add(&mut scope, &operation.keys).await?;
    lists::add(&mut scope, &people).await?;
    rights::add(&mut scope, day_of(Utc::now())).await?;
    books::add(&mut scope).await?;
    exports::add(&mut scope).await?;
    members::add(&mut scope, &operation.keys).await?;
    watching::add(&mut scope).await?;
    news::add(&mut scope).await?;
    events::add(&mut scope, &people).await?;
    volunteers::add(&mut scope).await?;
    delivery::add(&mut scope).await?;
    messages::add(&mut scope).await?;
    let organiser = organiser::first(&mut scope).await?;
    let polls = voters::add(&mut scope, &organiser).await?;
    paper::add(&mut scope, &organiser).await?;
    materials::add(&mut scope, &organiser, &polls).await?;
    rounds::add(&mut scope, &people, &organiser).await?;
    let text = people.sign_ins.iter().map(SignIn::line).collect::<String>();
    // Before the commit: passwords that nobody knows would be worth nothing.
    keep(sign_ins, &text)?;
    sqlx::query!("analyze").execute(scope.connection()).await?;
    scope.commit().await?;
    Ok(text)
}

enum Held {
    Nothing,
    Demonstration,
    Else,
}

async fn held(scope: &mut Scoped) -> Result<Held, Error> {
    let found = sqlx::query!(
        r#"select coalesce((select demonstration from installation), false) as "demonstration!",
             exists (select from account) or exists (select from elector) or exists (select from installation) as "something!""#
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(match (found.demonstration, found.something) {
        (true, _) => Held::Demonstration,
        (_, true) => Held::Else,
        _ => Held::Nothing,
    })
}

async fn register_and_areas(scope: &mut Scoped, keys: &Keys, size: Size) -> Result<(), Error> {
    let today = day_of(Utc::now());
    let mut file = tempfile::Builder::new().prefix("wexmere-").suffix(".csv").tempfile().map_err(Error::internal)?;
    register::write_register(file.as_file_mut(), today, size).map_err(Error::internal)?;
    let choices = Choices {
        file: file.path().to_owned(),
        authority: Some(words::AUTHORITY.into()),
        date: Some(today),
        basis: Basis::Party,
        allow_large_removal: false,
        allow_other_districts: false,
    };
    import_in(scope, keys, &choices).await?;
    let mut areas = Vec::new();
    register::write_areas(&mut areas).map_err(Error::internal)?;
    AreaFile::read(areas.as_slice())?.apply(scope).await?;
    Ok(())
}

fn keep(path: &Path, text: &str) -> Result<(), Error> {
    let write = || {
        let _ = std::fs::remove_file(path);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())
    };
    write().map_err(|e| Error::Refused(format!("The sign-ins cannot be kept at {}: {e}", path.display())))
}
