//! Taking people away as a file: asked for with a purpose and a reason, above a size approved by a second person, marked, on
//! record, over after some days; and a leaked file says whose it was.

use crate::support::access::{letters, sql_as, told};
use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::walk::{Walk, change, change_for, count};
use hustings::access::Role;
use hustings::exports::Frame;
use sqlx::{AssertSqlSafe, query, query_scalar};
use std::collections::BTreeSet;

const REASON: &str = "For the ward captains, who call on everybody on Saturday";

/// Two streets of twelve people each, and the organiser of one or of both.
async fn place(area: &str) -> (TestApp, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let bo = app.actor(Role::Organiser, area).await;
    (app, bo)
}

/// The form as somebody fills it in; `more` comes in the place of what it names.
fn form<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("column", "name"),
        ("column", "address"),
        ("format", "csv"),
        ("purpose", "canvassing"),
        ("reason", REASON),
        ("days", "3"),
    ];
    let usual = usual.into_iter().filter(|(key, _)| more.iter().all(|(other, _)| other != key));
    usual.chain(more.iter().copied()).collect()
}

/// Goes through form, preview and confirmation; answers where that leads.
async fn ask(by: &Actor, more: &[(&str, &str)]) -> String {
    let fields = form(more);
    let preview = by.post("/exports/new", &fields).await.expect(200);
    let expected = preview.attribute("input[name=expected]", "value");
    let sent = [fields, vec![("expected", expected.as_str())]].concat();
    let to = by.post("/exports", &sent).await.expect(303).location();
    to.split('?').next().unwrap().to_owned()
}

async fn fetch(by: &Actor, export: &str) -> Answer {
    by.post(&format!("{export}/file"), &[]).await
}

/// The rows of a spreadsheet, without its heads.
fn rows(file: &Answer) -> Vec<Vec<String>> {
    let text = file.body.strip_prefix('\u{feff}').unwrap_or(&file.body);
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

async fn names(app: &TestApp, statement: &'static str) -> BTreeSet<String> {
    let all: Vec<String> = query_scalar(statement).fetch_all(&mut app.database.operator().await).await.unwrap();
    all.into_iter().collect()
}

async fn canaries(app: &TestApp) -> BTreeSet<String> {
    names(app, "select called from export_canary").await
}

async fn set_limit(app: &TestApp, people: i32) {
    query("insert into export_limit (people, by_operator, reason) values ($1, true, 'Test')")
        .bind(people)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
}

const FETCHED: &str = "select count(*) from export_fetch";

#[tokio::test]
async fn an_export_is_shown_before_it_is_asked_for_and_each_row_says_whose_it_is() {
    let (app, bo) = place("Quillbrook").await;
    let page = bo.get("/exports/new").await.expect(200);
    assert_eq!((page.count("input[name=column][checked]"), page.attribute("#days", "value").as_str()), (2, "3"));
    let preview = bo.post("/exports/new", &form(&[])).await.expect(200).text("main");
    for said in [
        "12 people",
        "Name, Address",
        "Organiser of Quillbrook on ",
        REASON,
        "marks that are not seen",
        "three times at most",
    ] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    assert_eq!(count(&app, "select count(*) from export").await, 0, "nothing is done by looking");

    let export = ask(&bo, &[]).await;
    let file = fetch(&bo, &export).await.expect(200);
    assert!(
        file.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"hustings-export-")
    );
    assert_eq!(file.headers["cache-control"], "no-store");
    let rows = rows(&file);
    let number = export.rsplit('/').next().unwrap();
    for row in &rows {
        let mark = row.last().unwrap();
        assert!(
            mark.contains("Organiser of Quillbrook on ") && mark.contains("Canvassing at doors: For the ward"),
            "{mark}"
        );
        assert!(mark.ends_with(&format!("Export {number}, copy 1")), "{mark}");
    }
    let people: BTreeSet<String> = rows.iter().map(|r| r[0].clone()).collect();
    let real =
        names(&app, "select e.name from elector e join district d using (area_no) where d.letters = 'QB1'").await;
    assert_eq!(people.difference(&real).cloned().collect::<BTreeSet<_>>(), canaries(&app).await);
    assert!(real.is_subset(&people), "everybody is in it");

    let log = "select count(*) from access_log where what = 'export' and permission = 'take-exports' and purpose = 'Canvassing'
        and cardinality(subjects) = 12";
    assert_eq!(count(&app, log).await, 1, "on record with everybody in it, and with nobody invented");
    assert!(bo.get("/exports").await.expect(200).text("tbody").contains("fetched 1×"));
    let paper = ask(&bo, &[("format", "pdf")]).await;
    let paper = bo.client.post(format!("{}{paper}/file", bo.base)).form(&[("a", "b")]).send().await.unwrap();
    assert_eq!(paper.headers()["content-type"], "application/pdf");
    assert!(paper.bytes().await.unwrap().starts_with(b"%PDF-"));
}

