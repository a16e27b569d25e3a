//! Course two alone, on the recording side: whoever holds a volunteer's session hash and may send any SQL records at the
//! doors of their own lists, as themselves, and nothing else.

use crate::support::app::{TestApp, seed_place};
use crate::support::walk::{Walk, change, count, number};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{AssertSqlSafe, PgConnection, query};
use uuid::Uuid;

struct Scene {
    app: TestApp,
    own: Walk,
    other: Walk,
    account: Uuid,
    session: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let (own, other) = (Walk::new(&app.database, "QB1").await, Walk::new(&app.database, "SG1").await);
        let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
        own.assign(&app, volunteer.id).await;
        let session = hash(&open_session(&app, &volunteer).await);
        Scene { app, own, other, account: volunteer.id, session }
    }

    async fn volunteer(&self) -> PgConnection {
        let mut connection = self.app.database.app().await;
        become_role(&mut connection, "hustings_volunteer", &self.session, &self.own.list, "").await;
        connection
    }

    /// An insert of a result at the first door of the own list; a pair replaces one column's value.
    fn result(&self, column: &str, value: &str) -> String {
        let columns = [
            ("partition_id", "1".to_owned()),
            ("id", format!("'{}'", Uuid::new_v4())),
            ("list_id", self.own.number().to_string()),
            ("household_id", number(&self.own.doors[0].household).to_string()),
            ("elector_id", number(&self.own.doors[0].electors[0]).to_string()),
            ("area_no", "1".to_owned()),
            ("outcome", "'spoke'".to_owned()),
            ("intention_kind", "'local'".to_owned()),
            ("at", "now()".to_owned()),
            ("account_id", format!("'{}'", self.account)),
        ];
        let mut all: Vec<(&str, String)> = columns.into_iter().filter(|(name, _)| *name != column).collect();
        if !column.is_empty() {
            all.push((column, value.to_owned()));
        }
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = all.iter().map(|(_, value)| value.as_str()).collect();
        format!("insert into result ({}) values ({})", names.join(", "), values.join(", "))
    }
}

