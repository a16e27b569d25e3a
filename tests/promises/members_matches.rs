//! Members are found on the register: the certain ones by themselves, never a wrong one; the doubtful ones by a person, on record.

use crate::support::app::{TestApp, seed_place};
use crate::support::form::{Form, words};
use crate::support::members::{file, import, person};
use crate::support::register::{Generated, choices, operation};
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::commands::members::{Import, import as import_members};
use hustings::commands::register::import as import_register;
use sqlx::query_as;
use std::collections::{HashMap, HashSet};

/// Membership numbers and the elector numbers of the same people, as the generator knows them.
fn truth(made: &Generated) -> HashMap<String, String> {
    let mut reader = csv::Reader::from_path(made.path("truth-people")).unwrap();
    let rows =
        reader.records().map(|row| row.unwrap()).filter(|row| !row[row.len() - 1].is_empty() && !row[1].is_empty());
    rows.map(|row| {
        let suffix = &row[3];
        let number = format!("{}-{}", &row[1], &row[2]);
        let number = if ["", "0"].contains(&suffix) { number } else { format!("{number}/{suffix}") };
        (row[row.len() - 1].to_owned(), number)
    })
    .collect()
}

#[tokio::test]
async fn of_the_partys_members_nearly_all_are_found_and_none_is_linked_to_somebody_else() {
    let app = TestApp::new().await;
    let made = Generated::new(11, 12_000, "normal");
    let operation = operation(&app.database);
    import_register(&operation, &choices(made.path("xpress-full-14"), 2025)).await.unwrap();
    let file = Import { file: made.path("members"), area: "all".into(), ..Import::default() };
    let imported = import_members(&operation, &file).await.unwrap();
    assert_eq!(imported.counts.added as u64, made.facts("members")["rows"].as_u64().unwrap(), "{:?}", imported.refused);
    assert!(imported.refused.is_empty());

    let truth = truth(&made);
    let mut db = app.database.operator().await;
    let linked: Vec<(String, String)> = query_as(
        "select m.number, e.number from member m join person p using (person_id)
         join elector e on e.partition_id = p.partition_id and e.elector_id = p.elector_id",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let offered: HashSet<(String, String)> = query_as(
        "select m.number, e.number from member_match x join member m using (person_id)
         join elector e on e.partition_id = x.partition_id and e.elector_id = x.elector_id where x.state = 'open'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let right = linked.iter().filter(|(member, elector)| truth.get(member) == Some(elector)).count();
    let put = truth.iter().filter(|(m, e)| offered.contains(&((*m).clone(), (*e).clone()))).count();
    let on_register = truth.len();
    println!(
        "{right} of {} links right; {right} linked and {put} offered of {on_register} on the register, {} pairs",
        linked.len(),
        offered.len()
    );
    assert!(on_register > 60, "{on_register}");
    assert_eq!(right, linked.len(), "precision");
    assert!(right * 100 >= on_register * 60, "{right} of {on_register} by themselves");
    assert!((right + put) * 100 >= on_register * 95, "{right} and {put} of {on_register}");
}

#[tokio::test]
async fn a_doubtful_pair_is_decided_by_a_person_who_sees_both_sides_on_record() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let oswin = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let line = |number: &str, name: &str, home: &str| {
        format!("{number},{name},{home} Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook")
    };
    let lines = [
        line("L1", "Edith,Harcourt1", "1"),
        line("L2", "Wilf,Harcourt1", "1"),
        line("L3", "Edie,Harcourt2", "2"),
        line("L4", "Wilfred,Harcourt3", "5"),
        line("L5", "Ed,Harcourt4", "4"),
        line("L6", "Nobody,Known", "4"),
    ];
    let receipt = import(&oswin, file(&lines.iter().map(String::as_str).collect::<Vec<_>>())).await;
    assert!(oswin.get(&receipt).await.expect(200).text("main").contains("1 member was found on the register"));
    let page = oswin.get("/members/matches").await.expect(200);
    assert!(page.text("h1 + p").contains("3 pairs are left"), "{}", page.text("main"));
    assert!(page.text("article").contains("Elector numberQB1-"), "two of one name in one home differ by it");
    let seen = "select count(*) from access_log where permission = 'match-members' and cardinality(subjects) = 6";
    assert_eq!(count(&app, seen).await, 1, "three members and three electors");

    let sent = |name: &'static str| page.attribute(&format!("article input[name={name}]"), "value");
    let first = (sent("person"), sent("elector"));
    let say = async |pair: &(String, String), verdict: &str, status: u16| {
        let fields = [("person", pair.0.as_str()), ("elector", pair.1.as_str()), ("verdict", verdict)];
        oswin.post("/members/matches", &fields).await.expect(status);
    };
    say(&first, "later", 303).await;
    let page = oswin.get("/members/matches").await.expect(200);
    assert_ne!(page.attribute("article input[name=person]", "value"), first.0, "what is put off comes last");
    say(&first, "same", 303).await;
    say(&first, "same", 409).await;
    let by_person = "select count(*) from person where linked_how = 'person' and linked_by is not null";
    assert_eq!(count(&app, by_person).await, 1);
    let page = oswin.get("/members/matches").await.expect(200);
    let next =
        (page.attribute("article input[name=person]", "value"), page.attribute("article input[name=elector]", "value"));
    say(&next, "different", 303).await;
    // A link that was wrong is taken back, and neither comes again with the next file.
    oswin.post(&format!("/members/{}/elector/unlink", first.0), &[]).await.expect(303);
    import(&oswin, file(&lines.iter().map(String::as_str).collect::<Vec<_>>())).await;
    assert!(oswin.get("/members/matches").await.expect(200).text("h1 + p").contains("1 pair is left"));
    assert_eq!(count(&app, by_person).await, 0);
    // Somebody who keeps members elsewhere decides nothing here.
    let other = app.actor(Role::MembershipSecretary, "Saltern").await;
    assert!(other.get("/members/matches").await.expect(200).text("main").contains("Nothing left to decide"));
    let l1 = person(&app, "L1").await;
    other.post(&format!("/members/{l1}/elector/unlink"), &[]).await.expect(404);
}

