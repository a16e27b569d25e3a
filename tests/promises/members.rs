//! The party's file brings members in: looked over first, all of it or nothing, refused lines named; and a page for each.

use crate::support::access::{area, told};
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::events::{id, make};
use crate::support::members::{HEADINGS, apply, file, give, import, person};
use crate::support::register::operation;
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::commands::members::{Import, import as by_operator};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sqlx::{query, query_scalar};

async fn place(area: &str) -> (TestApp, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let oswin = app.actor(Role::MembershipSecretary, area).await;
    (app, oswin)
}

const MEMBERS: &str = "select count(*) from member";
const STAGED: &str = "select count(*) from member_import_row";

#[tokio::test]
async fn a_file_is_looked_over_first_and_what_cannot_stand_is_named_by_its_line() {
    let (app, oswin) = place("Quillbrook").await;
    let bytes = file(&[
        "L1,Edith,Harcourt1,1 Larkspur Row,ZZ1 4QX,edith@lantern.example,1/2/2020,31/12/2099,current,Quillbrook",
        "L2,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",<script>alert(1)</script>,2 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook",
        "L3,Jim,Twice,3 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook",
        "L3,Una,Other,3 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook",
        "L4,Half,Columns",
        "L5,Cy,Far,1 Old Tannery Walk,ZZ1 4QX,,1/2/2020,31/12/2099,current,Saltern",
        "L6,Di,New,4 Larkspur Row,ZZ1 4QX,not one,1/2/2020,31/12/2099,current,Hill End",
        "L7,\"Open,Quote,4 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook",
        "L8,Ev,Odd,4 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,Wilfred Secret,Quillbrook",
    ]);
    let path = give(&oswin, "party.csv", bytes).await.expect(303).location();
    let page = oswin.get(&path).await.expect(200);
    let text = page.text("main");
    for said in [
        "Added3",
        "Refused lines6",
        "Two people have this membership number",
        "fewer columns than the headings",
        "The branch lies outside your area",
        "“Hill End” (1 member)",
        "1 email address is none",
        "A quotation mark is opened",
    ] {
        assert!(text.replace(' ', "").contains(&said.replace(' ', "")), "{said}: {text}");
    }
    for hidden in ["Wilfred Secret", "Una", "Twice"] {
        assert!(!page.body.contains(hidden), "a refused line is named by its number alone: {hidden}");
    }
    assert_eq!((count(&app, MEMBERS).await, count(&app, "select count(*) from person").await), (0, 0));

    apply(&oswin, &path, &[]).await.expect(303);
    assert_eq!((count(&app, MEMBERS).await, count(&app, STAGED).await), (3, 0));
    let surname: String =
        query_scalar("select surname from person p join member m using (person_id) where number = 'L2'")
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    assert_eq!(surname, "<script>alert(1)</script>", "it is text");
    let list = oswin.get("/members").await.expect(200);
    assert!(list.body.contains("&#60;script&#62;alert(1)") && list.count("main script") == 0);
    assert!(list.text("main").contains("=HYPERLINK"));
    let receipt = oswin.get(&path).await.expect(200);
    assert_eq!(receipt.count("tbody tr"), 6);
    assert!(receipt.text("h1").contains("Imported") && !receipt.body.contains("Twice"));
    // Once applied it cannot be applied, thrown away or explained again.
    for act in ["apply", "throw-away"] {
        oswin.post(&format!("{path}/{act}"), &[]).await.expect(409);
    }
    let gone = give(&oswin, "odd.csv", b"Just,some\n".to_vec()).await.expect(422);
    assert!(gone.text("#file-error").contains("nobody below them"), "{}", gone.text("main"));
    assert!(give(&oswin, "x.pdf", b"%PDF-1.4".to_vec()).await.expect(422).text("#file-error").contains("PDF"));
}

