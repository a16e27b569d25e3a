//! The service as its users meet it: over HTTP, against a database of its own, signed in through the real door.

use super::browser::Page;
use super::database::TestDatabase;
use chrono::Utc;
use hustings::access::factors::app;
use hustings::access::{Role, passwords};
use hustings::config::{Config, DatabaseUrls};
use hustings::database::Database;
use hustings::database::cluster::Login;
use hustings::keys::Keys;
use hustings::mail::{self, Letter};
use hustings::materials::press;
use hustings::materials::runs::worker;
use hustings::registers::turns::Turns;
use hustings::web::App;
use reqwest::header::{HeaderMap, HeaderValue, ORIGIN};
use reqwest::redirect::Policy;
use scraper::{Html, Selector};
use serde_json::Value;
use sqlx::{Connection, PgConnection, query, query_as, query_scalar};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Everybody's password in tests.
pub const PASSWORD: &str = "the ferry leaves at noon";
/// The secret of everybody's authenticator app in tests.
pub const APP_SECRET: &[u8; 20] = b"the ferry at harbour";

/// What everybody's authenticator app shows now.
pub fn code() -> String {
    app::code_at(APP_SECRET, Utc::now().timestamp()).unwrap()
}

/// The installation's own keys in tests.
pub fn keys() -> Keys {
    Keys::of(&super::database::directory())
}

/// A running service.
pub struct TestApp {
    /// Its database.
    pub database: TestDatabase,
    /// Where it listens, as `http://127.0.0.1:port`.
    pub base: String,
    /// Whose turn it is to read a register in it.
    pub turns: Turns,
    server: tokio::task::JoinHandle<()>,
}

impl TestApp {
    /// Starts the service on a free port with an installation that is set up: codes, issues, a local poll, nobody in it.
    pub async fn new() -> Self {
        Self::on(TestDatabase::new().await).await
    }

    /// The same at a name, which browsers want for passkeys.
    pub async fn named() -> Self {
        Self::at(TestDatabase::new().await, "localhost").await
    }

    /// The same with this database.
    pub async fn on(database: TestDatabase) -> Self {
        Self::at(database, "127.0.0.1").await
    }

    async fn at(database: TestDatabase, host: &str) -> Self {
        install(&mut database.operator().await).await;
        press::set_program(env!("CARGO_BIN_EXE_hustings").into());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{host}:{}", listener.local_addr().unwrap().port());
        let urls = urls_of(&database);
        let app = App::new(Database::connect(&urls).unwrap(), config(&base));
        let turns = app.imports.clone();
        let server = tokio::spawn(async move {
            hustings::web::serve(app, listener, std::future::pending()).await.unwrap();
        });
        TestApp { database, base, turns, server }
    }

    /// An installation that is set up, which another process serves at `base`.
    pub async fn served_elsewhere(database: TestDatabase, base: String) -> Self {
        install(&mut database.operator().await).await;
        TestApp { database, base, turns: Turns::default(), server: tokio::spawn(async {}) }
    }

    /// Prints all that is queued, as the server does by itself.
    pub async fn print(&self) {
        let (database, go_on) = (Database::connect(&self.urls()).unwrap(), CancellationToken::new());
        while worker::print_next(&database, &go_on).await.unwrap() {}
    }

    /// The logins' URLs of its database.
    pub fn urls(&self) -> DatabaseUrls {
        urls_of(&self.database)
    }

    /// An account with a live grant of `role` on the area called `area` (`all`, a name, district letters).
    pub async fn account(&self, role: Role, area: &str) -> Account {
        let mut db = self.database.operator().await;
        let id = Uuid::now_v7();
        let email = format!("{}-{}@lantern.example", role.as_str(), id.simple());
        let hash = passwords::hash(PASSWORD.into()).await.unwrap();
        query("insert into account (account_id, email, name, password_hash) values ($1, $2, $3, $4)")
            .bind(id)
            .bind(&email)
            .bind(format!("{} of {area}", role.title()))
            .bind(hash)
            .execute(&mut db)
            .await
            .unwrap();
        let grant = self.grant(id, role, area).await;
        Account { id, email, grant }
    }

    /// A further grant for an account, for a month.
    pub async fn grant(&self, account: Uuid, role: Role, area: &str) -> Uuid {
        let mut db = self.database.operator().await;
        let grant = Uuid::now_v7();
        let given = query(
            "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at)
             select $1, $2, $3, area_id, 'Canvassing', 'Test', now() + interval '30 days'
             from area where short_name = $4 or name = $4",
        )
        .bind(grant)
        .bind(account)
        .bind(role.as_str())
        .bind(area)
        .execute(&mut db)
        .await
        .unwrap();
        assert_eq!(given.rows_affected(), 1, "no one area is called {area}");
        if role != Role::Volunteer {
            self.add_app(account).await;
        }
        grant
    }

