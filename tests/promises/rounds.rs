//! Every letterbox gets one leaflet and none twice, nobody gets one who said no, and whoever delivers sees streets and no name.

use super::tasks::{canvass, put};
use crate::support::access::sql_as;
use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::form::Form;
use crate::support::people::person;
use crate::support::rounds::{hand, leaflet, round, round_of};
use crate::support::until::until;
use crate::support::walk::{change, change_for, count};
use hustings::access::Role;
use sqlx::{Connection, query, query_scalar};
use uuid::Uuid;

async fn text_of(app: &TestApp, statement: &'static str) -> String {
    query_scalar(statement).fetch_one(&mut app.database.operator().await).await.unwrap()
}

/// Quillbrook with its organiser, and the number of its district.
async fn quillbrook() -> (TestApp, Actor, String) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let district = text_of(&app, "select area_no::text from district where letters = 'QB1'").await;
    (app, organiser, district)
}

/// Cuts all that is free of a district into one round; answers its id.
async fn cut(app: &TestApp, organiser: &Actor, district: &str) -> Uuid {
    let fields = [("district", district), ("name", "Quillbrook 1")];
    let preview = organiser.post("/rounds/new", &[fields[0], fields[1], ("step", "preview")]).await.expect(200);
    let expected = preview.attribute("input[name=expected]", "value");
    organiser.post("/rounds", &[fields[0], fields[1], ("expected", &expected)]).await.expect(303);
    let newest = query_scalar("select round_id from round order by made_at desc limit 1");
    newest.fetch_one(&mut app.database.operator().await).await.unwrap()
}

#[tokio::test]
async fn a_bundle_is_counted_by_household_and_leaves_out_whoever_gets_none() {
    let (app, walk, volunteer, organiser) = canvass().await;
    let district = text_of(&app, "select area_no::text from district where letters = 'QB1'").await;
    let id = cut(&app, &organiser, &district).await;
    let page = format!("/rounds/{id}");
    assert!(organiser.get(&page).await.expect(200).text("main").contains("6 leaflets"));

    // At number 1 both want nothing by post, at number 2 one of two.
    change(
        &app,
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select e.partition_id, e.elector_id, gen_random_uuid(), e.area_no, 'post', 'By letter'
         from elector e join household h using (partition_id, household_id) join district d on d.area_no = e.area_no
         where d.letters = 'QB1' and (h.number = 1 or (h.number = 2 and e.forenames = 'Edith'))",
    )
    .await;
    // A sign at number 3, nobody gets to number 4, and nobody is on the register at number 5 any more.
    let marked = [("home", walk.doors[1].household.as_str()), ("why", "no-junk-mail")];
    organiser.post(&format!("{page}/marks"), &marked).await.expect(303);
    put(&volunteer, &walk.said(4, None, "inaccessible", None)).await;
    change(
        &app,
        "update elector e set left_at = now() from household h where h.partition_id = e.partition_id
           and h.household_id = e.household_id and h.number = 5",
    )
    .await;
    let shown = organiser.get(&page).await.expect(200);
    assert!(shown.text("main").contains("2 leaflets, 4 homes left out"), "{}", shown.text("main"));
    assert_eq!(shown.text("td[data-label='No leaflet at']"), "1; 3; 4; 5");
    for said in ["No junk mail 1 home", "Want nothing by post 1 home", "Nobody on the register 1 home"] {
        assert!(shown.text("main").contains(said), "{said}: {}", shown.text("main"));
    }
    let with_empty = [("name", "Quillbrook 1"), ("with_empty", "on")];
    organiser.post(&format!("{page}/edit"), &with_empty).await.expect(303);
    assert!(organiser.get(&page).await.expect(200).text("main").contains("3 leaflets"));
    let back = [marked[0], marked[1], ("withdrawn", "yes")];
    organiser.post(&format!("{page}/marks"), &back).await.expect(303);
    assert!(organiser.get(&page).await.expect(200).text("main").contains("4 leaflets"));
    assert_eq!(count(&app, "select count(*) from no_mail").await, 2, "marks are never changed");
}

