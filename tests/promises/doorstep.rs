//! A volunteer goes from door to door with one hand and no script, and the place is kept.

use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::walk::{Walk, change, count, number, stored, waiting};
use hustings::access::Role;
use scraper::{Html, Selector};
use serde_json::json;

async fn at_the_doors() -> (TestApp, Walk, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.account.id).await;
    (app, walk, volunteer)
}

/// A page's form as a browser would send it untouched: hidden fields, ticked boxes, chosen options, texts.
struct Sheet {
    action: String,
    fields: Vec<(String, String)>,
}

impl Sheet {
    fn of(page: &Answer, css: &str) -> Self {
        let html = Html::parse_document(&page.body);
        let form =
            html.select(&Selector::parse(css).unwrap()).next().unwrap_or_else(|| panic!("no form: {}", page.body));
        let mut fields = Vec::new();
        for field in form.select(&Selector::parse("input, textarea, select").unwrap()) {
            let name = field.attr("name").unwrap_or_default().to_owned();
            let value = match (field.value().name(), field.attr("type")) {
                ("input", Some("radio" | "checkbox")) if field.attr("checked").is_none() => continue,
                ("input", _) => field.attr("value").unwrap_or_default().to_owned(),
                ("textarea", _) => field.text().collect(),
                _ => {
                    let chosen = Selector::parse("option[selected]").unwrap();
                    field.select(&chosen).next().and_then(|o| o.attr("value")).unwrap_or_default().to_owned()
                }
            };
            fields.push((name, value));
        }
        Sheet { action: form.attr("action").unwrap().to_owned(), fields }
    }

    fn door(page: &Answer) -> Self {
        Sheet::of(page, "form[data-door]")
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self.fields.push((name.into(), value.into()));
        self
    }

    async fn send(&self, actor: &Actor) -> Answer {
        let fields: Vec<(&str, &str)> = self.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        actor.post(&self.action, &fields).await
    }
}

impl Walk {
    fn url(&self, door: usize) -> String {
        format!("/canvass/{}/doors/{}", self.list, self.doors[door].household)
    }

    pub fn person(&self, door: usize, person: usize, key: &str) -> String {
        format!("{key}-{}", self.doors[door].electors[person])
    }
}

async fn open(actor: &Actor, path: &str) -> Answer {
    actor.get(path).await.expect(200)
}

/// Follows a 303.
async fn follow(actor: &Actor, answer: Answer) -> Answer {
    let to = answer.expect(303).location();
    open(actor, &to).await
}

