//! Delivery rounds, as an organiser has cut them.

use super::app::TestApp;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// A round of Larkspur Row, or of its odd or even side, which an account delivers.
pub async fn round(app: &TestApp, name: &str, side: &str, account: Option<Uuid>) -> Uuid {
    round_of(app, "QB1", name, side, account).await
}

/// The same of a district's street.
pub async fn round_of(app: &TestApp, letters: &str, name: &str, side: &str, account: Option<Uuid>) -> Uuid {
    let mut db = app.database.operator().await;
    let id = Uuid::now_v7();
    query(
        "insert into round (round_id, area_id, name, deliverer_account)
         select $1, a.area_id, $2, $3 from area a join area_district ad using (area_id) join district d on d.area_no = ad.area_no
         where a.kind = 'ward' and d.letters = $4",
    )
    .bind(id)
    .bind(name)
    .bind(account)
    .bind(letters)
    .execute(&mut db)
    .await
    .unwrap();
    query(
        "insert into round_street (round_id, place, partition_id, area_no, street_key, street, side)
         select $1, 1, h.partition_id, h.area_no, h.street_key, min(h.street), $2 from household h join district d using (area_no)
         where d.letters = $3 and h.street_key in ('larkspur row', 'old tannery walk') group by h.partition_id, h.area_no, h.street_key",
    )
    .bind(id)
    .bind(side)
    .bind(letters)
    .execute(&mut db)
    .await
    .unwrap();
    id
}

/// A leaflet of a ward.
pub async fn leaflet(app: &TestApp, area: &str, title: &str) -> Uuid {
    query_scalar(
        "insert into leaflet (leaflet_id, area_id, title, due_on, printed)
         select gen_random_uuid(), area_id, $2, current_date + 7, 100 from area where short_name = $1 returning leaflet_id",
    )
    .bind(area)
    .bind(title)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap()
}

/// The leaflet in the hands of whoever delivers the round.
pub async fn hand(app: &TestApp, leaflet: Uuid, round: Uuid) {
    query(
        "insert into delivery (leaflet_id, round_id, area_id, state, bundle, to_person, to_account, handed_at)
         select $1, round_id, area_id, 'handed', 3, deliverer_person, deliverer_account, now() from round where round_id = $2",
    )
    .bind(leaflet)
    .bind(round)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
}