#[tokio::test]
async fn districts_are_chosen_ward_by_ward_and_all_at_once() {
    let (app, _, district) = quillbrook().await;
    let organiser = app.actor(Role::Organiser, "all").await;
    let ticked = |page: &Answer| (page.count("tbody tr"), page.count("tbody input[name=district][checked]"));
    let page = organiser.get("/rounds/new").await.expect(200);
    assert_eq!(ticked(&page), (2, 0));
    let shown = [("step", "districts"), ("ward", "Saltern")];
    let shown = Form::of(&organiser.post("/rounds/new", &shown).await.expect(200), "main form");
    let page = organiser.post("/rounds/new", &shown.clone().with("step", "all-districts").fields()).await.expect(200);
    assert_eq!(ticked(&page), (1, 1), "{}", page.text("main"));
    // A ward that was chosen and not shown yet: what was looked at is ticked, and nothing else.
    let unseen = shown.with("ward", "Quillbrook").with("step", "all-districts");
    let page = organiser.post("/rounds/new", &unseen.fields()).await.expect(200);
    assert_eq!(ticked(&page), (1, 1), "{}", page.text("main"));
    assert_ne!(page.attribute("tbody input[name=district]", "value"), district, "Saltern's, which was shown");
    assert_eq!(page.count("input[type=hidden][name=district]"), 0, "and none beside it");
    // What is ticked of another ward goes along unseen.
    let other = [("step", "districts"), ("ward", "Saltern"), ("district", district.as_str())];
    let page = organiser.post("/rounds/new", &other).await.expect(200);
    assert_eq!(page.attribute("input[type=hidden][name=district]", "value"), district);
    let none = [("step", "no-districts"), ("district", district.as_str())];
    assert_eq!(ticked(&organiser.post("/rounds/new", &none).await.expect(200)), (2, 0));
    for (asked, chosen) in [("", 0), ("?all=yes", 2), ("?all=no", 0)] {
        let page = organiser.get(&format!("/materials/pads{asked}")).await.expect(200);
        assert_eq!(page.count("#district input[checked]"), chosen, "pads{asked}");
    }
}

#[tokio::test]
async fn a_street_is_on_one_round_also_when_two_cut_it_at_once() {
    let (app, organiser, district) = quillbrook().await;
    let other = app.actor(Role::Organiser, "Quillbrook").await;
    let fields = [("district", district.as_str()), ("name", "Quillbrook 1")];
    let preview = organiser.post("/rounds/new", &[fields[0], fields[1], ("step", "preview")]).await.expect(200);
    let expected = preview.attribute("input[name=expected]", "value");
    let make = [fields[0], fields[1], ("expected", expected.as_str())];
    let (one, two) = tokio::join!(organiser.post("/rounds", &make), other.post("/rounds", &make));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 303 && matches!(statuses[1], 409 | 422), "{statuses:?}");
    assert_eq!(count(&app, "select count(*) from round_street").await, 1);
    assert_eq!(count(&app, "select count(*) from round").await, 1, "all or nothing");

    // The wall says so too, whatever the application thinks.
    let id: Uuid =
        query_scalar("select round_id from round").fetch_one(&mut app.database.operator().await).await.unwrap();
    let twice =
        "insert into round_street (round_id, place, partition_id, area_no, street_key, street, side, from_number)
        select round_id, 9, partition_id, area_no, street_key, street, 'even', 4 from round_street where round_id = $1";
    let refused = query(twice).bind(id).execute(&mut app.database.operator().await).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "23P01");

    organiser.post(&format!("/rounds/{id}/end"), &[]).await.expect(303);
    other.post("/rounds", &make).await.expect(303);
    let old = organiser.get(&format!("/rounds/{id}")).await.expect(200);
    assert!(old.text("main").contains("Ended"), "its history stays");
}

