//! A picture on its way in: the form that brings it, read alike for messages, letters and leaflets.

use super::{Drawn, LIMIT, drawn, too_heavy};
use crate::access::text;
use crate::error::Error;
use crate::web::{FieldErrors, Multipart, drawn_under};
use axum::extract::multipart;
use uuid::Uuid;

/// A picture as it is given.
#[derive(Debug, Default)]
pub struct Given {
    /// What it shows, as typed.
    pub shows: String,
    /// What the form's other fields held, by their names and in order.
    pub besides: Vec<(String, String)>,
    file: Vec<u8>,
}

impl Given {
    /// Reads the form; what came before it broke off stays, and why it did stands in `errors`.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the reader changed role meanwhile.
    pub async fn take(form: Result<Multipart, Error>, grant: Uuid, errors: &mut FieldErrors) -> Result<Self, Error> {
        let mut given = Given::default();
        if let Some(Multipart(form)) = errors.take_invalid(form)? {
            errors.take_invalid(given.read(form, grant).await)?;
        }
        Ok(given)
    }

    async fn read(&mut self, mut form: multipart::Multipart, grant: Uuid) -> Result<(), Error> {
        let broken = |_| too_heavy();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            match (name.as_str(), field.file_name().is_some()) {
                ("_grant", _) => drawn_under(&field.text().await.map_err(broken)?, grant)?,
                ("shows", _) => self.shows = field.text().await.map_err(broken)?,
                (_, true) => self.file = field.bytes().await.map_err(broken)?.to_vec(),
                (_, false) => self.besides.push((name, field.text().await.map_err(broken)?)),
            }
        }
        Ok(())
    }

    /// What it shows, and the picture as it goes out; None: why not stands in `errors`.
    ///
    /// # Errors
    /// What is no fault of the picture.
    pub async fn drawn(&mut self, errors: &mut FieldErrors) -> Result<Option<(String, Drawn)>, Error> {
        // What did not come through is not said to lack as well.
        if errors.any() {
            return Ok(None);
        }
        let shows = text("shows", &self.shows, 200, "Say what the picture shows, for whoever cannot see it");
        let shows = errors.take(shows.map(|s| s.split_whitespace().collect::<Vec<_>>().join(" ")));
        let file = match std::mem::take(&mut self.file) {
            file if file.is_empty() => Err(Error::field("picture", "Choose a picture of at most 10 MB")),
            file if file.len() > LIMIT => Err(too_heavy()),
            file => Ok(file),
        };
        let picture = match errors.take_invalid(file)? {
            Some(file) => errors.take_invalid(drawn(file).await)?,
            None => None,
        };
        Ok(shows.zip(picture))
    }
}