#[tokio::test]
async fn above_the_limit_somebody_else_who_covers_it_all_approves() {
    let (app, bo) = place("Quillbrook").await;
    set_limit(&app, 11).await;
    let (other, wide) = (app.actor(Role::Organiser, "Saltern").await, app.actor(Role::Organiser, "all").await);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let preview = bo.post("/exports/new", &form(&[])).await.expect(200).text("main");
    assert!(preview.contains("A second person must approve it"), "{preview}");
    let export = ask(&bo, &[]).await;
    let mut may = [wide.account.id, officer.account.id];
    may.sort();
    assert_eq!(told(&app, "export-asked").await, may, "who may approve, and nobody else");
    assert!(fetch(&bo, &export).await.expect(409).text("main").contains("Nobody has approved"));

    let (approval, refusal) = (format!("{export}/approval"), format!("{export}/refusal"));
    assert!(bo.post(&approval, &[("reason", "Mine")]).await.expect(409).text("main").contains("yourself"));
    other.get(&export).await.expect(404);
    other.post(&approval, &[("reason", "Not mine")]).await.expect(404);
    assert!(other.get("/exports").await.expect(200).count("tbody tr") == 0);
    let page = wide.get(&export).await.expect(200).text("main");
    assert!(page.contains("Everybody in Quillbrook") && page.contains("12 people") && page.contains(REASON), "{page}");
    wide.post(&approval, &[("reason", "")]).await.expect(422);
    wide.post(&approval, &[("reason", "The captains need it")]).await.expect(303);
    officer.post(&refusal, &[("reason", "Too late")]).await.expect(409);
    assert_eq!(told(&app, "export-decided").await, [bo.account.id]);
    fetch(&bo, &export).await.expect(200);
    fetch(&wide, &export).await.expect(404);
    let all = officer.get("/protection/exports").await.expect(200).text("tbody");
    assert!(all.contains("Organiser of all") && all.contains("Organiser of Quillbrook"), "{all}");

    let second = ask(&bo, &[]).await;
    officer.post(&format!("{second}/refusal"), &[("reason", "Use walk lists")]).await.expect(303);
    assert!(fetch(&bo, &second).await.expect(409).text("main").contains("refused"));
    let letters = letters(&app).await;
    assert!(letters.iter().all(|l| l.form == "terms" || !l.letter.paragraphs.join(" ").contains("Harcourt")));
    let fields = [("kind", "local"), ("column", "district"), ("column", "electors"), ("purpose", "planning")];
    let figures = ask(&bo, &fields).await;
    assert!(rows(&fetch(&bo, &figures).await.expect(200))[0][0].starts_with("QB1"), "figures need nobody's approval");
}

#[tokio::test]
async fn what_is_cut_into_pieces_counts_together() {
    let (app, bo) = place("all").await;
    set_limit(&app, 15).await;
    let district = async |letters: &'static str| -> String {
        let number: i32 = query_scalar("select area_no from district where letters = $1")
            .bind(letters)
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
        number.to_string()
    };
    let (first, second) = (district("QB1").await, district("SG1").await);
    let one = ask(&bo, &[("district", &first)]).await;
    fetch(&bo, &one).await.expect(200);
    let preview = bo.post("/exports/new", &form(&[("district", &second)])).await.expect(200).text("main");
    assert!(preview.contains("With the 12 people of your other exports this week"), "{preview}");
    let two = ask(&bo, &[("district", &second)]).await;
    fetch(&bo, &two).await.expect(409);
    change(&app, "update export_fetch set at = at - interval '8 days'").await;
    change(&app, "update export set expires_at = now() - interval '8 days', withdrawn_at = case when needs_approval then now() end").await;
    let three = ask(&bo, &[("district", &second)]).await;
    fetch(&bo, &three).await.expect(200);
}