#[tokio::test]
async fn a_leaflet_is_handed_over_delivered_given_back_and_each_step_can_be_taken_back() {
    let (app, organiser, district) = quillbrook().await;
    let id = cut(&app, &organiser, &district).await.to_string();
    let fields = [("title", "Autumn survey"), ("printed", "4")];
    let area = text_of(&app, "select area_id::text from area where short_name = 'Quillbrook'").await;
    let added = organiser.post("/rounds/leaflets", &[fields[0], fields[1], ("area", &area)]).await.expect(303);
    let page = added.location().split('?').next().unwrap().to_owned();
    let shown = organiser.get(&page).await.expect(200);
    assert_eq!(shown.attribute("input[name=bundle]", "value"), "6", "the number is suggested");
    assert!(shown.text("main").contains("2 more are needed than are printed"));
    let step = async |step: &str, more: &[(&str, &str)]| {
        let fields = [&[("step", step), ("round", id.as_str())][..], more].concat();
        organiser.post(&format!("{page}/steps"), &fields).await
    };
    let state =
        async || -> String { text_of(&app, "select state || ' ' || bundle || ' ' || note from delivery").await };
    let early = step("done", &[("note", "2 left over")]).await.expect(422);
    assert!(early.text("main").contains("Hand it over first"), "{}", early.text("main"));
    assert_eq!(early.attribute("#note", "value"), "2 left over");
    assert_eq!(early.attribute("#round[checked]", "value"), id, "and it is ticked still");
    assert_eq!(count(&app, "select count(*) from delivery").await, 0, "what nobody has is not delivered");
    step("handed", &[("of", &id), ("bundle", "lots")]).await.expect(422);
    // Whose hands are nobody's it is not put into: the page asks.
    let asked = step("handed", &[("of", &id), ("bundle", "5")]).await.expect(422);
    assert!(asked.text(".errors").contains("Nobody delivers Quillbrook 1 yet"), "{}", asked.text("main"));
    assert_eq!(asked.attribute("input[name=bundle]", "value"), "5", "what was typed stands there");
    assert_eq!(count(&app, "select count(*) from delivery").await, 0);
    let outsider = format!("a{}", app.account(Role::Volunteer, "Saltern").await.id);
    step("handed", &[("of", &id), ("bundle", "5"), ("to", &outsider)]).await.expect(422);
    let hand = asked.attribute("#to option:nth-child(2)", "value");
    step("handed", &[("of", &id), ("bundle", "5"), ("to", &hand)]).await.expect(303);
    assert_eq!(state().await, "handed 5 ");
    assert_eq!(count(&app, "select count(*) from delivery where to_account is not null").await, 1, "and they have it");
    step("handed", &[("of", &id), ("bundle", "9")]).await.expect(303);
    assert_eq!(state().await, "handed 5 ", "a second press hands over nothing more");
    step("done", &[("note", "2 left over")]).await.expect(303);
    assert_eq!(state().await, "done 5 2 left over");
    assert!(organiser.get("/rounds").await.expect(200).text("main").contains("Autumn survey, just now"));
    step("undo", &[]).await.expect(303);
    assert_eq!(state().await, "handed 5 ");
    step("given-back", &[("note", "Ill")]).await.expect(303);
    assert_eq!(state().await, "given-back 5 Ill");
    step("undo", &[]).await.expect(303);
    step("undo", &[]).await.expect(303);
    assert_eq!(state().await, "planned 0 ");

    step("handed", &[("of", &id), ("bundle", "5")]).await.expect(303);
    let run = organiser.post(&format!("{page}/sheets"), &[]).await.expect(303);
    assert!(run.location().starts_with("/materials/runs/"), "{}", run.location());
    assert_eq!(
        count(&app, "select count(*) from material_run where kind = 'round-sheets' and items = 1 and people = 0").await,
        1
    );
    // The button pressed twice makes them once; pressed on the page opened again it makes them again.
    let press = |page: &Answer| page.attribute("input[name=asked]", "value");
    let asked = press(&organiser.get(&page).await.expect(200));
    assert!(!asked.is_empty());
    let path = format!("{page}/sheets");
    let fields = [("asked", asked.as_str()), ("round", id.as_str())];
    let (one, other) = tokio::join!(organiser.post(&path, &fields), organiser.post(&path, &fields));
    let (one, other) = (one.expect(303).location(), other.expect(303).location());
    assert_eq!(one, other, "at the same moment");
    assert_eq!(organiser.post(&path, &fields).await.expect(303).location(), one, "and again, later");
    let anew = press(&organiser.get(&page).await.expect(200));
    let again = organiser.post(&path, &[("asked", anew.as_str()), ("round", id.as_str())]).await.expect(303).location();
    assert_ne!(again, one);
    assert_eq!(count(&app, "select count(*) from material_run where kind = 'round-sheets'").await, 3);
}

