//! The wall against an oracle: a policy written in Cedar from the design and the law, which knows nothing of SQL or of the
//! application. What the application shows, what row security alone lets through and what the oracle says must be the same,
//! a million times; and faults that are put into the policies on purpose must each be found. `docs/oracle.md` says how to
//! read a disagreement.

#[path = "../oracle/actions.rs"]
mod actions;
#[path = "../oracle/application.rs"]
mod application;
#[path = "../oracle/compare.rs"]
mod compare;
#[path = "../oracle/faults.rs"]
mod faults;
#[path = "../oracle/policy.rs"]
mod policy;
#[path = "../oracle/random.rs"]
mod random;
#[path = "../oracle/requests.rs"]
mod requests;
#[path = "../oracle/row_security.rs"]
mod row_security;
#[path = "../oracle/tables.rs"]
mod tables;
#[path = "../oracle/world.rs"]
mod world;

use crate::support::app::TestApp;
use actions::{Index, Rows};
use application::Application;
use compare::{Asked, Count, Disagreement, compare, gather, gather_by, stories};
use faults::{FAULTS, Said};
use policy::{Oracle, SOURCE, validated};
use random::Random;
use tables::{COMPARED, ELSEWHERE, FACTS};
use world::{Closure, Size, World};

const WHOLE: Size = Size { homes: 200, accounts: 220, lists: 36 };
const SMALL: Size = Size { homes: 14, accounts: 120, lists: 14 };

/// What is closed, one after the other.
fn closings(world: &World) -> Vec<Vec<Closure>> {
    let contact = |area: Option<&str>, stays| Closure { tool: "contact", area: area.map(|a| world.named(a)), stays };
    let organise = || Closure { tool: "organise", area: None, stays: vec![] };
    vec![
        vec![],
        vec![contact(Some("Central"), vec![]), organise()],
        vec![contact(None, vec!["organiser"])],
        vec![contact(Some("Oldney"), vec!["volunteer"]), contact(Some("Nowhere"), vec![])],
    ]
}

