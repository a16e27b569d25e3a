//! Letters on paper: everybody whom they are for gets one, nobody who objected, where an envelope's window shows it; as other programs
//! read the file.

use crate::support::access::sql_as;
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::materials::long_imprint;
use crate::support::pdf::{Pdf, Word};
use crate::support::selections::Town;
use crate::support::until::until;
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::materials::code::Code;
use hustings::materials::letters::choices::{Envelope, Typed};
use hustings::materials::letters::proof::Proof;
use hustings::materials::letters::{make, store};
use hustings::materials::{Kind, gallery, press};
use hustings::selections::{self, Channel, LeaveOut, Rule, Selection};
use hustings::web::FieldErrors;
use serde_json::json;
use sqlx::{query, query_scalar};
use uuid::Uuid;

const TEXT: &str = "{{salutation}},\n\nthe library in {{area}} stays. We met at {{street|your street}}.\n\n\
                    [if intention for, leaning]\nThank you for your promise.\n[end]\n[if area Saltern]\nSaltern only.\n[end]";

struct Desk {
    app: TestApp,
    desk: Actor,
    selection: String,
}

/// An organiser of Quillbrook with a complete imprint and everybody of it kept as a selection.
async fn desk() -> Desk {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "update message_imprint set printer = 'Presses, 3 Larkspur Row, ZZ1 4QX'").await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    let selection = everybody(&app, desk.account.id).await.to_string();
    Desk { app, desk, selection }
}

async fn everybody(app: &TestApp, by: Uuid) -> Uuid {
    let kept = "with s as (insert into selection (selection_id, area_id, name, made_by)
           select gen_random_uuid(), area_id, 'Everybody', $1 from area where short_name = 'Quillbrook' returning selection_id)
         insert into selection_version (selection_id, version, name, rules, made_by)
         select selection_id, 1, 'Everybody', jsonb_build_object('rule', jsonb_build_object('all', jsonb_build_array())), $1
         from s returning selection_id";
    query_scalar(kept).bind(by).fetch_one(&mut app.database.operator().await).await.unwrap()
}

impl Desk {
    /// A template of these words; its page.
    async fn template(&self, kind: &str, text: &str) -> String {
        let area = count(&self.app, "select area_id from area where short_name = 'Quillbrook'").await.to_string();
        let fields = [
            ("kind", kind),
            ("name", "The library"),
            ("area", &area),
            ("text", text),
            ("signer", "Cy Oake"),
            ("sender", "The Lantern Party\n1 Larkspur Row"),
        ];
        let made = self.desk.post("/materials/letters/new", &fields).await.expect(303).location();
        made.split('?').next().unwrap().to_owned()
    }

    /// Counts with these choices, then makes what was counted; the run's page.
    async fn make(&self, template: &str, choices: &[(&str, &str)]) -> String {
        let path = format!("{template}/making");
        let mut fields = vec![("selection", self.selection.as_str()), ("do", "count")];
        fields.extend_from_slice(choices);
        let shown = self.desk.post(&path, &fields).await.expect(303).location();
        let page = self.desk.get(&shown).await.expect(200);
        let counted = page.attribute("input[name=counted]", "value");
        fields[1] = ("do", "make");
        fields.push(("counted", counted.as_str()));
        let run = self.desk.post(&path, &fields).await.expect(303).location();
        assert!(run.starts_with("/materials/runs/"), "{run}: {}", page.body);
        run
    }

    /// Makes and prints them.
    async fn printed(&self, template: &str, choices: &[(&str, &str)]) -> Pdf {
        let run = self.make(template, choices).await;
        self.app.print().await;
        Pdf::fetched(&self.desk, &run).await
    }
}

/// Words in the window's height: the code above the address, and the address.
fn in_window(words: &[Word], page: usize) -> (Vec<&Word>, Vec<&Word>) {
    let there = |w: &&Word| w.page == page && w.at[1] > 50.0 && w.at[1] < 91.0 && w.at[0] < 110.0;
    words.iter().filter(there).partition(|w| Code::parse(&w.text).is_some())
}

/// In how many points a word is set, in a face whose letters' room is as high as it is large.
fn points(word: &Word) -> f64 {
    (word.at[3] - word.at[1]) * 72.0 / 25.4
}

