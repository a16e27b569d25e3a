//! People of Organise in print: whoever helps is rung only while they agree, and stands on no paper that is given out past them.

use super::pads::{DRIVE, Place, place};
use super::tasks::{asking, put};
use crate::support::access::sql_as;
use crate::support::app::TestApp;
use crate::support::pdf::Pdf;
use crate::support::people::{agrees_to, person};
use crate::support::rounds::{hand, leaflet, round};
use crate::support::voters;
use crate::support::walk::{change, change_for, count};
use hustings::access::Role;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// How often somebody called Dee is on record as printed.
const PRINTS_OF_DEE: &str = "select count(*) from access_log l, person p join person_subject s using (person_id)
    where p.forename = 'Dee' and l.what = 'print' and s.pseudonym = any (l.subjects)";

/// Dee, who drives on polling day and may be rung.
async fn driver(app: &TestApp) -> Uuid {
    let dee = person(app, "Quillbrook", "Dee", "Fenn", true).await;
    agrees_to(app, dee, "phone").await;
    change(app, DRIVE).await;
    dee
}

/// Says that Dee is the elector of this number.
async fn is_elector(app: &TestApp, number: &str) {
    query(
        "update person p set partition_id = e.partition_id, elector_id = e.elector_id, linked_how = 'exact', linked_at = now()
         from elector e where p.forename = 'Dee' and e.number = $1",
    )
    .bind(number)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
}

/// Dee's elector stops something, wherever they live.
async fn stops(app: &TestApp, channel: &str) {
    query(
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select e.partition_id, e.elector_id, gen_random_uuid(), e.area_no, $1, 'Wrote' from person p
         join elector e using (partition_id, elector_id) where p.forename = 'Dee'",
    )
    .bind(channel)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
}

/// Makes a pack; its run.
async fn pack(place: &Place) -> String {
    let run = place.desk.post("/materials/night-pack", &place.fields("1")).await.expect(303).location();
    place.app.print().await;
    run
}

async fn refusal(place: &Place, run: &str) -> String {
    place.desk.get(&format!("{run}/file")).await.expect(409).text("main")
}

#[tokio::test]
async fn whoever_stopped_the_telephone_anywhere_or_is_a_minor_is_rung_from_no_paper() {
    let place = place().await;
    let canvasser = place.app.actor(Role::Volunteer, "Quillbrook").await;
    place.walk.assign(&place.app, canvasser.account.id).await;
    // Wilfred of number 6 will help, is under 18, and agreed to be rung all the same.
    put(&canvasser, &asking(&place.walk, 5, &["will-help"])).await;
    for name in ["Kit", "Ada"] {
        let somebody = person(&place.app, "Quillbrook", name, "Nunn", true).await;
        agrees_to(&place.app, somebody, "phone").await;
    }
    driver(&place.app).await;
    // In another ward's district, where this desk sees nobody.
    is_elector(&place.app, "SG1-2").await;
    stops(&place.app, "phone").await;
    change(
        &place.app,
        "update person p set under_18 = true, partition_id = e.partition_id, elector_id = e.elector_id, linked_how = 'exact',
           linked_at = now()
         from elector e where p.forename = 'Kit' and e.name = 'Wilfred Harcourt6' and e.number like 'QB1-%'",
    )
    .await;
    change(
        &place.app,
        "update person_contact c set mobile = case p.forename when 'Dee' then '07700 900201' when 'Kit' then '07700 900202'
           else '07700 900203' end
         from person p where p.person_id = c.person_id",
    )
    .await;
    let run = pack(&place).await;
    let text = Pdf::fetched(&place.desk, &run).await.text();
    for told in ["Dee Fenn", "Ada Nunn", "Wilfred Harcourt6", "07700 900203"] {
        assert!(text.contains(told), "{told} in {text}");
    }
    for number in ["07700 900201", "07700 900202"] {
        assert!(!text.contains(number), "{number} in {text}");
    }
    assert!(!text.contains("Kit Nunn"), "whoever is under 18 is no driver: {text}");
}

#[tokio::test]
async fn a_home_where_everybody_wants_nobody_at_the_door_is_asked_nothing_there() {
    let place = place().await;
    change(
        &place.app,
        "insert into task (area_id, what, partition_id, household_id, due_on)
         select a.area_id, 'lift', h.partition_id, h.household_id, current_date from household h join area a on a.area_no = h.area_no
         where h.street = 'Larkspur Row' and h.number in (2, 4)",
    )
    .await;
    // Numbers that nothing else on the page is.
    change(&place.app, "update household set number = number + 700 where street = 'Larkspur Row' and number in (2, 4)")
        .await;
    // At number 2 both, at number 4 one of two.
    change(
        &place.app,
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'door', 'Wrote' from elector
         where number like 'QB1-%' and (surname = 'Harcourt2' or name = 'Edith Harcourt4')",
    )
    .await;
    let run = pack(&place).await;
    let pages = Pdf::fetched(&place.desk, &run).await.texts();
    let lifts = pages.iter().find(|page| page.contains("Whoever asked for one")).unwrap();
    let words: Vec<&str> = lifts.split_whitespace().collect();
    assert!(words.contains(&"704"), "{lifts}");
    assert!(!words.contains(&"702"), "{lifts}");
}