/// What PostgreSQL says to a statement of a test's own.
async fn says(connection: &mut PgConnection, statement: &str) -> String {
    match query(AssertSqlSafe(statement.to_owned())).execute(connection).await {
        Ok(done) => format!("{} rows", done.rows_affected()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_result_is_recorded_at_an_own_door_as_oneself_under_its_own_district_and_kind_only() {
    let scene = Scene::new().await;
    let mut volunteer = scene.volunteer().await;
    assert_eq!(says(&mut volunteer, &scene.result("", "")).await, "1 rows");
    let (other_home, other_person) =
        (number(&scene.other.doors[0].household), number(&scene.other.doors[0].electors[0]));
    let neighbour = number(&scene.own.doors[1].electors[0]).to_string();
    for (column, value) in [
        ("list_id", scene.other.number().to_string()),
        ("household_id", other_home.to_string()),
        ("elector_id", other_person.to_string()),
        ("elector_id", neighbour),
        ("area_no", "2".into()),
        ("intention_kind", "'national'".into()),
        ("account_id", format!("'{}'", Uuid::new_v4())),
        ("partition_id", "2".into()),
    ] {
        let said = says(&mut volunteer, &scene.result(column, &value)).await;
        assert!(said.contains("row-level security"), "{column} = {value}: {said}");
    }
    for (column, value) in [("received_at", "now() - interval '1 day'"), ("accepted_by", "null"), ("void", "true")] {
        let said = says(&mut volunteer, &scene.result(column, value)).await;
        assert!(said.contains("permission denied"), "{column}: {said}");
    }
    assert_eq!(count(&scene.app, "select count(*) from result").await, 1);
}

#[tokio::test]
async fn nothing_recorded_can_be_changed_taken_away_or_read_outside_the_open_list() {
    let scene = Scene::new().await;
    let mut volunteer = scene.volunteer().await;
    assert_eq!(says(&mut volunteer, &scene.result("", "")).await, "1 rows");
    for statement in [
        "update result set outcome = 'refused'",
        "delete from result",
        "delete from receipt",
        "update receipt set digest = ''",
        "select * from quarantine",
        "insert into quarantine (id) values (null)",
        "select * from result_conflict",
        "select * from tally",
        "insert into tally (area_no, intention_kind, code, change) values (1, 'local', 'F', 99)",
        "update intention_now set code = 'F'",
        "select * from account",
        "select attains_on from elector",
        "select wall.quarantine('', gen_random_uuid(), '', 1, 1, '{}', null, '')",
        "select wall.rebuild_tallies(1)",
        "select wall.fold_tallies()",
        "select wall.settle(1, 1, 'local')",
        "select wall.release(gen_random_uuid(), '')",
        "select name from walk_list",
        "select account_id from assignment",
        "select wall.waits(gen_random_uuid(), gen_random_uuid(), 1, 1, now(), 1, 1, '', '')",
        "select wall.was_given(1, 1, gen_random_uuid())",
        "select wall.names('{}')",
        "update assignment set ends_at = ends_at + interval '1 year'",
        "insert into walk_list_door select * from walk_list_door",
    ] {
        let said = says(&mut volunteer, statement).await;
        assert!(said.contains("permission denied"), "{statement}: {said}");
    }
    become_role(&mut volunteer, "hustings_volunteer", &scene.session, &scene.other.list, "").await;
    for statement in
        ["select id from result", "select homes from wall.doorstep_here(null, 0)", "select elector_id from elector"]
    {
        assert_eq!(says(&mut volunteer, statement).await, "0 rows", "{statement}");
    }
}

#[tokio::test]
async fn a_conflict_is_kept_for_an_own_door_only_and_settling_only_counts_what_is_there() {
    let scene = Scene::new().await;
    let mut volunteer = scene.volunteer().await;
    let conflict = |list: i64, home: &str, area: i32| {
        format!("insert into result_conflict (partition_id, id, digest, list_id, household_id, area_no, content, account_id)
            values (1, gen_random_uuid(), '\\x00', {list}, {}, {area}, '{{}}', '{}')", number(home), scene.account)
    };
    let (own, other) = (&scene.own, &scene.other);
    assert_eq!(says(&mut volunteer, &conflict(own.number(), &own.doors[0].household, 1)).await, "1 rows");
    for statement in [
        conflict(other.number(), &other.doors[0].household, 2),
        conflict(own.number(), &other.doors[0].household, 2),
        conflict(own.number(), &own.doors[0].household, 2),
    ] {
        let said = says(&mut volunteer, &statement).await;
        assert!(said.contains("row-level security"), "{statement}: {said}");
    }
    let person = number(&other.doors[0].electors[0]);
    for kind in ["local", "national", "nonsense"] {
        let settle = format!("select wall.settle_all(array[1], array[{person}], array['{kind}'], '{{}}', '{{}}')");
        assert_eq!(says(&mut volunteer, &settle).await, "1 rows");
    }
    assert_eq!(count(&scene.app, "select count(*) from intention_now").await, 0);
    assert_eq!(count(&scene.app, "select count(*) from tally").await, 0);
}

#[tokio::test]
async fn a_list_not_given_yet_and_a_session_that_is_over_record_nothing() {
    let scene = Scene::new().await;
    let mut volunteer = scene.volunteer().await;
    change(&scene.app, "update assignment set starts_at = now() + interval '1 hour'").await;
    assert!(says(&mut volunteer, &scene.result("", "")).await.contains("row-level security"));
    change(&scene.app, "update assignment set starts_at = now() - interval '1 hour', ended_at = now()").await;
    assert_eq!(says(&mut volunteer, &scene.result("", "")).await, "1 rows", "what was said is not lost");
    change(&scene.app, "insert into lockdown (tool, notice) values ('contact', 'Closed')").await;
    assert!(says(&mut volunteer, &scene.result("", "")).await.contains("row-level security"));
    change(&scene.app, "update lockdown set opened_at = now()").await;
    change(&scene.app, "update session set ended_at = now()").await;
    assert!(says(&mut volunteer, &scene.result("", "")).await.contains("row-level security"));
    let same = says(&mut volunteer, "select 1 where wall.received_same(gen_random_uuid(), '') is null").await;
    assert_eq!(same, "1 rows");
    assert_eq!(count(&scene.app, "select count(*) from result").await, 1);
}