    /// Gives an account an authenticator app, unless it has one.
    pub async fn add_app(&self, account: Uuid) {
        let app = app::Held::new(&keys(), Uuid::now_v7(), APP_SECRET).unwrap();
        query(
            "insert into factor (factor_id, account_id, kind, name, key_id, secret)
             select $1, $2, 'app', 'Authenticator app', $3, $4 where not exists (select from factor where account_id = $2)",
        )
        .bind(app.id)
        .bind(account)
        .bind(app.key_id)
        .bind(app.sealed)
        .execute(&mut self.database.operator().await)
        .await
        .unwrap();
    }

    /// The letters that wait to be sent, the oldest first: to whom, and what they say.
    pub async fn letters(&self) -> Vec<(String, Letter)> {
        let waiting = query_as::<_, (String, sqlx::types::Json<mail::Form>)>(
            "select coalesce(m.address, a.email), m.fields from mail m left join account a using (account_id)
             where m.sent_at is null order by m.queued_at",
        );
        let from =
            mail::form::From { controller: "The Lantern Party", contact: "data@lantern.example", base_url: &self.base };
        let waiting = waiting.fetch_all(&mut self.database.operator().await).await.unwrap();
        waiting.into_iter().map(|(to, form)| (to, form.0.letter(&keys(), from).unwrap())).collect()
    }

    /// The path of the link in the newest letter to an address.
    pub async fn link_to(&self, address: &str) -> String {
        let letters = self.letters().await;
        let letter =
            letters.iter().rfind(|(to, l)| to == address && l.paragraphs.iter().any(|p| p.starts_with("http")));
        let (_, letter) = letter.unwrap_or_else(|| panic!("no link to {address} in {letters:?}"));
        let link = letter.paragraphs.iter().find(|p| p.starts_with("http")).unwrap();
        link.strip_prefix(&self.base).unwrap().to_owned()
    }

    /// Half a minute goes by: the code that an app shows now is good again. Answers it.
    pub async fn next_code(&self, account: &Account) -> String {
        query("update factor set last_step = 0 where account_id = (select account_id from account where email = $1)")
            .bind(&account.email)
            .execute(&mut self.database.operator().await)
            .await
            .unwrap();
        code()
    }

    /// Somebody of this role, signed in through the page.
    pub async fn actor(&self, role: Role, area: &str) -> Actor {
        let account = self.account(role, area).await;
        self.sign_in(&account).await
    }

