//! Electors are found by what people type: a name, a number, an address, a postcode, or two of them together.

use crate::support::app::TestApp;
use crate::support::electors::{add_elector, find, ids, last_look, names, quillbrook, search};
use crate::support::imports::import;
use hustings::access::Role;
use serde_json::json;

#[tokio::test]
async fn a_person_is_found_by_name_number_address_and_postcode() {
    let (app, organiser, partition) = quillbrook().await;
    add_elector(&app, partition, "Siân Mary", "O’Brien-Łuczak", "QB1-212/1", Some(3)).await;
    add_elector(&app, partition, "Gwŷn", "Overseas", "QB1-300", None).await;
    for q in [
        "o'brien luczak",
        "OBRIEN",
        "sian obrien",
        "O’Brien Sian",
        "sian mary",
        "obrien si",
        "SIÂN O",
        "QB1-212/1",
        "qb1-212/01",
        "  O'Brien-Luczak,  Sian ",
    ] {
        let answer = search(&organiser, q).await.expect(200);
        assert_eq!(names(&answer), ["Siân Mary O’Brien-Łuczak"], "{q}");
    }
    for (q, total) in [
        ("3 larkspur row", 3),
        ("3 Larkspur Row, ZZ1 4QX", 3),
        ("larkspur", 13),
        ("zz1 4qx", 13),
        ("ZZ1", 13),
        ("edith", 6),
        ("harcourt3", 2),
        ("QB1-6", 1),
        ("gwyn", 1),
        ("larkspur row zz2 4qx", 0),
        ("nobody", 0),
    ] {
        let answer = search(&organiser, q).await.expect(200).json();
        assert_eq!(answer["total"], total, "{q}: {answer}");
    }
    let first = search(&organiser, "QB1-6").await.json()["electors"][0].clone();
    assert_eq!(first["number"], "QB1-6");
    assert_eq!(first["address"], "3 Larkspur Row");
    assert_eq!(first["postcode"], "ZZ1 4QX");
}

const HEADER: &str = "Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,\
    Elector Surname,Elector Forename,PostCode,Address1,Address2\n";

#[tokio::test]
async fn a_person_of_the_register_is_found_by_each_word_of_the_surname() {
    let app = TestApp::new().await;
    let organiser = app.actor(Role::Organiser, "all").await;
    let first = "QB1,1,0,,,Prys-Jones,Gwenllian,WX1 4QP,1 Larkspur Row,Quillbrook\nQB1,2,0,,,van der Berg,Anna,WX1 4QP,\
        2 Larkspur Row,Quillbrook\nQB1,3,0,,,Garcia Lopez Perez,Maria,WX2 4QP,3 Larkspur Row,Quillbrook\n\
        QB1,4,0,,,Jones,Edith,WX1 4QP,4 Larkspur Row,Quillbrook\n\
        QB1,5,0,,,Prys,Hughes Mair,WX1 4QP,5 Larkspur Row,Quillbrook\n";
    import(&app, &organiser, "first.csv", format!("{HEADER}{first}").into_bytes(), "2025-12-01").await;
    for (q, found) in [
        ("Jones", &["Edith Jones", "Gwenllian Prys-Jones"][..]),
        ("jones gwen", &["Gwenllian Prys-Jones"]),
        ("gwenllian jones", &["Gwenllian Prys-Jones"]),
        ("Jones wx1 4qp", &["Edith Jones", "Gwenllian Prys-Jones"]),
        ("Jones wx2", &[]),
        ("jones 1 larkspur row", &["Gwenllian Prys-Jones"]),
        ("Berg", &["Anna van der Berg"]),
        ("der Berg", &["Anna van der Berg"]),
        ("lopez", &["Maria Garcia Lopez Perez"]),
        ("perez maria", &["Maria Garcia Lopez Perez"]),
    ] {
        let mut all = names(&search(&organiser, q).await.expect(200));
        all.sort_unstable();
        assert_eq!(all, found, "{q}");
    }
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let page = officer.post("/protection/electors", &[("q", "berg")]).await.expect(200);
    assert!(page.text("tbody").contains("Anna van der Berg"));

    // The next register draws the line between surname and forenames where it belongs.
    assert_eq!(names(&search(&organiser, "mair hughes").await), Vec::<String>::new());
    let second = first.replace("Prys,Hughes Mair", "Prys-Hughes,Mair");
    import(&app, &organiser, "second.csv", format!("{HEADER}{second}").into_bytes(), "2026-01-01").await;
    assert_eq!(names(&search(&organiser, "mair hughes").await), ["Mair Prys-Hughes"]);
}

#[tokio::test]
async fn a_limit_cuts_the_answer_and_not_the_count() {
    let (app, organiser, _) = quillbrook().await;
    let answer =
        organiser.post_json("/api/v1/electors/search", &json!({"q": "edith", "limit": 2})).await.expect(200).json();
    assert_eq!((answer["total"].as_i64(), ids(&answer).len()), (Some(6), 2));
    assert_eq!(last_look(&app, organiser.account.id).await.1, ids(&answer));
    organiser.post_json("/api/v1/electors/search", &json!({"q": "edith", "limit": 0})).await.expect(422);
}

