//! No search reads all electors: PostgreSQL finds people by an index, knowing the values or not.

use crate::support::app::TestApp;
use crate::support::electors::quillbrook;
use hustings::access::Role;
use serde_json::json;
use sha2::Digest;
use sqlx::{AssertSqlSafe, PgConnection, query, query_scalar};

/// How PostgreSQL would run a search as the organiser's role, with what it knows of the values and without.
async fn plans(db: &mut PgConnection, name: &str, sql: &str, values: &str) -> Vec<String> {
    let mut plans = Vec::new();
    query(AssertSqlSafe(format!("prepare {name} as {sql}"))).execute(&mut *db).await.unwrap();
    for mode in ["force_custom_plan", "force_generic_plan"] {
        query(AssertSqlSafe(format!("set plan_cache_mode = {mode}"))).execute(&mut *db).await.unwrap();
        let lines: Vec<String> = query_scalar(AssertSqlSafe(format!("explain execute {name} ({values})")))
            .fetch_all(&mut *db)
            .await
            .unwrap();
        plans.push(format!("{name}, {mode}\n{}", lines.join("\n")));
    }
    query(AssertSqlSafe(format!("deallocate {name}"))).execute(&mut *db).await.unwrap();
    plans
}

#[tokio::test]
async fn no_search_reads_all_electors() {
    let (app, _, _) = quillbrook().await;
    seed_many(&app).await;
    let account = app.account(Role::Organiser, "all").await;
    let signed =
        json!({"email": account.email, "password": crate::support::app::PASSWORD, "code": crate::support::app::code()});
    let token = app.nobody().post_json("/api/v1/sessions", &signed).await.expect(201).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut db = app.database.app().await;
    query("set role hustings_organiser").execute(&mut db).await.unwrap();
    // As the application's own connections are set.
    query("set random_page_cost = 1.1").execute(&mut db).await.unwrap();
    query("set jit = off").execute(&mut db).await.unwrap();
    query("select set_config('app.session', $1, false), set_config('app.area', (select area_id::text from area where short_name = 'all'), false)")
        .bind(hex::encode(sha2::Sha256::digest(token)))
        .execute(&mut db)
        .await
        .unwrap();
    let all: String = query_scalar("select 'array' || to_json(array_agg(area_no))::text from district")
        .fetch_one(&mut db)
        .await
        .unwrap();
    let counted: i64 = query_scalar("select count(*) from elector").fetch_one(&mut db).await.unwrap();
    assert!(counted > 8_000, "the role sees {counted} electors");
    // The districts by name, and none: those that row security lets through.
    let mut all_plans = Vec::new();
    for all in [all.as_str(), "null"] {
        let begins = |text: &str| format!("{all}, '{text}', '{text}' || chr(1114111)");
        let searches = [
            (
                "by_number",
                include_str!("../../src/electors/sql/by_number.sql"),
                format!("{all}, array['QB1-2'], 20001"),
            ),
            (
                "by_name",
                include_str!("../../src/electors/sql/by_name.sql"),
                format!("{}, '', 20001", begins("harcourt1")),
            ),
            (
                "by_forename",
                include_str!("../../src/electors/sql/by_forename.sql"),
                format!("{}, 'har', 20001", begins("edith")),
            ),
            (
                "by_name_within",
                include_str!("../../src/electors/sql/by_name_within.sql"),
                format!("{}, '', 'zz1', 20001", begins("harcourt1")),
            ),
            (
                "by_forename_within",
                include_str!("../../src/electors/sql/by_forename_within.sql"),
                format!("{}, 'har', 'zz1', 20001", begins("edith")),
            ),
            (
                "by_later_name",
                include_str!("../../src/electors/sql/by_later_name.sql"),
                format!("{all}, array['harcourt1'], array['harcourt1' || chr(1114111)], array['ed'], 'zz1', 20001"),
            ),
            (
                "by_address",
                include_str!("../../src/electors/sql/by_address.sql"),
                format!("{}, '', 20001, array['harcourt1'], array['']", begins("3 street 7")),
            ),
            (
                "by_street",
                include_str!("../../src/electors/sql/by_street.sql"),
                format!("{}, 3, '', '', 20001, '{{}}', '{{}}'", begins("street 7")),
            ),
            (
                "by_postcode",
                include_str!("../../src/electors/sql/by_postcode.sql"),
                format!("{}, 20001", begins("zz14")),
            ),
            ("by_district", include_str!("../../src/electors/sql/by_district.sql"), "3, 20001".into()),
            (
                "by_intention",
                include_str!("../../src/electors/sql/by_intention.sql"),
                format!("{all}, 'local', array['F'], 20001"),
            ),
        ];
        for (name, sql, values) in searches {
            all_plans.extend(plans(&mut db, name, sql, &values).await);
        }
    }
    for plan in all_plans {
        for table in ["elector", "household"] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
        }
        let later = plan.starts_with("by_later_name");
        for index in ["elector_by_later_name", "elector_by_last_name"] {
            assert!(!later || plan.contains(index), "{index} is not used: {plan}");
        }
    }
}

/// Twenty more districts of six hundred people, some of them asked.
async fn seed_many(app: &TestApp) {
    let mut db = app.database.operator().await;
    query("select wall.add_districts('Wexmere', array(select 'Z' || n from generate_series(1, 20) n))")
        .execute(&mut db)
        .await
        .unwrap();
    query("insert into household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key, street, number, position)
           select d.partition_id, d.area_no, array[n || ' Street ' || d.area_no], n || ' Street ' || d.area_no, 'ZZ' || d.area_no || ' 4QX',
             n || ' street ' || d.area_no, 'street ' || d.area_no, 'zz' || d.area_no || '4qx', 'Street ' || d.area_no, n, n
           from district d, generate_series(1, 300) n where d.letters like 'Z%'").execute(&mut db).await.unwrap();
    query("insert into elector (partition_id, area_no, household_id, kind, name, name_key, forename_key, number, position)
           select h.partition_id, h.area_no, h.household_id, 'ordinary', 'x', md5(h.household_id || 'a' || p) || ' ' || md5(p::text || h.household_id),
             md5(p::text || h.household_id) || ' ' || md5(h.household_id || 'a' || p), d.letters || '-' || h.number * 2 + p, h.number * 2 + p
           from household h join district d using (area_no), generate_series(0, 1) p where d.letters like 'Z%'").execute(&mut db).await.unwrap();
    query("insert into intention_now (partition_id, elector_id, intention_kind, area_no, code)
           select partition_id, elector_id, 'local', area_no, case elector_id % 20 when 0 then 'F' else 'A' end from elector where elector_id % 3 = 0")
        .execute(&mut db).await.unwrap();
    query("analyze").execute(&mut db).await.unwrap();
}
