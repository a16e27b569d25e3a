//! The data protection officer's books of the demonstration: a breach that is closed, a certificate, the first documents.

use crate::database::Scoped;
use crate::error::Error;
use crate::protection::breach::store as breaches;
use crate::protection::breach::{Decision, forms};
use crate::protection::records::{Kind, store as records};
use chrono::{TimeDelta, Utc};
use uuid::Uuid;

/// Fills them.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped) -> Result<(), Error> {
    let aware_at = Utc::now() - TimeDelta::hours(20);
    let facts = forms::Facts {
        title: "List left on a bus".into(),
        happened: "A canvasser left a printed list of one street on the number 4 bus on the way home. The driver handed it in at the \
                   depot, folded as it was, and it was collected the next morning."
            .into(),
        happened_at: Some(aware_at - TimeDelta::hours(2)),
        aware_at,
        found_by: "The canvasser, who rang their organiser".into(),
        kinds: vec!["confidentiality".into()],
        data_kinds: "Names, addresses and elector numbers of one street; nothing that anybody had said".into(),
        people_estimate: Some(62),
        consequences: "Somebody may have read who lives in the street, which the register’s readers know anyway.".into(),
        measures: "Collected and destroyed. Lists are counted out and in from now on.".into(),
    };
    let id = breaches::open(scope, &facts).await?;
    let assessment = forms::Assessment {
        likelihood: 1,
        severity: 1,
        decision: Decision::NoRisk,
        reason: "It was in a stranger’s hands for one evening, came back whole, and held no opinions.".into(),
    };
    breaches::assess(scope, id, &assessment).await?;
    breaches::close(scope, id, "Canvass cards are counted out and in, and the cover says where to bring a found one.")
        .await?;
    certificate(scope).await?;
    for kind in Kind::ALL {
        records::make(scope, kind).await?;
    }
    Ok(())
}

async fn certificate(scope: &mut Scoped) -> Result<(), Error> {
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into retention_run (run_id, account_id, reason, begun_at, state, ended_at, certificate)
         select $1, account_id, 'The yearly clearing out', now() - interval '40 days', 'done', now() - interval '40 days' + interval '3 seconds', 1
         from account where email = 'protection@lantern.example'",
        id
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into retention_line (run_id, kind, days, held, due, destroyed, done)
         values ($1, 'notes', 730, 3120, 214, 214, true), ($1, 'quarantine', 30, 41, 37, 37, true)",
        id
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