#[tokio::test]
async fn a_link_that_is_taken_back_asks_again_who_else_they_may_be() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let oswin = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let line = "L2,Wilf,Harcourt1,1 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook";
    import(&oswin, file(&[line])).await;
    let page = oswin.get("/members/matches").await.expect(200);
    let sent = |name: &'static str| page.attribute(&format!("article input[name={name}]"), "value");
    let (one, elector) = (sent("person"), sent("elector"));
    change(
        &app,
        "insert into member_match (person_id, area_id, partition_id, elector_id, why)
         select x.person_id, x.area_id, x.partition_id, min(e.elector_id), 'same-postcode' from member_match x
         join elector e on e.partition_id = x.partition_id and e.elector_id <> x.elector_id
         group by x.person_id, x.area_id, x.partition_id",
    )
    .await;
    let fields = [("person", one.as_str()), ("elector", elector.as_str()), ("verdict", "same")];
    oswin.post("/members/matches", &fields).await.expect(303);
    assert_eq!(count(&app, "select count(*) from member_match where state = 'moot'").await, 1);
    oswin.post(&format!("/members/{one}/elector/unlink"), &[]).await.expect(303);
    let left = "select count(*) from member_match where state in ('open', 'different') and (state = 'different' or decided_at is null)";
    assert_eq!(count(&app, left).await, 2, "the wrong one is decided, the other is a question again");
}

