//! Selections on their pages: built like a sentence without script, kept in versions, of one's own area, and walk lists of exactly whom
//! they find.

use super::walk_lists::place;
use crate::support::app::{Actor, Answer, TestApp};
use crate::support::form::{Form, words};
use crate::support::walk::{change, change_for, count};
use hustings::access::Role;
use sqlx::{query_as, query_scalar};

/// The builder's form on a page.
fn builder(page: &Answer) -> Form {
    Form::of(page, "#builder")
}

/// Presses one of the builder's buttons.
async fn press(actor: &Actor, path: &str, form: Form, act: &str) -> Answer {
    actor.post(path, &form.with("do", act).fields()).await
}

/// Keeps a selection of these rows under a name; answers its path.
async fn kept(actor: &Actor, name: &str, rows: &[(&str, &str)]) -> String {
    let mut form = builder(&actor.get("/selections/new").await.expect(200)).with("name", name).without("on_paper");
    for (field, value) in rows {
        form = form.tick(field, value);
    }
    let answer = press(actor, "/selections/new", form, "keep").await.expect(303);
    answer.location().split('?').next().unwrap().to_owned()
}

/// Everybody not asked within ninety days.
const NOT_ASKED: &[(&str, &str)] = &[("r.0.of", "last-asked"), ("r.0.when", "not-within"), ("r.0.days", "90")];

#[tokio::test]
async fn an_empty_page_offers_where_to_begin_and_each_leads_to_a_filled_builder() {
    let (_app, organiser) = place("Quillbrook").await;
    let page = organiser.get("/selections").await.expect(200);
    assert!(page.body.contains("No selections yet"), "{}", page.body);
    assert_eq!(page.count("a[href^='/selections/new?start=']"), 4);
    for (start, said) in [
        ("not-asked", "not asked within 90 days"),
        ("persuade", "undecided"),
        ("postal", "vote by post"),
        ("posters", "a poster"),
    ] {
        let page = organiser.get(&format!("/selections/new?start={start}")).await.expect(200);
        let counts = words(&page, "#counts");
        assert!(counts.contains(said) && counts.contains("Electors"), "{start}: {counts}");
    }
    assert!(words(&organiser.get("/selections/new?start=nonsense").await.expect(200), "#counts").contains("Everybody"));
}

#[tokio::test]
async fn a_selection_is_built_counted_and_kept_without_script() {
    let (_app, organiser) = place("Quillbrook").await;
    let path = "/selections/new";
    let page = organiser.get(path).await.expect(200);
    assert!(words(&page, "#counts").contains("Doors 6 Electors 12"), "{}", words(&page, "#counts"));

    let page = press(&organiser, path, builder(&page), "add:r").await.expect(200);
    assert_eq!(page.attribute("select[name='r.0.of']", "autofocus"), "");
    assert_eq!(page.count("select[name='r.0.of'][autofocus]"), 1, "the new row is where one goes on");
    assert!(
        words(&page, "#counts").contains("Finish condition 1 , and the counts stand here. Choose what"),
        "{}",
        page.body
    );
    assert_eq!(page.attribute("#counts a", "href"), "#r.0.of");
    assert_eq!(page.text("#count-line"), "Finish condition 1");

    // What there is to choose comes with the next press, whichever that is.
    let page = press(&organiser, path, builder(&page).with("r.0.of", "last-asked"), "draw").await.expect(200);
    let page = press(&organiser, path, builder(&page).with("r.0.days", "never mind"), "count").await.expect(422);
    assert!(page.text("#errors").contains("Write a number of days"), "{}", page.text("#errors"));
    assert_eq!(page.attribute("#errors a", "href"), "#r.0.days");
    let page = press(&organiser, path, builder(&page).with("r.0.days", "90"), "count").await.expect(200);
    assert!(words(&page, "#counts").contains("not asked within 90 days"), "{}", words(&page, "#counts"));

    let page = press(&organiser, path, builder(&page), "group:r").await.expect(200);
    let form = builder(&page).with("r.1.0.of", "member").with("r.1.0.yes", "yes");
    let page = press(&organiser, path, form, "add:r.1").await.expect(200);
    let page = press(&organiser, path, builder(&page).with("r.1.1.of", "volunteer"), "up:r.1.1").await.expect(200);
    let form = builder(&page);
    assert_eq!((form.value("r.1.0.of"), form.value("r.1.1.of")), ("volunteer", "member"));
    let page = press(&organiser, path, form, "take:r.1").await.expect(200);
    assert_eq!(builder(&page).value("r.1.of"), "", "the group is out, with its rows");

    // All at once: the condition and the name.
    let wrong = builder(&page).with("r.0.days", "never mind").with("name", &"long ".repeat(30));
    let page = press(&organiser, path, wrong, "keep").await.expect(422);
    let errors = page.text("#errors");
    assert!(errors.contains("Write a number of days") && errors.contains("Use at most 120 characters"), "{errors}");
    let page =
        press(&organiser, path, builder(&page).with("r.0.days", "90").with("name", ""), "keep").await.expect(422);
    assert!(page.text("#errors").contains("Give the selection a name"), "{}", page.text("#errors"));
    let answer = press(&organiser, path, builder(&page).with("name", "To ask"), "keep").await.expect(303);
    let kept = organiser.get(&answer.location()).await.expect(200);
    assert_eq!(kept.text("h1"), "To ask");
    assert!(
        kept.body.contains("Kept as version 1") && words(&kept, "#counts").contains("Electors 12"),
        "{}",
        kept.body
    );

    let list = organiser.get("/selections").await.expect(200);
    assert!(words(&list, "table").contains("not asked within 90 days"), "{}", list.body);
    assert_eq!(organiser.post("/selections", &[("q", "TO ASK")]).await.expect(200).count("tbody tr"), 1);
    let none = organiser.post("/selections", &[("q", "letters")]).await.expect(200);
    assert!(none.body.contains("No selection is called that"), "{}", none.body);
}

