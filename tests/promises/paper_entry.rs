//! What was written on canvass cards is typed in, a line an answer, and is on record as if it had come from the doorstep.

use crate::support::access::sql_as;
use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::paper::printed;
use crate::support::walk::{RECOUNT, Walk, change, count, number, stored};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use hustings::database::cluster::Login;
use hustings::materials::code::Code;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

/// A list of Quillbrook, and a pile of the cards of its first doors on an organiser's table.
pub struct Table {
    pub app: TestApp,
    pub walk: Walk,
    pub organiser: Actor,
    pub run: i64,
}

impl Table {
    pub async fn with(doors: i32) -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let organiser = app.actor(Role::Organiser, "Quillbrook").await;
        let run = printed(&app, &walk, doors, &organiser.account).await;
        Table { app, walk, organiser, run }
    }

    pub async fn enter(&self, line: &str) -> Answer {
        self.enter_as(Uuid::now_v7(), line).await
    }

    pub async fn enter_as(&self, id: Uuid, line: &str) -> Answer {
        let id = id.to_string();
        self.organiser.post(&self.path(), &[("id", id.as_str()), ("line", line)]).await
    }

    pub async fn page(&self) -> Answer {
        self.organiser.get(&self.path()).await.expect(200)
    }

    pub fn path(&self) -> String {
        format!("/paper/{}", self.run)
    }

    /// The line is not kept, and the page says why.
    async fn refused(&self, line: &str) -> String {
        let before = stored(&self.app).await;
        let answer = self.enter(line).await.expect(422);
        assert_eq!(stored(&self.app).await, before, "{line}");
        assert_eq!(answer.attribute("#line", "value"), line, "the text stays");
        answer.text("#line-error")
    }
}

/// What stands of everybody: number, outcome, code, issues and asks.
async fn standing(app: &TestApp) -> Vec<String> {
    query_scalar(
        "select concat_ws(' ', e.number, s.outcome, s.intention, s.intention_kind, array_to_string(s.issues, '+'),
           array_to_string(s.asks, '+'), s.note)
         from standing_result s join elector e using (partition_id, elector_id) order by e.number, s.received_at",
    )
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap()
}

async fn tasks(app: &TestApp) -> Vec<String> {
    query_scalar("select what || ' ' || state from task order by what, state")
        .fetch_all(&mut app.database.operator().await)
        .await
        .unwrap()
}

/// Twelve people, and how the second half of them changed their line once the ink was read again: as typed, and as a phone
/// would have sent it.
fn twenty_five() -> Vec<(&'static str, usize, Value)> {
    let said = |outcome: &str, code: Option<&str>| json!({"outcome": outcome, "intention": code});
    let with = |mut said: Value, key: &str, words: Value| {
        said[key] = words;
        said
    };
    vec![
        ("1 F", 1, said("spoke", Some("F"))),
        ("2 P", 2, said("spoke", Some("P"))),
        ("3 n", 3, said("not-home", None)),
        ("4 N", 4, said("spoke", Some("N"))),
        ("5 F pv poster", 5, with(said("spoke", Some("F")), "asks", json!(["postal-vote", "poster"]))),
        ("6 u 1 2", 6, with(said("spoke", Some("U")), "issues", json!(["BUS", "HARBOUR"]))),
        ("7 r", 7, said("refused", None)),
        ("8 m", 8, said("moved", None)),
        ("9 A \"ring twice", 9, with(said("spoke", Some("A")), "note", json!("ring twice"))),
        ("10 help", 10, with(said("spoke", None), "asks", json!(["will-help"]))),
        ("11 i", 11, said("inaccessible", None)),
        ("12 x", 12, said("spoke", Some("X"))),
        ("1! P", 1, said("spoke", Some("P"))),
        ("2! F lift", 2, with(said("spoke", Some("F")), "asks", json!(["lift"]))),
        ("3! F", 3, said("spoke", Some("F"))),
        ("4! n", 4, said("not-home", None)),
        ("5! F pv", 5, with(said("spoke", Some("F")), "asks", json!(["postal-vote"]))),
        ("6! U 2", 6, with(said("spoke", Some("U")), "issues", json!(["HARBOUR"]))),
        ("7! W", 7, said("spoke", Some("W"))),
        ("8! w", 8, said("wrong-address", None)),
        ("9! A", 9, said("spoke", Some("A"))),
        ("10! P help", 10, with(said("spoke", Some("P")), "asks", json!(["will-help"]))),
        ("11! d", 11, said("deceased", None)),
        ("12! n", 12, said("not-home", None)),
        ("1! F", 1, said("spoke", Some("F"))),
    ]
}

