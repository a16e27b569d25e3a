//! An organiser imports a register through the pages; whatever goes wrong in the middle, nothing has changed.

use crate::support::app::{Actor, TestApp};
use crate::support::form::words;
use crate::support::imports::{Held, apply, counts, import, import_for, over, upload, upload_and_read};
use crate::support::register::Generated;
use crate::support::until::until;
use crate::support::walk::count;
use hustings::access::Role;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

const DAY: &str = "2025-12-01";

#[tokio::test]
async fn an_organiser_imports_a_first_register_and_sees_what_it_does() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 1200, "hostile");
    let organiser = app.actor(Role::Organiser, "all").await;
    assert!(organiser.get("/imports").await.expect(200).text(".empty").contains("Nothing was imported yet"));
    organiser.get("/imports/new").await.expect(200);
    let path = upload_and_read(&app, &organiser, "town.csv", made.bytes("xpress-full-14"), DAY).await;
    let preview = organiser.get(&path).await.expect(200);
    assert!(preview.text("h1").contains("Preview") && preview.text(".tiles").contains("New electors"));
    assert!(preview.text("#refused").contains("Refused rows"), "{}", preview.body);
    let mut db = app.database.operator().await;
    assert_eq!(counts(&mut db).await, (0, 0, 0, 0), "a preview changes nothing");
    apply(&organiser, &path).await;
    let receipt = over(&organiser, &path).await;
    assert!(receipt.text("h1").contains("Imported"), "{}", receipt.body);
    let (electors, _, entries, districts) = counts(&mut db).await;
    assert!(electors > 1100 && entries > electors && districts > 1);
    until("what was staged is forgotten", async || {
        let staged: i64 = query_scalar("select count(*) from import_row").fetch_one(&mut db).await.unwrap();
        (staged == 0).then_some(())
    })
    .await;
    let sheet = organiser.get(&format!("{path}/refused")).await.expect(200);
    assert!(sheet.body.starts_with("\u{feff}Line,Number,Reason,What to do,Taken away"), "{}", sheet.body);
    assert!(organiser.get("/areas").await.expect(200).count("tbody tr") >= usize::try_from(districts).unwrap());
    assert!(organiser.get("/imports").await.expect(200).text("[aria-labelledby=own] table").contains("town.csv"));
}

