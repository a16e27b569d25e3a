//! Leaflets, posters and cards for doors: in one's own words and colours, with an imprint or not at all, and codes that lead where they say.

use super::materials_labels::{Desk, desk};
use crate::support::access::area;
use crate::support::app::{Actor, Answer, TestApp, read};
use crate::support::materials::{long_imprint, with_printer};
use crate::support::pdf::Pdf;
use crate::support::until::until;
use crate::support::voters;
use crate::support::walk::{change, count};
use hustings::access::Role;
use reqwest::multipart::{Form, Part};
use sqlx::query;

const WARD: &str = r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon",
    "coordinates":[[[-2.0,52.0],[-1.9,52.01],[-1.92,52.08],[-2.01,52.06],[-2.0,52.0]]]}}"#;

/// Begins a leaflet; its address.
async fn begun(here: &Desk, design: &str) -> String {
    let area: i64 = sqlx::query_scalar("select area_id from area where short_name = 'Quillbrook'")
        .fetch_one(&mut here.app.database.operator().await)
        .await
        .unwrap();
    let area = area.to_string();
    let fields = [("name", design), ("design", design), ("area", area.as_str())];
    let at = here.desk.post("/materials/leaflets", &fields).await.expect(303).location();
    at.split('?').next().unwrap().to_owned()
}

fn said(version: &str) -> Vec<(&str, &str)> {
    vec![
        ("version", version),
        ("name", "Spring"),
        ("headline", "A library for Quillbrook"),
        ("intro", "Imogen Penhallow knows what has to change."),
        ("heading", "Buses #import \"x\""),
        ("text", "{{time}} is the last bus.\n\nWe want one an hour."),
        ("heading", ""),
        ("text", ""),
        ("who", "Imogen Penhallow"),
        ("contact", "01632 960001"),
        ("link", "https://lantern.example/quillbrook"),
        ("place", "map"),
    ]
}

/// A picture as a file.
fn hall() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::DynamicImage::from(image::RgbImage::from_pixel(40, 30, image::Rgb([120, 20, 90])));
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// Gives a leaflet this file as a picture, with what it says in the same form.
async fn give(desk: &Actor, leaflet: &str, file: Vec<u8>) -> Answer {
    let form = said("1").into_iter().fold(Form::new(), |form, (name, words)| form.text(name, words.to_owned()));
    let part = Part::bytes(file).file_name("hall.png");
    let form = form.text("picture", "").text("shows", "The hall").part("file", part);
    read(desk.client.post(format!("{}{leaflet}/pictures", desk.base)).multipart(form)).await
}

async fn made(app: &TestApp, desk: &Actor, path: &str, fields: &[(&str, &str)]) -> Pdf {
    let run = desk.post(path, fields).await.expect(303).location();
    app.print().await;
    Pdf::fetched(desk, &run).await
}

