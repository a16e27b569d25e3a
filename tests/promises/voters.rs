//! Who votes by post or proxy, and who voted: a council's list is looked over first, everybody on it is found by number and name, and
//! what it says goes when its time is over. Never for whom anybody voted.

use crate::support::access::sql_as;
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::imports;
use crate::support::register::{Generated, operation};
use crate::support::until::until;
use crate::support::voters::{another_poll, apply, give, import, list, poll, register_everybody, take_back};
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::commands::voters::{Choices, import as by_operator, take_back as back_by_operator};
use hustings::voters::What;
use sqlx::{AssertSqlSafe, Connection, query, query_as, query_scalar};
use std::collections::{BTreeMap, BTreeSet};

const ABSENT: &str = "select count(*) from absent_vote";
const VOTED: &str = "select count(*) from turnout";
const STAGED: &str = "select count(*) from voters_import_row";

/// A place with a council's register, made by the generator.
async fn town(quirks: &str) -> (TestApp, Actor, Generated) {
    let app = TestApp::new().await;
    let made = Generated::new(21, 900, quirks);
    let desk = app.actor(Role::Organiser, "all").await;
    imports::import(&app, &desk, "all.csv", made.bytes("xpress-full-14"), "2025-12-01").await;
    (app, desk, made)
}

/// Quillbrook and Saltern with their numbers on a register, and an organiser of an area.
async fn place(area: &str) -> (TestApp, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    register_everybody(&app).await;
    let desk = app.actor(Role::Organiser, area).await;
    (app, desk)
}

/// What the form says of a file that cannot be used.
async fn told(desk: &Actor, what: &str, poll: i64, bytes: &[u8]) -> String {
    give(desk, what, poll, "", "list.csv", bytes.to_vec()).await.expect(422).text(".errors")
}

/// What a statement answers as text and text.
async fn pairs(app: &TestApp, statement: &'static str) -> BTreeMap<String, String> {
    let rows: Vec<(String, String)> = query_as(statement).fetch_all(&mut app.database.operator().await).await.unwrap();
    rows.into_iter().collect()
}

/// What is said to whoever sends the form all the same.
async fn apply_anyway(desk: &Actor, path: &str) -> String {
    desk.post(&format!("{path}/apply"), &[("allow_many", "true")]).await.expect(422).text(".errors")
}

/// Brings the poll so near that there is a final list.
async fn soon(app: &TestApp) {
    change(app, "update poll set poll_date = current_date + 5 where name = 'Local elections'").await;
}

#[tokio::test]
async fn a_list_that_drops_many_people_is_imported_only_once_somebody_says_so() {
    let (app, desk, made) = town("clean").await;
    soon(&app).await;
    let poll = poll(&app).await;
    let whole = made.bytes("absent-voters");
    import(&desk, "current", poll, whole.clone()).await;
    let stood = count(&app, ABSENT).await;
    assert!(stood > 50, "{stood}");
    // The headings, and every eighth line.
    let text = String::from_utf8_lossy(&whole);
    let part: Vec<&str> = text.lines().enumerate().filter(|(n, _)| *n == 0 || n % 8 == 1).map(|(_, l)| l).collect();
    let path = give(&desk, "final", poll, "", "part.csv", part.join("\r\n").into_bytes()).await.expect(303).location();
    let page = desk.get(&path).await.expect(200);
    assert!(page.text("main").contains("who are on a list now would be on none"), "{}", page.text("main"));
    assert!(page.text(".btn.main").contains(", drop "), "{}", page.text(".btn.main"));
    let refused = apply(&desk, &path, &[]).await.expect(422);
    assert!(refused.text(".errors").contains("say that it is meant"));
    assert_eq!(count(&app, ABSENT).await, stood, "nobody is dropped unasked");
    apply(&desk, &path, &[("allow_many", "true")]).await.expect(303);
    assert!(count(&app, ABSENT).await < stood);
}

#[tokio::test]
async fn a_final_list_long_before_the_poll_is_refused_and_keeps_no_current_one_out() {
    let (app, desk) = place("all").await;
    let lines = list(&["Postal,QB1-2,Harcourt1,Edith"]);
    let poll = poll(&app).await;
    let page = told(&desk, "final", poll, &lines).await;
    assert!(page.contains("A final list cannot be there 160 days before the poll"), "{page}");
    // Nor is one that was given before the poll was put off, whatever is ticked.
    let day: String = query_scalar("select poll_date::text from poll where name = 'Local elections'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    soon(&app).await;
    let path = give(&desk, "final", poll, "", "early.csv", lines.clone()).await.expect(303).location();
    query("update poll set poll_date = $1::text::date where name = 'Local elections'")
        .bind(day)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    let page = desk.get(&path).await.expect(200);
    assert!(page.text("main").contains("cannot be imported"), "{}", page.text("main"));
    assert_eq!(page.count("form[action$=apply]"), 0, "and no tick gets it through");
    let refused = apply_anyway(&desk, &path).await;
    assert!(refused.contains("A final list cannot be there"), "{refused}");
    assert_eq!(count(&app, ABSENT).await, 0);
    desk.post(&format!("{path}/throw-away"), &[]).await.expect(303);
    let path = give(&desk, "current", poll, "", "current.csv", lines).await.expect(303).location();
    let page = desk.get(&path).await.expect(200).text("main");
    assert!(page.contains("does not bring the earlier one back"), "said before it is imported: {page}");
    apply(&desk, &path, &[]).await.expect(303);
    assert_eq!(count(&app, ABSENT).await, 1);
}

#[tokio::test]
async fn a_file_that_is_too_large_leaves_the_form_with_what_was_typed() {
    let (app, desk) = place("Quillbrook").await;
    let poll = poll(&app).await;
    let page = give(&desk, "marked", poll, "", "list.csv", vec![b'x'; 32 * 1024 * 1024 + 64 * 1024]).await.expect(422);
    assert!(page.text("#file-error").contains("larger than 32 MB"), "{}", page.text("main"));
    assert_eq!(page.count(".errors li"), 1, "{}", page.text(".errors"));
    assert_eq!(page.attribute("#what option[selected]", "value"), "marked");
    assert_eq!(page.attribute("#poll option[selected]", "value"), poll.to_string());
}

/// Numbers of a file, with a column of each line.
fn numbers(bytes: &[u8], number: impl Fn(&csv::StringRecord) -> (String, String)) -> BTreeMap<String, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    reader.records().map(|row| number(&row.unwrap())).collect()
}

