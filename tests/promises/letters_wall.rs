//! Templates: of an area, of the whole organisation, in versions that never change; what cannot stand is said with its line.

use crate::support::access::sql_as;
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::walk::{change, count};
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

/// An organiser of an area around Quillbrook and Saltern, and one of Quillbrook.
async fn around_and_inside(app: &TestApp) -> (Actor, Actor) {
    seed_place(&app.database).await;
    change(
        app,
        "with a as (insert into area (kind, name, short_name) values ('constituency', 'Wexmere Both', 'Both') returning area_id)
         insert into area_district (area_id, area_no)
         select a.area_id, d.area_no from a, district d where d.letters in ('QB1', 'SG1')",
    )
    .await;
    (app.actor(Role::Organiser, "Both").await, app.actor(Role::Organiser, "Quillbrook").await)
}

#[tokio::test]
async fn a_template_of_an_area_around_is_used_and_not_changed() {
    let app = TestApp::new().await;
    let (around, inside) = around_and_inside(&app).await;
    let both = area(&app, "Both").await;
    let letter = page_of(&write(&around, &both, "Theirs", "Hello").await.expect(303).location());
    let page = inside.get(&letter).await.expect(200);
    let words = page.text("main");
    assert!(words.contains("Locked") && words.contains("It is Wexmere Both’s: copy it"), "{words}");
    assert_eq!(inside.get("/materials/letters").await.expect(200).count(&format!("a[href='{letter}']")), 1);
    inside.get(&format!("{letter}/making")).await.expect(200);
    inside.get(&format!("{letter}/edit")).await.expect(409);
    inside.post(&format!("{letter}/removal"), &[]).await.expect(409);
    let copy = page_of(&inside.post(&format!("{letter}/copy"), &[]).await.expect(303).location());
    inside.get(&format!("{copy}/edit")).await.expect(200);

    let design = [("name", "Their leaflet"), ("design", "a5"), ("area", both.as_str())];
    let leaflet = page_of(&around.post("/materials/leaflets", &design).await.expect(303).location());
    assert!(inside.get(&leaflet).await.expect(200).text("main").contains("It is Wexmere Both’s. Make it as it is"));
    inside.post(&format!("{leaflet}/removal"), &[]).await.expect(404);
}

#[tokio::test]
async fn the_wall_shows_templates_of_areas_around_and_lets_nobody_inside_change_them() {
    let app = TestApp::new().await;
    let (around, inside) = around_and_inside(&app).await;
    let (both, quillbrook) = (area(&app, "Both").await, area(&app, "Quillbrook").await);
    let letter = page_of(&write(&around, &both, "Theirs", "Hello").await.expect(303).location());
    write(&inside, &quillbrook, "Mine", "Hello").await.expect(303);
    change(
        &app,
        "insert into material_picture (template_id, picture_no, shows, png, width, height, bytes)
         select template_id, 1, 'Our stall', true, 1, 1, 'x' from material_template where name = 'Theirs'",
    )
    .await;
    let mut sql = sql_as(&app, &inside.account, "hustings_organiser").await;
    for (table, seen) in [("material_template", 2), ("material_template_version", 2), ("material_picture", 1)] {
        let statement = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        assert_eq!(sqlx::query_scalar::<_, i64>(statement).fetch_one(&mut sql).await.unwrap(), seen, "{table}");
    }
    let theirs: uuid::Uuid = letter.rsplit('/').next().unwrap().parse().unwrap();
    for change in [
        "update material_template set name = 'Mine now' where template_id = $1",
        "update material_template set ended_at = now() where template_id = $1",
    ] {
        let done = sqlx::query(change).bind(theirs).execute(&mut sql).await.unwrap();
        assert_eq!(done.rows_affected(), 0, "{change}");
    }
    for add in [
        "insert into material_template_version (template_id, version, content, made_by) select $1, 2, '{}', wall.account()",
        "insert into material_picture (template_id, picture_no, shows, png, width, height, bytes)
         select $1, 2, 'Another', true, 1, 1, 'x'",
    ] {
        let refused = sqlx::query(add).bind(theirs).execute(&mut sql).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{add}");
    }
    // Nor does anybody put a version of their own where nobody would come to for years, ahead of the next.
    let ahead = "insert into material_template_version (template_id, version, content, made_by)
         select template_id, 99, '{}', wall.account() from material_template where name = 'Mine'";
    let refused = sqlx::query(ahead).execute(&mut sql).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{ahead}");
    let saltern = app.account(Role::Organiser, "Saltern").await;
    let mut beside = sql_as(&app, &saltern, "hustings_organiser").await;
    let names: Vec<String> =
        sqlx::query_scalar("select name from material_template").fetch_all(&mut beside).await.unwrap();
    assert_eq!(names, ["Theirs"], "what lies around Saltern too, and not its neighbour's");
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
        ("{{first-name}}", "Line 1: {{first-name}} is not known of everybody"),
        ("x\n[if area Nowhere]\ny\n[end]", "Line 2: no area is called “Nowhere”"),
        ("[picture 3]", "Line 1: there is no picture 3"),
        ("[if intention for]\nx", "Line 1: this passage has no [end]"),
    ] {
        let page = write(&own, &here, "Mine", text).await.expect(422);
        assert!(page.text("#text-error").contains(says), "{}", page.text("#text-error"));
        assert_eq!(page.text("textarea#text"), text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    let page = write(&own, &here, "Mine", "{{surename}}\n[picture 3]\n[if area Nowhere]\ny\n[end]").await.expect(422);
    for says in ["Line 1: there is no field", "Line 2: there is no picture 3", "Line 3: no area is called"] {
        assert!(page.text("#text-error").contains(says), "all at once: {}", page.text("#text-error"));
    }
    let page = own.get("/materials/letters/new").await.expect(200);
    assert!(!page.text("#text-hint").contains("[picture"), "nothing is offered that is not there yet");
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

#[tokio::test]
async fn two_who_add_the_last_picture_at_once_leave_eight() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area(&app, "Quillbrook").await;
    let own = app.actor(Role::Organiser, "Quillbrook").await;
    let page = page_of(&write(&own, &here, "Mine", "Hello").await.expect(303).location());
    let mut drawn = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(image::RgbImage::new(60, 20)).write_to(&mut drawn, image::ImageFormat::Png).unwrap();
    let file = drawn.into_inner();
    let send = async || {
        let file = reqwest::multipart::Part::bytes(file.clone()).file_name("stall.png");
        let form = reqwest::multipart::Form::new().text("shows", "Our stall").part("picture", file);
        crate::support::app::read(own.client.post(format!("{}{page}/pictures", app.base)).multipart(form)).await.status
    };
    for _ in 0..7 {
        assert_eq!(send().await, 303);
    }
    let (one, other) = tokio::join!(send(), send());
    let mut answers = [one, other];
    answers.sort_unstable();
    assert_eq!(answers, [303, 422]);
    assert_eq!(count(&app, "select count(*) from material_picture").await, 8);
}
