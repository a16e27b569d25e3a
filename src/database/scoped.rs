//! The scoped transaction: one actor, one permission, one purpose, what is open on the page.
//!
//! It begins by naming the session to PostgreSQL, whose row policies then decide. What its store functions read of
//! people comes as `Seen`, which only `Scoped::finish` opens, after the look is on record as the last statement.

use super::{Database, Operator, WorkingRole};
use crate::access::{Permission, Role};
use crate::canvass::ListId;
use crate::error::{Error, Tool};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The text that stands for a browser's token inside the server: SHA-256 of it, in hex. Opens nothing by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(String);

impl Credential {
    /// From the token as the browser sends it. None when it cannot be a token of ours (43 base64url characters).
    pub fn from_token(token: &str) -> Option<Self> {
        use sha2::Digest;
        let shaped = token.len() == 43 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        shaped.then(|| Credential(hex::encode(sha2::Sha256::digest(token.as_bytes()))))
    }

    /// What the session table holds: SHA-256 of this hash's bytes.
    pub fn key(&self) -> Vec<u8> {
        use sha2::Digest;
        sha2::Sha256::digest(hex::decode(&self.0).unwrap_or_default()).to_vec()
    }

    pub(crate) fn as_hex(&self) -> &str {
        &self.0
    }
}

/// Who acts in a scoped transaction.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A session under one grant.
    Session {
        /// The account signed in.
        account: Uuid,
        /// The grant in use.
        grant: Uuid,
        /// The session.
        session: Uuid,
        /// The grant's role.
        role: Role,
        /// The grant's area.
        area: i64,
        /// The grant's purpose.
        purpose: String,
    },
    /// The command line's operator, on record with OS user and reason.
    Operator {
        /// The operator's session.
        operator: Uuid,
    },
}

/// What is open on this page: only narrows what the grant holds. Nothing named, nothing read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope {
    /// The area in use; None means the grant's own.
    pub area: Option<i64>,
    /// The open walk list.
    pub list: Option<ListId>,
}

/// What kind of look the log's row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum What {
    /// A page or an answer that shows people.
    #[default]
    Look,
    /// A search and what it found.
    Search,
    /// A page made for paper.
    Print,
    /// A file to take away.
    Export,
}

impl What {
    fn as_str(self) -> &'static str {
        match self {
            What::Look => "look",
            What::Search => "search",
            What::Print => "print",
            What::Export => "export",
        }
    }
}

/// Who was shown: people by partition and id, or a list by version.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// The kind of look.
    pub what: What,
    /// The electors shown, as (partition, elector).
    pub electors: Vec<(i32, i64)>,
    /// The people of Organise shown: members, volunteers.
    pub people: Vec<Uuid>,
    /// The list shown and its version, instead of its people.
    pub list: Option<(ListId, i32)>,
}

/// Something about people that nobody may see before the look is on record.
#[must_use = "finish the scoped transaction with it"]
pub struct Seen<T> {
    value: T,
    looked: Looked,
}

impl<T> Seen<T> {
    /// Rows just read, with those they show.
    pub fn new(value: T, looked: Looked) -> Self {
        Seen { value, looked }
    }

    /// Electors of one answer.
    pub fn people(value: T, electors: impl IntoIterator<Item = (i32, i64)>) -> Self {
        Seen::new(value, Looked { electors: electors.into_iter().collect(), ..Looked::default() })
    }

    /// Members, volunteers, helpers of one answer.
    pub fn helpers(value: T, people: impl IntoIterator<Item = Uuid>) -> Self {
        Seen::new(value, Looked { people: people.into_iter().collect(), ..Looked::default() })
    }

    /// Two looks of one page become one row of the log. The kind that is not a plain look stands.
    pub fn and<U>(self, other: Seen<U>) -> Seen<(T, U)> {
        let mut looked = self.looked;
        looked.electors.extend(other.looked.electors);
        looked.people.extend(other.looked.people);
        looked.list = looked.list.or(other.looked.list);
        if looked.what == What::Look {
            looked.what = other.looked.what;
        }
        Seen { value: (self.value, other.value), looked }
    }

