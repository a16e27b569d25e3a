//! Colours, logos and outlines belong to their areas: used inside them, changed by nobody else.

use super::materials_labels::desk;
use crate::support::access::area;
use crate::support::app::{Actor, read};
use crate::support::walk::count;
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use reqwest::multipart::{Form, Part};
use sqlx::{query, query_scalar};

async fn keep(desk: &Actor, area: i64, colour: &str, logo: Option<Vec<u8>>) -> u16 {
    let mut form = Form::new()
        .text("area", area.to_string())
        .text("party", "The Lantern Party")
        .text("colour", colour.to_owned())
        .text("second", "#edbd6a");
    if let Some(bytes) = logo {
        form = form.part("logo", Part::bytes(bytes).file_name("logo.png"));
    }
    let request = desk.client.post(format!("{}/materials/brand", desk.base)).multipart(form);
    request.send().await.unwrap().status().as_u16()
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(40, 20, image::Rgb([200, 30, 90]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_logo_that_is_too_large_is_the_only_thing_wrong_and_what_was_typed_stands_there() {
    let here = desk().await;
    let quillbrook = area(&here.app, "Quillbrook").await;
    let logo = Part::bytes(vec![0; 10 * 1024 * 1024 + 64 * 1024]).file_name("logo.png");
    let form = Form::new()
        .text("area", quillbrook.to_string())
        .text("party", "Lantern Tarrowby")
        .text("colour", "#123456")
        .text("second", "#edbd6a")
        .part("logo", logo);
    let page = read(here.desk.client.post(format!("{}/materials/brand", here.desk.base)).multipart(form)).await;
    assert_eq!(page.status, 422, "{}", page.body);
    assert_eq!(page.count(".errors li"), 1, "one cause, one error: {}", page.text(".errors"));
    assert!(page.text("#logo-error").contains("larger than 10 MB"));
    assert_eq!(page.attribute("#party", "value"), "Lantern Tarrowby");
    assert_eq!(page.attribute("#colour", "value"), "#123456");
    assert_eq!(page.attribute("#area option[selected]", "value"), quillbrook.to_string());
}

#[tokio::test]
async fn a_brand_holds_in_its_area_and_inside_it_and_a_broken_logo_is_refused() {
    let here = desk().await;
    let (all, quillbrook) = (area(&here.app, "all").await, area(&here.app, "Quillbrook").await);
    let everywhere = here.app.actor(Role::Organiser, "all").await;
    assert_eq!(keep(&everywhere, all, "#ffdd00", Some(png())).await, 303);
    let page = here.desk.get("/materials/brand").await.expect(200);
    assert_eq!(page.attribute("#colour", "value"), "#ffdd00");
    assert!(
        page.text("main").contains("black") && page.text("main").contains("too light on paper"),
        "{}",
        page.text("main")
    );
    assert_eq!(keep(&here.desk, quillbrook, "#752b62", None).await, 303);
    assert_eq!(here.desk.get("/materials/brand").await.attribute("#colour", "value"), "#752b62");
    assert_eq!(keep(&here.desk, all, "#000000", None).await, 404, "not of one's own area");
    let warned =
        async || here.desk.get("/materials/brand").await.expect(200).text("#holds + div").contains("hardly be seen");
    assert!(!warned().await);
    assert_eq!(keep(&here.desk, quillbrook, "#edbd6a", None).await, 303);
    assert!(warned().await, "a second colour like the first is kept, with a warning");
    assert_eq!(keep(&here.desk, quillbrook, "#752b62", None).await, 303);
    for wrong in
        [b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec(), b"\x89PNG\r\n\x1a\nbroken".to_vec()]
    {
        assert_eq!(keep(&here.desk, quillbrook, "#752b62", Some(wrong)).await, 422);
    }
    assert_eq!(keep(&here.desk, quillbrook, "mulberry", None).await, 422);
    here.desk.post(&format!("/materials/brand/{all}/removal"), &[]).await.expect(404);
    here.desk.post(&format!("/materials/brand/{quillbrook}/removal"), &[]).await.expect(303);
    assert_eq!(count(&here.app, "select count(*) from material_brand").await, 1);
}

#[tokio::test]
async fn no_neighbour_reads_or_changes_them_by_sql_either() {
    let here = desk().await;
    let quillbrook = area(&here.app, "Quillbrook").await;
    assert_eq!(keep(&here.desk, quillbrook, "#752b62", None).await, 303);
    let outline = "insert into area_boundary (area_id, shape, points, changed_by) select $1, '[[[[0,0],[1,0],[1,1],[0,0]]]]', 4, $2";
    query(outline)
        .bind(quillbrook)
        .bind(here.desk.account.id)
        .execute(&mut here.app.database.operator().await)
        .await
        .unwrap();
    let neighbour = here.app.account(Role::Organiser, "Saltern").await;
    let session = hash(&open_session(&here.app, &neighbour).await);
    let saltern = area(&here.app, "Saltern").await;
    let mut asking = here.app.database.app().await;
    become_role(&mut asking, "hustings_organiser", &session, "", &saltern.to_string()).await;
    for sql in ["select count(area_id) from material_brand", "select count(area_id) from area_boundary"] {
        let seen: i64 = query_scalar(sql).fetch_one(&mut asking).await.unwrap();
        assert_eq!(seen, 0, "{sql}");
    }
    for sql in ["update material_brand set party = 'Other'", "update area_boundary set points = 4"] {
        assert_eq!(query(sql).execute(&mut asking).await.unwrap().rows_affected(), 0, "{sql}");
    }
    for (sql, area) in [
        ("select wall.remove_brand($1)", quillbrook),
        ("select wall.remove_boundary($1)", quillbrook),
        ("select exists (select from wall.brand_of($1))", quillbrook),
    ] {
        let done: bool = query_scalar(sql).bind(area).fetch_one(&mut asking).await.unwrap();
        assert!(!done, "{sql}");
    }
    let mut own = here.app.database.app().await;
    let session = hash(&open_session(&here.app, &here.desk.account).await);
    become_role(&mut own, "hustings_organiser", &session, "", &quillbrook.to_string()).await;
    for (table, dated) in [
        ("material_brand", "update material_brand set changed_by = $1, changed_at = now() - interval '1 year'"),
        ("area_boundary", "update area_boundary set changed_by = $1, changed_at = now() - interval '1 year'"),
    ] {
        let refused = query(dated).bind(here.desk.account.id).execute(&mut own).await.unwrap_err().to_string();
        assert!(refused.contains("row-level security"), "{table} bears the time of its change: {refused}");
    }
    let now = "update area_boundary set changed_by = $1, changed_at = statement_timestamp()";
    assert_eq!(query(now).bind(here.desk.account.id).execute(&mut own).await.unwrap().rows_affected(), 1);
    let forged = "insert into material_brand (area_id, party, colour, second, changed_by) values ($1, 'x', '#000000', '#000000', $2)";
    let refused =
        query(forged).bind(saltern).bind(here.desk.account.id).execute(&mut asking).await.unwrap_err().to_string();
    assert!(refused.contains("row-level security"), "in nobody else's name: {refused}");
}