#[tokio::test]
async fn the_next_file_changes_what_differs_and_who_is_missing_lapses_only_when_it_is_complete() {
    let (app, oswin) = place("all").await;
    let line = |n: u32, state: &str, until: &str, branch: &str| {
        format!("L{n},Edith,Harcourt{n},{n} Larkspur Row,ZZ1 4QX,,1/2/2020,{until},{state},{branch}")
    };
    let first: Vec<String> = (1..=4).map(|n| line(n, "current", "31/12/2099", "Quillbrook")).collect();
    import(&oswin, file(&first.iter().map(String::as_str).collect::<Vec<_>>())).await;
    let next = [
        line(1, "current", "31/12/2099", "Quillbrook"),
        line(2, "suspended", "31/12/2099", "Quillbrook"),
        line(3, "current", "31/12/2098", "Saltern"),
    ];
    let next = file(&next.iter().map(String::as_str).collect::<Vec<_>>());
    let path = give(&oswin, "next.csv", next.clone()).await.expect(303).location();
    let text = oswin.get(&path).await.expect(200).text("main");
    assert!(
        text.contains("current → suspended") && text.contains("paid until 31 Dec 2098, moved to Saltern"),
        "{text}"
    );
    apply(&oswin, &path, &[]).await.expect(303);
    let lapsed = "select count(*) from member where state = 'lapsed'";
    assert_eq!(count(&app, lapsed).await, 0, "nothing happens to who is missing");

    let path = give(&oswin, "again.csv", next).await.expect(303).location();
    assert!(oswin.get(&path).await.expect(200).text("#go ~ .in").contains("Nothing would change"));
    let seen = oswin.get(&path).await.expect(200).attribute("input[name=expected]", "value");
    oswin.post(&format!("{path}/choices"), &[("complete", "true")]).await.expect(303);
    // What was looked over before the tick is not what would be done now.
    oswin.post(&format!("{path}/apply"), &[("expected", &seen)]).await.expect(409);
    assert_eq!(count(&app, lapsed).await, 0);
    apply(&oswin, &path, &[]).await.expect(303);
    assert_eq!(count(&app, lapsed).await, 1);
    let history = "select count(*) from member_change c join member_import i using (import_id) where c.what in ('lapsed', 'suspended', 'moved-branch')";
    assert_eq!(count(&app, history).await, 3, "each with the file that said so");
    let page = oswin.get(&format!("/members/{}", person(&app, "L3").await)).await.expect(200);
    assert!(
        page.text("main").contains("Moved from Quillbrook to Saltern") && page.text("main").contains("From next.csv")
    );
}

#[tokio::test]
async fn who_stands_in_a_line_that_is_refused_is_not_missing_from_a_complete_file() {
    let (app, oswin) = place("all").await;
    let line = |n: u32, joined: &str| {
        format!("L{n},Edith,Harcourt{n},{n} Larkspur Row,ZZ1 4QX,,{joined},31/12/2099,current,Quillbrook")
    };
    let all: Vec<String> = (1..=3).map(|n| line(n, "1/2/2020")).collect();
    import(&oswin, file(&all.iter().map(String::as_str).collect::<Vec<_>>())).await;
    let complete = async |lines: &[&str]| {
        let path = give(&oswin, "next.csv", file(lines)).await.expect(303).location();
        let chosen = oswin.post(&format!("{path}/choices"), &[("complete", "true")]).await;
        (path, chosen)
    };
    let lapsed = "select count(*) from member where state = 'lapsed'";
    // Nobody can tell who stands in the second line: it may be anybody who is missing.
    let (path, refused) = complete(&[&all[0], ",Edith,Harcourt2,,,,,31/12/2099,current,Quillbrook"]).await;
    let said = refused.expect(422).text("#complete-error");
    assert!(said.contains("line 3 could not be read"), "{said}");
    change(&app, "update member_import set complete = true where state = 'ready'").await;
    apply(&oswin, &path, &[]).await.expect(409);
    assert_eq!(count(&app, lapsed).await, 0);

    // Two's date cannot be read, three is missing.
    let (path, chosen) = complete(&[&all[0], &line(2, "soon")]).await;
    chosen.expect(303);
    apply(&oswin, &path, &[]).await.expect(303);
    let states =
        "select count(*) from member where (number, state) in (('L1', 'current'), ('L2', 'current'), ('L3', 'lapsed'))";
    assert_eq!((count(&app, states).await, count(&app, lapsed).await), (3, 1));
}

