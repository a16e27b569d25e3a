//! Choosing electors by rules: counts that tell of nobody elsewhere and nobody invented, whoever asked to be left alone is out, and what
//! was kept can be told for good.

use crate::support::app::{Account, Actor};
use crate::support::selections::Town;
use crate::support::walk::change;
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use hustings::error::Error;
use hustings::selections::store::{self, Saved};
use hustings::selections::{
    Age, Channel, Condition, Counts, LastAsked, LeaveOut, Outcome, Rule, Selection, count, find, words,
};
use sqlx::{query, query_scalar};
use std::collections::BTreeSet;

/// Everybody, to be reached this way, whatever was said.
fn everybody(channel: Channel) -> Selection {
    Selection {
        rule: Rule::All(Vec::new()),
        leave_out: LeaveOut { channel, asked_days: None, moved: false, on_paper: false },
    }
}

fn who(rule: Rule) -> Selection {
    Selection { rule, ..everybody(Channel::Door) }
}

fn never_asked() -> Selection {
    who(Rule::Is(Condition::LastAsked { when: LastAsked::Never }))
}

async fn counted(town: &Town, by: &Account, selection: &Selection) -> Counts {
    let mut scope = town.scope_of(by).await;
    let counts = count::count(&mut scope, selection).await.unwrap();
    scope.commit().await.unwrap();
    counts
}

async fn found(town: &Town, by: &Account, selection: &Selection) -> BTreeSet<i64> {
    let mut scope = town.scope_of(by).await;
    let found = find::electors(&mut scope, selection).await.unwrap();
    scope.commit().await.unwrap();
    found.into_iter().map(|e| e.id).collect()
}

async fn electors_of(town: &Town, letters: &str) -> BTreeSet<i64> {
    let all: Vec<i64> = query_scalar(
        "select e.elector_id from elector e join district d using (area_no) where d.letters = $1 and not e.planted",
    )
    .bind(letters)
    .fetch_all(&mut town.app.database.operator().await)
    .await
    .unwrap();
    all.into_iter().collect()
}

/// Keeps a selection of the town's area.
async fn keep(town: &Town, by: &Account, name: &str, selection: &Selection) -> uuid::Uuid {
    let mut scope = town.scope_of(by).await;
    let id = store::keep(&mut scope, town.both, name, selection).await.unwrap();
    scope.commit().await.unwrap();
    id
}

async fn one(town: &Town, by: &Account, id: uuid::Uuid, version: Option<i32>) -> Result<(Saved, Selection), Error> {
    let mut scope = town.scope_of(by).await;
    store::one(&mut scope, id, version).await
}

#[tokio::test]
async fn a_neighbours_electors_are_in_no_selection_whatever_it_names() {
    let town = Town::new().await;
    let all = everybody(Channel::Door);
    let counts = counted(&town, &town.organiser, &all).await;
    assert_eq!((counts.doors, counts.electors, counts.left_out.anonymous), (12, 24, 6));
    let both: BTreeSet<i64> =
        electors_of(&town, "QB1").await.union(&electors_of(&town, "SG1").await).copied().collect();
    assert_eq!(found(&town, &town.organiser, &all).await, both);
    let beyond = who(Rule::Is(Condition::Area { areas: vec![town.area("Northbank").await] }));
    assert_eq!(counted(&town, &town.organiser, &beyond).await.electors, 0, "naming an area opens none");
    let lane: i32 = query_scalar("select area_no from district where letters = 'NB1'")
        .fetch_one(&mut town.app.database.operator().await)
        .await
        .unwrap();
    let street = who(Rule::Is(Condition::Street { streets: vec![(lane, "ferry lane".into())] }));
    assert_eq!(counted(&town, &town.organiser, &street).await.electors, 0);

    let narrow = town.app.account(Role::Organiser, "Saltern").await;
    assert_eq!(found(&town, &narrow, &all).await, electors_of(&town, "SG1").await);
    let whole = who(Rule::Is(Condition::Area { areas: vec![town.both] }));
    assert_eq!(counted(&town, &narrow, &whole).await.electors, 12, "the area in use is all there is");
}

