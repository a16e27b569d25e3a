//! Labels and poll cards: everybody of a selection once, inside their sticker to the millimetre, and nobody who asked us not to write.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::electors::last_look;
use crate::support::materials::{everybody, with_printer};
use crate::support::pdf::{Pdf, Word};
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::materials::labels::{L7160, L7163, Stock};
use uuid::Uuid;

/// Quillbrook: six homes of two on Larkspur Row, all of them kept as a selection.
pub struct Desk {
    /// The service.
    pub app: TestApp,
    /// Who makes things.
    pub desk: Actor,
    /// Everybody.
    pub selection: Uuid,
}

/// Sits down at it.
pub async fn desk() -> Desk {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    let selection = everybody(&app, &desk, "Quillbrook").await;
    Desk { app, desk, selection }
}

impl Desk {
    /// Makes labels by these choices, and answers the PDF.
    async fn labels(&self, more: &[(&str, &str)]) -> Pdf {
        let selection = self.selection.to_string();
        let mut fields = vec![("selection", selection.as_str()), ("step", "make")];
        fields.extend(more);
        let run = self.desk.post("/materials/labels", &fields).await.expect(303).location();
        self.app.print().await;
        Pdf::fetched(&self.desk, &run).await
    }
}

/// Every word lies within a label of the stock, and answers which: page and cell.
fn cells(words: &[Word], stock: &Stock) -> Vec<(usize, usize)> {
    let cell = |word: &Word| {
        let [left, top, right, bottom] = word.at;
        let inside = |cell: &usize| {
            let (x, y) = stock.corner(*cell);
            left >= x + 0.5 && top >= y + 0.5 && right <= x + stock.width - 0.5 && bottom <= y + stock.height - 0.5
        };
        let found = (0..stock.cells()).find(inside);
        (word.page, found.unwrap_or_else(|| panic!("{word:?} is on no label of {stock:?}")))
    };
    words.iter().map(cell).collect()
}

#[tokio::test]
async fn everybody_is_on_one_label_inside_it_and_the_first_is_where_it_was_asked_for() {
    let here = desk().await;
    for (name, stock, start) in [("L7160", L7160, 5), ("L7163", L7163, 1)] {
        let first = start.to_string();
        let pdf = here.labels(&[("stock", name), ("per", "person"), ("start", &first)]).await;
        let words = pdf.words();
        let used = cells(&words, &stock);
        let mut labels = used.clone();
        labels.dedup();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), 12, "{name}");
        assert_eq!(labels[0], (1, start - 1), "{name}");
        for person in ["Edith", "Wilfred"] {
            let found = words.iter().filter(|w| w.text == person).count();
            assert_eq!(found, 6, "{person} on {name}");
        }
        for home in 1..=6 {
            assert_eq!(words.iter().filter(|w| w.text == format!("Harcourt{home}")).count(), 2, "{home} on {name}");
        }
    }
    assert_eq!(count(&here.app, "select count(*) from material_item").await, 24);
}

#[tokio::test]
async fn a_home_gets_one_label_for_all_of_it() {
    let here = desk().await;
    let pdf = here.labels(&[("per", "household")]).await;
    let text = pdf.text();
    assert_eq!(text.matches("Edith and Wilfred Harcourt").count(), 6, "{text}");
    assert_eq!(count(&here.app, "select count(distinct item) from material_item").await, 6);
    assert_eq!(count(&here.app, "select count(*) from material_item").await, 12);
}