#[tokio::test]
async fn a_session_at_the_doors_from_first_to_last() {
    let (_app, walk, volunteer) = at_the_doors().await;
    let lists = open(&volunteer, "/canvass").await;
    assert!(lists.text("main").contains("0 of 6 doors done"), "{}", lists.text("main"));
    let plan = open(&volunteer, &format!("/canvass/{}", walk.list)).await;
    assert_eq!(plan.text(".page-head .btn.main"), "Go to number 1");
    assert_eq!(plan.attribute(".page-head .btn.main", "href"), walk.url(0));

    // Two taps: a code, then Save.
    let door = open(&volunteer, &walk.url(0)).await;
    assert_eq!((door.text("h1").as_str(), door.text(".door-bar span").as_str()), ("1 Larkspur Row", "Door 1 of 6"));
    assert!(door.text(".door").contains("Asking about: Local elections"));
    let next = Sheet::door(&door).set(&walk.person(0, 1, "intention"), "F").send(&volunteer).await;
    let door = follow(&volunteer, next).await;
    assert_eq!(door.text("h1"), "3 Larkspur Row");
    assert!(door.text(".toast").contains("1 Larkspur Row: Spoke, 1"), "{}", door.text(".toast"));

    // One tap: not home.
    let next = Sheet::door(&door).set("outcome", "not-home").send(&volunteer).await;
    let door = follow(&volunteer, next).await;
    assert_eq!(door.text("h1"), "5 Larkspur Row");

    // Back there it shows what was said, as at a door where somebody talked.
    let door = open(&volunteer, &walk.url(1)).await;
    assert_eq!(door.count("form[data-door]"), 0);
    assert!(door.text(".time").contains("The home: Not home"), "{}", door.text(".time"));
    assert!(door.text(".door").contains("Change this answer Record another visit"), "{}", door.text(".door"));
    let again = open(&volunteer, &(walk.url(1) + "?again=1")).await;
    assert_eq!((again.count("form[data-door]"), again.count("[name^=base]")), (1, 0), "another visit");

    // Another way round: the place is kept from where one is.
    let door = Sheet::door(&open(&volunteer, &walk.url(4)).await).set("outcome", "come-back").send(&volunteer).await;
    let door = follow(&volunteer, door).await;
    assert_eq!(door.text("h1"), "6 Larkspur Row");
    let door = follow(&volunteer, Sheet::door(&door).set("outcome", "inaccessible").send(&volunteer).await).await;
    assert_eq!(door.text("h1"), "5 Larkspur Row", "passed by");
    let door = follow(&volunteer, Sheet::door(&door).set("outcome", "refused").send(&volunteer).await).await;
    assert_eq!(door.text("h1"), "2 Larkspur Row");
    let done = follow(&volunteer, Sheet::door(&door).set("outcome", "moved").send(&volunteer).await).await;
    assert_eq!(done.text("h1"), "QB1 1 is done");
    assert!(done.text("main").contains("5 doors done, and somebody talked at 1"), "{}", done.text("main"));
    assert!(done.text("main").contains("Asked us to come back 4 Larkspur Row"), "{}", done.text("main"));
    let plan = open(&volunteer, &format!("/canvass/{}", walk.list)).await;
    assert!(plan.text(".tiles").contains("5 of 6"), "{}", plan.text(".tiles"));
    assert!(plan.text(".doors .spoke").contains("1 Spoke, 1"));
    let lists = volunteer.get("/api/v1/canvass").await.expect(200).json();
    assert_eq!((&lists["lists"][0]["doors"], &lists["lists"][0]["done"]), (&json!(6), &json!(5)));
}

#[tokio::test]
async fn everything_in_the_contract_can_be_said_at_a_door() {
    let (app, walk, volunteer) = at_the_doors().await;
    let door = Sheet::door(&open(&volunteer, &walk.url(0)).await);
    let mut sheet = door
        .set(&walk.person(0, 0, "intention"), "W")
        .set(&walk.person(0, 0, "outcome"), "refused")
        .set(&walk.person(0, 0, "voted"), "post")
        .set(&walk.person(0, 0, "note"), " Ring\r\ntwice ")
        .set(&walk.person(0, 1, "outcome"), "deceased")
        .set("note", "Side gate")
        .set("outcome", "come-back");
    for (key, value) in [("issues", "HARBOUR"), ("issues", "BUS"), ("asks", "lift"), ("asks", "postal-vote")] {
        sheet.fields.push((walk.person(0, 0, key), value.into()));
    }
    sheet.send(&volunteer).await.expect(303);
    assert_eq!(stored(&app).await, 3);
    let whole = "select count(*) from result where outcome = 'refused' and intention = 'W' and voted = 'post'
        and note = E'Ring\\ntwice' and issues = '{BUS,HARBOUR}' and asks = '{postal-vote,lift}'";
    assert_eq!(count(&app, whole).await, 1);
    assert_eq!(
        count(&app, "select count(*) from result where outcome = 'deceased' and elector_id is not null").await,
        1
    );
    assert_eq!(
        count(
            &app,
            "select count(*) from result where outcome = 'come-back' and elector_id is null and note = 'Side gate'"
        )
        .await,
        1
    );
    let page = open(&volunteer, &walk.url(0)).await;
    assert!(
        page.text(".time").contains("Buses. Harbour wall. Wants a postal vote. Needs a lift to vote"),
        "{}",
        page.text(".time")
    );
}