#[tokio::test]
async fn twenty_five_lines_are_on_record_as_the_doorstep_would_have_kept_them() {
    let table = Table::with(6).await;
    for (line, _, _) in twenty_five() {
        let answer = table.enter(line).await;
        assert_eq!(answer.status, 303, "{line}: {}", answer.text("#line-error"));
    }
    assert_eq!(count(&table.app, RECOUNT).await, 0, "intentions and tallies are what the results give");

    let door = TestApp::new().await;
    seed_place(&door.database).await;
    let walk = Walk::new(&door.database, "QB1").await;
    let volunteer = door.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&door, volunteer.account.id).await;
    let mut last = vec![None; 13];
    for (_, item, said) in twenty_five() {
        let home = &walk.doors[(item - 1) / 2];
        let mut result = json!({"list": walk.list, "household": home.household, "elector": home.electors[(item - 1) % 2],
            "at": "2026-11-24T18:00:00Z", "base": last[item]});
        result.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        let id = Uuid::now_v7();
        volunteer.put_json(&format!("/api/v1/results/{id}"), &result).await.expect(201);
        last[item] = Some(id.to_string());
    }
    assert_eq!(standing(&table.app).await, standing(&door).await);
    assert_eq!(tasks(&table.app).await, tasks(&door).await);

    let page = table.page().await;
    assert!(page.text("#kept .panel-head").contains("12 of 12 entered"), "{}", page.text("#kept"));
    let elector = &table.walk.doors[0].electors[0];
    let history = table.organiser.get(&format!("/electors/{elector}")).await.expect(200);
    assert!(history.body.contains("On paper: canvassed on"), "{}", history.text("main"));
    assert!(history.body.contains("entered by Organiser of Quillbrook"), "{}", history.text("main"));
}

#[tokio::test]
async fn who_canvassed_and_when_are_kept_with_each_answer() {
    let table = Table::with(2).await;
    let bo = table.app.account(Role::Volunteer, "Quillbrook").await;
    table.walk.assign(&table.app, bo.id).await;
    assert_eq!(table.page().await.attribute("#who", "value"), "Volunteer of Quillbrook", "whoever held the list");
    table.enter("1 F").await.expect(303);
    let set = format!("{}/canvasser", table.path());
    table.organiser.post(&set, &[("who", "Dee Oldacre"), ("when", "2126-11-24T18:00")]).await.expect(422);
    table.organiser.post(&set, &[("who", &"x".repeat(61)), ("when", "2026-11-24T18:00")]).await.expect(422);
    table.organiser.post(&set, &[("who", " "), ("when", "")]).await.expect(422);
    let yesterday = (chrono::Utc::now() - chrono::TimeDelta::days(1)).format("%Y-%m-%dT18:00").to_string();
    table.organiser.post(&set, &[("who", " Dee  Oldacre "), ("when", &yesterday)]).await.expect(303);
    assert_eq!(table.page().await.attribute("#who", "value"), "Dee Oldacre");
    table.enter("2 F").await.expect(303);
    let kept: Vec<(i32, Option<Uuid>, String, bool)> = sqlx::query_as(
        "select p.item, p.canvasser, p.canvasser_name, p.canvassed_at = r.at from paper_entry p join result r on r.id = p.result_id order by 1",
    )
    .fetch_all(&mut table.app.database.operator().await)
    .await
    .unwrap();
    assert_eq!(kept, [(1, Some(bo.id), String::new(), true), (2, None, "Dee Oldacre".into(), true)]);
    let elector = &table.walk.doors[0].electors[1];
    let history = table.organiser.get(&format!("/electors/{elector}")).await.expect(200);
    assert!(history.body.contains("canvassed by Dee Oldacre on"), "{}", history.text("main"));
    let page = table.page().await;
    for heard in ["Dee Oldacre", "Volunteer of Quillbrook"] {
        let heard = format!("Canvassed by {heard}, typed by Organiser of Quillbrook");
        assert!(page.text("#kept").contains(heard.as_str()), "{heard}: {}", page.text("#kept"));
    }
}