#[tokio::test]
async fn everybody_gets_one_letter_in_walking_order_and_who_objected_is_nowhere() {
    let desk = desk().await;
    change(
        &desk.app,
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'post', 'By letter' from elector where name = 'Edith Harcourt3'",
    )
    .await;
    let template = desk.template("letters", TEXT).await;
    let counted = desk.desk.get(&format!("{template}/making?selection={}", desk.selection)).await.expect(200);
    assert!(
        counted.text("main").contains("11, to 11 people") && counted.text("main").contains("1 asked us not to write")
    );
    let pdf = desk.printed(&template, &[("bare", "true")]).await;
    let pages = pdf.texts();
    assert_eq!(pages.len(), 11);
    let mut order = Vec::new();
    for page in &pages {
        let number =
            (1..=6).find(|n| page.contains(&format!("{n} Larkspur Row")) && page.contains(&format!("Harcourt{n}")));
        order.push(number.unwrap_or_else(|| panic!("{page}")));
        assert!(page.contains("the library in Quillbrook stays") && page.contains("Promoted by A. Agent"), "{page}");
        assert!(page.contains("Printed by"), "{page}");
        assert!(!page.contains("Thank you") && !page.contains("Saltern only"), "{page}");
    }
    assert_eq!(order, [1, 1, 3, 5, 5, 6, 6, 4, 4, 2, 2], "up the odd side, back down the even one");
    let all = pdf.text();
    assert!(!all.contains("Edith Harcourt3") && all.contains("Wilfred Harcourt3"));
    for n in [1, 2, 4, 5, 6] {
        assert_eq!(all.matches(&format!("Edith Harcourt{n}")).count(), 1);
    }
    // Who it was for is on record, by item, and the look as a print.
    assert_eq!(count(&desk.app, "select count(*) from material_item").await, 11);
    assert_eq!(count(&desk.app, "select count(distinct item) from material_item").await, 11);
    let printed = "select count(*) from access_log where what = 'print' and cardinality(subjects) = 11";
    assert_eq!(count(&desk.app, printed).await, 2, "the making, and the fetching");
}

#[tokio::test]
async fn a_household_gets_one_and_bundles_have_covers() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    let pdf = desk.printed(&template, &[("per", "household")]).await;
    let pages = pdf.texts();
    assert_eq!(pages.len(), 7, "six letters, a cover");
    assert!(pages[0].contains("Larkspur Row") && pages[0].contains("6 letters"), "{}", pages[0]);
    assert!(!pages[0].contains("side"), "a short street is one bundle: {}", pages[0]);
    assert!(!pages[0].contains("Harcourt"));
    assert!(
        pages[1].contains("Edith and Wilfred Harcourt1") && pages[1].contains("Dear Edith and Wilfred,"),
        "{}",
        pages[1]
    );
    let posted = desk.printed(&template, &[("per", "household"), ("order", "postcode")]).await;
    assert_eq!(posted.pages(), 6, "what is posted has no covers");
}

#[tokio::test]
async fn the_address_stands_where_the_window_shows_it_whatever_the_names() {
    let desk = desk().await;
    // Names and addresses that nobody fits: long, without a space, right to left, with forms of every kind in them.
    let odd = "update elector set name = case number when 'QB1-2' then repeat('Wolfeschlegel', 16) when 'QB1-3' then repeat('Ab ', 66)
          when 'QB1-4' then 'مريم الزهراء' else '#import {{ }} $x$ \\ _y_ *z*' end, forenames = '#import', surname = '{{salutation}}'";
    change(&desk.app, odd).await;
    let lines = "update household set lines = array['Flat 2, Akeman House', number || ' Larkspur Row', 'Behind the Old Corn Exchange and its Yards',
        'Saltern St Mary-in-the-Fields', 'Quillbrook', 'Wexmere', 'Lanternshire'] where street = 'Larkspur Row'";
    change(&desk.app, lines).await;
    let template = desk.template("letters", TEXT).await;
    for (envelope, word) in [(Envelope::Dl, "dl"), (Envelope::C5, "c5")] {
        for style in ["usual", "large", "easy"] {
            let pdf = desk.printed(&template, &[("bare", "true"), ("envelope", word), ("style", style)]).await;
            let words = pdf.words();
            let (left, top, right, bottom) = envelope.always_shown();
            for page in 1..=pdf.pages() {
                let (codes, shown) = in_window(&words, page);
                assert!(codes.len() == 1 && codes[0].at[1] >= top && codes[0].at[0] >= left + 2.9, "{codes:?}");
                assert!(shown.iter().any(|w| w.text == "4QX"), "{word} {style} page {page}: {shown:?}");
                for w in &shown {
                    let [x, y, far, low] = w.at;
                    assert!(x >= left + 2.9 && y >= top + 2.9, "{word} {style}: {w:?}");
                    assert!(far <= right - 2.9 && low <= bottom + 0.1, "{word} {style}: {w:?}");
                }
            }
            assert!(pdf.text().contains("#import"), "what a name holds is printed as it stands");
        }
    }
}