#[tokio::test]
async fn a_form_sent_twice_is_one_answer_and_another_answer_is_asked_about() {
    let (app, walk, volunteer) = at_the_doors().await;
    let sheet = Sheet::door(&open(&volunteer, &walk.url(0)).await).set(&walk.person(0, 0, "intention"), "F");
    let (one, two) = tokio::join!(sheet.send(&volunteer), sheet.send(&volunteer));
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(stored(&app).await, 1);

    // Back, and another answer.
    let other =
        Sheet { action: sheet.action.clone(), fields: sheet.fields.clone() }.set(&walk.person(0, 0, "intention"), "A");
    let question = other.send(&volunteer).await.expect(409);
    assert_eq!(question.text("h1"), "Change your answer?");
    assert!(question.text(".facts").contains("Against, before: Firm"), "{}", question.text(".facts"));
    assert_eq!((stored(&app).await, count(&app, "select count(*) from result_conflict").await), (1, 0));
    let sheet_of_question = Sheet::of(&question, "main form");
    sheet_of_question.send(&volunteer).await.expect(303);
    sheet_of_question.send(&volunteer).await.expect(303);
    assert_eq!(stored(&app).await, 2);
    assert_eq!(count(&app, "select count(*) from result where base is not null and intention = 'A'").await, 1);
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'A'").await, 1);

    // Back to the very first form: what it says is on record, but no longer what counts.
    sheet.send(&volunteer).await.expect(409);
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'A'").await, 1);
}

#[tokio::test]
async fn an_answer_can_be_corrected_and_the_old_one_stays_in_history() {
    let (app, walk, volunteer) = at_the_doors().await;
    let sheet = Sheet::door(&open(&volunteer, &walk.url(0)).await)
        .set(&walk.person(0, 0, "intention"), "F")
        .set(&walk.person(0, 0, "note"), "Dog")
        .set(&walk.person(0, 1, "intention"), "P");
    sheet.send(&volunteer).await.expect(303);
    let page = open(&volunteer, &walk.url(0)).await;
    assert_eq!(page.count("form[data-door]"), 0, "done");
    assert!(page.text(".time").contains("Edith Harcourt1: Firm"), "{}", page.text(".time"));
    assert!(page.text(".time").contains("You, just now"));
    let form = Sheet::door(&open(&volunteer, &(walk.url(0) + "?change=1")).await);
    assert!(form.fields.contains(&(walk.person(0, 0, "intention"), "F".into())));
    form.send(&volunteer).await.expect(303);
    assert_eq!(stored(&app).await, 2, "nothing was changed");
    form.set(&walk.person(0, 0, "intention"), "A").send(&volunteer).await.expect(303);
    assert_eq!(stored(&app).await, 3);
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'A'").await, 1);
    let page = open(&volunteer, &walk.url(0)).await;
    assert!(page.text(".time").contains("Edith Harcourt1: Firm Changed since"), "{}", page.text(".time"));
    let taken_back = Sheet::door(&open(&volunteer, &(walk.url(0) + "?change=1")).await)
        .set(&walk.person(0, 0, "intention"), "")
        .set(&walk.person(0, 0, "note"), "");
    taken_back.send(&volunteer).await.expect(303);
    assert_eq!(count(&app, "select count(*) from intention_now where code is not null").await, 1, "Wilfred's");
    assert_eq!(count(&app, "select coalesce(sum(change), 0)::bigint from tally").await, 1);
}

#[tokio::test]
async fn a_code_and_not_home_are_both_kept_and_not_home_can_be_undone() {
    let (app, walk, volunteer) = at_the_doors().await;
    let sheet = Sheet::door(&open(&volunteer, &walk.url(0)).await)
        .set(&walk.person(0, 0, "intention"), "F")
        .set("outcome", "not-home");
    let next = follow(&volunteer, sheet.send(&volunteer).await).await;
    assert_eq!(next.text("h1"), "3 Larkspur Row");
    assert!(next.text(".toast").contains("are both kept"), "{}", next.text(".toast"));
    assert_eq!(stored(&app).await, 2);
    let undo = Sheet::of(&next, ".toast form").set("outcome", "spoke");
    let next = follow(&volunteer, undo.send(&volunteer).await).await;
    assert_eq!(next.text("h1"), "3 Larkspur Row", "the place is kept");
    assert_eq!(count(&app, "select count(*) from standing_result where outcome = 'not-home'").await, 0);
    assert_eq!(count(&app, "select count(*) from result where outcome = 'not-home'").await, 1, "history");
}

