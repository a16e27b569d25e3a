use super::*;
use proptest::prelude::*;

fn plain(text: &str) -> Piece {
    Piece { what: What::Text(text.into()), bold: false, italic: false }
}

#[test]
fn a_letter_is_read_into_blocks() {
    let typed = "# The library\n\n{{salutation}},\nwe write from {{area}}.\n- **one**\n- _two_ of snake_case\n[picture 2]\n\
                 [if intention for, leaning]\nThank you.\n[end]\n[if area Saltern; QB1]\nHere.\n[end]";
    let blocks = read(typed).unwrap();
    assert_eq!(blocks[0], Block::Heading(vec![plain("The library")]));
    let Block::Paragraph(lines) = &blocks[1] else { panic!("{blocks:?}") };
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0][0].what, What::Field(Field::Salutation, String::new()));
    let Block::List(items) = &blocks[2] else { panic!("{blocks:?}") };
    assert!(items[0][0].bold && items[1][0].italic);
    assert_eq!(items[1][1], plain(" of snake_case"));
    assert_eq!(blocks[3], Block::Picture(2, 7));
    let Block::If(Condition::Intention(groups), inside) = &blocks[4] else { panic!("{blocks:?}") };
    assert_eq!((groups.as_slice(), inside.len()), (["for", "leaning"].as_slice(), 1));
    assert!(matches!(&blocks[5], Block::If(Condition::Area(names, 11), _) if names.as_slice() == ["Saltern", "QB1"]));
    assert!(asks_intention(&blocks) && !names_polling_place(&blocks));
}

#[test]
fn what_cannot_stand_is_named_with_its_line() {
    for (typed, line, says) in [
        ("Dear {{firstname|x}}", 1, "{{firstname}}"),
        ("\nDear {{first-name}}", 2, "not known of everybody"),
        ("\n\n[if intention sure]\nx\n[end]", 3, "intention group"),
        ("[if weather fine]\nx\n[end]", 1, "weather"),
        ("a\n[end]", 2, "without a passage"),
        ("a\n[if area Saltern]\nb", 2, "no [end]"),
        ("[if area A]\n[if area B]\nx\n[end]", 2, "inside another"),
    ] {
        let wrong = read(typed).unwrap_err();
        assert_eq!(wrong.line, line, "{typed}");
        assert!(wrong.to_string().contains(says), "{wrong}");
    }
    let areas = |code: &str, name: &str| Area {
        id: 1,
        kind: "ward".into(),
        name: name.into(),
        code: code.into(),
        known_as: String::new(),
    };
    let known = [areas("SA", "Saltern"), areas("M1", "Mill"), areas("M2", "Mill")];
    let check = |typed: &str| check(&read(typed).unwrap(), &[1], &known).map_err(|w| w.to_string());
    assert!(check("[picture 1]\n[if area saltern; m2]\nx\n[end]").is_ok());
    assert!(check("x\n[picture 3]").unwrap_err().starts_with("Line 2: there is no picture 3"));
    assert!(check("[if area Mill]\nx\n[end]").unwrap_err().contains("several"));
    assert!(check("[if area Quay]\nx\n[end]").unwrap_err().contains("Quay"));
}

#[test]
fn everything_that_cannot_stand_is_said_at_once_and_nothing_that_only_follows_from_it() {
    let lines = |typed: &str| every_wrong(typed, &[1], &[]).iter().map(|w| w.line).collect::<Vec<_>>();
    assert_eq!(lines("{{one}} and {{two}}\n[picture 4]\n{{first-name}}\n[picture 1]"), [1, 1, 2, 3]);
    assert_eq!(lines("[if intention sure]\n{{x}}\n[end]\ny"), [1, 2]);
    assert_eq!(lines("[if intention for]\n[if intention for]\nx\n[end]\n[end]"), [2]);
    assert_eq!(lines("x\n[if area Quay; Mill]\n[picture 9]"), [2, 2, 2, 3]);
    assert_eq!(lines("{{salutation}},\n\nHello."), [0usize; 0]);
}

#[test]
fn what_is_no_form_of_ours_is_text() {
    for text in [
        "#import \"x\"",
        "#set page()",
        "$x$ {y} {{ [x] 2 * 3 ** 4 _ _",
        "a_b_c",
        "[link](https://x)",
        "\\ @ref <label>",
    ] {
        assert_eq!(read(text).unwrap(), [Block::Paragraph(vec![vec![plain(text)]])], "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_typed_breaks_the_reader(typed in r#"[a-z{}|*_#\[\] \n:;,é-]{0,160}"#) {
        if let Ok(blocks) = read(&typed) {
            prop_assert!(flat(&blocks).iter().all(|b| !matches!(b, Block::If(..))));
        }
    }
}
