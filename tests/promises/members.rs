//! The party's file brings members in: looked over first, all of it or nothing, refused lines named; and a page for each.

use crate::support::access::{area, told};
use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::events::{id, make};
use crate::support::form::Form;
use crate::support::members::{HEADINGS, apply, file, give, import, person};
use crate::support::register::operation;
use crate::support::walk::{change, count};
use chrono::TimeDelta;
use hustings::access::Role;
use hustings::commands::members::{Import, import as by_operator};
use hustings::members::today;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sqlx::{query, query_scalar};

async fn place(area: &str) -> (TestApp, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let oswin = app.actor(Role::MembershipSecretary, area).await;
    (app, oswin)
}

/// Says that a branch's name means Quillbrook.
async fn say_where(app: &TestApp, secretary: &Actor, path: &str, branch: &str) {
    let here = area(app, "Quillbrook").await.to_string();
    secretary.post(&format!("{path}/choices"), &[("branch", branch), ("area", &here)]).await.expect(303);
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

    say_where(&app, &oswin, &path, "Hill End").await;
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
    apply(&oswin, &path, &[("lapse", "1")]).await.expect(303);
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
    apply(&oswin, &path, &[("lapse", "1")]).await.expect(303);
    let states =
        "select count(*) from member where (number, state) in (('L1', 'current'), ('L2', 'current'), ('L3', 'lapsed'))";
    assert_eq!((count(&app, states).await, count(&app, lapsed).await), (3, 1));
}