#[tokio::test]
async fn who_got_access_from_the_asker_lately_does_not_approve_and_two_at_once_decide_once() {
    let (app, bo) = place("Quillbrook").await;
    set_limit(&app, 0).await;
    let (cy, dee) = (app.actor(Role::Organiser, "all").await, app.actor(Role::Organiser, "all").await);
    query("update access_grant set given_by = $1 where account_id = $2")
        .bind(bo.account.id)
        .bind(cy.account.id)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    let export = ask(&bo, &[]).await;
    assert_eq!(told(&app, "export-asked").await, [dee.account.id]);
    let approval = format!("{export}/approval");
    let refused = cy.post(&approval, &[("reason", "Sure")]).await.expect(409).text("main");
    assert!(refused.contains("within the last 30 days"), "{refused}");
    change(&app, "update access_grant set given_at = given_at - interval '31 days'").await;
    let said = [("reason", "Sure")];
    let (one, two) = tokio::join!(cy.post(&approval, &said), dee.post(&approval, &said));
    let mut both = [one.status, two.status];
    both.sort_unstable();
    assert_eq!(both, [303, 409]);
    fetch(&bo, &export).await.expect(200);
    // The approver's access must live when it is fetched, too.
    change(&app, "update access_grant set ended_at = now() where account_id = (select decided_by from export)").await;
    assert!(fetch(&bo, &export).await.expect(409).text("main").contains("Whoever approved"));
}

