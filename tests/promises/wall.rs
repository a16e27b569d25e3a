//! Course two of the wall alone: PostgreSQL says no to somebody who holds the application's own connection and a live
//! volunteer's session hash, and may send any SQL.

use crate::support::app::{TestApp, seed_place};
use crate::support::wall::{WORKING_ROLES, become_role, hash, open_session};
use hustings::access::{Permission, Role};
use hustings::database::{Actor, Credential, Database, Scope, Scoped};
use sqlx::{AssertSqlSafe, PgConnection, Row, query, query_as, query_scalar};
use uuid::Uuid;

/// A volunteer in Quillbrook with the first three homes of Larkspur Row assigned, and a list that is nobody's.
struct Scene {
    app: TestApp,
    token: String,
    session: String,
    own: String,
    other: String,
    own_electors: Vec<i64>,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let partition = seed_place(&app.database).await;
        let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
        let mut db = app.database.operator().await;
        let own = list(&mut db, partition, 1, 3).await;
        let other = list(&mut db, partition, 4, 6).await;
        query(
            "insert into assignment (partition_id, list_id, assignment_id, account_id, ends_at)
               values ($1, $2, gen_random_uuid(), $3, now() + interval '2 hours')",
        )
        .bind(partition)
        .bind(own)
        .bind(volunteer.id)
        .execute(&mut db)
        .await
        .unwrap();
        let own_electors = query_scalar("select elector_id from walk_list_elector where list_id = $1 order by 1")
            .bind(own)
            .fetch_all(&mut db)
            .await
            .unwrap();
        let token = open_session(&app, &volunteer).await;
        let session = hash(&token);
        Scene {
            app,
            token,
            session,
            own: format!("{partition}.{own}"),
            other: format!("{partition}.{other}"),
            own_electors,
        }
    }

    /// A transaction of the application's own, in one of its pools.
    async fn scope(&self, database: &Database) -> Scoped {
        let (account, grant, session, area): (Uuid, Uuid, Uuid, i64) = query_as(
            "select s.account_id, s.grant_id, s.session_id, g.area_id from session s join access_grant g using (grant_id)",
        )
        .fetch_one(&mut self.app.database.operator().await)
        .await
        .unwrap();
        let actor =
            Actor::Session { account, grant, session, role: Role::Volunteer, area, purpose: "Canvassing".into() };
        let credential = Credential::from_token(&self.token).unwrap();
        Scoped::begin(database, &credential, actor, Permission::Canvass, Scope::default()).await.unwrap()
    }

    async fn attacker(&self, role: &str, list: &str) -> PgConnection {
        let mut connection = self.app.database.app().await;
        become_role(&mut connection, role, &self.session, list, "1").await;
        connection
    }
}

async fn list(db: &mut PgConnection, partition: i32, from: i32, to: i32) -> i64 {
    let list: i64 = query_scalar(
        "insert into walk_list (partition_id, name, area_no, intention_kind, side_order)
         select $1, 'Larkspur ' || $2, area_no, 'local', 'numeric' from district where letters = 'QB1' returning list_id",
    )
    .bind(partition).bind(from).fetch_one(&mut *db).await.unwrap();
    query(
        "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
           select h.partition_id, $1, 1, h.number, h.household_id, h.area_no, h.street, 'odd'
           from household h join district d using (area_no) where d.letters = 'QB1' and h.number between $2 and $3",
    )
    .bind(list)
    .bind(from)
    .bind(to)
    .execute(&mut *db)
    .await
    .unwrap();
    query(
        "insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
           select e.partition_id, $1, 1, e.household_id, e.elector_id, e.position, e.area_no
           from elector e join walk_list_door d using (partition_id, household_id) where d.list_id = $1",
    )
    .bind(list)
    .execute(db)
    .await
    .unwrap();
    list
}

async fn ids(connection: &mut PgConnection, sql: &'static str) -> Result<Vec<i64>, String> {
    query_scalar(sql).fetch_all(connection).await.map_err(|e| e.to_string())
}

fn denied<T: std::fmt::Debug>(result: &Result<T, String>) -> bool {
    result
        .as_ref()
        .is_err_and(|e| e.contains("permission denied") || e.contains("must be") || e.contains("row-level security"))
}

const ELECTORS: &str = "select elector_id from elector order by 1";

