//! Campaigns in the database: an imprint of one's own for a kind of poll, or for the party between elections, in an area and for a
//! time. Each change is kept.

use super::{Imprint, rules};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// A campaign with its imprint.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its id.
    pub id: Uuid,
    /// Where it is.
    pub area: i64,
    /// That area's name.
    pub area_name: String,
    /// Its name, for those who work on it.
    pub name: String,
    /// For which kind of poll; None: the party's own, between elections.
    pub kind: Option<String>,
    /// That kind in words.
    pub kind_name: Option<String>,
    /// For which poll.
    pub poll: Option<i64>,
    /// In which nation: the law and the languages follow from it.
    pub nation: String,
    /// Who promotes.
    pub promoter: String,
    /// Their address.
    pub promoter_address: String,
    /// The agent, who need not be the promoter.
    pub agent: String,
    /// Their address.
    pub agent_address: String,
    /// Whether it is for a `candidate`, several `candidates` or a `party`.
    pub whose: String,
    /// Their name or names.
    pub behalf: String,
    /// Their address.
    pub behalf_address: String,
    /// Who prints.
    pub printer: String,
    /// Their address.
    pub printer_address: String,
    /// Whether it is said in Welsh too.
    pub welsh: bool,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day, where one is set.
    pub ends_on: Option<NaiveDate>,
    /// When somebody ended it.
    pub ended_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: i32,
    /// When last.
    pub changed_at: DateTime<Utc>,
}

impl Campaign {
    /// Its imprint.
    pub fn imprint(&self) -> Imprint {
        Imprint {
            area: self.area,
            area_name: self.area_name.clone(),
            promoter: self.promoter.clone(),
            promoter_address: self.promoter_address.clone(),
            behalf: self.behalf.clone(),
            behalf_address: self.behalf_address.clone(),
            printer: self.printer.clone(),
            printer_address: self.printer_address.clone(),
            many: self.whose == "candidates",
            welsh: self.welsh,
            campaign: Some(self.id),
        }
    }

    /// What it is for, in words.
    pub fn about(&self) -> &str {
        self.kind_name.as_deref().unwrap_or("The party’s own, between elections")
    }

    /// By which law printed matter must say it.
    pub fn law(&self) -> &'static str {
        rules::law(self.kind.as_deref(), &self.nation)
    }

    /// Whether it is over: ended by somebody, or past its last day.
    pub fn is_over(&self, today: NaiveDate) -> bool {
        self.ended_at.is_some() || self.ends_on.is_some_and(|day| day < today)
    }

    /// How it stands, as a tag: its class and its words.
    pub fn standing(&self, today: NaiveDate) -> (&'static str, &'static str) {
        match (self.is_over(today), self.starts_on > today) {
            (true, _) => ("", "Over"),
            (false, true) => ("", "To come"),
            (false, false) if self.imprint().missing().is_empty() => ("good", "Holds now"),
            (false, false) => ("bad", "Not for paper yet"),
        }
    }
}