/// Waits until somebody in the test's database waits for a lock.
async fn somebody_waits(app: &TestApp) {
    let waiting = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
      where a.datname = current_database() and not l.granted";
    until("somebody waits", async || (count(app, waiting).await > 0).then_some(())).await;
}

#[tokio::test]
async fn streets_put_on_one_round_at_the_same_moment_all_go_on_it() {
    let (app, organiser, district) = quillbrook().await;
    let id = round(&app, "Quillbrook 1", "odd", None).await;
    let mut other = app.database.operator().await;
    let mut open = other.begin().await.unwrap();
    for statement in [
        "select round_id from round where round_id = $1 for no key update",
        "insert into round_street (round_id, place, partition_id, area_no, street_key, street, side)
         select round_id, 2, partition_id, area_no, street_key, street, 'other' from round_street where round_id = $1",
    ] {
        query(statement).bind(id).execute(&mut *open).await.unwrap();
    }
    let (street, round) = (format!("{district}:larkspur row"), id.to_string());
    let fields = [("street", street.as_str()), ("round", round.as_str())];
    let (put, ()) = tokio::join!(organiser.post("/rounds/gaps", &fields), async {
        somebody_waits(&app).await;
        open.commit().await.unwrap();
    });
    put.expect(303);
    let places = "select string_agg(place || ' ' || side, ', ' order by place) from round_street";
    assert_eq!(text_of(&app, places).await, "1 odd, 2 other, 3 even");
}

#[tokio::test]
async fn what_is_on_no_round_stands_among_the_gaps() {
    let (app, organiser, district) = quillbrook().await;
    let id = round(&app, "Quillbrook 1", "odd", None).await;
    let gaps = organiser.get("/rounds/gaps").await.expect(200);
    let words = gaps.text("main");
    assert!(words.contains("1 street with 3 homes on no round, 1 round without a deliverer"), "{words}");
    let street = format!("{district}:larkspur row");
    organiser.post("/rounds/gaps", &[("street", &street), ("round", &id.to_string())]).await.expect(303);
    let words = organiser.get("/rounds/gaps").await.expect(200).text("main");
    assert!(words.contains("0 streets with 0 homes on no round"), "{words}");
    assert!(organiser.get(&format!("/rounds/{id}")).await.expect(200).text("main").contains("6 leaflets"));
    // A street that the register does not know any more, and one that is new.
    change(&app, "update household set street_key = 'new row', street = 'New Row' where street_key = 'larkspur row'")
        .await;
    let page = organiser.get(&format!("/rounds/{id}")).await.expect(200);
    assert!(page.text("main").contains("No homes now"));
    assert!(organiser.get("/rounds/gaps").await.expect(200).text("main").contains("New Row"));
}

