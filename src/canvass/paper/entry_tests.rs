//! Typed lines, each with what it means.

use super::*;

fn words() -> Words {
    let code =
        |code: &str| Intention { code: code.into(), label: code.into(), slot: 1, group: "for".into(), retired: false };
    let issue = |code: &str| Issue { code: code.into(), label: code.into() };
    Words {
        intentions: ["F", "P", "U", "D", "X"].map(code).into(),
        issues: ["BUS", "HARBOUR", "RENT"].map(issue).into(),
    }
}

fn said(line: &str) -> (Which, bool, bool, Said) {
    match words().read(line) {
        Ok(Line::Answer(a)) => (a.which, a.home, a.change, a.said),
        other => panic!("{line}: {other:?}"),
    }
}

fn wrong(line: &str) -> String {
    words().read(line).expect_err(line)
}

#[test]
fn a_line_says_who_and_what() {
    for (line, item, outcome, intention, issues, asks) in [
        ("14 F", 14, Outcome::Spoke, Some("F"), vec![], vec![]),
        ("14 f", 14, Outcome::Spoke, Some("F"), vec![], vec![]),
        ("  3   u  ", 3, Outcome::Spoke, Some("U"), vec![], vec![]),
        ("14 F pv poster", 14, Outcome::Spoke, Some("F"), vec![], vec![Ask::PostalVote, Ask::Poster]),
        ("14 poster PV f", 14, Outcome::Spoke, Some("F"), vec![], vec![Ask::PostalVote, Ask::Poster]),
        ("9 n", 9, Outcome::NotHome, None, vec![], vec![]),
        ("9 N", 9, Outcome::NotHome, None, vec![], vec![]),
        ("9 not-home", 9, Outcome::NotHome, None, vec![], vec![]),
        ("9 d", 9, Outcome::Deceased, None, vec![], vec![]),
        ("9 D", 9, Outcome::Spoke, Some("D"), vec![], vec![]),
        ("9 r X", 9, Outcome::Refused, Some("X"), vec![], vec![]),
        ("2 3 1 1", 2, Outcome::Spoke, None, vec!["BUS", "RENT"], vec![]),
        ("2 U harbour help call", 2, Outcome::Spoke, Some("U"), vec!["HARBOUR"], vec![Ask::WillHelp, Ask::CallBack]),
        (
            "2 c lift id reg px",
            2,
            Outcome::ComeBack,
            None,
            vec![],
            vec![Ask::ProxyVote, Ask::Register, Ask::PhotoId, Ask::Lift],
        ),
    ] {
        let (which, home, change, got) = said(line);
        assert_eq!((which, home, change), (Which::Item(item), false, false), "{line}");
        let got_issues: Vec<&str> = got.issues.iter().map(String::as_str).collect();
        let mut asks = asks;
        asks.sort_unstable();
        assert_eq!(
            (got.outcome, got.intention.as_deref(), got_issues, got.asks),
            (outcome, intention, issues, asks),
            "{line}"
        );
    }
}

#[test]
fn a_home_a_change_and_a_note_are_said_in_the_same_line() {
    for line in ["h14 n", "h 14 n", "H14 n", "14 h n", "14 n h"] {
        let (which, home, _, got) = said(line);
        assert_eq!((which, home, got.outcome), (Which::Item(14), true, Outcome::NotHome), "{line}");
    }
    for line in ["14! U", "14 ! U", "14 U !"] {
        let (which, _, change, got) = said(line);
        assert_eq!((which, change, got.intention.as_deref()), (Which::Item(14), true, Some("U")), "{line}");
    }
    assert_eq!(said("14 F \"ring twice\"").3.note.as_deref(), Some("ring twice"));
    assert_eq!(said("14 F \"n r m").3.note.as_deref(), Some("n r m"), "nothing in a note is a word");
}

#[test]
fn codes_and_elector_numbers_stand_for_items() {
    let code = Code { run: 148, item: 14 };
    assert_eq!(said(&format!("{code} F")).0, Which::Code(code));
    assert_eq!(said(&format!("{} F", code.to_string().to_lowercase())).0, Which::Code(code));
    assert_eq!(words().read(&code.to_string()), Ok(Line::Whose(Which::Code(code))));
    assert_eq!(said("ab1-124/1 f").0, Which::Number("AB1-124/1".into()));
    assert_eq!(said("H14-3 f").0, Which::Number("H14-3".into()), "no home");
    assert_eq!(said("za1-3 f").0, Which::Number("ZA1-3".into()), "nothing taken back");
    assert_eq!(words().read("14"), Ok(Line::Whose(Which::Item(14))));
}

#[test]
fn z_takes_back() {
    assert_eq!(words().read("z"), Ok(Line::TakeBack(None)));
    assert_eq!(words().read(" Z "), Ok(Line::TakeBack(None)));
    assert_eq!(words().read("z14"), Ok(Line::TakeBack(Some(Which::Item(14)))));
    assert_eq!(words().read("z 14"), Ok(Line::TakeBack(Some(Which::Item(14)))));
    assert!(wrong("z 14 F").contains("z alone"));
}

#[test]
fn what_is_not_known_is_named_and_nothing_is_guessed() {
    assert!(wrong("14 F ostrich").starts_with("“ostrich” is no word"));
    assert!(wrong("14 F 4").contains("no issue number 4"));
    assert!(wrong("14 F 0").contains("no issue number 0"));
    assert!(wrong("14 F U").contains("F and U"));
    assert!(wrong("14 n r").contains("Two things"));
    assert!(wrong("h14 F").contains("whole home"));
    assert!(wrong("14 \"only a note").contains("what happened"));
    assert!(wrong("14!").contains("what happened"));
    for nothing in ["", "   ", "0 F", "-3 F", "ostrich F", "F 14", "99999999999 F", "h"] {
        wrong(nothing);
    }
    for dashless in ["41K", "4k127r F", "z41K", "14F"] {
        assert!(wrong(dashless).starts_with(NO_DASH), "{dashless}");
    }
    let mut slip = Code { run: 148, item: 14 }.to_string();
    slip.pop();
    assert!(wrong(&format!("{slip}? F")).contains("letter at the end"));
    assert!(wrong(&"n".repeat(LONGEST + 1)).contains("too long"));
    let shown = wrong("14 <script>alert(1)</script>");
    assert!(!shown.contains('<'), "{shown}");
}

#[test]
fn every_short_word_means_one_thing() {
    let mut short: Vec<&str> = OUTCOMES.iter().map(|(w, _)| *w).chain(ASKS.iter().map(|(w, _)| *w)).collect();
    short.extend(["h", "z", "!"]);
    let all = short.len();
    short.sort_unstable();
    short.dedup();
    assert_eq!(short.len(), all);
    assert_eq!(ASKS.len(), Ask::ALL.len());
}