#[tokio::test]
async fn of_a_couple_on_one_address_access_stays_while_one_of_them_is_current() {
    let (app, oswin) = place("all").await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    change(&app, "update access_grant set needs_membership = true where role = 'volunteer'").await;
    let line = |n: u32| {
        format!("L{n},Edith,Harcourt{n},1 Larkspur Row,ZZ1 4QX,{},1/2/2020,31/12/2099,current,Quillbrook", bo.email)
    };
    import(&oswin, file(&[&line(1), &line(2)])).await;
    let live = "select count(*) from access_grant where role = 'volunteer' and ended_at is null";
    for (number, left) in [("L1", 1), ("L2", 0)] {
        let one = person(&app, number).await;
        oswin
            .post(&format!("/members/{one}/state"), &[("state", "lapsed"), ("reason", "Not renewed")])
            .await
            .expect(303);
        assert_eq!(count(&app, live).await, left, "{number}");
    }
}

#[tokio::test]
async fn a_workbook_is_taken_as_a_file_is_and_a_broken_one_is_refused_in_words() {
    let (app, oswin) = place("Quillbrook").await;
    let mut book = Workbook::new();
    book.add_worksheet().set_name("About").unwrap().write(0, 0, "Made by the party").unwrap();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEADINGS.split(',')).unwrap();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for (row, number) in [(1, 41), (2, 42)] {
        sheet.write(row, 0, number).unwrap();
        let cells = ["Edith", "Harcourt1", "1 Larkspur Row", "ZZ1 4QX", "", "", "", "current", "Quillbrook"];
        for (at, cell) in (1..).zip(cells) {
            sheet.write(row, at, cell).unwrap();
        }
        for (at, year) in [(6, 2020), (7, 2099)] {
            sheet.write_with_format(row, at, ExcelDateTime::from_ymd(year, 4, 9).unwrap(), &day).unwrap();
        }
    }
    sheet.write(2, 11, "beyond the headings").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let path = give(&oswin, "members.xlsx", bytes.clone()).await.expect(303).location();
    let page = oswin.get(&path).await.expect(200);
    assert!(
        page.text("main").contains("an Excel workbook") && page.text("main").contains("more columns"),
        "{}",
        page.body
    );
    apply(&oswin, &path, &[]).await.expect(303);
    let taken =
        "select count(*) from member where number = '41' and joined_on = '2020-04-09' and paid_until = '2099-04-09'";
    assert_eq!((count(&app, taken).await, count(&app, MEMBERS).await), (1, 1), "days and numbers as they are typed");
    let broken = give(&oswin, "broken.xlsx", bytes[..bytes.len() / 2].to_vec()).await.expect(422);
    assert!(broken.text("#file-error").contains("save it again as .xlsx"), "{}", broken.text("main"));
    let old = give(&oswin, "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec()).await.expect(422);
    assert!(old.text("#file-error").contains("has a password"), "{}", old.text("main"));
    assert_eq!(count(&app, MEMBERS).await, 1);
}