fn whole(letters: &str, number: &str, suffix: &str) -> String {
    if matches!(suffix, "" | "0") { format!("{letters}-{number}") } else { format!("{letters}-{number}/{suffix}") }
}

#[tokio::test]
async fn every_absent_voter_of_a_councils_list_is_found() {
    let (app, desk, made) = town("clean").await;
    soon(&app).await;
    let path =
        give(&desk, "final", poll(&app).await, "", "av.csv", made.bytes("absent-voters")).await.expect(303).location();
    let preview = desk.get(&path).await.expect(200);
    assert!(preview.text("h1").contains("Preview: av.csv") && preview.text("main").contains("Nothing has changed yet"));
    assert_eq!(count(&app, ABSENT).await, 0, "a preview changes nothing");
    apply(&desk, &path, &[]).await.expect(303);

    let truth = &made.facts("absent-voters")["expect"];
    let (anonymous, refused): (i64, i64) =
        query_as("select (counts->>'anonymous')::bigint, (counts->>'refused')::bigint from voters_import")
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    assert_eq!(refused, 0, "{}", desk.get(&path).await.expect(200).text("main"));
    let all: i64 = ["Postal", "Proxy", "Postal Proxy"].iter().map(|k| truth[k].as_i64().unwrap_or(0)).sum();
    assert_eq!(count(&app, ABSENT).await + anonymous, all);
    let proxies = count(&app, "select count(*) from absent_vote where kind = 'postal-proxy'").await;
    assert!(proxies <= truth["Postal Proxy"].as_i64().unwrap_or(0));
    // Each is who the council's file says.
    let file = numbers(&made.bytes("absent-voters"), |row| (row[1].to_owned(), row[0].to_owned()));
    let held =
        pairs(&app, "select e.number, v.kind from absent_vote v join elector e using (partition_id, elector_id)").await;
    for (number, kind) in &held {
        let said = &file[number];
        let meant = BTreeMap::from([("Postal", "post"), ("Proxy", "proxy"), ("Postal Proxy", "postal-proxy")]);
        assert_eq!(meant[said.as_str()], kind, "{number}");
    }
    assert_eq!(count(&app, STAGED).await, 0, "what stood in the file is gone from here");
    let receipt = desk.get(&path).await.expect(200);
    assert!(receipt.text("h1").contains("Imported: av.csv"));
}

#[tokio::test]
async fn where_ballot_papers_are_sent_and_who_a_proxy_is_are_nowhere() {
    let (app, desk, made) = town("clean").await;
    give(&desk, "current", poll(&app).await, "", "av.csv", made.bytes("absent-voters")).await.expect(303);
    assert!(count(&app, STAGED).await > 0);
    let sent = "select count(*) from voters_import_row where cells::text like '%PO Box%' or cells::text like '%United Kingdom%'";
    assert_eq!(count(&app, sent).await, 0);
}

#[tokio::test]
async fn a_list_of_everybody_with_a_flag_says_who_votes_by_post() {
    let (app, desk, made) = town("normal").await;
    import(&desk, "current", poll(&app).await, made.bytes("absent-voters-flag")).await;
    let file = numbers(&made.bytes("absent-voters-flag"), |row| {
        let (number, suffix) = row[3].split_once('/').unwrap_or((&row[3], ""));
        (whole(&row[1], number, suffix), row[4].to_owned())
    });
    let held =
        pairs(&app, "select e.number, v.kind from absent_vote v join elector e using (partition_id, elector_id)").await;
    let everybody: BTreeSet<String> =
        pairs(&app, "select number, number from elector where number <> ''").await.into_keys().collect();
    let meant: BTreeSet<&String> =
        file.iter().filter(|(n, flag)| *flag == "TRUE" && everybody.contains(*n)).map(|(n, _)| n).collect();
    assert_eq!(held.keys().collect::<BTreeSet<_>>(), meant);
    assert!(held.len() > 50 && held.values().all(|kind| kind == "post"));
}

#[tokio::test]
async fn a_marked_register_says_who_voted_and_how_and_nothing_more() {
    let (app, desk, made) = town("normal").await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, made.bytes("marked-register")).await;
    let file = numbers(&made.bytes("marked-register"), |row| (whole(&row[0], &row[1], &row[2]), row[3].to_owned()));
    let everybody: BTreeSet<String> =
        pairs(&app, "select number, number from elector where number <> ''").await.into_keys().collect();
    let held =
        pairs(&app, "select e.number, t.how from turnout t join elector e using (partition_id, elector_id)").await;
    for number in &everybody {
        let meant = match file.get(number).map(String::as_str) {
            Some("in person") => Some("in-person"),
            Some("postal") => Some("post"),
            Some("proxy") => Some("proxy"),
            _ => None,
        };
        assert_eq!(held.get(number).map(String::as_str), meant, "{number}");
    }
    assert!(held.len() > 300);
    let districts = count(&app, "select count(*) from district").await;
    assert_eq!(count(&app, "select count(*) from turnout_register where register_id is not null").await, districts);
    let columns: Vec<String> = query_scalar(
        "select attname::text from pg_attribute where attrelid = 'turnout'::regclass and attnum > 0 order by attnum",
    )
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!(columns, ["partition_id", "poll_id", "elector_id", "area_no", "how", "files", "hows"], "never for whom");
}

