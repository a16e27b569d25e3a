//! What the data protection officer of the demonstration finds on the desk: a request that is nearly due, one that waits for
//! proof of identity, a complaint that is over its time, and one that was answered.

use crate::database::Scoped;
use crate::error::Error;
use crate::protection::Subject;
use crate::protection::requests::{Act, CameBy, Kind};
use crate::protection::store::{self, NewRequest};
use chrono::{Days, NaiveDate};

/// A request: kind, how it came, how many days ago, what it says, and what was done since, days ago and in words.
type Made = (Kind, CameBy, u64, &'static str, &'static [(Act, u64, &'static str)]);

const REQUESTS: [Made; 4] = [
    (
        Kind::Access,
        CameBy::Letter,
        26,
        "Send me everything you hold about me, and who has looked at it.",
        &[(Act::Acknowledged, 25, "")],
    ),
    (
        Kind::Erasure,
        CameBy::Email,
        6,
        "Delete my details and do not come back.",
        &[(
            Act::IdentityAsked,
            5,
            "A copy of a bill with the name and address; it came by an email address that we do not know.",
        )],
    ),
    (Kind::Complaint, CameBy::Door, 34, "A canvasser would not leave when asked to.", &[]),
    (
        Kind::Objection,
        CameBy::Phone,
        12,
        "No more leaflets.",
        &[(Act::Answered, 11, "Recorded, and told them on the phone.")],
    ),
];

/// Writes the requests down, each about an elector of the register.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, today: NaiveDate) -> Result<(), Error> {
    let people = sqlx::query!(
        "select partition_id, elector_id, name from elector where kind = 'ordinary' order by elector_id offset 200 limit $1",
        i64::try_from(REQUESTS.len()).unwrap_or(4)
    )
    .fetch_all(scope.connection())
    .await?;
    let ago = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today);
    for ((kind, came_by, days, about, acts), person) in REQUESTS.iter().zip(people) {
        let new = NewRequest {
            kind: *kind,
            came_by: *came_by,
            received_on: ago(*days),
            asker: person.name,
            answer_to: String::new(),
            about: (*about).to_owned(),
            subject: Subject::of(Some(person.partition_id), Some(person.elector_id), None, None),
        };
        let id = store::add(scope, &new).await?;
        for (act, days, words) in *acts {
            store::act(scope, id, *act, words, ago(*days)).await?;
        }
    }
    Ok(())
}