#[tokio::test]
async fn who_was_erased_comes_back_by_no_file_until_somebody_says_why() {
    let (app, oswin) = place("Quillbrook").await;
    let edith =
        "L1,Edith,Harcourt1,1 Larkspur Row,ZZ1 4QX,edith@lantern.example,1/2/2020,31/12/2099,current,Quillbrook";
    import(&oswin, file(&[edith])).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let gone = person(&app, "L1").await;
    let erase = [("reason", "Request 1"), ("sure", "yes")];
    officer.post(&format!("/protection/subjects/person-{gone}/erasure"), &erase).await.expect(303);
    assert_eq!(count(&app, "select count(*) from person").await, 0);
    let next = file(&[
        edith,
        "L2,Edith,Harcourt1,9 Elsewhere,ZZ9 4QX,,1/2/2020,31/12/2099,current,Quillbrook",
        "L3,Una,Vale,2 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook",
    ]);
    let path = give(&oswin, "next.csv", next.clone()).await.expect(303).location();
    let page = oswin.get(&path).await.expect(200);
    let said = page.text("main");
    assert!(said.contains("1 person who was erased is in this file") && said.contains("Added2"), "{said}");
    assert!(page.text("[aria-labelledby=erased]").contains("at another address: taken in"), "a namesake is named");
    oswin.post(&format!("{path}/choices"), &[("erased", "again"), ("erased_reason", " ")]).await.expect(422);
    apply(&oswin, &path, &[]).await.expect(303);
    let numbers = "select count(*) from member where number in ('L2', 'L3')";
    assert_eq!((count(&app, MEMBERS).await, count(&app, numbers).await), (2, 2), "left out by itself");

    let path = give(&oswin, "again.csv", next).await.expect(303).location();
    let why = [("erased", "again"), ("erased_reason", "Joined anew on 3 November")];
    oswin.post(&format!("{path}/choices"), &why).await.expect(303);
    assert!(oswin.get(&path).await.expect(200).text("main").contains("would be recorded as members anew"));
    apply(&oswin, &path, &[]).await.expect(303);
    let page = oswin.get(&format!("/members/{}", person(&app, "L1").await)).await.expect(200);
    assert!(
        page.text("main").contains("Erased before, and taken in again: Joined anew on 3 November"),
        "{}",
        page.body
    );
    let stopped =
        "select count(*) from person_consent c join member m using (person_id) where m.number = 'L1' and not c.given";
    assert_eq!(count(&app, stopped).await, 4, "no channel is open to campaigning");
    assert_eq!(count(&app, "select count(*) from person_consent").await, 4, "and nobody else's changed");
}

#[tokio::test]
async fn who_never_came_to_an_event_is_a_list_of_its_own() {
    let (app, oswin) = place("Quillbrook").await;
    let line = |n: u32, state: &str| {
        format!("L{n},Edith,Harcourt{n},{n} Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,{state},Quillbrook")
    };
    let lines: Vec<String> =
        [(1, "current"), (2, "current"), (3, "current"), (4, "lapsed")].map(|(n, s)| line(n, s)).into();
    import(&oswin, file(&lines.iter().map(String::as_str).collect::<Vec<_>>())).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let here = area(&app, "Quillbrook").await.to_string();
    let event = id(&make(&organiser, &here, 1, &[]).await);
    // One was ticked off by name, one checked in with their own account.
    let account = app.account(Role::Volunteer, "Quillbrook").await.id;
    let mut db = app.database.operator().await;
    for (number, by_account) in [("L1", false), ("L2", true)] {
        let who = person(&app, number).await;
        query("update person set account_id = $2 where person_id = $1 and $3")
            .bind(who)
            .bind(account)
            .bind(by_account)
            .execute(&mut db)
            .await
            .unwrap();
        query(
            "insert into event_sign_up (sign_up_id, event_id, area_id, account_id, person_id, state)
             select gen_random_uuid(), event_id, area_id, case when $3 then $2 end, case when not $3 then $4 end, 'came' from event where event_id = $1",
        )
        .bind(event)
        .bind(account)
        .bind(by_account)
        .bind(who)
        .execute(&mut db)
        .await
        .unwrap();
    }
    for reader in [&oswin, &organiser] {
        let page = reader.get("/members?tab=never-seen").await.expect(200);
        assert_eq!(page.count("tbody tr"), 1, "{}", page.text("main"));
        assert!(
            page.text("tbody").contains("Harcourt3") && page.text("nav.tabs").contains("Never at an event 1"),
            "{}",
            page.text("main")
        );
    }
}