#[tokio::test]
async fn a_search_for_nothing_says_what_to_type() {
    let (_app, organiser, _) = quillbrook().await;
    for (q, told) in
        [("", "Type a name"), ("e", "at least two"), ("%_%", "at least two"), (&*"x".repeat(201), "longer than any")]
    {
        let page = organiser.post("/electors", &[("q", q)]).await.expect(422);
        assert!(page.text(".errors").contains(told), "{}", page.text(".errors"));
        assert!(page.text("title").starts_with("Error:"));
        let problem = search(&organiser, q).await.expect(422).json();
        assert_eq!(problem["field"], "q");
    }
    let page = find(&organiser, &[("q", "zebedee")]).await;
    assert!(page.text(".empty").contains("Nobody in Quillbrook matches"));
}

#[tokio::test]
async fn hostile_words_find_nobody_and_break_nothing() {
    let (_app, organiser, _) = quillbrook().await;
    for q in [
        "'; drop table elector; --",
        "har%",
        "har_ourt1",
        "\\\\harcourt",
        "harcourt\0",
        "((((((",
        "$1 $2",
        "<script>alert(1)</script>",
        "\u{202e}tpircs",
        "=HYPERLINK(1)",
        "ha\u{10ffff}",
        "１４",
        "نور",
        "a a a a a a a a a a a a",
    ] {
        let answer = search(&organiser, q).await;
        assert!(answer.status == 422 || answer.json()["total"].as_i64().unwrap() <= 12, "{q}: {}", answer.body);
        let kept = organiser.post("/electors", &[("q", q)]).await;
        match answer.status {
            200 => drop(organiser.get(&kept.expect(303).location()).await.expect(200)),
            status => drop(kept.expect(status)),
        }
    }
    organiser.post_json("/api/v1/electors/search", &json!({"q": "ed", "sql": "x"})).await.expect(422);
    organiser.post_json("/api/v1/electors/search", &json!({"q": 7})).await.expect(422);
    organiser.get("/electors/1%27%20or%20true").await.expect(404);
    organiser.get("/electors/99999999999999999999.1").await.expect(404);
}

#[tokio::test]
async fn nobody_but_an_organiser_searches() {
    let (app, _, _) = quillbrook().await;
    for role in [Role::Volunteer, Role::MembershipSecretary, Role::DataProtectionOfficer, Role::Administrator] {
        let actor = app.actor(role, "all").await;
        actor.get("/electors").await.expect(403);
        actor.post("/electors", &[("q", "edith")]).await.expect(403);
        search(&actor, "edith").await.expect(403);
    }
    search(&app.nobody(), "edith").await.expect(401);
}

#[tokio::test]
async fn a_person_is_found_by_what_people_type_together() {
    let (app, organiser, partition) = quillbrook().await;
    add_elector(&app, partition, "Siân Mary", "O’Brien-Łuczak", "QB1-212/1", Some(3)).await;
    add_elector(&app, partition, "Siân", "O’Brien", "QB1-213", Some(5)).await;
    for q in [
        "qb1 212/1",
        "QB1 212 1",
        "qb1212/1",
        "qb1-212.1",
        "Luczak Larkspur Row 3",
        "o'brien luczak 3 larkspur row",
        "3 Larkspur Row, O’Brien",
        "Larkspur Row 3 sian o'brien",
        "O’Brien, 3 Larkspur Row, ZZ1 4QX",
        "o brien luczak qb1",
        "o'brien-luczak zz14qx",
    ] {
        assert_eq!(names(&search(&organiser, q).await.expect(200)), ["Siân Mary O’Brien-Łuczak"], "{q}");
    }
    for (q, total) in [
        ("qb1 213", 1),
        ("QB1213", 1),
        ("qb1 - 213", 1),
        ("Larkspur Row 3", 3),
        ("larkspur row 3, zz1 4qx", 3),
        ("larkspur row qb1", 14),
        ("larkspur row zz1", 14),
        ("edith qb1", 6),
        ("qb1 edith", 6),
        ("edith sg1", 0),
        ("edith zz1", 6),
        ("edith zz1 4", 6),
        ("ZZ1 4QX edith", 6),
        ("edith zz2", 0),
        ("Edith Larkspur Row", 6),
        ("Larkspur Row Edith", 6),
        ("Edith 3 Larkspur Row", 1),
        ("Edith Larkspur Row 3", 1),
        ("Edith 3 Old Tannery Walk", 0),
        ("o brien", 2),
        ("edith larkspur", 0),
        ("zz14qx", 14),
        ("zz1", 14),
        ("zz14", 14),
    ] {
        let answer = search(&organiser, q).await.expect(200).json();
        assert_eq!(answer["total"], total, "{q}: {answer}");
    }
}

#[tokio::test]
async fn a_plain_meaning_is_never_mixed_with_words_taken_apart() {
    let (app, organiser, partition) = quillbrook().await;
    add_elector(&app, partition, "Edith", "Larkspur Row", "QB1-400", Some(5)).await;
    let answer = search(&organiser, "edith larkspur row").await.expect(200);
    assert_eq!(names(&answer), ["Edith Larkspur Row"], "somebody of that name, not the Ediths of that street");
}
