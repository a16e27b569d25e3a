//! Making a register the one in force, in one transaction: a failure anywhere leaves everything as it was.

use super::ground::{self, Ground};
use super::store::{self, Import};
use super::{format_title, lists};
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use crate::protection::suppress;
use sqlx::types::Json;
use std::time::Instant;
use uuid::Uuid;

/// Lets a transaction take the minutes that a nation's register needs, and plan for many rows. It ends by itself when the
/// process that wanted it is gone.
///
/// # Errors
/// What the database says.
pub async fn long_work(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "select count(set_config(name, value, true)) from (values ('statement_timeout', '20min'),
           ('idle_in_transaction_session_timeout', '10min'), ('client_connection_check_interval', '1s'), ('work_mem', '192MB'), ('jit', 'off'), ('enable_nestloop', 'off'))
         settings (name, value)"
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(())
}

/// What became of an import that was to be applied.
#[derive(Debug, PartialEq, Eq)]
pub enum Applied {
    /// The register is in force, under this id.
    Done(i64),
    /// The very file was the newest register already: nothing was written.
    Nothing(i64),
    /// Another register of the authority came since people were matched: match them again first.
    Stale,
}

/// Applies a staged and matched import. The caller's transaction is the one transaction.
///
/// # Errors
/// [`Error::Refused`] when it stops by its warnings or its staged rows are gone; [`Error::Conflict`] when another
/// import of the authority is being applied; what the database says.
pub async fn apply(
    scope: &mut Scoped,
    keys: &Keys,
    id: Uuid,
    allow_large: bool,
    allow_other: bool,
) -> Result<Applied, Error> {
    long_work(scope).await?;
    let import = store::open(scope, id).await?;
    let preview = import.preview.clone().map(|Json(p)| p).unwrap_or_default();
    if let Some(why) = preview.stop(allow_large, allow_other) {
        return Err(Error::Refused(why));
    }
    take_turn(scope, &import.authority).await?;
    if stale(scope, &import).await? {
        return Ok(Applied::Stale);
    }
    check_staged(scope, id, preview.rows).await?;
    if let (0, Some(partition), Some(register)) =
        (preview.to_do(), import.partition_id, same_file(scope, &import).await?)
    {
        store::set_applied(scope, id, partition, register).await?;
        return Ok(Applied::Nothing(register));
    }
    for (letters, area) in &preview.renamed {
        sqlx::query!("select wall.rename_district($1, $2)", area, letters).fetch_one(scope.connection()).await?;
    }
    let ground = bring_districts(scope, id, &import.authority).await?;
    let partition = ground.partition.ok_or(Error::NotFound)?;
    let work = Work { import: &import, keys, id, partition, ground: &ground, began: Instant::now() };
    let register = work.run(scope, preview.part).await?;
    store::set_applied(scope, id, partition, register).await?;
    Ok(Applied::Done(register))
}

/// One import of an authority at a time.
async fn take_turn(scope: &mut Scoped, authority: &str) -> Result<(), Error> {
    let mine = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(4871005, hashtext($1)) as "mine!""#, authority)
        .fetch_one(scope.connection())
        .await?;
    if mine {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "Another register of {authority} is being imported just now. Try again when it is done"
    )))
}

