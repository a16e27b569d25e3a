//! A log with rows of every shape, sealed by the real sealer, and what a verification of it comes to.

use super::app::urls_of;
use super::database::TestDatabase;
use super::until::until;
use hustings::access::Permission;
use hustings::audit::seal::sealer::seal;
use hustings::audit::seal::sign::publics;
use hustings::audit::seal::store::{self, Status};
use hustings::audit::seal::{Head, Public, Report, Verifier};
use hustings::database::cluster::Login;
use hustings::database::{Database, Operator, OperatorSession, Scoped};
use hustings::keys::Keys;
use sqlx::{AssertSqlSafe, query};

/// A row with every column filled, one with none that may be empty, and some looks.
pub const ROWS: &str = "insert into access_log (what, permission, purpose, tool, account_id, grant_id, session_id, operator_id, \
     subjects, partition_id, list_id, list_version, route, status, address)
   values ('look', 'canvass', 'Läufe', 'contact', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
     array[gen_random_uuid(), gen_random_uuid()], 1, 7, 3, 'GET /canvass/{list}', 200, '192.0.2.7'),
   ('refused', 'home', '', null, null, null, null, null, '{}', null, null, null, '', null, '');
   insert into access_log (what, permission) select 'search', 'read-electors' from generate_series(1, 9)";

/// A database whose log is sealed with keys of its own.
pub struct Sealed {
    /// The database.
    pub database: TestDatabase,
    /// The server's pools.
    pub pools: Database,
    /// The keys.
    pub keys: Keys,
    /// Where the keys are.
    pub data: tempfile::TempDir,
}

impl Sealed {
    /// Rows, none of them sealed yet.
    pub async fn new() -> Self {
        let sealed = Self::on(TestDatabase::new().await);
        sealed.sql(ROWS).await;
        sealed
    }

    /// The same with this database and nothing in it.
    pub fn on(database: TestDatabase) -> Self {
        let data = tempfile::tempdir().unwrap();
        let keys = Keys::of(data.path());
        Sealed { pools: Database::connect(&urls_of(&database)).unwrap(), database, keys, data }
    }

    /// What somebody with the database's password does.
    pub async fn sql(&self, statement: &str) {
        let mut db = self.database.operator().await;
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut db).await.unwrap();
    }

    /// One value that a statement answers, as text.
    pub async fn text(&self, statement: &str) -> String {
        let mut db = self.database.operator().await;
        let statement = AssertSqlSafe(format!("select ({statement})::text"));
        sqlx::query_scalar::<_, Option<String>>(statement).fetch_one(&mut db).await.unwrap().unwrap_or_default()
    }

    /// Seals once; rows that a transaction of another test holds back stay.
    pub async fn round(&self) -> Option<Head> {
        seal(&self.pools, &self.keys).await.unwrap()
    }

    /// Seals until nothing waits: transactions of other tests' databases end in a moment.
    pub async fn seal(&self) -> Head {
        until("everything is sealed", async || {
            self.round().await;
            let status = self.status().await;
            status.head.filter(|head| status.waiting == 0 && head.leaves == status.leaves as u64)
        })
        .await
    }

    /// The same, and until the sealer knows of every transaction from before now that it has ended.
    pub async fn seal_for_sure(&self) {
        self.seal().await;
        let now = self.text("clock_timestamp()").await;
        until("every transaction has ended that was running", async || {
            // A head is signed when there is something new.
            self.sql("insert into access_log (what, permission) values ('look', 'home')").await;
            self.round().await;
            let sure = self.text(&format!("select coalesce(max(complete) > '{now}', false) from seal_head")).await;
            (sure == "true").then_some(())
        })
        .await;
        self.seal().await;
    }

    /// How the seal stands.
    pub async fn status(&self) -> Status {
        let operator = self.operator();
        let mut scope = scope(&operator).await;
        let status = store::status(&mut scope).await.unwrap();
        scope.commit().await.unwrap();
        operator.close().await;
        status
    }

    /// The operator's connections.
    pub fn operator(&self) -> Operator {
        Operator::connect(&self.database.url(Login::Operator)).unwrap()
    }

    /// Verifies the database with the installation's keys, without a second place.
    pub async fn verify(&self) -> Report {
        self.verify_with(&publics(&self.keys).unwrap(), Vec::new()).await
    }

    /// Verifies it with these keys and this second place.
    pub async fn verify_with(&self, keys: &[Public], second_place: Vec<Head>) -> Report {
        let operator = self.operator();
        let mut verifier = Verifier::new(keys, second_place);
        let mut scope = scope(&operator).await;
        store::lines(&mut scope, &mut |line| verifier.take(line)).await.unwrap();
        scope.commit().await.unwrap();
        operator.close().await;
        verifier.end().unwrap()
    }

    /// A row's number by its leaf's.
    pub async fn entry(&self, leaf: u64) -> i64 {
        self.text(&format!("select entry_id from seal_leaf where leaf_no = {leaf}")).await.parse().unwrap()
    }

    /// That a restore was run at this moment.
    pub async fn restored(&self, why: &str) {
        query("insert into operator_session (operator_id, os_user, command, reason, at) values (gen_random_uuid(), 'root', 'restore', $1, clock_timestamp())")
            .bind(why)
            .execute(&mut self.database.operator().await)
            .await
            .unwrap();
    }
}

async fn scope(operator: &Operator) -> Scoped {
    let session = OperatorSession { os_user: "root".into(), command: "audit".into(), reason: String::new() };
    Scoped::operator(operator, &session, Permission::ReadAccessLog).await.unwrap()
}
