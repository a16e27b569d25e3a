//! In an emergency somebody takes a role for an hour: at once, loudly, and for an hour only.

use crate::support::access::{area, sql_as, told};
use crate::support::app::{TestApp, seed_place};
use crate::support::walk::{change, count};
use hustings::access::Role;
use sqlx::{query, query_scalar};

#[tokio::test]
async fn an_administrator_organises_for_an_hour_and_everybody_concerned_is_told() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let ann = app.actor(Role::Administrator, "all").await;
    let other = app.account(Role::Administrator, "all").await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let (there, elsewhere) = (app.account(Role::Organiser, "QB1").await, app.account(Role::Organiser, "Saltern").await);
    let area = area(&app, "Quillbrook").await.to_string();
    let fields = |reason: &'static str| [("role", "organiser"), ("area", area.as_str()), ("reason", reason)];
    ann.post("/access/break-glass", &fields("")).await.expect(422);
    let taken = ann.post("/access/break-glass", &fields("The organiser is in hospital")).await.expect(303);
    assert_eq!(taken.location(), "/");
    let mut concerned = vec![other.id, officer.account.id, there.id];
    concerned.sort();
    assert_eq!(told(&app, "glass-broken").await, concerned, "not {}", elsewhere.email);

    // In use at once, in that area and no other, marked on every page.
    let home = ann.get("/electors").await.expect(200);
    assert!(
        home.text(".alarm").contains("Break-glass") && home.text(".switch summary").contains("Organiser"),
        "{}",
        home.body
    );
    let hour =
        "select count(*) from access_grant where kind = 'break-glass' and ends_at - starts_at = interval '1 hour'
      and reason = 'The organiser is in hospital' and purpose = 'Break-glass'";
    assert_eq!(count(&app, hour).await, 1);
    let search = crate::support::form::Form::of(&home, "main form").with("q", "harcourt2");
    let found = ann.post("/electors", &search.fields()).await.expect(303).location();
    ann.get(&found).await.expect(200);
    assert!(
        count(&app, "select count(*) from access_log where purpose = 'Break-glass'").await > 0,
        "in the log by its name"
    );
    assert!(
        officer.get("/access/break-glass").await.expect(200).text("tbody").contains("The organiser is in hospital")
    );

    // When the hour is over, so is the access; another needs another reason.
    change(&app, "update access_grant set starts_at = starts_at - interval '61 minutes', ends_at = ends_at - interval '61 minutes'
      where kind = 'break-glass'").await;
    assert!(ann.get("/electors").await.expect(303).location().starts_with("/sign-in"));
    let again = app.sign_in(&ann.account).await;
    again.post("/access/break-glass", &fields("Still ill")).await.expect(303);
}

#[tokio::test]
async fn the_emergency_gives_no_role_of_the_guards_no_second_hour_and_nothing_to_others_even_in_sql() {
    let app = TestApp::new().await;
    let everywhere = area(&app, "all").await;
    let ann = app.account(Role::Administrator, "all").await;
    let mut db = sql_as(&app, &ann, "hustings_administrator").await;
    for role in ["administrator", "data-protection-officer", "volunteer", "king"] {
        let taken = query("select wall.break_glass(gen_random_uuid(), $1, $2, 'R')")
            .bind(role)
            .bind(everywhere)
            .execute(&mut db)
            .await;
        assert!(taken.is_err(), "{role}");
    }
    let take = "select wall.break_glass(gen_random_uuid(), 'organiser', $1, 'R') is not null";
    let first: bool = query_scalar(take).bind(everywhere).fetch_one(&mut db).await.unwrap();
    let second: bool = query_scalar(take).bind(everywhere).fetch_one(&mut db).await.unwrap();
    assert!(first && !second, "one hour at a time");
    let imo = app.account(Role::Organiser, "all").await;
    let mut db = sql_as(&app, &imo, "hustings_organiser").await;
    assert!(query(take).bind(everywhere).execute(&mut db).await.is_err());
}
