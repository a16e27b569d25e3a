//! Members stand behind the wall: SQL at will, as a working role, finds those of one's own areas, while access lives and Organise is
//! open, and writes no history of its own.

use crate::support::access::sql_as;
use crate::support::app::{TestApp, seed_place};
use crate::support::members::{file, give, import, person};
use crate::support::walk::{change, count};
use hustings::access::Role;
use sqlx::{AssertSqlSafe, PgConnection, query, query_scalar};

async fn see(db: &mut PgConnection, what: &'static str) -> i64 {
    query_scalar(AssertSqlSafe(format!("select count(*) from {what}"))).fetch_one(db).await.unwrap_or(-1)
}

const TABLES: [&str; 5] = ["member", "member_change", "member_import", "member_import_row", "person"];

#[tokio::test]
async fn members_of_another_area_of_a_closed_half_or_of_an_ended_access_are_not_there() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let oswin = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let line = "L1,Edith,Harcourt1,1 Larkspur Row,ZZ1 4QX,edith@lantern.example,1/2/2020,31/12/2099,current,Quillbrook";
    import(&oswin, file(&[line])).await;
    give(&oswin, "waits.csv", file(&[line])).await.expect(303);
    let own = app.account(Role::MembershipSecretary, "Quillbrook").await;
    let other = app.account(Role::MembershipSecretary, "Saltern").await;
    let organiser = app.account(Role::Organiser, "Quillbrook").await;
    let mut own_db = sql_as(&app, &own, "hustings_membership").await;
    let mut other_db = sql_as(&app, &other, "hustings_membership").await;
    let mut organiser_db = sql_as(&app, &organiser, "hustings_organiser").await;
    for table in TABLES {
        assert!(see(&mut own_db, table).await > 0, "{table}");
        assert_eq!(see(&mut other_db, table).await, 0, "{table}");
    }
    assert_eq!((see(&mut organiser_db, "member").await, see(&mut organiser_db, "person_contact").await), (1, 0));
    for denied in [
        "select number from member",
        "select paid_until from member",
        "select what from member_change",
        "select cells from member_import_row",
        "select * from wall.member_pairs(0, 50)",
        "select wall.match_members()",
        "select * from wall.decided_member_pair()",
        "select wall.undo_member_match(null, 1, 1)",
        "update member set state = 'lapsed'",
    ] {
        assert!(query(denied).execute(&mut organiser_db).await.is_err(), "{denied}");
    }
    // Nobody writes history, takes a table's rows away at once, or links by hand.
    for denied in [
        "insert into member_change (person_id, area_id, what) select person_id, area_id, 'expelled' from member",
        "delete from member",
        "delete from member_import_row",
        "update person set elector_id = 1, partition_id = 1, linked_how = 'exact'",
        "update member set area_id = 1",
        "truncate member",
    ] {
        assert!(query(denied).execute(&mut own_db).await.is_err(), "{denied}");
    }
    // Nor moves anybody to where they keep nobody, nor learns more of a number than that it is held elsewhere.
    let away = "update person set area_id = (select area_id from area where name = 'Saltern')";
    assert!(query(away).execute(&mut own_db).await.is_err());
    let held = "wall.members_elsewhere(array['L1', 'L2'])";
    assert_eq!((see(&mut own_db, held).await, see(&mut other_db, held).await), (0, 1));
    // Who works elsewhere neither decides a pair nor takes a link back.
    let l1 = person(&app, "L1").await;
    let done: bool = query_scalar("select wall.unlink_member($1)").bind(l1).fetch_one(&mut other_db).await.unwrap();
    assert!(!done && count(&app, "select count(*) from person where elector_id is not null").await == 1);

    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    for table in TABLES {
        assert_eq!(see(&mut own_db, table).await, 0, "{table} of a closed half");
    }
    assert_eq!(see(&mut organiser_db, "member").await, 0);
    change(&app, "update lockdown set opened_at = now()").await;
    assert_eq!(see(&mut own_db, "member").await, 1);
    change(&app, "update access_grant set ended_at = now() where role = 'membership-secretary'").await;
    for table in TABLES {
        assert_eq!(see(&mut own_db, table).await, 0, "{table} of an access that ended");
    }
}
