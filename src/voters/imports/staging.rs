//! A council's file taken in: staged line by line, with what its headings are known to mean.

use super::{Given, Import, is_before_any_final, must_be_ready, too_early};
use crate::database::Scoped;
use crate::error::Error;
use crate::incoming::{self, BATCH, Contents, LOOKED_THROUGH, Line, Sample, Stage, digest};
use crate::voters::What;
use crate::voters::columns::Columns;
use chrono::{TimeDelta, Utc};
use sqlx::types::Json;
use uuid::Uuid;

/// Stages a file. Known headings, or headings that somebody explained before, are read by themselves.
///
/// # Errors
/// [`Error::Invalid`] when this very file was imported before, its poll was so long ago that it would not be kept, or it
/// says that it is final before there can be a final list.
pub async fn add(scope: &mut Scoped, given: &Given, contents: &Contents) -> Result<Uuid, Error> {
    sqlx::query!("select wall.forget_voters_imports()").execute(scope.connection()).await?;
    refuse_the_same(scope, given).await?;
    refuse_the_old(scope, given).await?;
    let columns = known(scope, given, &contents.headings).await?;
    let id = put(scope, given, contents, columns).await?;
    for lines in contents.lines.chunks(BATCH) {
        stage(scope, id, lines).await?;
    }
    Ok(id)
}

/// Which column is what: as somebody said it once of such headings, or as it is guessed, where that suffices.
async fn known(scope: &mut Scoped, given: &Given, headings: &[String]) -> Result<Option<Json<Columns>>, Error> {
    let account = scope.account();
    let remembered = sqlx::query_scalar!(
        r#"select columns as "columns: Json<Columns>" from voters_import_form
           where headings = $1 and marked = $2 and ($3::uuid is null or set_by = $3) order by set_at desc limit 1"#,
        digest(headings),
        given.what.is_marked(),
        account
    )
    .fetch_optional(scope.connection())
    .await?;
    let guessed = Columns::guess(given.what, headings);
    Ok(remembered.or_else(|| guessed.suffice(given.what).then_some(Json(guessed))))
}

/// The file's row; its id.
async fn put(
    scope: &mut Scoped,
    given: &Given,
    contents: &Contents,
    columns: Option<Json<Columns>>,
) -> Result<Uuid, Error> {
    let (id, account, operator) = (Uuid::now_v7(), scope.account(), scope.operator_id());
    if operator.is_some() {
        // Which of the operator's runs gave it is in no column that an organiser's connection may write.
        sqlx::query!(
            "insert into voters_import (import_id, partition_id, poll_id, what, published, given_by_operator, file_name, bytes, sha256,
               encoding, headings, columns)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            id,
            given.partition,
            given.poll,
            given.what.as_str(),
            given.published,
            operator,
            given.name,
            given.bytes,
            given.sha256,
            contents.encoding,
            &contents.headings,
            columns as Option<Json<Columns>>
        )
        .execute(scope.connection())
        .await?;
    } else {
        sqlx::query!(
            "insert into voters_import (import_id, partition_id, poll_id, what, published, given_by, file_name, bytes, sha256, encoding,
               headings, columns)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            id,
            given.partition,
            given.poll,
            given.what.as_str(),
            given.published,
            account,
            given.name,
            given.bytes,
            given.sha256,
            contents.encoding,
            &contents.headings,
            columns as Option<Json<Columns>>
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(id)
}