#[tokio::test]
async fn no_condition_is_everybody_and_any_of_nothing_is_nobody() {
    let town = Town::new().await;
    for (rule, electors) in [(Rule::All(vec![]), 24), (Rule::None(vec![]), 24), (Rule::Any(vec![]), 0)] {
        assert_eq!(counted(&town, &town.organiser, &who(rule.clone())).await.electors, electors, "{rule:?}");
        assert_eq!(counted(&town, &town.organiser, &who(Rule::None(vec![rule]))).await.electors, 24 - electors);
    }
}

#[tokio::test]
async fn whoever_objects_to_a_channel_is_out_of_what_uses_it_and_counted() {
    let town = Town::new().await;
    let (edith, wilfred, other) =
        (town.elector("QB1-2").await, town.elector("QB1-3").await, town.elector("SG1-4").await);
    town.objects(edith, "door", false, 3).await;
    town.objects(wilfred, "opinions", false, 2).await;
    town.objects(other, "post", false, 2).await;
    for (channel, out) in
        [(Channel::Door, vec![edith, wilfred]), (Channel::Post, vec![wilfred, other]), (Channel::Phone, vec![wilfred])]
    {
        let counts = counted(&town, &town.organiser, &everybody(channel)).await;
        assert_eq!(counts.left_out.objected, i64::try_from(out.len()).unwrap(), "{channel:?}");
        assert_eq!(counts.electors + counts.left_out.objected, 24);
        let found = found(&town, &town.organiser, &everybody(channel)).await;
        assert!(out.iter().all(|id| !found.contains(id)), "{channel:?}");
    }
    // Both of a home out: the door is not counted either.
    assert_eq!(counted(&town, &town.organiser, &everybody(Channel::Door)).await.doors, 11);
    // It holds in whatever district it was made, and it is taken back by a newer word alone.
    change(&town.app, "update objection set area_no = (select area_no from district where letters = 'NB1')").await;
    assert_eq!(counted(&town, &town.organiser, &everybody(Channel::Door)).await.left_out.objected, 2);
    town.objects(edith, "door", true, 1).await;
    assert_eq!(counted(&town, &town.organiser, &everybody(Channel::Door)).await.left_out.objected, 1);
}

#[tokio::test]
async fn somebody_invented_is_in_no_count_and_in_no_selection() {
    let town = Town::new().await;
    change(
        &town.app,
        "with e as (
           insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number,
             position, planted)
           select h.partition_id, h.area_no, h.household_id, 'ordinary', 'In', 'Vented', 'In Vented', 'vented in', 'in vented', 'QB1-900', 900,
             true from household h join district d using (area_no) where d.letters = 'QB1' and h.number = 2
           returning partition_id, elector_id, area_no)
         insert into canary (partition_id, elector_id, area_no, name, address)
         select partition_id, elector_id, area_no, 'In Vented', '2 Larkspur Row' from e",
    )
    .await;
    let all = everybody(Channel::Door);
    assert_eq!(counted(&town, &town.organiser, &all).await.electors, 24);
    assert_eq!(found(&town, &town.organiser, &all).await.len(), 24);
    let threes = who(Rule::Is(Condition::HouseholdSize { least: Some(3), most: None }));
    assert_eq!(counted(&town, &town.organiser, &threes).await.electors, 0, "nor does their home count them");
    let mut asking = town.app.database.app().await;
    let session = hash(&open_session(&town.app, &town.organiser).await);
    become_role(&mut asking, "hustings_organiser", &session, "", &town.both.to_string()).await;
    let refused = query("select wall.invented_in(array[1, 2, 3])").execute(&mut asking).await.unwrap_err().to_string();
    assert!(refused.contains("permission denied"), "{refused}");
}