#[tokio::test]
async fn whoever_fetches_a_pack_is_on_record_as_having_seen_who_helps() {
    let place = place().await;
    let dee = driver(&place.app).await;
    let run = pack(&place).await;
    assert_eq!(count(&place.app, PRINTS_OF_DEE).await, 1, "when it was made");
    Pdf::fetched(&place.desk, &run).await;
    assert_eq!(count(&place.app, PRINTS_OF_DEE).await, 2, "and when it was fetched");
    // Their own file says that they stand in it.
    let officer = place.app.actor(Role::DataProtectionOfficer, "all").await;
    let file = officer.get(&format!("/protection/subjects/person-{dee}")).await.expect(200).text("main");
    assert!(file.contains("Papers that name them") && file.contains("Night-before pack"), "{file}");
    // Nobody else learns whom it names, and nobody is put on a run that is made already.
    let elsewhere = place.app.account(Role::Organiser, "Saltern").await;
    let named = "select count(*) from material_person";
    for (account, seen) in [(&elsewhere, 0), (&place.desk.account, 1)] {
        let mut sql = sql_as(&place.app, account, "hustings_organiser").await;
        assert_eq!(query_scalar::<_, i64>(named).fetch_one(&mut sql).await.unwrap(), seen);
        let late = "insert into material_person (run_no, person_id, rung) select run_no, $1, false from material_run";
        let put = query(late).bind(dee).execute(&mut sql).await;
        assert!(put.is_err() || put.unwrap().rows_affected() == 0);
    }
}