#[test]
fn the_policy_is_written_in_words_that_its_validator_knows() {
    validated(SOURCE).unwrap();
    let wrong = SOURCE.replace("principal.grant.role == \"organiser\"", "principal.role == \"organiser\"");
    assert!(validated(&wrong).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn application_row_security_and_oracle_agree_on_a_million_triples() {
    let mut random = Random::from_environment();
    let app = TestApp::new().await;
    let begun = std::time::Instant::now();
    let mut world = World::make(&app, &mut random, WHOLE).await;
    let (index, oracle) = (Index::of(&world), Oracle::of(SOURCE, &world));
    println!("made {} electors, {} sessions in {:?}", world.electors.len(), world.sessions.len(), begun.elapsed());
    let (mut count, mut found) = (Count::default(), String::new());
    for (n, closing) in closings(&world).into_iter().enumerate() {
        world.close(&mut app.database.operator().await, closing).await;
        // While something is closed, every other session is asked.
        let sessions: Vec<usize> = (0..world.sessions.len()).filter(|s| n == 0 || s % 2 == n % 2).collect();
        let asked = gather(&app, &world, &index, &mut random, &sessions, n < 2).await;
        println!("{n}: gathered after {:?}", begun.elapsed());
        let (more, disagreements) =
            compare(&world, &oracle, &mut random, &asked, if n == 0 { 600_000 } else { 250_000 });
        println!("{n}: compared after {:?}", begun.elapsed());
        count.add(more);
        found.push_str(&stories(&world, &disagreements));
    }
    count.print();
    assert!(found.is_empty(), "{found}");
    assert!(count.three >= 1_000_000, "{} triples", count.three);
    assert!(count.allowed * 10 >= count.three * 3, "{} of {} allowed", count.allowed, count.three);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_in_the_wall_is_found() {
    let mut random = Random::from_environment();
    let app = TestApp::new().await;
    let mut world = World::make(&app, &mut random, SMALL).await;
    let (index, oracle) = (Index::of(&world), Oracle::of(SOURCE, &world));
    let mut said = Said::by(oracle, &world, &mut random);
    let mut missed = Vec::new();
    assert!(FAULTS.iter().all(|fault| fault.closing < closings(&world).len()), "a fault that no closing tries");
    for (closing, notices) in closings(&world).into_iter().enumerate() {
        world.close(&mut app.database.operator().await, notices).await;
        let before = said.first_disagreement(&app, &world, &index, closing).await;
        assert!(before.is_none(), "{}", stories(&world, &before.into_iter().collect::<Vec<_>>()));
        for fault in FAULTS.iter().filter(|f| f.closing == closing) {
            let mut db = app.database.operator().await;
            let mend = fault.put_in(&mut db).await;
            match said.first_disagreement(&app, &world, &index, closing).await {
                Some(found) => println!("{}: found\n{}", fault.what, stories(&world, &[found])),
                None => missed.push(fault.what),
            }
            sqlx::query(sqlx::AssertSqlSafe(mend)).execute(&mut db).await.unwrap();
        }
    }
    assert!(missed.is_empty(), "not found: {missed:#?}");
}

/// Faults of the policy itself, as a slip of whoever writes it: text and what stands in its place.
const SLIPS: [(&str, &str); 8] = [
    ("|| principal.grant.ends <= context.now", ""),
    ("principal.ended || ", ""),
    (
        "when { context.now < principal.grant.begins }",
        "when { context.now < principal.grant.begins && principal.ended }",
    ),
    ("when { resource.erased }", "when { resource.erased && principal.ended }"),
    ("&& resource.district in context.page\n};\n\n@id(\"figures", "\n};\n\n@id(\"figures"),
    ("principal.grant.role == \"administrator\"", "principal.grant.role == \"organiser\""),
    ("&& context.held.begins <= context.now\n  && resource.wasOn", "\n  && resource.wasOn"),
    ("resource.account == principal.account", "true"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_in_the_policy_or_in_the_application_is_found_and_without_the_guard_the_wall_says_no() {
    let mut random = Random::from_environment();
    let app = TestApp::new().await;
    let mut world = World::make(&app, &mut random, SMALL).await;
    let (index, oracle) = (Index::of(&world), Oracle::of(SOURCE, &world));
    let sessions: Vec<usize> = (0..world.sessions.len()).collect();
    let mut asked = gather(&app, &world, &index, &mut random, &sessions, true).await;
    let everything = usize::MAX >> 8;
    let (_, none) = compare(&world, &oracle, &mut random, &asked, everything);
    assert!(none.is_empty(), "{}", stories(&world, &none));
    for (from, to) in SLIPS {
        let slipped = SOURCE.replace(from, to);
        assert_ne!(slipped, SOURCE, "{from:?} is not in the policy");
        let (_, found) = compare(&world, &Oracle::of(&slipped, &world), &mut random, &asked, everything);
        assert!(!found.is_empty(), "{from:?} is left out, and nobody minds");
    }
    // An application that answers from the account, not from the grant in use; that shows the first page only; that keeps
    // what it showed before a half was closed.
    for (what, fault) in
        [("account for grant", by_account as fn(&World, &mut [Asked])), ("the first page only", first_page)]
    {
        let kept: Vec<_> = asked.iter().map(|a| a.application.clone()).collect();
        fault(&world, &mut asked);
        let (_, found) = compare(&world, &oracle, &mut random, &asked, everything);
        assert!(!found.is_empty(), "{what}: not found");
        asked.iter_mut().zip(kept).for_each(|(a, kept)| a.application = kept);
    }
    let closing = closings(&world).swap_remove(2);
    world.close(&mut app.database.operator().await, closing).await;
    let (_, found) = compare(&world, &oracle, &mut random, &asked, everything);
    assert!(
        found.iter().any(|d| d.application == Some(true) && !d.oracle),
        "an answer kept from before a closing: not found"
    );
    // A guard that asks nothing: whoever comes, the wall shows them what is theirs.
    let mut open = Application::of(&app);
    open.guarded = false;
    let mut asked = gather_by(&app, &world, &index, &mut random, &sessions, true, &open).await;
    // Another role's page works as one's own role then, and shows what one's own pages show.
    asked.retain(|a| a.asking.action.role == world.role(a.asking.session));
    let (_, found) = compare(&world, &oracle, &mut random, &asked, everything);
    assert!(found.is_empty(), "{}", stories(&world, &found));
}

fn by_account(world: &World, asked: &mut [Asked]) {
    for n in 0..asked.len() {
        let (session, action) = (asked[n].asking.session, asked[n].asking.action.name);
        let same = |a: &&Asked| {
            a.asking.action.name == action
                && a.asking.session != session
                && world.account(a.asking.session) == world.account(session)
        };
        if let Some(other) = asked.iter().find(same) {
            asked[n].application = other.application.clone();
        }
    }
}

fn first_page(_: &World, asked: &mut [Asked]) {
    for a in asked.iter_mut().filter(|a| a.asking.action.name == "seeGrant") {
        let Some(shown) = &a.application else { continue };
        let first = shown.all().take(50).collect::<Vec<_>>();
        let mut page = Rows::none(shown.len());
        first.into_iter().for_each(|row| page.add(row));
        a.application = Some(page);
    }
}

#[tokio::test]
async fn every_table_is_in_the_oracles_world_or_says_why_not() {
    let database = crate::support::database::TestDatabase::new().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
           and not relispartition and relforcerowsecurity order by 1",
    )
    .fetch_all(&mut database.operator().await)
    .await
    .unwrap();
    let mut said: Vec<&str> = COMPARED.iter().chain(FACTS).copied().collect();
    said.extend(ELSEWHERE.iter().flat_map(|(_, tables)| tables.iter().copied()));
    said.sort_unstable();
    assert_eq!(tables, said, "tests/oracle/tables.rs says where a table stands");
    let unread: Vec<_> = COMPARED.iter().filter(|table| !row_security::reads(table)).collect();
    assert!(unread.is_empty(), "{unread:?} is said to be compared");
    // Those of which it is said that no role may read a column of them.
    let held: Vec<String> = sqlx::query_scalar(
        "select distinct c.relname::text from pg_class c join pg_roles r on r.rolname = any ($2)
         where c.relnamespace = 'public'::regnamespace and c.relname = any ($1) and has_any_column_privilege(r.oid, c.oid, 'select')",
    )
    .bind(ELSEWHERE[1].1)
    .bind(&crate::support::wall::WORKING_ROLES[..])
    .fetch_all(&mut database.operator().await)
    .await
    .unwrap();
    assert!(held.is_empty(), "{held:?} can be read");
}

/// Single pages by their ids, as somebody who guesses would ask: the answer of the whole service, guard and page and wall.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guessed_address_opens_what_the_oracle_allows_and_nothing_else() {
    let mut random = Random::from_environment();
    let app = TestApp::new().await;
    let mut world = World::make(&app, &mut random, SMALL).await;
    let (oracle, application) = (Oracle::of(SOURCE, &world), Application::of(&app));
    let (mut asked, mut opened, mut found) = (0, 0, Vec::new());
    for closing in closings(&world) {
        world.close(&mut app.database.operator().await, closing).await;
        for _ in 0..800 {
            let (asking, row, path) = requests::guess(&world, &mut random);
            let says = oracle.decide(&world, &asking, &[row])[0];
            let status = application.status(&world, asking.session, &path).await;
            assert!(matches!(status, 200 | 303 | 401 | 403 | 404 | 503), "{status} at {path}");
            asked += 1;
            opened += usize::from(status == 200);
            if (status == 200) != says {
                found.push(Disagreement { asking, row, wall: says, application: Some(status == 200), oracle: says });
            }
        }
    }
    println!("{asked} pages asked for, {opened} opened");
    assert!(found.is_empty(), "{}", stories(&world, &found));
    assert!(opened * 8 > asked, "{opened} of {asked} opened");
}