#[tokio::test]
async fn a_kept_selection_is_shared_in_its_area_and_unknown_beyond() {
    let town = Town::new().await;
    let id = keep(&town, &town.organiser, "  Never   asked ", &never_asked()).await;
    let (saved, rules) = one(&town, &town.organiser, id, None).await.unwrap();
    assert_eq!((saved.name.as_str(), saved.version, saved.doors, saved.electors), ("Never asked", 1, 12, 24));
    assert_eq!((saved.area, saved.made_name.as_str()), (town.both, "Organiser of Both"));
    assert_eq!(rules, never_asked());

    let colleague = town.app.account(Role::Organiser, "Both").await;
    let mut scope = town.scope_of(&colleague).await;
    let there: Vec<_> = store::saved(&mut scope).await.unwrap().into_iter().map(|s| s.id).collect();
    assert_eq!(there, [id]);
    let taken = store::keep(&mut scope, town.both, "NEVER ASKED", &never_asked()).await;
    assert!(matches!(taken, Err(Error::Invalid(errors)) if errors[0].field == "name"));
    for area in ["Saltern", "Northbank"] {
        let elsewhere = town.app.account(Role::Organiser, area).await;
        assert!(matches!(one(&town, &elsewhere, id, None).await, Err(Error::NotFound)), "{area}");
        let mut scope = town.scope_of(&elsewhere).await;
        assert!(store::saved(&mut scope).await.unwrap().is_empty());
        assert!(matches!(store::change(&mut scope, id, 1, "Mine", &never_asked()).await, Err(Error::NotFound)));
        let outside = store::keep(&mut scope, town.both, "Planted", &never_asked()).await;
        assert!(matches!(outside, Err(Error::Forbidden(_))), "{area}");
    }
}

#[tokio::test]
async fn versions_never_change_and_two_who_change_at_once_are_told() {
    let town = Town::new().await;
    let id = keep(&town, &town.organiser, "Never asked", &never_asked()).await;
    let colleague = town.app.account(Role::Organiser, "Both").await;

    let mut scope = town.scope().await;
    assert_eq!(store::change(&mut scope, id, 1, "Everybody", &everybody(Channel::Post)).await.unwrap(), 2);
    scope.commit().await.unwrap();
    let mut scope = town.scope_of(&colleague).await;
    let late = store::change(&mut scope, id, 1, "Mine", &never_asked()).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "drawn of a version that is not the newest");
    drop(scope);

    let (first, rules) = one(&town, &town.organiser, id, Some(1)).await.unwrap();
    assert_eq!((first.name.as_str(), first.newest, rules), ("Never asked", 2, never_asked()));
    let mut scope = town.scope().await;
    let all = store::versions(&mut scope, id).await.unwrap();
    assert_eq!(all.iter().map(|(s, _)| s.version).collect::<Vec<_>>(), [2, 1]);
    assert!(matches!(store::end(&mut scope, id, 1).await, Err(Error::Conflict(_))));
    store::end(&mut scope, id, 2).await.unwrap();
    scope.commit().await.unwrap();
    assert!(matches!(one(&town, &town.organiser, id, None).await, Err(Error::NotFound)));
    assert_eq!(
        one(&town, &town.organiser, id, Some(2)).await.unwrap().1,
        everybody(Channel::Post),
        "what was made names it"
    );

    let session = hash(&open_session(&town.app, &town.organiser).await);
    for sql in [
        "update selection_version set name = 'Other'",
        "delete from selection_version",
        "delete from selection",
        "update selection set made_by = null",
    ] {
        let mut asking = town.app.database.app().await;
        become_role(&mut asking, "hustings_organiser", &session, "", &town.both.to_string()).await;
        let refused = query(sql).execute(&mut asking).await.unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
    let mut asking = town.app.database.app().await;
    become_role(&mut asking, "hustings_organiser", &session, "", &town.both.to_string()).await;
    let back = query("update selection set ended_at = null").execute(&mut asking).await.unwrap();
    assert_eq!(back.rows_affected(), 0, "what was taken away stays away");
}

#[tokio::test]
async fn a_copy_is_a_selection_of_its_own() {
    let town = Town::new().await;
    let id = keep(&town, &town.organiser, "Never asked", &never_asked()).await;
    let mut scope = town.scope().await;
    let copy = store::copy(&mut scope, id, 1, town.both, "Never asked, again").await.unwrap();
    store::change(&mut scope, copy, 1, "Changed", &everybody(Channel::Post)).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(one(&town, &town.organiser, id, None).await.unwrap().1, never_asked());
}

#[tokio::test]
async fn rules_that_name_what_is_gone_still_read_and_say_so() {
    let town = Town::new().await;
    let gone = who(Rule::All(vec![
        Rule::Is(Condition::Area { areas: vec![town.area("Quillbrook").await, 9_999_999] }),
        Rule::Is(Condition::OnList { list: "1.9999999".parse().unwrap(), on: false }),
    ]));
    let id = keep(&town, &town.organiser, "Of a list", &gone).await;
    let (saved, rules) = one(&town, &town.organiser, id, None).await.unwrap();
    assert_eq!(saved.electors, 12);
    let mut scope = town.scope().await;
    let names = words::Names::of(&mut scope, &[&rules]).await.unwrap();
    assert_eq!(
        words::sentence(&rules, &names),
        "Electors in Quillbrook or an area that is gone, but not on a walk list that is gone"
    );
}