#[tokio::test]
async fn of_two_answers_that_do_not_know_of_each_other_the_page_says_which_counts() {
    let (app, walk, volunteer) = at_the_doors().await;
    let sheet = Sheet::door(&open(&volunteer, &walk.url(0)).await);
    let other_tab = Sheet::door(&open(&volunteer, &walk.url(0)).await);
    sheet.set(&walk.person(0, 0, "intention"), "F").send(&volunteer).await.expect(303);
    other_tab.set(&walk.person(0, 0, "intention"), "F").send(&volunteer).await.expect(303);
    let history = open(&volunteer, &walk.url(0)).await.text(".time");
    assert_eq!(history.matches("Edith Harcourt1: Firm").count(), 2, "{history}");
    assert_eq!(history.matches("The later answer counts").count(), 1, "{history}");
    let first = history.find("Edith Harcourt1: Firm").unwrap();
    assert!(
        history.find("The later answer counts").unwrap() > history[first + 1..].find("Edith").unwrap(),
        "{history}"
    );
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'F'").await, 1);

    // Not at home the next time: what was said before still counts as an intention.
    let visit = Sheet::door(&open(&volunteer, &(walk.url(0) + "?again=1")).await);
    visit.set(&walk.person(0, 0, "outcome"), "not-home").send(&volunteer).await.expect(303);
    let history = open(&volunteer, &walk.url(0)).await.text(".time");
    assert_eq!(history.matches("The later answer counts").count(), 1, "{history}");
}

#[tokio::test]
async fn a_whole_block_not_home_is_one_tap() {
    let (app, walk, volunteer) = at_the_doors().await;
    change(
        &app,
        "update household set flat = number::text, building = 'Tamarisk House', number = null, street = 'Larkspur Row'
        where street = 'Larkspur Row' and number < 6",
    )
    .await;
    Sheet::door(&open(&volunteer, &walk.url(0)).await).set("outcome", "refused").send(&volunteer).await.expect(303);
    let page = open(&volunteer, &format!("/canvass/{}", walk.list)).await;
    assert_eq!(page.text("[data-block] button"), "The other 4 not home");
    let block = Sheet::of(&page, "[data-block]").set("outcome", "not-home");
    let (one, two) = tokio::join!(block.send(&volunteer), block.send(&volunteer));
    assert_eq!(two.status, 303);
    let page = follow(&volunteer, one).await;
    assert!(page.text("main").contains("4 homes recorded as not home"), "{}", page.text("main"));
    assert_eq!(count(&app, "select count(*) from result where outcome = 'not-home'").await, 4);
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_of_a_form_keeps_the_answer_and_goes_on_after_signing_in() {
    let (app, walk, volunteer) = at_the_doors().await;
    let sheet = Sheet::door(&open(&volunteer, &walk.url(0)).await).set(&walk.person(0, 0, "intention"), "F");
    change(&app, "update session set ended_at = now(), ended_why = 'signed-out'").await;
    let answer = sheet.send(&volunteer).await.expect(303);
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 1));
    let sign_in = open(&volunteer, &answer.location()).await;
    assert!(sign_in.text("main").contains("Your answers are kept"), "{}", sign_in.text("main"));
    let empty = Sheet { action: sheet.action.clone(), fields: sheet.fields.clone() };
    let nothing = empty.set(&walk.person(0, 0, "intention"), "").send(&volunteer).await;
    let nothing = open(&volunteer, &nothing.expect(303).location()).await.text("main");
    assert!(!nothing.contains("Your answers are kept") && nothing.contains("You were signed out"), "{nothing}");
    let form = Sheet::of(&sign_in, "main form")
        .set("email", &volunteer.account.email)
        .set("password", crate::support::app::PASSWORD);
    let door = follow(&volunteer, form.send(&volunteer).await).await;
    assert_eq!(door.text("h1"), "1 Larkspur Row");
    sheet.send(&volunteer).await.expect(303);
    assert_eq!((stored(&app).await, waiting(&app).await), (1, 0), "the same form again is the same answer");
}

