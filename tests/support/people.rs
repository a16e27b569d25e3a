//! People of Organise, as a branch has them.

use super::app::TestApp;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// Somebody of the area with this name, with email, mobile and address; `shared`: given to organisers to be reached by.
pub async fn person(app: &TestApp, area: &str, forename: &str, surname: &str, shared: bool) -> Uuid {
    let mut db = app.database.operator().await;
    let (forename_key, surname_key) = (forename.to_lowercase(), surname.to_lowercase());
    let id: Uuid = query_scalar(
        "insert into person (person_id, area_id, forename, surname, name_key, forename_key, source)
         select gen_random_uuid(), area_id, $2, $3, $4, $5, 'typed' from area where short_name = $1 or name = $1 returning person_id",
    )
    .bind(area)
    .bind(forename)
    .bind(surname)
    .bind(format!("{surname_key} {forename_key}"))
    .bind(format!("{forename_key} {surname_key}"))
    .fetch_one(&mut db)
    .await
    .unwrap();
    query(
        "insert into person_contact (person_id, area_id, email, email_key, mobile, address, postcode, postcode_key, for_organisers)
         select person_id, area_id, $2, $2, '07700 900123', array['7 Larkspur Row', 'Wexmere'], 'ZZ1 4QX', 'zz14qx', $3
         from person where person_id = $1",
    )
    .bind(id)
    .bind(format!("{forename_key}.{surname_key}@lantern.example"))
    .bind(shared)
    .execute(&mut db)
    .await
    .unwrap();
    id
}

/// That they agreed to be written to by email.
pub async fn agrees_to_email(app: &TestApp, person: Uuid) {
    agrees_to(app, person, "email").await;
}

/// That they agreed to be reached by a channel.
pub async fn agrees_to(app: &TestApp, person: Uuid, channel: &str) {
    query(
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
         select gen_random_uuid(), person_id, area_id, $2, true, 'May we email you about the campaign?', 'membership form'
         from person where person_id = $1",
    )
    .bind(person)
    .bind(channel)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
}
