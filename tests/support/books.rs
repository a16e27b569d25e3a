//! The data protection officer's books with something in them: breaches in each state, runs, documents, a processor.

use super::app::{Account, TestApp};
use super::walk::change;
use hustings::access::Role;
use sqlx::query_scalar;

/// What is there, as addresses name it.
pub struct Books {
    /// A breach that is decided and overdue, with an account involved.
    pub breach: i64,
    /// One that was just opened.
    pub fresh: i64,
    /// One that is closed.
    pub closed: i64,
    /// A run at work.
    pub running: String,
    /// A run that is over, with its certificate.
    pub certified: String,
    /// One that was stopped before it destroyed anything.
    pub stopped: String,
}

impl Books {
    /// Fills them; `organiser` is involved in a breach.
    pub async fn new(app: &TestApp, organiser: &Account) -> Self {
        let officer = app.actor(Role::DataProtectionOfficer, "all").await;
        let open = |title: &'static str, aware: &'static str| {
            let officer = &officer;
            async move {
                let fields = [
                    ("title", title),
                    ("aware_at", aware),
                    ("happened", "A list was left on a bus"),
                    ("found_by", "The canvasser"),
                    ("kind", "confidentiality"),
                    ("people_estimate", "40"),
                ];
                let to = officer.post("/protection/breaches", &fields).await.expect(303).location();
                to.rsplit('/').next().unwrap().parse::<i64>().unwrap()
            }
        };
        // Somebody was seen by the account that is involved: letters go to them.
        let seen: String =
            query_scalar("select partition_id || '.' || elector_id from elector order by elector_id limit 1")
                .fetch_one(&mut app.database.operator().await)
                .await
                .unwrap();
        app.sign_in(organiser).await.get(&format!("/electors/{seen}")).await.expect(200);
        let breach = open("List left on a bus", "2026-11-01T09:00").await;
        let at = format!("/protection/breaches/{breach}");
        let account = [("email", organiser.email.as_str()), ("from", "2026-11-01T09:00"), ("until", "")];
        officer.post(&format!("{at}/accounts"), &account).await.expect(303);
        let risk = [
            ("likelihood", "3"),
            ("severity", "3"),
            ("decision", "high-risk"),
            ("decision_reason", "It names opinions"),
        ];
        officer.post(&format!("{at}/assessment"), &risk).await.expect(303);
        officer.post(&format!("{at}/notes"), &[("note", "Rang the depot")]).await.expect(303);
        let closed = open("Letter to the wrong home", "2026-11-02T09:00").await;
        let at = format!("/protection/breaches/{closed}");
        let none = [
            ("likelihood", "1"),
            ("severity", "1"),
            ("decision", "no-risk"),
            ("decision_reason", "It came back unread"),
        ];
        officer.post(&format!("{at}/assessment"), &none).await.expect(303);
        officer.post(&format!("{at}/close"), &[("lessons", "Check the window")]).await.expect(303);
        let fresh = open("Phone stolen", "2026-11-03T09:00").await;
        for kind in ["processing", "policy", "impact", "processing"] {
            officer.post(&format!("/protection/records/{kind}"), &[]).await.expect(303);
        }
        let administrator = app.actor(Role::Administrator, "all").await;
        let printer = [
            ("name", "Inkwell Press"),
            ("what_for", "Prints letters"),
            ("place", "Leeds, UK"),
            ("contract", "2026-05-01"),
        ];
        administrator.post("/settings/processors", &printer).await.expect(303);
        let [certified, stopped, running] = runs(app).await;
        Books { breach, fresh, closed, running, certified, stopped }
    }
}

/// Runs as they stand: over, stopped, at work.
async fn runs(app: &TestApp) -> [String; 3] {
    change(
        app,
        "insert into retention_run (run_id, reason, state, ended_at, certificate, by_operator, begun_at) values
        (gen_random_uuid(), 'Yearly', 'done', now(), 1, 'root', now() - interval '1 hour'),
        (gen_random_uuid(), 'Too early', 'stopped', now(), null, 'root', now() - interval '30 minutes')",
    )
    .await;
    change(app, "insert into retention_run (run_id, reason, beat_at) values (gen_random_uuid(), 'Now', now() + interval '1 hour')").await;
    change(app, "insert into retention_line (run_id, kind, days, held, due, destroyed, done)
        select run_id, k.kind, 730, 100, 40, case state when 'done' then 40 when 'running' then 10 else 0 end, state = 'done'
        from retention_run, (values ('notes'), ('results')) k (kind)").await;
    let mut db = app.database.operator().await;
    let mut ids = [const { String::new() }; 3];
    for (id, state) in ids.iter_mut().zip(["done", "stopped", "running"]) {
        *id = query_scalar("select run_id::text from retention_run where state = $1")
            .bind(state)
            .fetch_one(&mut db)
            .await
            .unwrap();
    }
    ids
}