#[tokio::test]
async fn typed_answers_come_back_with_what_needs_another_look() {
    let (app, walk, volunteer) = at_the_doors().await;
    let sheet = Sheet::door(&open(&volunteer, &walk.url(0)).await);
    let page = sheet.send(&volunteer).await.expect(422);
    assert!(page.text(".errors").contains("Choose an answer for somebody, or tap Not home"));
    let long = "n".repeat(501);
    let sheet = sheet.set(&walk.person(0, 0, "intention"), "F").set(&walk.person(0, 0, "note"), &long);
    let page = sheet.send(&volunteer).await.expect(422);
    assert!(
        page.text(".errors").contains("Edith Harcourt1: A note has at most 500 characters"),
        "{}",
        page.text(".errors")
    );
    assert!(page.text("title").starts_with("Error:"));
    let back = Sheet::door(&page);
    assert!(back.fields.contains(&(walk.person(0, 0, "intention"), "F".into())));
    assert!(back.fields.contains(&(walk.person(0, 0, "note"), long)));
    let page = back
        .set(&walk.person(0, 0, "note"), "short")
        .set(&walk.person(0, 0, "intention"), "ZZ")
        .send(&volunteer)
        .await
        .expect(422);
    assert!(page.text(".errors").contains("kept for an organiser"), "{}", page.text(".errors"));
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 1));
    Sheet::door(&page).set(&walk.person(0, 0, "intention"), "F").send(&volunteer).await.expect(303);
    assert_eq!(stored(&app).await, 1);
}

#[tokio::test]
async fn who_wants_no_calls_is_struck_out_and_gets_no_form() {
    let (app, walk, volunteer) = at_the_doors().await;
    let object = "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
        select partition_id, elector_id, gen_random_uuid(), area_no, 'door', 'said so' from elector
        where name in ('Edith Harcourt1', 'Edith Harcourt3', 'Wilfred Harcourt3') and number like 'QB1-%'";
    assert_eq!(change(&app, object).await, 3);
    let door = open(&volunteer, &walk.url(0)).await;
    assert_eq!((door.text("s").as_str(), door.count("fieldset.who")), ("Edith Harcourt1", 1));
    let door = open(&volunteer, &walk.url(1)).await;
    assert_eq!((door.count("form[data-door]"), door.count("s")), (0, 2));
    assert!(door.text("main").contains("Do not call here"));
    let next = Sheet::door(&open(&volunteer, &walk.url(0)).await).set("outcome", "not-home").send(&volunteer).await;
    assert_eq!(follow(&volunteer, next).await.text("h1"), "5 Larkspur Row", "nobody is sent there");
    let plan = open(&volunteer, &format!("/canvass/{}", walk.list)).await;
    assert!(plan.text(".doors .leave").contains("3 Do not call"));
    change(&app, "insert into objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, at)
        select partition_id, elector_id, gen_random_uuid(), area_no, 'door', true, 'changed their mind', now() + interval '1 second' from objection").await;
    assert_eq!(open(&volunteer, &walk.url(1)).await.count("form[data-door]"), 1);
}

#[tokio::test]
async fn the_last_answer_is_shown_only_where_the_list_says_so() {
    let (app, walk, volunteer) = at_the_doors().await;
    Sheet::door(&open(&volunteer, &walk.url(0)).await)
        .set(&walk.person(0, 0, "intention"), "F")
        .send(&volunteer)
        .await
        .expect(303);
    let next = Walk::new(&app.database, "QB1").await;
    next.assign(&app, volunteer.account.id).await;
    assert!(!open(&volunteer, &next.url(0)).await.text("main").contains("Last:"));
    change(&app, "update walk_list set show_last = true").await;
    assert!(open(&volunteer, &next.url(0)).await.text("fieldset.who legend").contains("Last: Firm"));
}

#[tokio::test]
async fn the_log_names_whom_each_door_showed_and_the_version_of_each_plan() {
    let (app, walk, volunteer) = at_the_doors().await;
    open(&volunteer, &walk.url(0)).await;
    assert_eq!(
        count(
            &app,
            "select count(*) from access_log where cardinality(subjects) = 2 and list_id is null and what = 'look'"
        )
        .await,
        1
    );
    open(&volunteer, &format!("/canvass/{}", walk.list)).await;
    volunteer.get(&format!("/api/v1/canvass/{}", walk.list)).await.expect(200);
    assert_eq!(count(&app, "select count(*) from access_log where list_version = 1 and subjects = '{}'").await, 2);
    open(&volunteer, "/canvass").await;
    assert_eq!(count(&app, "select count(*) from access_log").await, 3);
}

#[tokio::test]
async fn programs_read_lists_and_doors_in_walking_order() {
    let (_app, walk, volunteer) = at_the_doors().await;
    let lists = volunteer.get("/api/v1/canvass").await.expect(200).json();
    assert_eq!((&lists["lists"][0]["id"], &lists["lists"][0]["name"]), (&json!(walk.list), &json!("QB1 1")));
    assert!(lists["lists"][0]["ends"].as_str().is_some());
    let list = volunteer.get(&format!("/api/v1/canvass/{}", walk.list)).await.expect(200).json();
    let homes: Vec<_> =
        list["doors"].as_array().unwrap().iter().map(|d| d["household"].as_str().unwrap().to_owned()).collect();
    assert_eq!(homes, walk.doors.iter().map(|d| d.household.clone()).collect::<Vec<_>>());
    assert_eq!(list["doors"][1]["address"], "3 Larkspur Row, ZZ1 4QX");
    let people = list["doors"][1]["electors"].as_array().unwrap();
    assert_eq!(
        (&people[0]["elector"], &people[0]["name"]),
        (&json!(walk.doors[1].electors[0]), &json!("Edith Harcourt3"))
    );
}

#[tokio::test]
async fn another_list_or_a_door_of_another_list_is_not_there() {
    let (app, walk, volunteer) = at_the_doors().await;
    let other = Walk::new(&app.database, "SG1").await;
    let elsewhere = format!("/canvass/{}/doors/{}", walk.list, other.doors[0].household);
    for path in [
        format!("/canvass/{}", other.list),
        format!("/canvass/{}/done", other.list),
        other.url(0),
        elsewhere,
        format!("/api/v1/canvass/{}", other.list),
        "/canvass/nonsense".into(),
        "/canvass/1.99".into(),
        "/canvass/1.999999999999999999999".into(),
    ] {
        volunteer.get(&path).await.expect(404);
    }
    let forged = Sheet::door(&open(&volunteer, &walk.url(0)).await);
    let other_door = other.doors[0].household.clone();
    let page = Sheet { action: forged.action.clone(), fields: forged.fields.clone() }
        .set("household", &other_door)
        .set("outcome", "not-home")
        .send(&volunteer)
        .await;
    assert_eq!((page.status, stored(&app).await, waiting(&app).await), (303, 0, 1), "{}", page.body);
    let to_other = Sheet { action: format!("/canvass/{}/results", other.list), fields: forged.fields.clone() };
    to_other.set("outcome", "not-home").send(&volunteer).await.expect(404);
    forged.set("household", "").send(&volunteer).await.expect(422);
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 1));
    assert_eq!(number(&walk.list), walk.number());
}