#[tokio::test]
async fn a_pair_says_what_differs_and_a_slip_is_taken_back_by_whoever_made_it() {
    const UNDO: &str = "form[action='/members/matches/withdrawal']";
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let oswin = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let colleague = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let line = "L2,Wilf,Harcourt1,1 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook";
    import(&oswin, file(&[line])).await;
    let page = oswin.get("/members/matches").await.expect(200);
    let pair = words(&page, "article");
    assert!(pair.contains("Differs Only here: Wilf Number") && pair.contains("Differs Only here: Wilfred"), "{pair}");
    assert_eq!(page.count("article dd .tag"), 0, "the home is the same: {pair}");
    assert_eq!(page.count(UNDO), 0, "nothing was said yet");
    change(
        &app,
        "insert into member_match (person_id, area_id, partition_id, elector_id, why)
         select x.person_id, x.area_id, x.partition_id, min(e.elector_id), 'same-postcode' from member_match x
         join elector e on e.partition_id = x.partition_id and e.elector_id <> x.elector_id
         group by x.person_id, x.area_id, x.partition_id",
    )
    .await;
    let (linked, open) = (
        "select count(*) from person where elector_id is not null",
        "select count(*) from member_match where state = 'open' and decided_by is null",
    );
    let decision = Form::of(&page, "article form");
    let say = async |verdict: &str| {
        let to = oswin.post("/members/matches", &decision.clone().with("verdict", verdict).fields()).await;
        let to = to.expect(303).location();
        let nobody = !to.contains(decision.value("person")) && !to.contains(decision.value("elector"));
        assert!(nobody, "no address says who is whom: {to}");
        oswin.get(&to).await.expect(200)
    };
    let looks = "select count(*) from access_log where permission = 'match-members' and cardinality(subjects) = 2";
    assert_eq!(count(&app, looks).await, 1);
    let page = say("same").await;
    let said = words(&page, ".notice.good");
    assert!(said.contains("Linked: the member Wilf Harcourt1 is Wilfred Harcourt1 on the register. Undo"), "{said}");
    assert_eq!((count(&app, linked).await, count(&app, open).await), (1, 0));
    assert_eq!(count(&app, looks).await, 2, "who is named was looked at");

    // It is theirs alone: a colleague is shown nothing, and neither they nor anybody elsewhere takes it back.
    assert_eq!(colleague.get("/members/matches?decided=yes").await.expect(200).count(UNDO), 0);
    let elsewhere = app.actor(Role::MembershipSecretary, "Saltern").await;
    for other in [&colleague, &elsewhere] {
        let undo = [("person", decision.value("person")), ("elector", decision.value("elector"))];
        other.post("/members/matches/withdrawal", &undo).await.expect(409);
    }
    assert_eq!(count(&app, linked).await, 1);

    let undo = Form::of(&page, UNDO);
    let back = oswin.post("/members/matches/withdrawal", &undo.fields()).await.expect(303).location();
    let page = oswin.get(&back).await.expect(200);
    assert!(words(&page, ".notice.good").contains("the pair is a question again") && page.count(UNDO) == 0);
    assert_eq!((count(&app, linked).await, count(&app, open).await), (0, 2), "and the one that was settled with it");
    oswin.post("/members/matches/withdrawal", &undo.fields()).await.expect(409);

    let page = say("different").await;
    assert!(
        words(&page, ".notice.good").contains("Kept apart: the member Wilf Harcourt1 is not Wilfred"),
        "{}",
        page.body
    );
    oswin.post("/members/matches/withdrawal", &Form::of(&page, UNDO).fields()).await.expect(303);
    assert_eq!(count(&app, open).await, 2);
    // Once the link itself was taken back on the member's page, there is nothing left to undo of it.
    say("same").await;
    change(&app, "update person set partition_id = null, elector_id = null, linked_how = null, linked_at = null, linked_by = null").await;
    oswin.post("/members/matches/withdrawal", &undo.fields()).await.expect(409);
}

#[tokio::test]
async fn whoever_was_linked_meanwhile_stays_who_they_were_said_to_be() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let oswin = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let line = "L2,Wilf,Harcourt1,1 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook";
    import(&oswin, file(&[line])).await;
    let decision = Form::of(&oswin.get("/members/matches").await.expect(200), "article form").with("verdict", "same");
    change(
        &app,
        "update person p set partition_id = x.partition_id, elector_id = x.elector_id, linked_how = 'person', linked_at = now()
         from (select e.partition_id, min(e.elector_id) as elector_id from member_match m
           join elector e on e.partition_id = m.partition_id and e.elector_id <> m.elector_id group by 1) x",
    )
    .await;
    let other =
        "select count(*) from person p join member_match m using (person_id) where p.elector_id <> m.elector_id";
    assert_eq!(count(&app, other).await, 1);
    oswin.post("/members/matches", &decision.fields()).await.expect(409);
    assert_eq!(count(&app, other).await, 1, "a page that is older than that changes nothing");
}