#[tokio::test]
async fn unknown_headings_and_branches_are_explained_once() {
    let (app, oswin) = place("all").await;
    let odd = |n: u32| format!("Ref,Who,Bis,Ort\nL{n},Una Vale,31/12/2099,Hill End\n").into_bytes();
    let path = give(&oswin, "odd.csv", odd(1)).await.expect(303).location();
    let page = oswin.get(&path).await.expect(200);
    assert!(page.text("h1").contains("Which column") && !page.body.contains("Una"), "headings, and nobody's data");
    oswin.post(&format!("{path}/columns"), &[("number", "1"), ("name", "1")]).await.expect(422);
    let columns = [("number", "1"), ("name", "2"), ("paid-until", "3"), ("branch", "4")];
    oswin.post(&format!("{path}/columns"), &columns).await.expect(303);
    let quillbrook: i64 = query_scalar("select area_id from area where name = 'Quillbrook'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let area = quillbrook.to_string();
    oswin.post(&format!("{path}/choices"), &[("branch", "Hill End"), ("area", &area)]).await.expect(303);
    apply(&oswin, &path, &[]).await.expect(303);
    // The next file with these headings goes on by itself, also by the command line.
    let next = give(&oswin, "next.csv", odd(2)).await.expect(303).location();
    assert!(oswin.get(&next).await.expect(200).text("h1").contains("Preview"));
    let saved = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(saved.path(), odd(3)).unwrap();
    let choices = Import { file: saved.path().into(), area: "all".into(), dry_run: true, ..Import::default() };
    let would = by_operator(&operation(&app.database), &choices).await.unwrap();
    assert_eq!((would.counts.added, count(&app, MEMBERS).await), (1, 1), "a dry run changes nothing");
    let done = by_operator(&operation(&app.database), &Import { dry_run: false, ..choices }).await.unwrap();
    assert_eq!((done.counts.added, done.unknown_branches.len()), (1, 0));
    let there = "select count(*) from member m join area a using (area_id) where a.name = 'Quillbrook'";
    assert_eq!((count(&app, there).await, count(&app, MEMBERS).await), (2, 2));
}

#[tokio::test]
async fn access_that_depends_on_membership_ends_with_the_file_and_not_when_it_is_too_many() {
    let (app, oswin) = place("all").await;
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let mut helpers = Vec::new();
    for _ in 0..20 {
        helpers.push(app.account(Role::Volunteer, "Quillbrook").await);
    }
    let ann = app.account(Role::Administrator, "all").await;
    change(&app, "update access_grant set needs_membership = true where role in ('volunteer', 'administrator')").await;
    let of = |states: &dyn Fn(usize) -> &'static str| {
        let line = |(n, email): (usize, &String)| {
            format!("L{n},Helper,Number{n},,,{},1/2/2020,31/12/2099,{},Quillbrook", email.to_uppercase(), states(n))
        };
        let all: Vec<String> = helpers.iter().map(|h| &h.email).chain([&ann.email]).enumerate().map(line).collect();
        file(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let live = "select count(*) from access_grant where needs_membership and ended_at is null";
    let path = give(&oswin, "wrong.csv", of(&|_| "lapsed")).await.expect(303).location();
    assert!(oswin.get(&path).await.expect(200).text("main").contains("wrong column is likelier"));
    let told_so = apply(&oswin, &path, &[]).await.expect(422);
    assert!(told_so.text("#allow_many-error").contains("so many are meant"));
    assert_eq!((count(&app, live).await, count(&app, MEMBERS).await), (21, 0), "a wrong file changes nothing");
    oswin.post(&format!("{path}/throw-away"), &[]).await.expect(303);
    assert_eq!(count(&app, STAGED).await, 0);

    // One helper, and the only administrator, who stays.
    let phone = app.sign_in(&helpers[3]).await;
    let right = of(&|n| {
        if n == 3 {
            "resigned"
        } else if n == 20 {
            "lapsed"
        } else {
            "current"
        }
    });
    let path = give(&oswin, "right.csv", right).await.expect(303).location();
    let page = oswin.get(&path).await.expect(200);
    assert!(page.text("main").contains("Stays: nobody else could give access"), "{}", page.text("main"));
    apply(&oswin, &path, &[]).await.expect(303);
    assert_eq!(count(&app, live).await, 20);
    assert!(phone.get("/canvass").await.expect(303).location().starts_with("/sign-in"));
    assert_eq!(told(&app, "membership-ended").await, [imogen.id]);
}

#[tokio::test]
async fn a_member_is_kept_by_hand_with_reasons_consents_and_notes_of_one_purpose() {
    let (app, oswin) = place("Quillbrook").await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    change(&app, "update access_grant set needs_membership = true where role = 'volunteer'").await;
    let area = oswin.get("/members/new").await.expect(200).attribute("#area option[selected]", "value");
    let new = [
        ("number", "L1"),
        ("forename", "Edith"),
        ("surname", "Harcourt1"),
        ("area", area.as_str()),
        ("address", "1 Larkspur Row"),
        ("email", bo.email.as_str()),
        ("mobile", "07700 900123"),
    ];
    let kept = oswin.post("/members/new", &new).await.expect(303).location();
    let again = oswin.post("/members/new", &new).await.expect(422);
    assert!(again.text("#number-error").contains("Another member"));
    let one = kept.split('?').next().unwrap().to_owned();
    let page = oswin.get(&kept).await.expect(200);
    assert!(page.text("main").contains("07700 900123") && page.text("main").contains("Found by name and address"));

    oswin.post(&format!("{one}/state"), &[("state", "expelled"), ("reason", "")]).await.expect(422);
    let said = oswin.post(&format!("{one}/state"), &[("state", "lapsed"), ("reason", "Cheque came back")]).await;
    let page = oswin.get(&said.expect(303).location()).await.expect(200);
    assert!(
        page.text("main").contains("Cheque came back") && page.text("main").contains("1 access"),
        "{}",
        page.text("main")
    );
    assert_eq!(count(&app, "select count(*) from access_grant where role = 'volunteer' and ended_at is null").await, 0);
    oswin.post(&format!("{one}/payment"), &[("paid_until", "31/12/2049")]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from member where state = 'current'").await, 1, "who pays is back");

    let consent =
        |given| [("channel", "email"), ("given", given), ("wording", "May we write?"), ("source", "By telephone")];
    oswin.post(&format!("{one}/consents"), &consent("yes")).await.expect(303);
    oswin.post(&format!("{one}/notes"), &[("note", "Counts the votes")]).await.expect(303);

    let imogen = app.actor(Role::Organiser, "Quillbrook").await;
    let list = imogen.get("/members").await.expect(200).text("main");
    assert!(list.contains("Edith Harcourt1") && list.contains("Email") && !list.contains("L1"), "{list}");
    let page = imogen.get(&one).await.expect(200);
    for hidden in ["07700", bo.email.as_str(), "Larkspur", "Counts the votes", "Cheque", "2049", "L1<"] {
        assert!(!page.body.contains(hidden), "an organiser reads {hidden}");
    }
    assert!(page.count("a[href^='/electors/']") == 1);
    imogen.post(&format!("{one}/notes"), &[("note", "Has a ladder")]).await.expect(303);
    imogen.post(&format!("{one}/consents"), &consent("no")).await.expect(303);
    assert!(!imogen.get("/members").await.expect(200).text("tbody").contains("Email"), "the newest holds");
    let page = oswin.get(&one).await.expect(200).text("main");
    assert!(!page.contains("Has a ladder") && page.contains("Counts the votes") && page.contains("2 records"));
    imogen.get(&format!("{one}/edit")).await.expect(403);

    // Each look is on record, by the member's pseudonym.
    let looks = "select count(*) from access_log l join person_subject s on s.pseudonym = any (l.subjects) join member m using (person_id)
       where m.number = 'L1' and l.permission = 'read-members'";
    assert_eq!(count(&app, looks).await, 6, "four pages of the member, and the list twice");
    let found = oswin.post("/members", &[("q", "harcourt1")]).await.expect(200);
    assert!(
        found.text("tbody").contains("Edith")
            && oswin.post("/members", &[("q", "L1")]).await.text("tbody").contains("Edith")
    );
    assert_eq!(
        count(&app, "select count(*) from access_log where what = 'search' and permission = 'read-members'").await,
        2
    );
    let elsewhere = app.actor(Role::Organiser, "Saltern").await;
    elsewhere.get(&one).await.expect(404);
}
