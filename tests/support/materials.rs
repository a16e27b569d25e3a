//! Printing, as an organiser asks for it.

use super::app::{Actor, Answer, TestApp};
use chrono::{TimeDelta, Utc};

/// Asks for canvass cards of lists, with everything on them.
pub async fn cards(organiser: &Actor, lists: &[&str]) -> Answer {
    cards_with(organiser, lists, &[]).await
}

/// The same with further choices, which stand before the usual ones.
pub async fn cards_with(organiser: &Actor, lists: &[&str], choices: &[(&str, &str)]) -> Answer {
    let day = (Utc::now() + TimeDelta::days(2)).date_naive().to_string();
    let mut fields: Vec<(&str, &str)> = lists.iter().map(|list| ("list", *list)).collect();
    fields.extend(choices);
    for (name, value) in [
        ("size", "a4"),
        ("style", "usual"),
        ("breaks", "full"),
        ("cover", "yes"),
        ("meet", "The bandstand, 10 am"),
        ("contact", "Bo, 01632 960001"),
        ("due_back", day.as_str()),
    ] {
        if choices.iter().all(|(n, _)| *n != name) {
            fields.push((name, value));
        }
    }
    for column in ["number", "last", "marks", "code", "notes"] {
        fields.push(("column", column));
    }
    organiser.post("/materials/canvass-cards", &fields).await
}

/// Keeps everybody of an area as a selection of this organiser's.
pub async fn everybody(app: &TestApp, by: &Actor, area: &str) -> uuid::Uuid {
    let kept = "with s as (insert into selection (selection_id, area_id, name, made_by)
           select gen_random_uuid(), area_id, 'Everybody', $1 from area where short_name = $2 returning selection_id, made_by)
         insert into selection_version (selection_id, version, name, rules, made_by)
         select selection_id, 1, 'Everybody', jsonb_build_object('rule', jsonb_build_object('all', jsonb_build_array())), made_by
         from s returning selection_id";
    let mut db = app.database.operator().await;
    sqlx::query_scalar(kept).bind(by.account.id).bind(area).fetch_one(&mut db).await.unwrap()
}

/// Makes the imprint complete for paper.
pub async fn with_printer(app: &TestApp) {
    super::walk::change(app, "update message_imprint set printer = 'Presses, 3 Larkspur Row, ZZ1 4QX'").await;
}

/// Puts down an imprint of names and addresses of about so many letters; its last word is "Endmark".
pub async fn long_imprint(app: &TestApp, names: usize, addresses: usize) {
    let words = |letters: usize| -> String {
        let all: String = "Montgomery Featherstone Haugh of Wexmere ".chars().cycle().take(letters - 35).collect();
        all.trim().to_owned()
    };
    let sql = "update message_imprint set promoter = 'Agent ' || $1::text, promoter_address = $2::text || ', 1 Larkspur Row, ZZ1 4QX',
        behalf = 'Friends of ' || $1::text, behalf_address = $2::text || ', 2 Larkspur Row, ZZ1 4QX, Endmark',
        printer = $2::text || ', 3 Larkspur Row, ZZ1 4QX'";
    let mut db = app.database.operator().await;
    sqlx::query(sql).bind(words(names)).bind(words(addresses)).execute(&mut db).await.unwrap();
}