#[tokio::test]
async fn a_volunteers_session_reads_the_open_list_and_no_other_elector_as_any_role() {
    let scene = Scene::new().await;
    let mut own = scene.attacker("hustings_volunteer", &scene.own).await;
    assert_eq!(ids(&mut own, ELECTORS).await.unwrap(), scene.own_electors);
    let mut other = scene.attacker("hustings_volunteer", &scene.other).await;
    assert_eq!(ids(&mut other, ELECTORS).await.unwrap(), Vec::<i64>::new());
    for role in WORKING_ROLES {
        for list in [&scene.own, &scene.other, &String::new()] {
            if role == "hustings_volunteer" && *list == scene.own {
                continue;
            }
            let mut connection = scene.attacker(role, list).await;
            let read = ids(&mut connection, ELECTORS).await;
            assert!(denied(&read) || read == Ok(vec![]), "{role} with list {list:?} read {read:?}");
        }
    }
}

#[tokio::test]
async fn no_answer_tells_a_row_that_is_not_shown_from_none() {
    let scene = Scene::new().await;
    let stranger: i64 = query_scalar("select max(elector_id) from elector where not elector_id = any ($1)")
        .bind(&scene.own_electors)
        .fetch_one(&mut scene.app.database.operator().await)
        .await
        .unwrap();
    for role in WORKING_ROLES {
        for session in [scene.session.as_str(), "", &"0".repeat(64)] {
            // An area or a list that is no number: an error would tell that a policy had a row to ask about.
            for scope in [(scene.own.as_str(), "1"), ("boom", "boom"), ("1.boom", "-1")] {
                let mut connection = scene.app.database.app().await;
                become_role(&mut connection, role, session, scope.0, scope.1).await;
                for column in ["surname", "name", "name_key", "number"] {
                    let mut asked = async |value: &str| {
                        // The columns and the number are this test's own.
                        let sql = format!(
                            "select count(*) from elector where elector_id = {stranger} and {column} >= '{value}'"
                        );
                        let count: Result<i64, _> = query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await;
                        count.map_err(|e| e.to_string())
                    };
                    let (yes, no) = (asked("").await, asked("\u{10ffff}").await);
                    assert_eq!(yes, no, "{role}, {session:?}, {scope:?}: {column}");
                    assert!(yes == Ok(0) || denied(&yes), "{role}, {session:?}, {scope:?}: {yes:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_but_an_administrator_moves_an_areas_border_or_says_what_the_installation_is() {
    let scene = Scene::new().await;
    let count = async |sql: &'static str| {
        query_scalar::<_, i64>(sql).fetch_one(&mut scene.app.database.operator().await).await.unwrap()
    };
    let everything = "select count(*) + (select count(*) from poll) + (select count(*) from district_size)
      + (select count(*) from area where name = 'Mine') + (select count(*) from installation where contact = 'me')
      + (select count(*) from intention_code where label = 'Mine') + (select count(*) from district where name = 'Mine')
      from area_district";
    let before = count(everything).await;
    for role in WORKING_ROLES {
        let mut connection = scene.attacker(role, &scene.own).await;
        for statement in [
            "insert into area_district (area_id, area_no, from_date) select 2, area_no, '2000-01-01' from district",
            "delete from area_district",
            "update area set name = 'Mine'",
            "update district set name = 'Mine'",
            "insert into poll (name, poll_date, kind, area_id) select 'Mine', '2030-01-01', 'local', 1",
            "update installation set contact = 'me'",
            "update intention_code set label = 'Mine'",
            "delete from district_size",
        ] {
            let done =
                query(statement).execute(&mut connection).await.map(|d| d.rows_affected()).map_err(|e| e.to_string());
            assert!(denied(&done) || done == Ok(0), "{role}: {statement} answered {done:?}");
        }
    }
    assert_eq!(count(everything).await, before);
}

#[tokio::test]
async fn nobody_shuts_a_table_for_everybody_else() {
    let scene = Scene::new().await;
    let every = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1";
    let tables: Vec<String> = query_scalar(every).fetch_all(&mut scene.app.database.operator().await).await.unwrap();
    assert!(tables.len() > 30, "{tables:?}");
    for role in WORKING_ROLES {
        let mut connection = scene.attacker(role, &scene.own).await;
        for table in tables.iter().filter(|table| !table.starts_with("access_log_")) {
            // The names are the database's own.
            let lock = format!("do $$ begin lock table {table} in access exclusive mode; end $$");
            let done = query(AssertSqlSafe(lock)).execute(&mut connection).await.map(|_| ()).map_err(|e| e.to_string());
            assert!(denied(&done), "{role} locked {table}: {done:?}");
        }
    }
}

#[tokio::test]
async fn no_role_reads_a_birth_date_a_grant_a_session_or_a_password_with_it() {
    let scene = Scene::new().await;
    let secrets = [
        "select count(attains_on) from elector",
        "select count(*) from access_grant",
        "select count(*) from session",
        "select count(key) from session",
        "select count(password_hash) from account",
        "select count(*) from account",
        "select count(*) from access_log",
        "select count(*) from operator_session",
        "select count(*) from sign_in_failure",
        "select count(*) from set_up_code",
        "select count(*) from register_entry",
        "select count(*) from import_row",
        "select count(*) from quarantine",
        "select count(*) from subject",
    ];
    for role in WORKING_ROLES {
        let mut connection = scene.attacker(role, &scene.own).await;
        for sql in secrets {
            let read = ids(&mut connection, sql).await;
            let own_birth_dates = role != "hustings_volunteer" && sql.contains("attains_on");
            assert!(denied(&read) || read == Ok(vec![0]), "{role}: {sql} answered {read:?}");
            assert!(own_birth_dates || !sql.contains("attains_on") || denied(&read), "{role} may name a birth date");
        }
    }
}

#[tokio::test]
async fn the_application_cannot_make_a_session_or_become_somebody_else() {
    let scene = Scene::new().await;
    let attempts = [
        "insert into session (session_id, key, grant_id, account_id, cleared_at, idle_until, ends_at)
         select gen_random_uuid(), sha256('x'), gen_random_uuid(), gen_random_uuid(), now(), now(), now()",
        "select wall.open_session(gen_random_uuid(), sha256('x'), gen_random_uuid(), gen_random_uuid(), '', '', '', null, true, null)",
        "select wall.begin_sign_in(gen_random_uuid(), 'a@b', '', null)",
        "select wall.change_password('00', 'x')",
        "select wall.own_sessions('00')",
        "select wall.access_over('00')",
        "select wall.switch_session('00', gen_random_uuid(), sha256('x'), gen_random_uuid(), '', '')",
        "select wall.set_up('', '', '', '', '', '', '[]', '[]', '', null, '', gen_random_uuid(), '', '', '', gen_random_uuid())",
        "select wall.numbers_of(1)",
        "select wall.in_use()",
        "set role hustings_door",
        "set role hustings_owner",
        "set role hustings_wall",
        "set role hustings_operator",
        "set session authorization hustings_door",
        "update access_grant set ends_at = now() + interval '1 year'",
        "update session set ends_at = now() + interval '1 year'",
        "alter role hustings_app bypassrls",
        "alter table elector disable row level security",
    ];
    for role in WORKING_ROLES {
        for reset in [false, true] {
            let mut connection = scene.attacker(role, &scene.own).await;
            if reset {
                query("reset role").execute(&mut connection).await.unwrap();
            }
            for sql in attempts {
                let done =
                    query(sql).execute(&mut connection).await.map(|d| d.rows_affected()).map_err(|e| e.to_string());
                assert!(denied(&done) || done == Ok(0) && sql.starts_with("update"), "{role}: {sql} answered {done:?}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_can_be_left_behind_on_a_pooled_connection_for_the_next_one() {
    let scene = Scene::new().await;
    let attempts = [
        "create temporary table elector (elector_id bigint)",
        "create table elector2 ()",
        "create schema trap",
        "create function pg_temp.live() returns boolean language sql as 'select true'",
        "create function public.live() returns boolean language sql as 'select true'",
        "create view elector2 as select 1",
        "create function wall.trap() returns boolean language sql as 'select true'",
    ];
    for role in WORKING_ROLES {
        let mut connection = scene.attacker(role, &scene.own).await;
        for sql in attempts {
            let done = query(sql).execute(&mut connection).await.map(|d| d.rows_affected()).map_err(|e| e.to_string());
            assert!(denied(&done), "{role}: {sql} answered {done:?}");
        }
    }
}

#[tokio::test]
async fn a_statement_or_role_left_on_a_pooled_connection_answers_nobody_who_comes_next() {
    let scene = Scene::new().await;
    let database = Database::connect(&scene.app.urls()).unwrap();
    let mut used = std::collections::HashSet::new();
    for left in ["prepare stolen as select 1", "set role hustings_organiser", "reset role", "select 1"].repeat(5) {
        let mut scope = scene.scope(&database).await;
        let (role, pid, prepared): (String, i32, i64) = query_as(
            "select current_user::text, pg_backend_pid(), (select count(*) from pg_prepared_statements where from_sql)",
        )
        .fetch_one(scope.connection())
        .await
        .unwrap();
        assert_eq!((role.as_str(), prepared), ("hustings_volunteer", 0), "after what was left before {left}");
        assert!(!used.contains(&pid), "a connection that something was left on is closed");
        for sql in [left, "commit"] {
            query(sql).execute(scope.connection()).await.unwrap();
        }
        if left != "select 1" {
            used.insert(pid);
        }
    }
}

#[tokio::test]
async fn a_time_that_no_clock_shows_is_kept_nowhere() {
    let scene = Scene::new().await;
    let mut operator = scene.app.database.operator().await;
    let roles: Vec<&str> = WORKING_ROLES.to_vec();
    // Every day and time that a working role may write. A bound stands in a check of its own column, against a literal.
    let written: Vec<(String, bool)> = query_as(
        r"with written as (
             select c.oid, c.relname::text as held, a.attnum, a.attname::text as named, quote_ident(a.attname) as said
             from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
               and a.atttypid in ('date'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype)
               and exists (select from unnest($1::text[]) r (role)
                 where has_column_privilege(r.role::name, c.oid, a.attnum, 'insert')
                   or has_column_privilege(r.role::name, c.oid, a.attnum, 'update'))
           ), checked as (
             select w.oid, w.attnum, pg_get_constraintdef(k.oid) as says from written w
             join pg_constraint k on k.conrelid = w.oid and k.contype = 'c' and w.attnum = any (k.conkey)
           )
           select w.held || '.' || w.named,
             exists (select from checked c where c.oid = w.oid and c.attnum = w.attnum
               and (strpos(c.says, 'isfinite(' || w.said || ')') > 0 or c.says ~ ('\m' || w.said || ' >=? ''')))
             and exists (select from checked c where c.oid = w.oid and c.attnum = w.attnum
               and c.says ~ ('\m' || w.said || ' <=? '''))
           from written w order by 1",
    )
    .bind(&roles)
    .fetch_all(&mut operator)
    .await
    .unwrap();
    for known in ["result.at", "assignment.ends_at", "access_grant.ends_at", "delivery.handed_at", "poll.poll_date"] {
        assert!(written.iter().any(|(column, _)| column == known), "{known} is not walked");
    }
    // Since ever and for good: since when a district belongs to an area is compared with, and never shown.
    let for_good = ["area_district.from_date", "area_district.until_date"];
    let endless: Vec<&str> =
        written.iter().filter(|(_, bounded)| !bounded).map(|(column, _)| column.as_str()).collect();
    let endless: Vec<&str> = endless.into_iter().filter(|column| !for_good.contains(column)).collect();
    assert_eq!(endless, [""; 0], "these may be infinite");
    let lasting = query("update assignment set ends_at = 'infinity'").execute(&mut operator).await;
    assert_eq!(lasting.unwrap_err().as_database_error().unwrap().code().unwrap(), "23514");
}

#[tokio::test]
async fn somebody_who_can_give_access_is_left_whatever_the_application_does() {
    let scene = Scene::new().await;
    let administrator = scene.app.account(Role::Administrator, "all").await;
    scene.app.account(Role::Administrator, "all").await;
    let session = hash(&open_session(&scene.app, &administrator).await);
    let mut connection = scene.app.database.app().await;
    become_role(&mut connection, "hustings_administrator", &session, "", "").await;
    let all = "update access_grant set ended_at = now(), ended_by = wall.account() where role = 'administrator'";
    let ended = query(all).execute(&mut connection).await.unwrap_err().to_string();
    assert!(ended.contains("nobody would be left"), "{ended}");
}

#[tokio::test]
async fn the_activity_view_shows_no_statement_and_no_hash() {
    let scene = Scene::new().await;
    let mut victim = scene.attacker("hustings_volunteer", &scene.own).await;
    query("select elector_id from elector").execute(&mut victim).await.unwrap();
    for role in WORKING_ROLES {
        let mut connection = scene.attacker(role, &scene.own).await;
        let shown: Vec<String> =
            query("select coalesce(query, '') as shown from pg_stat_activity where pid <> pg_backend_pid()")
                .fetch_all(&mut connection)
                .await
                .unwrap()
                .iter()
                .map(|row| row.get("shown"))
                .collect();
        assert!(
            shown.iter().all(|q| q.is_empty() || q.contains("insufficient privilege") || q.contains("not enabled")),
            "{role}: {shown:?}"
        );
        let on: Result<_, _> = query("set track_activities = on").execute(&mut connection).await;
        assert!(on.is_err(), "{role} may switch tracking on");
    }
}

#[tokio::test]
async fn without_a_session_nothing_is_read_in_any_table_by_any_role() {
    let scene = Scene::new().await;
    let tables: Vec<String> = query_scalar(
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
         and not c.relispartition
           and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'everybody_reads')
           and c.relname <> '_sqlx_migrations' order by 1",
    )
    .fetch_all(&mut scene.app.database.operator().await)
    .await
    .unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    for session in ["", "00", &"0".repeat(64)] {
        for role in WORKING_ROLES {
            let mut connection = scene.app.database.app().await;
            become_role(&mut connection, role, session, &scene.own, "1").await;
            for table in &tables {
                // The names come from the catalogue; a table's name cannot be bound.
                let read: Result<i64, String> = query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
                    .fetch_one(&mut connection)
                    .await
                    .map_err(|e| e.to_string());
                assert!(read == Ok(0) || read.is_err(), "{role} without a session reads {read:?} rows of {table}");
            }
        }
    }
}

#[tokio::test]
async fn the_door_touches_no_table_and_becomes_nobody() {
    let scene = Scene::new().await;
    let mut door = scene.app.database.door().await;
    for sql in [
        "select count(*) from public.elector",
        "select count(*) from public.session",
        "select count(*) from public.account",
        "select count(*) from public.area",
        "insert into public.access_log (what, permission) values ('look', 'x')",
        "set role hustings_organiser",
        "set role hustings_app",
        "create temporary table t ()",
    ] {
        let done = query(sql).execute(&mut door).await.map(|d| d.rows_affected()).map_err(|e| e.to_string());
        assert!(denied(&done), "the door: {sql} answered {done:?}");
    }
}

#[tokio::test]
async fn once_access_has_ended_the_session_reads_nothing_and_its_look_is_refused() {
    let scene = Scene::new().await;
    let mut volunteer = scene.attacker("hustings_volunteer", &scene.own).await;
    assert_eq!(ids(&mut volunteer, ELECTORS).await.unwrap().len(), scene.own_electors.len());
    query("update access_grant set ended_at = now()").execute(&mut scene.app.database.operator().await).await.unwrap();
    assert_eq!(ids(&mut volunteer, ELECTORS).await.unwrap(), Vec::<i64>::new());
    let logged =
        query("insert into access_log (what, permission) values ('look', 'canvass')").execute(&mut volunteer).await;
    assert!(logged.unwrap_err().to_string().contains("row-level security"));
}

#[tokio::test]
async fn a_closed_tool_shows_nothing_to_sessions_that_live() {
    let scene = Scene::new().await;
    query("insert into lockdown (tool, notice) values ('contact', 'Closed')")
        .execute(&mut scene.app.database.operator().await)
        .await
        .unwrap();
    let mut volunteer = scene.attacker("hustings_volunteer", &scene.own).await;
    assert_eq!(ids(&mut volunteer, ELECTORS).await.unwrap(), Vec::<i64>::new());
}

#[tokio::test]
async fn nobody_changes_or_deletes_history_or_the_log() {
    let scene = Scene::new().await;
    for role in WORKING_ROLES {
        let mut connection = scene.attacker(role, &scene.own).await;
        for table in
            ["result", "access_log", "objection", "register_entry", "walk_list_door", "walk_list_elector", "receipt"]
        {
            for sql in [
                format!("delete from {table}"),
                format!("update {table} set partition_id = 2"),
                format!("truncate {table}"),
            ] {
                // The names are this test's own; a table's name cannot be bound.
                let done = query(AssertSqlSafe(sql.clone()))
                    .execute(&mut connection)
                    .await
                    .map(|d| d.rows_affected())
                    .map_err(|e| e.to_string());
                assert!(
                    denied(&done) || done.as_ref().is_err_and(|e| e.contains("does not exist")),
                    "{role}: {sql} answered {done:?}"
                );
            }
        }
    }
}