#[tokio::test]
async fn too_many_rules_are_refused_before_anything_is_asked() {
    let town = Town::new().await;
    let mut scope = town.scope().await;
    let rule = Rule::Is(Condition::LastAsked { when: LastAsked::Never });
    let many = who(Rule::All(vec![rule.clone(); 60]));
    assert!(matches!(count::count(&mut scope, &many).await, Err(Error::Invalid(e)) if e[0].field == "rules"));
    let deep = (0..6).fold(rule, |inner, _| Rule::All(vec![inner]));
    assert!(matches!(store::keep(&mut scope, town.both, "Deep", &who(deep)).await, Err(Error::Invalid(_))));
    let long = "n".repeat(121);
    for name in ["", " \n ", long.as_str()] {
        let kept = store::keep(&mut scope, town.both, name, &never_asked()).await;
        assert!(matches!(kept, Err(Error::Invalid(e)) if e[0].field == "name"));
    }
}

#[tokio::test]
async fn while_organise_is_closed_nobody_is_taken_for_no_member() {
    let town = Town::new().await;
    change(&town.app, "insert into lockdown (tool, notice) values ('organise', 'Closed while we check access')").await;
    let id = keep(&town, &town.organiser, "Never asked", &never_asked()).await;
    assert!(one(&town, &town.organiser, id, None).await.is_ok(), "selections are Contact's");
    let mut scope = town.scope().await;
    for condition in [
        Condition::Member { yes: false },
        Condition::Volunteer { yes: true },
        Condition::Permitted { channel: Channel::Email },
    ] {
        let asked = count::count(&mut scope, &who(Rule::None(vec![Rule::Is(condition)]))).await;
        assert!(matches!(asked, Err(Error::Conflict(said)) if said.contains("Organise is closed")));
    }
}

/// Fills the form in, looks over what it would be, asks and fetches; answers the file's text.
async fn fetched(by: &Actor, more: &[(&str, &str)]) -> String {
    let usual = [
        ("format", "csv"),
        ("purpose", "post"),
        ("reason", "For the printer, who makes our letters on Friday"),
        ("days", "3"),
    ];
    let usual = usual.into_iter().filter(|(key, _)| more.iter().all(|(other, _)| other != key));
    let fields: Vec<(&str, &str)> = usual.chain(more.iter().copied()).collect();
    let preview = by.post("/exports/new", &fields).await.expect(200);
    let expected = preview.attribute("input[name=expected]", "value");
    let sent = [fields, vec![("expected", expected.as_str())]].concat();
    let export = by.post("/exports", &sent).await.expect(303).location();
    let export = export.split('?').next().unwrap().to_owned();
    assert!(
        by.get(&export).await.expect(200).text("main").contains("Electors of the selection Never asked, version 1")
    );
    by.post(&format!("{export}/file"), &[]).await.expect(200).body
}