#[tokio::test]
async fn a_list_that_ends_takes_the_last_answer_and_says_so() {
    let (app, walk, volunteer) = at_the_doors().await;
    let sheet = Sheet::door(&open(&volunteer, &walk.url(0)).await).set("outcome", "not-home");
    change(&app, "update assignment set ended_at = now()").await;
    let page = follow(&volunteer, sheet.send(&volunteer).await).await;
    assert!(page.text("main").contains("Your answer is kept. That list has ended"), "{}", page.text("main"));
    assert!(page.text(".empty").contains("No list is yours just now"));
    assert_eq!(stored(&app).await, 1);
    volunteer.get(&walk.url(0)).await.expect(404);
}

#[tokio::test]
async fn a_doors_page_is_one_small_request() {
    let (app, walk, volunteer) = at_the_doors().await;
    let page = open(&volunteer, &walk.url(0)).await;
    let mut size = page.body.len() / 4;
    let html = Html::parse_document(&page.body);
    let parts = Selector::parse("link[rel=stylesheet], link[rel=modulepreload], script").unwrap();
    for part in html.select(&parts) {
        let url = part.attr("src").or(part.attr("href")).unwrap().to_owned();
        let compressed =
            volunteer.client.get(app.base.clone() + &url).header("accept-encoding", "br").send().await.unwrap();
        size += compressed.bytes().await.unwrap().len();
    }
    assert!(size < 60_000, "{size} bytes");
}

