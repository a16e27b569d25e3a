//! A small town for selections: two districts in the area in use, one of a neighbour, and everything that rules ask about.

use super::app::{Account, TestApp, seed_place};
use super::wall::open_session;
use hustings::access::{Permission, Role};
use hustings::database::{Actor, Credential, Database, Scope, Scoped};
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// The town, and who organises QB1 and SG1 in it.
pub struct Town {
    /// The service.
    pub app: TestApp,
    /// The authority.
    pub partition: i32,
    /// The organiser of both wards.
    pub organiser: Account,
    /// The area of both wards.
    pub both: i64,
    /// The local poll of the installation.
    pub poll: i64,
    /// A walk list of all homes, which results hang on.
    pub list: i64,
    /// Who canvasses.
    pub canvasser: Uuid,
}

impl Town {
    /// Larkspur Row in QB1 and Old Tannery Walk in SG1, and beyond the area Ferry Lane in NB1: six homes of two people each.
    pub async fn new() -> Self {
        let app = TestApp::new().await;
        let partition = seed_place(&app.database).await;
        let mut db = app.database.operator().await;
        neighbours(&mut db).await;
        let both: i64 = query_scalar(
            "with a as (insert into area (kind, name, short_name) values ('constituency', 'Wexmere Both', 'Both') returning area_id),
               d as (insert into area_district (area_id, area_no) select a.area_id, d.area_no from a, district d
                 where d.letters in ('QB1', 'SG1'))
             select area_id from a",
        )
        .fetch_one(&mut db)
        .await
        .unwrap();
        let poll: i64 = query_scalar("select poll_id from poll").fetch_one(&mut db).await.unwrap();
        query("insert into district_size select area_no, count(*), count(distinct household_id), 3 from elector group by 1")
            .execute(&mut db)
            .await
            .unwrap();
        let canvasser = app.account(Role::Volunteer, "Quillbrook").await.id;
        let list = list(&mut db, partition).await;
        let organiser = app.account(Role::Organiser, "Both").await;
        Town { app, partition, organiser, both, poll, list, canvasser }
    }

    /// A transaction of the organiser's, as a page of selections begins it.
    pub async fn scope(&self) -> Scoped {
        self.scope_of(&self.organiser).await
    }

    /// The same of another organiser.
    pub async fn scope_of(&self, account: &Account) -> Scoped {
        let token = open_session(&self.app, account).await;
        let mut db = self.app.database.operator().await;
        let session: Uuid =
            query_scalar("select session_id from session where account_id = $1 order by session_id desc limit 1")
                .bind(account.id)
                .fetch_one(&mut db)
                .await
                .unwrap();
        let area: i64 = query_scalar("select area_id from access_grant where grant_id = $1")
            .bind(account.grant)
            .fetch_one(&mut db)
            .await
            .unwrap();
        let actor = Actor::Session {
            account: account.id,
            grant: account.grant,
            session,
            role: Role::Organiser,
            area,
            purpose: "Canvassing".into(),
        };
        let database = Database::connect(&self.app.urls()).unwrap();
        let credential = Credential::from_token(&token).unwrap();
        Scoped::begin(&database, &credential, actor, Permission::ChooseElectors, Scope::default()).await.unwrap()
    }

    /// The id of an area by its name.
    pub async fn area(&self, name: &str) -> i64 {
        query_scalar("select area_id from area where name = $1")
            .bind(name)
            .fetch_one(&mut self.app.database.operator().await)
            .await
            .unwrap()
    }

    /// The elector with this number.
    pub async fn elector(&self, number: &str) -> i64 {
        query_scalar("select elector_id from elector where number = $1")
            .bind(number)
            .fetch_one(&mut self.app.database.operator().await)
            .await
            .unwrap()
    }

    /// Somebody stops a channel, or starts it again.
    pub async fn objects(&self, elector: i64, channel: &str, withdrawn: bool, days_ago: i32) {
        query(
            "insert into objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, at)
             select partition_id, elector_id, gen_random_uuid(), area_no, $2, $3, 'Said so', now() - make_interval(days => $4)
             from elector where elector_id = $1",
        )
        .bind(elector)
        .bind(channel)
        .bind(withdrawn)
        .bind(days_ago)
        .execute(&mut self.app.database.operator().await)
        .await
        .unwrap();
    }
}

async fn neighbours(db: &mut sqlx::PgConnection) {
    let partition: i32 =
        query_scalar("select wall.add_districts('Oldney', array['NB1'])").fetch_one(&mut *db).await.unwrap();
    query("with a as (insert into area (kind, name, short_name) values ('ward', 'Northbank', 'Northbank') returning area_id)
           insert into area_district (area_id, area_no) select area_id, area_no from a, district where letters = 'NB1'")
        .execute(&mut *db)
        .await
        .unwrap();
    query("insert into household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key, street,
             number, position)
           select $1, area_no, array[n || ' Ferry Lane'], n || ' Ferry Lane', 'ZZ2 4QX', n || ' ferry lane', 'ferry lane', 'zz24qx',
             'Ferry Lane', n, n from district, generate_series(1, 6) n where letters = 'NB1'")
        .bind(partition).execute(&mut *db).await.unwrap();
    query("insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number,
             position)
           select h.partition_id, h.area_no, h.household_id, 'ordinary', f, 'Vale' || h.number, f || ' Vale' || h.number,
             'vale' || h.number || ' ' || lower(f), lower(f) || ' vale' || h.number, 'NB1-' || (h.number * 2 + p), h.number * 2 + p
           from household h join district d using (area_no), (values ('Imogen', 0), ('Arthur', 1)) people (f, p)
           where d.letters = 'NB1'")
        .execute(db).await.unwrap();
}

async fn list(db: &mut sqlx::PgConnection, partition: i32) -> i64 {
    let list: i64 = query_scalar(
        "insert into walk_list (partition_id, name, area_no, intention_kind, side_order)
         select $1, 'Quillbrook 3', area_no, 'local', 'numeric' from district where letters = 'QB1' returning list_id",
    )
    .bind(partition)
    .fetch_one(&mut *db)
    .await
    .unwrap();
    query(
        "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
         select h.partition_id, $2, 1, h.number, h.household_id, h.area_no, h.street, 'odd'
         from household h join district d using (area_no) where h.partition_id = $1 and d.letters = 'QB1' and h.number <= 4",
    )
    .bind(partition)
    .bind(list)
    .execute(&mut *db)
    .await
    .unwrap();
    query(
        "insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
         select e.partition_id, $2, 1, e.household_id, e.elector_id, e.position, e.area_no
         from elector e join walk_list_door d on d.partition_id = e.partition_id and d.household_id = e.household_id and d.list_id = $2
         where e.partition_id = $1",
    )
    .bind(partition)
    .bind(list)
    .execute(db)
    .await
    .unwrap();
    list
}