#[tokio::test]
async fn the_post_can_read_the_address_in_either_window_also_in_large_print() {
    let desk = desk().await;
    let named = "update elector set name = 'Christopher Marlowe-Prys', forenames = 'Christopher', surname = 'Marlowe-Prys' where number = 'QB1-2'";
    change(&desk.app, named).await;
    let lines = "update household set lines = array['Flat 12, Cholmondeley House', number || ' Larkspur Row', 'Quillbrook', 'Wexmere']
                 where street = 'Larkspur Row' and number = 1";
    change(&desk.app, lines).await;
    let template = desk.template("letters", TEXT).await;
    for envelope in ["dl", "c5"] {
        for (style, least) in [("usual", 10.0), ("large", 11.0), ("easy", 10.0)] {
            let pdf = desk.printed(&template, &[("bare", "true"), ("envelope", envelope), ("style", style)]).await;
            let words = pdf.words();
            for page in 1..=pdf.pages() {
                let (_, address) = in_window(&words, page);
                assert!(address.len() >= 5, "{envelope} {style}: {address:?}");
                let small = address.iter().find(|w| points(w) < least - 0.1);
                assert!(small.is_none(), "{envelope} {style}: {small:?}");
            }
            if style == "large" {
                let head = words.iter().find(|w| w.text == "Lantern").unwrap();
                let foot = words.iter().find(|w| w.text == "Promoted").unwrap();
                assert!(points(head) >= 13.9 && points(foot) >= 9.9, "{head:?} {foot:?}");
            }
        }
    }
}

/// The address on a page of a letter in a DL envelope, as it is read.
fn address(words: &[Word], page: usize) -> Vec<String> {
    in_window(words, page).1.into_iter().filter(|w| w.at[1] > 59.5).map(|w| w.text.clone()).collect()
}

#[tokio::test]
async fn a_proof_shows_letters_as_they_are_made_and_reads_nobody_else() {
    let desk = desk().await;
    change(&desk.app, "update elector set name = 'Bartholomew Marlowe-Prys', forenames = 'Bartholomew' where name = 'Edith Harcourt4'").await;
    let template = desk.template("letters", TEXT).await;
    for (per, order) in [("person", "walk"), ("person", "postcode"), ("household", "walk"), ("household", "postcode")] {
        let made = desk.printed(&template, &[("bare", "true"), ("per", per), ("order", order)]).await;
        let path = format!("{template}/proof/file?selection={}&per={per}&order={order}&random=2", desk.selection);
        let answer = desk.desk.client.get(format!("{}{path}", desk.desk.base)).send().await.unwrap();
        let proof = Pdf::of(&answer.bytes().await.unwrap());
        let (printed, shown) = (made.words(), proof.words());
        for (page, text) in proof.texts().iter().enumerate() {
            let number = text.split_whitespace().find_map(|w| w.strip_prefix("PROOF-")).unwrap().parse().unwrap();
            assert_eq!(address(&shown, page + 1), address(&printed, number), "{per} {order} {number}");
        }
        let all = proof.text();
        for said in ["The first", "The longest"] {
            assert_eq!(all.matches(said).count(), 1, "{per} {order}: {all}");
        }
        assert!(all.contains("Bartholomew"), "the longest: {all}");
        // On record are those who are shown.
        let looked =
            "select cardinality(subjects)::bigint from access_log where what = 'print' order by entry_id desc limit 1";
        let most = if per == "person" { 3 } else { 6 };
        let people = count(&desk.app, looked).await;
        assert!((2..=most).contains(&people), "{per} {order}: {people}");
    }
}

#[tokio::test]
async fn in_a_proof_the_words_of_somebody_who_is_gone_stand_on_nobody_elses_letter() {
    let town = Town::new().await;
    let mut scope = town.scope().await;
    let leave_out = LeaveOut { channel: Channel::Post, asked_days: None, moved: false, on_paper: false };
    let everybody = Selection { rule: Rule::All(Vec::new()), leave_out };
    let selection = selections::store::keep(&mut scope, town.both, "Everybody", &everybody).await.unwrap();
    let text = json!({ "text": "Hello" });
    let template = store::make(&mut scope, Some(town.both), Kind::Letters, "The library", &text).await.unwrap();
    let typed = Typed { selection: selection.to_string(), ..Typed::default() };
    let choices = typed.read(&mut FieldErrors::default()).unwrap();
    let outline = make::outline(&mut scope, template, choices).await.unwrap();
    // Nobody is at the first of these places any more.
    let proof = Proof { shown: vec![(outline.homes.letters(), "The first"), (1, "The longest")] };
    let plan = outline.only(&mut scope, &proof.places()).await.unwrap();
    let work = scope.finish(proof.work(&plan)).await.unwrap();
    let letters = work.parts[0]["letters"].as_array().unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((&letters[0]["n"], &letters[0]["shown"]), (&json!(2), &json!("The longest")));
}