#[tokio::test]
async fn a_note_alone_is_asked_what_it_is_about_and_nobody_who_died_has_a_code() {
    let (app, walk, volunteer) = at_the_doors().await;
    let door = || async { Sheet::door(&open(&volunteer, &walk.url(0)).await) };
    let sent = door().await.set(&walk.person(0, 0, "note"), "Side gate").send(&volunteer).await.expect(422);
    assert!(sent.text(".errors").contains("Say what happened"), "{}", sent.text(".errors"));
    assert!(sent.body.contains("Side gate"));
    let both = door().await.set(&walk.person(0, 0, "outcome"), "deceased").set(&walk.person(0, 0, "intention"), "F");
    let sent = both.send(&volunteer).await.expect(422);
    assert!(sent.text(".errors").contains("gives no answer"), "{}", sent.text(".errors"));
    assert_eq!(stored(&app).await, 0);
}

#[tokio::test]
async fn a_home_where_one_of_two_has_died_is_still_to_do() {
    let (_app, walk, volunteer) = at_the_doors().await;
    let tile = format!(".doors a[href='{}']", walk.url(0));
    // Said of the home before: it wants us to come back, so it is still to do for that reason too.
    let door = Sheet::door(&open(&volunteer, &walk.url(0)).await);
    door.set("outcome", "come-back").send(&volunteer).await.expect(303);
    let door = Sheet::door(&open(&volunteer, &format!("{}?again=1", walk.url(0))).await);
    door.set(&walk.person(0, 0, "outcome"), "deceased").send(&volunteer).await.expect(303);
    let plan = open(&volunteer, &format!("/canvass/{}", walk.list)).await;
    assert!(plan.text(&tile).contains("2 people"), "{}", plan.text(&tile));
    let door = Sheet::door(&open(&volunteer, &walk.url(0)).await);
    door.set(&walk.person(0, 1, "outcome"), "moved").send(&volunteer).await.expect(303);
    let plan = open(&volunteer, &format!("/canvass/{}", walk.list)).await;
    assert!(plan.text(&tile).contains("Moved"), "{}", plan.text(&tile));
}

#[tokio::test]
async fn a_note_alone_is_asked_what_happened_at_the_home() {
    let (app, walk, volunteer) = at_the_doors().await;
    let door = || async { Sheet::door(&open(&volunteer, &walk.url(0)).await) };
    let sent = door().await.set("note", "Side gate").send(&volunteer).await.expect(422);
    assert!(sent.text(".errors").contains("Say what happened at this home"), "{}", sent.text(".errors"));
    assert!(sent.body.contains("Side gate"));
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 0));
    // Beside an answer, or with a button, it is a note about the home.
    let beside = door().await.set("note", "Side gate").set(&walk.person(0, 0, "intention"), "F");
    beside.send(&volunteer).await.expect(303);
    let next = Sheet::door(&open(&volunteer, &walk.url(1)).await).set("note", "Bell is broken");
    next.set("outcome", "not-home").send(&volunteer).await.expect(303);
    let kept = "select count(*) from result where note is not null and (outcome = 'not-home' or outcome = 'spoke')";
    assert_eq!(count(&app, kept).await, 2);
}

#[tokio::test]
async fn nothing_said_is_lost_when_the_list_ends_while_a_form_needs_another_look() {
    let (app, walk, volunteer) = at_the_doors().await;
    let door = Sheet::door(&open(&volunteer, &walk.url(0)).await)
        .set(&walk.person(0, 0, "note"), "Side gate")
        .set(&walk.person(0, 1, "intention"), "F");
    let changed = Sheet::door(&open(&volunteer, &walk.url(1)).await).set(&walk.person(1, 0, "intention"), "F");
    changed.send(&volunteer).await.expect(303);
    change(&app, "update assignment set ended_at = now()").await;
    let sent = door.send(&volunteer).await.expect(303);
    assert_eq!(sent.location(), "/canvass?kept=1");
    assert_eq!((stored(&app).await, waiting(&app).await), (2, 1), "one answer stands, the note waits for an organiser");
    // The same form with another answer would be asked about, if the list could still be shown.
    let sent = changed.set(&walk.person(1, 0, "intention"), "A").send(&volunteer).await.expect(303);
    assert_eq!(sent.location(), "/canvass?kept=1");
    assert_eq!(count(&app, "select count(*) from result_conflict").await, 1);
}