#[tokio::test]
async fn an_electors_page_says_how_they_vote_and_where_they_voted() {
    let (app, desk) = place("Quillbrook").await;
    import(&desk, "current", poll(&app).await, list(&["Postal,QB1-2,Harcourt1,Edith"])).await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, b"PD,ENO,Suffix,How Voted\nQB1,2,,in person\nQB1,3,,\n".to_vec()).await;
    let id: String = query_scalar("select partition_id || '.' || elector_id from elector where number = 'QB1-2'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let page = desk.get(&format!("/electors/{id}")).await.expect(200).text("main");
    assert!(page.contains("Votes by post at Local elections"), "{page}");
    assert!(page.contains("Voted in person at Last poll"), "{page}");
    let polls = desk.get("/imports/voters").await.expect(200).text("main");
    assert!(polls.contains("Wexmere’s current list") && polls.contains("1 voted, of 1 district"), "{polls}");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_refused_in_words_that_say_what_to_do() {
    let (app, desk) = place("all").await;
    let poll = poll(&app).await;
    assert!(told(&desk, "current", poll, b"%PDF-1.4 x").await.contains("PDF"));
    assert!(told(&desk, "current", poll, b"").await.contains("empty"));
    assert!(told(&desk, "current", poll, b"AV Type,PD/ENO\n").await.contains("nobody below them"));
    assert!(told(&desk, "current", poll, b"Postal,QB1-204,Secret,Wilfred\n").await.contains("line of headings"));
    assert!(told(&desk, "marked", poll, b"PD,ENO,How Voted\nQB1,2,postal\n").await.contains("still to come"));
    let long_ago = another_poll(&app, "Long ago", -60, "all").await;
    assert!(
        told(&desk, "final", long_ago, &list(&["Postal,QB1-2,Harcourt1,Edith"])).await.contains("destroyed four weeks")
    );
    assert!(told(&desk, "nonsense", poll, b"x").await.contains("Choose what the file is"));
    assert_eq!(count(&app, "select count(*) from voters_import").await, 0);

    let path =
        give(&desk, "current", poll, "", "odd.csv", list(&["Postal,QB1-77,No,Body", "Pigeon,QB1-2,Harcourt1,Edith"]))
            .await
            .expect(303)
            .location();
    let page = desk.get(&path).await.expect(200);
    let text = page.text("main");
    assert!(text.contains("Nobody has this elector number") && text.contains("how they vote is not known"), "{text}");
    assert!(text.contains("nobody was found") && !text.contains("no longer on any list"), "{text}");
    assert!(
        !page.body.contains("Body") && !page.body.contains("Pigeon"),
        "a refused line is named by its number alone"
    );
    desk.post(&format!("{path}/apply"), &[]).await.expect(422);
    desk.post(&format!("{path}/throw-away"), &[]).await.expect(303);
    assert!(desk.get(&path).await.expect(200).text("h1").contains("Thrown away"));
    assert_eq!(count(&app, STAGED).await, 0);
    desk.post(&format!("{path}/throw-away"), &[]).await.expect(409);
}

#[tokio::test]
async fn unknown_headings_are_explained_once() {
    let (app, desk) = place("all").await;
    let poll = poll(&app).await;
    let odd = |numbers: &str| format!("Ref,Who,Home address\n{numbers}").into_bytes();
    let path = give(&desk, "current", poll, "", "odd.csv", odd("QB1-2,Edith Harcourt1,1 Secret Lane\n"))
        .await
        .expect(303)
        .location();
    let page = desk.get(&path).await.expect(200);
    assert!(page.text("h1").contains("Which column is what?") && page.text("main").contains("1 column is left unread"));
    assert!(!page.body.contains("Secret Lane"));
    let columns = format!("{path}/columns");
    assert!(desk.post(&columns, &[("name", "2")]).await.expect(422).text(".errors").contains("elector number"));
    assert!(
        desk.post(&columns, &[("number", "1"), ("name", "2")])
            .await
            .expect(422)
            .text(".errors")
            .contains("how they vote")
    );
    desk.post(&columns, &[("number", "1"), ("name", "2"), ("otherwise", "post")]).await.expect(303);
    apply(&desk, &path, &[]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from absent_vote where kind = 'post'").await, 1);
    let next =
        give(&desk, "current", poll, "", "next.csv", odd("QB1-2,Edith Harcourt1,x\nQB1-3,Wilfred Harcourt1,x\n")).await;
    let next = next.expect(303).location();
    assert!(desk.get(&next).await.expect(200).text("h1").contains("Preview"), "the headings are known now");
}

#[tokio::test]
async fn a_final_list_takes_the_place_of_the_current_one_and_not_the_other_way_round() {
    let (app, desk) = place("all").await;
    soon(&app).await;
    let poll = poll(&app).await;
    let first =
        list(&["Postal,QB1-2,Harcourt1,Edith", "Proxy,QB1-3,Harcourt1,Wilfred", "Postal,SG1-2,Harcourt1,Edith"]);
    import(&desk, "current", poll, first.clone()).await;
    assert_eq!(count(&app, ABSENT).await, 3);
    let again = give(&desk, "current", poll, "", "again.csv", first).await.expect(422);
    assert!(again.text(".errors").contains("This very file was imported"), "{}", again.text("main"));

    let path = give(
        &desk,
        "final",
        poll,
        "",
        "final.csv",
        list(&["Postal,QB1-3,Harcourt1,Wilfred", "Postal,QB1-4,Harcourt2,Edith"]),
    )
    .await
    .expect(303)
    .location();
    let text = desk.get(&path).await.expect(200).text("main");
    assert!(text.contains("1 person is no longer on any list"), "{text}");
    apply(&desk, &path, &[]).await.expect(303);
    let held =
        pairs(&app, "select e.number, v.kind from absent_vote_now v join elector e using (partition_id, elector_id)")
            .await;
    let held: Vec<(&str, &str)> = held.iter().map(|(n, k)| (n.as_str(), k.as_str())).collect();
    assert_eq!(held, [("QB1-3", "post"), ("QB1-4", "post"), ("SG1-2", "post")], "of its own districts");
    let late = give(&desk, "current", poll, "", "late.csv", list(&["Postal,QB1-5,Harcourt2,Wilfred"]))
        .await
        .expect(303)
        .location();
    assert!(desk.get(&late).await.expect(200).text("main").contains("The final list of"));
    desk.post(&format!("{late}/apply"), &[]).await.expect(422);
    assert_eq!(count(&app, ABSENT).await, 3);
}

/// Waits until somebody in the test's database waits for a lock.
async fn somebody_waits(app: &TestApp) {
    let waiting = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
      where a.datname = current_database() and not l.granted";
    until("somebody waits", async || (count(app, waiting).await > 0).then_some(())).await;
}

#[tokio::test]
async fn a_final_list_applied_at_the_same_moment_stays() {
    let (app, desk) = place("all").await;
    let poll = poll(&app).await;
    let lines = list(&["Postal,QB1-2,Harcourt1,Edith"]);
    let path = give(&desk, "current", poll, "", "late.csv", lines).await.expect(303).location();
    let expected = desk.get(&path).await.expect(200).attribute("input[name=expected]", "value");
    let mut other = app.database.operator().await;
    let mut open = other.begin().await.unwrap();
    for statement in [
        "select wall.begin_absent_list(partition_id, $1, array[area_no], true) from district where letters = 'QB1'",
        "insert into absent_list (partition_id, poll_id, final, published, districts, file_name, sha256, counts)
         select partition_id, $1, true, current_date, array[area_no], 'final.csv', '', '{}' from district where letters = 'QB1'",
    ] {
        query(statement).bind(poll).execute(&mut *open).await.unwrap();
    }
    let apply = format!("{path}/apply");
    let fields = [("expected", expected.as_str())];
    let (late, ()) = tokio::join!(desk.post(&apply, &fields), async {
        somebody_waits(&app).await;
        open.commit().await.unwrap();
    });
    let late = late.expect(422);
    assert!(late.body.contains("The final list of"), "{}", late.body);
    assert_eq!(count(&app, ABSENT).await, 0);
    assert_eq!(count(&app, "select count(*) from absent_list where final and replaced_at is null").await, 1);
    assert_eq!(count(&app, "select count(*) from absent_list").await, 1);
}

#[tokio::test]
async fn a_neighbours_district_and_one_that_does_not_vote_are_refused() {
    let (app, desk) = place("Quillbrook").await;
    let lines = list(&["Postal,QB1-2,Harcourt1,Edith", "Postal,SG1-2,Harcourt1,Edith", "Postal,ZZ1-2,No,Body"]);
    let path = give(&desk, "current", poll(&app).await, "", "all.csv", lines.clone()).await.expect(303).location();
    let text = desk.get(&path).await.expect(200).text("main");
    assert!(
        text.contains("District SG1 lies outside your area") && text.contains("There is no district ZZ1 here"),
        "{text}"
    );
    apply(&desk, &path, &[]).await.expect(303);
    let seen = "select count(*) from absent_vote v join district d using (area_no) where d.letters = 'QB1'";
    assert_eq!((count(&app, ABSENT).await, count(&app, seen).await), (1, 1));

    let saltern = another_poll(&app, "Saltern by-election", 30, "Saltern").await;
    let path = give(&desk, "current", saltern, "", "other.csv", lines).await.expect(303).location();
    let text = desk.get(&path).await.expect(200).text("main");
    assert!(text.contains("District QB1 does not vote at this poll"), "{text}");
    desk.post(&format!("{path}/apply"), &[]).await.expect(422);
    // A colleague's file is not there, whatever area they have.
    let other = app.actor(Role::Organiser, "all").await;
    other.get(&path).await.expect(404);
}

#[tokio::test]
async fn somebody_elses_name_beside_a_number_stops_the_line_and_many_stop_the_file() {
    let (app, desk, made) = town("clean").await;
    soon(&app).await;
    // Councils number anew each year: everybody is one further than the list says.
    change(&app, "update register_entry set number = number + 100000").await;
    change(&app, "update register_entry set number = number - 99999").await;
    let path =
        give(&desk, "final", poll(&app).await, "", "old.csv", made.bytes("absent-voters")).await.expect(303).location();
    let page = desk.get(&path).await.expect(200);
    assert!(page.text("main").contains("another year’s register is likelier"), "{}", page.text("main"));
    let refused = apply(&desk, &path, &[]).await;
    assert!(refused.status == 422, "{}", refused.body);
    assert_eq!(count(&app, ABSENT).await, 0);
}

#[tokio::test]
async fn a_further_marked_register_is_added_or_takes_the_place() {
    let (app, desk) = place("all").await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,voted\nQB1,3,\nQB1,4,in person\n".to_vec()).await;
    // The list of postal votes that came back, with a status and a date.
    let postal = b"RecNo,ElectorNo,ElectorName,PVSStatus,DecReceiptDate\n1,QB1-2,Edith Harcourt1,,05/05/2026\n2,QB1-5,Wilfred Harcourt2,Not returned,\n";
    import(&desk, "marked", past, postal.to_vec()).await;
    let held =
        pairs(&app, "select e.number, t.how from turnout t join elector e using (partition_id, elector_id)").await;
    assert_eq!(held, BTreeMap::from([("QB1-2".into(), "post".into()), ("QB1-4".into(), "in-person".into())]));

    let path = give(&desk, "marked", past, "", "right.csv", b"PD,ENO,How Voted\nQB1,3,in person\n".to_vec())
        .await
        .expect(303)
        .location();
    assert!(desk.get(&path).await.expect(200).text("main").contains("2 people are held to have voted there"));
    apply(&desk, &path, &[("instead", "true")]).await.expect(303);
    assert_eq!(count(&app, VOTED).await, 1);
}

/// Who votes how, by number.
async fn absent(app: &TestApp) -> BTreeMap<String, String> {
    pairs(app, "select e.number, v.kind from absent_vote v join elector e using (partition_id, elector_id)").await
}

/// Who voted how, by number.
async fn voted(app: &TestApp) -> BTreeMap<String, String> {
    pairs(app, "select e.number, t.how from turnout t join elector e using (partition_id, elector_id)").await
}

fn held<const N: usize>(lines: [(&str, &str); N]) -> BTreeMap<String, String> {
    lines.into_iter().map(|(number, how)| (number.to_owned(), how.to_owned())).collect()
}

#[tokio::test]
async fn a_list_imported_by_mistake_is_taken_back_and_the_right_one_can_be_given_again() {
    let (app, desk) = place("all").await;
    soon(&app).await;
    let poll = poll(&app).await;
    let right = list(&["Postal,QB1-2,Harcourt1,Edith", "Proxy,SG1-2,Harcourt1,Edith"]);
    import(&desk, "current", poll, right.clone()).await;
    let stood = absent(&app).await;
    let wrong = list(&["Proxy,QB1-3,Harcourt1,Wilfred", "Postal,QB1-2,Harcourt1,Edith"]);
    let path = import(&desk, "final", poll, wrong.clone()).await;
    assert_eq!(absent(&app).await, held([("QB1-2", "post"), ("QB1-3", "proxy"), ("SG1-2", "proxy")]));

    let receipt = desk.get(&path).await.expect(200);
    assert_eq!(receipt.attribute("main a.ends", "href"), format!("{path}/withdrawal"));
    let ask = desk.get(&format!("{path}/withdrawal")).await.expect(200).text("main");
    assert!(ask.contains("2 people are on no absent voters’ list of this poll any more"), "{ask}");
    assert!(ask.contains("Does not come back") && ask.contains("the current list of"), "{ask}");
    assert!(ask.contains("what was held of 1 person"), "only in its own district: {ask}");
    let told = take_back(&desk, &path, " ").await.expect(422);
    assert!(told.text(".errors").contains("Say why"), "{}", told.text("main"));
    assert_eq!(count(&app, ABSENT).await, 3, "nothing is done without a reason");

    let done = take_back(&desk, &path, "Last year’s file").await.expect(303).location();
    assert!(desk.get(&done).await.expect(200).body.contains("The list is taken back"), "and the page says so");
    assert_eq!(absent(&app).await, held([("SG1-2", "proxy")]), "of other districts nothing goes");
    let receipt = desk.get(&path).await.expect(200).text("main");
    assert!(receipt.contains("Taken back: list.csv") && receipt.contains("Last year’s file"), "{receipt}");
    assert!(receipt.contains("2 people are no longer on an absent voters’ list"), "{receipt}");
    let who = "select count(*) from voters_import i join account a on a.account_id = i.taken_back_by
         where i.state = 'taken-back' and i.lost = 2 and i.taken_back_at is not null";
    assert_eq!(count(&app, who).await, 1, "on record: who, when and how many");

    // The final list does not stand any more: the current one, which had been applied before, may be given again.
    import(&desk, "current", poll, right).await;
    assert_eq!(absent(&app).await, stood);
    // And so may the one that was taken back.
    import(&desk, "final", poll, wrong).await;
    assert_eq!(count(&app, ABSENT).await, 3);
}

#[tokio::test]
async fn taking_a_list_back_twice_is_harmless() {
    let (app, desk) = place("all").await;
    let poll = poll(&app).await;
    let lines = list(&["Postal,QB1-2,Harcourt1,Edith"]);
    let path = import(&desk, "current", poll, lines.clone()).await;
    let (one, other) = tokio::join!(take_back(&desk, &path, "Wrong file"), take_back(&desk, &path, "Wrong file"));
    // Whoever comes second finds nothing to do, and is led to the receipt all the same.
    one.expect(303);
    other.expect(303);
    import(&desk, "current", poll, lines).await;
    take_back(&desk, &path, "Once more").await.expect(303);
    assert_eq!(count(&app, ABSENT).await, 1, "what was imported since stays");
    assert_eq!(desk.get(&format!("{path}/withdrawal")).await.expect(303).location(), path);
    assert_eq!(count(&app, "select count(*) from voters_import where taken_back_reason = 'Wrong file'").await, 1);
}

#[tokio::test]
async fn a_list_whose_place_a_newer_one_took_has_nothing_to_take_back() {
    let (app, desk) = place("all").await;
    let poll = poll(&app).await;
    let first = import(&desk, "current", poll, list(&["Postal,QB1-2,Harcourt1,Edith"])).await;
    import(&desk, "current", poll, list(&["Proxy,QB1-3,Harcourt1,Wilfred"])).await;
    let receipt = desk.get(&first).await.expect(200);
    assert!(receipt.text("main").contains("Nothing of it stands any more"), "{}", receipt.text("main"));
    take_back(&desk, &first, "Wrong file").await.expect(409);
    let next = list(&["Postal,QB1-4,Harcourt2,Edith"]);
    let waits = give(&desk, "current", poll, "", "next.csv", next).await.expect(303).location();
    take_back(&desk, &waits, "Wrong file").await.expect(409);
    assert_eq!(absent(&app).await, held([("QB1-3", "proxy")]));
}

#[tokio::test]
async fn a_marked_register_taken_back_leaves_what_another_says() {
    let (app, desk) = place("all").await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    let first = b"PD,ENO,How Voted\nQB1,2,voted\nQB1,3,\nQB1,4,in person\n".to_vec();
    import(&desk, "marked", past, first.clone()).await;
    let stood = voted(&app).await;
    let known = "select count(*) from turnout_register";
    let second = b"PD,ENO,How Voted\nQB1,2,postal\nQB1,3,in person\nSG1,2,voted\n".to_vec();
    let path = import(&desk, "marked", past, second).await;
    assert_eq!(count(&app, known).await, 2);
    let together = held([("QB1-2", "post"), ("QB1-3", "in-person"), ("QB1-4", "in-person"), ("SG1-2", "voted")]);
    assert_eq!(voted(&app).await, together);
    let ask = desk.get(&format!("{path}/withdrawal")).await.expect(200).text("main");
    assert!(ask.contains("2 people lose the mark") && ask.contains("1 person keeps theirs"), "{ask}");
    assert!(ask.contains("Stays: this list was added to it"), "{ask}");
    take_back(&desk, &path, "Another poll’s").await.expect(303);
    assert_eq!(voted(&app).await, stood, "as if it had never come");
    assert_eq!(count(&app, known).await, 1, "of Saltern it is not known any more who voted");

    // One that took the place of the others: they do not come back by themselves, but their file can be given again.
    let instead = b"PD,ENO,How Voted\nQB1,5,in person\n".to_vec();
    let path = give(&desk, "marked", past, "", "wrong.csv", instead).await.expect(303).location();
    apply(&desk, &path, &[("instead", "true")]).await.expect(303);
    assert_eq!(voted(&app).await, held([("QB1-5", "in-person")]));
    let ask = desk.get(&format!("{path}/withdrawal")).await.expect(200).text("main");
    assert!(ask.contains("Does not come back") && ask.contains("what was held of 2 people"), "{ask}");
    take_back(&desk, &path, "Another poll’s").await.expect(303);
    assert_eq!((count(&app, VOTED).await, count(&app, known).await), (0, 0));
    import(&desk, "marked", past, first).await;
    assert_eq!(voted(&app).await, stood);
}

#[tokio::test]
async fn an_organiser_of_a_neighbouring_area_cannot_take_a_list_back() {
    let (app, desk) = place("Quillbrook").await;
    let path = import(&desk, "current", poll(&app).await, list(&["Postal,QB1-2,Harcourt1,Edith"])).await;
    let neighbour = app.actor(Role::Organiser, "Saltern").await;
    neighbour.get(&format!("{path}/withdrawal")).await.expect(404);
    take_back(&neighbour, &path, "Not mine").await.expect(404);
    let other = app.account(Role::Organiser, "Saltern").await;
    let mut importer = sql_as(&app, &other, "hustings_importer").await;
    let done: Option<i64> = query_scalar("select wall.take_back_voters($1::text::uuid, 'Not mine', null)")
        .bind(path.rsplit('/').next())
        .fetch_one(&mut importer)
        .await
        .unwrap();
    assert_eq!((done, count(&app, ABSENT).await), (None, 1));
    assert!(desk.get(&path).await.expect(200).text("h1").contains("Imported"));
    // Nor may it be, once it is somebody's who uses another area.
    query("update voters_import set given_by = $1")
        .bind(other.id)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    let here = "select wall.take_back_voters(import_id, 'Not here', null) from voters_import";
    let refused = query(here).execute(&mut importer).await;
    assert!(refused.is_err(), "its districts are not in the area in use");
    assert_eq!(count(&app, ABSENT).await, 1);
}

#[tokio::test]
async fn what_lists_say_follows_whoever_moves() {
    let (app, desk) = place("all").await;
    import(&desk, "current", poll(&app).await, list(&["Postal,QB1-2,Harcourt1,Edith"])).await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,postal\n".to_vec()).await;
    let there = "select count(*) from (select area_no from absent_vote union all select area_no from turnout) x
         join district d using (area_no) where d.letters = 'SG1'";
    assert_eq!(count(&app, there).await, 0);
    change(&app, "update elector set area_no = (select area_no from district where letters = 'SG1'), household_id = null where number = 'QB1-2'")
        .await;
    query("select wall.follow_people(1)").execute(&mut app.database.operator().await).await.unwrap();
    assert_eq!(count(&app, there).await, 2);
}

#[tokio::test]
async fn erasure_takes_what_lists_say_and_a_persons_file_tells_it() {
    let (app, desk) = place("all").await;
    let poll = poll(&app).await;
    import(&desk, "current", poll, list(&["Postal,QB1-2,Harcourt1,Edith", "Postal,QB1-3,Harcourt1,Wilfred"])).await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,postal\nQB1,3,postal\n".to_vec()).await;
    let waits = give(&desk, "current", poll, "", "next.csv", list(&["Postal,QB1-2,Harcourt1,Edith"]))
        .await
        .expect(303)
        .location();
    let id: String = query_scalar("select partition_id || '.' || elector_id from elector where number = 'QB1-2'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let file = officer.get(&format!("/protection/subjects/{id}")).await.expect(200).text("main");
    assert!(file.contains("Absent votes and turnout") && file.contains("Last poll"), "{file}");
    officer.post(&format!("/protection/subjects/{id}/erasure"), &[("reason", "Asked for by letter")]).await.expect(303);
    assert_eq!((count(&app, ABSENT).await, count(&app, VOTED).await, count(&app, STAGED).await), (1, 1, 0));
    assert!(desk.get(&waits).await.expect(200).text("h1").contains("Thrown away"), "a list that waits may name them");
    let path = give(&desk, "current", poll, "", "new.csv", list(&["Postal,QB1-2,Harcourt1,Edith"]))
        .await
        .expect(303)
        .location();
    desk.post(&format!("{path}/apply"), &[]).await.expect(422);
    assert_eq!(count(&app, ABSENT).await, 1, "they do not come back");
}

#[tokio::test]
async fn lists_go_when_their_time_after_the_poll_is_over() {
    let (app, desk) = place("all").await;
    import(&desk, "current", poll(&app).await, list(&["Postal,QB1-2,Harcourt1,Edith"])).await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,postal\n".to_vec()).await;
    let night = [
        "select wall.destroy('absent-votes', wall.before('absent-votes'), 1000)",
        "select wall.destroy('marked-registers', wall.before('marked-registers'), 1000)",
    ];
    let mut db = app.database.operator().await;
    for statement in night {
        query(statement).execute(&mut db).await.unwrap();
    }
    assert_eq!((count(&app, ABSENT).await, count(&app, VOTED).await), (1, 1));
    change(&app, "update poll set poll_date = current_date - 40 where name = 'Local elections'").await;
    change(&app, "update poll set poll_date = current_date - 400 where name = 'Last poll'").await;
    for statement in night {
        query(statement).execute(&mut db).await.unwrap();
    }
    for gone in [ABSENT, VOTED, "select count(*) from absent_list", "select count(*) from turnout_register"] {
        assert_eq!(count(&app, gone).await, 0, "{gone}");
    }
    assert_eq!(count(&app, "select count(*) from voters_import where state = 'applied'").await, 2, "receipts stay");
}

#[tokio::test]
async fn lists_lie_behind_the_wall() {
    let (app, desk) = place("Quillbrook").await;
    import(&desk, "current", poll(&app).await, list(&["Postal,QB1-2,Harcourt1,Edith"])).await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,postal\n".to_vec()).await;
    give(&desk, "current", poll(&app).await, "", "next.csv", list(&["Proxy,QB1-2,Harcourt1,Edith"])).await.expect(303);
    let own = app.account(Role::Organiser, "Quillbrook").await;
    let other = app.account(Role::Organiser, "Saltern").await;
    for role in ["hustings_organiser", "hustings_importer"] {
        let (mut here, mut there) = (sql_as(&app, &own, role).await, sql_as(&app, &other, role).await);
        for table in ["absent_list", "absent_vote", "absent_vote_now", "turnout_register", "turnout"] {
            let asked = || AssertSqlSafe(format!("select count(*) from {table}"));
            let (seen, hidden): (i64, i64) = (
                query_scalar(asked()).fetch_one(&mut here).await.unwrap(),
                query_scalar(asked()).fetch_one(&mut there).await.unwrap(),
            );
            assert_eq!((seen, hidden), (1, 0), "{table} as {role}");
        }
    }
    let mut importer = sql_as(&app, &own, "hustings_importer").await;
    for table in ["voters_import", "voters_import_row"] {
        let seen: i64 = query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut importer)
            .await
            .unwrap();
        assert_eq!(seen, 0, "somebody else's file");
    }
    for denied in [
        "delete from absent_vote",
        "delete from turnout",
        "truncate turnout",
        "update absent_list set final = true",
        "insert into turnout (partition_id, poll_id, elector_id, area_no, how)
         select 1, poll_id, 1, (select area_no from district where letters = 'SG1'), 'voted' from poll limit 1",
        "select wall.begin_absent_list(1, 1, array(select area_no from district), true)",
        "update voters_import set taken_back_reason = 'x'",
        "update absent_list set taken_back_at = now()",
        "select wall.file_voters(1, array[1]::bigint[])",
        "select wall.erase_voters(1, array[1]::bigint[])",
    ] {
        assert!(query(denied).execute(&mut importer).await.is_err(), "{denied}");
    }
    let canvasser = app.account(Role::Volunteer, "Quillbrook").await;
    let mut phone = sql_as(&app, &canvasser, "hustings_volunteer").await;
    for denied in ["select count(*) from absent_vote", "select count(*) from turnout"] {
        assert!(query(denied).execute(&mut phone).await.is_err(), "{denied}");
    }
}

#[tokio::test]
async fn an_organisers_own_sql_says_of_nobody_how_they_vote_or_that_they_voted() {
    let (app, desk) = place("all").await;
    import(&desk, "current", poll(&app).await, list(&["Postal,QB1-2,Harcourt1,Edith"])).await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,postal\n".to_vec()).await;
    let stood = (absent(&app).await, voted(&app).await);
    let mut importer = sql_as(&app, &desk.account, "hustings_importer").await;
    let mut held = async |statement: &'static str| -> String {
        let done = query(statement).execute(&mut importer).await;
        done.unwrap_err().as_database_error().unwrap().message().to_owned()
    };
    for made_up in [
        "update turnout set how = 'voted'",
        "update turnout set files = '{}', hows = '{}'",
        "update turnout set files = files || gen_random_uuid(), hows = hows || array['voted'], how = 'voted'",
        // By the file that was applied before, too: its time is over.
        "update turnout set files = files || files, hows = hows || hows",
        "insert into turnout (partition_id, poll_id, elector_id, area_no, how, files, hows)
         select e.partition_id, i.poll_id, e.elector_id, e.area_no, 'voted', array[i.import_id], array['voted']
         from voters_import i join elector e on e.partition_id = i.partition_id
         where i.what = 'marked' and e.number = 'QB1-3'",
        "update turnout_register set files = '{}', registers = '{}'",
        "update turnout_register set register_id = null",
        "update absent_vote set kind = 'proxy'",
        "insert into absent_vote (partition_id, poll_id, elector_id, area_no, list_no, kind)
         select e.partition_id, l.poll_id, e.elector_id, e.area_no, l.list_no, 'post'
         from absent_list l join elector e on e.partition_id = l.partition_id where e.number = 'QB1-3'",
    ] {
        assert_eq!(held(made_up).await, "no file that is being applied says so", "{made_up}");
    }
    for again in [
        "update voters_import set state = 'ready'",
        "update voters_import set ended_at = now() where state = 'applied'",
    ] {
        assert_eq!(held(again).await, "this file is over", "{again}");
    }
    let list = "insert into absent_list (partition_id, poll_id, final, published, districts, file_name, sha256, counts,
           imported_by, import_id)
         select l.partition_id, l.poll_id, true, l.published, l.districts, l.file_name, l.sha256, l.counts,
           l.imported_by, l.import_id
         from absent_list l";
    assert!(held(list).await.contains("row-level security"), "nor does a list come by a file that is over");
    assert_eq!((absent(&app).await, voted(&app).await), stood);
}

