//! Templates in the database: of an area or of the whole organisation, in versions that never change. Those of areas around the one in
//! use, and the whole organisation's, are read here and made from; whoever keeps them changes them.

use super::Content;
use crate::database::Scoped;
use crate::electors::history;
use crate::error::Error;
use crate::materials::Kind;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// A template as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its id.
    pub id: Uuid,
    /// Whose it is; None: the whole organisation's.
    pub area: Option<i64>,
    /// That area's name.
    pub area_name: String,
    /// What is made of it.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// Its newest version.
    pub version: i32,
    /// Whether whoever looks may change it.
    pub mine: bool,
    /// Whether it was taken away.
    pub ended: bool,
    /// Who made this version.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
}

impl Template {
    /// Whose it is, in words.
    pub fn whose(&self) -> &str {
        if self.area.is_none() { "The whole organisation" } else { &self.area_name }
    }
}

struct Row {
    template_id: Uuid,
    area_id: Option<i64>,
    area_name: String,
    kind: String,
    name: String,
    version: i32,
    mine: bool,
    ended: bool,
    made_by: Uuid,
    made_at: DateTime<Utc>,
}

async fn read(scope: &mut Scoped, kinds: &[Kind], id: Option<Uuid>) -> Result<Vec<Template>, Error> {
    let words: Vec<String> = kinds.iter().map(|k| k.as_str().to_owned()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select t.template_id, t.area_id, coalesce(d.letters, a.name, '') as "area_name!", t.kind, t.name, t.version,
             wall.keeps_template(t.template_id) as "mine!", t.ended_at is not null as "ended!", v.made_by, v.made_at
           from material_template t join material_template_version v on v.template_id = t.template_id and v.version = t.version
           left join area a on a.area_id = t.area_id left join district d on a.kind = 'district' and d.area_no = a.area_no
           where t.kind = any ($1) and case when $2::uuid is null then t.ended_at is null else t.template_id = $2 end
           order by t.area_id is null desc, lower(t.name), t.template_id limit 500"#,
        &words,
        id
    )
    .fetch_all(scope.connection())
    .await?;
    let makers: Vec<Uuid> = rows.iter().map(|r| r.made_by).collect();
    let names = history::names(scope, &makers).await?;
    let templates = rows.into_iter().filter_map(|r| {
        Some(Template {
            id: r.template_id,
            area: r.area_id,
            area_name: r.area_name,
            kind: Kind::parse(&r.kind)?,
            name: r.name,
            version: r.version,
            mine: r.mine,
            ended: r.ended,
            changed_by: names.of(r.made_by),
            changed_at: r.made_at,
        })
    });
    Ok(templates.collect())
}

/// Those of some kinds that are offered, of the area in use, of areas inside and around it, and the whole organisation's: these first,
/// then by name.
///
/// # Errors
/// What the database says.
pub async fn of_kinds(scope: &mut Scoped, kinds: &[Kind]) -> Result<Vec<Template>, Error> {
    read(scope, kinds, None).await
}

/// One of some kinds, taken away or not.
///
/// # Errors
/// [`Error::NotFound`] when it is of an area beside the one in use, or of another kind.
pub async fn one(scope: &mut Scoped, kinds: &[Kind], id: Uuid) -> Result<Template, Error> {
    read(scope, kinds, Some(id)).await?.pop().ok_or(Error::NotFound)
}

/// What a version holds.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version.
pub async fn content(scope: &mut Scoped, id: Uuid, version: i32) -> Result<Value, Error> {
    sqlx::query_scalar!(
        "select content from material_template_version where template_id = $1 and version = $2",
        id,
        version
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)
}

/// What a version of a letter holds.
///
/// # Errors
/// As [`content`].
pub async fn letter(scope: &mut Scoped, id: Uuid, version: i32) -> Result<Content, Error> {
    serde_json::from_value(content(scope, id, version).await?).map_err(Error::internal)
}

/// A version as a template's history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub version: i32,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A template's versions, the newest first.
///
/// # Errors
/// What the database says.
pub async fn versions(scope: &mut Scoped, id: Uuid) -> Result<Vec<Version>, Error> {
    let rows = sqlx::query!(
        "select version, made_by, made_at from material_template_version where template_id = $1 order by version desc limit 50",
        id
    )
    .fetch_all(scope.connection())
    .await?;
    let makers: Vec<Uuid> = rows.iter().map(|r| r.made_by).collect();
    let names = history::names(scope, &makers).await?;
    Ok(rows.into_iter().map(|r| Version { version: r.version, by: names.of(r.made_by), at: r.made_at }).collect())
}

/// Whether the area in use is everywhere, so that the whole organisation's templates may be changed.
///
/// # Errors
/// What the database says.
pub async fn works_everywhere(scope: &mut Scoped) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.works_everywhere() as "yes!""#).fetch_one(scope.connection()).await?)
}

/// Makes one; None as area: the whole organisation's.
///
/// # Errors
/// [`Error::Invalid`] on `name` when there is one of that name, [`Error::Forbidden`] outside one's areas.
pub async fn make(
    scope: &mut Scoped,
    area: Option<i64>,
    kind: Kind,
    name: &str,
    content: &Value,
) -> Result<Uuid, Error> {
    let (id, account) = (Uuid::now_v7(), scope.account());
    sqlx::query!(
        "insert into material_template (template_id, area_id, kind, name, made_by) values ($1, $2, $3, $4, $5)",
        id,
        area,
        kind.as_str(),
        name,
        account
    )
    .execute(scope.connection())
    .await
    .map_err(same_name)?;
    add_version(scope, id, 1, content).await?;
    Ok(id)
}

/// Changes one that is as it was drawn: a new version. Its number.
///
/// # Errors
/// [`Error::Conflict`] when somebody changed it meanwhile, or it is not one's own to change.
pub async fn change(scope: &mut Scoped, id: Uuid, drawn: i32, name: &str, content: &Value) -> Result<i32, Error> {
    let version = sqlx::query_scalar!(
        "update material_template set name = $3, version = version + 1
         where template_id = $1 and version = $2 and ended_at is null returning version",
        id,
        drawn,
        name
    )
    .fetch_optional(scope.connection())
    .await
    .map_err(same_name)?;
    let version = version.ok_or_else(|| {
        Error::Conflict("Somebody changed this template meanwhile, or it is not yours to change. Open it again and make your change there".into())
    })?;
    add_version(scope, id, version, content).await?;
    Ok(version)
}

async fn add_version(scope: &mut Scoped, id: Uuid, version: i32, content: &Value) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into material_template_version (template_id, version, content, made_by) values ($1, $2, $3, $4)",
        id,
        version,
        content,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Takes one away: it is not offered any more, and what was made of it still names it. Whether it was there to take.
///
/// # Errors
/// What the database says.
pub async fn end(scope: &mut Scoped, id: Uuid) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update material_template set ended_at = statement_timestamp() where template_id = $1 and ended_at is null",
        id
    )
    .execute(scope.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

fn same_name(error: sqlx::Error) -> Error {
    let same = error.as_database_error().and_then(|e| e.constraint()) == Some("material_template_by_name");
    if same { Error::field("name", "There is a template of this name here. Choose another name") } else { error.into() }
}