#[tokio::test]
async fn whoever_was_not_written_to_lately_is_chosen_on_the_page_and_comes_back_to_it() {
    let (app, organiser) = place("Quillbrook").await;
    let account = organiser.account.id;
    change_for(
        &app,
        "with r as (insert into material_run (area_id, kind, title, purpose, state, made_by, grant_id, made_at, items, imprint)
           select area_id, 'letters', 'Letters', purpose, 'done', account_id, grant_id, now() - interval '9 days', 1, array['Printed by Presses.']
           from access_grant where account_id = $1 returning run_no)
         insert into material_item (run_no, item, partition_id, elector_id, household_id, area_no)
         select r.run_no, 1, e.partition_id, e.elector_id, e.household_id, e.area_no from r, elector e where e.number = 'QB1-2'",
        account,
    )
    .await;
    let rows = |when: &'static str, days: &'static str| [("r.0.of", "written"), ("r.0.when", when), ("r.0.days", days)];
    let one = kept(&organiser, "Not lately", &rows("not-within", "60")).await;
    let shown = words(&organiser.get(&one).await.expect(200), "#counts");
    assert!(shown.contains("not written to within 60 days") && shown.contains("Electors 11"), "{shown}");
    let form = builder(&organiser.get(&format!("{one}/edit")).await.expect(200));
    let said = (form.value("r.0.of"), form.value("r.0.when"), form.value("r.0.days"));
    assert_eq!(said, ("written", "not-within", "60"));
    let one = kept(&organiser, "Long ago", &rows("not-within", "9")).await;
    assert!(words(&organiser.get(&one).await.expect(200), "#counts").contains("Electors 12"));
    let one = kept(&organiser, "Lately", &rows("within", "10")).await;
    assert!(words(&organiser.get(&one).await.expect(200), "#counts").contains("Electors 1 "));
}

#[tokio::test]
async fn streets_are_chosen_by_their_district() {
    let (app, organiser) = place("all").await;
    let district = count(&app, "select area_no::bigint from district where letters = 'SG1'").await.to_string();
    let page = organiser.get("/selections/new").await.expect(200);
    let form = builder(&page).tick("r.0.of", "street").tick("r.0.district", &district);
    let page = press(&organiser, "/selections/new", form, "draw").await.expect(200);
    let street = format!("{district}:old tannery walk");
    assert_eq!(page.attribute("input[name='r.0.streets']", "value"), street);
    let form = builder(&page).tick("r.0.streets", &street);
    let page = press(&organiser, "/selections/new", form, "count").await.expect(200);
    assert!(words(&page, "#counts").contains("Doors 6 Electors 12"), "{}", words(&page, "#counts"));
    // The district shown may change; what was ticked stays.
    let page = press(&organiser, "/selections/new", builder(&page).with("r.0.district", ""), "count").await.expect(200);
    assert_eq!(page.count("input[name='r.0.streets'][checked]"), 1);
}

