//! The access log as somebody's work fills it, and the watcher over it.

use super::app::{Account, TestApp};
use super::until::until;
use hustings::database::Database;
use hustings::watching::watcher;
use sqlx::{query, query_as, query_scalar};

/// A service whose log is written by hand and watched on demand.
pub struct Watch {
    /// The service.
    pub app: TestApp,
    /// The server's pools.
    pub pools: Database,
}

/// An alert as it stands: rule, severity, figure, state.
pub type Found = (String, String, i32, String);

impl Watch {
    /// With 500 people in 250 homes of QB1 and SG1, known to the log by their names `P1` to `P500`; two a home.
    pub async fn new() -> Self {
        let app = TestApp::new().await;
        super::app::seed_place(&app.database).await;
        let mut db = app.database.operator().await;
        query(
            "with home as (
               insert into household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key, street,
                 number, position)
               select d.partition_id, d.area_no, array[n || ' Long Lane'], n || ' Long Lane', 'ZZ1 5AA', n || ' long lane', 'long lane',
                 'zz15aa', 'Long Lane', n, n
               from generate_series(1, 250) n join district d on d.letters = case when n <= 125 then 'QB1' else 'SG1' end
               returning *)
             insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, position)
             select h.partition_id, h.area_no, h.household_id, 'ordinary', 'P' || (h.number * 2 - 1 + p), 'Lane' || h.number,
               'P' || (h.number * 2 - 1 + p) || ' Lane' || h.number, 'lane' || h.number || ' p' || (h.number * 2 - 1 + p),
               'p' || (h.number * 2 - 1 + p) || ' lane' || h.number, h.number
             from home h, generate_series(0, 1) p",
        )
        .execute(&mut db)
        .await
        .unwrap();
        query("insert into subject (partition_id, elector_id) select partition_id, elector_id from elector")
            .execute(&mut db)
            .await
            .unwrap();
        // A poll is near, so that what a test does in the night is no night's work.
        query("insert into poll (name, poll_date, kind, area_id) select 'Today', current_date, 'local', area_id from area where kind = 'installation'")
            .execute(&mut db)
            .await
            .unwrap();
        let pools = Database::connect(&app.urls()).unwrap();
        Watch { app, pools }
    }

    /// Somebody opens people `from` to `to` one by one, evenly over `minutes` that end `ago` minutes ago.
    pub async fn opens(&self, who: &Account, from: i32, to: i32, minutes: f64, ago: f64) {
        self.looks(who, "look", "read-electors", from, to, minutes, ago).await;
    }

    /// The same in another way.
    #[expect(clippy::too_many_arguments, reason = "one row of the log, as it stands")]
    pub async fn looks(&self, who: &Account, what: &str, permission: &str, from: i32, to: i32, minutes: f64, ago: f64) {
        query(
            "insert into access_log (at, what, permission, account_id, grant_id, subjects)
             select now() - ($7 + $6 * ($5 - n)::float8 / greatest($5 - $4, 1)) * interval '1 minute', $2, $3, g.account_id, $1,
               array[s.pseudonym]
             from generate_series($4, $5) n join elector e on e.forenames = 'P' || n join subject s using (partition_id, elector_id)
             join access_grant g on g.grant_id = $1 order by n",
        )
        .bind(who.grant)
        .bind(what)
        .bind(permission)
        .bind(from)
        .bind(to)
        .bind(minutes)
        .bind(ago)
        .execute(&mut self.app.database.operator().await)
        .await
        .unwrap();
    }

    /// Any rows of the log: `$1` is the account, `$2` its grant.
    pub async fn rows(&self, who: &Account, statement: &'static str) {
        let rows = query(statement).bind(who.id).bind(who.grant);
        rows.execute(&mut self.app.database.operator().await).await.unwrap();
    }

    /// Watches until nothing waits; other tests' transactions hold the log back for a moment.
    pub async fn watched(&self) {
        let mut db = self.app.database.operator().await;
        until("the log is watched", async || {
            watcher::round(&self.pools).await.unwrap();
            let waits: bool = query_scalar("select waits_since is not null from wall.watch_status()")
                .fetch_one(&mut db)
                .await
                .unwrap();
            (!waits).then_some(())
        })
        .await;
    }

    /// Every alert, the oldest first, after watching.
    pub async fn alerts(&self) -> Vec<Found> {
        self.watched().await;
        query_as("select rule, severity, figure, state from alert order by alert_id")
            .fetch_all(&mut self.app.database.operator().await)
            .await
            .unwrap()
    }

    /// The rules that have raised an alert.
    pub async fn rules(&self) -> Vec<String> {
        self.alerts().await.into_iter().map(|a| a.0).collect()
    }
}