#[tokio::test]
async fn what_came_by_a_slip_is_taken_back_and_what_it_had_replaced_stands_again() {
    let table = Table::with(2).await;
    table.enter("1 F pv").await.expect(303);
    table.enter("1! X").await.expect(303);
    table.enter("z").await.expect(303);
    assert!(standing(&table.app).await[0].contains(" spoke F local"), "{:?}", standing(&table.app).await);
    table.enter("2 F").await.expect(303);
    table.enter("z2").await.expect(303);
    assert_eq!(count(&table.app, "select count(*) from intention_now where code is not null").await, 1);
    assert_eq!(count(&table.app, RECOUNT).await, 0);
    let page = table.page().await;
    assert!(page.text("#kept").contains("Taken back"), "{}", page.text("#kept"));
    assert_eq!(page.count("#kept > ul > li"), 4, "what is taken back stands there once: {}", page.text("#kept"));
    assert!(page.text("#kept .panel-head").contains("1 of 4 entered"), "{}", page.text("#kept"));

    table.enter("3 n").await.expect(303);
    let entry = table.page().await.attribute("#kept button[name=take_back]", "value");
    let change = table.organiser.post(&table.path(), &[("change", &entry)]).await.expect(200);
    assert_eq!(change.attribute("#line", "value"), "3! n", "the line comes back to be mended");
    table.organiser.post(&table.path(), &[("take_back", &entry)]).await.expect(303);
    assert_eq!(standing(&table.app).await.len(), 1, "nothing stands where nothing had stood");
    assert!(table.refused("z 4").await.contains("nothing of number 4"));
    assert!(table.refused("z4").await.contains("nothing of number 4"), "and other numbers have something");
    table.organiser.post(&table.path(), &[("take_back", &entry)]).await.expect(422);
}

#[tokio::test]
async fn what_is_taken_back_counts_nowhere_and_history_says_so() {
    let table = Table::with(2).await;
    let answered = async || count(&table.app, "select count(*) from home_answered").await;
    let open = async || count(&table.app, "select count(*) from task where state = 'open'").await;
    table.enter("1 F poster \"ring twice").await.expect(303);
    table.enter("h3 n").await.expect(303);
    assert_eq!((answered().await, open().await), (2, 1));
    table.enter("z").await.expect(303);
    table.enter("z").await.expect(303);
    assert_eq!(standing(&table.app).await, Vec::<String>::new());
    assert_eq!((answered().await, open().await), (0, 0), "no home is answered, nothing is to be done");
    assert_eq!(count(&table.app, "select count(*) from intention_now where code is not null").await, 0);
    assert_eq!(count(&table.app, RECOUNT).await, 0);
    assert!(table.page().await.text("#kept .panel-head").contains("0 of 4 entered"));
    let void = "select count(*) from result where void and base is not null and intention is null and note is null";
    assert_eq!(count(&table.app, void).await, 2, "history");

    let elector = &table.walk.doors[0].electors[0];
    let history = table.organiser.get(&format!("/electors/{elector}")).await.expect(200);
    assert!(history.text("main").contains("Taken back: entered by mistake"), "{}", history.text("main"));
    assert!(history.text("main").contains("Corrected later"), "{}", history.text("main"));
    let told = table.organiser.get(&format!("/api/v1/electors/{elector}")).await.expect(200).json();
    let told: Vec<bool> =
        told["results"].as_array().unwrap().iter().map(|result| result["corrected"] == json!(true)).collect();
    assert_eq!(told, [true], "what is left of it is what was corrected");
    table.enter("1 P poster").await.expect(303);
    assert_eq!((answered().await, open().await), (1, 1), "and may be entered as if nothing had been");
}