#[tokio::test]
async fn every_organiser_of_the_area_sees_which_registers_are_in_force() {
    let app = TestApp::new().await;
    let first = app.actor(Role::Organiser, "all").await;
    let in_force = async |actor: &Actor| {
        let page = actor.get("/imports").await.expect(200);
        page.text("[aria-labelledby=in-force]")
    };
    let old = Generated::new(3, 400, "clean").bytes("xpress-full-14");
    import(&app, &first, "old.csv", old, "2024-12-01").await;
    let new = Generated::new(3, 400, "clean").bytes("xpress-full-14");
    import(&app, &first, "new.csv", new, DAY).await;
    let other = app.actor(Role::Organiser, "all").await;
    let page = other.get("/imports").await.expect(200);
    let told = page.text("[aria-labelledby=in-force]");
    assert!(told.contains("1 Dec 2025") && told.contains("Organiser of all"), "{told}");
    assert!(!told.contains("2024"), "what is no longer in force is not shown: {told}");
    assert!(page.text("[aria-labelledby=own]").contains("You have given no register"), "{}", page.body);
    assert_eq!(page.count("a[href='/imports/matches']"), 0);

    let mut db = app.database.operator().await;
    query("update register set imported_by = null").execute(&mut db).await.unwrap();
    assert!(in_force(&other).await.contains("The command line"));
    query(
        "insert into doubtful_match (partition_id, register_id, elector_id, candidate_id, area_no, why)
           select e.partition_id, r.register_id, e.elector_id, e.elector_id, e.area_no, 'x' from elector e, register r
           order by e.elector_id, r.register_id desc limit 1",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let page = other.get("/imports").await.expect(200);
    assert!(page.text(".notice").contains("1 pair may be one person"), "{}", page.text("main"));
    assert_eq!(page.count("a[href='/imports/matches']"), 1);

    // Elsewhere it is as if none had come.
    query(
        "with a as (insert into authority (name) values ('Saltmarsh') returning partition_id),
             d as (insert into district (partition_id, letters) select partition_id, 'ZZ9' from a returning area_no)
           insert into area (kind, name, area_no) select 'district', 'ZZ9', area_no from d",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let elsewhere = app.actor(Role::Organiser, "ZZ9").await.get("/imports").await.expect(200);
    assert!(elsewhere.text(".empty").contains("Nothing was imported yet"), "{}", elsewhere.body);
    assert_eq!(elsewhere.count("a[href='/imports/matches']"), 0);
}

#[tokio::test]
async fn what_a_hostile_file_holds_comes_out_as_text() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 800, "hostile");
    let organiser = app.actor(Role::Organiser, "all").await;
    let name = "<script>alert(1)<.csv";
    let receipt = import(&app, &organiser, name, made.bytes("xpress-full-14"), DAY).await;
    assert_eq!(receipt.count("main script"), 0, "{}", receipt.body);
    let mut db = app.database.operator().await;
    let tag: String = query_scalar(
        "select elector_id::text from elector where surname like '%<script>%' or forenames like '%<script>%' limit 1",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    // Put it before a person's eyes as one side of a pair.
    query("insert into doubtful_match (partition_id, register_id, elector_id, candidate_id, area_no, why)
           select e.partition_id, r.register_id, e.elector_id, e.elector_id, e.area_no, '=1+1<b>' from elector e, register r
           where e.elector_id = $1::bigint")
        .bind(tag)
        .execute(&mut db)
        .await
        .unwrap();
    let path = organiser.get("/imports").await.attribute("table a", "href");
    let pairs = organiser.get(&format!("{path}/matches")).await.expect(200);
    assert_eq!(pairs.count("main script, main b b"), 0);
    assert!(pairs.text("main").contains("<script>"), "{}", pairs.body);

    // Whoever imported it, the area's organisers find the pair.
    let other = app.actor(Role::Organiser, "all").await;
    other.get(&format!("{path}/matches")).await.expect(404);
    assert!(other.get("/").await.expect(200).text(".todo").contains("may be one person"));
    let page = other.get("/imports/matches").await.expect(200);
    let field = |name: &str| page.attribute(&format!("main input[name={name}]"), "value");
    let (register, old, new) = (field("register"), field("old"), field("new"));
    let different = [("register", &*register), ("old", &*old), ("new", &*new), ("verdict", "different")];
    let far = "select letters from district where area_no not in (select area_no from doubtful_match) limit 1";
    let far: String = query_scalar(far).fetch_one(&mut db).await.unwrap();
    let elsewhere = app.actor(Role::Organiser, &far).await;
    elsewhere.post("/imports/matches", &different).await.expect(409);
    other.post("/imports/matches", &different).await.expect(303);
    other.post("/imports/matches", &different).await.expect(409);
    assert!(other.get("/imports/matches").await.expect(200).text("main").contains("Nothing left to decide"));
}

#[tokio::test]
async fn a_file_that_is_no_register_is_refused_on_the_page_with_what_to_do() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 400, "hostile");
    let organiser = app.actor(Role::Organiser, "all").await;
    let cases = [
        ("hostile-empty.csv", "empty"),
        ("hostile-header-only.csv", "no rows"),
        ("hostile-zip-renamed.csv", "ZIP"),
        ("xpress-full.xlsx", "workbook"),
        ("eros-update", "monthly update"),
        ("members", "membership list"),
    ];
    for (kind, says) in cases {
        let page = upload(&app, &organiser, "file.csv", made.bytes(kind), DAY).await.expect(422);
        assert!(
            page.text(".errors").contains(says) && page.text("#file-error").contains(says),
            "{kind}: {}",
            page.body
        );
        assert!(page.text("title").starts_with("Error:"));
    }
    let page = upload(&app, &organiser, "file.csv", made.bytes("xpress-full-14"), "soon").await.expect(422);
    assert!(!page.text("#date-error").is_empty());
    let nothing: i64 =
        query_scalar("select count(*) from import").fetch_one(&mut app.database.operator().await).await.unwrap();
    assert_eq!(nothing, 0);
}