#[tokio::test]
async fn while_organise_is_closed_no_paper_that_names_helpers_is_given_out() {
    let place = place().await;
    driver(&place.app).await;
    let open = pack(&place).await;
    change(&place.app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    assert!(refusal(&place, &open).await.contains("Organise is closed"));
    let closed = pack(&place).await;
    let text = Pdf::fetched(&place.desk, &closed).await.text();
    assert!(!text.contains("Dee Fenn") && !text.contains("07700 900123"), "{text}");
    change(&place.app, "delete from lockdown").await;
    assert!(Pdf::fetched(&place.desk, &open).await.text().contains("Dee Fenn"));
}

#[tokio::test]
async fn whoever_takes_consent_back_or_objects_stops_the_packs_that_ring_them() {
    let place = place().await;
    let dee = driver(&place.app).await;
    is_elector(&place.app, "SG1-2").await;
    let consent = async |given: bool| {
        query(
            "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
             select gen_random_uuid(), person_id, area_id, 'phone', $2, 'May we ring you?', 'typed' from person where person_id = $1",
        )
        .bind(dee)
        .bind(given)
        .execute(&mut place.app.database.operator().await)
        .await
        .unwrap();
    };
    let run = pack(&place).await;
    consent(false).await;
    assert!(refusal(&place, &run).await.contains("may not be rung or named any more"));
    let without = pack(&place).await;
    let text = Pdf::fetched(&place.desk, &without).await.text();
    assert!(text.contains("Dee Fenn") && !text.contains("07700 900123"), "{text}");
    consent(true).await;
    Pdf::fetched(&place.desk, &run).await;
    stops(&place.app, "processing").await;
    for run in [run, without] {
        assert!(refusal(&place, &run).await.contains("may not be rung or named any more"));
    }
    let none = pack(&place).await;
    assert!(!Pdf::fetched(&place.desk, &none).await.text().contains("Dee Fenn"));
}

#[tokio::test]
async fn whoever_stops_helping_or_has_another_telephone_stops_the_packs_that_say_otherwise() {
    let place = place().await;
    driver(&place.app).await;
    let old = pack(&place).await;
    assert!(Pdf::fetched(&place.desk, &old).await.text().contains("07700 900123"));
    // What rings nobody changes nothing.
    change(&place.app, "update person_contact set postcode = 'ZZ1 4QY', postcode_key = 'zz14qy'").await;
    Pdf::fetched(&place.desk, &old).await;
    change(&place.app, "update person_contact set mobile = '07700 900301'").await;
    assert!(refusal(&place, &old).await.contains("has another telephone"));
    let new = pack(&place).await;
    let text = Pdf::fetched(&place.desk, &new).await.text();
    assert!(text.contains("07700 900301") && !text.contains("07700 900123"), "{text}");
    change(&place.app, "update volunteer set state = 'paused'").await;
    Pdf::fetched(&place.desk, &new).await;
    change(&place.app, "update volunteer set state = 'stopped'").await;
    assert!(refusal(&place, &new).await.contains("has stopped"));
    let without = pack(&place).await;
    let text = Pdf::fetched(&place.desk, &without).await.text();
    assert!(!text.contains("Dee Fenn") && !text.contains("07700 900301"), "{text}");
}

#[tokio::test]
async fn the_sheets_of_whoever_delivers_go_with_them() {
    let place = place().await;
    let dee = driver(&place.app).await;
    let one = round(&place.app, "Quillbrook 1", "odd", None).await;
    change(&place.app, "update round set deliverer_person = (select person_id from person where forename = 'Dee')")
        .await;
    let paper = leaflet(&place.app, "Quillbrook", "Autumn survey").await;
    hand(&place.app, paper, one).await;
    let at = format!("/rounds/leaflets/{paper}/sheets");
    let run = place.desk.post(&at, &[]).await.expect(303).location();
    let again = place.desk.post(&at, &[]).await.expect(303).location();
    let first = run.rsplit('/').next().unwrap();
    assert!(place.desk.get(&again).await.text("main").contains(&format!("Another printing of run {first}")));
    place.app.print().await;
    assert!(Pdf::fetched(&place.desk, &run).await.text().contains("Dee Fenn"));
    assert_eq!(count(&place.app, PRINTS_OF_DEE).await, 3, "made twice and fetched");
    let officer = place.app.actor(Role::DataProtectionOfficer, "all").await;
    let erasure = format!("/protection/subjects/person-{dee}/erasure");
    officer.post(&erasure, &[("reason", "Request 1")]).await.expect(303);
    assert!(refusal(&place, &run).await.contains("Somebody in it was erased"));
    assert_eq!(count(&place.app, "select count(*) from material_file").await, 0);
    assert_eq!(count(&place.app, "select count(*) from material_person").await, 0);
}

#[tokio::test]
async fn whoever_is_named_by_their_account_is_in_the_paper_as_themselves_also_without_a_telephone() {
    let place = place().await;
    let canvasser = place.app.actor(Role::Volunteer, "Quillbrook").await;
    place.walk.assign(&place.app, canvasser.account.id).await;
    let dee = person(&place.app, "Quillbrook", "Dee", "Fenn", true).await;
    change_for(&place.app, "update person set account_id = $1", canvasser.account.id).await;
    change_for(&place.app, "update account set name = 'Dee Fenn' where account_id = $1", canvasser.account.id).await;
    round(&place.app, "Quillbrook 1", "odd", Some(canvasser.account.id)).await;
    let paper = leaflet(&place.app, "Quillbrook", "Autumn survey").await;
    let sheets = async || {
        let run = place.desk.post(&format!("/rounds/leaflets/{paper}/sheets"), &[]).await.expect(303).location();
        place.app.print().await;
        run
    };
    let made = [pack(&place).await, sheets().await];
    assert_eq!(count(&place.app, PRINTS_OF_DEE).await, 2, "each shows her");
    for run in &made {
        assert!(Pdf::fetched(&place.desk, run).await.text().contains("Dee Fenn"));
    }
    assert_eq!(count(&place.app, "select count(*) from material_person where not rung").await, 2);
    let officer = place.app.actor(Role::DataProtectionOfficer, "all").await;
    let file = officer.get(&format!("/protection/subjects/person-{dee}")).await.expect(200).text("main");
    assert!(file.contains("Night-before pack") && file.contains("Round sheets"), "{file}");
    is_elector(&place.app, "SG1-2").await;
    stops(&place.app, "processing").await;
    for run in &made {
        assert!(refusal(&place, run).await.contains("may not be rung or named any more"));
    }
    for run in [pack(&place).await, sheets().await] {
        let text = Pdf::fetched(&place.desk, &run).await.text();
        assert!(text.contains("Quillbrook 1") && !text.contains("Dee Fenn"), "{text}");
    }
}

/// Dee, who was printed, helps no more and nothing was said of her for years.
async fn long_gone(app: &TestApp) {
    change(app, "update volunteer set state = 'stopped'").await;
    change(app, "update volunteer set state_at = now() - interval '9 years'").await;
    change(app, "update person set created_at = now() - interval '9 years'").await;
}

#[tokio::test]
async fn a_record_that_is_cleared_out_takes_the_papers_that_name_them() {
    let place = place().await;
    person(&place.app, "Quillbrook", "Dee", "Fenn", true).await;
    change(&place.app, DRIVE).await;
    let run = pack(&place).await;
    assert!(Pdf::fetched(&place.desk, &run).await.text().contains("Dee Fenn"));
    long_gone(&place.app).await;
    let cleared = "select wall.destroy('former-people', now() - interval '3 years', 10)";
    assert_eq!(count(&place.app, cleared).await, 1);
    assert!(refusal(&place, &run).await.contains("Somebody in it was erased"));
    assert_eq!(count(&place.app, "select count(*) from material_file").await, 0);
}

#[tokio::test]
async fn who_stood_on_round_sheets_alone_is_forgotten_after_their_period_like_everybody_else() {
    let place = place().await;
    driver(&place.app).await;
    round(&place.app, "Quillbrook 1", "odd", None).await;
    change(&place.app, "update round set deliverer_person = (select person_id from person where forename = 'Dee')")
        .await;
    let paper = leaflet(&place.app, "Quillbrook", "Autumn survey").await;
    place.desk.post(&format!("/rounds/leaflets/{paper}/sheets"), &[]).await.expect(303);
    let due = "select count(*) from wall.due('printed', wall.before('printed'), null)";
    assert_eq!(count(&place.app, due).await, 0);
    change(&place.app, "update material_run set made_at = now() - interval '6 years'").await;
    assert_eq!(count(&place.app, due).await, 1);
    assert_eq!(count(&place.app, "select wall.held('printed')").await, 1);
    assert_eq!(count(&place.app, "select wall.destroy('printed', now() - interval '5 years', 10)").await, 1);
    assert_eq!(count(&place.app, "select count(*) from material_person").await, 0);
}

#[tokio::test]
async fn nobody_who_was_erased_while_they_were_read_is_put_into_a_run() {
    let place = place().await;
    let dee = driver(&place.app).await;
    let elsewhere = person(&place.app, "Saltern", "Gil", "Orme", true).await;
    let mut sql = sql_as(&place.app, &place.desk.account, "hustings_organiser").await;
    for (who, there) in [(dee, true), (elsewhere, false), (Uuid::now_v7(), false)] {
        let said: bool = query_scalar("select wall.hold_for_run('{}', '{}', array[$1::uuid])")
            .bind(who)
            .fetch_one(&mut sql)
            .await
            .unwrap();
        assert_eq!(said, there, "of somebody elsewhere it says what it says of nobody");
    }
    // While a run is made, an erasure waits for its end.
    query("begin").execute(&mut sql).await.unwrap();
    query("select wall.hold_for_run('{}', '{}', array[$1::uuid])").bind(dee).execute(&mut sql).await.unwrap();
    let waits = query("select from person where person_id = $1 for update nowait")
        .bind(dee)
        .execute(&mut place.app.database.operator().await)
        .await
        .unwrap_err();
    assert_eq!(waits.as_database_error().unwrap().code().unwrap(), "55P03");
    query("rollback").execute(&mut sql).await.unwrap();
}

#[tokio::test]
async fn a_by_elections_pack_is_of_its_own_districts_and_says_which_fell_out() {
    let mut place = place().await;
    place.poll = voters::another_poll(&place.app, "By-election", 40, "Quillbrook").await.to_string();
    let all = place.app.actor(Role::Organiser, "all").await;
    let other: i32 = query_scalar("select area_no from district where letters = 'SG1'")
        .fetch_one(&mut place.app.database.operator().await)
        .await
        .unwrap();
    let other = other.to_string();
    let mut both = place.fields("1");
    both.push(("district", other.as_str()));
    let run = all.post("/materials/night-pack", &both).await.expect(303).location();
    place.app.print().await;
    let text = Pdf::fetched(&all, &run).await.text();
    assert!(text.contains("QB1: teller’s sheet") && !text.contains("SG1"), "{text}");
    assert!(all.get(&run).await.text("main").contains("QB1. Not at this poll: SG1"));
    let mut none = place.fields("1");
    none.retain(|(name, _)| *name != "district");
    none.push(("district", other.as_str()));
    for at in ["/materials/night-pack", "/materials/pads"] {
        let refused = all.post(at, &none).await.expect(422);
        assert!(refused.text(".errors").contains("not held in any of these districts"), "{}", refused.body);
    }
}

#[tokio::test]
async fn whom_to_ring_has_room_for_a_line_and_more_is_said_by_its_field() {
    let place = place().await;
    let long = "Bo, 01632 960001; ".repeat(10);
    let mut fields = place.fields("1");
    fields.push(("contact", long.as_str()));
    let refused = place.desk.post("/materials/night-pack", &fields).await.expect(422);
    assert!(refused.text("#contact-error").contains("at most 160 characters"), "{}", refused.body);
    assert_eq!(count(&place.app, "select count(*) from material_run").await, 0);
}