#[tokio::test]
async fn gaps_come_fifty_streets_a_page() {
    let (app, organiser, district) = quillbrook().await;
    change(
        &app,
        "insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number)
         select d.partition_id, d.area_no, array['1 New ' || n], '1 New ' || n, '1 new ' || n, 'new ' || n, 'New ' || n, 1
         from district d, generate_series(1, 60) n where d.letters = 'QB1'",
    )
    .await;
    let first = organiser.get(&format!("/rounds/gaps?district={district}")).await.expect(200);
    assert!(first.text("main").contains("1 to 50 of 61"), "{}", first.text("main"));
    assert_eq!(first.body.matches("name=\"street\"").count(), 50);
    let second = organiser.get(&format!("/rounds/gaps?district={district}&page=2")).await.expect(200);
    assert_eq!(second.body.matches("name=\"street\"").count(), 11);
    let last = organiser.get("/rounds/gaps?page=9").await.expect(200);
    assert!(last.text("main").contains("51 to 61 of 61"), "a page that is no more is the last one");
}

#[tokio::test]
async fn a_neighbours_rounds_are_not_there() {
    let (app, organiser, _) = quillbrook().await;
    let theirs = round_of(&app, "SG1", "Saltern 1", "all", None).await;
    let paper = leaflet(&app, "Saltern", "Their survey").await;
    hand(&app, paper, theirs).await;
    for path in [format!("/rounds/{theirs}"), format!("/rounds/{theirs}/end"), format!("/rounds/leaflets/{paper}")] {
        organiser.get(&path).await.expect(404);
    }
    organiser.post(&format!("/rounds/{theirs}/end"), &[]).await.expect(404);
    let step = [("step", "done"), ("round", &theirs.to_string())];
    organiser.post(&format!("/rounds/leaflets/{paper}/steps"), &step).await.expect(404);
    let mut sql = sql_as(&app, &organiser.account, "hustings_organiser").await;
    for table in ["round", "round_street", "leaflet", "delivery", "no_mail"] {
        let statement = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let seen: i64 = query_scalar(statement).fetch_one(&mut sql).await.unwrap();
        assert_eq!(seen, 0, "{table}");
    }
    let homes: i64 = query_scalar("select count(*) from wall.round_homes(array(select area_no from district))")
        .fetch_one(&mut sql)
        .await
        .unwrap();
    assert_eq!(homes, 6, "Quillbrook's own");
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed')").await;
    organiser.get("/rounds").await.expect(503);
}