/// The same file again would change nothing: it is likelier that another was meant. Unless one was taken back since, which may have
/// had its place: then it is what is to stand again.
async fn refuse_the_same(scope: &mut Scoped, given: &Given) -> Result<(), Error> {
    let before = sqlx::query_scalar!(
        r#"select ended_at as "at!" from voters_import
           where sha256 = $1 and poll_id = $2 and partition_id = $3 and what = $4 and state = 'applied'
             and not wall.voters_taken_back($3, $2, $5, ended_at)
           order by ended_at desc limit 1"#,
        given.sha256,
        given.poll,
        given.partition,
        given.what.as_str(),
        given.what.is_marked()
    )
    .fetch_optional(scope.connection())
    .await?;
    let standing = sqlx::query_scalar!(
        r#"select imported_at from absent_list
           where sha256 = $1 and poll_id = $2 and partition_id = $3 and final = $4 and replaced_at is null and not $5
             and not wall.voters_taken_back($3, $2, $5, imported_at)
           order by imported_at desc limit 1"#,
        given.sha256,
        given.poll,
        given.partition,
        given.what == What::Final,
        given.what.is_marked()
    )
    .fetch_optional(scope.connection())
    .await?;
    match before.or(standing) {
        Some(at) => Err(Error::field(
            "file",
            format!(
                "This very file was imported for this poll on {}. Choose the council’s newer one",
                crate::web::words::moment(at)
            ),
        )),
        None => Ok(()),
    }
}

/// What would be destroyed by the next night is not brought in, and no list for what it cannot be.
async fn refuse_the_old(scope: &mut Scoped, given: &Given) -> Result<(), Error> {
    let poll = sqlx::query_scalar!("select poll_date from poll where poll_id = $1", given.poll)
        .fetch_optional(scope.connection())
        .await?
        .ok_or_else(|| Error::field("poll", "Choose the poll that the list is of"))?;
    let today = crate::web::words::day_of(Utc::now());
    match given.what {
        What::Marked if poll > today => {
            Err(Error::field("poll", "This poll is still to come: its marked register says who voted, afterwards"))
        }
        What::Marked if poll < today - TimeDelta::days(365) => {
            Err(Error::field("poll", "This poll was more than a year ago: its marked register is not kept any more"))
        }
        What::Current | What::Final if poll < today - TimeDelta::days(28) => Err(Error::field(
            "poll",
            "This poll is over: absent voters’ lists are destroyed four weeks after it, as the law asks",
        )),
        What::Final if is_before_any_final(given.published, poll) => {
            Err(Error::field("what", too_early(given.published, poll)))
        }
        _ => Ok(()),
    }
}

async fn stage(scope: &mut Scoped, id: Uuid, lines: &[Line]) -> Result<(), Error> {
    let Stage { numbers, cells, refusals } = Stage::of(lines);
    sqlx::query!(
        "insert into voters_import_row (import_id, line, cells, refusal)
         select $1, u.line, u.cells, u.refusal from unnest($2::int[], $3::jsonb[], $4::text[]) u (line, cells, refusal)",
        id,
        &numbers,
        &cells as &[Option<Json<&Vec<String>>>],
        &refusals
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// The columns of a file that waits, with what stands in them first.
///
/// # Errors
/// What the database says.
pub async fn samples(scope: &mut Scoped, import: &Import) -> Result<Vec<Sample>, Error> {
    let lines = sqlx::query_scalar!(
        r#"select cells as "cells!: Json<Vec<String>>" from voters_import_row where import_id = $1 and cells is not null
           order by line limit $2"#,
        import.id,
        LOOKED_THROUGH
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(incoming::samples(&import.headings, &lines))
}

/// Says which column is what, and remembers it for these headings.
///
/// # Errors
/// [`Error::Conflict`] when the file is over.
pub async fn set_columns(scope: &mut Scoped, import: &Import, columns: &Columns) -> Result<(), Error> {
    must_be_ready(import)?;
    let account = scope.account();
    sqlx::query!(
        "insert into voters_import_form as f (set_by, marked, headings, columns) values ($1, $2, $3, $4)
         on conflict on constraint voters_import_form_once do update set columns = excluded.columns, set_at = statement_timestamp()",
        account,
        import.what().is_marked(),
        digest(&import.headings),
        Json(columns) as _
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("update voters_import set columns = $2 where import_id = $1", import.id, Json(columns) as _)
        .execute(scope.connection())
        .await?;
    Ok(())
}
