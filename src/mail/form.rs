//! The fixed forms of letters: what each says, and nothing else is ever sent.

use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A letter's form with what fills it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Form {
    /// To somebody whose access was ended.
    AccessEnded {
        /// When.
        at: DateTime<Utc>,
    },
}

/// A letter as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject line.
    pub subject: String,
    /// The text, in paragraphs.
    pub paragraphs: Vec<String>,
}

/// Whose installation a letter comes from.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// The data controller.
    pub controller: &'a str,
    /// Where to write to them.
    pub contact: &'a str,
    /// Where Hustings is, without a slash at the end.
    pub base_url: &'a str,
}

impl Form {
    /// The form's word in the queue.
    pub fn name(&self) -> &'static str {
        match self {
            Form::AccessEnded { .. } => "access-ended",
        }
    }

    /// What fills it, for the queue.
    ///
    /// # Errors
    /// None that could happen: every field is text, a number or a time.
    pub fn fields(&self) -> Result<serde_json::Value, Error> {
        serde_json::to_value(self).map_err(Error::internal)
    }

    /// The letter to `name`.
    pub fn letter(&self, from: From<'_>) -> Letter {
        let From { controller, contact, .. } = from;
        let letter = |subject: &str, paragraphs: Vec<String>| Letter { subject: subject.to_owned(), paragraphs };
        match self {
            Form::AccessEnded { at } => letter(
                "Your access has ended",
                vec![
                    format!("Your access to {controller}’s Hustings ended on {}.", words::moment(*at)),
                    "Nothing can be opened with it any more. Destroy or give back what you printed or kept: walk lists, canvass cards, notes.".into(),
                    format!("If you think this is a mistake, write to {contact}."),
                ],
            ),
        }
    }
}