#[tokio::test]
async fn the_operator_imports_lists_by_command() {
    let (app, _desk, made) = town("clean").await;
    soon(&app).await;
    let choices = Choices {
        file: made.path("absent-voters"),
        poll: "Local elections".into(),
        date: None,
        authority: None,
        allow_many: false,
    };
    let done = by_operator(&operation(&app.database), What::Final, &choices, false).await.unwrap();
    assert_eq!(i64::try_from(done.counts.found()).unwrap(), count(&app, ABSENT).await);
    assert!(done.counts.found() > 50 && done.refused_lines.is_empty());
    let same = by_operator(&operation(&app.database), What::Final, &choices, false).await.unwrap_err().to_string();
    assert!(same.contains("This very file was imported"), "{same}");
    another_poll(&app, "Last poll", -20, "all").await;
    let marked = Choices { file: made.path("marked-register"), poll: "Last poll".into(), ..choices.clone() };
    let done = by_operator(&operation(&app.database), What::Marked, &marked, false).await.unwrap();
    assert_eq!(i64::try_from(done.counts.found()).unwrap(), count(&app, VOTED).await);
    let because = operation(&app.database).because("Last year’s register");
    let not_one = back_by_operator(&because, done.id, false).await.unwrap_err().to_string();
    assert!(not_one.contains("There is no such file"), "a marked register is no absent voters’ list: {not_one}");
    let why = back_by_operator(&operation(&app.database).because(" "), done.id, true).await.unwrap_err().to_string();
    assert!(why.contains("--reason"), "{why}");
    let lost = back_by_operator(&because, done.id, true).await.unwrap();
    assert_eq!((lost, count(&app, VOTED).await), (i64::try_from(done.counts.found()).ok(), 0));
    assert_eq!(back_by_operator(&because, done.id, true).await.unwrap(), None, "twice is harmless");
    let nowhere = Choices { poll: "No such poll".into(), ..choices };
    let told = by_operator(&operation(&app.database), What::Final, &nowhere, false).await.unwrap_err().to_string();
    assert!(told.contains("There is no poll called"), "{told}");
}