#[tokio::test]
async fn no_letters_are_made_of_a_template_that_changed_while_they_were_tried() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    let path = format!("{template}/making");
    let chosen = [("selection", desk.selection.as_str()), ("do", "count")];
    let shown = desk.desk.post(&path, &chosen).await.expect(303).location();
    let counted = desk.desk.get(&shown).await.expect(200).attribute("input[name=counted]", "value");
    let fields = [("selection", desk.selection.as_str()), ("do", "make"), ("counted", counted.as_str())];
    let mut other = desk.app.database.operator().await;
    query("begin").execute(&mut other).await.unwrap();
    query("lock table material_picture in access exclusive mode").execute(&mut other).await.unwrap();
    let meanwhile = async {
        let mut db = desk.app.database.operator().await;
        until("the template is read, and its pictures are waited for", async || {
            let waits = "select pid from pg_locks where not granted and relation = 'material_picture'::regclass
                and database = (select oid from pg_database where datname = current_database())";
            query(waits).fetch_optional(&mut db).await.unwrap()
        })
        .await;
        let again = "insert into material_template_version (template_id, version, content, made_by)
            select template_id, 2, jsonb_set(content, '{text}', '\"Something else\"'), made_by from material_template_version";
        for statement in [again, "update material_template set version = 2", "commit"] {
            query(statement).execute(&mut other).await.unwrap();
        }
    };
    let (answer, ()) = tokio::join!(desk.desk.post(&path, &fields), meanwhile);
    assert!(answer.expect(409).body.contains("was changed meanwhile, so nothing was made"));
    assert_eq!(count(&desk.app, "select count(*) from material_run").await, 0);
    desk.make(&template, &[]).await;
}

#[tokio::test]
async fn a_passage_by_intention_is_for_those_alone_and_never_tells_one_of_a_home_of_another() {
    let desk = desk().await;
    change(
        &desk.app,
        "insert into intention_now (partition_id, elector_id, intention_kind, area_no, code)
         select e.partition_id, e.elector_id, 'local', e.area_no, (select code from intention_code where code_group = 'for' limit 1)
         from elector e where e.name in ('Edith Harcourt1', 'Edith Harcourt2', 'Wilfred Harcourt2')",
    )
    .await;
    let template = desk.template("letters", TEXT).await;
    let thanked = |pdf: &Pdf| pdf.texts().into_iter().filter(|p| p.contains("Thank you")).collect::<Vec<_>>();
    let each = thanked(&desk.printed(&template, &[("bare", "true")]).await);
    assert_eq!(each.len(), 3);
    assert!(each.iter().all(|p| !p.contains("Wilfred Harcourt1")));
    let homes = thanked(&desk.printed(&template, &[("bare", "true"), ("per", "household")]).await);
    assert_eq!(homes.len(), 1, "the home of which both promised");
    assert!(homes[0].contains("Edith and Wilfred Harcourt2"));
}

#[tokio::test]
async fn postcards_come_four_on_a_sheet_or_each_by_itself() {
    let desk = desk().await;
    let template = desk.template("postcards", "{{salutation}},\n\nthe library stays.").await;
    let four = desk.printed(&template, &[]).await;
    assert_eq!(four.pages(), 6, "twelve, four on a sheet, both sides");
    let backs: Vec<String> = four.texts().into_iter().filter(|p| p.contains("Dear")).collect();
    assert_eq!(backs.iter().map(|p| p.matches("Dear ").count()).sum::<usize>(), 12);
    let single = desk.printed(&template, &[("shape", "single")]).await;
    assert_eq!(single.pages(), 24);
}