#[tokio::test]
async fn the_longest_names_and_hostile_ones_stay_inside_their_label() {
    let here = desk().await;
    change(&here.app, "update elector set name = repeat('N', 200) where name = 'Edith Harcourt1'").await;
    change(&here.app, "update elector set name = '#import \"x\" {{ }} $a$ *b*' where name = 'Wilfred Harcourt1'").await;
    change(
        &here.app,
        "update elector set name = U&'\\0645\\0631\\064A\\0645 \\202E evil' where name = 'Edith Harcourt2'",
    )
    .await;
    change(
        &here.app,
        "update household set lines = array['Flat 14B, The Old Something Buildings House', repeat('Long', 30), '1 Larkspur Row',
           'Upper Quillbrook', 'Quillbrook', 'Wexmere', 'The Shire of Somewhere'] where number = 1 and street = 'Larkspur Row'",
    )
    .await;
    let own = [
        ("stock", "own"),
        ("columns", "4"),
        ("rows", "10"),
        ("width", "48.5"),
        ("height", "25.4"),
        ("left", "8"),
        ("from_top", "21.5"),
        ("gap_x", "0"),
        ("gap_y", "0"),
        ("per", "person"),
    ];
    let stock = Stock { columns: 4, rows: 10, width: 48.5, height: 25.4, left: 8.0, top: 21.5, gap_x: 0.0, gap_y: 0.0 };
    let pdf = here.labels(&own).await;
    cells(&pdf.words(), &stock);
    let text = pdf.text();
    assert!(text.contains("#import"), "text stays text: {text}");
    assert_eq!(text.chars().filter(|c| *c == 'N').count(), 200, "nothing of a name is cut");
    cells(&here.labels(&[("per", "person")]).await.words(), &L7160);
}

#[tokio::test]
async fn nothing_of_an_objector_is_on_any_sheet() {
    let here = desk().await;
    change(
        &here.app,
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'post', 'By letter' from elector where name = 'Edith Harcourt3'",
    )
    .await;
    let pdf = here.labels(&[("per", "person")]).await;
    let words = pdf.words();
    assert_eq!(words.iter().filter(|w| w.text == "Harcourt3").count(), 1);
    let (selection, per) = (here.selection.to_string(), ("per", "person"));
    let look = [("selection", selection.as_str()), per, ("step", "preview")];
    let page = here.desk.post("/materials/labels", &look).await.expect(200);
    assert!(page.text("main").contains("1 asked us not to write to them"), "{}", page.text("main"));
}

#[tokio::test]
async fn a_look_at_the_first_sheet_makes_nothing_and_is_on_record_by_who_stands_on_it() {
    let here = desk().await;
    let selection = here.selection.to_string();
    let fields = [("selection", selection.as_str()), ("per", "person"), ("start", "17"), ("step", "preview")];
    let page = here.desk.post("/materials/labels", &fields).await.expect(200);
    assert!(page.attribute("img.printed", "src").starts_with("data:image/png;base64,iVBOR"));
    assert!(page.text("main").contains("Make 12 labels"), "{}", page.text("main"));
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
    let (what, seen) = last_look(&here.app, here.desk.account.id).await;
    assert_eq!((what.as_str(), seen.len()), ("look", 5), "labels 17 to 21");
    here.labels(&[("per", "person")]).await;
    let prints = "select count(*) from access_log where what = 'print' and cardinality(subjects) = 12";
    assert_eq!(count(&here.app, prints).await, 2, "making them, and taking the file away");
}

#[tokio::test]
async fn what_cannot_be_made_says_why_and_makes_nothing() {
    let here = desk().await;
    let selection = here.selection.to_string();
    let all = ("selection", selection.as_str());
    for (fields, said) in [
        (vec![("selection", "")], "Choose a selection"),
        (vec![("selection", "019c0000-0000-7000-8000-000000000000")], "not there any more"),
        (vec![all, ("start", "22")], "whole number from 1 to 21"),
        (vec![all, ("stock", "own"), ("columns", "4"), ("width", "70")], "an A4 is 210 mm wide"),
        (vec![all, ("stock", "own"), ("height", "-1")], "Give millimetres"),
        (vec![all, ("stock", "own"), ("width", "25"), ("height", "12")], "a label of at least 35 × 16 mm"),
        (vec![all, ("stock", "L9999")], "Choose a kind of label"),
    ] {
        let mut fields = fields;
        fields.push(("step", "make"));
        let page = here.desk.post("/materials/labels", &fields).await.expect(422);
        assert!(page.text(".errors").contains(said), "{said}: {}", page.text(".errors"));
    }
    change(&here.app, "update elector set left_at = now()").await;
    let page = here.desk.post("/materials/labels", &[all, ("step", "make")]).await.expect(422);
    assert!(page.text(".errors").contains("Nobody of this selection"), "{}", page.text(".errors"));
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
}

