//! Who is affected: the people whom the accounts involved saw meanwhile, lists resolved to who was on them, each once.

use crate::audit::Record;
use crate::database::{Looked, Scoped, Seen, What};
use crate::error::Error;
use uuid::Uuid;

/// Somebody affected.
#[derive(Debug, Clone)]
pub struct Affected {
    /// The record.
    pub record: Record,
    /// The name.
    pub name: String,
    /// The address, a line each; empty where none is held.
    pub lines: Vec<String>,
    /// The postcode.
    pub postcode: String,
}

impl Affected {
    /// Whether a letter reaches them.
    pub fn has_address(&self) -> bool {
        !self.lines.is_empty()
    }
}

/// How many people were seen by all accounts involved, or by one of them.
///
/// # Errors
/// What the database says.
pub async fn count(scope: &mut Scoped, breach: i64, account: Option<Uuid>) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"with entry as materialized (
             select l.subjects, l.partition_id, l.list_id, l.list_version
             from breach_account b join access_log l on l.account_id = b.account_id and l.at >= b.from_at and l.at <= b.until_at
             where b.breach_id = $1 and b.removed_at is null and l.what <> 'refused' and ($2::uuid is null or b.account_id = $2)
           ), seen as (
             select s.partition_id, s.elector_id
             from entry e cross join lateral unnest(e.subjects) p (pseudonym) join subject s on s.pseudonym = p.pseudonym
             union
             select w.partition_id, w.elector_id
             from (select distinct partition_id, list_id, list_version from entry where list_id is not null) l
             join walk_list_elector w on w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.list_version
           )
           select (select count(*) from seen join elector e using (partition_id, elector_id) where not e.planted)
             + (select count(distinct s.person_id) from entry e cross join lateral unnest(e.subjects) p (pseudonym)
                join person_subject s on s.pseudonym = p.pseudonym) as "n!""#,
        breach,
        account
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The people by name, from `skip` on at most `take`. On record as a look, or as taken away.
///
/// # Errors
/// What the database says.
pub async fn list(
    scope: &mut Scoped,
    breach: i64,
    what: What,
    skip: i64,
    take: i64,
) -> Result<Seen<Vec<Affected>>, Error> {
    let rows = sqlx::query!(
        r#"with entry as materialized (
             select l.subjects, l.partition_id, l.list_id, l.list_version
             from breach_account b join access_log l on l.account_id = b.account_id and l.at >= b.from_at and l.at <= b.until_at
             where b.breach_id = $1 and b.removed_at is null and l.what <> 'refused'
           ), seen as (
             select s.partition_id, s.elector_id
             from entry e cross join lateral unnest(e.subjects) p (pseudonym) join subject s on s.pseudonym = p.pseudonym
             union
             select w.partition_id, w.elector_id
             from (select distinct partition_id, list_id, list_version from entry where list_id is not null) l
             join walk_list_elector w on w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.list_version
           )
           select partition_id, elector_id, person_id, name as "name!", lines as "lines!", postcode as "postcode!"
           from (
             select e.partition_id, e.elector_id, null::uuid as person_id, e.name, coalesce(h.lines, '{}') as lines,
               coalesce(h.postcode, '') as postcode, e.name_key
             from seen join elector e using (partition_id, elector_id)
             left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
             -- Nobody writes to somebody invented.
             where not e.planted
             union all
             select distinct on (o.person_id) null, null, o.person_id, btrim(o.forename || ' ' || o.surname),
               coalesce(c.address, '{}'), coalesce(c.postcode, ''), o.name_key
             from entry e cross join lateral unnest(e.subjects) p (pseudonym)
             join person_subject s on s.pseudonym = p.pseudonym
             join person o on o.person_id = s.person_id left join person_contact c on c.person_id = o.person_id) everybody
           order by name_key, partition_id, elector_id, person_id offset $2 limit $3"#,
        breach,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let (mut electors, mut people, mut all) = (Vec::new(), Vec::new(), Vec::with_capacity(rows.len()));
    for r in rows {
        let Some(record) = Record::of(r.partition_id, r.elector_id, r.person_id) else { continue };
        match record {
            Record::Elector(id) => electors.push((id.partition, id.id)),
            Record::Person(id) => people.push(id),
        }
        all.push(Affected { record, name: r.name, lines: r.lines, postcode: r.postcode });
    }
    Ok(Seen::new(all, Looked { what, electors, people, ..Looked::default() }))
}