async fn upload(desk: &Actor, path: &str, form: Form) -> u16 {
    let request = desk.client.post(format!("{}{path}", desk.base)).multipart(form);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn nothing_for_the_public_is_made_without_a_complete_imprint() {
    let here = desk().await;
    let leaflet = begun(&here, "a5").await;
    let fields = [
        ("title", "Sorry we missed you"),
        ("text", "We called today."),
        ("contact", "01632 960001"),
        ("lines", "3"),
        ("line", "Keep our library open"),
        ("count", "4"),
        ("step", "make"),
    ];
    for path in ["/materials/out-cards", "/materials/door-cards", "/materials/posters", &format!("{leaflet}/making")] {
        let page = here.desk.post(path, &fields).await.expect(422);
        assert!(page.text(".errors").contains("no complete imprint"), "{path}: {}", page.text("main"));
        assert_eq!(page.attribute(".notice.bad a", "href"), "/messages/imprint", "{path}");
    }
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
    with_printer(&here.app).await;
    for path in ["/materials/out-cards", "/materials/door-cards", "/materials/posters", &format!("{leaflet}/making")] {
        let text = made(&here.app, &here.desk, path, &fields).await.text();
        assert!(text.contains("A. Agent") && text.contains("Presses"), "{path}: {text}");
    }
    let kept = "select count(*) from material_run where array_to_string(imprint, ' ') like '%Presses%A. Agent%'";
    assert_eq!(count(&here.app, kept).await, 4, "the run keeps what was printed");
}

#[tokio::test]
async fn no_poster_is_made_with_an_imprint_that_was_changed_while_it_was_tried() {
    let here = desk().await;
    with_printer(&here.app).await;
    let fields = [("line", "Keep our library open"), ("count", "1"), ("step", "make")];
    let mut other = here.app.database.operator().await;
    query("begin").execute(&mut other).await.unwrap();
    query("lock table material_template in access exclusive mode").execute(&mut other).await.unwrap();
    let meanwhile = async {
        let mut db = here.app.database.operator().await;
        until("the imprint is read, and what is kept is waited for", async || {
            let waits = "select pid from pg_locks where not granted and relation = 'material_template'::regclass
                and database = (select oid from pg_database where datname = current_database())";
            query(waits).fetch_optional(&mut db).await.unwrap()
        })
        .await;
        let anew = "update message_imprint set printer = 'Other Rollers, 5 Larkspur Row, ZZ1 4QX'";
        for statement in [anew, "commit"] {
            query(statement).execute(&mut other).await.unwrap();
        }
    };
    let (answer, ()) = tokio::join!(here.desk.post("/materials/posters", &fields), meanwhile);
    assert!(answer.expect(409).body.contains("was changed meanwhile, so nothing was made"));
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
    let text = made(&here.app, &here.desk, "/materials/posters", &fields).await.text();
    assert!(text.contains("Rollers") && !text.contains("Presses"), "{text}");
}

#[tokio::test]
async fn a_leaflet_says_what_was_written_as_it_was_written_and_its_code_leads_there() {
    let here = desk().await;
    with_printer(&here.app).await;
    for (design, pages) in [("a5", 1), ("a4", 1), ("fold", 2)] {
        let leaflet = begun(&here, design).await;
        here.desk.post(&leaflet, &said("1")).await.expect(303);
        let page = here.desk.get(&leaflet).await.expect(200);
        assert_eq!(page.count("img.printed"), pages, "{design}");
        let pdf = made(&here.app, &here.desk, &format!("{leaflet}/making"), &[]).await;
        assert_eq!(pdf.pages(), pages, "{design}");
        let text = pdf.text();
        for words in [
            "A library for",
            "Buses #import \"x\"",
            "{{time}} is the last bus.",
            "We want one an hour.",
            "Imogen Penhallow",
            "Larkspur Row",
        ] {
            assert!(text.contains(words), "{design} {words}: {text}");
        }
        assert_eq!(pdf.codes(1), ["https://lantern.example/quillbrook"], "{design}");
        here.desk.post(&format!("{leaflet}/removal"), &[]).await.expect(303);
    }
}

#[tokio::test]
async fn bleed_and_marks_come_on_request_and_the_fold_is_in_the_middle() {
    let here = desk().await;
    with_printer(&here.app).await;
    let leaflet = begun(&here, "fold").await;
    let size = |pdf: &Pdf| {
        let picture = image::open(pdf.picture(1, 100)).unwrap();
        (f64::from(picture.width()) * 0.254, f64::from(picture.height()) * 0.254)
    };
    let plain = made(&here.app, &here.desk, &format!("{leaflet}/making"), &[]).await;
    let bled = made(&here.app, &here.desk, &format!("{leaflet}/making"), &[("bleed", "yes"), ("archive", "yes")]).await;
    let ((w, h), (wide, high)) = (size(&plain), size(&bled));
    assert!((w - 297.0).abs() < 0.6 && (h - 210.0).abs() < 0.6, "{w} {h}");
    assert!((wide - 313.0).abs() < 0.6 && (high - 226.0).abs() < 0.6, "{wide} {high}");
}

#[tokio::test]
async fn what_is_longer_than_the_design_is_seen_before_and_not_made() {
    let here = desk().await;
    with_printer(&here.app).await;
    let leaflet = begun(&here, "a5").await;
    let long = "Words that go on and on. ".repeat(150);
    let mut fields = said("1");
    fields.extend([("heading", "More"), ("text", long.trim()), ("heading", "And more"), ("text", long.trim())]);
    here.desk.post(&leaflet, &fields).await.expect(303);
    assert!(here.desk.get(&leaflet).await.text("main").contains("longer than the design has room for"));
    let page = here.desk.post(&format!("{leaflet}/making"), &[]).await.expect(422);
    assert!(page.text(".errors").contains("Shorten a passage"));
    // What is typed and cannot be kept is told apart from the version that was measured.
    let mut short = said("2");
    short.extend([("heading", "Alone"), ("text", "")]);
    let page = here.desk.post(&leaflet, &short).await.expect(422).text("main");
    assert!(page.contains("The version that is kept is longer than the design has room for"), "{page}");
    assert!(!page.contains("It says 1") && page.contains("It says 7,"), "of the version that is kept: {page}");
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
}

#[tokio::test]
async fn what_was_changed_is_kept_with_a_picture_and_what_the_design_brought_is_warned_of() {
    let here = desk().await;
    let leaflet = begun(&here, "a4").await;
    let unwritten = "Some of it is not written yet";
    assert!(here.desk.get(&leaflet).await.expect(200).text("main").contains(unwritten));
    let page = give(&here.desk, &leaflet, vec![0; 10 * 1024 * 1024 + 1]).await.expect(422);
    assert_eq!(page.count(".errors li"), 1, "one cause, one error: {}", page.text(".errors"));
    assert_eq!(page.attribute("#headline", "value"), "A library for Quillbrook", "what was typed stands there");
    assert_eq!(count(&here.app, "select count(*) from material_template_version").await, 1);
    give(&here.desk, &leaflet, hall()).await.expect(303);
    assert_eq!(count(&here.app, "select count(*) from material_picture where shows = 'The hall'").await, 1);
    let page = here.desk.get(&leaflet).await.expect(200);
    assert_eq!(page.attribute("#headline", "value"), "A library for Quillbrook");
    assert!(!page.text("main").contains(unwritten));
    assert!(page.text("main").contains("It names a candidate"), "and is for no poll");
}

#[tokio::test]
async fn a_picture_is_taken_out_and_what_was_typed_and_not_kept_stays_on_the_page() {
    let here = desk().await;
    let leaflet = begun(&here, "a4").await;
    give(&here.desk, &leaflet, hall()).await.expect(303);
    let mut fields = said("2");
    fields.retain(|(name, _)| *name != "headline");
    fields.extend([("headline", "Buses until midnight"), ("picture", "1")]);
    let removal = format!("{leaflet}/pictures/1/removal");
    let button = format!("button[form=words][formaction='{removal}']");
    assert_eq!(here.desk.get(&leaflet).await.count(&button), 1, "it sends what was typed");
    here.app.actor(Role::Organiser, "Saltern").await.post(&removal, &fields).await.expect(404);
    let page = here.desk.post(&removal, &fields).await.expect(200);
    assert_eq!(count(&here.app, "select count(*) from material_picture").await, 0);
    assert!(page.text("main").contains("The picture is taken out"), "{}", page.text("main"));
    assert_eq!(page.attribute("#headline", "value"), "Buses until midnight");
    assert_eq!((page.count(&button), page.count("[name=picture]")), (0, 1), "no picture is left to choose");
    assert_eq!(count(&here.app, "select count(*) from material_template_version").await, 2, "nor is it kept unasked");
    here.desk.post(&leaflet, &fields).await.expect(303);
    assert_eq!(here.desk.get(&leaflet).await.attribute("#headline", "value"), "Buses until midnight");
    here.desk.post(&removal, &[]).await.expect(404);
}

#[tokio::test]
async fn a_page_drawn_before_somebody_else_changed_it_changes_nothing() {
    let here = desk().await;
    let leaflet = begun(&here, "a4").await;
    here.desk.post(&leaflet, &said("1")).await.expect(303);
    here.desk.post(&leaflet, &said("1")).await.expect(409);
    here.desk.post(&leaflet, &said("2")).await.expect(303);
    assert_eq!(count(&here.app, "select count(*) from material_template_version").await, 3, "each version stays");
    let neighbour = here.app.actor(Role::Organiser, "Saltern").await;
    neighbour.get(&leaflet).await.expect(404);
    neighbour.post(&format!("{leaflet}/copy"), &[]).await.expect(404);
}

#[tokio::test]
async fn the_organisations_leaflets_are_used_by_all_and_changed_by_whoever_works_everywhere() {
    let here = desk().await;
    with_printer(&here.app).await;
    let everywhere = here.app.actor(Role::Organiser, "all").await;
    let fields = [("name", "For all"), ("design", "a5"), ("area", "all")];
    let at = everywhere.post("/materials/leaflets", &fields).await.expect(303).location();
    let leaflet = at.split('?').next().unwrap();
    let page = here.desk.get(leaflet).await.expect(200);
    assert!(page.text("main").contains("This one is locked"), "{}", page.text("main"));
    assert!(here.desk.get("/materials").await.text("#templates ~ *").contains("Locked"));
    here.desk.post(leaflet, &said("1")).await.expect(409);
    made(&here.app, &here.desk, &format!("{leaflet}/making"), &[]).await;
    let copy = here.desk.post(&format!("{leaflet}/copy"), &[]).await.expect(303).location();
    here.desk.post(copy.split('?').next().unwrap(), &said("1")).await.expect(303);
    assert_eq!(here.desk.post("/materials/leaflets", &fields).await.expect(422).count(".errors"), 1);
}

#[tokio::test]
async fn a_poster_shouts_its_line_on_a4_and_a3_and_its_code_is_read() {
    let here = desk().await;
    with_printer(&here.app).await;
    for (paper, height) in [("a4", 297.0), ("a3", 420.0)] {
        let fields = [
            ("paper", paper),
            ("line", "Keep our library open"),
            ("name", "Imogen Penhallow"),
            ("under", "for Quillbrook"),
            ("link", "https://lantern.example/help"),
            ("count", "1"),
            ("step", "make"),
        ];
        let pdf = made(&here.app, &here.desk, "/materials/posters", &fields).await;
        assert_eq!((pdf.pages(), pdf.codes(1)), (1, vec!["https://lantern.example/help".to_owned()]));
        let word = pdf.words().into_iter().find(|w| w.text == "library").unwrap();
        assert!(word.at[3] - word.at[1] > height / 10.0, "{word:?}");
        assert!(pdf.words().iter().all(|w| w.at[0] > 5.0 && w.at[3] < height - 3.0), "everything is on the sheet");
    }
    // A long word is set smaller, not parted.
    let long = "Antidisestablishmentarianism";
    let fields = [("line", long), ("name", "Imogen Penhallow"), ("count", "1"), ("step", "make")];
    let pdf = made(&here.app, &here.desk, "/materials/posters", &fields).await;
    let word = pdf.words().into_iter().find(|w| w.text == long).unwrap();
    assert!(word.at[0] > 5.0 && word.at[2] < 205.0, "{word:?}");
    let seen = here.desk.post("/materials/posters", &fields[..3]).await.expect(200);
    assert!(seen.text("main").contains("It names a candidate"), "and is for no poll");
    assert!(
        seen.text("main").contains("it bears the usual imprint, which does not name them"),
        "{}",
        seen.text("main")
    );
}

#[tokio::test]
async fn cards_for_doors_come_four_to_a_sheet_with_words_codes_and_the_notice() {
    let here = desk().await;
    with_printer(&here.app).await;
    let out = [
        ("title", "Sorry we missed you"),
        ("text", "We called today about the harbour wall."),
        ("who", "Imogen Penhallow"),
        ("contact", "01632 960001"),
        ("link", "https://lantern.example/help"),
        ("lines", "3"),
        ("count", "6"),
        ("step", "make"),
    ];
    let pdf = made(&here.app, &here.desk, "/materials/out-cards", &out).await;
    assert_eq!(pdf.pages(), 2, "six cards on two sheets");
    assert_eq!(pdf.text().matches("Sorry we missed you").count(), 8);
    assert_eq!(pdf.codes(1), ["https://lantern.example/help"; 4]);
    let pdf = made(&here.app, &here.desk, "/materials/door-cards", &[("count", "4"), ("step", "make")]).await;
    assert_eq!(pdf.pages(), 1);
    assert_eq!(pdf.text().matches("What we keep about you").count(), 4);
    assert_eq!(pdf.codes(1), vec![format!("{}/privacy", here.app.base); 4]);
    change(&here.app, "update installation set privacy_notice = repeat('We keep little. ', 200)").await;
    let pdf = made(&here.app, &here.desk, "/materials/door-cards", &[("count", "4"), ("step", "make")]).await;
    assert_eq!(pdf.pages(), 2, "a long notice takes an A5");
}

#[tokio::test]
async fn cards_and_posters_bear_the_name_of_their_areas_own_brand() {
    let here = desk().await;
    with_printer(&here.app).await;
    let quillbrook = area(&here.app, "Quillbrook").await.to_string();
    let everywhere = here.app.actor(Role::Organiser, "all").await;
    change(
        &here.app,
        "insert into material_brand (area_id, party, colour, second, changed_by)
         select area_id, 'Lantern Quillbrook', '#752b62', '#edbd6a', (select account_id from account limit 1)
         from area where short_name = 'Quillbrook'",
    )
    .await;
    let cards = [("area", quillbrook.as_str()), ("count", "4"), ("step", "make")];
    let pdf = made(&here.app, &everywhere, "/materials/door-cards", &cards).await;
    assert_eq!(pdf.text().matches("Lantern Quillbrook").count(), 4, "{}", pdf.text());
    // The line below the name is the area's too, unless somebody wrote another.
    let form = everywhere.get("/materials/posters").await.expect(200);
    let usual = form.attribute("input[name=under]", "value");
    assert!(usual != "Lantern Quillbrook" && form.attribute("input[name=under_of]", "value") == usual, "{usual}");
    for (under, said) in [(usual.as_str(), "Lantern Quillbrook"), ("For all of us", "For all of us")] {
        let fields = [
            ("area", quillbrook.as_str()),
            ("line", "Keep our library open"),
            ("under", under),
            ("under_of", usual.as_str()),
            ("count", "1"),
            ("step", "preview"),
        ];
        let seen = everywhere.post("/materials/posters", &fields).await.expect(200);
        assert_eq!(seen.attribute("input[name=under]", "value"), said);
        assert_eq!(seen.attribute("#seen", "tabindex"), "-1");
    }
}

#[tokio::test]
async fn between_elections_the_partys_own_imprint_is_borne_and_no_candidates() {
    let here = desk().await;
    with_printer(&here.app).await;
    change(
        &here.app,
        "insert into message_campaign (campaign_id, area_id, name, kind, nation, promoter, promoter_address, whose, behalf, behalf_address,
           printer, printer_address, starts_on)
         select gen_random_uuid(), area_id, 'Quillbrook 2027', 'local', 'england', 'B. Agent', '2 Larkspur Row, ZZ1 4QX', 'candidate',
           'Wilma Vale', '2 Larkspur Row, ZZ1 4QX', 'Presses', '3 Larkspur Row, ZZ1 4QX', current_date - 1
         from area where short_name = 'Quillbrook'",
    )
    .await;
    let poll = voters::poll(&here.app).await.to_string();
    for (poll, bears, not) in [("", "A. Agent", "Wilma Vale"), (poll.as_str(), "Wilma Vale", "A. Agent")] {
        let fields = [("poll", poll), ("count", "4"), ("step", "make")];
        let text = made(&here.app, &here.desk, "/materials/door-cards", &fields).await.text();
        assert!(text.contains(bears) && !text.contains(not), "{poll}: {text}");
    }
}