#[tokio::test]
async fn many_members_lapse_only_when_their_number_is_ticked() {
    let (app, oswin) = place("all").await;
    let line = |n: u32, state: &str| {
        format!("L{n},Edith,Harcourt{n},{n} Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,{state},Quillbrook")
    };
    let of = |lines: &[String]| file(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let all: Vec<String> = (1..=30).map(|n| line(n, "current")).collect();
    import(&oswin, of(&all)).await;
    let lapsed = "select count(*) from member where state = 'lapsed'";

    let path = give(&oswin, "cut-off.csv", of(&all[..5])).await.expect(303).location();
    assert_eq!(oswin.get(&path).await.expect(200).count("#lapse"), 0, "nothing happens to who is missing");
    oswin.post(&format!("{path}/choices"), &[("complete", "true")]).await.expect(303);
    let page = oswin.get(&path).await.expect(200);
    let asked = page.text("#go ~ .in");
    assert!(asked.contains("Yes, 25 members who are not in the file are to be marked lapsed"), "{asked}");
    let expected = page.attribute("input[name=expected]", "value");
    let unticked = apply(&oswin, &path, &[]).await.expect(422);
    assert!(unticked.text("#lapse-error").contains("tick the box if so many are meant"), "{}", unticked.text("main"));
    let other = apply(&oswin, &path, &[("lapse", "24")]).await.expect(422);
    assert!(other.text("#lapse-error").contains("the number has changed"), "{}", other.text("main"));
    assert_eq!(other.count("#lapse[checked]"), 0, "another number is ticked anew");
    // Somebody resigned meanwhile: what was ticked is not what would be done.
    change(&app, "update member set state = 'resigned' where number = 'L30'").await;
    let late = [("expected", expected.as_str()), ("lapse", "25")];
    let late = oswin.post(&format!("{path}/apply"), &late).await.expect(409);
    assert!(late.text("main").contains("Members changed since you looked this over"), "{}", late.text("main"));
    assert_eq!((count(&app, lapsed).await, count(&app, STAGED).await), (0, 5), "nothing is done");
    let complete = Import { area: "all".into(), complete: true, ..Import::default() };
    let saved = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(saved.path(), of(&all[..5])).unwrap();
    let told = by_operator(&operation(&app.database), &Import { file: saved.path().into(), ..complete }).await;
    assert!(told.unwrap_err().to_string().contains("--allow-many"), "nor by the command line");
    apply(&oswin, &path, &[("lapse", "24")]).await.expect(303);
    assert_eq!(count(&app, lapsed).await, 24);

    // One in five is many too, also where the file itself says it of them; of what is usual nobody is asked.
    let said = [line(1, "lapsed"), line(2, "current"), line(3, "current"), line(4, "current"), line(5, "current")];
    let path = give(&oswin, "says-so.csv", of(&said)).await.expect(303).location();
    let asked = oswin.get(&path).await.expect(200).text("#go ~ .in");
    assert!(asked.contains("Yes, 1 member is to be marked lapsed, as the file says"), "{asked}");
    apply(&oswin, &path, &[]).await.expect(422);
    oswin.post(&format!("{path}/throw-away"), &[]).await.expect(303);
    change(&app, "update member set state = 'current'").await;
    let said: Vec<String> = (1..=30).map(|n| line(n, if n > 27 { "lapsed" } else { "current" })).collect();
    let path = give(&oswin, "usual.csv", of(&said)).await.expect(303).location();
    apply(&oswin, &path, &[]).await.expect(303);
    assert_eq!(count(&app, lapsed).await, 3);
}

#[tokio::test]
async fn a_refused_line_is_found_by_its_members_number_and_the_receipt_keeps_none() {
    let (_app, oswin) = place("Quillbrook").await;
    let long = "9".repeat(60);
    let lines = [
        "L1,Edith,Harcourt1,1 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook".to_owned(),
        "<b>L2</b>,Una,Vale,,,,1/2/2020,soon,current,Quillbrook".into(),
        format!("{long},Bo,Vale,,,,1/2/2020,31/12/2099,current,Quillbrook"),
        ",Cy,Vale,,,,1/2/2020,31/12/2099,current,Quillbrook".into(),
    ];
    let bytes = file(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let path = give(&oswin, "november.csv", bytes).await.expect(303).location();
    let page = oswin.get(&path).await.expect(200);
    let table = "[aria-labelledby=refused]";
    let said = page.text(table);
    for row in ["Line 3<b>L2</b>The date paid until", "Line 4999", "Line 5none to be told"] {
        assert!(said.contains(row), "{row}: {said}");
    }
    assert_eq!(page.count("[aria-labelledby=refused] td b"), 0, "it is text");
    assert!(said.contains(&format!("{}…", &long[..40])) && !said.contains(&long[..41]), "{said}");
    apply(&oswin, &path, &[]).await.expect(303);
    let receipt = oswin.get(&path).await.expect(200).text(table);
    assert!(receipt.contains("Line 3The date paid until") && !receipt.contains("L2"), "{receipt}");
}

#[tokio::test]
async fn each_column_of_an_unknown_file_is_shown_with_what_stands_in_it() {
    let (_app, oswin) = place("Quillbrook").await;
    let long = "Herring".repeat(8);
    let odd = format!("Ref,Who,Bis,\nL1,Una Vale,,\nL2,<i>Bo</i>,31/12/2099,\nL3,{long},31/12/2099,\n");
    let path = give(&oswin, "odd.csv", odd.into_bytes()).await.expect(303).location();
    let shown = |page: &Answer| {
        let table = page.text("[aria-labelledby=columns]");
        let rows = ["RefL1 · L2", "WhoUna Vale · <i>Bo</i>", "Bis31/12/2099", "Column 4, without a headingnothing in"];
        for row in rows {
            assert!(table.contains(row), "{row}: {table}");
        }
        assert!(!page.body.contains("Herring") && page.count("[aria-labelledby=columns] i") == 0, "two, as text");
        assert!(page.text("#name").contains("Who: Una Vale, <i>Bo</i>"), "{}", page.text("#name"));
    };
    shown(&oswin.get(&path).await.expect(200));
    shown(&oswin.post(&format!("{path}/columns"), &[("number", "0")]).await.expect(422));
    let columns = [("number", "1"), ("name", "2"), ("paid-until", "3")];
    oswin.post(&format!("{path}/columns"), &columns).await.expect(303);
    let page = oswin.get(&format!("{path}?columns=1")).await.expect(200);
    assert_eq!(page.attribute("#paid-until option[selected]", "value"), "3");
    shown(&page);
}

#[tokio::test]
async fn nobody_guesses_which_area_an_unknown_branch_is() {
    let (app, oswin) = place("all").await;
    let line = |n: u32, branch: &str| {
        format!("L{n},Edith,Harcourt{n},{n} Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,{branch}")
    };
    let lines = [line(1, "Hill End"), line(2, "QUILLBROOK "), line(3, "Abbey Branch")];
    let bytes = file(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let path = give(&oswin, "november.csv", bytes).await.expect(303).location();
    let page = oswin.get(&path).await.expect(200);
    assert_eq!(page.count("select[name=area][required]"), 2, "one that is spelt otherwise is known");
    assert_eq!(page.count("select[name=area] option[selected]"), 0, "{}", page.text("#choices ~ form"));
    // Neither the import nor what is said before it goes on without.
    let refused = apply(&oswin, &path, &[]).await.expect(422);
    assert!(refused.text("#area-1-error").contains("Choose which area") && refused.count(".errors li") == 2);
    let (here, choices) = (area(&app, "Quillbrook").await.to_string(), format!("{path}/choices"));
    let form = Form::of(&page, "form[action$='/choices']").without("area").tick("area", "").tick("area", &here);
    let half = oswin.post(&choices, &form.fields()).await.expect(422);
    assert_eq!((half.count("#area-1-error"), half.count("#area-2-error")), (1, 0), "{}", half.text("main"));
    assert_eq!(half.attribute("#area-2 option[selected]", "value"), here, "what was chosen stays");
    assert_eq!((count(&app, MEMBERS).await, count(&app, "select count(*) from member_branch").await), (0, 0));
    for branch in ["Hill End", "Abbey Branch"] {
        say_where(&app, &oswin, &path, branch).await;
    }
    assert_eq!(oswin.get(&path).await.expect(200).count("select[name=area]"), 0);
    apply(&oswin, &path, &[]).await.expect(303);
    let there = "select count(*) from member m join area a using (area_id) where a.name = 'Quillbrook'";
    assert_eq!((count(&app, there).await, count(&app, MEMBERS).await), (3, 3));
}

#[tokio::test]
async fn members_of_a_branch_that_is_left_out_are_named_and_nothing_happens_to_them() {
    let (app, oswin) = place("all").await;
    let line = |n: u32, state: &str, branch: &str| {
        format!("L{n},Edith,Harcourt{n},{n} Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,{state},{branch}")
    };
    let of = |lines: &[String]| file(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    import(&oswin, of(&[line(1, "current", "Quillbrook"), line(2, "current", "Quillbrook")])).await;
    // One of ours moved to Leeds and lapsed there; the other two are strangers.
    let next = [line(1, "current", "Quillbrook")];
    let leeds = [line(2, "lapsed", "Leeds"), line(3, "current", "Leeds"), line(4, "current", "Leeds")];
    let next = of(&[&next[..], &leeds[..]].concat());
    let path = give(&oswin, "nation.csv", next.clone()).await.expect(303).location();
    let page = oswin.get(&path).await.expect(200);
    assert_eq!(page.text("#area-1 option[value=out]"), "Leave these members out (3)");
    let (choices, said) = (format!("{path}/choices"), "3 members of Leeds are left out, as you chose");
    oswin.post(&choices, &[("branch", "Leeds"), ("area", "out"), ("complete", "true")]).await.expect(303);
    let page = oswin.get(&path).await.expect(200);
    assert!(page.text("main").contains(said) && page.count("#lapsed") == 0, "{}", page.text("main"));
    assert_eq!(page.attribute("#area-1 option[selected]", "value"), "out", "it can be said otherwise");
    apply(&oswin, &path, &[]).await.expect(303);
    assert!(oswin.get(&path).await.expect(200).text("main").contains(said), "the receipt says so too");
    let ours =
        "select count(*) from member m join area a using (area_id) where m.state = 'current' and a.name = 'Quillbrook'";
    assert_eq!((count(&app, MEMBERS).await, count(&app, ours).await), (2, 2), "nobody joins, lapses or moves");
    // It is remembered, also by the command line, until somebody says otherwise.
    let saved = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(saved.path(), &next).unwrap();
    let choice = Import { file: saved.path().into(), area: "all".into(), dry_run: true, ..Import::default() };
    let would = by_operator(&operation(&app.database), &choice).await.unwrap();
    assert_eq!((would.counts.added, would.unknown_branches.len()), (0, 0));
    let path = give(&oswin, "again.csv", next).await.expect(303).location();
    assert!(oswin.get(&path).await.expect(200).text("main").contains(said));
    say_where(&app, &oswin, &path, "Leeds").await;
    let page = oswin.get(&path).await.expect(200).text("main");
    assert!(!page.contains("left out, as you chose") && page.replace(' ', "").contains("Added2"), "{page}");
}

#[tokio::test]
async fn a_page_that_refused_a_file_leads_back_to_it_when_it_is_loaded_again() {
    let (app, oswin) = place("Quillbrook").await;
    let bytes = file(&["L1,Edith,Harcourt1,1 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Hill End"]);
    let path = give(&oswin, "november.csv", bytes).await.expect(303).location();
    apply(&oswin, &path, &[]).await.expect(422);
    let elsewhere = app.actor(Role::MembershipSecretary, "Saltern").await;
    for form in ["apply", "choices", "columns"] {
        let again = format!("{path}/{form}");
        assert_eq!(oswin.get(&again).await.expect(303).location(), path, "{form}");
        elsewhere.get(&again).await.expect(404);
    }
}

#[tokio::test]
async fn the_list_of_who_lapses_and_the_reminder_to_them_mean_the_same_people() {
    let (_app, oswin) = place("Quillbrook").await;
    let line = |(n, name, days): (u32, &str, i64)| {
        let until = (today() + TimeDelta::days(days)).format("%d/%m/%Y");
        format!("L{n},Ida,{name},{n} Larkspur Row,ZZ1 4QX,l{n}@lantern.example,1/2/2020,{until},current,Quillbrook")
    };
    let lines = [(1, "Hazel", -1), (2, "Larch", 0), (3, "Rowan", 60), (4, "Alder", 61)].map(line);
    import(&oswin, file(&lines.iter().map(String::as_str).collect::<Vec<_>>())).await;
    let list = oswin.get("/members?tab=lapsing").await.expect(200).text("tbody");
    let draft = oswin.post("/messages/prepared", &[("form", "renewal")]).await.expect(303).location();
    let people = format!("{}/people?which=", draft.strip_suffix("/edit").unwrap());
    let message = oswin.get(&people).await.expect(200).text("tbody");
    for (name, lapses) in [("Hazel", false), ("Larch", true), ("Rowan", true), ("Alder", false)] {
        assert_eq!(list.contains(name), lapses, "{name} in the list, from today to the sixtieth day: {list}");
        assert_eq!(message.contains(name), lapses, "{name} for the reminder: {message}");
    }
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
    assert!(page.text("h1").contains("Which column"), "{}", page.text("main"));
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