    /// Changes the shape, not the look.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Seen<U> {
        Seen { value: f(self.value), looked: self.looked }
    }

    /// Refuses what cannot be handed over, before it is on record that it was.
    ///
    /// # Errors
    /// What the check says.
    pub fn check(self, may: impl FnOnce(&T) -> Result<(), Error>) -> Result<Self, Error> {
        may(&self.value)?;
        Ok(self)
    }

    /// For what this same transaction keeps, a run of the press above all: hands the rows over before the look is on record, which
    /// stays to be finished. Nothing of them may leave but what commits with that record.
    pub(crate) fn for_the_press(self) -> (T, Seen<()>) {
        let looked = Looked { what: What::Print, ..self.looked };
        (self.value, Seen { value: (), looked })
    }

    /// The same look, on a page made for paper.
    pub fn for_print(mut self) -> Self {
        self.looked.what = What::Print;
        self
    }

    /// The same look, to take away as a file.
    pub fn for_export(mut self) -> Self {
        self.looked.what = What::Export;
        self
    }
}

/// A command-line operator's session on record.
#[derive(Debug, Clone)]
pub struct OperatorSession {
    /// The machine's user.
    pub os_user: String,
    /// The command, without its arguments.
    pub command: String,
    /// Why.
    pub reason: String,
}

impl OperatorSession {
    /// Writes down that the operator runs a command, for good, and answers the entry's id.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn put_on_record(&self, operator: &Operator) -> Result<Uuid, Error> {
        let id = Uuid::now_v7();
        sqlx::query!(
            "insert into operator_session (operator_id, os_user, command, reason) values ($1, $2, $3, $4)",
            id,
            self.os_user,
            self.command,
            self.reason
        )
        .execute(operator.pool())
        .await?;
        Ok(id)
    }
}

/// One transaction under the wall. The only type that store functions take.
pub struct Scoped {
    transaction: Transaction<'static, Postgres>,
    actor: Actor,
    permission: Permission,
    /// The session's; None: the operator's.
    credential: Option<Credential>,
    /// The server's own login, for what no session may ask; None: the operator's, who may.
    door: Option<PgPool>,
}

