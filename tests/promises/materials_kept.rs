//! Kept looks: whoever has a sheet of an unusual size types its measures once. Of an area, or of the whole organisation and locked.

use super::materials_labels::{Desk, desk};
use crate::support::access::area;
use crate::support::app::Answer;
use crate::support::form::Form;
use crate::support::materials::with_printer;
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::materials::runs;

const FORM: &str = "main form.card";

/// A sheet that no shop calls by a name.
fn own(keep_as: &str) -> Vec<(&str, &str)> {
    vec![
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
        ("start", "7"),
        ("keep_as", keep_as),
        ("step", "keep"),
    ]
}

fn poster<'a>(line: &'a str, keep_as: &'a str) -> [(&'a str, &'a str); 5] {
    [("line", line), ("paper", "a3"), ("bleed", "yes"), ("keep_as", keep_as), ("step", "keep")]
}

/// Where a kept one fills its form, from the answer to keeping it.
fn filled(answer: Answer) -> String {
    let at = answer.expect(303).location();
    assert!(at.ends_with("&said=look-kept"), "{at}");
    at.replace("&said=look-kept", "")
}

/// The id in such an address.
fn id_of(at: &str) -> String {
    at.split("kept=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

/// The form at this address, sent to make something; the run's number.
async fn made(here: &Desk, at: &str, more: &[(&str, &str)]) -> i64 {
    let page = here.desk.get(at).await.expect(200);
    let drawn = Form::of(&page, FORM).with("step", "make");
    let form = more.iter().fold(drawn, |form, (name, value)| form.with(name, value));
    let path = at.split('?').next().unwrap();
    let run = here.desk.post(path, &form.fields()).await.expect(303).location();
    run.rsplit('/').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_sheet_of_ones_own_is_typed_once_and_fills_the_form_from_then_on() {
    let here = desk().await;
    assert!(!here.desk.get("/materials/labels").await.expect(200).text("main").contains("Kept looks"), "there is none");
    let selection = here.selection.to_string();
    let mut fields = own("Roll of forty");
    fields.push(("selection", &selection));
    let at = filled(here.desk.post("/materials/labels", &fields).await);
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0, "keeping is not making");
    let listed = here.desk.get("/materials/labels").await.expect(200);
    let link = listed.attribute("#kept ~ ul a.btn", "href");
    assert!(link.contains(&id_of(&at)), "{link}");
    let page = here.desk.get(&link).await.expect(200);
    for (field, value) in [
        ("columns", "4"),
        ("rows", "10"),
        ("width", "48.5"),
        ("height", "25.4"),
        ("left", "8"),
        ("from_top", "21.5"),
        ("gap_x", "0"),
        ("gap_y", "0"),
        ("start", "1"),
    ] {
        assert_eq!(page.attribute(&format!("#{field}"), "value"), value, "{field}");
    }
    assert_eq!(page.attribute("input[name=stock][checked]", "value"), "own");
    assert_eq!(page.attribute("input[name=per][checked]", "value"), "person");
    // Whom they are for and where a sheet begins is this one run's: kept nowhere, and not lost by keeping.
    let kept = "select count(*) from material_template_version v, selection s where position(s.selection_id::text in v.content::text) > 0";
    assert_eq!(count(&here.app, kept).await, 0);
    let page = here.desk.get(&at).await.expect(200);
    assert_eq!(page.attribute("#selection option[selected]", "value"), selection);
    assert_eq!(page.attribute("#start", "value"), "7");
}

#[tokio::test]
async fn the_run_names_the_kept_look_and_its_version_while_nothing_of_it_is_changed() {
    let here = desk().await;
    with_printer(&here.app).await;
    let selection = here.selection.to_string();
    let labels = filled(here.desk.post("/materials/labels", &own("Roll of forty")).await);
    let run = made(&here, &labels, &[("selection", &selection), ("start", "3"), ("sorted", "postcode")]).await;
    let record = here.desk.get(&format!("/materials/runs/{run}")).await.expect(200).text("#record ~ .in");
    assert!(record.contains("Roll of forty, version 1"), "{record}");
    let poster = filled(here.desk.post("/materials/posters", &poster("Keep our library open", "The library")).await);
    let same = made(&here, &poster, &[("count", "3")]).await;
    let changed = made(&here, &poster, &[("line", "Keep our library")]).await;
    let card = [
        ("title", "Sorry we missed you"),
        ("text", "We called.\r\nTell us what matters."),
        ("contact", "01632 960001"),
        ("lines", "2"),
        ("keep_as", "Short"),
        ("step", "keep"),
    ];
    let card = filled(here.desk.post("/materials/out-cards", &card).await);
    // What a browser sends of words in several lines.
    let out = made(&here, &card, &[("text", "We called.\r\nTell us what matters.")]).await;
    for (run, named) in [(same, true), (changed, false), (out, true)] {
        let sql = "select count(*) from material_run where run_no = $1 and template_version = 1";
        let found: i64 =
            sqlx::query_scalar(sql).bind(run).fetch_one(&mut here.app.database.operator().await).await.unwrap();
        assert_eq!(found, i64::from(named), "run {run}");
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_replaced_only_by_whoever_was_told_so() {
    let here = desk().await;
    let first = filled(here.desk.post("/materials/posters", &poster("Keep our library open", "The library")).await);
    let again = poster("Open all week", "the LIBRARY");
    let page = here.desk.post("/materials/posters", &again).await.expect(422);
    assert!(page.text("#keep_as-error").contains("replaces what it holds, as version 2"), "{}", page.text("main"));
    assert_eq!(page.text("button[value=keep]"), "Keep under this name");
    assert_eq!(page.attribute("#line", "value"), "Open all week", "what was typed stands there");
    assert_eq!(count(&here.app, "select count(*) from material_template_version").await, 1);
    let told = Form::of(&page, FORM).with("step", "keep");
    // A look at it in between asks anew.
    let look = here.desk.post("/materials/posters", &told.clone().with("step", "preview").fields()).await;
    assert_eq!(look.attribute("input[name=replaces]", "value"), "");
    // Told of one, not of another.
    let other = poster("Mend the bridge", "The bridge");
    filled(here.desk.post("/materials/posters", &other).await);
    here.desk.post("/materials/posters", &told.clone().with("keep_as", "The bridge").fields()).await.expect(422);
    let second = filled(here.desk.post("/materials/posters", &told.fields()).await);
    assert_eq!(id_of(&first), id_of(&second));
    assert_eq!(here.desk.get(&first).await.expect(200).attribute("#line", "value"), "Open all week");
    // Somebody who was told of the first version, and sends it after the second, is told again.
    let page = here.desk.post("/materials/posters", &told.fields()).await.expect(422);
    assert!(page.text("#keep_as-error").contains("as version 3"), "{}", page.text("#keep_as-error"));
    assert_eq!(count(&here.app, "select count(*) from material_template_version").await, 3, "each version stays");
}

#[tokio::test]
async fn the_whole_organisations_are_begun_from_everywhere_and_locked() {
    let here = desk().await;
    let everywhere = here.app.actor(Role::Organiser, "all").await;
    let whole = filled(everywhere.post("/materials/posters", &poster("Lanterns for all", "For all")).await);
    assert_eq!(count(&here.app, "select count(*) from material_template where area_id is null").await, 1);
    let page = here.desk.get(&whole).await.expect(200);
    assert_eq!(page.attribute("#line", "value"), "Lanterns for all");
    let list = page.text("section[aria-labelledby=kept]");
    assert!(list.contains("The whole organisation") && list.contains("Locked"), "{list}");
    assert_eq!(page.count("form[action$='/removal']"), 0);
    here.desk.post(&format!("/materials/kept/{}/removal", id_of(&whole)), &[]).await.expect(409);
    // The same name here is another one, of this area alone.
    let own = filled(here.desk.post("/materials/posters", &poster("Our own", "For all")).await);
    assert_ne!(id_of(&own), id_of(&whole));
    assert_eq!(everywhere.get(&whole).await.expect(200).attribute("#line", "value"), "Lanterns for all");
    let neighbour = here.app.actor(Role::Organiser, "Saltern").await;
    neighbour.get(&whole).await.expect(200);
    neighbour.get(&own).await.expect(404);
    neighbour.post(&format!("/materials/kept/{}/removal", id_of(&own)), &[]).await.expect(404);
    assert!(!neighbour.get("/materials/posters").await.expect(200).body.contains(&id_of(&own)));
}

#[tokio::test]
async fn one_that_an_area_around_keeps_is_begun_from_and_not_changed() {
    let here = desk().await;
    change(
        &here.app,
        "with a as (insert into area (kind, name, short_name) values ('constituency', 'Wexmere Both', 'Both') returning area_id)
         insert into area_district (area_id, area_no)
         select a.area_id, d.area_no from a, district d where d.letters in ('QB1', 'SG1')",
    )
    .await;
    let around = here.app.actor(Role::Organiser, "Both").await;
    let theirs = filled(around.post("/materials/labels", &own("Roll of forty")).await);
    let both = area(&here.app, "Both").await;
    let found: i64 = sqlx::query_scalar("select count(*) from material_template where area_id = $1")
        .bind(both)
        .fetch_one(&mut here.app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(found, 1);
    let page = here.desk.get(&theirs).await.expect(200);
    assert_eq!(page.attribute("#width", "value"), "48.5");
    assert!(page.text("section[aria-labelledby=kept]").contains("Locked"));
    here.desk.post(&format!("/materials/kept/{}/removal", id_of(&theirs)), &[]).await.expect(409);
    let own = filled(here.desk.post("/materials/labels", &own("Roll of forty")).await);
    assert_ne!(id_of(&own), id_of(&theirs));
}

#[tokio::test]
async fn one_that_is_taken_away_is_not_offered_and_what_was_made_of_it_still_names_it() {
    let here = desk().await;
    let selection = here.selection.to_string();
    let at = filled(here.desk.post("/materials/labels", &own("Roll of forty")).await);
    let run = made(&here, &at, &[("selection", &selection)]).await;
    let removal = format!("/materials/kept/{}/removal", id_of(&at));
    assert_eq!(here.desk.get("/materials/labels").await.attribute("form[action$='/removal']", "action"), removal);
    let gone = here.desk.post(&removal, &[]).await.expect(303).location();
    assert_eq!(gone, "/materials/labels?said=look-gone");
    assert!(!here.desk.get(&gone).await.expect(200).text("main").contains("Kept looks"));
    here.desk.get(&at).await.expect(404);
    here.desk.post(&removal, &[]).await.expect(404);
    let record = here.desk.get(&format!("/materials/runs/{run}")).await.expect(200).text("#record ~ .in");
    assert!(record.contains("Roll of forty, version 1"), "{record}");
    // Its name is free again.
    filled(here.desk.post("/materials/labels", &own("Roll of forty")).await);
}

#[tokio::test]
async fn what_cannot_be_kept_says_why_and_nothing_is_kept_or_made() {
    let here = desk().await;
    let long = "x".repeat(81);
    for (name, said) in [("", "Give it a name"), (" \u{200b} ", "Give it a name"), (long.as_str(), "at most 80")] {
        let page = here.desk.post("/materials/labels", &own(name)).await.expect(422);
        assert!(page.text("#keep_as-error").contains(said), "{name}: {}", page.text("main"));
        assert_eq!(page.attribute("#width", "value"), "48.5");
    }
    let mut wide = own("Too wide");
    wide.retain(|(name, _)| *name != "width");
    wide.push(("width", "70"));
    let page = here.desk.post("/materials/labels", &wide).await.expect(422);
    assert!(page.text(".errors").contains("an A4 is 210 mm wide"), "{}", page.text(".errors"));
    let page = here.desk.post("/materials/posters", &poster("", "No line")).await.expect(422);
    assert!(page.text(".errors").contains("Give the line"), "{}", page.text(".errors"));
    // What a form is filled from is of its own kind.
    let at = filled(here.desk.post("/materials/posters", &poster("A line", "A poster")).await);
    here.desk.get(&format!("/materials/labels?kept={}", id_of(&at))).await.expect(404);
    here.desk.get(&format!("/materials/posters?kept={}", runs::drawn())).await.expect(404);
    here.desk.get("/materials/posters?kept=other").await.expect(404);
    assert_eq!(count(&here.app, "select count(*) from material_template").await, 1);
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
}