#[tokio::test]
async fn each_postcard_of_the_last_sheet_has_its_front_at_whichever_edge_the_sheet_is_turned() {
    let desk = desk().await;
    let template = desk.template("postcards", "{{salutation}},\n\nall of it stays.").await;
    let page = desk.desk.get(&format!("{template}/making?selection={}", desk.selection)).await.expect(200);
    assert!(page.text("main").contains("turned over at the short edge"), "{}", page.body);
    for left in [3, 2, 1] {
        query("update elector set left_at = now() where name = $1")
            .bind(format!("Edith Harcourt{}", 4 - left))
            .execute(&mut desk.app.database.operator().await)
            .await
            .unwrap();
        let pages = desk.printed(&template, &[]).await.texts();
        let counts: Vec<(usize, usize)> =
            pages.iter().map(|p| (p.matches("The library").count(), p.matches("Dear ").count())).collect();
        assert_eq!(counts, [(4, 0), (0, 4), (4, 0), (0, 4), (4, 0), (0, left)], "{pages:?}");
    }
}

#[tokio::test]
async fn no_name_stands_alone_on_a_letters_last_page_and_the_senders_postcode_is_whole() {
    let _app = TestApp::new().await;
    let par = |text: &str| json!({ "kind": "par", "lines": [[{ "text": text, "bold": false, "italic": false }]] });
    let mut over = 0;
    // However much there is to say: the page ends at each of the last lines once.
    for more in 0..16 {
        let mut work = gallery::work(Kind::Letters).unwrap();
        work.common["style"] = "large".into();
        work.common["sender"] = json!(["The Lantern Party", "2 Larkspur Row, Quillbrook, ZZ1 4QX"]);
        let said = "The library stays open. ".repeat(30 + more);
        work.parts[0]["letters"][0]["blocks"] =
            json!([par("Dear Ada,"), par(&said), par("Tell us what you think."), par("Yours sincerely,")]);
        let pdf = Pdf::of(&press::set(work).await.unwrap());
        let pages = pdf.texts();
        let last = pages.last().unwrap();
        for told in ["what you think", "Yours sincerely", "Imogen"] {
            assert!(last.contains(told), "{more}: {told} in {last}");
        }
        over += usize::from(pages.len() > 1);
        let words = pdf.words();
        let line = |text: &str| {
            let word = words.iter().find(|w| w.page == 1 && w.text == text && w.at[0] > 90.0 && w.at[1] < 50.0);
            word.unwrap_or_else(|| panic!("{text} in {words:?}")).at[1]
        };
        assert!((line("ZZ1") - line("4QX")).abs() < 0.1, "{more}");
    }
    assert!((1..16).contains(&over), "{over}");
}

#[tokio::test]
async fn a_second_run_says_when_the_first_was_and_can_be_for_those_alone_who_did_not_get_it() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    change(&desk.app, "update elector set left_at = now() where name = 'Edith Harcourt6'").await;
    desk.make(&template, &[]).await;
    change(&desk.app, "update elector set left_at = null where name = 'Edith Harcourt6'").await;
    let page = desk.desk.get(&format!("{template}/making?selection={}", desk.selection)).await.expect(200);
    let said = page.text("main");
    assert!(
        said.contains("This was made before") && said.contains("1 person of the selection did not get it"),
        "{said}"
    );
    let pdf = desk.printed(&template, &[("only_new", "true"), ("bare", "true")]).await;
    assert_eq!(pdf.pages(), 1);
    assert!(pdf.text().contains("Edith Harcourt6"));
    assert_eq!(count(&desk.app, "select count(*) from material_run where again_of is not null").await, 1);
}

#[tokio::test]
async fn nothing_is_made_without_an_imprint_or_of_other_choices_than_were_counted() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    let path = format!("{template}/making");
    let fields = [("selection", desk.selection.as_str()), ("do", "make"), ("counted", "selection=other")];
    let answer = desk.desk.post(&path, &fields).await.expect(303).location();
    assert!(answer.starts_with(&path), "{answer}");
    change(&desk.app, "update message_imprint set printer = ''").await;
    let page = desk.desk.get(&answer).await.expect(200);
    assert!(page.text("main").contains("There is no complete imprint here"));
    assert_eq!(page.count("button[value=make]"), 0);
    let counted = page.attribute("input[name=counted]", "value");
    let fields = [("selection", desk.selection.as_str()), ("do", "make"), ("counted", counted.as_str())];
    desk.desk.post(&path, &fields).await.expect(409);
    assert_eq!(count(&desk.app, "select count(*) from material_run").await, 0);
}

#[tokio::test]
async fn a_selection_that_finds_nobody_makes_nothing() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    change(&desk.app, "update elector set left_at = now()").await;
    let page = desk.desk.get(&format!("{template}/making?selection={}", desk.selection)).await.expect(200);
    assert!(page.text("main").contains("Nobody gets one as it is"), "{}", page.body);
    // Whoever asks for a proof of nobody's letter comes back to the form, which says so.
    let back = desk.desk.get(&format!("{template}/proof?selection={}", desk.selection)).await.expect(303).location();
    assert!(back.starts_with(&format!("{template}/making?selection=")) && back.ends_with("#seen"), "{back}");
}

