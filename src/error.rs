//! What can go wrong, as a person is told it: what happened and what to do. Internal text stays in the log.

use chrono::{DateTime, Utc};

/// Which half of the product; the Guard around them never closes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, clap::ValueEnum, sqlx::Type,
)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Tool {
    /// Electors, walk lists, doors, results.
    Contact,
    /// Members, volunteers, events, messages.
    Organise,
}

impl Tool {
    /// The word in URLs, JSON and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Tool::Contact => "contact",
            Tool::Organise => "organise",
        }
    }

    /// The word on pages.
    pub fn title(self) -> &'static str {
        match self {
            Tool::Contact => "Contact",
            Tool::Organise => "Organise",
        }
    }
}

/// One answer that cannot stand: the form field or JSON key, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The field's name in the form or JSON.
    pub field: String,
    /// What is wrong and what to do, in plain English, without the value.
    pub message: String,
}

/// What somebody is told whose role never has a page.
pub const NOT_YOUR_ROLES: &str = "Your role does not have this page";

/// Everything that a request or a command can end in besides its answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("Sign in first")]
    SignedOut,
    /// The session is known but over: signed out elsewhere, expired, or access was ended.
    #[error("Your access has ended. Sign in again, or ask the person who gave you access")]
    AccessEnded,
    /// Signed in, and asked for something before anything is shown.
    #[error("{}", .0.advice())]
    Asks(crate::access::Asks),
    /// What was asked for wants a second factor proved within the last ten minutes.
    #[error("Confirm first that it is you, with your second factor")]
    ConfirmFirst,
    /// The role never has this page, or a form came from another site.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Not there, or outside one's area: its existence is not told.
    #[error("There is nothing here that you may see")]
    NotFound,
    /// Someone else was quicker, or the page is stale.
    #[error("{0}")]
    Conflict(String),
    /// Answers that cannot stand, by field.
    #[error("{}", .0.first().map_or("Some answers need another look", |e| e.message.as_str()))]
    Invalid(Vec<FieldError>),
    /// Too many tries; try again at this time.
    #[error("Too many tries. Wait until {}", crate::web::words::clock_time(*.0))]
    TooMany(DateTime<Utc>),
    /// There is no seat for what is heavy (passwords, pictures, files, proofs, reports), or a request took longer than any may.
    #[error("Many people are using Hustings just now. Wait a few seconds and try again")]
    Busy,
    /// An address that is there, asked in a way that it does not answer.
    #[error("This address does not take what was sent. Go back, open the page again and send it once more")]
    NotTaken,
    /// A half of the product is closed, with its public notice.
    #[error("{} is closed: {notice}", tool.title())]
    Closed {
        /// Which half.
        tool: Tool,
        /// What the public is told.
        notice: String,
    },
    /// The database cannot be reached; it comes back by itself.
    #[error("The database cannot be reached just now. Nothing is lost: try again in a moment")]
    Unavailable(#[source] sqlx::Error),
    /// More was sent than is taken.
    #[error("{0}")]
    TooLarge(String),
    /// A command or file that cannot be used; the text says what to do.
    #[error("{0}")]
    Refused(String),
    /// A fault of ours; the log says more under the request's id.
    #[error("Something went wrong on our side. Try again; if it stays, tell your administrator the time")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One field that cannot stand.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Error::Invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// A fault of ours, kept for the log.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Internal(source.into())
    }

    /// In how many seconds to try again, when that helps.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Error::TooMany(at) => Some((*at - Utc::now()).num_seconds().max(1)),
            Error::Busy | Error::Unavailable(_) => Some(5),
            Error::Closed { .. } => Some(60),
            _ => None,
        }
    }

    /// What stands behind it, for the log and the operator's terminal.
    pub fn cause(&self) -> Option<String> {
        match self {
            Error::Internal(source) => Some(without_values(source.as_ref())),
            Error::Unavailable(source) => Some(without_values(source)),
            _ => None,
        }
    }

    /// Whether PostgreSQL asks for the transaction to be tried again: a deadlock or a serialisation failure.
    pub fn is_retryable(&self) -> bool {
        match self {
            Error::Internal(source) => source.downcast_ref::<sqlx::Error>().is_some_and(is_retryable),
            _ => false,
        }
    }

    /// Whether what was sent breaks one of the database's own rules: a value out of range or a constraint.
    pub fn breaks_a_rule(&self) -> bool {
        match self {
            Error::Internal(source) => source
                .downcast_ref::<sqlx::Error>()
                .and_then(code)
                .is_some_and(|c| c.starts_with("22") || c.starts_with("23")),
            _ => false,
        }
    }
}

/// PostgreSQL's details may repeat a row, and its messages about data (class 22) and constraints (23) a value: of those
/// the log gets the code and the constraint alone. A value that cannot be read as what it should be is not repeated
/// either.
fn without_values(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<serde_json::Error>() {
        return format!("JSON that cannot be read or written ({:?})", error.classify());
    }
    match error.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Database(e)) => {
            let code = e.code().unwrap_or_default();
            let about = e.constraint().or(e.table()).unwrap_or_default();
            let of_data = code.starts_with("22") || code.starts_with("23");
            format!("database error {code} {about}: {}", if of_data { "" } else { e.message() })
        }
        Some(sqlx::Error::ColumnDecode { index, .. }) => format!("column {index} cannot be read"),
        Some(sqlx::Error::Decode(_) | sqlx::Error::Encode(_)) => "a value cannot be read or written".into(),
        _ => error.to_string(),
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned())
}

/// Text that PostgreSQL cannot keep: a NUL, half of a surrogate pair.
fn is_unkeepable(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("22021" | "22P05"))
}

/// Row security refused what was to be written: access ended meanwhile, or it was never the actor's to write.
fn is_walled(error: &sqlx::Error) -> bool {
    let refused = |e: &dyn sqlx::error::DatabaseError| e.message().contains("row-level security policy");
    code(error).as_deref() == Some("42501") && error.as_database_error().is_some_and(refused)
}

fn is_retryable(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40P01" | "40001"))
}

/// Connection lost, refused or timed out, server stopping or starting (class 08, 57P, 53), a statement that took too long
/// or waited too long for a lock (57014, 55P03), as against a fault of ours.
fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(_) => code(error).is_some_and(|c| {
            c.starts_with("08")
                || c.starts_with("57P")
                || c.starts_with("53")
                || matches!(c.as_str(), "25P03" | "57014" | "55P03")
        }),
        sqlx::Error::Protocol(_) => true,
        _ => false,
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::RowNotFound) {
            Error::NotFound
        } else if is_unkeepable(&error) {
            Error::field("form", "Something in these answers is no text. Type it again instead of pasting it")
        } else if is_walled(&error) {
            Error::Forbidden("This is not yours to change")
        } else if is_unavailable(&error) {
            Error::Unavailable(error)
        } else {
            Error::internal(error)
        }
    }
}
