//! Messages of the demonstration: two sent, one that waits for a second person, one being written.

use crate::database::Scoped;
use crate::error::Error;

/// A message: subject, body, state, hours ago.
type Made = (&'static str, &'static str, &'static str, i32);

const MESSAGES: [Made; 4] = [
    (
        "Saturday at the bandstand, {{forename}}?",
        "# Two hours on Saturday\nDear {{forename}},\n\nwe meet at ten by the bandstand on the green. **Nobody knocks alone**, and \
         tea is at half past twelve.\n\n- bring a coat\n- boards and pens are there\n\nReply to this message if you come.",
        "sent",
        90,
    ),
    (
        "Thank you: 1,846 doors in a week",
        "Dear {{forename|friend}},\n\nthe best week since summer. Thank you to everybody in {{branch}} who knocked, wrote and made tea.",
        "sent",
        40,
    ),
    (
        "What we ask of the council about the bus",
        "Dear {{forename}},\n\nthe evening bus is to go. Here is what we ask for, and how you can say so too.",
        "waiting",
        2,
    ),
    ("Open evening at the library", "Dear {{forename}},\n\ncome and meet us at the library.", "draft", 1),
];

/// Writes them in the name of the first organiser, with what became of each person's.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped) -> Result<(), Error> {
    for (subject, body, state, hours) in MESSAGES {
        let id = sqlx::query_scalar!(
            r#"insert into message (message_id, area_id, kind, subject, body, audience, state, made_by, made_at, sender, grant_id, send_at,
                 ended_at, imprint)
               select gen_random_uuid(), g.area_id, 'campaign', $1, $2, '{"volunteers": "active", "days": 60, "supporters": true}', $3,
                 g.account_id, now() - make_interval(hours => $4 + 1), case when $3 <> 'draft' then g.account_id end,
                 case when $3 <> 'draft' then g.grant_id end, case when $3 <> 'draft' then now() - make_interval(hours => $4) end,
                 case when $3 = 'sent' then now() - make_interval(hours => $4) + interval '4 minutes' end,
                 case when $3 = 'draft' then '{}' else coalesce((select array['Promoted by ' || i.promoter || ' on behalf of ' || i.behalf
                   || ', both of ' || i.promoter_address || '.'] from message_imprint i limit 1), '{}') end
               from access_grant g where g.role = 'organiser' order by g.given_at limit 1 returning message_id"#,
            subject,
            body,
            state,
            hours
        )
        .fetch_one(scope.connection())
        .await?;
        if state == "draft" {
            continue;
        }
        sqlx::query!(
            "insert into message_recipient (message_id, person_id, area_id, state, why, at, next_try_at, address)
             select m.message_id, w.person_id, w.area_id, case when w.why <> '' then 'left-out' when $2 = 'sent' then 'sent' else 'queued' end,
               w.why, case when $2 = 'sent' then m.send_at + interval '2 minutes' end, 'infinity',
               case when w.why = '' and $2 = 'sent' then coalesce(c.email, '') else '' end
             from message m cross join lateral wall.audience_of(m.area_id, m.audience, m.channel, m.kind, m.form) w
             left join person_contact c using (person_id) where m.message_id = $1",
            id,
            state
        )
        .execute(scope.connection())
        .await?;
        sqlx::query!(
            "update message m set people = (select count(*)::integer from message_recipient r where r.message_id = m.message_id
               and r.state <> 'left-out') where m.message_id = $1",
            id
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(())
}
