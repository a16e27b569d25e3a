//! Signed heads go to a second place, whoever does not answer there; a damaged seal stops nobody from working.

use crate::support::app::{TestApp, urls_of};
use crate::support::sealed::{ROWS, Sealed};
use crate::support::server::Server;
use crate::support::until::until;
use hustings::access::{Role, door};
use hustings::audit::seal::places::{Places, default_file};
use hustings::audit::seal::sign::publics;
use hustings::audit::seal::webhook::Target;
use hustings::audit::seal::{Head, Sealer, dump};
use hustings::config::SealConfig;
use sqlx::AssertSqlSafe;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn seals(sealer: &mut Sealer) -> Head {
    until("a head is signed", async || sealer.round().await.unwrap()).await
}

#[tokio::test]
async fn each_head_is_written_to_a_file_and_proves_the_log_by_itself() {
    let sealed = Sealed::new().await;
    let config = SealConfig::default();
    let places = Places::of(&config, sealed.data.path(), &sealed.pools);
    let mut sealer = Sealer::new(sealed.pools.clone(), sealed.keys.clone(), places);
    seals(&mut sealer).await;
    sealed.sql(ROWS).await;
    seals(&mut sealer).await;
    sealed.seal().await;
    let file = default_file(sealed.data.path());
    let heads = dump::heads(&file).unwrap();
    assert_eq!(heads.len(), 2);
    let keys = publics(&sealed.keys).unwrap();
    sealed.sql("delete from seal_head").await;
    let report = sealed.verify_with(&keys, heads).await;
    assert!(report.findings.is_empty() && report.heads == 2, "{report:?}");
    // Half a line, which a crash left, is no damage; anything else that is no head is.
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str("{\"log\":\"0193");
    std::fs::write(&file, &text).unwrap();
    assert_eq!(dump::heads(&file).unwrap().len(), 2);
    std::fs::write(&file, text.replace("leaves", "leafs")).unwrap();
    assert!(dump::heads(&file).is_err());
}