#[tokio::test]
async fn a_file_beyond_any_register_is_refused_before_it_is_read() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let app = TestApp::new().await;
    let account = app.account(Role::Organiser, "all").await;
    let token = crate::support::wall::open_session(&app, &account).await;
    let host = app.base.trim_start_matches("http://");
    let mut line = tokio::net::TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /imports HTTP/1.1\r\nhost: {host}\r\norigin: {}\r\ncookie: hustings={token}\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: 700000000\r\n\r\n",
        app.base
    );
    line.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    line.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn many_removals_need_a_tick() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 800, "clean");
    let organiser = app.actor(Role::Organiser, "all").await;
    import(&app, &organiser, "all.csv", made.bytes("xpress-full-14"), DAY).await;
    let whole = made.bytes("xpress-full-14");
    let half: Vec<u8> = whole.split_inclusive(|b| *b == b'\n').take(500).flatten().copied().collect();
    let path = upload_and_read(&app, &organiser, "half.csv", half, DAY).await;
    let before = counts(&mut app.database.operator().await).await;
    let page = organiser.post(&format!("{path}/apply"), &[]).await.expect(422);
    assert!(page.text(".errors").contains("removed"), "{}", page.body);
    assert_eq!(counts(&mut app.database.operator().await).await, before);
    organiser.post(&format!("{path}/throw-away"), &[]).await.expect(303);
    assert!(organiser.get(&path).await.text("main").contains("thrown away"));
}

#[tokio::test]
async fn nobody_imports_outside_their_area_nor_sees_anothers_import() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 800, "clean");
    let organiser = app.actor(Role::Organiser, "all").await;
    import(&app, &organiser, "all.csv", made.bytes("xpress-full-14"), DAY).await;
    let path = organiser.get("/imports").await.attribute("table a", "href");
    let letters: String = query_scalar("select letters from district order by area_no limit 1")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let other = app.actor(Role::Organiser, &letters).await;
    other.get(&path).await.expect(404);
    other.get(&format!("{path}/refused")).await.expect(404);
    other.get(&format!("{path}/matches")).await.expect(404);
    for act in ["apply", "stop", "throw-away"] {
        let status = other.post(&format!("{path}/{act}"), &[]).await.status;
        assert!([404, 409].contains(&status), "{act}: {status}");
    }
    let listed = other.get("/imports").await.expect(200).text("[aria-labelledby=own]");
    assert!(listed.contains("You have given no register"), "{listed}");
    let mine = upload_and_read(&app, &other, "all.csv", made.bytes("xpress-full-14"), DAY).await;
    let page = other.get(&mine).await.expect(200);
    assert!(page.text(".notice.bad").contains("outside your area"), "{}", page.body);
}