async fn stale(scope: &mut Scoped, import: &Import) -> Result<bool, Error> {
    let newest = sqlx::query_scalar!(
        "select max(register_id) from register
         where partition_id = coalesce($1, (select partition_id from authority where name = $2))",
        import.partition_id,
        import.authority
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(newest != import.matched_register)
}

/// Staged rows do not outlive a crash of the database.
async fn check_staged(scope: &mut Scoped, id: Uuid, rows: i64) -> Result<(), Error> {
    let staged = sqlx::query_scalar!(r#"select count(*) as "n!" from import_row where import_id = $1"#, id)
        .fetch_one(scope.connection())
        .await?;
    if staged == rows {
        return Ok(());
    }
    Err(Error::Refused(
        "The rows that were read are not there any more. Nothing was changed: give the file again".into(),
    ))
}

/// The authority's newest register, when it is this very file under this very date.
async fn same_file(scope: &mut Scoped, import: &Import) -> Result<Option<i64>, Error> {
    let newest = sqlx::query!(
        "select register_id, sha256, published from register where partition_id = $1 order by register_id desc limit 1",
        import.partition_id
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(newest
        .filter(|r| Some(&r.sha256) == import.sha256.as_ref() && r.published == import.published)
        .map(|r| r.register_id))
}

/// Adds the authority and the districts that are new, then finds the ground again with them in it.
async fn bring_districts(scope: &mut Scoped, id: Uuid, authority: &str) -> Result<Ground, Error> {
    let before = ground::find(scope, id, authority).await?;
    let unnamed =
        before.may_bring && ground::is_unnamed(scope, before.partition).await? && authority != ground::UNNAMED;
    if before.unknown().is_empty() && before.partition.is_some() && !unnamed {
        return Ok(before);
    }
    // The letters that are known say which nameless authority gets this name.
    let letters: Vec<String> = before.districts.iter().map(|d| d.letters.clone()).collect();
    sqlx::query!("select wall.add_districts($1, $2)", authority, &letters).fetch_one(scope.connection()).await?;
    let after = ground::find(scope, id, authority).await?;
    after.within_reach()?;
    Ok(after)
}

struct Work<'a> {
    import: &'a Import,
    keys: &'a Keys,
    id: Uuid,
    partition: i32,
    ground: &'a Ground,
    began: Instant,
}

impl Work<'_> {
    /// The steps in order. Between them somebody may stop it, and access may end.
    async fn run(&self, scope: &mut Scoped, part: bool) -> Result<i64, Error> {
        let first = self.is_first(scope).await?;
        self.add_homes(scope).await?;
        if !first {
            self.renew_homes(scope).await?;
            self.check_homes(scope).await?;
        }
        self.between(scope, "homes").await?;
        if !part && !first {
            self.leave(scope).await?;
        }
        if !first {
            self.renew(scope).await?;
        }
        self.between(scope, "people held").await?;
        self.join(scope).await?;
        // Before lists follow, so that nobody comes onto one who must be left alone.
        suppress::hold_back(scope, self.keys, self.id, self.partition).await?;
        self.between(scope, "new people").await?;
        let register = self.register(scope).await?;
        self.entries(scope, register).await?;
        // Invented electors keep up with their neighbours, whoever imports.
        sqlx::query!("select wall.carry_canaries($1, $2)", self.partition, register)
            .execute(scope.connection())
            .await?;
        self.between(scope, "entries").await?;
        sqlx::query!("select wall.settle_pairs($1)", self.partition).execute(scope.connection()).await?;
        if !part {
            self.doubts(scope, register).await?;
        }
        self.sizes(scope).await?;
        lists::follow(scope, self.id, self.partition, &self.ground.reach).await?;
        self.between(scope, "lists").await?;
        // Answers recorded until now are there to be moved; later ones wait, and find everybody where they are then.
        sqlx::query!("select wall.hold_answers($1)", self.partition).fetch_one(scope.connection()).await?;
        sqlx::query!("select wall.follow_people($1)", self.partition).fetch_one(scope.connection()).await?;
        sqlx::query!("select wall.rebuild_tallies($1)", self.partition).fetch_one(scope.connection()).await?;
        Ok(register)
    }

    async fn between(&self, scope: &mut Scoped, done: &str) -> Result<(), Error> {
        tracing::debug!(import = %self.id, after = ?self.began.elapsed(), done, "importing");
        store::go_on(scope, self.id).await
    }

    /// Whether the authority has no register yet: then nobody is held, and there is nothing to renew.
    async fn is_first(&self, scope: &mut Scoped) -> Result<bool, Error> {
        Ok(sqlx::query_scalar!(
            r#"select not exists (select from register where partition_id = $1) as "first!""#,
            self.partition
        )
        .fetch_one(scope.connection())
        .await?)
    }

    /// Homes by the key of their address: new ones are added.
    async fn add_homes(&self, scope: &mut Scoped) -> Result<(), Error> {
        sqlx::query!(
            "insert into household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key,
               street, building, number, number_suffix, flat, position)
             select distinct on (r.address_key) $2::int, d.area_no, r.lines, r.address, r.postcode, r.address_key, r.street_key,
               r.postcode_key, r.street, r.building, r.house_number, r.house_suffix, r.flat, r.position
             from import_row r join district d on d.partition_id = $2 and d.letters = r.letters
             where r.import_id = $1 and r.address_key <> ''
               and not exists (select from household h where h.partition_id = $2 and h.address_key = r.address_key)
             order by r.address_key, r.position
             on conflict (partition_id, address_key) do nothing",
            self.id,
            self.partition
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }

    /// Homes known get their place and spelling of now.
    async fn renew_homes(&self, scope: &mut Scoped) -> Result<(), Error> {
        sqlx::query!(
            "update household h
             set area_no = n.area_no, lines = n.lines, address = n.address, postcode = n.postcode, street_key = n.street_key,
               postcode_key = n.postcode_key, street = n.street, building = n.building, number = n.house_number,
               number_suffix = n.house_suffix, flat = n.flat, position = n.position
             from (select distinct on (r.address_key) r.*, d.area_no from import_row r
                   join district d on d.partition_id = $2 and d.letters = r.letters
                   where r.import_id = $1 and r.address_key <> '' order by r.address_key, r.position) n
             where h.partition_id = $2 and h.area_no = any($3) and h.address_key = n.address_key
               and (h.area_no, h.address, h.position, coalesce(h.postcode, '')) is distinct from
                 (n.area_no, n.address, n.position, coalesce(n.postcode, ''))",
            self.id,
            self.partition,
            &self.ground.reach
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }

    /// A home that stands in a district beyond the importer's area cannot be used, and nobody may end without theirs.
    async fn check_homes(&self, scope: &mut Scoped) -> Result<(), Error> {
        let missing = sqlx::query_scalar!(
            r#"select count(distinct r.address_key) as "n!" from import_row r
               where r.import_id = $1 and r.address_key <> ''
                 and not exists (select from household h where h.partition_id = $2 and h.address_key = r.address_key)"#,
            self.id,
            self.partition
        )
        .fetch_one(scope.connection())
        .await?;
        if missing == 0 {
            return Ok(());
        }
        Err(Error::Refused(format!(
            "{} of this file stand in a district outside your area. Ask somebody whose grant covers the whole authority to import it",
            crate::web::words::count(missing, "home", "homes")
        )))
    }

    /// Those held whom the file does not name have left; what was said stays with them.
    async fn leave(&self, scope: &mut Scoped) -> Result<(), Error> {
        sqlx::query!(
            "update elector e set left_at = now(), number = ''
             where e.partition_id = $2 and e.area_no = any($3) and e.left_at is null and not e.planted
               and not exists (select from import_row r where r.import_id = $1 and r.elector_id = e.elector_id)",
            self.id,
            self.partition,
            &self.ground.reach
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }

    /// Those found again: what the register says of them now. Only EROS says who is in the open register.
    async fn renew(&self, scope: &mut Scoped) -> Result<(), Error> {
        sqlx::query!(
            "update elector e
             set area_no = n.area_no, household_id = n.household_id, kind = n.kind, title = n.title, forenames = n.forenames,
               surname = n.surname, name_suffix = n.name_suffix, name = n.name, name_key = n.name_key,
               forename_key = n.forename_key, later_key = n.later_key, last_key = n.last_key, number = n.elector_number, attains_on = n.attains_on, markers = n.markers,
               in_open_register = n.in_open_register and ($4 or e.in_open_register), position = n.position, left_at = null
             from (select r.*, d.area_no, h.household_id,
                     r.letters || '-' || r.number || case when r.suffix > 0 then '/' || r.suffix else '' end as elector_number
                   from import_row r join district d on d.partition_id = $2 and d.letters = r.letters
                   left join household h on h.partition_id = $2 and h.address_key = r.address_key and r.address_key <> ''
                   where r.import_id = $1 and r.step is not null) n
             where e.partition_id = $2 and e.area_no = any($3) and e.elector_id = n.elector_id
               and (e.area_no, e.household_id, e.kind, e.title, e.forenames, e.surname, e.name_suffix, e.number, e.attains_on,
                   e.markers, e.in_open_register, e.position, e.left_at is null)
                 is distinct from (n.area_no, n.household_id, n.kind, n.title, n.forenames, n.surname, n.name_suffix,
                   n.elector_number, n.attains_on, n.markers, n.in_open_register and ($4 or e.in_open_register), n.position, true)",
            self.id,
            self.partition,
            &self.ground.reach,
            self.import.format.starts_with("eros")
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }

    /// Those who are nobody held.
    async fn join(&self, scope: &mut Scoped) -> Result<(), Error> {
        sqlx::query!(
            "insert into elector (partition_id, elector_id, area_no, household_id, kind, title, forenames, surname, name_suffix,
               name, name_key, forename_key, later_key, last_key, number, attains_on, markers, in_open_register, position)
             overriding system value
             select $2, r.elector_id, d.area_no, h.household_id, r.kind, r.title, r.forenames, r.surname, r.name_suffix, r.name,
               r.name_key, r.forename_key, r.later_key, r.last_key, r.letters || '-' || r.number || case when r.suffix > 0 then '/' || r.suffix else '' end,
               r.attains_on, r.markers, r.in_open_register, r.position
             from import_row r join district d on d.partition_id = $2 and d.letters = r.letters
             left join household h on h.partition_id = $2 and h.address_key = r.address_key and r.address_key <> ''
             where r.import_id = $1 and r.step is null and r.kind <> 'anonymous'",
            self.id,
            self.partition
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }

    async fn register(&self, scope: &mut Scoped) -> Result<i64, Error> {
        let (account, operator) = (scope.account(), scope.operator_id());
        tracing::info!(
            format = format_title(&self.import.format),
            rows = self.import.rows_read,
            "a register is being imported"
        );
        Ok(sqlx::query_scalar!(
            "insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts, imported_by,
               imported_by_operator)
             values ($1, $2, 'full', $3, $4, $5, $6, $7, $8, $9, $10) returning register_id",
            self.partition,
            self.import.published,
            self.import.basis,
            self.import.format,
            self.import.encoding,
            self.import.file_name,
            self.import.sha256.as_deref().unwrap_or_default(),
            self.import.preview.as_ref().map(|p| Json(&p.0)) as _,
            account,
            operator
        )
        .fetch_one(scope.connection())
        .await?)
    }

    async fn entries(&self, scope: &mut Scoped, register: i64) -> Result<(), Error> {
        sqlx::query!(
            "insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw, extra)
             select $2::int, $3::bigint, d.area_no, r.number, r.suffix, case when r.kind <> 'anonymous' then r.elector_id end,
               r.line, r.position, r.raw, r.extra
             from import_row r join district d on d.partition_id = $2 and d.letters = r.letters
             where r.import_id = $1",
            self.id,
            self.partition,
            register
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }

    async fn doubts(&self, scope: &mut Scoped, register: i64) -> Result<(), Error> {
        sqlx::query!(
            "insert into doubtful_match (partition_id, register_id, elector_id, candidate_id, area_no, why)
             select $2::int, $3::bigint, r.elector_id, u.candidate_id, d.area_no, u.why
             from import_doubtful u join import_row r on r.import_id = $1 and r.line = u.line and r.step is null
             join district d on d.partition_id = $2 and d.letters = r.letters
             where u.import_id = $1",
            self.id,
            self.partition,
            register
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }

    /// Electors and homes of each district, so that shares need not count people.
    async fn sizes(&self, scope: &mut Scoped) -> Result<(), Error> {
        sqlx::query!(
            "with named as materialized (
               select letters, count(*) filter (where kind = 'anonymous') as anonymous
               from import_row where import_id = $1 group by letters
             ), living as materialized (
               select area_no, sum(people)::integer as electors, count(household_id) as households from (
                 select e.area_no, e.household_id, count(*) as people from elector e
                 where e.partition_id = $2 and e.area_no = any($3) and e.left_at is null and not e.planted group by 1, 2) home
               group by area_no
             )
             insert into district_size as s (area_no, electors, households, anonymous)
             select d.area_no, coalesce(l.electors, 0), coalesce(l.households, 0), coalesce(n.anonymous, 0)
             from district d left join named n on n.letters = d.letters left join living l on l.area_no = d.area_no
             where d.partition_id = $2 and d.area_no = any($3) and ($4 or n.letters is not null)
             on conflict (area_no) do update set electors = excluded.electors, households = excluded.households,
               anonymous = excluded.anonymous",
            self.id,
            self.partition,
            &self.ground.reach,
            !self.import.preview.as_ref().is_some_and(|p| p.part)
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }
}
