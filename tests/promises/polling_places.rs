//! Each district has a polling place, from the council's file or by hand; a file is looked over first, what it does not say clearly
//! is left to a person, and nobody writes a neighbour's.

use crate::support::app::{Actor, Answer, TestApp, read, seed_place};
use crate::support::database::TestDatabase;
use crate::support::form::Form;
use crate::support::register::{Generated, choices, operation};
use crate::support::walk::count;
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use hustings::commands::register;
use reqwest::multipart::{Form as Upload, Part};
use sqlx::{query, query_scalar};

const PLACES: &str = "/areas/polling-places";

/// Gives a file to be looked over.
async fn give(by: &Actor, authority: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let form = Upload::new()
        .text("_grant", by.account.grant.to_string())
        .text("authority", authority.to_owned())
        .part("file", Part::bytes(bytes.into()).file_name("places.csv"));
    read(by.client.post(format!("{}{PLACES}/import", by.base)).multipart(form)).await
}

async fn place() -> (TestApp, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    (app, organiser)
}

async fn number(app: &TestApp, letters: &str) -> i32 {
    query_scalar("select area_no from district where letters = $1")
        .bind(letters)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_councils_file_gives_each_district_its_place_once_it_was_looked_over() {
    let database = TestDatabase::new().await;
    let made = Generated::new(4, 1500, "clean");
    register::import(&operation(&database), &choices(made.path("xpress-full-14"), 2025)).await.unwrap();
    let app = TestApp::on(database).await;
    let organiser = app.actor(Role::Organiser, "all").await;
    assert!(organiser.get(PLACES).await.expect(200).text("main").contains("no polling place"));
    let seen = give(&organiser, "", made.bytes("polling-places")).await.expect(200);
    assert_eq!(count(&app, "select count(*) from polling_place").await, 0, "nothing is kept yet");
    let form = Form::of(&seen, "main form");
    organiser.post(PLACES, &form.fields()).await.expect(303);
    let districts = count(&app, "select count(distinct area_no) from elector").await;
    assert!(districts > 1);
    let places = "select count(*) from polling_place where poll_id is null and name like '%Village Hall' and postcode is not null
                  and address like 'Hall Lane, %'";
    assert_eq!(count(&app, places).await, districts);
    let page = organiser.get(PLACES).await.expect(200);
    assert!(!page.text("main").contains("no polling place"), "{}", page.body);
    let again = give(&organiser, "", made.bytes("polling-places")).await.expect(200);
    assert_eq!(again.count(".tag.good"), usize::try_from(districts).unwrap(), "all the same");
}

#[tokio::test]
async fn what_a_file_says_badly_is_refused_or_left_to_a_person() {
    let (app, organiser) = place().await;
    for (bytes, says) in [
        (&b""[..], "empty"),
        (b"Elector Number,Surname\n1,Vale\n", "no list of polling places"),
        (b"polling district,name\n", "no polling place"),
        (b"District,Where it is\nQB1,Village Hall\n", "no column of its first line is headed as the polling place"),
        (b"PK\x03\x04......xl/workbook", "workbook"),
        (b"polling district,name\nNW9,Harbour Hall\n", "in your area here"),
    ] {
        let refused = give(&organiser, "", bytes).await.expect(422).text(".errors");
        assert!(refused.contains(says), "{says}: {refused}");
    }
    let file = b"polling district,name,address,postcode\r\n\
        QB1,Village Hall,\"Hall Lane, Quillbrook\",ab14qx\r\n\
        QB1,The Ferry Inn,Ferry Lane,\r\n\
        SG1,Harbour Hall,,\r\n\
        \"NW9,open\r\n";
    let page = give(&organiser, "", &file[..]).await.expect(200).text("main");
    assert!(page.contains("QB1: Village Hall; The Ferry Inn"), "{page}");
    assert!(page.contains("Not in your area here, and left out: SG1"), "{page}");
    assert!(page.contains("1 line could not be read"), "{page}");
    assert!(page.contains("No district to keep a place for"));

    let page =
        give(&organiser, "", &b"District,Polling place,Address,Postcode\nQB1,Village Hall,Hall Lane,AB1 4QX\n"[..]);
    let page = page.await.expect(200);
    assert_eq!(page.attribute("tbody input[name=name]", "value"), "Village Hall", "as people head such a list");

    // A row without a place says which, and its district is not said to be missing.
    let everywhere = app.actor(Role::Organiser, "all").await;
    let page =
        give(&everywhere, "", &b"polling district,name\nQB1,\nSG1,Harbour Hall\n"[..]).await.expect(200).text("main");
    assert!(page.contains("1 row names no polling place: QB1."), "{page}");
    assert!(!page.contains("the file does not name"), "{page}");

    let page = give(&organiser, "", &b"polling district,name\nQB1,=<b>Village</b> Hall\n"[..]).await.expect(200);
    let form = Form::of(&page, "main form");
    let none = organiser.post(PLACES, &form.clone().without("take").fields()).await.expect(422);
    assert!(none.text(".errors").contains("Tick at least one"));
    assert_eq!(none.count("tbody tr"), 1, "what was looked over stands there still");
    organiser.post(PLACES, &form.fields()).await.expect(303);
    let name: String =
        query_scalar("select name from polling_place").fetch_one(&mut app.database.operator().await).await.unwrap();
    assert_eq!(name, "=<b>Village</b> Hall", "data stays data");
}

#[tokio::test]
async fn a_district_has_its_usual_place_and_one_polls_own_comes_before_it() {
    let (app, organiser) = place().await;
    let one = format!("{PLACES}/{}", number(&app, "QB1").await);
    assert!(organiser.get(&one).await.expect(200).text("main").contains("No polling place yet"));
    let wrong = organiser.post(&one, &[("name", ""), ("postcode", "AB1")]).await.expect(422).text(".errors");
    assert!(wrong.contains("Give the place’s name") && wrong.contains("not a whole postcode"), "{wrong}");
    organiser
        .post(&one, &[("name", "Village Hall"), ("address", "Hall Lane"), ("postcode", "ab14qx")])
        .await
        .expect(303);
    let list = organiser.get(PLACES).await.expect(200).text("main");
    assert!(list.contains("Village Hall") && list.contains("Hall Lane, AB1 4QX"), "{list}");
    let poll: String =
        query_scalar("select poll_id::text from poll").fetch_one(&mut app.database.operator().await).await.unwrap();
    organiser.post(&one, &[("name", "The Ferry Inn"), ("poll", &poll)]).await.expect(303);
    let list = organiser.get(PLACES).await.expect(200).text("main");
    assert!(list.contains("The Ferry Inn This poll only") && !list.contains("Village Hall"), "{list}");
    organiser.post(&format!("{one}/removal"), &[("poll", poll.as_str())]).await.expect(303);
    assert!(organiser.get(PLACES).await.expect(200).text("main").contains("Village Hall"));
    organiser.post(&format!("{one}/removal"), &[]).await.expect(303);
    organiser.post(&format!("{one}/removal"), &[]).await.expect(404);
    assert!(organiser.get(PLACES).await.expect(200).text("main").contains("1 district has no polling place"));
}

#[tokio::test]
async fn a_neighbours_place_is_read_and_never_written() {
    let (app, organiser) = place().await;
    let here = number(&app, "QB1").await;
    let one = format!("{PLACES}/{here}");
    organiser.post(&one, &[("name", "Village Hall")]).await.expect(303);
    let there = app.account(Role::Organiser, "Saltern").await;
    let neighbour = app.sign_in(&there).await;
    neighbour.get(&one).await.expect(404);
    neighbour.post(&one, &[("name", "Elsewhere")]).await.expect(404);
    neighbour.post(&format!("{one}/removal"), &[]).await.expect(404);
    let forged = here.to_string();
    let row = [
        ("area", forged.as_str()),
        ("name", "Elsewhere"),
        ("address", ""),
        ("postcode", ""),
        ("take", forged.as_str()),
    ];
    neighbour.post(PLACES, &row).await.expect(422);
    app.actor(Role::Administrator, "all").await.get(PLACES).await.expect(200);

    let token = open_session(&app, &there).await;
    let open: String = query_scalar("select area_id::text from area where name = 'Saltern'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_importer", &hash(&token), "", &open).await;
    let changed = query("update polling_place set name = 'Elsewhere'").execute(&mut db).await.unwrap().rows_affected();
    assert_eq!(changed, 0);
    query("insert into polling_place (area_no, name) values ($1, 'Elsewhere')")
        .bind(here)
        .execute(&mut db)
        .await
        .unwrap_err();
    query("delete from polling_place").execute(&mut db).await.unwrap_err();
    assert_eq!(count(&app, "select count(*) from polling_place where name = 'Village Hall'").await, 1);
}
