//! What organisers of the demonstration have told their volunteers.

use crate::database::Scoped;
use crate::error::Error;

/// Posts: the area, what it is about, what it says, whether it is pinned, how many hours ago, and for how many days it stands.
type Made = (&'static str, &'static str, &'static str, bool, i32, i32);

const POSTS: [Made; 4] = [
    (
        "all",
        "Knock from ten to eight, and never after",
        "Dark evenings: work in pairs, carry a torch, and leave blocks without a working light for Saturday.\nSomebody rude or \
         unwell at a door? Leave politely, record it as a refusal, and tell the organiser.",
        true,
        70,
        21,
    ),
    (
        "Quillbrook",
        "Saturday meets at the bandstand",
        "Ten o’clock, by the bandstand on the green. Bring a coat that keeps the rain out; we have the boards, pens and out cards.",
        false,
        20,
        5,
    ),
    (
        "all",
        "1,846 doors in a week",
        "The best week since summer. Two in five doors answered, and thirty-eight people said that they will vote for us who had \
         not said so before. Thank you.",
        false,
        44,
        10,
    ),
    ("all", "The office is shut on Thursday", "Ring the duty organiser instead.", false, 400, -6),
];

/// Posts them in the name of the first organiser.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped) -> Result<(), Error> {
    for (area, title, words, pinned, hours, days) in POSTS {
        sqlx::query!(
            "insert into news (news_id, area_id, title, words, pinned, posted_by, posted_at, ends_at)
             select gen_random_uuid(), a.area_id, $2, $3, $4, g.account_id, now() - make_interval(hours => $5),
               date_trunc('day', now()) + make_interval(days => $6 + 1) - interval '1 second'
             from area a, (select account_id from access_grant where role = 'organiser' order by given_at limit 1) g
             where a.short_name = $1 or a.name = $1",
            area,
            title,
            words,
            pinned,
            hours,
            days
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(())
}
