//! The JSON twin: `POST /api/v1/electors/search`, `GET /api/v1/electors/{id}`.

use super::arrange::Group;
use super::find::{self, Matches, Wanted};
use super::history::{self, Recorded};
use super::search::Terms;
use super::{ElectorId, store};
use crate::areas;
use crate::canvass::ListId;
use crate::database::{Looked, Scope, Scoped, Seen, What};
use crate::error::Error;
use crate::web::{Answer, Json, Path, Viewer};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many electors an answer holds where `limit` says nothing, and at most.
const LIMIT: u32 = 50;
const MOST: u32 = 500;

/// What to look for.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// A name, an address, a postcode or its beginning, or an elector number.
    q: String,
    /// The code of an area within the grant's, to look only there.
    area: Option<String>,
    /// How many electors the answer may hold: 1 to 500, 50 where nothing is said.
    limit: Option<u32>,
}

/// What was found, in walking order.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Results {
    /// How many match, of whom `electors` holds the first.
    total: usize,
    /// Those shown; each is on record.
    electors: Vec<Summary>,
}

/// A person in an answer.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Summary {
    /// An opaque id.
    #[schema(value_type = String)]
    id: ElectorId,
    /// The number in the register in force; empty once off the register.
    number: String,
    /// The name.
    name: String,
    /// The address without the postcode; empty for electors without one here.
    address: String,
    /// The postcode.
    postcode: Option<String>,
}

/// `POST /api/v1/electors/search`
#[utoipa::path(post, path = "/api/v1/electors/search", request_body = Search, responses(
    (status = 200, body = Results), (status = 404, description = "The area is not in your grant’s"),
    (status = 422, description = "Nothing to look for, or an area or limit that cannot be")))]
pub async fn search(viewer: Viewer, Json(search): Json<Search>) -> Answer<axum::Json<Results>> {
    let terms = Terms::read(&search.q).map_err(|e| Error::field("q", e.to_string()))?;
    let limit = search.limit.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Error::field("limit", format!("Give a number from 1 to {MOST}")));
    }
    let mut scope = match search.area.as_deref().map(str::trim).filter(|a| !a.is_empty()) {
        Some(code) => within(&viewer, code).await?,
        None => viewer.scope().await?,
    };
    let seen = results(&mut scope, terms, limit as usize).await?;
    Ok(axum::Json(scope.finish(seen).await?))
}

/// A scope narrowed to an area; one outside the grant's is not found.
async fn within(viewer: &Viewer, code: &str) -> Result<Scoped, Error> {
    let mut scope = viewer.scope().await?;
    let area = areas::store::resolve(&mut scope, code).await?;
    scope.commit().await?;
    let mut narrowed = viewer.scope_of(Scope { area: Some(area.id), list: None }).await?;
    if store::districts(&mut narrowed).await?.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(narrowed)
}

async fn results(scope: &mut Scoped, terms: Terms, limit: usize) -> Result<Seen<Results>, Error> {
    let districts = store::districts(scope).await?.iter().map(|d| d.area_no).collect();
    let wanted = Wanted { terms: Some(terms), districts, whole: true, ..Wanted::default() };
    let matches = find::matches(scope, &wanted, "local").await?;
    let ids: Vec<ElectorId> = matches.homes.iter().flat_map(Group::ids).take(limit).collect();
    let total = total(scope, &matches, limit).await?;
    let electors = summaries(scope, &ids).await?;
    let looked =
        Looked { what: What::Search, electors: ids.iter().map(|e| (e.partition, e.id)).collect(), ..Looked::default() };
    Ok(Seen::new(Results { total, electors }, looked))
}

/// How many match. Where not all are shown nobody invented is counted, so that no number tells of one without a look at them; where
/// all others fit, it is those shown and the others that are not.
async fn total(scope: &mut Scoped, matches: &Matches, limit: usize) -> Result<usize, Error> {
    if matches.electors <= limit {
        return Ok(matches.electors);
    }
    let invented = matches.invented(scope).await?;
    let real: Vec<bool> = matches.homes.iter().flat_map(Group::ids).map(|id| !invented.contains(&id)).collect();
    let of = |some: &[bool]| some.iter().filter(|real| **real).count();
    Ok(if of(&real) > limit { of(&real) } else { limit + of(&real[limit..]) })
}