#[tokio::test]
async fn a_leaflet_whose_button_is_pressed_twice_is_one_run() {
    let here = desk().await;
    with_printer(&here.app).await;
    let leaflet = begun(&here, "a5").await;
    here.desk.post(&leaflet, &said("1")).await.expect(303);
    let page = here.desk.get(&leaflet).await.expect(200);
    let making = format!("{leaflet}/making");
    let asked = page.attribute(&format!("form[action='{making}'] input[name=asked]"), "value");
    assert!(!asked.is_empty(), "{}", page.body);
    let fields = [("asked", asked.as_str())];
    let (one, other) = tokio::join!(here.desk.post(&making, &fields), here.desk.post(&making, &fields));
    let (one, other) = (one.expect(303).location(), other.expect(303).location());
    assert_eq!(one, other, "at the same moment");
    assert_eq!(here.desk.post(&making, &fields).await.expect(303).location(), one, "and again, later");
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 1);
    // Whoever goes back and chooses otherwise gets what they chose.
    let bled = here.desk.post(&making, &[("asked", asked.as_str()), ("bleed", "yes")]).await.expect(303).location();
    assert_ne!(bled, one);
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 2);
}

#[tokio::test]
async fn a_file_of_several_wards_is_asked_about_and_one_of_them_is_kept() {
    let here = desk().await;
    let area: i64 = sqlx::query_scalar("select area_id from area where short_name = 'Quillbrook'")
        .fetch_one(&mut here.app.database.operator().await)
        .await
        .unwrap();
    let feature = |name: &str| WARD.replace(r#""properties":{}"#, &format!(r#""properties":{{{name}}}"#));
    let give = async |names: [&str; 2], which: &str| {
        let wards = names.map(feature).join(",");
        let file = format!(r#"{{"type":"FeatureCollection","features":[{wards}]}}"#);
        let part = Part::bytes(file.into_bytes()).file_name("wards.geojson");
        let form = Form::new().text("area", area.to_string()).text("which", which.to_owned()).part("file", part);
        read(here.desk.client.post(format!("{}/materials/boundaries", here.desk.base)).multipart(form)).await
    };
    let named = [r#""WD25NM":"Ferryside""#, r#""WD25NM":"QUILLBROOK""#];
    let page = give(named, "").await.expect(422);
    assert!(page.text(".errors").contains("This file holds 2 areas"), "{}", page.text(".errors"));
    assert_eq!(page.text("#which option[selected]"), "QUILLBROOK", "the one of the area’s name is offered first");
    assert_eq!(page.attribute("#area option[selected]", "value"), area.to_string());
    let page = give([r#""id":"1""#, r#""id":"2""#], "").await.expect(422);
    assert_eq!(page.count("input[type=checkbox]#which"), 1, "without names: whether both are the area");
    let kept = "select count(*) from area_boundary";
    assert_eq!(count(&here.app, kept).await, 0, "nothing is kept unasked");
    give(named, "of Saltern").await.expect(422);
    give(named, "of QUILLBROOK").await.expect(303);
    assert_eq!(count(&here.app, "select jsonb_array_length(shape)::bigint from area_boundary").await, 1);
    give([r#""id":"1""#, r#""id":"2""#], "all").await.expect(303);
    assert_eq!(count(&here.app, "select jsonb_array_length(shape)::bigint from area_boundary").await, 2);
}

#[tokio::test]
async fn a_map_is_drawn_from_the_areas_own_boundary_and_streets_stand_there_without_one() {
    let here = desk().await;
    with_printer(&here.app).await;
    let leaflet = begun(&here, "a4").await;
    here.desk.post(&leaflet, &said("1")).await.expect(303);
    let text = made(&here.app, &here.desk, &format!("{leaflet}/making"), &[]).await.text();
    let area: i64 = sqlx::query_scalar("select area_id from area where short_name = 'Quillbrook'")
        .fetch_one(&mut here.app.database.operator().await)
        .await
        .unwrap();
    let form = |file: String| {
        Form::new()
            .text("area", area.to_string())
            .part("file", Part::bytes(file.into_bytes()).file_name("ward.geojson"))
    };
    for wrong in ["<svg onload=alert(1)>".to_owned(), "{}".to_owned(), " ".repeat(2_100_000)] {
        assert!(matches!(upload(&here.desk, "/materials/boundaries", form(wrong)).await, 413 | 422));
    }
    assert_eq!(upload(&here.desk, "/materials/boundaries", form(WARD.to_owned())).await, 303);
    let page = here.desk.get(&format!("/materials/boundaries?area={area}")).await.expect(200);
    assert_eq!(page.count("svg.outline path"), 1);
    let before = made(&here.app, &here.desk, &format!("{leaflet}/making"), &[]).await.text();
    assert!(
        before.matches("Larkspur Row").count() < text.matches("Larkspur Row").count(),
        "the map takes the streets' place"
    );
    let neighbour = here.app.actor(Role::Organiser, "Saltern").await;
    neighbour.post(&format!("/materials/boundaries/{area}/removal"), &[]).await.expect(404);
    here.desk.post(&format!("/materials/boundaries/{area}/removal"), &[]).await.expect(303);
}

#[tokio::test]
async fn an_imprint_stands_whole_on_what_is_made_or_is_refused_in_words_that_say_to_shorten_it() {
    let here = desk().await;
    let fields = [
        ("title", "Sorry we missed you"),
        ("text", "We called today."),
        ("contact", "01632 960001"),
        ("lines", "3"),
        ("line", "Keep our library open"),
        ("count", "4"),
        ("step", "make"),
    ];
    let mut paths: Vec<String> =
        ["out-cards", "door-cards", "posters"].map(|kind| format!("/materials/{kind}")).to_vec();
    with_printer(&here.app).await;
    for design in ["a5", "a4", "fold"] {
        let leaflet = begun(&here, design).await;
        let mut said = said("1");
        said[1] = ("name", design);
        here.desk.post(&leaflet, &said).await.expect(303);
        paths.push(format!("{leaflet}/making"));
    }
    for (names, addresses) in [(50, 60), (190, 270)] {
        long_imprint(&here.app, names, addresses).await;
        for path in &paths {
            let answer = here.desk.post(path, &fields).await;
            if answer.status == 422 {
                let refused = answer.text(".errors");
                assert!(refused.contains("The imprint is longer than") && refused.contains("Shorten it"), "{refused}");
                assert!(names > 50, "{path}: an imprint as they are: {refused}");
                continue;
            }
            let run = answer.expect(303).location();
            here.app.print().await;
            let text = Pdf::fetched(&here.desk, &run).await.text();
            assert!(text.contains("Endmark") && text.matches("Montgomery").count() >= 5, "{path}: {text}");
        }
    }
    let leaflet = paths[3].trim_end_matches("/making");
    let page = here.desk.get(leaflet).await.expect(422);
    assert!(page.text(".errors").contains("The imprint is longer than the leaflet has room for"), "{}", page.body);
}

#[tokio::test]
async fn a_ward_of_many_streets_and_no_boundary_has_a_leaflet_that_names_some_and_counts_the_rest() {
    let here = desk().await;
    with_printer(&here.app).await;
    change(
        &here.app,
        "insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number)
         select d.partition_id, d.area_no, array['1 Nightingale ' || n], '1 Nightingale ' || n, '1 nightingale ' || n,
           'nightingale ' || n, 'Nightingale Close ' || n, 1
         from district d, generate_series(1, 500) n where d.letters = 'QB1'",
    )
    .await;
    for design in ["a5", "a4", "fold"] {
        let leaflet = begun(&here, design).await;
        let fields: Vec<(&str, &str)> =
            said("1").into_iter().map(|(name, words)| (name, if name == "name" { design } else { words })).collect();
        here.desk.post(&leaflet, &fields).await.expect(303);
        let text = made(&here.app, &here.desk, &format!("{leaflet}/making"), &[]).await.text();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Nightingale") && text.contains(" more"), "{design}: {text}");
    }
}