#[tokio::test]
async fn a_webhook_that_does_not_answer_delays_itself_and_nothing_else() {
    let sealed = Sealed::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/heads", listener.local_addr().unwrap());
    let config = SealConfig { webhook: Target::parse(&url), ..SealConfig::default() };
    let places = Places::of(&config, sealed.data.path(), &sealed.pools);
    let mut sealer = Sealer::new(sealed.pools.clone(), sealed.keys.clone(), places);
    let first = seals(&mut sealer).await;
    // It takes the call, says that the head should go elsewhere, and that is no answer.
    let (mut called, _) = listener.accept().await.unwrap();
    let body = async |called: &mut tokio::net::TcpStream| {
        let (mut text, mut some) = (String::new(), [0; 4096]);
        while !text.ends_with('}') {
            let read = called.read(&mut some).await.unwrap();
            text.push_str(std::str::from_utf8(&some[..read]).unwrap());
        }
        text
    };
    let request = body(&mut called).await;
    assert!(request.starts_with("POST /heads HTTP/1.1\r\n") && request.ends_with(&first.line()), "{request}");
    called.write_all(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n").await.unwrap();
    drop(called);
    let name = config.webhook.as_ref().unwrap().name();
    let state = async || {
        let (_, places) = door::seal_delays(&sealed.pools).await.unwrap();
        places.into_iter().find(|(place, _)| *place == name).map(|(_, delay)| delay)
    };
    until("the failure is told", async || state().await).await;
    let told = sealed.text("select failure from seal_place where waiting_since is not null").await;
    assert_eq!(told, "answered 302");
    // Meanwhile the log goes on, and so does the file.
    sealed.sql(ROWS).await;
    let second = seals(&mut sealer).await;
    assert_eq!(dump::heads(&default_file(sealed.data.path())).unwrap().len(), 2);
    // Tried again by itself, with the newest head: but for one call that began before that was made.
    let (mut called, _) = listener.accept().await.unwrap();
    let mut request = body(&mut called).await;
    if request.ends_with(&first.line()) {
        called.write_all(b"HTTP/1.1 302 Found\r\n\r\n").await.unwrap();
        called = listener.accept().await.unwrap().0;
        request = body(&mut called).await;
    }
    assert!(request.ends_with(&second.line()), "{request}");
    called.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    until("the place is up to date", async || (state().await == Some(0.0)).then_some(())).await;
    let wrote =
        sealed.text("select leaves from seal_place where waiting_since is null and place like 'webhook%'").await;
    assert_eq!(wrote, second.leaves.to_string());
    assert!(sealed.verify().await.findings.is_empty());
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_told_and_written_later() {
    let sealed = Sealed::new().await;
    let folder = sealed.data.path().join("not-a-folder");
    std::fs::write(&folder, "in the way").unwrap();
    let file = folder.join("heads.log");
    let config = SealConfig { file: Some(file.clone()), ..SealConfig::default() };
    let places = Places::of(&config, sealed.data.path(), &sealed.pools);
    let mut sealer = Sealer::new(sealed.pools.clone(), sealed.keys.clone(), places);
    let head = until("the rows are sealed all the same", async || {
        sealer.round().await.unwrap().filter(|head| head.leaves == 11)
    })
    .await;
    assert_ne!(sealed.text("select failure from seal_place").await, "");
    std::fs::remove_file(&folder).unwrap();
    until("it is written", async || {
        sealer.round().await.unwrap();
        dump::heads(&file).ok()
    })
    .await;
    assert_eq!(dump::heads(&file).unwrap()[0], head);
    assert_eq!(sealed.text("select waiting_since is null from seal_place").await, "true");
}

#[tokio::test]
async fn the_server_seals_by_itself_and_serves_on_when_the_seal_is_damaged() {
    let app = TestApp::new().await;
    let server = Server::start(&urls_of(&app.database)).await;
    server.ready().await;
    let sql = async |statement: &str| {
        let mut db = app.database.operator().await;
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut db).await.unwrap();
    };
    sql(ROWS).await;
    let file = default_file(&server.data());
    let covers = async |leaves: u64| {
        until("a head covers the rows", async || {
            dump::heads(&file).ok().and_then(|heads| heads.into_iter().find(|head| head.leaves >= leaves))
        })
        .await
    };
    covers(11).await;
    sql("update seal_leaf set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where leaf_no = 3").await;
    sql("update seal_state set frontier = set_byte(frontier, 0, get_byte(frontier, 0) # 1)").await;
    sql(ROWS).await;
    server.says("the sealed access log is damaged").await;
    covers(22).await;
    sql("delete from seal_state").await;
    server.says("the row that says how far the log is sealed is gone").await;
    assert_eq!(reqwest::get(format!("{}/readyz", server.base())).await.unwrap().status(), 200);
    assert_eq!(reqwest::get(format!("{}/sign-in", server.base())).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_data_protection_officer_and_administrators_see_when_the_seal_needs_somebody() {
    let app = TestApp::new().await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let page = officer.get("/protection/seal").await.expect(200);
    assert!(page.text("main").contains("Nothing is sealed yet"), "{}", page.body);
    assert!(!officer.get("/").await.expect(200).body.contains("The seal on the record"));
    let mut db = app.database.operator().await;
    sqlx::raw_sql(
        "insert into access_log (at, what, permission) values (now() - interval '5 minutes', 'look', 'home');
                   select wall.seal_wrote('webhook https://seal.example.org', 1, 'no answer within 10 seconds')",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let page = officer.get("/protection/seal").await.expect(200);
    assert!(page.text(".notice.bad").contains("Looks wait to be sealed for 5 minutes"), "{}", page.body);
    assert!(page.text("tbody").contains("no answer within 10 seconds"), "{}", page.body);
    for home in [officer.get("/").await.expect(200), administrator.get("/").await.expect(200)] {
        assert!(home.text(".notice.bad").contains("wait to be sealed for 5 minutes"), "{}", home.body);
    }
    administrator.get("/protection/seal").await.expect(403);
}