#[tokio::test]
async fn what_came_back_is_put_down_by_its_code_and_taken_back() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    let run = desk.make(&template, &[("per", "household")]).await;
    let code = Code { run: run.rsplit('/').next().unwrap().parse().unwrap(), item: 1 }.to_string();
    let typed = [("code", code.as_str())];
    assert!(
        desk.desk
            .post("/materials/returned", &typed)
            .await
            .expect(422)
            .text("main")
            .contains("No letter that was made here")
    );
    desk.app.print().await;
    desk.desk.post("/materials/returned", &[("code", &code.to_lowercase())]).await.expect(303);
    let page = desk.desk.get("/materials/returned").await.expect(200);
    assert!(page.text("main").contains("Edith Harcourt1, Wilfred Harcourt1"), "{}", page.text("main"));
    let elector: String =
        query_scalar("select partition_id || '.' || elector_id from elector where name = 'Edith Harcourt1'")
            .fetch_one(&mut desk.app.database.operator().await)
            .await
            .unwrap();
    let history = desk.desk.get(&format!("/electors/{elector}")).await.expect(200).text("main");
    assert!(history.contains("Letter made for them") && history.contains("Came back, put down"), "{history}");
    let back = "select count(*) from material_item where returned_at is not null";
    assert_eq!(count(&desk.app, back).await, 2);
    // Nobody writes there again, until it is undone or they move.
    let making = format!("{template}/making?selection={}", desk.selection);
    let counted = desk.desk.get(&making).await.expect(200).text("main");
    assert!(
        counted.contains("10, to 10 people") && counted.contains("2 had post come back from their address"),
        "{counted}"
    );
    let moved = "update elector set household_id = (select household_id from household h where h.number = 2 and h.street = 'Larkspur Row')
        where name = 'Wilfred Harcourt1'";
    change(&desk.app, moved).await;
    let counted = desk.desk.get(&making).await.expect(200).text("main");
    assert!(counted.contains("11, to 11 people") && counted.contains("1 had post come back"), "{counted}");
    assert!(
        desk.desk
            .post("/materials/returned", &typed)
            .await
            .expect(422)
            .text("main")
            .contains("on record as returned already")
    );
    // Of several, those that can be put down are, and are named beside the one that is down already.
    let [second, third] = [2, 3].map(|item| Code { item, ..Code::parse(&code).unwrap() }.to_string());
    let three = [code.as_str(), &second, &third].join(" ");
    let page = desk.desk.post("/materials/returned", &[("code", &three)]).await.expect(422);
    assert_eq!(page.count(".errors li"), 1, "{}", page.text(".errors"));
    assert!(page.text("#kept").contains(&format!("2 were put down: {second}, {third}")), "{}", page.text("#kept"));
    assert_eq!(page.attribute("#code", "value"), "", "nothing of it is to be typed again");
    for code in [&second, &third] {
        desk.desk.post("/materials/returned/undo", &[("code", code)]).await.expect(303);
    }
    // With commas between them, as a list is typed.
    let listed = format!("{second},{third} , ;");
    desk.desk.post("/materials/returned", &[("code", &listed)]).await.expect(303);
    for code in [second, third] {
        desk.desk.post("/materials/returned/undo", &[("code", &code)]).await.expect(303);
    }
    let neighbour = desk.app.actor(Role::Organiser, "Saltern").await;
    neighbour.post("/materials/returned", &typed).await.expect(422);
    neighbour.post("/materials/returned/undo", &typed).await.expect(404);
    desk.desk.post("/materials/returned/undo", &typed).await.expect(303);
    assert_eq!(count(&desk.app, back).await, 0);
    assert!(desk.desk.get(&making).await.expect(200).text("main").contains("12, to 12 people"));
}

#[tokio::test]
async fn a_letter_names_the_polling_place_of_the_poll_that_it_is_for() {
    let desk = desk().await;
    change(
        &desk.app,
        "insert into poll (name, poll_date, kind, area_id)
         select 'Mayor', current_date + 200, 'mayor', area_id from area where kind = 'installation'",
    )
    .await;
    change(
        &desk.app,
        "insert into polling_place (area_no, poll_id, name)
         select d.area_no, p.poll_id, case p.name when 'Mayor' then 'The Chapel' else 'The Library' end
         from district d, poll p where d.letters = 'QB1'",
    )
    .await;
    let text = "{{salutation}},\n\nyou vote at {{polling-place|your polling station}}.";
    let template = desk.template("letters", text).await;
    for (poll, held) in [("mayor", "The Chapel"), ("local", "The Library"), ("", "The Library")] {
        let text = desk.printed(&template, &[("bare", "true"), ("poll", poll)]).await.text();
        assert_eq!(text.matches(&format!("you vote at {held}")).count(), 12, "{poll}: {text}");
    }
}

