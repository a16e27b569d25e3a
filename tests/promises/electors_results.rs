//! What a search found is shown home by home, in the order and with the filters that were chosen.

use crate::support::app::Answer;
use crate::support::electors::{add_elector, find, quillbrook};
use crate::support::results::Place;
use sqlx::query;

#[tokio::test]
async fn results_are_grouped_by_home_counted_and_paged() {
    let (app, organiser, partition) = quillbrook().await;
    let page = find(&organiser, &[("q", "edith")]).await;
    assert!(page.text(".page-head p").starts_with("6 electors in 6 homes match."), "{}", page.text(".page-head p"));
    assert_eq!((page.count("tr.group"), page.count("tbody th[scope=row]")), (6, 12));
    assert_eq!(page.attribute("#q", "value"), "edith", "the words come back in the box");
    assert!(!page.text("title").contains("edith"), "and stand nowhere that is kept");
    query("insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number, position)
           select $1, area_no, array[n || ' Long Lane'], n || ' Long Lane', n || ' long lane', 'long lane', 'Long Lane', n, n
           from district, generate_series(1, 120) n where letters = 'QB1'")
        .bind(partition).execute(&mut app.database.operator().await).await.unwrap();
    query("insert into elector (partition_id, area_no, household_id, kind, name, name_key, forename_key, number, position)
           select h.partition_id, h.area_no, h.household_id, 'ordinary', 'Ann Long', 'long ann', 'ann long', 'QB1-' || 1000 + h.number, 1000 + h.number
           from household h where h.street = 'Long Lane'")
        .execute(&mut app.database.operator().await).await.unwrap();
    let page = find(&organiser, &[("q", "long")]).await;
    assert_eq!(page.count("tr.group"), 50);
    assert!(page.text(".pages").starts_with("Homes 1 to 50 of 120"));
    let third = organiser.post("/electors", &[("q", "long")]).await.expect(303).location() + "&page=3";
    let page = organiser.get(&third).await.expect(200);
    assert_eq!((page.count("tr.group"), page.text(".pages a")), (20, "Previous 50".into()));
    assert_eq!(page.text("tr.group a"), "101 Long Lane");
}

#[tokio::test]
async fn filters_and_orders_narrow_what_was_found() {
    let (app, organiser, _) = quillbrook().await;
    let place = Place::of(&app).await;
    place.result("QB1-2", "spoke", Some("F"), "now() - interval '100 days'").await;
    place.result("QB1-4", "spoke", Some("A"), "now() - interval '3 days'").await;
    let found = async |fields: &[(&str, &str)]| {
        let page = find(&organiser, fields).await;
        page.text(".page-head p")
    };
    assert!(found(&[("q", "edith"), ("intention", "group:promises")]).await.starts_with("1 elector in 1 home"));
    assert!(found(&[("q", ""), ("intention", "code:A")]).await.starts_with("1 elector in 1 home"));
    assert!(found(&[("q", "edith"), ("intention", "unknown")]).await.starts_with("4 electors"));
    assert!(found(&[("q", "edith"), ("asked", "not-90")]).await.starts_with("5 electors"));
    assert!(found(&[("q", "edith"), ("asked", "in-30")]).await.starts_with("1 elector"));
    let page = find(&organiser, &[("q", "edith"), ("order", "asked")]).await;
    assert_eq!(last_row(&page), "Edith Harcourt2");
    let page = find(&organiser, &[("q", "QB1-2")]).await;
    assert!(page.text("tbody").contains("F Firm") && page.text("tbody").contains("door"), "{}", page.text("tbody"));
    let district = page.attribute("select[name=district] option:nth-child(2)", "value");
    assert!(found(&[("q", ""), ("district", &district)]).await.starts_with("12 electors in 6 homes"));
}

fn last_row(page: &Answer) -> String {
    let html = scraper::Html::parse_document(&page.body);
    let rows = scraper::Selector::parse("tbody:last-of-type th[scope=row] a").unwrap();
    html.select(&rows).next().map(|e| e.text().collect()).unwrap_or_default()
}

#[tokio::test]
async fn a_hostile_name_is_drawn_as_text() {
    let (app, organiser, partition) = quillbrook().await;
    let script = add_elector(&app, partition, "<script>alert(1)</script>", "\u{202e}Evil<b>", "QB1-400", Some(1)).await;
    for page in [
        find(&organiser, &[("q", "QB1-400")]).await,
        organiser.get(&format!("/electors/{partition}.{script}")).await.expect(200),
    ] {
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(
            page.text("main bdi").contains("<script>alert(1)</script>")
                || page.text("main").contains("<script>alert(1)")
        );
    }
}

#[tokio::test]
async fn who_matches_is_told_from_who_lives_with_them_by_more_than_colour() {
    let (_app, organiser, _) = quillbrook().await;
    let page = find(&organiser, &[("q", "edith")]).await;
    assert_eq!((page.count("tr.match"), page.count("tr.other")), (6, 6));
    assert_eq!(page.text("tr.match th"), "Edith Harcourt1 (matches)", "in words too, for who does not see the bold");
    assert_eq!(page.text("tr.other th"), "Wilfred Harcourt1");
    assert!(page.text(".page-head p").contains("who matches is in bold"), "{}", page.text(".page-head p"));
    let page = find(&organiser, &[("q", "larkspur row")]).await;
    assert_eq!((page.count("tr.match"), page.count("tr.other")), (0, 0), "where all match nobody is set apart");
    assert_eq!(page.text(".page-head p"), "12 electors in 6 homes match.");
}

#[tokio::test]
async fn nobody_found_is_told_what_to_try() {
    let (_app, organiser, _) = quillbrook().await;
    let page = find(&organiser, &[("q", "zebedee")]).await;
    assert_eq!(page.text(".page-head p"), "Nobody matches.");
    assert!(page.text(".empty").contains("Type less of the name"), "{}", page.text(".empty"));
    assert!(!page.text(".empty").contains("take a filter away"));
    assert_eq!((page.count("table"), page.count(".pages")), (0, 0));
    let page = find(&organiser, &[("q", "edith"), ("asked", "in-30")]).await;
    assert!(page.text(".empty").contains("take a filter away"), "{}", page.text(".empty"));
}