#[tokio::test]
async fn who_did_not_vote_is_told_by_the_register_of_what_is_left_when_a_marked_one_is_taken_back() {
    let (app, desk) = place("all").await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,voted\n".to_vec()).await;
    let by =
        "select d.letters, concat_ws(' ', g.register_id, g.imported_by, cardinality(g.files)) from turnout_register g
         join district d using (area_no)";
    let stood = pairs(&app, by).await;
    // A newer register has come since, and somebody else gives another file by it.
    register_everybody(&app).await;
    let other = app.actor(Role::Organiser, "all").await;
    let path = import(&other, "marked", past, b"PD,ENO,How Voted\nQB1,3,voted\n".to_vec()).await;
    assert_ne!(pairs(&app, by).await, stood);
    take_back(&other, &path, "Another poll’s").await.expect(303);
    assert_eq!(pairs(&app, by).await, stood, "the register, and who gave it, as before");
}

#[tokio::test]
async fn that_two_records_are_one_person_keeps_what_each_file_said_of_either() {
    let (app, desk) = place("all").await;
    let past = another_poll(&app, "Last poll", -20, "all").await;
    let first = import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,postal\n".to_vec()).await;
    let second = import(&desk, "marked", past, b"PD,ENO,How Voted\nQB1,2,voted\nQB1,3,voted\n".to_vec()).await;
    // QB1-2 turns out to be QB1-3, by the record held before.
    query(
        "select wall.voters_follow_pair(n.partition_id, n.elector_id, b.elector_id, n.area_no) from elector n, elector b
         where n.number = 'QB1-3' and b.number = 'QB1-2'",
    )
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!(voted(&app).await, held([("QB1-3", "post")]));
    take_back(&desk, &second, "Another poll’s").await.expect(303);
    assert_eq!(voted(&app).await, held([("QB1-3", "post")]), "the first file says so still");
    take_back(&desk, &first, "Another poll’s").await.expect(303);
    assert_eq!(count(&app, VOTED).await, 0);
}