impl Scoped {
    /// Begins for a session: names its credential and what is open to PostgreSQL, which decides from there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn begin(
        database: &Database,
        credential: &Credential,
        actor: Actor,
        permission: Permission,
        scope: Scope,
    ) -> Result<Self, Error> {
        let Actor::Session { role, area, .. } = &actor else {
            return Err(Error::Forbidden("Operators do not come in by the web"));
        };
        let first = first_statement(credential, scope.list, scope.area.unwrap_or(*area));
        let transaction = database.role(permission.works_as(*role)).begin_with(first).await?;
        let door = Some(database.door().clone());
        Ok(Scoped { transaction, actor, permission, credential: Some(credential.clone()), door })
    }

    /// Begins for the operator, who is put on record before anything else, in a transaction of its own: a command that
    /// fails or changes nothing has looked all the same.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn operator(
        operator: &Operator,
        session: &OperatorSession,
        permission: Permission,
    ) -> Result<Self, Error> {
        let id = session.put_on_record(operator).await?;
        let transaction = operator.pool().begin().await?;
        Ok(Scoped { transaction, actor: Actor::Operator { operator: id }, permission, credential: None, door: None })
    }

    /// Begins a further transaction of an operator's session that is on record already: long work goes in batches.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn operator_again(operator: &Operator, id: Uuid, permission: Permission) -> Result<Self, Error> {
        let transaction = operator.pool().begin().await?;
        Ok(Scoped { transaction, actor: Actor::Operator { operator: id }, permission, credential: None, door: None })
    }

    /// For store functions: the connection that the wall guards.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// The server's own login, beside this transaction: for the few questions that are not the session's to ask (which electors
    /// are invented). None for the operator, whose own connection may.
    pub(crate) fn door(&self) -> Option<&PgPool> {
        self.door.as_ref()
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The role that acts; None for the operator.
    pub fn role(&self) -> Option<Role> {
        match &self.actor {
            Actor::Session { role, .. } => Some(*role),
            Actor::Operator { .. } => None,
        }
    }

    /// The account that acts; None for the operator.
    pub fn account(&self) -> Option<Uuid> {
        match &self.actor {
            Actor::Session { account, .. } => Some(*account),
            Actor::Operator { .. } => None,
        }
    }

    /// The operator's session; None for an account.
    pub fn operator_id(&self) -> Option<Uuid> {
        match &self.actor {
            Actor::Session { .. } => None,
            Actor::Operator { operator } => Some(*operator),
        }
    }

    /// Puts the look on record as the last statement, commits, and only then hands the rows over.
    ///
    /// # Errors
    /// [`Error::AccessEnded`] when access ended before that statement, [`Error::Conflict`] when somebody of them was
    /// erased or went from the register meanwhile: what is not on record is not shown.
    pub async fn finish<T>(mut self, seen: Seen<T>) -> Result<T, Error> {
        let shown = BTreeSet::from_iter(seen.looked.electors.iter().copied());
        let people = BTreeSet::from_iter(seen.looked.people.iter().copied());
        let mut subjects = pseudonyms(&mut self.transaction, &shown).await?;
        subjects.extend(pseudonyms_of_people(&mut self.transaction, people.iter().copied().collect()).await?);
        self.log(&seen.looked, &subjects).await?;
        if subjects.len() < shown.len() + people.len() {
            return Err(Error::Conflict("Somebody’s record changed while this was read. Load the page again".into()));
        }
        self.transaction.commit().await?;
        Ok(seen.value)
    }

    /// Ends a transaction that showed nobody.
    ///
    /// # Errors
    /// [`Error::AccessEnded`] when access ended meanwhile, [`Error::Closed`] when its half was closed: nothing is done.
    pub async fn commit(mut self) -> Result<(), Error> {
        if let Actor::Session { .. } = &self.actor {
            let tool = self.tool();
            let now =
                sqlx::query!(r#"select wall.live() as "live!", wall.open($1) as "open!""#, tool.map(Tool::as_str))
                    .fetch_one(&mut *self.transaction)
                    .await?;
            match tool {
                _ if !now.live => return Err(Error::AccessEnded),
                Some(tool) if !now.open => return Err(just_closed(tool)),
                _ => {}
            }
        }
        Ok(self.transaction.commit().await?)
    }

    /// The half that this work belongs to.
    fn tool(&self) -> Option<Tool> {
        match &self.actor {
            Actor::Session { role, .. } => self.permission.tool(*role),
            Actor::Operator { .. } => None,
        }
    }

    /// The log's own policy refuses the row of someone whose access has ended, or whose half was closed. A phone that
    /// is told the first wipes its list, so the two must not be mixed up.
    async fn ended_or_closed(&mut self, error: sqlx::Error) -> Error {
        if error.as_database_error().and_then(|e| e.code()).as_deref() != Some("42501") {
            return error.into();
        }
        let Some(tool) = self.tool() else { return Error::AccessEnded };
        // The transaction has failed, and with it the session's name went: what follows names it for itself alone.
        let session = self.credential.as_ref().map(Credential::as_hex).unwrap_or_default();
        let asked = async {
            sqlx::query("rollback").execute(&mut *self.transaction).await?;
            sqlx::query_scalar!(
                r#"with named as materialized (select set_config('app.session', $2, true))
                   select wall.open($1) as "open!" from named"#,
                tool.as_str(),
                session
            )
            .fetch_one(&mut *self.transaction)
            .await
        };
        match asked.await {
            Ok(false) => just_closed(tool),
            Ok(true) => Error::AccessEnded,
            Err(error) => error.into(),
        }
    }

    async fn log(&mut self, looked: &Looked, subjects: &[Uuid]) -> Result<(), Error> {
        let (account, grant, session, purpose, tool) = match &self.actor {
            Actor::Session { account, grant, session, role, purpose, .. } => {
                (Some(*account), Some(*grant), Some(*session), purpose.as_str(), self.permission.tool(*role))
            }
            Actor::Operator { .. } => (None, None, None, "", None),
        };
        if let Actor::Operator { operator } = &self.actor {
            // The operator's connection has no session for the policy to check: its own id stands instead.
            sqlx::query!(
                "insert into access_log (what, permission, operator_id, subjects, partition_id, list_id, list_version)
                 values ($1, $2, $3, $4, $5, $6, $7)",
                looked.what.as_str(),
                self.permission.as_str(),
                operator,
                subjects,
                looked.list.map(|l| l.0.partition),
                looked.list.map(|l| l.0.id),
                looked.list.map(|l| l.1),
            )
            .execute(&mut *self.transaction)
            .await?;
            return Ok(());
        }
        let logged = sqlx::query!(
            "insert into access_log (what, permission, purpose, tool, account_id, grant_id, session_id, subjects,
               partition_id, list_id, list_version)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            looked.what.as_str(),
            self.permission.as_str(),
            purpose,
            tool.map(Tool::as_str),
            account,
            grant,
            session,
            subjects,
            looked.list.map(|l| l.0.partition),
            looked.list.map(|l| l.0.id),
            looked.list.map(|l| l.1),
        )
        .execute(&mut *self.transaction)
        .await;
        match logged {
            Ok(_) => Ok(()),
            Err(error) => Err(self.ended_or_closed(error).await),
        }
    }
}

