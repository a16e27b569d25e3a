//! `/selections/{id}/electors`: whom a selection finds now, fifty at a time, by name or as they live. Each page is on record.

use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::selections::{find, store};
use crate::web::paging::{self, Paging};
use crate::web::{Answer, Layout, Path, Query, Viewer};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// In which order, and which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    sort: String,
    page: String,
}

/// An elector of the page.
struct Row {
    id: ElectorId,
    name: String,
    number: String,
    address: String,
    letters: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "selections/electors.html")]
struct ElectorsPage {
    layout: Layout,
    id: Uuid,
    name: String,
    by_street: bool,
    rows: Vec<Row>,
    paging: Paging,
}

impl ElectorsPage {
    fn here(&self) -> String {
        format!("/selections/{}/electors?sort={}&", self.id, if self.by_street { "street" } else { "name" })
    }
}

/// `GET /selections/{id}/electors`
///
/// # Errors
/// [`Error::NotFound`] outside the area, and after the last page.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let (by_street, paging) = (asked.sort == "street", Paging::asked(&asked.page));
    let mut scope = viewer.scope().await?;
    let (saved, selection) = store::one(&mut scope, id, None).await?;
    let found = find::electors(&mut scope, &selection).await?;
    let paging = paging.of(i64::try_from(found.len()).unwrap_or(i64::MAX));
    let seen = rows(&mut scope, &found, by_street, paging).await?;
    let seen = seen.check(|rows| paging.must_be_there(rows.len()))?;
    let rows = scope.finish(seen).await?;
    Ok(ElectorsPage { layout, id, name: saved.name, by_street, rows, paging }.into_response())
}

async fn rows(
    scope: &mut Scoped,
    found: &[ElectorId],
    by_street: bool,
    paging: Paging,
) -> Result<Seen<Vec<Row>>, Error> {
    let partitions: Vec<i32> = found.iter().map(|e| e.partition).collect();
    let electors: Vec<i64> = found.iter().map(|e| e.id).collect();
    let rows = sqlx::query!(
        r#"select e.partition_id as "partition_id!", e.elector_id as "elector_id!", e.name as "name!", e.number as "number!",
             coalesce(h.address, '') as "address!", d.letters as "letters!"
           from unnest($1::integer[], $2::bigint[]) i (partition_id, elector_id)
           join elector e on e.partition_id = i.partition_id and e.elector_id = i.elector_id
           join district d on d.area_no = e.area_no
           left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           order by case when not $3::boolean then e.name_key end, d.letters, d.area_no, h.position, h.household_id, e.position,
             e.elector_id
           limit $4 offset $5"#,
        &partitions,
        &electors,
        by_street,
        paging::SIZE,
        paging.skip()
    )
    .fetch_all(scope.connection())
    .await?;
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|r| Row {
            id: ElectorId { partition: r.partition_id, id: r.elector_id },
            name: r.name,
            number: r.number,
            address: r.address,
            letters: r.letters,
        })
        .collect();
    let shown: Vec<(i32, i64)> = rows.iter().map(|r| (r.id.partition, r.id.id)).collect();
    Ok(Seen::people(rows, shown))
}