#[tokio::test]
async fn forms_that_no_builder_sends_change_nothing_and_say_so() {
    let (app, organiser) = place("Quillbrook").await;
    let saltern = count(&app, "select area_id from area where name = 'Saltern'").await.to_string();
    let many: Vec<(String, String)> = (0..999).map(|n| (format!("r.{n}.of"), "member".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let forged: [(&[(&str, &str)], &str); 16] = [
        (&[("r.0.0.0.0.0.of", "member")], "could not be read"),
        (&[("r.0; drop table elector.of", "member")], "could not be read"),
        (&[("r.0.yes", "yes")], "could not be read"),
        (&[("order by", "1")], "could not be read"),
        (&many, "at most 60"),
        (&[("r.0.of", "password")], "Choose what this condition is about"),
        (&[("r.0.of", "area"), ("r.0.areas", saltern.as_str())], "inside your own"),
        (&[("r.0.of", "area"), ("r.0.areas", "1 or 1=1")], "inside your own"),
        (&[("r.0.of", "street"), ("r.0.streets", "1:nowhere")], "Choose a district"),
        (&[("r.0.of", "on-list"), ("r.0.yes", "yes"), ("r.0.list", "1.999")], "Choose a walk list"),
        (&[("r.0.of", "turnout"), ("r.0.turnout", "voted"), ("r.0.poll", "999")], "Choose a poll"),
        (&[("r.0.of", "household-size"), ("r.0.least", "4"), ("r.0.most", "2")], "not below the least"),
        (&[("r.0.of", "asked"), ("r.0.asks", "money")], "Tick at least one"),
        (&[("r.0.of", "any")], "Add a condition to this group"),
        (&[("r.of", "any")], "at least one of none fits nobody"),
        (&[("r.0.of", "written"), ("r.0.when", "sometimes")], "Choose when they were written to"),
    ];
    for (rows, said) in forged {
        let fixed = [("r.of", "all"), ("channel", "door"), ("version", "0"), ("name", "Forged"), ("do", "keep")];
        let answer = organiser.post("/selections/new", &[&fixed[..], rows].concat()).await.expect(422);
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
    }
    let no_channel = [("r.of", "all"), ("channel", "owl"), ("version", "0"), ("name", "Forged"), ("do", "keep")];
    organiser.post("/selections/new", &no_channel).await.expect(422);
    organiser.post("/selections/counts", &[]).await.expect(422);
    assert_eq!(count(&app, "select count(*) from selection").await, 0);
}

#[tokio::test]
async fn more_than_a_dozen_questions_about_turnout_are_refused_with_what_to_do_and_stay_on_the_page() {
    let (app, organiser) = place("Quillbrook").await;
    let poll = count(&app, "select min(poll_id) from poll").await.to_string();
    let mut form = builder(&organiser.get("/selections/new").await.expect(200)).with("name", "Voters");
    for row in 0..13 {
        let asks = [("of", "turnout"), ("poll", poll.as_str()), ("turnout", "voted")];
        form = asks.iter().fold(form, |form, (field, value)| form.with(&format!("r.{row}.{field}"), value));
    }
    let refused = press(&organiser, "/selections/new", form.clone(), "keep").await.expect(422);
    let said = refused.text("#rules-error");
    assert!(said.contains("at most 12 times") && said.contains("make two selections"), "{said}: {}", refused.body);
    assert_eq!(refused.count("select[name$='.turnout']"), 13, "what was chosen stands there");
    for field in ["of", "poll", "turnout"] {
        form = form.without(&format!("r.12.{field}"));
    }
    press(&organiser, "/selections/new", form, "keep").await.expect(303);
    assert_eq!(count(&app, "select count(*) from selection").await, 1);
}

#[tokio::test]
async fn counts_come_as_a_part_of_the_page_and_look_at_nobody() {
    let (app, organiser) = place("Quillbrook").await;
    let looks = "select count(*) from access_log where cardinality(subjects) > 0";
    let before = count(&app, looks).await;
    let form = builder(&organiser.get("/selections/new").await.expect(200));
    let part = organiser.post("/selections/counts", &form.fields()).await.expect(200);
    assert!(!part.body.contains("<html") && part.text(".fig") == "6", "{}", part.body);
    let part = organiser.post("/selections/counts", &form.tick("r.0.of", "").fields()).await.expect(200);
    assert!(part.body.contains("condition 1</a>, and the counts stand here"), "{}", part.body);
    assert_eq!(count(&app, looks).await, before);
}

#[tokio::test]
async fn a_neighbours_selection_is_not_there() {
    let (app, organiser) = place("Quillbrook").await;
    let one = kept(&organiser, "Ours", NOT_ASKED).await;
    let neighbour = app.actor(Role::Organiser, "Saltern").await;
    for page in ["", "/edit", "/removal", "/electors", "/walk-lists"] {
        neighbour.get(&format!("{one}{page}")).await.expect(404);
        organiser.get(&format!("{one}{page}")).await.expect(200);
    }
    neighbour.post(&format!("{one}/removal"), &[("version", "1")]).await.expect(404);
    neighbour.post(&format!("{one}/copy"), &[("version", "1"), ("name", "Mine")]).await.expect(404);
    assert!(!neighbour.get("/selections").await.expect(200).body.contains("Ours"));
    assert!(app.actor(Role::Organiser, "all").await.get("/selections").await.expect(200).body.contains("Ours"));
}

#[tokio::test]
async fn who_keeps_what_somebody_else_changed_is_told_first() {
    let (app, organiser) = place("Quillbrook").await;
    let one = kept(&organiser, "To ask", NOT_ASKED).await;
    let edit = format!("{one}/edit");
    let mine = builder(&organiser.get(&edit).await.expect(200)).with("r.0.days", "30");
    let other = app.actor(Role::Organiser, "Quillbrook").await;
    let theirs = builder(&other.get(&edit).await.expect(200)).with("r.0.days", "60");
    press(&other, &edit, theirs, "keep").await.expect(303);

    let page = press(&organiser, &edit, mine, "keep").await.expect(409);
    assert!(page.text(".notice").contains("not asked within 60 days"), "{}", page.text(".notice"));
    let form = builder(&page);
    assert_eq!((form.value("r.0.days"), form.value("version")), ("30", "2"), "what was chosen is still there");
    press(&organiser, &edit, form, "keep").await.expect(303);
    let page = organiser.get(&one).await.expect(200);
    assert!(page.body.contains("Kept as version 3"), "{}", page.body);
    let versions = words(&page, "table");
    for days in ["30", "60", "90"] {
        assert!(versions.contains(&format!("not asked within {days} days")), "{versions}");
    }
}

#[tokio::test]
async fn a_name_is_one_selection_and_a_copy_needs_another() {
    let (app, organiser) = place("Quillbrook").await;
    let one = kept(&organiser, "To ask", NOT_ASKED).await;
    let other = kept(&organiser, "Letters", &[]).await;
    let edit = format!("{other}/edit");
    let form = builder(&organiser.get(&edit).await.expect(200)).with("name", "to ASK");
    let page = press(&organiser, &edit, form, "keep").await.expect(422);
    assert!(page.text("#errors").contains("has this name"), "{}", page.body);
    let copy = format!("{one}/copy");
    let page = organiser.post(&copy, &[("version", "1"), ("name", "Letters")]).await.expect(422);
    assert!(page.text("#errors").contains("has this name"), "{}", page.body);
    let answer = organiser.post(&copy, &[("version", "1"), ("name", "To ask again")]).await.expect(303);
    assert!(organiser.get(&answer.location()).await.expect(200).body.contains("not asked within 90 days"));
    let form = builder(&organiser.get(&format!("{one}/edit")).await.expect(200)).with("name", "A third");
    press(&organiser, &format!("{one}/edit"), form, "keep-new").await.expect(303);
    assert_eq!(count(&app, "select count(*) from selection").await, 4);
}

#[tokio::test]
async fn what_is_taken_away_is_asked_about_first_and_stays_on_record() {
    let (app, organiser) = place("Quillbrook").await;
    let one = kept(&organiser, "To ask", NOT_ASKED).await;
    let removal = format!("{one}/removal");
    let form = Form::of(&organiser.get(&removal).await.expect(200), "main form");
    assert_eq!(count(&app, "select count(*) from selection where ended_at is null").await, 1);
    let answer = organiser.post(&removal, &form.fields()).await.expect(303);
    assert!(organiser.get(&answer.location()).await.expect(200).body.contains("No selections yet"));
    organiser.get(&one).await.expect(404);
    assert_eq!(count(&app, "select count(*) from selection_version").await, 1);
}

#[tokio::test]
async fn whoever_is_shown_of_a_selection_is_on_record() {
    let (app, organiser) = place("Quillbrook").await;
    let one = kept(&organiser, "Everybody", &[]).await;
    let page = organiser.get(&format!("{one}/electors")).await.expect(200);
    assert_eq!(page.count("tbody tr"), 12);
    assert_eq!(page.text("tbody tr th"), "Edith Harcourt1");
    let page = organiser.get(&format!("{one}/electors?sort=street")).await.expect(200);
    assert!(words(&page, "tbody tr").contains("1 Larkspur Row"), "{}", words(&page, "tbody tr"));
    let looks = "select count(*) from access_log where cardinality(subjects) = 12 and permission = 'choose-electors'";
    assert_eq!(count(&app, looks).await, 2);
    organiser.get(&format!("{one}/electors?page=2")).await.expect(404);
}

#[tokio::test]
async fn a_page_of_a_selection_shows_fifty_says_how_many_there_are_and_looks_at_those_alone() {
    let (app, organiser) = place("Quillbrook").await;
    change(
        &app,
        "insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number, position)
         select h.partition_id, h.area_no, h.household_id, 'ordinary', 'Zoe', 'Zell', 'Zoe Zell' || n, 'zell' || n || ' zoe', 'zoe zell' || n,
           'QB1-' || (100 + n), 100 + n
         from household h join district d using (area_no), generate_series(10, 59) n where d.letters = 'QB1' and h.number = 1",
    )
    .await;
    let one = kept(&organiser, "Everybody", &[]).await;
    let page = organiser.get(&format!("{one}/electors?sort=name&page=2")).await.expect(200);
    assert_eq!((page.count("tbody tr"), page.text("tbody tr:last-child th")), (12, "Zoe Zell59".to_owned()));
    assert!(page.text("main").contains("51 to 62 of 62"), "{}", page.text("main"));
    let page = organiser.get(&format!("{one}/electors?sort=street")).await.expect(200);
    assert_eq!(page.count("tbody tr"), 50);
    assert!(page.text("main").contains("1 to 50 of 62"), "{}", page.text("main"));
    for looked in [12, 50] {
        let looks =
            "select count(*) from access_log where permission = 'choose-electors' and cardinality(subjects) = $1";
        let looks: i64 = query_scalar(looks).bind(looked).fetch_one(&mut app.database.operator().await).await.unwrap();
        assert_eq!(looks, 1, "{looked}");
    }
    organiser.get(&format!("{one}/electors?page=3")).await.expect(404);
}

/// Three attainers in two homes, of whom one wants nobody at the door.
async fn three_attainers(app: &TestApp) {
    change(
        app,
        "update elector set kind = 'attainer', attains_on = current_date + 200
         where number like 'QB1%' and name in ('Edith Harcourt2', 'Wilfred Harcourt2', 'Edith Harcourt5')",
    )
    .await;
    change(
        app,
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'door', false, 'At the door' from elector
         where name = 'Wilfred Harcourt2' and number like 'QB1%'",
    )
    .await;
}

#[tokio::test]
async fn walk_lists_of_a_selection_hold_exactly_its_electors_but_nobody_who_wants_no_callers() {
    let (app, organiser) = place("all").await;
    three_attainers(&app).await;
    // Kept for letters: whoever wants no callers may well be written to.
    let rows = [("r.0.of", "register"), ("r.0.entries", "attainer"), ("channel", "post")];
    let one = kept(&organiser, "First votes", &rows).await;
    assert!(words(&organiser.get(&one).await.expect(200), "#counts").contains("Doors 2 Electors 3"));
    let path = format!("{one}/walk-lists");
    let page = organiser.get(&path).await.expect(200);
    assert!(words(&page, "main").contains("1 list: 2 doors, 2 electors"), "{}", words(&page, "main"));
    let form = Form::of(&page, "#form").with("step", "make");
    let stale = form.clone().with("expected", &form.value("expected").replacen("1/2/2/", "1/6/12/", 1));
    let page = organiser.post(&path, &stale.fields()).await.expect(409);
    assert!(page.text(".notice").contains("Somebody answered"), "{}", page.text(".notice"));
    assert_eq!(count(&app, "select count(*) from walk_list").await, 0);
    let made = organiser.post(&path, &form.fields()).await.expect(303);
    organiser.get(&made.location()).await.expect(200);
    let on_it: Vec<String> = query_scalar(
        "select e.name from walk_list_elector w join elector e using (partition_id, elector_id) order by w.place",
    )
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!(on_it, ["Edith Harcourt2", "Edith Harcourt5"]);
    let (name, selection, version): (String, String, i32) =
        query_as("select name, choices->>'selection', (choices->>'version')::integer from walk_list")
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    assert_eq!((name.as_str(), version), ("First votes", 1));
    assert!(one.ends_with(&selection), "{selection}");
}

#[tokio::test]
async fn a_selection_that_leads_to_no_door_makes_no_list_and_says_why() {
    let (app, organiser) = place("Quillbrook").await;
    let one = kept(&organiser, "Abroad", &[("r.0.of", "register"), ("r.0.entries", "overseas")]).await;
    assert!(organiser.get(&one).await.expect(200).body.contains("Nobody fits it now"));
    let path = format!("{one}/walk-lists");
    let page = organiser.get(&path).await.expect(422);
    assert!(page.text("#errors").contains("There is no door in this selection now"), "{}", page.body);
    let all = [("name", "None"), ("order", "council"), ("poll", "local"), ("step", "make"), ("expected", "0/0/0")];
    organiser.post(&path, &all).await.expect(422);
    assert_eq!(count(&app, "select count(*) from walk_list").await, 0);
}

#[tokio::test]
async fn lists_are_cut_and_numbered_as_chosen() {
    let (app, organiser) = place("all").await;
    let one = kept(&organiser, "Everybody", &[]).await;
    let path = format!("{one}/walk-lists");
    let form = Form::of(&organiser.get(&path).await.expect(200), "#form").with("split_size", "6");
    let page = organiser.post(&path, &form.clone().with("step", "make").fields()).await.expect(409);
    let told = page.text(".notice");
    assert!(told.contains("You changed how the lists are cut") && !told.contains("Somebody answered"), "{told}");
    assert_eq!(count(&app, "select count(*) from walk_list").await, 0);
    let page = organiser.post(&path, &form.with("step", "preview").fields()).await.expect(200);
    assert!(words(&page, "main").contains("2 lists: 12 doors, 24 electors"), "{}", words(&page, "main"));
    organiser.post(&path, &Form::of(&page, "#form").with("step", "make").fields()).await.expect(303);
    let names: Vec<String> = query_scalar("select name from walk_list order by list_id")
        .fetch_all(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(names, ["Everybody 1", "Everybody 2"]);
}

#[tokio::test]
async fn canvass_cards_of_a_selection_come_by_way_of_its_walk_lists_and_say_so() {
    let (app, organiser) = place("all").await;
    let one = kept(&organiser, "Everybody", &[]).await;
    let page = organiser.get(&one).await.expect(200);
    let path = format!("{one}/walk-lists?then=cards");
    assert_eq!(page.count(&format!("a[href='{path}']")), 1);
    let id = one.rsplit('/').next().unwrap();
    let cards = organiser.get(&format!("/materials/poll-cards?selection={id}")).await.expect(200);
    assert_eq!(page.count(&format!("a[href='/materials/poll-cards?selection={id}']")), 1);
    assert_eq!(cards.attribute("#selection option[selected]", "value"), id);

    let page = organiser.get(&path).await.expect(200);
    assert!(page.text("h1").contains("Canvass cards") && page.attribute("#form", "action") == path, "{}", page.body);
    let form = Form::of(&page, "#form").with("split_size", "6").with("step", "preview");
    let page = organiser.post(&path, &form.fields()).await.expect(200);
    let made = organiser.post(&path, &Form::of(&page, "#form").with("step", "make").fields()).await.expect(303);
    let next = organiser.get(&made.location()).await.expect(200);
    assert_eq!(count(&app, "select count(*) from walk_list").await, 2);
    assert_eq!(next.count("input[name='list'][checked]"), 2, "{}", next.body);
    assert!(next.text("[role=status]").contains("The walk lists are made"), "{}", next.body);
}
