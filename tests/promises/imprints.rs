//! A campaign has an imprint of its own, everything for the public carries it while it holds, nothing goes on paper without its
//! printer, and nobody sees or changes a neighbour's.

use super::delivery_silence::area_id;
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::walk::{change, count};
use crate::support::wall::{become_role, hash, open_session};
use chrono::{TimeDelta, Utc};
use hustings::access::Role;
use hustings::messages::imprint::Imprint;
use sqlx::{AssertSqlSafe, query, query_scalar};
use uuid::Uuid;

const CAMPAIGNS: &str = "/messages/imprint/campaigns";

async fn place() -> (TestApp, Actor, String) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area_id(&app, "Quillbrook").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    (app, organiser, here)
}

fn day(days: i64) -> String {
    (Utc::now() + TimeDelta::days(days)).date_naive().to_string()
}

/// A campaign's form, with some answers other than the usual ones.
fn fields(area: &str, other: &[(&str, &str)]) -> Vec<(String, String)> {
    let (first, last) = (day(-2), day(90));
    let usual = [
        ("area", area),
        ("name", "Quillbrook 2027"),
        ("about", "local"),
        ("nation", "england"),
        ("promoter", "B. Agent"),
        ("promoter_address", "2 Larkspur Row, ZZ1 4QX."),
        ("whose", "candidate"),
        ("behalf", "Wilma Vale"),
        ("behalf_address", "2 Larkspur Row, ZZ1 4QX"),
        ("starts_on", first.as_str()),
        ("ends_on", last.as_str()),
    ];
    let kept = usual.iter().filter(|(name, _)| !other.iter().any(|(n, _)| n == name));
    kept.chain(other).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn send(by: &Actor, path: &str, fields: &[(String, String)]) -> crate::support::app::Answer {
    by.post(path, &fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>()).await
}

/// Puts one down; answers its page.
async fn put_down(by: &Actor, area: &str, other: &[(&str, &str)]) -> String {
    let to = send(by, CAMPAIGNS, &fields(area, other)).await.expect(303).location();
    to.split('?').next().unwrap().to_owned()
}

/// Who promotes what is printed in an area for a kind of poll, or for none.
async fn promoter(app: &TestApp, area: &str, kind: Option<&str>) -> String {
    query_scalar("select promoter from wall.imprint_for($1::bigint, $2)")
        .bind(area.parse::<i64>().unwrap())
        .bind(kind)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_campaign_is_not_for_paper_before_its_printer_is_there_and_online_from_its_first_day() {
    let (_app, organiser, here) = place().await;
    let event = crate::support::events::make(&organiser, &here, 7, &[("public", "yes")]).await;
    let campaign = put_down(&organiser, &here, &[("printer", "Presses")]).await;
    let page = organiser.get(&campaign).await.expect(200);
    assert!(
        page.text("main").contains("Nothing can be printed. Give the printer’s address with its postcode."),
        "{}",
        page.body
    );
    let online = "Promoted by B. Agent on behalf of Wilma Vale, both of 2 Larkspur Row, ZZ1 4QX.";
    assert!(page.text("main").contains(online));
    assert!(organiser.get("/messages/imprint").await.expect(200).text("main").contains("Not for paper yet"));
    let public = organiser.get(&format!("/public{event}")).await.expect(200);
    assert!(public.text("main").contains(online), "{}", public.body);

    let whole =
        fields(&here, &[("printer", "Presses"), ("printer_address", "3 Larkspur Row, ZZ1 4QX"), ("version", "1")]);
    send(&organiser, &campaign, &whole).await.expect(303);
    let page = organiser.get(&campaign).await.expect(200).text("main");
    assert!(page.contains("Printed by Presses, 3 Larkspur Row, ZZ1 4QX."), "{page}");
    assert!(!page.contains("Nothing can be printed"));
    assert!(page.contains("Representation of the People Act 1983, section 110"));
    // Who opened the page before that would write over it.
    send(&organiser, &campaign, &whole).await.expect(409);

    organiser.post(&format!("{campaign}/end"), &[]).await.expect(303);
    let public = organiser.get(&format!("/public{event}")).await.expect(200);
    assert!(public.text("main").contains("Promoted by A. Agent"), "the usual imprint holds again");
    let page = organiser.get(&campaign).await.expect(200);
    assert!(page.text("main").contains("This campaign was ended"));
    assert_eq!(page.count("section[aria-labelledby=history] li"), 3, "put down, changed, ended");
    organiser.post(&format!("{campaign}/end"), &[]).await.expect(409);
}

#[tokio::test]
async fn what_cannot_stand_is_said_and_how_it_reads_is_shown_without_being_kept() {
    let (app, organiser, here) = place().await;
    let answer = organiser.post(CAMPAIGNS, &[]).await.expect(422).text(".errors");
    for word in ["area inside your own", "name that you know it by", "campaigns for", "promoter’s name", "first day"]
    {
        assert!(answer.contains(word), "{word}: {answer}");
    }
    for (other, says) in [
        ([("about", "senedd"), ("nation", "england")], "The Senedd is elected in Wales"),
        ([("welsh", "yes"), ("nation", "scotland")], "Welsh stands beside English in Wales"),
        ([("starts_on", "2027-05-02"), ("ends_on", "2027-05-01")], "before the first"),
        ([("about", "poll-999999"), ("nation", "wales")], "Choose what it campaigns for"),
        ([("starts_on", "soon"), ("nation", "wales")], "Give the first day"),
    ] {
        let answer = send(&organiser, CAMPAIGNS, &fields(&here, &other)).await.expect(422).text(".errors");
        assert!(answer.contains(says), "{says}: {answer}");
    }
    let look = [
        ("act", "look"),
        ("nation", "wales"),
        ("welsh", "yes"),
        ("printer", "B. Agent"),
        ("printer_address", "2 Larkspur Row, ZZ1 4QX"),
    ];
    let page = send(&organiser, CAMPAIGNS, &fields(&here, &look)).await.expect(200).text("#reads + div");
    assert!(page.contains("Printed and promoted by B. Agent on behalf of Wilma Vale"), "{page}");
    assert!(page.contains("Argraffwyd a hyrwyddwyd gan B. Agent ar ran Wilma Vale, y ddau o 2 Larkspur Row"), "{page}");
    assert_eq!(count(&app, "select count(*) from message_campaign").await, 0);
}

#[tokio::test]
async fn an_address_without_street_or_postcode_is_refused_and_nothing_half_is_offered_from_around() {
    let (app, organiser, here) = place().await;
    for (field, address) in
        [("promoter_address", "1 Nowhere"), ("behalf_address", "x"), ("printer_address", "no postcode here")]
    {
        let page =
            send(&organiser, CAMPAIGNS, &fields(&here, &[("printer", "Presses"), (field, address)])).await.expect(422);
        assert!(page.text(".errors").contains("a postcode such as"), "{field}: {}", page.text(".errors"));
        assert_eq!(page.count(".errors li"), 1, "{field}");
        assert_eq!(page.attribute(&format!("#{field}"), "value"), address, "what was typed stands there");
    }
    let usual = |printer| {
        let agent = ("2 Larkspur Row, ZZ1 4QX", "3 Larkspur Row, ZZ1 4QX");
        [
            ("area", here.as_str()),
            ("promoter", "B. Agent"),
            ("promoter_address", agent.0),
            ("behalf", "Wilma Vale"),
            ("behalf_address", agent.1),
            ("printer", printer),
        ]
    };
    // That of everywhere names a printer without an address: it is said, and is not put into the form.
    change(&app, "update message_imprint set printer = 'Oldney Press'").await;
    let at = format!("/messages/imprint?area={here}");
    let page = organiser.get(&at).await.expect(200);
    assert!(page.text("main").contains("It lacks the printer, with address and postcode."), "{}", page.text("main"));
    assert_eq!(page.attribute("#printer", "value"), "");
    assert_eq!(page.attribute("#promoter_address", "value"), "1 Larkspur Row, ZZ1 4QX", "what is whole is offered");
    for printer in ["Oldney Press", "Presses, 3 Larkspur Row"] {
        let page = organiser.post("/messages/imprint", &usual(printer)).await.expect(422);
        assert!(page.text(".errors").contains("name and address"), "{printer}");
    }
    // A campaign's printer is offered with the address, which stands in a field of its own there.
    put_down(&organiser, &here, &[("printer", "Presses"), ("printer_address", "4 Foundry Lane, ZZ1 4QX")]).await;
    let page = organiser.get(&at).await.expect(200);
    assert_eq!(page.attribute("#printer", "value"), "Presses, 4 Foundry Lane, ZZ1 4QX");
    organiser.post("/messages/imprint", &usual("Presses, 3 Larkspur Row, ZZ1 4QX")).await.expect(303);
    assert_eq!(count(&app, "select count(*) from message_imprint where printer like 'Presses, 3 %'").await, 1);
}

#[tokio::test]
async fn one_of_a_kind_holds_in_an_area_and_the_smallest_areas_comes_first() {
    let (app, organiser, here) = place().await;
    let wide = app.actor(Role::Organiser, "all").await;
    let all: String = query_scalar("select area_id::text from area where kind = 'installation'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    put_down(&organiser, &here, &[]).await;
    let answer = send(&organiser, CAMPAIGNS, &fields(&here, &[("name", "Again")])).await.expect(422).text(".errors");
    assert!(answer.contains("Another campaign of this kind"), "{answer}");
    put_down(&organiser, &here, &[("starts_on", &day(91)), ("ends_on", "")]).await;
    put_down(&wide, &all, &[("about", "uk-parliament"), ("promoter", "C. Agent")]).await;
    put_down(&wide, &all, &[("about", "local"), ("promoter", "D. Agent")]).await;
    put_down(&wide, &all, &[("about", "party"), ("promoter", "E. Agent"), ("whose", "party")]).await;
    for (kind, by) in [
        (Some("local"), "B. Agent"),
        (Some("uk-parliament"), "C. Agent"),
        // No campaign of that kind: the party's own, before the usual imprint.
        (Some("referendum"), "E. Agent"),
        (Some("party"), "E. Agent"),
        (None, "B. Agent"),
    ] {
        assert_eq!(promoter(&app, &here, kind).await, by, "{kind:?}");
    }
    let there = area_id(&app, "Saltern").await;
    assert_eq!(promoter(&app, &there, Some("local")).await, "D. Agent", "that of everywhere");
    assert_eq!(promoter(&app, &there, None).await, "C. Agent");
    change(&app, "update message_campaign set ends_on = current_date - 1 where starts_on < current_date").await;
    assert_eq!(promoter(&app, &here, Some("local")).await, "A. Agent", "what is over holds no more");
}

#[tokio::test]
async fn a_neighbours_campaign_is_neither_seen_nor_changed() {
    let (app, organiser, here) = place().await;
    let campaign = put_down(&organiser, &here, &[("name", "Quillbrook’s own")]).await;
    let there = app.account(Role::Organiser, "Saltern").await;
    let neighbour = app.sign_in(&there).await;
    assert!(!neighbour.get("/messages/imprint").await.expect(200).body.contains("Quillbrook’s own"));
    neighbour.get(&campaign).await.expect(404);
    send(&neighbour, &campaign, &fields(&here, &[("version", "1")])).await.expect(404);
    neighbour.post(&format!("{campaign}/end"), &[]).await.expect(404);
    send(&neighbour, CAMPAIGNS, &fields(&here, &[("about", "party")])).await.expect(422);
    app.actor(Role::Administrator, "all").await.get(&campaign).await.expect(200);

    let token = open_session(&app, &there).await;
    let open = area_id(&app, "Saltern").await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_organiser", &hash(&token), "", &open).await;
    for table in ["message_campaign", "message_campaign_version"] {
        // The table's name cannot be bound.
        let sql = AssertSqlSafe(format!("select count(campaign_id) from {table}"));
        let found: i64 = query_scalar(sql).fetch_one(&mut db).await.unwrap();
        assert_eq!(found, 0, "{table}");
    }
    let changed = query("update message_campaign set ended_at = now()").execute(&mut db).await.unwrap().rows_affected();
    assert_eq!(changed, 0);
    let forged = query(
        "insert into message_campaign (campaign_id, area_id, name, nation, promoter, promoter_address, whose, behalf, behalf_address,
           starts_on, changed_by)
         values (gen_random_uuid(), $1, 'Forged', 'england', 'M', 'M', 'party', 'M', 'M', current_date, $2)",
    )
    .bind(here.parse::<i64>().unwrap())
    .bind(there.id)
    .execute(&mut db)
    .await;
    assert!(forged.is_err());
    query("update message_campaign_version set version = 9").execute(&mut db).await.unwrap_err();
}

#[tokio::test]
async fn no_change_is_dated_back_by_sql() {
    let (app, organiser, here) = place().await;
    put_down(&organiser, &here, &[]).await;
    let wide = app.account(Role::Administrator, "all").await;
    for (role, account) in [("hustings_organiser", &organiser.account), ("hustings_administrator", &wide)] {
        let token = open_session(&app, account).await;
        let mut db = app.database.app().await;
        become_role(&mut db, role, &hash(&token), "", &here).await;
        for (when, allowed) in [
            (
                "update message_campaign set promoter = 'M', changed_by = $1, changed_at = now() - interval '1 year'",
                false,
            ),
            ("update message_campaign set changed_by = $1, changed_at = changed_at - interval '2 minutes'", false),
            ("update message_campaign set changed_by = $1, changed_at = statement_timestamp()", true),
        ] {
            let done = query(when).bind(account.id).execute(&mut db).await;
            match done {
                Ok(done) => assert!(allowed && done.rows_affected() == 1, "{role}: {when}"),
                Err(error) => assert!(!allowed && error.to_string().contains("row-level security"), "{role}: {error}"),
            }
        }
    }
}

#[tokio::test]
async fn emails_say_what_pages_say() {
    let app = TestApp::new().await;
    let mut db = app.database.operator().await;
    let (row, lane) = ("1 Larkspur Row", "2 Ferry Lane");
    for (behalf, address, many, welsh) in [
        ("Wilma Vale", row, false, false),
        ("Wilma Vale", lane, false, true),
        ("Wilma Vale and Ida Marsh", row, true, true),
        ("A. Agent", row, false, true),
        ("A. Agent", lane, false, false),
    ] {
        let imprint = Imprint {
            area: 1,
            area_name: String::new(),
            promoter: "A. Agent".into(),
            promoter_address: row.into(),
            behalf: behalf.into(),
            behalf_address: address.into(),
            printer: String::new(),
            printer_address: String::new(),
            many,
            welsh,
            campaign: Some(Uuid::nil()),
        };
        let mut said: Vec<String> = Vec::new();
        for in_welsh in [false, true].into_iter().take(1 + usize::from(welsh)) {
            let line = query_scalar("select wall.imprint_line('A. Agent', $1, $2, $3, $4, $5)")
                .bind(row)
                .bind(behalf)
                .bind(address)
                .bind(many)
                .bind(in_welsh);
            said.push(line.fetch_one(&mut db).await.unwrap());
        }
        assert_eq!(said, imprint.lines());
    }
}

#[tokio::test]
async fn a_message_carries_the_campaign_in_both_languages() {
    let (app, organiser, here) = place().await;
    let wales = [
        ("nation", "wales"),
        ("welsh", "yes"),
        ("about", "senedd"),
        ("whose", "candidates"),
        ("behalf", "Wilma Vale and Ida Marsh"),
    ];
    put_down(&organiser, &here, &wales).await;
    let lines: Vec<String> = query_scalar("select wall.imprint_lines($1::bigint)")
        .bind(here.parse::<i64>().unwrap())
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(
        lines,
        [
            "Promoted by B. Agent on behalf of Wilma Vale and Ida Marsh, all of 2 Larkspur Row, ZZ1 4QX.",
            "Hyrwyddwyd gan B. Agent ar ran Wilma Vale and Ida Marsh, pob un o 2 Larkspur Row, ZZ1 4QX."
        ]
    );
}