#[tokio::test]
async fn where_all_on_the_list_have_moved_the_home_is_done() {
    let (app, walk, volunteer) = at_the_doors().await;
    let left_off = "delete from walk_list_elector w using elector e where e.elector_id = w.elector_id and e.name = 'Wilfred Harcourt1'";
    assert_eq!(change(&app, left_off).await, 1);
    let door = Sheet::door(&open(&volunteer, &walk.url(0)).await);
    let next = door.set(&walk.person(0, 0, "outcome"), "moved").send(&volunteer).await;
    assert_eq!(follow(&volunteer, next).await.text("h1"), "3 Larkspur Row");
    let lists = volunteer.get("/api/v1/canvass").await.expect(200).json();
    assert_eq!(lists["lists"][0]["done"], json!(1));
    // Who said so has left the register since: those who live there now are still to be asked.
    change(&app, "delete from walk_list_elector w using elector e where e.elector_id = w.elector_id and e.name = 'Edith Harcourt1'").await;
    let lists = volunteer.get("/api/v1/canvass").await.expect(200).json();
    assert_eq!(lists["lists"][0]["done"], json!(0));
}

#[tokio::test]
async fn that_somebody_has_voted_is_told_to_no_other_canvasser() {
    let (app, walk, volunteer) = at_the_doors().await;
    let other = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, other.account.id).await;
    let door = Sheet::door(&open(&volunteer, &walk.url(0)).await)
        .set(&walk.person(0, 0, "intention"), "F")
        .set(&walk.person(0, 0, "voted"), "post");
    door.send(&volunteer).await.expect(303);
    for (actor, known) in [(&volunteer, "post"), (&other, "")] {
        let shown = open(actor, &walk.url(0)).await;
        assert!(!shown.text("main").contains("Has voted"), "{}", shown.text("main"));
        let change = Sheet::door(&open(actor, &(walk.url(0) + "?change=1")).await);
        let voted = change.fields.iter().find(|(name, _)| *name == walk.person(0, 0, "voted"));
        assert_eq!(voted.map(|(_, value)| value.as_str()), Some(known));
    }
}

#[tokio::test]
async fn a_list_beyond_one_s_grant_opens_only_where_the_grant_reaches() {
    let (app, walk, volunteer) = at_the_doors().await;
    let moved =
        "update walk_list_door d set area_no = (select area_no from district where letters = 'SG1') where place > 4";
    assert_eq!(change(&app, moved).await, 2);
    let people = "update walk_list_elector e set area_no = d.area_no from walk_list_door d
      where d.list_id = e.list_id and d.household_id = e.household_id";
    change(&app, people).await;
    let lists = volunteer.get("/api/v1/canvass").await.expect(200).json();
    assert_eq!(lists["lists"][0]["doors"], json!(4));
    let list = volunteer.get(&format!("/api/v1/canvass/{}", walk.list)).await.expect(200).json();
    assert_eq!(list["doors"].as_array().map(Vec::len), Some(4));
    open(&volunteer, &walk.url(3)).await;
    volunteer.get(&walk.url(4)).await.expect(404);
}

#[tokio::test]
async fn a_door_s_page_tells_nothing_of_who_lives_next_door() {
    let (_app, walk, volunteer) = at_the_doors().await;
    let door = Sheet::door(&open(&volunteer, &walk.url(1)).await);
    let died = door.set(&walk.person(1, 0, "outcome"), "deceased").set(&walk.person(1, 1, "outcome"), "deceased");
    died.send(&volunteer).await.expect(303);
    let next = open(&volunteer, &walk.url(0)).await.text("aside");
    assert!(next.contains("3 Done") && !next.contains("died"), "{next}");
    let plan = open(&volunteer, &format!("/canvass/{}", walk.list)).await;
    assert!(plan.text(".doors").contains("Has died"), "{}", plan.text(".doors"));
}