#[tokio::test]
async fn a_button_pressed_twice_writes_to_nobody_twice_and_answers_the_same_run() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    let path = format!("{template}/making");
    let choices = format!("{path}?selection={}&only_new=true", desk.selection);
    let page = desk.desk.get(&choices).await.expect(200);
    let [counted, asked] = ["counted", "asked"].map(|n| page.attribute(&format!("input[name={n}]"), "value"));
    assert!(!asked.is_empty());
    let fields = [
        ("selection", desk.selection.as_str()),
        ("only_new", "true"),
        ("do", "make"),
        ("counted", counted.as_str()),
        ("asked", asked.as_str()),
    ];
    let run = desk.desk.post(&path, &fields).await.expect(303).location();
    assert!(run.starts_with("/materials/runs/"), "{run}");
    // Everybody got one by now, and still it is no refusal.
    assert_eq!(desk.desk.post(&path, &fields).await.expect(303).location(), run);
    assert_eq!(count(&desk.app, "select count(*) from material_run").await, 1);
    assert_eq!(count(&desk.app, "select count(*) from material_item").await, 12);
}

#[tokio::test]
async fn a_proof_of_what_is_too_long_leads_back_to_the_form_and_to_the_text() {
    let desk = desk().await;
    let long = "We said that the library stays. ".repeat(16);
    let template = desk.template("postcards", long.trim()).await;
    let chosen = format!("selection={}&style=large&order=postcode", desk.selection);
    let page = desk.desk.get(&format!("{template}/proof?{chosen}")).await.expect(422);
    let said = page.text(".errors");
    assert!(
        said.contains("The text is longer than a postcard in large print has room for. Shorten it by about"),
        "{said}"
    );
    assert_eq!(page.attribute("#template a", "href"), format!("{template}/edit"));
    assert_eq!(page.count("input[name=style][value=large][checked]"), 1, "what was chosen stays chosen");
    assert_eq!(page.count("input[name=order][value=postcode][checked]"), 1);
    let file = desk.desk.get(&format!("{template}/proof/file?{chosen}")).await.expect(303).location();
    assert!(file.starts_with(&format!("{template}/proof?")), "{file}");
    // What is written is counted, and what is too much is said in figures.
    let much = format!("{}.", "word ".repeat(200));
    let fields = [("version", "1"), ("name", "The library"), ("text", much.trim()), ("signer", "Cy Oake")];
    let refused = desk.desk.post(&format!("{template}/edit"), &fields).await.expect(422);
    assert!(
        refused.text(".errors").contains("It has 1,001 characters, and at most 700 may be: shorten it by 301"),
        "{}",
        refused.body
    );
    assert!(
        refused.text("#text-hint").contains("At most 700 characters, of which 1,001 are written"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn the_button_that_counts_leads_to_what_it_counted() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    let page = desk.desk.get(&format!("{template}/making?selection={}", desk.selection)).await.expect(200);
    assert_eq!(page.attribute("button[value=count]", "formaction"), format!("{template}/making#seen"));
    assert_eq!(page.attribute("#seen", "tabindex"), "-1");
    for at in ["posters", "out-cards", "door-cards", "labels", "poll-cards"] {
        let page = desk.desk.get(&format!("/materials/{at}")).await.expect(200);
        assert_eq!(page.attribute("button[value=preview]", "formaction"), format!("/materials/{at}#seen"));
        assert_eq!(page.count("#seen"), 0, "nothing was seen yet");
    }
}

#[tokio::test]
async fn what_is_longer_than_the_card_for_anybody_is_said_when_it_is_made_and_nothing_is_begun() {
    let desk = desk().await;
    change(
        &desk.app,
        "insert into intention_now (partition_id, elector_id, intention_kind, area_no, code)
         select e.partition_id, e.elector_id, 'local', e.area_no, (select code from intention_code where code_group = 'for' limit 1)
         from elector e where e.name = 'Edith Harcourt4'",
    )
    .await;
    // Of twelve cards one alone is too long.
    let long = "We said that the library stays. ".repeat(16);
    let text = format!("{{{{salutation}}}},\n\nthe library stays.\n\n[if intention for]\n{}\n[end]", long.trim());
    let template = desk.template("postcards", &text).await;
    let path = format!("{template}/making");
    let page = desk.desk.get(&format!("{path}?selection={}&style=large", desk.selection)).await.expect(200);
    let [counted, asked] = ["counted", "asked"].map(|n| page.attribute(&format!("input[name={n}]"), "value"));
    let fields = [
        ("selection", desk.selection.as_str()),
        ("style", "large"),
        ("do", "make"),
        ("counted", counted.as_str()),
        ("asked", asked.as_str()),
    ];
    let refused = desk.desk.post(&path, &fields).await.expect(422);
    let said = "The text is longer than a postcard in large print has room for";
    assert!(refused.text(".errors").contains(said), "{}", refused.body);
    assert_eq!(refused.attribute(".errors a", "href"), "#template");
    assert_eq!(refused.attribute("#template a", "href"), format!("{template}/edit"));
    assert_eq!(count(&desk.app, "select count(*) from material_run").await, 0);
    // As soon as nobody gets the long one they are made.
    change(&desk.app, "delete from intention_now").await;
    let run = desk.desk.post(&path, &fields).await.expect(303).location();
    assert!(run.starts_with("/materials/runs/"), "{run}");
}

#[tokio::test]
async fn an_imprint_stands_whole_on_every_letter_or_is_refused_in_words_that_say_to_shorten_it() {
    let desk = desk().await;
    for (kind, room) in [("letters", "the letter"), ("postcards", "a postcard")] {
        long_imprint(&desk.app, 110, 120).await;
        let template = desk.template(kind, "{{salutation}},\n\nthe library stays.").await;
        let pdf = desk.printed(&template, &[("bare", "true"), ("shape", "single")]).await;
        let bearing = pdf.texts().iter().filter(|page| page.contains("Endmark")).count();
        assert_eq!(bearing, 12, "{kind}: {}", pdf.text());
        let lowest = pdf.words().iter().map(|word| word.at[3]).fold(0.0, f64::max);
        assert!(lowest < if kind == "letters" { 293.5 } else { 101.5 }, "{kind}: {lowest} mm, where no printer prints");
        long_imprint(&desk.app, 190, 270).await;
        let before = count(&desk.app, "select count(*) from material_run").await;
        let path = format!("{template}/making");
        let page = desk.desk.get(&format!("{path}?selection={}&shape=single", desk.selection)).await.expect(200);
        let counted = page.attribute("input[name=counted]", "value");
        let fields = [
            ("selection", desk.selection.as_str()),
            ("shape", "single"),
            ("do", "make"),
            ("counted", counted.as_str()),
        ];
        let refused = desk.desk.post(&path, &fields).await.expect(422).text(".errors");
        assert!(refused.contains(&format!("The imprint is longer than {room} has room for. Shorten it")), "{refused}");
        assert_eq!(count(&desk.app, "select count(*) from material_run").await, before, "{kind}");
    }
}

#[tokio::test]
async fn whoever_works_in_a_ward_knows_that_the_area_around_wrote_to_somebody() {
    let desk = desk().await;
    let template = desk.template("letters", TEXT).await;
    desk.make(&template, &[]).await;
    desk.app.print().await;
    // As if an organiser of both wards had had them made.
    change(
        &desk.app,
        "with a as (insert into area (kind, name, short_name) values ('constituency', 'Wexmere Both', 'Both') returning area_id),
           d as (insert into area_district (area_id, area_no) select a.area_id, d.area_no from a, district d
             where d.letters in ('QB1', 'SG1'))
         update material_run set area_id = a.area_id from a",
    )
    .await;
    let elector: String =
        query_scalar("select partition_id || '.' || elector_id from elector where name = 'Edith Harcourt1'")
            .fetch_one(&mut desk.app.database.operator().await)
            .await
            .unwrap();
    let history = desk.desk.get(&format!("/electors/{elector}")).await.expect(200).text("main");
    assert!(history.contains("Letter made for them") && history.contains("Made for another area"), "{history}");
    assert!(!history.contains("The library"), "what it was called is theirs: {history}");
    let neighbour = desk.app.account(Role::Organiser, "Saltern").await;
    let mut sql = sql_as(&desk.app, &neighbour, "hustings_organiser").await;
    let told: i64 = query_scalar(
        "select count(*) from wall.written_in(array(select area_no from district), array['letters'], null)",
    )
    .fetch_one(&mut sql)
    .await
    .unwrap();
    assert_eq!(told, 0, "nothing is told of a neighbour's electors");
}