#[tokio::test]
async fn a_neighbours_selection_is_not_there_to_be_printed() {
    let here = desk().await;
    let other = here.app.actor(Role::Organiser, "Saltern").await;
    let selection = here.selection.to_string();
    let page = other.post("/materials/labels", &[("selection", &selection), ("step", "make")]).await.expect(422);
    assert!(page.text(".errors").contains("not there any more"));
}

#[tokio::test]
async fn a_test_sheet_shows_where_every_label_is() {
    let here = desk().await;
    let fetch = |path: &'static str| here.desk.client.get(format!("{}{path}", here.desk.base)).send();
    let answer = fetch("/materials/labels/test.pdf?stock=L7163").await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let pdf = Pdf::of(&answer.bytes().await.unwrap());
    let mut used = cells(&pdf.words(), &L7163);
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), 14);
    let wrong = fetch("/materials/labels/test.pdf?stock=own&columns=8&width=210").await.unwrap();
    assert_eq!(wrong.status().as_u16(), 422);
}

#[tokio::test]
async fn a_poll_card_says_where_to_vote_and_that_it_is_not_the_councils() {
    let here = desk().await;
    with_printer(&here.app).await;
    let poll: i64 = sqlx::query_scalar("select poll_id from poll")
        .fetch_one(&mut here.app.database.operator().await)
        .await
        .unwrap();
    let (poll, selection) = (poll.to_string(), here.selection.to_string());
    let fields = [
        ("selection", selection.as_str()),
        ("poll", poll.as_str()),
        ("contact", "01632 960001"),
        ("per", "household"),
        ("step", "make"),
    ];
    let page = here.desk.post("/materials/poll-cards", &fields).await.expect(422);
    assert!(page.text(".notice.bad").contains("QB1"), "the district without a place is named: {}", page.text("main"));
    assert_eq!(page.attribute(".notice.bad a", "href"), "/areas/polling-places");
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
    change(
        &here.app,
        "insert into polling_place (area_no, name, address, postcode)
         select area_no, 'St Agnes’ Church Hall', 'Mill Lane, Quillbrook', 'ZZ1 4QX' from district where letters = 'QB1'",
    )
    .await;
    change(&here.app, "update authority set gss_code = 'E06000001'").await;
    let run = here.desk.post("/materials/poll-cards", &fields).await.expect(303).location();
    here.app.print().await;
    let pdf = Pdf::fetched(&here.desk, &run).await;
    assert_eq!(pdf.pages(), 2, "six cards, four to a sheet");
    let text = pdf.text();
    for said in [
        "This is not your official poll card",
        "Church Hall",
        "Open 7 am to 10 pm",
        "Bring photo ID",
        "Presses",
        "Local elections",
    ] {
        assert_eq!(text.matches(said).count(), 6, "{said}: {text}");
    }
    assert!(pdf.codes(1).is_empty(), "nothing on it looks like an official code");
    change(&here.app, "update authority set gss_code = 'W06000001'").await;
    let run = here.desk.post("/materials/poll-cards", &fields).await.expect(303).location();
    here.app.print().await;
    let text = Pdf::fetched(&here.desk, &run).await.text();
    assert!(text.contains("You do not need photo ID") && !text.contains("Bring photo ID"), "{text}");
}

#[tokio::test]
async fn an_address_that_has_no_room_on_any_label_is_said_before_anything_is_made() {
    let here = desk().await;
    // It is not on the first sheet, so that no look shows it.
    let long = "update household set lines = array_fill(repeat('Endless Lane ', 60), array[4]) where number = 6 and street = 'Larkspur Row'";
    change(&here.app, long).await;
    let selection = here.selection.to_string();
    let stock = [("stock", "own"), ("columns", "1"), ("rows", "2"), ("width", "40"), ("height", "16")];
    let fields = [&stock[..], &[("selection", selection.as_str()), ("step", "make"), ("start", "1")]].concat();
    let page = here.desk.post("/materials/labels", &fields).await.expect(422);
    assert!(page.text(".errors").contains("is longer than a label has room for"), "{}", page.text(".errors"));
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
    change(
        &here.app,
        "update household set lines = array['6 Larkspur Row'] where number = 6 and street = 'Larkspur Row'",
    )
    .await;
    here.desk.post("/materials/labels", &fields).await.expect(303);
}