/// Begins and names session, list and area in one message to PostgreSQL. The one place where values are written into SQL:
/// a digest in hex and numbers, by their types. They are arguments of a query, so that `pg_stat_statements` on somebody's own
/// server keeps the text without them, as it would not of `set local`.
fn first_statement(credential: &Credential, list: Option<ListId>, area: i64) -> AssertSqlSafe<String> {
    let (session, list) = (credential.as_hex(), list.map(|l| l.to_string()).unwrap_or_default());
    AssertSqlSafe(format!(
        "begin; select set_config('app.session', '{session}', true), set_config('app.list', '{list}', true), \
         set_config('app.area', '{area}', true)"
    ))
}

fn just_closed(tool: Tool) -> Error {
    Error::Closed { tool, notice: "Closed a moment ago. The service notices say more".into() }
}

async fn pseudonyms(connection: &mut PgConnection, electors: &BTreeSet<(i32, i64)>) -> Result<Vec<Uuid>, Error> {
    let mut by_partition = BTreeMap::<i32, Vec<i64>>::new();
    for (partition, elector) in electors {
        by_partition.entry(*partition).or_default().push(*elector);
    }
    let mut all = Vec::with_capacity(electors.len());
    for (partition, ids) in by_partition {
        let found = sqlx::query_scalar!(r#"select wall.pseudonyms($1, $2) as "p!""#, partition, &ids)
            .fetch_one(&mut *connection)
            .await?;
        all.extend(found);
    }
    Ok(all)
}

async fn pseudonyms_of_people(connection: &mut PgConnection, people: Vec<Uuid>) -> Result<Vec<Uuid>, Error> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let found = sqlx::query_scalar!(r#"select wall.person_pseudonyms($1) as "p!""#, &people);
    Ok(found.fetch_one(connection).await?)
}

/// Which working role a session's permission uses; kept beside the transaction since it picks the pool.
impl Permission {
    pub(crate) fn works_as(self, role: Role) -> WorkingRole {
        if self == Permission::ImportRegisters {
            return WorkingRole::Importer;
        }
        match role {
            Role::Volunteer => WorkingRole::Volunteer,
            Role::Organiser => WorkingRole::Organiser,
            Role::MembershipSecretary => WorkingRole::Membership,
            Role::DataProtectionOfficer => WorkingRole::Protection,
            Role::Administrator => WorkingRole::Administrator,
        }
    }
}