#[tokio::test]
async fn z_again_takes_back_what_was_typed_before_and_never_does_a_slip_again() {
    let table = Table::with(2).await;
    for line in ["1 F", "2 P", "1! X"] {
        table.enter(line).await.expect(303);
    }
    let mut codes = Vec::new();
    for _ in 0..3 {
        table.enter("z").await.expect(303);
        let stands = standing(&table.app).await;
        let mut stand: Vec<String> = stands.iter().filter_map(|s| s.split(' ').nth(2).map(str::to_owned)).collect();
        stand.sort_unstable();
        codes.push(stand);
    }
    assert_eq!(codes, [vec!["F", "P"], vec!["F"], vec![]]);
    assert!(table.refused("z").await.contains("nothing of this pile"));
    assert_eq!(count(&table.app, RECOUNT).await, 0);

    // The same once more, with an answer changed after one that stood again.
    for line in ["3 F", "3! P", "z", "3! U", "z"] {
        table.enter(line).await.expect(303);
    }
    assert!(standing(&table.app).await[0].contains(" spoke F local"), "{:?}", standing(&table.app).await);
    table.enter("z3").await.expect(303);
    assert_eq!(standing(&table.app).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_line_that_is_sent_again_is_the_same_line_and_another_under_its_id_is_a_conflict() {
    let table = Table::with(2).await;
    let id = Uuid::now_v7();
    table.enter_as(id, "1 F").await.expect(303);
    let again = table.enter_as(id, "1 F").await.expect(303);
    assert!(again.location().ends_with("?did=again"), "{}", again.location());
    assert_eq!(stored(&table.app).await, 1);
    table.enter_as(id, "1 P").await.expect(409);
    assert_eq!(stored(&table.app).await, 1);
    assert_eq!(count(&table.app, "select count(*) from result_conflict").await, 1, "both are kept");
    assert!(table.refused("1 P").await.contains("entered already"), "a number typed twice changes nothing by itself");
}

#[tokio::test]
async fn an_answer_that_a_phone_contradicts_says_so() {
    let table = Table::with(2).await;
    let volunteer = table.app.actor(Role::Volunteer, "Quillbrook").await;
    table.walk.assign(&table.app, volunteer.account.id).await;
    let said = table.walk.said(0, Some(0), "spoke", Some("X"));
    volunteer.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &said).await.expect(201);
    table.enter("1 F").await.expect(303);
    let page = table.page().await;
    assert!(page.text("#kept").contains("Another answer differs"), "{}", page.text("#kept"));
    assert_eq!(count(&table.app, RECOUNT).await, 0);
}

#[tokio::test]
async fn a_whole_home_is_entered_by_one_line() {
    let table = Table::with(2).await;
    table.enter("h1 n").await.expect(303);
    assert_eq!(
        count(&table.app, "select count(*) from result where elector_id is null and outcome = 'not-home'").await,
        1
    );
    assert!(table.page().await.text("#kept .panel-head").contains("2 of 4 entered"));
    assert!(table.refused("h3 F").await.contains("whole home"));
}

#[tokio::test]
async fn codes_and_elector_numbers_name_people_of_this_pile_and_no_other() {
    let table = Table::with(2).await;
    let other = printed(&table.app, &table.walk, 6, &table.organiser.account).await;
    let code = |run, item| Code { run, item }.to_string();
    table.enter(&format!("{} F", code(table.run, 1))).await.expect(303);
    let number: String = query_scalar(
        "select number from elector join material_item using (partition_id, elector_id) where run_no = $1 and item = 2",
    )
    .bind(table.run)
    .fetch_one(&mut table.app.database.operator().await)
    .await
    .unwrap();
    table.enter(&format!("{number} P")).await.expect(303);
    assert_eq!(count(&table.app, "select count(*) from paper_entry where item in (1, 2)").await, 2);
    assert!(table.refused(&format!("{} F", code(other, 1))).await.contains("of another pile"));
    assert!(table.refused(&format!("{} F", code(9_999, 1))).await.contains("no pile of your area"));
    assert!(table.refused("5 F").await.contains("nobody under this number"), "item 5 is no number of this pile");
    assert!(table.refused("3 F ostrich").await.contains("ostrich"));
    let whose = table.enter("3").await.expect(422);
    assert!(whose.text("#verdict").contains("Harcourt"), "a number alone says whose it is");
    assert_eq!(stored(&table.app).await, 2);
}

#[tokio::test]
async fn nothing_is_kept_of_whoever_left_objected_or_was_erased_since_the_print() {
    let table = Table::with(3).await;
    let objector = &table.walk.doors[1].electors[0];
    let stop = format!("/electors/{objector}/objection");
    table.organiser.post(&stop, &[("how", "At the door")]).await.expect(303);
    assert!(table.refused("3 n").await.contains("nobody at their door"));
    table.enter("3 F").await.expect(303);
    let page = table.page().await;
    assert!(page.text("#kept").contains("Asked for nobody at the door"), "what they said is kept, with a warning");
    change(&table.app, "update elector set left_at = now() where number = 'QB1-2'").await;
    assert!(table.refused("1 F").await.contains("left the register"));
}

#[tokio::test]
async fn a_pile_is_entered_by_organisers_of_its_area_alone() {
    let table = Table::with(2).await;
    let neighbour = table.app.actor(Role::Organiser, "Saltern").await;
    neighbour.get(&table.path()).await.expect(404);
    neighbour.post(&table.path(), &[("line", "1 F")]).await.expect(404);
    neighbour.post(&format!("{}/state", table.path()), &[("state", "done")]).await.expect(404);
    let volunteer = table.app.actor(Role::Volunteer, "Quillbrook").await;
    table.walk.assign(&table.app, volunteer.account.id).await;
    volunteer.get(&table.path()).await.expect(403);
    volunteer.post(&table.path(), &[("line", "1 F")]).await.expect(403);
    assert_eq!(stored(&table.app).await, 0);
    // Nor does the database tell a neighbour which homes lie on it.
    let (partition, home) = table.walk.doors[0].household.split_once('.').unwrap();
    for (account, place, told) in
        [(&table.organiser.account, "Quillbrook", true), (&neighbour.account, "Saltern", false)]
    {
        let session = hash(&open_session(&table.app, account).await);
        let area: i64 = query_scalar("select area_id from area where name = $1")
            .bind(place)
            .fetch_one(&mut table.app.database.operator().await)
            .await
            .unwrap();
        let mut db = PgConnection::connect(&table.app.database.url(Login::App)).await.unwrap();
        become_role(&mut db, "hustings_organiser", &session, "", &area.to_string()).await;
        let on_pile: bool = query_scalar("select wall.on_pile($1, $2, $3, null)")
            .bind(partition.parse::<i32>().unwrap())
            .bind(table.walk.number())
            .bind(home.parse::<i64>().unwrap())
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert_eq!(on_pile, told, "{place}");
    }
}

#[tokio::test]
async fn the_database_takes_no_answer_that_no_pile_holds() {
    let table = Table::with(2).await;
    let session = hash(&open_session(&table.app, &table.organiser.account).await);
    let area: i64 = query_scalar("select area_id from area where name = 'Quillbrook'")
        .fetch_one(&mut table.app.database.operator().await)
        .await
        .unwrap();
    for (door, item, allowed) in [(0, true, true), (4, true, false), (0, false, false)] {
        let mut db = PgConnection::connect(&table.app.database.url(Login::App)).await.unwrap();
        become_role(&mut db, "hustings_organiser", &session, "", &area.to_string()).await;
        if !item {
            change(&table.app, "update pile set state = 'done'").await;
        }
        let number = |id: &str| -> i64 { id.split_once('.').unwrap().1.parse().unwrap() };
        let home = &table.walk.doors[door];
        let inserted = query(
            "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention_kind, at, account_id)
             select l.partition_id, gen_random_uuid(), l.list_id, $2, $3, l.area_no, 'refused', 'local', now(), $4
             from walk_list l where l.list_id = $1",
        )
        .bind(table.walk.number())
        .bind(number(&home.household))
        .bind(number(&home.electors[0]))
        .bind(table.organiser.account.id)
        .execute(&mut db)
        .await;
        assert_eq!(inserted.is_ok(), allowed, "door {door}: {inserted:?}");
    }
}

/// A result of a table's first door, of its first person or of the whole home, as somebody with the organiser's SQL would keep it.
async fn forged(table: &Table, sql: &mut PgConnection, home: bool) -> Uuid {
    let (id, door) = (Uuid::now_v7(), &table.walk.doors[0]);
    query(
        "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention_kind, at, account_id)
         select l.partition_id, $5, l.list_id, $2, $3, l.area_no, 'not-home', 'local', now(), $4 from walk_list l where l.list_id = $1",
    )
    .bind(table.walk.number())
    .bind(number(&door.household))
    .bind((!home).then(|| number(&door.electors[0])))
    .bind(table.organiser.account.id)
    .bind(id)
    .execute(sql)
    .await
    .unwrap();
    id
}

/// Says that it was typed from this card.
async fn from_card(
    table: &Table,
    sql: &mut PgConnection,
    result: Uuid,
    item: i32,
    canvasser: Option<Uuid>,
) -> Result<(), String> {
    query(
        "insert into paper_entry (partition_id, result_id, run_no, item, canvasser, canvassed_at, entered_by)
         select l.partition_id, $2, $3, $4, $5, now(), $6 from walk_list l where l.list_id = $1",
    )
    .bind(table.walk.number())
    .bind(result)
    .bind(table.run)
    .bind(item)
    .bind(canvasser)
    .bind(table.organiser.account.id)
    .execute(sql)
    .await
    .map(|_| ())
    .map_err(|e| e.to_string())
}

#[tokio::test]
async fn the_database_takes_no_entry_that_its_card_does_not_bear_nor_one_in_a_strangers_name() {
    let table = Table::with(2).await;
    let stranger = table.app.account(Role::Volunteer, "Saltern").await.id;
    let volunteer = table.app.account(Role::Volunteer, "Quillbrook").await.id;
    let typist = table.organiser.account.id;
    let mut sql = sql_as(&table.app, &table.organiser.account, "hustings_organiser").await;
    for (what, home, item, canvasser, taken) in [
        ("their own card", false, 1, None, true),
        ("a card of their home, for the whole of it", true, 2, None, true),
        ("by whoever types", false, 1, Some(typist), true),
        ("by somebody who may have the list", false, 1, Some(volunteer), true),
        ("their neighbour's card", false, 2, None, false),
        ("a card of another home", true, 3, None, false),
        ("a card that is none", false, 99, None, false),
        ("by a stranger", false, 1, Some(stranger), false),
    ] {
        let result = forged(&table, &mut sql, home).await;
        let kept = from_card(&table, &mut sql, result, item, canvasser).await;
        assert_eq!(kept.is_ok(), taken, "{what}: {kept:?}");
    }
    // Nor is a stranger put down for a whole pile.
    for (who, taken) in [(volunteer, true), (stranger, false)] {
        let put = query(
            "update pile set canvasser = $1, changed_by = $2, changed_at = statement_timestamp() where run_no = $3",
        )
        .bind(who)
        .bind(typist)
        .bind(table.run)
        .execute(&mut sql)
        .await;
        assert_eq!(put.is_ok(), taken, "{put:?}");
    }
    let late = forged(&table, &mut sql, false).await;
    change(&table.app, "update pile set state = 'done'").await;
    assert!(from_card(&table, &mut sql, late, 1, None).await.is_err(), "the pile is put away");
}

#[tokio::test]
async fn cards_that_were_stopped_before_they_were_printed_are_entered_nowhere() {
    let table = Table::with(2).await;
    for state in ["update material_run set state = 'stopped'", "update material_run set state = 'failed'"] {
        change(&table.app, state).await;
        let page = table.organiser.get(&table.path()).await.expect(409);
        assert!(page.body.contains("stopped before they were printed"), "{}", page.body);
        table.enter("1 F").await.expect(409);
    }
    assert_eq!(stored(&table.app).await, 0);
    let mut sql = sql_as(&table.app, &table.organiser.account, "hustings_organiser").await;
    let on_pile: bool = query_scalar(
        "select bool_or(wall.on_pile(p.partition_id, p.list_id, i.household_id, i.elector_id))
         from pile p join material_item i on i.run_no = p.run_no",
    )
    .fetch_one(&mut sql)
    .await
    .unwrap();
    assert!(!on_pile, "nor does the wall take an answer of them");
}

/// Whoever works in the ward alone does not see the wider area's run; its pile they see.
#[tokio::test]
async fn a_pile_that_never_came_out_of_the_press_holds_nobody_back_whosever_run_it_was() {
    let table = Table::with(2).await;
    let mut sql = sql_as(&table.app, &table.organiser.account, "hustings_organiser").await;
    let held = "select count(*) from on_paper";
    assert!(query_scalar::<_, i64>(held).fetch_one(&mut sql).await.unwrap() > 0);
    change(
        &table.app,
        "update material_run set state = 'stopped', area_id = (select area_id from area where kind = 'installation')",
    )
    .await;
    let unseen: i64 = query_scalar("select count(*) from material_run").fetch_one(&mut sql).await.unwrap();
    assert_eq!(unseen, 0, "the run is not theirs to see");
    assert_eq!(query_scalar::<_, i64>(held).fetch_one(&mut sql).await.unwrap(), 0);
    let page = table.organiser.get(&table.path()).await.expect(409);
    assert!(page.body.contains("stopped before they were printed"), "{}", page.body);
    table.enter("1 F").await.expect(409);
    let link = format!("main a[href='{}']", table.path());
    assert_eq!(table.organiser.get("/paper").await.expect(200).count(&link), 0, "nor is it among those to enter");
}

#[tokio::test]
async fn nobody_of_another_area_learns_by_its_number_what_became_of_a_pile() {
    let table = Table::with(2).await;
    change(&table.app, "update material_run set state = 'stopped'").await;
    let elsewhere = table.app.account(Role::Organiser, "Saltern").await;
    for (account, told) in [(&table.organiser.account, true), (&elsewhere, false)] {
        let mut sql = sql_as(&table.app, account, "hustings_organiser").await;
        let said: (bool, bool) = query_as("select wall.came_to_nothing($1), wall.may_have_walked($1, $2)")
            .bind(table.run)
            .bind(account.id)
            .fetch_one(&mut sql)
            .await
            .unwrap();
        assert_eq!(said, (told, told));
    }
}