#[tokio::test]
async fn a_selection_goes_to_a_printer_with_addresses_in_lines_and_without_objectors() {
    let town = Town::new().await;
    // The register's titles are nobody's wish: a printer's letters greet as our own do.
    change(&town.app, "update elector set title = 'Mrs' where number = 'QB1-4'").await;
    town.objects(town.elector("QB1-2").await, "post", false, 2).await;
    // Chosen for the door, and written to all the same: who wants nobody at the door may have a letter.
    town.objects(town.elector("QB1-6").await, "door", false, 2).await;
    let id = keep(&town, &town.organiser, "Never asked", &never_asked()).await.to_string();
    let organiser = town.app.sign_in(&town.organiser).await;
    let page = organiser.get(&format!("/exports/new?selection={id}")).await.expect(200);
    assert!(page.text("main").contains("Never asked, version 1"), "{}", page.body);
    assert_eq!(page.attribute("input[name=version]", "value"), "1", "what is looked over is what is asked for");
    let columns =
        ["salutation", "name", "line-1", "line-2", "line-3", "line-4", "line-5", "postcode"].map(|c| ("column", c));
    let chosen = [&columns[..], &[("selection", id.as_str()), ("version", "1")]].concat();
    let file = fetched(&organiser, &chosen).await;
    let text = file.strip_prefix('\u{feff}').unwrap_or(&file);
    let rows: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .from_reader(text.as_bytes())
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let canaries: Vec<(String, String)> = sqlx::query_as("select called, lives from export_canary")
        .fetch_all(&mut town.app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(rows.len(), 23 + canaries.len());
    let edith = rows.iter().find(|r| r[1] == "Edith Harcourt2" && r[2] == "2 Larkspur Row").unwrap();
    assert_eq!((edith[0].as_str(), edith[7].as_str()), ("Dear Edith", "ZZ1 4QX"));
    assert!(!rows.iter().any(|r| r[1] == "Edith Harcourt1" && r[2] == "1 Larkspur Row"), "no objector");
    for (called, lives) in canaries {
        let row = rows.iter().find(|r| r[1] == called).unwrap();
        let greeted = format!("Dear {}", called.split(' ').next().unwrap());
        assert_eq!((row[0].as_str(), row[2].as_str()), (greeted.as_str(), lives.as_str()), "nobody's neighbour");
    }
    // Or a line a home, addressed and greeted as by our own letters.
    let by_home = fetched(&organiser, &[&chosen[..], &[("per", "home")]].concat()).await;
    assert!(by_home.contains("Dear Edith and Wilfred") && by_home.contains("Edith and Wilfred Harcourt2"), "{by_home}");
    assert!(by_home.contains("Dear Wilfred"), "of the objector’s home the other alone: {by_home}");
    let elsewhere = town.app.actor(Role::Organiser, "Saltern").await;
    elsewhere.get(&format!("/exports/new?selection={id}")).await.expect(404);
}

#[tokio::test]
async fn rules_that_are_not_read_any_more_are_said_to_be_and_can_be_taken_away() {
    let town = Town::new().await;
    let id = keep(&town, &town.organiser, "Spoilt", &never_asked()).await;
    change(&town.app, "update selection_version set rules = '{\"rule\": {\"moon\": 1}}'").await;
    let by = town.app.actor(Role::Organiser, "Both").await;
    let page = by.get("/selections").await.expect(200).text("main");
    assert!(page.contains("Spoilt") && page.contains("cannot be read any more"), "{page}");
    by.get(&format!("/selections/{id}")).await.expect(409);
    let removal = format!("/selections/{id}/removal");
    let page = by.get(&removal).await.expect(200);
    let version = page.attribute("input[name=version]", "value");
    by.post(&removal, &[("version", &version)]).await.expect(303);
    assert!(by.get("/selections").await.expect(200).text("main").contains("No selections yet"));
}

#[tokio::test]
async fn who_is_fetched_to_the_poll_is_chosen_by_who_may_be_called_on_however_the_selection_reaches_people() {
    let town = Town::new().await;
    town.objects(town.elector("QB1-2").await, "post", false, 2).await;
    town.objects(town.elector("QB1-6").await, "door", false, 2).await;
    let by_post = Selection { rule: never_asked().rule, ..everybody(Channel::Post) };
    let id = keep(&town, &town.organiser, "Never asked", &by_post).await.to_string();
    let organiser = town.app.sign_in(&town.organiser).await;
    let columns = [("column", "number"), ("selection", id.as_str()), ("version", "1"), ("purpose", "polling-day")];
    let file = fetched(&organiser, &columns).await;
    let has = |number: &str| file.split(|c: char| c != '-' && !c.is_alphanumeric()).any(|word| word == number);
    assert!(has("QB1-2"), "who wants no letters may be called on: {file}");
    assert!(!has("QB1-6"), "who wants nobody at the door is not: {file}");
}

#[tokio::test]
async fn what_is_asked_after_a_count_is_planned_as_anything_is() {
    let town = Town::new().await;
    let spoke = who(Rule::Is(Condition::Outcome { any: vec![Outcome::Spoke], age: Age::Any }));
    let mut scope = town.scope().await;
    count::count(&mut scope, &spoke).await.unwrap();
    find::with_left_out(&mut scope, &spoke).await.unwrap();
    find::electors(&mut scope, &spoke).await.unwrap();
    let loops: String = query_scalar("show enable_nestloop").fetch_one(scope.connection()).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(loops, "on");
}