#[tokio::test]
async fn an_import_stopped_in_the_middle_changes_nothing() {
    let mut held = Held::new().await;
    held.organiser.post(&format!("{}/stop", held.path), &[]).await.expect(303);
    held.let_go().await;
    held.ended_unchanged("You stopped this import").await;
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_changes_nothing() {
    let held = Held::new().await;
    let ended: bool = query_scalar("select pg_terminate_backend($1)")
        .bind(held.waiter().await)
        .fetch_one(&mut held.app.database.operator().await)
        .await
        .unwrap();
    assert!(ended);
    held.ended_unchanged("could not be reached").await;
}

#[tokio::test]
async fn access_that_ends_in_the_middle_ends_the_import() {
    let mut held = Held::new().await;
    query("update access_grant set ended_at = now()").execute(&mut held.app.database.operator().await).await.unwrap();
    held.let_go().await;
    held.ended_unchanged("Your access ended").await;
}

#[tokio::test]
async fn two_imports_of_one_authority_do_not_cross() {
    let mut held = Held::new().await;
    let made = Generated::new(6, 600, "clean");
    let second = upload_and_read(&held.app, &held.organiser, "again.csv", made.bytes("eros-full"), DAY).await;
    apply(&held.organiser, &second).await;
    let told = over(&held.organiser, &second).await;
    assert!(told.text("main").contains("is being imported just now"), "{}", told.body);
    held.let_go().await;
    assert!(over(&held.organiser, &held.path).await.text("h1").contains("Imported"));
    // What it counted before the other was in force is counted anew before anything changes.
    apply(&held.organiser, &second).await;
    let again = over(&held.organiser, &second).await;
    assert!(again.text("main").contains("these figures are new"), "{}", again.body);
    apply(&held.organiser, &second).await;
    assert!(over(&held.organiser, &second).await.text("h1").contains("Imported"));
    let doubled: i64 = query_scalar("select count(*) - count(distinct number) from elector where left_at is null")
        .fetch_one(&mut held.app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(doubled, 0);
}

#[tokio::test]
async fn a_third_file_waits_for_its_turn_and_says_so() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 400, "clean");
    let organiser = app.actor(Role::Organiser, "all").await;
    let first = app.turns.to_read(Uuid::now_v7()).await.unwrap();
    let second = app.turns.to_read(Uuid::now_v7()).await.unwrap();
    let path = upload(&app, &organiser, "town.csv", made.bytes("xpress-full-14"), DAY).await.expect(303).location();
    until("it waits", async || organiser.get(&path).await.body.contains("Waiting for another file").then_some(()))
        .await;
    let read = "select count(*) from import_row";
    assert_eq!(count(&app, read).await, 0, "it holds nothing while it waits");
    drop((first, second));
    assert!(over(&organiser, &path).await.text("h1").contains("Preview"));
}

const HEADER: &str = "Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,Elector Surname,Elector Forename,PostCode,Address1,Address2\n";

