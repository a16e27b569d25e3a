//! What watching has found, in each of its states, for the walk through every page.

use super::app::{Account, TestApp};
use super::walk::{change, change_for};
use hustings::access::Role;
use sqlx::query_scalar;

/// What is there, as addresses name it.
pub struct FoundThere {
    /// An alert that is new, about one account with access.
    pub fresh: i64,
    /// One that is explained.
    pub explained: i64,
    /// One about an account without access.
    pub over: i64,
    /// One about several accounts.
    pub several: i64,
    /// One about the data protection officers.
    pub officers: i64,
    /// A canary.
    pub canary: i64,
}

impl FoundThere {
    /// Raises and plants them; `organiser` has access, `gone` has none.
    pub async fn new(app: &TestApp, organiser: &Account, gone: &Account) -> Self {
        let officer = app.actor(Role::DataProtectionOfficer, "all").await;
        let mut db = app.database.operator().await;
        let area: String =
            query_scalar("select a.area_id::text from area a join district d using (area_no) where d.letters = 'QB1'")
                .fetch_one(&mut db)
                .await
                .unwrap();
        officer.post("/protection/canaries", &[("area", &area), ("count", "2")]).await.expect(303);
        officer.post("/protection/canaries/2/removal", &[]).await.expect(303);
        let raised = "insert into alert (rule, severity, about, accounts, role, canary_id, area_no, figure, threshold, minutes, first_at, last_at, state)
            select v.rule, v.severity, $1::text, array[$1::uuid], 'organiser', case v.rule when 'canary' then 1 end, case v.rule when 'crowd' then 1 end,
              v.figure, 20, v.minutes, now() - interval '1 day', now(), v.state
            from (values ('canary', 'high', 1, 1440, 'new'), ('night', 'low', 34, 420, 'explained'), ('crowd', 'medium', 6, 1440, 'new'))
              v (rule, severity, figure, minutes, state)";
        change_for(app, raised, organiser.id).await;
        change_for(app, "insert into alert (rule, severity, about, accounts, role, figure, threshold, minutes, first_at, last_at)
            values ('after-ending', 'low', $1::text, array[$1::uuid], 'organiser', 9, 5, 1440, now() - interval '1 hour', now())", gone.id).await;
        change_for(
            app,
            "update alert set accounts = array(select account_id from account where account_id <> $1 limit 3)
            where rule = 'crowd'",
            officer.account.id,
        )
        .await;
        change_for(app, "insert into alert (rule, severity, about, accounts, role, figure, threshold, minutes, first_at, last_at)
            values ('sweep-officers', 'high', $1::text, array[$1::uuid], 'data-protection-officer', 101, 100, 10, now() - interval '1 hour', now())",
            officer.account.id).await;
        let number = async |rule: &str| -> i64 {
            query_scalar("select alert_id from alert where rule = $1")
                .bind(rule)
                .fetch_one(&mut app.database.operator().await)
                .await
                .unwrap()
        };
        FoundThere {
            fresh: number("canary").await,
            explained: number("night").await,
            over: number("after-ending").await,
            several: number("crowd").await,
            officers: number("sweep-officers").await,
            canary: 1,
        }
    }

    /// Makes the alert about officers one about all whom there are by now, so that it falls to administrators.
    pub async fn fall_to_administrators(&self, app: &TestApp) {
        let all = "update alert set accounts = array(
              select distinct account_id from access_grant where role = 'data-protection-officer' and ended_at is null)
            where rule = 'sweep-officers'";
        change(app, all).await;
    }
}