#[tokio::test]
async fn whoever_delivers_sees_their_own_streets_and_no_name() {
    let (app, organiser, _) = quillbrook().await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    let stranger = app.actor(Role::Volunteer, "Quillbrook").await;
    let own = round(&app, "Quillbrook 1", "odd", Some(volunteer.account.id)).await;
    round(&app, "Quillbrook 2", "even", Some(stranger.account.id)).await;
    let paper = leaflet(&app, "Quillbrook", "Autumn survey").await;
    hand(&app, paper, own).await;
    let page = volunteer.get("/rounds/mine").await.expect(200);
    let words = page.text("main");
    assert!(words.contains("Larkspur Row") && words.contains("odd numbers") && words.contains("3 homes"), "{words}");
    assert!(
        !page.body.contains("Harcourt") && !page.body.contains("Edith") && !words.contains("Quillbrook 2"),
        "{words}"
    );
    assert!(volunteer.get("/").await.expect(200).text("main").contains("1 leaflet to deliver"));
    // A sign at number 3 of one's own round, and one at number 4 of another's: the door is told, and nothing of why.
    change(
        &app,
        "insert into no_mail (partition_id, household_id, mark_id, area_no, why)
         select h.partition_id, h.household_id, gen_random_uuid(), h.area_no, 'objected' from household h
         join district d on d.area_no = h.area_no where d.letters = 'QB1' and h.number in (3, 4)",
    )
    .await;
    let marked = volunteer.get("/rounds/mine").await.expect(200).text("main");
    assert!(marked.contains("No leaflet at: 3") && marked.contains("2 homes"), "{marked}");
    let begins = |label: &str| marked.find(label).unwrap_or_else(|| panic!("{label}: {marked}"));
    assert!(
        begins("Anything to say") < begins("All delivered"),
        "what is sent along comes before the button that sends"
    );
    let say = format!("/rounds/mine/{paper}/{own}");
    stranger.post(&say, &[("step", "done")]).await.expect(404);
    volunteer.post(&say, &[("step", "given-back")]).await.expect(422);
    // Giving back is asked about once more, with to whom the leaflets go.
    change_for(&app, "update leaflet set made_by = $1", organiser.account.id).await;
    let back = [("step", "given-back"), ("note", "A bad foot")];
    let asked = volunteer.post(&say, &back).await.expect(200);
    let words = asked.text("main");
    assert!(words.contains("Organiser of Quillbrook") && words.contains("A bad foot"), "{words}");
    assert_eq!(count(&app, "select count(*) from delivery where state = 'handed'").await, 1, "nothing is done yet");
    assert_eq!(asked.count("main a[href='/rounds/mine']"), 2, "and one may keep it");
    volunteer.post(&say, &[("step", "done"), ("note", "1 left over")]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from delivery where state = 'done' and note = '1 left over'").await, 1);
    volunteer.post(&say, &[("step", "undo")]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from delivery where state = 'handed'").await, 1);
    let sure = [back[0], back[1], ("confirmed", "yes")];
    let given = volunteer.post(&say, &sure).await.expect(303).location();
    let told = volunteer.get(&given).await.expect(200).text("main");
    assert!(
        told.contains("Take the leaflets and the sheet to Organiser of Quillbrook"),
        "as the question named them: {told}"
    );
    assert!(told.contains("stays here for the next leaflet") && told.contains("Nothing in hand"), "{told}");
    assert_eq!(
        count(&app, "select count(*) from delivery where state = 'given-back' and note = 'A bad foot'").await,
        1
    );
    change(&app, "update delivery set state = 'handed', done_at = null").await;

    let mut sql = sql_as(&app, &volunteer.account, "hustings_volunteer").await;
    let rows: i64 = query_scalar("select count(*) from wall.own_rounds()").fetch_one(&mut sql).await.unwrap();
    assert_eq!(rows, 1);
    let rows: i64 = query_scalar("select count(*) from wall.rounds_in_hand()").fetch_one(&mut sql).await.unwrap();
    assert_eq!(rows, 1, "and nobody else's");
    let streets: String =
        query_scalar("select streets::text from wall.own_rounds()").fetch_one(&mut sql).await.unwrap();
    assert!(!streets.contains("objected") && !streets.contains("Harcourt"), "{streets}");
    let doors: i32 = query_scalar("select jsonb_array_length(streets -> 0 -> 'out') from wall.own_rounds()")
        .fetch_one(&mut sql)
        .await
        .unwrap();
    assert_eq!(doors, 1, "{streets}");
    let refused = query("select name from round").execute(&mut sql).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501");
    let refused = query("select why from wall.round_homes(array[1])").execute(&mut sql).await;
    assert!(refused.is_err(), "no function for organisers either");

    // Home says what waits and counts no home for it, however many districts the rounds lie in.
    change(&app, "drop function wall.homes_on_rounds(integer[])").await;
    assert!(volunteer.get("/").await.expect(200).text("main").contains("1 leaflet to deliver"));
}

#[tokio::test]
async fn leaflets_go_back_to_nobody_whose_access_is_over() {
    let (app, organiser, _) = quillbrook().await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    let colleague = app.account(Role::Organiser, "Quillbrook").await;
    let own = round(&app, "Quillbrook 1", "all", Some(volunteer.account.id)).await;
    let paper = leaflet(&app, "Quillbrook", "Autumn survey").await;
    hand(&app, paper, own).await;
    change_for(&app, "update leaflet set made_by = $1", organiser.account.id).await;
    change_for(&app, "update round set made_by = $1", colleague.id).await;
    change_for(&app, "update account set name = 'Ada of the office' where account_id = $1", organiser.account.id).await;
    change_for(&app, "update account set name = 'Bo of the office' where account_id = $1", colleague.id).await;
    let mut sql = sql_as(&app, &volunteer.account, "hustings_volunteer").await;
    let ends = "update access_grant set ended_at = now() where account_id = $1";
    for (who, gone) in [(Some("Ada of the office"), organiser.account.id), (Some("Bo of the office"), colleague.id)] {
        let told: Option<String> =
            query_scalar("select contact from wall.own_rounds()").fetch_one(&mut sql).await.unwrap();
        assert_eq!(told.as_deref(), who);
        change_for(&app, ends, gone).await;
    }
    let told: Option<String> = query_scalar("select contact from wall.own_rounds()").fetch_one(&mut sql).await.unwrap();
    assert_eq!(told, None);
}

#[tokio::test]
async fn who_is_offered_for_rounds_of_a_smaller_area_is_who_may_have_them() {
    let (app, ..) = quillbrook().await;
    let everywhere = app.actor(Role::Organiser, "all").await;
    let own = app.account(Role::Volunteer, "Quillbrook").await;
    let one = round(&app, "Quillbrook 1", "all", None).await.to_string();
    let other = round_of(&app, "SG1", "Saltern 1", "all", None).await.to_string();
    let paper = leaflet(&app, "Quillbrook", "Autumn survey").await;
    change(&app, "update leaflet set area_id = (select area_id from area where kind = 'installation')").await;
    let steps = format!("/rounds/leaflets/{paper}/steps");
    let hand_over = async |to: &str, rounds: &[&str]| {
        let mut fields = vec![("step", "handed"), ("to", to)];
        fields.extend(rounds.iter().flat_map(|round| [("round", *round), ("of", *round), ("bundle", "3")]));
        everywhere.post(&steps, &fields).await
    };
    let hand = format!("a{}", own.id);
    let choice = format!("#to option[value='{hand}']");
    let asked = hand_over("", &[&one, &other]).await.expect(422);
    assert_eq!(asked.count(&choice), 0, "they may not have both");
    hand_over(&hand, &[&one, &other]).await.expect(422);
    let asked = hand_over("", &[&one]).await.expect(422);
    assert_eq!(asked.count(&choice), 1, "{}", asked.text("main"));
    hand_over(&hand, &[&one]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from delivery where to_account is not null").await, 1);
}

#[tokio::test]
async fn sheets_of_other_rounds_are_no_second_printing() {
    let (app, organiser, _) = quillbrook().await;
    let odd = round(&app, "Quillbrook 1", "odd", None).await.to_string();
    let even = round(&app, "Quillbrook 2", "even", None).await.to_string();
    let paper = leaflet(&app, "Quillbrook", "Autumn survey").await;
    let mut made = Vec::new();
    for rounds in [vec![&odd], vec![&even], vec![&even, &odd], vec![&odd, &even]] {
        let fields: Vec<(&str, &str)> = rounds.iter().map(|round| ("round", round.as_str())).collect();
        let run = organiser.post(&format!("/rounds/leaflets/{paper}/sheets"), &fields).await.expect(303).location();
        let words = organiser.get(&run).await.expect(200).text("main");
        made.push(words.contains("Another printing"));
    }
    assert_eq!(made, [false, false, false, true], "the last are the same two");
}

#[tokio::test]
async fn a_round_whose_deliverer_is_gone_says_so() {
    let (app, organiser, _) = quillbrook().await;
    let (id, paper) = (round(&app, "Quillbrook 1", "all", None).await, leaflet(&app, "Quillbrook", "Survey").await);
    let dee = person(&app, "Quillbrook", "Dee", "Oldacre", false).await;
    change(
        &app,
        "insert into volunteer (person_id, area_id, skills) select person_id, area_id, array['leafleting'] from person",
    )
    .await;
    let give = [("to", format!("p{dee}"))];
    let give: Vec<(&str, &str)> = give.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let page = format!("/rounds/{id}");
    organiser.post(&format!("{page}/deliverer"), &give).await.expect(303);
    hand(&app, paper, id).await;
    assert!(organiser.get(&page).await.expect(200).text("main").contains("Dee Oldacre"));
    let looked = "select count(*) from access_log where permission = 'keep-rounds' and cardinality(subjects) = 1";
    assert!(count(&app, looked).await >= 1, "who delivers is a look at them, and on record");

    change(&app, "update volunteer set state = 'stopped'").await;
    let words = organiser.get("/rounds?show=without").await.expect(200).text("main");
    assert!(words.contains("Quillbrook 1") && words.contains("Nobody since"), "{words}");

    change(&app, "update volunteer set state = 'active'").await;
    organiser.post(&format!("{page}/deliverer"), &give).await.expect(303);
    change(&app, "update person set erased_at = now()").await;
    assert_eq!(
        count(&app, "select count(*) from round where deliverer_person is null and lost_at is not null").await,
        1
    );
    assert_eq!(
        count(&app, "select count(*) from delivery where to_person is null and state = 'handed'").await,
        1,
        "what was handed over stays"
    );

    let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
    let to = format!("a{}", volunteer.id);
    organiser.post(&format!("{page}/deliverer"), &[("to", &to)]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from round where deliverer_account is not null").await, 1);
    change(&app, "update access_grant set ended_at = now() where role = 'volunteer'").await;
    assert_eq!(
        count(&app, "select count(*) from round where deliverer_account is not null").await,
        0,
        "access has ended"
    );
    let outsider = app.account(Role::Volunteer, "Saltern").await;
    let to = format!("a{}", outsider.id);
    organiser.post(&format!("{page}/deliverer"), &[("to", &to)]).await.expect(422);
}

#[tokio::test]
async fn a_round_takes_no_street_of_another_area_and_its_leaflets_go_to_nobody_elses_hands() {
    let (app, organiser, _) = quillbrook().await;
    let everywhere = app.actor(Role::Organiser, "all").await;
    let id = round(&app, "Quillbrook 1", "all", None).await;
    let saltern = text_of(&app, "select area_no::text from district where letters = 'SG1'").await;
    let street = format!("{saltern}:old tannery walk");
    let put = [("street", street.as_str()), ("round", &id.to_string())];
    let refused = everywhere.post("/rounds/gaps", &put).await.expect(422).text("main");
    assert!(refused.contains("outside the area that the round is of"), "{refused}");
    assert_eq!(count(&app, "select count(*) from round_street").await, 1);

    let paper = leaflet(&app, "Quillbrook", "Survey").await;
    let dee = person(&app, "Saltern", "Dee", "Oldacre", false).await;
    let mut sql = sql_as(&app, &organiser.account, "hustings_organiser").await;
    let given = query(
        "insert into delivery (leaflet_id, round_id, area_id, state, bundle, to_person, handed_at, changed_by)
         select $1, r.round_id, r.area_id, 'handed', 3, $3, now(), wall.account() from round r where r.round_id = $2",
    )
    .bind(paper)
    .bind(id)
    .bind(dee)
    .execute(&mut sql)
    .await
    .unwrap_err();
    assert_eq!(given.as_database_error().unwrap().code().unwrap(), "42501", "{given}");
}

#[tokio::test]
async fn a_round_that_somebody_ends_meanwhile_is_not_said_to_be_changed() {
    let (app, organiser, _) = quillbrook().await;
    for (path, side, fields) in [("edit", "odd", vec![("name", "Another name"), ("note", "")]), ("end", "even", vec![])]
    {
        let id = round(&app, &format!("Quillbrook {side}"), side, None).await;
        let mut other = app.database.operator().await;
        let mut open = other.begin().await.unwrap();
        query("update round set ended_at = statement_timestamp() where round_id = $1")
            .bind(id)
            .execute(&mut *open)
            .await
            .unwrap();
        let path = format!("/rounds/{id}/{path}");
        let (sent, ()) = tokio::join!(organiser.post(&path, &fields), async {
            somebody_waits(&app).await;
            open.commit().await.unwrap();
        });
        assert!(sent.expect(409).text("main").contains("This round was ended"), "{path}");
        assert_eq!(count(&app, "select count(*) from round where name = 'Another name'").await, 0);
    }
}