#[tokio::test]
async fn an_organiser_decides_who_is_one_person_and_their_answers_follow() {
    let app = TestApp::new().await;
    let organiser = app.actor(Role::Organiser, "all").await;
    let rows = |rows: &str| format!("{HEADER}{rows}").into_bytes();
    let other = "QB1,7,0,,,Ashdown,Nora,ZZ1 4QX,9 Larkspur Row,Wexmere\n";
    let first = format!(
        "QB1,1,0,,,Harcourt,Edith,ZZ1 4QX,1 Larkspur Row,Wexmere\nQB1,2,0,,,Marsh,Tom,ZZ1 4QX,2 Larkspur Row,Wexmere\n{other}"
    );
    import(&app, &organiser, "one.csv", rows(&first), DAY).await;
    let mut db = app.database.operator().await;
    query(
        "insert into walk_list (partition_id, name, area_no, intention_kind, side_order)
           select partition_id, 'L', area_no, 'local', 'numeric' from district where letters = 'QB1'",
    )
    .execute(&mut db)
    .await
    .unwrap();
    query("insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind, at, account_id)
           select e.partition_id, gen_random_uuid(), l.list_id, e.household_id, e.elector_id, e.area_no, 'spoke', 'F', 'local', now(), $1
           from elector e, walk_list l where e.surname in ('Harcourt', 'Marsh')")
        .bind(organiser.account.id).execute(&mut db).await.unwrap();
    query("insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
           select partition_id, elector_id, gen_random_uuid(), area_no, 'post', 'Wrote' from elector where surname = 'Harcourt'")
        .execute(&mut db).await.unwrap();
    query("select wall.settle(partition_id, elector_id, 'local') from elector").execute(&mut db).await.unwrap();
    // Edith has another surname, Tom another spelling: perhaps themselves, perhaps not.
    let second = format!(
        "QB1,4,0,,,Vane,Edith,ZZ1 4QX,1 Larkspur Row,Wexmere\nQB1,5,0,,,Marshe,Tom,ZZ1 4QX,2 Larkspur Row,Wexmere\n{other}"
    );
    let receipt = import(&app, &organiser, "two.csv", rows(&second), "2026-12-01").await;
    let path = receipt.attribute(".notice.warn a", "href");
    let pairs = organiser.get(&path).await.expect(200);
    assert_eq!(pairs.count("main section"), 2, "{}", pairs.body);
    let register = pairs.attribute("input[name=register]", "value");
    assert!(pairs.text("main").contains("Edith Harcourt") && pairs.text("main").contains("Edith Vane"));
    let seen: i64 = query_scalar(
        "select coalesce(sum(cardinality(subjects)), 0)::bigint from access_log where permission = 'decide-matches'",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!(seen, 4, "both sides of both pairs are on record");
    let tally = "select coalesce(sum(change), 0)::bigint from tally where code = 'F'";
    let counted: i64 = query_scalar(tally).fetch_one(&mut db).await.unwrap();
    assert_eq!(counted, 0, "who left is not counted");
    let database = &app.database;
    let id = |name: &'static str| async move {
        let (partition, id): (i32, i64) = query_as("select partition_id, elector_id from elector where name = $1")
            .bind(name)
            .fetch_one(&mut database.operator().await)
            .await
            .unwrap();
        format!("{partition}.{id}")
    };
    let (old, new) = (id("Edith Harcourt").await, id("Edith Vane").await);
    // Who looked at Edith when she was two records has seen her all the same.
    let (officer, edith) = (app.actor(Role::DataProtectionOfficer, "all").await, new.clone());
    let seen_by =
        async |id: String| officer.get(&format!("/protection/electors/{id}")).await.expect(200).count("tbody tr");
    seen_by(old.clone()).await;
    let before = seen_by(edith.clone()).await;
    organiser
        .post(&path, &[("register", &register), ("old", &old), ("new", &new), ("verdict", "same")])
        .await
        .expect(303);
    organiser
        .post(&path, &[("register", &register), ("old", &old), ("new", &new), ("verdict", "same")])
        .await
        .expect(409);
    let (old, new) = (id("Tom Marsh").await, id("Tom Marshe").await);
    organiser
        .post(&path, &[("register", &register), ("old", &old), ("new", &new), ("verdict", "different")])
        .await
        .expect(303);
    assert!(organiser.get(&path).await.text("main").contains("Nothing left to decide"));
    let holders: Vec<String> = query_scalar("select e.name from result r join elector e using (elector_id) order by 1")
        .fetch_all(&mut db)
        .await
        .unwrap();
    assert_eq!(holders, ["Edith Vane", "Tom Marsh"]);
    let objector: String = query_scalar("select e.name from objection o join elector e using (elector_id)")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(objector, "Edith Vane");
    let counted: i64 = query_scalar(tally).fetch_one(&mut db).await.unwrap();
    assert_eq!(counted, 1);
    let left: i64 =
        query_scalar("select count(*) from elector where left_at is not null").fetch_one(&mut db).await.unwrap();
    assert_eq!(left, 2);
    let after = seen_by(edith).await;
    assert_eq!(after, before + 2, "the look at her old record, and the one at this page before");
}

#[tokio::test]
async fn an_organiser_says_on_the_preview_whose_register_it_is_after_all() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 300, "clean");
    let organiser = app.actor(Role::Organiser, "all").await;
    import_for(&app, &organiser, "town.csv", made.bytes("xpress-full-14"), "Wexmere").await;
    let path = upload_and_read(&app, &organiser, "again.csv", made.bytes("xpress-full-14"), "2026-11-01").await;
    let mut db = app.database.operator().await;
    let held = counts(&mut db).await;
    let guessed = organiser.get(&path).await.expect(200);
    let figures = words(&guessed, ".tiles");
    assert!(figures.contains("New electors 0"), "{figures}");

    let change = format!("{path}/authority");
    let empty = organiser.post(&change, &[("authority", " ")]).await.expect(422);
    assert!(!empty.text("#authority-error").is_empty());
    organiser.post(&change, &[("authority", "Saltmarsh Borough")]).await.expect(303);
    let new = over(&organiser, &path).await;
    assert!(new.text(".facts").contains("Saltmarsh Borough"), "{}", new.text(".facts"));
    let all_new = words(&new, ".tiles");
    assert!(!all_new.contains("New electors 0"), "nobody of a new council is held: {all_new}");
    organiser.post(&change, &[("authority", " wexmere ")]).await.expect(303);
    let back = over(&organiser, &path).await;
    assert_eq!(words(&back, ".tiles"), figures, "compared with the first council again");
    assert_eq!(counts(&mut db).await, held, "looking changes nothing");

    organiser.post(&change, &[("authority", "Saltmarsh Borough")]).await.expect(303);
    over(&organiser, &path).await;
    apply(&organiser, &path).await;
    assert!(over(&organiser, &path).await.text("h1").contains("Imported"));
    let of = "select count(*) from elector join authority using (partition_id) where authority.name = $1 and left_at is null";
    let there = |name: &'static str| query_scalar::<_, i64>(of).bind(name);
    let (first, second) = (there("Wexmere"), there("Saltmarsh Borough"));
    let (first, second) = (first.fetch_one(&mut db).await.unwrap(), second.fetch_one(&mut db).await.unwrap());
    assert!(first == held.0 && second == first, "two councils with the same letters: {first}, {second}");
    organiser.post(&change, &[("authority", "Elsewhere")]).await.expect(409);
}