    /// Signs an account in through the page.
    pub async fn sign_in(&self, account: &Account) -> Actor {
        let actor = Actor { client: client(&self.base), base: self.base.clone(), account: account.clone() };
        let answer = actor.post("/sign-in", &[("email", account.email.as_str()), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        if answer.location().starts_with("/sign-in/factor") {
            let code = self.next_code(account).await;
            let answer = actor.post("/sign-in/factor", &[("code", code.as_str())]).await;
            assert_eq!(answer.status, 303, "{}", answer.body);
        }
        actor
    }

    /// Signs an account in by hand, in a browser.
    pub async fn sign_in_on(&self, page: &Page, account: &Account) {
        page.goto(&format!("{}/sign-in", self.base)).await;
        page.fill("Email address", &account.email).await;
        page.fill("Password", PASSWORD).await;
        page.click("main button.main").await;
        page.wait_until("location.pathname !== '/sign-in'").await;
        if page.url().await.contains("/sign-in/factor") {
            page.fill("code", &self.next_code(account).await).await;
            page.click("main form button").await;
        }
        page.wait_for("header .switch").await;
    }

    /// Nobody.
    pub fn nobody(&self) -> Actor {
        let account = Account { id: Uuid::nil(), email: String::new(), grant: Uuid::nil() };
        Actor { client: client(&self.base), base: self.base.clone(), account }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What is known of an account.
#[derive(Clone)]
pub struct Account {
    /// Its id.
    pub id: Uuid,
    /// Its address.
    pub email: String,
    /// Its first grant.
    pub grant: Uuid,
}

/// Somebody with a browser's cookies.
pub struct Actor {
    /// The HTTP client.
    pub client: reqwest::Client,
    /// Where the service is.
    pub base: String,
    /// Who it is.
    pub account: Account,
}

/// An answer, read whole.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The text of the first element that a CSS selector finds.
    pub fn text(&self, css: &str) -> String {
        let html = Html::parse_document(&self.body);
        let found = html.select(&Selector::parse(css).unwrap()).next();
        found.map(|e| e.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    }

    /// How many elements a CSS selector finds.
    pub fn count(&self, css: &str) -> usize {
        Html::parse_document(&self.body).select(&Selector::parse(css).unwrap()).count()
    }

    /// An attribute of the first element that a CSS selector finds.
    pub fn attribute(&self, css: &str, name: &str) -> String {
        let html = Html::parse_document(&self.body);
        let found = html.select(&Selector::parse(css).unwrap()).next().and_then(|e| e.attr(name).map(str::to_owned));
        found.unwrap_or_default()
    }

    /// Where a 303 leads.
    pub fn location(&self) -> String {
        self.headers.get("location").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The answer, if it has this status; else the test ends, showing the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

impl Actor {
    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        read(self.client.get(self.base.clone() + path)).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        read(self.client.post(self.base.clone() + path).form(fields)).await
    }

    /// Sends JSON.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        read(self.client.post(self.base.clone() + path).json(body)).await
    }

    /// Puts JSON under an id.
    pub async fn put_json(&self, path: &str, body: &Value) -> Answer {
        read(self.client.put(self.base.clone() + path).json(body)).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Answer {
        read(self.client.delete(self.base.clone() + path)).await
    }
}

/// What comes back of a request.
pub async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.text().await.unwrap() }
}

fn client(base: &str) -> reqwest::Client {
    let mut headers = HeaderMap::new();
    headers.insert(ORIGIN, HeaderValue::from_str(base).unwrap());
    reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).default_headers(headers).build().unwrap()
}

/// The logins' URLs of a database.
pub fn urls_of(database: &TestDatabase) -> DatabaseUrls {
    DatabaseUrls {
        app: database.url(Login::App),
        door: database.url(Login::Door),
        owner: database.url(Login::Operator),
    }
}

fn config(base: &str) -> Config {
    Config {
        database: None,
        listen: ([127, 0, 0, 1], 0).into(),
        data: super::database::directory(),
        base_url: base.to_owned(),
        metrics_listen: None,
        source_url: None,
        smtp_url: None,
        mail_from: None,
        tls: None,
        seal: Default::default(),
        messages: Default::default(),
    }
}

async fn install(db: &mut PgConnection) {
    query("insert into installation (controller, contact, kind, privacy_notice)
           values ('The Lantern Party', 'data@lantern.example', 'party', 'We keep what you tell us to plan our campaign.')")
        .execute(&mut *db).await.unwrap();
    query("insert into intention_code (code, label, slot, code_group, place) values
           ('F', 'Firm', 1, 'for', 1), ('P', 'Probable', 2, 'leaning', 2), ('U', 'Undecided', 3, 'undecided', 3),
           ('A', 'Against', 4, 'against', 4), ('X', 'Main rival', 5, 'against', 5), ('W', 'Won’t say', 6, 'wont-say', 6),
           ('N', 'Non-voter', 7, 'non-voter', 7)")
        .execute(&mut *db).await.unwrap();
    query("insert into issue_code (code, label, place) values ('BUS', 'Buses', 1), ('HARBOUR', 'Harbour wall', 2)")
        .execute(&mut *db)
        .await
        .unwrap();
    query(
        "insert into message_imprint (area_id, promoter, promoter_address, behalf, behalf_address)
           select area_id, 'A. Agent', '1 Larkspur Row, ZZ1 4QX', 'The Lantern Party', '1 Larkspur Row, ZZ1 4QX'
           from area where kind = 'installation'",
    )
    .execute(&mut *db)
    .await
    .unwrap();
    query("insert into poll (name, poll_date, kind, area_id) select 'Local elections', current_date + 160, 'local', area_id
           from area where kind = 'installation'")
        .execute(db).await.unwrap();
}

/// Two neighbouring districts of one authority, QB1 and SG1, in the wards Quillbrook and Saltern: a street of six homes
/// with two people each in either. Answers the partition.
pub async fn seed_place(database: &TestDatabase) -> i32 {
    let mut db = PgConnection::connect(&database.url(Login::Operator)).await.unwrap();
    let partition: i32 =
        query_scalar("select wall.add_districts('Wexmere', array['QB1', 'SG1'])").fetch_one(&mut db).await.unwrap();
    for (ward, letters, street) in [("Quillbrook", "QB1", "Larkspur Row"), ("Saltern", "SG1", "Old Tannery Walk")] {
        query("with a as (insert into area (kind, name, short_name) values ('ward', $1, $1) returning area_id)
               insert into area_district (area_id, area_no) select area_id, area_no from a, district where letters = $2")
            .bind(ward).bind(letters).execute(&mut db).await.unwrap();
        query("insert into household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key,
                 street, number, position)
               select $1, area_no, array[n || ' ' || $3], n || ' ' || $3, 'ZZ1 4QX', n || ' ' || lower($3), lower($3), 'zz14qx', $3, n, n
               from district, generate_series(1, 6) n where letters = $2")
            .bind(partition).bind(letters).bind(street).execute(&mut db).await.unwrap();
        query("insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key,
                 number, position)
               select h.partition_id, h.area_no, h.household_id, 'ordinary', f, 'Harcourt' || h.number, f || ' Harcourt' || h.number,
                 'harcourt' || h.number || ' ' || lower(f), lower(f) || ' harcourt' || h.number, $2 || '-' || (h.number * 2 + p), h.number * 2 + p
               from household h join district d using (area_no), (values ('Edith', 0), ('Wilfred', 1)) people (f, p)
               where d.letters = $2")
            .bind(partition).bind(letters).execute(&mut db).await.unwrap();
    }
    partition
}