/// The campaigns that whoever acts may change: what holds or is to come first, by the area's name.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped) -> Result<Vec<Campaign>, Error> {
    Ok(sqlx::query_as!(
        Campaign,
        r#"select c.campaign_id as id, c.area_id as area, a.name as "area_name!", c.name, c.kind, k.name as "kind_name?", c.poll_id as poll,
             c.nation, c.promoter, c.promoter_address, c.agent, c.agent_address, c.whose, c.behalf, c.behalf_address, c.printer,
             c.printer_address, c.welsh, c.starts_on, c.ends_on, c.ended_at, c.version, c.changed_at
           from message_campaign c join area a using (area_id) left join poll_kind k on k.kind = c.kind
           order by (c.ended_at is not null or coalesce(c.ends_on < current_date, false)), a.kind <> 'installation', a.name,
             c.starts_on desc, c.campaign_id"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`] where there is none that whoever acts may change.
pub async fn one(scope: &mut Scoped, id: Uuid) -> Result<Campaign, Error> {
    all(scope).await?.into_iter().find(|c| c.id == id).ok_or(Error::NotFound)
}

/// Puts a campaign down.
///
/// # Errors
/// [`Error::Invalid`] on `starts_on` where another of its kind holds there then.
pub async fn add(scope: &mut Scoped, c: &Campaign) -> Result<(), Error> {
    kept(scope, c, None).await.map(drop)
}

/// Changes a campaign, all but its area.
///
/// # Errors
/// As [`add`]; [`Error::Conflict`] where it is another version by now, or ended.
pub async fn change(scope: &mut Scoped, c: &Campaign, version: i32) -> Result<(), Error> {
    if kept(scope, c, Some(version)).await? {
        return Ok(());
    }
    Err(Error::Conflict(
        "Somebody changed or ended this campaign since you opened it. Open it again and look at it first".into(),
    ))
}

/// Writes a campaign: a new one, or over the version of it that was opened. Whether it was written; over any other version, or over
/// one that is ended, it is not.
async fn kept(scope: &mut Scoped, c: &Campaign, over: Option<i32>) -> Result<bool, Error> {
    let account = scope.account();
    // Who changed it is written and not read in this role: said twice, where all else is taken from what was to be put down.
    let done = sqlx::query!(
        "insert into message_campaign as c (campaign_id, area_id, name, kind, poll_id, nation, promoter, promoter_address, agent,
           agent_address, whose, behalf, behalf_address, printer, printer_address, welsh, starts_on, ends_on, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         on conflict (campaign_id) do update set name = excluded.name, kind = excluded.kind, poll_id = excluded.poll_id,
           nation = excluded.nation, promoter = excluded.promoter, promoter_address = excluded.promoter_address,
           agent = excluded.agent, agent_address = excluded.agent_address, whose = excluded.whose, behalf = excluded.behalf,
           behalf_address = excluded.behalf_address, printer = excluded.printer, printer_address = excluded.printer_address,
           welsh = excluded.welsh, starts_on = excluded.starts_on, ends_on = excluded.ends_on, changed_by = $19,
           changed_at = statement_timestamp()
         where c.version = $20 and c.ended_at is null",
        c.id,
        c.area,
        c.name,
        c.kind,
        c.poll,
        c.nation,
        c.promoter,
        c.promoter_address,
        c.agent,
        c.agent_address,
        c.whose,
        c.behalf,
        c.behalf_address,
        c.printer,
        c.printer_address,
        c.welsh,
        c.starts_on,
        c.ends_on,
        account,
        over
    )
    .execute(scope.connection())
    .await
    .map_err(taken)?;
    Ok(done.rows_affected() == 1)
}

/// Ends a campaign. Whether it was under way.
///
/// # Errors
/// What the database says.
pub async fn end(scope: &mut Scoped, id: Uuid) -> Result<bool, Error> {
    let account = scope.account();
    let done = sqlx::query!(
        "update message_campaign set ended_at = statement_timestamp(), changed_by = $2, changed_at = statement_timestamp()
         where campaign_id = $1 and ended_at is null",
        id,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

fn taken(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|e| e.constraint()) {
        Some("message_campaign_one") => Error::field(
            "starts_on",
            "Another campaign of this kind holds in this area then: end that one first, or choose other days",
        ),
        _ => error.into(),
    }
}

/// How a campaign once stood.
#[derive(Debug, Clone)]
pub struct Version {
    /// Which.
    pub version: i32,
    /// From when on.
    pub changed_at: DateTime<Utc>,
    /// What it said on paper, or online where it lacked its printer; nothing where it was ended.
    pub lines: Vec<String>,
}

/// What of an earlier version its imprint is made of.
#[derive(Debug, Deserialize)]
struct Was {
    promoter: String,
    promoter_address: String,
    whose: String,
    behalf: String,
    behalf_address: String,
    printer: String,
    printer_address: String,
    welsh: bool,
    ended_at: Option<DateTime<Utc>>,
}

impl Was {
    fn lines(self, campaign: &Campaign) -> Vec<String> {
        if self.ended_at.is_some() {
            return Vec::new();
        }
        let imprint = Imprint {
            promoter: self.promoter,
            promoter_address: self.promoter_address,
            behalf: self.behalf,
            behalf_address: self.behalf_address,
            printer: self.printer,
            printer_address: self.printer_address,
            many: self.whose == "candidates",
            welsh: self.welsh,
            ..campaign.imprint()
        };
        imprint.lines_on_paper()
    }
}

/// How a campaign stood from when on, the newest first.
///
/// # Errors
/// What the database says.
pub async fn history(scope: &mut Scoped, campaign: &Campaign) -> Result<Vec<Version>, Error> {
    let rows = sqlx::query!(
        r#"select version, changed_at, was as "was: sqlx::types::Json<Was>" from message_campaign_version
           where campaign_id = $1 order by version desc limit 50"#,
        campaign.id
    )
    .fetch_all(scope.connection())
    .await?;
    let version = |version, changed_at, was: Was| Version { version, changed_at, lines: was.lines(campaign) };
    Ok(rows.into_iter().map(|r| version(r.version, r.changed_at, r.was.0)).collect())
}
