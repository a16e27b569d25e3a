//! What the installation does today, as figures and words; nobody's data.

use crate::access::Role;
use crate::database::Scoped;
use crate::error::Error;
use crate::protection::retention;
use crate::settings::store::{self as settings, Installation, Processor};
use crate::setup::Kind as Ground;
use serde::Deserialize;

/// Figures, as the wall counts them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// On the register in force.
    pub electors: i64,
    /// Off it, and kept.
    pub left: i64,
    /// Homes.
    pub homes: i64,
    /// Register files imported.
    pub registers: i64,
    /// On which grounds they came.
    pub bases: Vec<String>,
    /// Answers at doors.
    pub results: i64,
    /// Intentions that stand.
    pub intentions: i64,
    /// Notes.
    pub notes: i64,
    /// People who want no contact.
    pub objectors: i64,
    /// Accounts.
    pub accounts: i64,
    /// Letters by email on record.
    pub letters: i64,
    /// Looks on record in the last year.
    pub looks: i64,
    /// Of these, files taken away.
    pub exports: i64,
    /// Refused attempts in the last year.
    pub refused: i64,
    /// Tables behind the wall.
    pub walled: i64,
    /// Accounts that signed in during the last thirty days.
    pub signed_in: i64,
    /// Of these, with a second factor.
    pub with_factor: i64,
    /// Whether the access log is sealed.
    pub sealed: bool,
    /// Breaches recorded in the last year.
    pub breaches: i64,
}

/// A purpose that live grants name.
#[derive(Debug, Clone)]
pub struct Purpose {
    /// The role's words.
    pub role: &'static str,
    /// The purpose as it was given.
    pub purpose: String,
    /// How many accounts.
    pub accounts: i64,
}

/// Everything that the documents are written from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Whose installation this is.
    pub installation: Installation,
    /// On what ground the register is held.
    pub ground: Ground,
    /// The figures.
    pub figures: Figures,
    /// What live grants are for.
    pub purposes: Vec<Purpose>,
    /// Each kind of data with its period in days.
    pub periods: Vec<(&'static retention::Kind, i32)>,
    /// Processors and recipients of now.
    pub processors: Vec<Processor>,
}

/// Gathers them.
///
/// # Errors
/// What the database says.
pub async fn gather(scope: &mut Scoped) -> Result<Facts, Error> {
    let installation = settings::installation(scope).await?;
    let figures = sqlx::query_scalar!("select wall.record_facts()").fetch_one(scope.connection()).await?;
    let figures = figures.ok_or(Error::NotFound)?;
    let purposes = sqlx::query!(
        r#"select role, purpose, count(distinct account_id) as "accounts!" from access_grant
           where ended_at is null and starts_at <= now() and ends_at > now() group by 1, 2 order by 1, 2"#
    )
    .fetch_all(scope.connection())
    .await?;
    let purpose = |role: String, purpose, accounts| Purpose {
        role: Role::parse(&role).map_or("", Role::title),
        purpose,
        accounts,
    };
    let periods = sqlx::query!(
        r#"select k.kind, coalesce((select p.days from retention_period p where p.kind = k.kind order by p.period_id desc limit 1),
             k.usual_days) as "days!" from retention_kind k"#
    )
    .fetch_all(scope.connection())
    .await?;
    let days = |kind: &retention::Kind| periods.iter().find(|p| p.kind == kind.key).map_or(0, |p| p.days);
    Ok(Facts {
        ground: Ground::parse(&installation.kind).unwrap_or(Ground::Party),
        installation,
        figures: serde_json::from_value(figures).map_err(Error::internal)?,
        purposes: purposes.into_iter().map(|r| purpose(r.role, r.purpose, r.accounts)).collect(),
        periods: retention::KINDS.iter().map(|k| (k, days(k))).collect(),
        processors: settings::processors(scope).await?.into_iter().filter(|p| p.ended.is_none()).collect(),
    })
}

impl Facts {
    /// The ground in Art 6, and what of the register's rules it hangs on.
    pub fn basis(&self) -> &'static str {
        match self.ground {
            Ground::Party => {
                "Public task of democratic engagement (UK GDPR Art 6(1)(e), DPA 2018 s8(e)); the register as a registered party \
                 (Representation of the People Regulations 2001, reg 106)"
            }
            Ground::Representative => {
                "Public task of democratic engagement (UK GDPR Art 6(1)(e), DPA 2018 s8(e)); the register as an elected representative \
                 (Representation of the People Regulations 2001, reg 103)"
            }
            Ground::Candidate => {
                "Public task of democratic engagement (UK GDPR Art 6(1)(e), DPA 2018 s8(e)); the register as a candidate, until the poll \
                 (Representation of the People Regulations 2001, reg 108)"
            }
        }
    }

    /// What allows political opinions to be kept.
    pub fn opinions(&self) -> &'static str {
        match self.ground {
            Ground::Party => {
                "Substantial public interest: political activities of a registered party (UK GDPR Art 9(2)(g), DPA 2018 Sch 1 para 22)"
            }
            Ground::Representative | Ground::Candidate => {
                "Explicit consent, asked for at the door (UK GDPR Art 9(2)(a)): DPA 2018 Sch 1 para 22 is for registered parties"
            }
        }
    }

    /// How long a kind is kept, in words.
    pub fn period(&self, key: &str) -> String {
        self.periods.iter().find(|(k, _)| k.key == key).map_or_else(String::new, |(_, days)| retention::period(*days))
    }

    /// What guards the data, as it is switched on.
    pub fn measures(&self) -> Vec<String> {
        let f = &self.figures;
        let figure = |n: i64| crate::web::words::figure(n);
        let mut all = vec![
            format!("Every one of {} tables is behind forced row security of the database: a role sees the rows that its live grant covers, whatever the application does", figure(f.walled)),
            "Each grant is one account, one role, one area, one purpose, with an end; ending it takes effect within a tenth of a second".into(),
            format!("Every look at a person is on record before it is shown: {} looks, {} files taken away and {} refused attempts in the last year", figure(f.looks), figure(f.exports), figure(f.refused)),
            format!("{} of {} accounts that signed in during the last 30 days proved a second factor", figure(f.with_factor), figure(f.signed_in)),
            "Backups are encrypted with a passphrase as they are written".into(),
            "Passwords are kept as argon2id hashes; sessions, links and codes as hashes".into(),
            "No address, name or opinion leaves for maps, fonts, analytics or error reporting".into(),
            format!("Each kind of data has a period and goes after it; certificates of destruction are kept. {} recorded in the last year", crate::web::words::count(f.breaches, "breach", "breaches")),
        ];
        if f.sealed {
            all.push(
                "The access log is sealed: a changed, missing or added row is found by anybody with the public key"
                    .into(),
            );
        }
        if !crate::access::STEP_UP.is_empty() {
            all.push(
                "What takes data away or cannot be undone asks for a second factor proved within ten minutes".into(),
            );
        }
        all
    }
}
