//! Whatever is addressed to people of a kept selection, besides letters: labels and poll cards. Whom it is for is read once, in the
//! transaction that makes the run.

use super::letters::recipients::{self, How, Letter, Recipients};
use super::runs::Recipient;
use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::error::Error;
use crate::selections::store::{self, Saved};
use crate::selections::{Channel, find};
use crate::web::FieldErrors;
use uuid::Uuid;

pub use recipients::{LeftOut, Per, Sorted};

/// The most of one run.
pub const MOST: usize = super::letters::MOST;

/// A selection with its electors as they are now.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// Which.
    pub saved: Saved,
    /// Who, without whoever asked us not to write.
    pub people: Vec<ElectorId>,
    /// How many asked us not to write.
    pub objected: i64,
}

impl Chosen {
    /// Who is left out, and why: a line each.
    pub fn left_out(&self, also: &LeftOut) -> Vec<String> {
        let objected = (self.objected > 0).then_some((self.objected, "asked us not to write to them"));
        let also = also.reasons().into_iter().map(|(n, why)| (i64::try_from(n).unwrap_or(i64::MAX), why));
        objected.into_iter().chain(also).map(|(n, why)| format!("{} {why}", crate::web::words::figure(n))).collect()
    }
}

/// The selection that was chosen, by post: whoever asked us not to write is left out, however the selection itself reaches people.
///
/// # Errors
/// What the database says; what was typed goes to `errors`.
pub async fn choose(scope: &mut Scoped, typed: &str, errors: &mut FieldErrors) -> Result<Option<Chosen>, Error> {
    let Ok(id) = typed.parse::<Uuid>() else {
        errors.add("selection", "Choose a selection");
        return Ok(None);
    };
    let (saved, selection) = match store::one(scope, id, None).await {
        Err(Error::NotFound) => {
            errors.add("selection", "This selection is not there any more. Choose another");
            return Ok(None);
        }
        Err(Error::Conflict(why)) => {
            errors.add("selection", why);
            return Ok(None);
        }
        other => other?,
    };
    let selection = selection.by(Channel::Post);
    let (people, left_out) = find::with_left_out(scope, &selection).await?;
    Ok(Some(Chosen { saved, people, objected: left_out.objected }))
}

/// They as they are written to, in order; none where nobody is left, or more than one run takes.
///
/// # Errors
/// What the database says; what does not fit goes to `errors`.
pub async fn read(
    scope: &mut Scoped,
    chosen: &Chosen,
    per: Per,
    sorted: Sorted,
    errors: &mut FieldErrors,
) -> Result<Option<Recipients>, Error> {
    if chosen.people.len() > MOST {
        errors.add(
            "selection",
            format!(
                "This selection has more than {} people. Make it of smaller ones, one after another",
                crate::web::words::figure(MOST)
            ),
        );
        return Ok(None);
    }
    let how = How { per, sorted, ..How::default() };
    let found = recipients::gather(scope, &chosen.people, &how).await?;
    if found.letters.is_empty() {
        errors.add(
            "selection",
            "Nobody of this selection can be written to just now. Choose another, or change its rules",
        );
        return Ok(None);
    }
    Ok(Some(found))
}

/// Whom a run is for, item by item as printed.
pub fn items(letters: &[Letter]) -> Vec<Recipient> {
    let numbered = letters.iter().zip(1i32..);
    numbered
        .flat_map(|(letter, item)| {
            letter.people.iter().map(move |person| Recipient {
                item,
                elector: person.id,
                household: Some(letter.household),
                area_no: letter.area_no,
            })
        })
        .collect()
}

/// Those people, for the record of the look.
pub fn shown(letters: &[Letter]) -> Vec<(i32, i64)> {
    letters.iter().flat_map(|l| &l.people).map(|p| (p.id.partition, p.id.id)).collect()
}

/// The words for `household` and anything else.
pub fn per(typed: &str) -> Per {
    if typed == "household" { Per::Household } else { Per::Person }
}

/// The words for `postcode` and anything else.
pub fn sorted(typed: &str) -> Sorted {
    if typed == "postcode" { Sorted::Postcode } else { Sorted::Walk }
}
