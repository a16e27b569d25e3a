//! What is asked of templates for kept looks alone: the one of a name, and the version that holds just this.

use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use serde_json::Value;
use uuid::Uuid;

/// The one of this name that is offered, and its newest version; None as area: the whole organisation's.
///
/// # Errors
/// What the database says.
pub async fn named(
    scope: &mut Scoped,
    area: Option<i64>,
    kind: Kind,
    name: &str,
) -> Result<Option<(Uuid, i32)>, Error> {
    let found = sqlx::query!(
        "select template_id, version from material_template
         where area_id is not distinct from $1::bigint and kind = $2 and lower(name) = lower($3) and ended_at is null",
        area,
        kind.as_str(),
        name
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(found.map(|one| (one.template_id, one.version)))
}

/// The newest version that holds just this.
///
/// # Errors
/// What the database says.
pub async fn version_of(scope: &mut Scoped, kind: Kind, id: Uuid, content: &Value) -> Result<Option<i32>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select max(v.version) as "version?"
           from material_template t join material_template_version v on v.template_id = t.template_id
           where t.template_id = $1 and t.kind = $2 and v.content = $3"#,
        id,
        kind.as_str(),
        content
    )
    .fetch_one(scope.connection())
    .await?)
}