/// The summaries in the order of `ids`; the caller puts them on record.
async fn summaries(scope: &mut Scoped, ids: &[ElectorId]) -> Result<Vec<Summary>, Error> {
    let (partitions, electors): (Vec<i32>, Vec<i64>) = ids.iter().map(|e| (e.partition, e.id)).unzip();
    let rows = sqlx::query!(
        r#"select e.partition_id, e.elector_id, e.number, e.name, h.address as "address?", h.postcode
           from unnest($1::integer[], $2::bigint[]) with ordinality w (partition, elector, place)
           join elector e on e.partition_id = w.partition and e.elector_id = w.elector
           left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           order by w.place"#,
        &partitions,
        &electors
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Summary {
            id: ElectorId { partition: r.partition_id, id: r.elector_id },
            number: r.number,
            name: r.name,
            address: r.address.unwrap_or_default(),
            postcode: r.postcode,
        })
        .collect())
}

/// A person with everything recorded about them.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Whole {
    #[serde(flatten)]
    summary: Summary,
    /// Newest first. What is about the home and nobody in particular is among them.
    results: Vec<ResultOf>,
}

/// A result as an answer tells it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ResultOf {
    /// The id that the device made.
    id: Uuid,
    /// The person, or null where it is about the home.
    #[schema(value_type = Option<String>)]
    elector: Option<ElectorId>,
    /// What happened at the door.
    outcome: String,
    /// The code of the intention.
    intention: Option<String>,
    /// `local`, `national` or `devolved`.
    intention_kind: String,
    /// Issues, in words.
    issues: Vec<String>,
    /// What was asked for or offered.
    asks: Vec<String>,
    /// What was written down.
    note: Option<String>,
    /// How they say they voted; null until the poll is over.
    voted: Option<String>,
    /// When, as the device says.
    at: DateTime<Utc>,
    /// When it was received.
    received_at: DateTime<Utc>,
    /// The name of who recorded it.
    by: String,
    /// The list it was recorded on.
    #[schema(value_type = String)]
    list: ListId,
    /// That list's name.
    list_name: String,
    /// The result that it corrects.
    base: Option<Uuid>,
    /// Whether a later result corrects it.
    corrected: bool,
}

impl From<Recorded> for ResultOf {
    fn from(r: Recorded) -> Self {
        ResultOf {
            id: r.id,
            elector: r.elector,
            outcome: r.outcome,
            intention: r.intention,
            intention_kind: r.intention_kind,
            issues: r.issues,
            asks: r.asks,
            note: r.note,
            voted: r.voted,
            at: r.at,
            received_at: r.received_at,
            by: r.by,
            list: r.list,
            list_name: r.list_name,
            base: r.base,
            corrected: r.corrected,
        }
    }
}

/// `GET /api/v1/electors/{id}`
#[utoipa::path(get, path = "/api/v1/electors/{id}", params(("id" = String, Path)), responses(
    (status = 200, body = Whole), (status = 404, description = "No such elector in your area")))]
pub async fn elector(viewer: Viewer, Path(id): Path<ElectorId>) -> Answer<axum::Json<Whole>> {
    let mut scope = viewer.scope().await?;
    let elector = store::elector(&mut scope, id).await?;
    let results = history::of_elector(&mut scope, id).await?;
    let (elector, results) = scope.finish(elector.and(results)).await?;
    let summary = Summary {
        id,
        number: elector.number,
        name: elector.name,
        address: elector.address,
        postcode: elector.postcode,
    };
    Ok(axum::Json(Whole { summary, results: results.into_iter().filter(|r| !r.void).map(ResultOf::from).collect() }))
}