#[tokio::test]
async fn a_file_can_be_fetched_three_times_in_its_days_by_who_asked_for_it() {
    let (app, bo) = place("Quillbrook").await;
    let stranger = app.actor(Role::Organiser, "Quillbrook").await;
    let export = ask(&bo, &[]).await;
    stranger.get(&export).await.expect(404);
    fetch(&stranger, &export).await.expect(404);
    stranger.post(&format!("{export}/withdrawal"), &[]).await.expect(404);
    bo.get("/exports/999999").await.expect(404);
    for copy in 1..=3 {
        let file = fetch(&bo, &export).await.expect(200);
        assert!(file.body.contains(&format!("copy {copy}")));
    }
    assert!(fetch(&bo, &export).await.expect(409).text("main").contains("three times"));

    let over = ask(&bo, &[]).await;
    change(&app, "update export set expires_at = now() - interval '1 second' where export_id = (select max(export_id) from export)").await;
    assert!(fetch(&bo, &over).await.expect(409).text("main").contains("days of this export are over"));
    let withdrawn = ask(&bo, &[]).await;
    bo.post(&format!("{withdrawn}/withdrawal"), &[]).await.expect(303);
    bo.post(&format!("{withdrawn}/withdrawal"), &[]).await.expect(409);
    assert!(fetch(&bo, &withdrawn).await.expect(409).text("main").contains("withdrawn"));
    set_limit(&app, 0).await;
    let lapsed = ask(&bo, &[]).await;
    change(&app, "update export set lapses_at = now() - interval '1 second' where needs_approval").await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    officer.post(&format!("{lapsed}/approval"), &[("reason", "Late")]).await.expect(409);
    assert!(fetch(&bo, &lapsed).await.expect(409).text("main").contains("Nobody answered"));

    // Many more people than were asked for is another export.
    set_limit(&app, 100_000).await;
    let grown = ask(&bo, &[]).await;
    change(&app, "insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number)
        select partition_id, area_no, household_id, kind, 'New' || elector_id, surname, 'New' || elector_id, 'new' || elector_id,
          'new', 'QB1-9' || elector_id from elector where number like 'QB1%'").await;
    assert!(fetch(&bo, &grown).await.expect(409).text("main").contains("More people match"));
}

#[tokio::test]
async fn a_factor_proved_lately_stands_before_asking_deciding_and_fetching() {
    let (app, bo) = place("Quillbrook").await;
    let export = ask(&bo, &[]).await;
    change(&app, "update session set factor_at = now() - interval '11 minutes'").await;
    for answer in [bo.get("/exports/new").await, bo.post("/exports", &form(&[])).await, fetch(&bo, &export).await] {
        assert!(answer.location().starts_with("/account/confirm"), "{} {}", answer.status, answer.location());
    }
    bo.get(&export).await.expect(200);
    // And in PostgreSQL alone.
    let mut db = sql_as(&app, &bo.account, "hustings_organiser").await;
    change(&app, "update session set factor_at = now() - interval '11 minutes'").await;
    for statement in [
        "select wall.begin_fetch(1)",
        "select wall.note_fetch(1, 1)",
        "select wall.decide_export(1, true, 'x', null)",
        "select wall.ask_export('districts', '{}', wall.areas(), '{name}', 'csv', 'post', 'x', 3, 1)::text",
    ] {
        let error = query(statement).fetch_one(&mut db).await.unwrap_err().to_string();
        assert!(error.contains("acts here"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn an_export_dies_with_the_access_that_it_was_asked_under_and_the_receipt_lists_what_was_fetched() {
    let (app, bo) = place("Quillbrook").await;
    let export = ask(&bo, &[]).await;
    fetch(&bo, &export).await.expect(200);
    let again = app.grant(bo.account.id, Role::Organiser, "all").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    // At the same moment: either the file left before the end and is on record so, or it did not leave.
    let end = format!("/access/grants/{}/end", bo.account.grant);
    let why = [("reason", "Left")];
    let (file, _) = tokio::join!(fetch(&bo, &export), administrator.post(&end, &why));
    let fetched = count(&app, FETCHED).await;
    assert_eq!(fetched, if file.status == 200 { 2 } else { 1 }, "{}", file.status);
    assert_eq!(
        count(&app, "select count(*) from access_log l join access_grant g using (grant_id) where l.at > g.ended_at")
            .await,
        0
    );
    change_for(
        &app,
        "update access_grant set ended_at = null, ended_reason = null where account_id = $1",
        bo.account.id,
    )
    .await;
    change_for(&app, "update access_grant set ended_at = now() where grant_id = $1", bo.account.grant).await;
    let bo = app.sign_in(&bo.account).await;
    assert!(fetch(&bo, &export).await.expect(409).text("main").contains("other access of yours"));
    assert_ne!(again, bo.account.grant);
    let receipt = administrator.get(&format!("/access/accounts/{}/receipt", bo.account.id)).await.expect(200);
    assert_eq!(receipt.text("dl.tiles div:last-child dd"), fetched.to_string());
    let whole = format!("/access/accounts/{}/end-access", bo.account.id);
    let ended = administrator.post(&whole, &[("reason", "Left")]).await.expect(303).location();
    let receipt = administrator.get(&ended).await.expect(200).text("main");
    assert!(receipt.contains("copy 1: 12 people") && receipt.contains("Ask for its deletion"), "{receipt}");
}

#[tokio::test]
async fn who_stopped_it_or_was_erased_is_in_no_file_made_after() {
    let (app, bo) = place("Quillbrook").await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let id = async |name: &'static str| -> String {
        query_scalar("select partition_id || '.' || elector_id from elector where name = $1")
            .bind(name)
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap()
    };
    let exports = [
        ask(&bo, &[]).await,
        ask(&bo, &[("purpose", "post")]).await,
        ask(&bo, &[("purpose", "checking"), ("column", "name"), ("column", "stops"), ("column", "intention")]).await,
    ];
    let stop = async |name: &'static str, channel: &'static str| {
        let path = format!("/protection/subjects/{}/stops", id(name).await);
        officer.post(&path, &[("channel", channel), ("how", "By letter")]).await.expect(303);
    };
    stop("Edith Harcourt1", "door").await;
    stop("Edith Harcourt2", "post").await;
    stop("Edith Harcourt3", "processing").await;
    stop("Edith Harcourt4", "opinions").await;
    officer
        .post(
            &format!("/protection/subjects/{}/erasure", id("Edith Harcourt5").await),
            &[("reason", "Asked by letter")],
        )
        .await
        .expect(303);
    let mut files = Vec::new();
    for export in &exports {
        files.push(fetch(&bo, export).await.expect(200).body);
    }
    let holds = |file: usize, n: u8| files[file].contains(&format!("Edith Harcourt{n}"));
    assert!(!holds(0, 1) && holds(0, 2) && !holds(0, 3) && !holds(0, 4) && !holds(0, 5) && holds(0, 6), "{}", files[0]);
    assert!(
        holds(1, 1) && !holds(1, 2) && !holds(1, 3) && !holds(1, 4) && !holds(1, 5),
        "as from letters: {}",
        files[1]
    );
    assert!(holds(2, 1) && holds(2, 2) && !holds(2, 3) && holds(2, 4) && !holds(2, 5), "{}", files[2]);
    assert!(
        files[2].contains("Calls at the door") && files[2].contains("Processing of political opinions"),
        "{}",
        files[2]
    );
    let preview = bo.post("/exports/new", &form(&[])).await.expect(200).text("main");
    assert!(preview.contains("8 people") && preview.contains("3 left out"), "{preview}");
}

#[tokio::test]
async fn a_name_in_a_file_is_no_formula() {
    let (app, bo) = place("Quillbrook").await;
    change(&app, "update elector set name = case elector_id % 4 when 0 then '=HYPERLINK(\"http://evil\",\"x\")' when 1 then '@SUM(A1)'
        when 2 then '+1-1' else '-2+3' end where number like 'QB1%'").await;
    change(&app, "update household set address = E'\\t=1+1, \"Old\" Row'").await;
    let file = fetch(&bo, &ask(&bo, &[]).await).await.expect(200);
    for row in rows(&file) {
        for cell in &row {
            assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\t']), "{cell:?}");
        }
    }
}

#[tokio::test]
async fn a_found_file_says_whose_it_was_and_who_asked_for_it_cannot_tell_which_lines_do() {
    let (app, bo) = place("all").await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let (mine, other) =
        (ask(&bo, &[]).await, ask(&bo, &[("column", "surname"), ("column", "forenames"), ("column", "address")]).await);
    let (first, second) = (fetch(&bo, &mine).await.expect(200), fetch(&bo, &mine).await.expect(200));
    let cut = fetch(&bo, &other).await.expect(200);
    let without_mark = |file: &Answer| rows(file).iter().map(|r| r[..2].join(";")).collect::<Vec<_>>();
    assert_eq!(without_mark(&first), without_mark(&second), "the same in each copy, at the same place");
    let invented = canaries(&app).await;
    assert_eq!(invented.len(), 2, "one in each of two exports of 24 people");
    let real = "select count(*) from export_canary c where exists (select from elector e where e.name_key = c.call_key)
        or exists (select from household h where h.address = c.lives)";
    assert_eq!(count(&app, real).await, 0, "nobody real");
    let places = "select count(*) from export_canary c where c.lives !~ '^[0-9]+ (Larkspur Row|Old Tannery Walk)$'";
    assert_eq!(count(&app, places).await, 0, "and in a street of theirs");

    let said = async |lines: &str| {
        officer.post("/protection/exports/trace", &[("lines", lines)]).await.expect(200).text("main")
    };
    let (number, other_number) = (mine.rsplit('/').next().unwrap(), other.rsplit('/').next().unwrap());
    let lines = without_mark(&first).join("\n");
    let found = said(&lines).await;
    assert!(found.contains(&format!("Export {number} of Organiser of all")) && found.contains("24 people"), "{found}");
    assert!(!found.contains(&format!("Export {other_number} ")), "{found}");
    let upper: String = rows(&cut).iter().map(|r| format!("{} {}\n", r[2], r[1]).to_uppercase()).collect();
    let found = said(&upper).await;
    assert!(found.contains(&format!("Export {other_number} of")), "by the name alone, in capitals: {found}");
    assert!(said("Edith Harcourt1, 1 Larkspur Row").await.contains("No export is known by it"));
    let part = reqwest::multipart::Part::bytes(first.body.clone().into_bytes()).file_name("found.csv");
    let upload = reqwest::multipart::Form::new().part("file", part);
    let path = format!("{}/protection/exports/trace/file", officer.base);
    let answer = officer.client.post(path).multipart(upload).send().await.unwrap().text().await.unwrap();
    assert!(answer.contains(&format!("Export {number} of")), "{answer}");

    // Neither by their pages nor by SQL of their own.
    let mut db = sql_as(&app, &bo.account, "hustings_organiser").await;
    for statement in [
        "select called from export_canary",
        "select * from wall.export_canaries('', 1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    ] {
        let error = query(statement).fetch_all(&mut db).await.unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{statement}: {error}");
    }
    for name in &invented {
        let search = bo.post_json("/api/v1/electors/search", &serde_json::json!({"q": name})).await.expect(200);
        assert_eq!(search.json()["total"], 0, "{name} stands nowhere else");
    }
    bo.post("/protection/exports/trace", &[("lines", "x")]).await.expect(403);
}

#[tokio::test]
async fn results_of_a_walk_list_and_of_a_search_are_exports_too() {
    let (app, bo) = place("Quillbrook").await;
    let walk = Walk::new(&app.database, "QB1").await;
    let cy = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, cy.account.id).await;
    cy.put_json(&format!("/api/v1/results/{}", uuid::Uuid::now_v7()), &walk.spoke(1, "F")).await.expect(201);
    let columns = [("list", walk.list.as_str()), ("column", "name"), ("column", "intention"), ("column", "outcome")];
    let list = fetch(&bo, &ask(&bo, &columns).await).await.expect(200);
    assert!(rows(&list).iter().any(|r| r[1] == "Firm" && r[2] == "Spoke"), "{}", list.body);
    let found = bo.post("/electors", &[("q", "edith")]).await.expect(303).location();
    let page = bo.get(&found).await.expect(200);
    let to = page.attribute("a[href^='/exports/new?search=']", "href");
    bo.get(&to).await.expect(200);
    let search = to.rsplit('=').next().unwrap().to_owned();
    let export = ask(&bo, &[("search", &search)]).await;
    assert!(bo.get(&export).await.expect(200).text("main").contains("“edith”"));
    let rows = rows(&fetch(&bo, &export).await.expect(200));
    assert_eq!(rows.len(), 7, "six of the name, and one invented");
    // The words may name somebody: thirty days after it is over they go, and nothing wider takes their place.
    change(&app, "update export set withdrawn_at = now() - interval '31 days' where what = 'search'").await;
    change(&app, "select wall.sweep_exports()").await;
    assert_eq!(count(&app, "select count(*) from export where choice::text like '%edith%'").await, 0);
    change(&app, "update export set withdrawn_at = null").await;
    fetch(&bo, &export).await.expect(409);
    let stranger = app.actor(Role::Organiser, "Saltern").await;
    stranger.get(&format!("/exports/new?list={}", walk.list)).await.expect(404);
    stranger.get(&to).await.expect(409);
}

#[tokio::test]
async fn a_forged_form_asks_for_nothing() {
    let (app, bo) = place("Quillbrook").await;
    for wrong in [
        &[("purpose", "marketing")][..],
        &[("purpose", "planning")],
        &[("days", "15")],
        &[("days", "0")],
        &[("format", "xlsx")],
        &[("reason", "Because")],
        &[("column", "date_of_birth")],
        &[("column", "name; drop table elector")],
    ] {
        for path in ["/exports/new", "/exports"] {
            let sent = [form(wrong), vec![("expected", "12")]].concat();
            bo.post(path, &sent).await.expect(422);
        }
    }
    let foreign: i32 = query_scalar("select area_no from district where letters = 'SG1'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    bo.post("/exports/new", &form(&[("district", &foreign.to_string())])).await.expect(404);
    bo.post("/exports", &[form(&[]), vec![("expected", "11")]].concat()).await.expect(409);
    let grant = app.grant(bo.account.id, Role::Organiser, "all").await.to_string();
    bo.post("/exports", &[form(&[]), vec![("expected", "12"), ("_grant", &grant)]].concat()).await.expect(409);
    assert_eq!(count(&app, "select count(*) from export").await, 0);
    // A grant for keeping the register allows no canvassing.
    change_for(&app, "update access_grant set purpose = 'Keeping the register' where account_id = $1", bo.account.id)
        .await;
    bo.post("/exports/new", &form(&[])).await.expect(422);
    bo.post("/exports/new", &form(&[("purpose", "checking")])).await.expect(200);
}

#[tokio::test]
async fn the_limit_moves_with_a_reason_on_record_and_everybody_who_guards_is_told() {
    let (app, bo) = place("Quillbrook").await;
    let (ann, officer) =
        (app.actor(Role::Administrator, "all").await, app.actor(Role::DataProtectionOfficer, "all").await);
    assert!(ann.get("/settings/exports").await.expect(200).text("main").contains("Above 500 people"));
    ann.post("/settings/exports", &[("people", "100001"), ("reason", "More")]).await.expect(422);
    ann.post("/settings/exports", &[("people", "2000"), ("reason", "")]).await.expect(422);
    ann.post("/settings/exports", &[("people", "2,000"), ("reason", "A large ward")]).await.expect(303);
    assert_eq!(told(&app, "export-limit-set").await, [officer.account.id]);
    officer.post("/settings/exports", &[("people", "0"), ("reason", "After the leak")]).await.expect(303);
    let history = officer.get("/settings/exports").await.expect(200).text("main");
    assert!(history.contains("A large ward") && history.contains("After the leak"), "{history}");
    bo.get("/settings/exports").await.expect(403);
    let mut db = sql_as(&app, &ann.account, "hustings_administrator").await;
    change(&app, "update session set factor_at = now() - interval '11 minutes'").await;
    let forged = "insert into export_limit (people, account_id, reason) values (100000, wall.account(), 'By SQL')";
    assert!(query(forged).execute(&mut db).await.unwrap_err().to_string().contains("row-level security"));
    assert!(query("update export_limit set people = 100000").execute(&mut db).await.is_err());
}

#[tokio::test]
async fn a_volunteer_has_no_part_in_exports_and_nobody_writes_them_by_hand() {
    let (app, bo) = place("Quillbrook").await;
    let export = ask(&bo, &[]).await;
    let cy = app.actor(Role::Volunteer, "Quillbrook").await;
    for path in ["/exports", "/exports/new", export.as_str()] {
        cy.get(path).await.expect(403);
    }
    fetch(&cy, &export).await.expect(403);
    let mut db = sql_as(&app, &cy.account, "hustings_volunteer").await;
    for statement in [
        "select export_id from export",
        "select nth from export_fetch",
        "select called from export_canary",
        "select people from export_limit",
        "select wall.begin_fetch(1)",
        "select wall.ask_export('districts', '{}', '{}', '{name}', 'csv', 'post', 'x', 3, 1)",
    ] {
        let error = query(statement).fetch_all(&mut db).await.unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{statement}: {error}");
    }
    for (account, role) in [
        (&bo.account, "hustings_organiser"),
        (&app.account(Role::DataProtectionOfficer, "all").await, "hustings_protection"),
    ] {
        let mut db = sql_as(&app, account, role).await;
        for statement in [
            "insert into export_fetch (export_id, nth, session_id, people) values (1, 1, gen_random_uuid(), 1)",
            "update export set verdict = 'approved', decided_at = now()",
            "update export set expires_at = now() + interval '14 days'",
            "delete from export",
            "delete from export_fetch",
        ] {
            let error = query(statement).execute(&mut db).await.unwrap_err().to_string();
            assert!(error.contains("permission denied"), "{role} {statement}: {error}");
        }
    }
    // What others asked for is not there for an organiser who could not decide it.
    let other = app.account(Role::Organiser, "Saltern").await;
    let mut db = sql_as(&app, &other, "hustings_organiser").await;
    assert_eq!(query_scalar::<_, i64>("select count(*) from export").fetch_one(&mut db).await.unwrap(), 0);
    let asked: String = query_scalar("select wall.begin_fetch(1)").fetch_one(&mut db).await.unwrap();
    assert_eq!(asked, "not-found");
}

/// Where a file may come from besides the exports room, and why it needs no asking there.
const OTHERS: &[(&str, &str)] = &[
    ("src/audit/pages/account.rs", "what an account saw: the data protection officer's, with a second factor"),
    ("src/access/pages/seen.rs", "the same by record number: no name is in it"),
    (
        "src/protection/pages/subjects.rs",
        "a person's own file, which the law asks for, with a reason and a second factor",
    ),
    ("src/protection/pages/requests.rs", "a letter to one person who asked"),
    ("src/protection/records/pages.rs", "a document of the records: nobody of the register is in it"),
    ("src/protection/retention/pages.rs", "a certificate of destruction: kinds and figures"),
    ("src/messages/compose.rs", "a message's own pictures, inside the letter that shows them: nobody's data is in it"),
    (
        "src/materials/runs/pages.rs",
        "what was made in print for one's own area: on record as a print, of everybody in it",
    ),
    ("src/materials/labels/pages.rs", "a sheet of frames to hold against the stickers: nobody is on it"),
    ("src/materials/letters/pages/proof.rs", "three letters to look at before any is made, on record as a print"),
    ("src/registers/pages.rs", "refused rows by line and number: nobody's name is in it"),
];

#[test]
fn no_room_sends_a_file_by_itself() {
    let mut strays = Vec::new();
    for path in sources("src") {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let here = path.trim_start_matches("./").to_owned();
        let tells = [
            "CONTENT_DISPOSITION",
            "content-disposition",
            "\"attachment",
            "text/csv",
            "application/pdf",
            "spreadsheetml",
            "application/zip",
            "octet-stream",
            "csv::Writer",
        ];
        let sends = tells.iter().any(|word| text.contains(word));
        if sends
            && !["src/exports/attachment.rs", "src/demo/register.rs", "src/demo/members.rs", "src/web/assets.rs"]
                .contains(&here.as_str())
        {
            strays.push(format!("{here} sends a file by itself: make it an exports::Attachment"));
        }
        let attaches = text.contains("Attachment::") && !here.starts_with("src/exports/");
        if attaches && !OTHERS.iter().any(|(known, _)| *known == here) {
            strays.push(format!("{here} lets a file out: make it Exportable, or say why not in this test"));
        }
    }
    assert_eq!(strays, [""; 0]);
}

#[test]
fn a_page_that_prints_people_prints_one_page_of_them_or_is_known() {
    // Who may print what: walk lists' cards are work at doors; the others show one person's matter, figures, or nobody.
    let known = [
        "canvass/lists/print.html",
        "access/ending-group.html",
        "access/receipt.html",
        "access/recovery-codes-body.html",
        "access/letter.html",
        "protection/run.html",
        "protection/letters-print.html",
        "protection/document.html",
        "protection/breach.html",
        "watching/alert.html",
        // Who is down for one event, for the clipboard at its meeting point.
        "events/sheet.html",
    ];
    let printing =
        sources("templates").into_iter().filter(|path| std::fs::read_to_string(path).unwrap().contains("data-print"));
    let unknown: Vec<String> = printing.filter(|path| !known.iter().any(|k| path.ends_with(k))).collect();
    assert!(unknown.is_empty(), "{unknown:?} offer a print: of more than a page of people that is an export");
    let search = std::fs::read_to_string("templates/electors/search.html").unwrap();
    assert!(!search.contains("data-print") && search.contains("/exports/new?search="));
}

fn sources(folder: &str) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().display().to_string();
        match std::fs::metadata(&path).unwrap().is_dir() {
            true => all.extend(sources(&path)),
            false => all.push(path),
        }
    }
    all
}

#[tokio::test]
async fn every_exportable_says_who_and_what_for_and_never_a_volunteer() {
    let app = TestApp::new().await;
    for exportable in hustings::exports::ALL {
        let Frame { what, title, columns, roles, purposes, holds_people, .. } = *exportable.frame();
        assert!(!roles.contains(&Role::Volunteer) && !roles.is_empty(), "{title}");
        assert!(!purposes.is_empty() && columns.iter().any(|c| c.usual), "{title}");
        let keys: BTreeSet<&str> = columns.iter().map(|c| c.key).collect();
        assert_eq!(keys.len(), columns.len(), "{title}: each column has a word of its own");
        if holds_people {
            assert!(keys.contains("name") && keys.contains("address"), "{title}");
            assert!(!columns.iter().any(|c| c.opinion && c.usual), "{title} tells opinions unasked");
        }
        // The words are this code's own, checked against the table's.
        let held = format!("select count(*) from pg_constraint where pg_get_constraintdef(oid) like '%''{what}''%'");
        let n: i64 = query_scalar(AssertSqlSafe(held)).fetch_one(&mut app.database.operator().await).await.unwrap();
        assert!(n > 0, "{what}");
    }
}