#[tokio::test]
async fn a_council_beyond_ones_area_leaves_the_preview_as_it_was() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 300, "clean");
    let whole = app.actor(Role::Organiser, "all").await;
    import_for(&app, &whole, "town.csv", made.bytes("xpress-full-14"), "Wexmere").await;
    let organiser = app.actor(Role::Organiser, "Wexmere").await;
    let path = upload_and_read(&app, &organiser, "again.csv", made.bytes("xpress-full-14"), "2026-11-01").await;
    organiser.post(&format!("{path}/authority"), &[("authority", "Saltmarsh Borough")]).await.expect(303);
    let page = over(&organiser, &path).await;
    assert!(page.text(".notice").contains("not part of your area"), "{}", page.body);
    assert!(page.text(".facts").contains("Wexmere"));
    apply(&organiser, &path).await;
    assert!(over(&organiser, &path).await.text("h1").contains("Imported"));
}

#[tokio::test]
async fn what_is_odd_about_a_file_is_told_with_its_lines() {
    let app = TestApp::new().await;
    let made = Generated::new(6, 300, "clean");
    let organiser = app.actor(Role::Organiser, "all").await;
    let file = String::from_utf8(made.bytes("xpress-full-14")).unwrap();
    let columns: Vec<&str> = file.lines().next().unwrap().split(',').collect();
    let names: Vec<usize> = (0..columns.len()).filter(|at| columns[*at].to_lowercase().contains("name")).collect();
    let nameless = |line: &str| {
        let cells = line.split(',').enumerate();
        cells.map(|(at, cell)| if names.contains(&at) { "" } else { cell }).collect::<Vec<_>>().join(",")
    };
    let lines = file.lines().enumerate();
    let mended: Vec<String> = lines.map(|(at, l)| if at == 7 { nameless(l) } else { l.to_owned() }).collect();
    let path = upload_and_read(&app, &organiser, "town.csv", mended.join("\r\n").into_bytes(), DAY).await;
    let page = organiser.get(&path).await.expect(200);
    assert!(page.text("main").contains("The elector has no name (1 row: line 8)"), "{}", page.text("main"));
}

#[tokio::test]
async fn the_same_file_again_says_that_nothing_would_change() {
    let app = TestApp::new().await;
    let organiser = app.actor(Role::Organiser, "all").await;
    let file = Generated::new(3, 400, "clean").bytes("xpress-full-14");
    import(&app, &organiser, "town.csv", file.clone(), DAY).await;
    let path = upload_and_read(&app, &organiser, "town.csv", file, DAY).await;
    let go = organiser.get(&path).await.expect(200).text("[aria-labelledby=go]");
    assert!(go.contains("Nothing would change."), "{go}");
    assert!(!go.contains("Import the new numbers"), "{go}");
}
