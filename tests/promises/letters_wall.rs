//! Templates: of an area, of the whole organisation, in versions that never change; what cannot stand is said with its line.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::walk::count;
use hustings::access::Role;

async fn area(app: &TestApp, name: &str) -> String {
    sqlx::query_scalar("select area_id::text from area where name = $1 or short_name = $1")
        .bind(name)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

async fn write(by: &Actor, area: &str, name: &str, text: &str) -> crate::support::app::Answer {
    let fields = [("kind", "letters"), ("name", name), ("area", area), ("text", text), ("signer", "Cy Oake")];
    by.post("/materials/letters/new", &fields).await
}

fn page_of(location: &str) -> String {
    location.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_neighbours_template_is_not_there_and_the_whole_organisations_is_locked() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (here, there) = (area(&app, "Quillbrook").await, area(&app, "Saltern").await);
    let own = app.actor(Role::Organiser, "Quillbrook").await;
    let neighbour = app.actor(Role::Organiser, "Saltern").await;
    let everywhere = app.actor(Role::Organiser, "all").await;
    write(&own, &there, "Not mine", "Hello").await.expect(422);
    write(&own, "", "Nobody’s", "Hello").await.expect(422);
    let mine = page_of(&write(&own, &here, "Mine", "Hello").await.expect(303).location());
    for path in ["", "/edit", "/making", "/proof"] {
        neighbour.get(&format!("{mine}{path}?selection=0198c0de-0000-7000-8000-000000000000")).await.expect(404);
    }
    neighbour.post(&format!("{mine}/removal"), &[]).await.expect(404);
    let whole = page_of(&write(&everywhere, "", "Everybody’s", "Hello").await.expect(303).location());
    assert!(own.get(&whole).await.expect(200).text("main").contains("Locked"));
    own.get(&format!("{whole}/edit")).await.expect(409);
    own.post(&format!("{whole}/removal"), &[]).await.expect(409);
    let copy = page_of(&own.post(&format!("{whole}/copy"), &[]).await.expect(303).location());
    own.get(&format!("{copy}/edit")).await.expect(200);
    neighbour.get(&copy).await.expect(404);
    everywhere.post(&format!("{whole}/removal"), &[]).await.expect(303);
    let listed = own.get("/materials/letters").await.expect(200);
    assert!(listed.count(&format!("a[href='{copy}']")) == 1 && listed.count(&format!("a[href='{whole}']")) == 0);
}

#[tokio::test]
async fn two_who_change_one_at_once_do_not_undo_each_other_and_versions_stay() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area(&app, "Quillbrook").await;
    let (one, other) = (app.actor(Role::Organiser, "Quillbrook").await, app.actor(Role::Organiser, "Quillbrook").await);
    let page = page_of(&write(&one, &here, "Mine", "First").await.expect(303).location());
    write(&other, &here, "mine", "Another").await.expect(422);
    let change = |text: &'static str| vec![("name", "Mine"), ("text", text), ("signer", "Cy Oake"), ("version", "1")];
    one.post(&format!("{page}/edit"), &change("Second")).await.expect(303);
    other.post(&format!("{page}/edit"), &change("Third")).await.expect(409);
    assert!(one.get(&page).await.text("main").contains("Second"));
    assert_eq!(count(&app, "select count(*) from material_template_version").await, 2);
    assert_eq!(
        count(&app, "select count(*) from material_template_version where content ->> 'text' = 'First'").await,
        1
    );
}

#[tokio::test]
async fn what_cannot_stand_in_a_text_is_said_with_its_line() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area(&app, "Quillbrook").await;
    let own = app.actor(Role::Organiser, "Quillbrook").await;
    for (text, says) in [
        ("Hello\n{{surename}}", "Line 2: there is no field {{surename}}"),
        ("{{first-name}}", "Line 1: {{first-name}} may lack"),
        ("x\n[if area Nowhere]\ny\n[end]", "Line 2: no area is called “Nowhere”"),
        ("[picture 3]", "Line 1: there is no picture 3"),
        ("[if intention for]\nx", "Line 1: this passage has no [end]"),
    ] {
        let page = write(&own, &here, "Mine", text).await.expect(422);
        assert!(page.text("#text-error").contains(says), "{}", page.text("#text-error"));
        assert_eq!(page.text("textarea#text"), text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    assert_eq!(count(&app, "select count(*) from material_template").await, 0);
}

#[tokio::test]
async fn a_picture_that_is_none_is_refused_in_words() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area(&app, "Quillbrook").await;
    let own = app.actor(Role::Organiser, "Quillbrook").await;
    let page = page_of(&write(&own, &here, "Mine", "Hello").await.expect(303).location());
    let send = async |bytes: Vec<u8>| {
        let file = reqwest::multipart::Part::bytes(bytes).file_name("stall.png");
        let form = reqwest::multipart::Form::new().text("shows", "Our stall").part("picture", file);
        crate::support::app::read(own.client.post(format!("{}{page}/pictures", app.base)).multipart(form)).await
    };
    for broken in [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(),
        b"\x89PNG\r\n\x1a\n".to_vec(),
    ] {
        assert!(send(broken).await.expect(422).text("#picture-error").contains("not a picture that can be read"));
    }
    let mut drawn = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(image::RgbImage::new(60, 20)).write_to(&mut drawn, image::ImageFormat::Png).unwrap();
    send(drawn.into_inner()).await.expect(303);
    let shown = own.get(&page).await.expect(200);
    assert_eq!(shown.count("img.letter[alt='Our stall']"), 1);
    own.post(&format!("{page}/pictures/1/removal"), &[]).await.expect(303);
    own.get(&format!("{page}/pictures/1")).await.expect(404);
}
