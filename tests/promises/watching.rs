//! What no honest work looks like is seen within seconds and told to whoever answers for people's data; what honest work looks
//! like raises nothing; and nobody weighs what is about themselves.

use crate::support::app::{Account, TestApp};
use crate::support::walk::{Walk, change, count};
use crate::support::wall::{become_role, hash, open_session};
use crate::support::watch::Watch;
use hustings::access::{PERMISSIONS, Role};
use hustings::watching::watcher;
use sqlx::{AssertSqlSafe, query, query_scalar};

async fn organiser(watch: &Watch) -> Account {
    watch.app.account(Role::Organiser, "all").await
}

#[tokio::test]
async fn opening_many_people_one_by_one_raises_an_alert_above_the_threshold_and_not_at_it() {
    let watch = Watch::new().await;
    let (quiet, sweeper) = (organiser(&watch).await, organiser(&watch).await);
    watch.opens(&quiet, 1, 150, 9.0, 0.0).await;
    watch.opens(&sweeper, 1, 151, 9.0, 0.0).await;
    assert_eq!(watch.alerts().await, [("sweep-organisers".into(), "medium".into(), 151, "new".into())]);
    let about: String =
        query_scalar("select about from alert").fetch_one(&mut watch.app.database.operator().await).await.unwrap();
    assert_eq!(about, sweeper.id.to_string());

    let volunteer = watch.app.account(Role::Volunteer, "Quillbrook").await;
    watch.looks(&volunteer, "look", "canvass", 1, 60, 9.0, 0.0).await;
    assert_eq!(watch.rules().await.len(), 1);
    watch.looks(&volunteer, "look", "canvass", 61, 61, 0.0, 0.0).await;
    assert_eq!(watch.alerts().await[1], ("sweep-volunteers".into(), "high".into(), 61, "new".into()));

    // The same people again are the same people; the same number over a longer time is no sweep.
    let (again, slow) = (organiser(&watch).await, organiser(&watch).await);
    watch.opens(&again, 1, 80, 9.0, 0.0).await;
    watch.opens(&again, 1, 80, 9.0, 0.0).await;
    watch.opens(&slow, 1, 170, 60.0, 0.0).await;
    assert_eq!(watch.rules().await.len(), 2);
}

#[tokio::test]
async fn a_slow_sweep_and_reading_the_register_by_its_pages_are_seen_too() {
    let watch = Watch::new().await;
    let (quiet, slow, reader) = (organiser(&watch).await, organiser(&watch).await, organiser(&watch).await);
    watch.opens(&quiet, 1, 400, 600.0, 0.0).await;
    watch.opens(&slow, 1, 401, 600.0, 0.0).await;
    assert_eq!(watch.alerts().await, [("slow-sweep".into(), "medium".into(), 401, "new".into())]);
    change(
        &watch.app,
        "insert into watch_rule_version (rule, version, on_duty, threshold, minutes, reason, account_id)
        select 'page-after-page', 1, true, 100, 10, 'Small place', account_id from account limit 1",
    )
    .await;
    watch.looks(&reader, "search", "read-electors", 1, 100, 9.0, 0.0).await;
    assert_eq!(watch.rules().await.len(), 1, "as changed here, 100 are allowed");
    watch.looks(&reader, "search", "read-electors", 101, 101, 0.0, 0.0).await;
    assert_eq!(watch.alerts().await[1].0, "page-after-page");
}

#[tokio::test]
async fn an_honest_saturday_raises_nothing() {
    let watch = Watch::new().await;
    let app = &watch.app;
    // A canvasser does every door of an own list within minutes; the list leads there.
    let canvasser = app.account(Role::Volunteer, "Quillbrook").await;
    Walk::new(&app.database, "QB1").await.assign(app, canvasser.id).await;
    watch.looks(&canvasser, "look", "canvass", 1, 200, 8.0, 1.0).await;
    // An organiser checks eighty electors over two hours, searches, prints a list by day.
    let desk = organiser(&watch).await;
    watch.opens(&desk, 1, 80, 120.0, 0.0).await;
    watch.looks(&desk, "search", "read-electors", 1, 60, 120.0, 0.0).await;
    watch
        .rows(
            &desk,
            "insert into access_log (what, permission, account_id, grant_id, partition_id, list_id, list_version)
        select 'print', 'make-walk-lists', $1, $2, partition_id, list_id, 1 from walk_list",
        )
        .await;
    // A phone changes networks on the bus, again and again, and stays the same phone.
    let phone = app.account(Role::Volunteer, "Quillbrook").await;
    open_session(app, &phone).await;
    watch.rows(&phone, "insert into place_use (session_id, account_id, network, browser, at)
        select session_id, account_id, case n % 2 when 0 then '192.0.0.0' else '198.51.0.0' end, 'phone', now() - n * interval '5 minutes'
        from session, generate_series(0, 6) n where account_id = $1 and grant_id = $2").await;
    // Somebody's old bookmark, and a session that slept.
    watch.rows(&desk, "insert into access_log (what, permission, account_id, grant_id, route, status)
        select 'refused', '', $1, $2, 'GET /access', case n % 2 when 0 then 403 else 401 end from generate_series(1, 20) n").await;
    assert_eq!(watch.alerts().await, []);
}

#[tokio::test]
async fn searches_in_the_night_are_told_of_unless_a_poll_is_near() {
    let watch = Watch::new().await;
    let (quiet, owl, busy) = (organiser(&watch).await, organiser(&watch).await, organiser(&watch).await);
    let searches = "insert into access_log (at, what, permission, account_id, grant_id)
        select (current_date - 5 + time '23:10') at time zone 'Europe/London' + n * interval '1 minute',
          case n % 2 when 0 then 'search' else 'print' end, 'read-electors', $1, $2 from generate_series(1, ";
    for (who, times) in [(&quiet, 20), (&owl, 21)] {
        let mut db = watch.app.database.operator().await;
        let rows = query(AssertSqlSafe(format!("{searches}{times}) n"))).bind(who.id).bind(who.grant);
        rows.execute(&mut db).await.unwrap();
    }
    assert_eq!(watch.alerts().await, [("night".into(), "low".into(), 21, "new".into())]);
    // The eve of a poll is no usual night.
    change(
        &watch.app,
        "insert into poll (name, poll_date, kind, area_id) select 'By-election', current_date - 4, 'local', area_id
        from area where kind = 'installation'",
    )
    .await;
    let mut db = watch.app.database.operator().await;
    query(AssertSqlSafe(format!("{searches}40) n"))).bind(busy.id).bind(busy.grant).execute(&mut db).await.unwrap();
    assert_eq!(watch.rules().await.len(), 1);
}

/// Gives people of five districts each a surname, and answers nothing: `P1`… of one home a district.
async fn family(watch: &Watch) {
    change(&watch.app, "with more as (
          insert into district (partition_id, letters) select partition_id, 'X' || n from authority, generate_series(1, 8) n
          returning partition_id, area_no, letters), home as (
          insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number, position)
          select partition_id, area_no, array['1 ' || letters], '1 ' || letters, '1 ' || lower(letters), lower(letters), letters, 1, 1
          from more returning *)
        insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key)
        select partition_id, area_no, household_id, 'ordinary', 'Q' || right(street, 1) || f, 'Fernsby', 'Q Fernsby', 'fernsby q', 'q fernsby'
        from home, generate_series(1, 3) f").await;
    // Eighteen other homes of a common name stand beside each, so that the name is no rarity by itself.
    change(&watch.app, "with home as (
          insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number, position)
          select partition_id, area_no, array[n || ' Oak'], n || ' Oak', letters || n || ' oak', 'oak', 'Oak', n, n
          from district, generate_series(1, 9) n where letters like 'X%' returning *)
        insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key)
        select partition_id, area_no, household_id, 'ordinary', 'J' || area_no || '.' || number, 'Jones', 'J Jones', 'jones j', 'j jones' from home").await;
    change(
        &watch.app,
        "insert into subject (partition_id, elector_id) select partition_id, elector_id from elector e
        where not exists (select from subject s where s.partition_id = e.partition_id and s.elector_id = e.elector_id)",
    )
    .await;
}

async fn opens_named(watch: &Watch, who: &Account, forenames: &str) {
    query(
        "insert into access_log (what, permission, account_id, grant_id, subjects)
        select 'look', 'read-electors', $1, $2, array[s.pseudonym]
        from elector e join subject s using (partition_id, elector_id) where e.forenames like $3",
    )
    .bind(who.id)
    .bind(who.grant)
    .bind(forenames)
    .execute(&mut watch.app.database.operator().await)
    .await
    .unwrap();
}

#[tokio::test]
async fn one_surname_looked_for_everywhere_is_seen_and_a_common_name_is_not() {
    let watch = Watch::new().await;
    family(&watch).await;
    let (three, four, common) = (organiser(&watch).await, organiser(&watch).await, organiser(&watch).await);
    for district in 1..=3 {
        opens_named(&watch, &three, &format!("Q{district}1")).await;
    }
    for district in 1..=4 {
        opens_named(&watch, &four, &format!("Q{district}1")).await;
    }
    // One Jones in each of eight districts, after a day's other work (which a round may take in hand before them, never after).
    watch.opens(&common, 1, 40, 30.0, 0.0).await;
    opens_named(&watch, &common, "J%.1").await;
    assert_eq!(watch.alerts().await, [("surname".into(), "high".into(), 4, "new".into())]);
    let kept: String = query_scalar("select about || coalesce(role, '') from alert")
        .fetch_one(&mut watch.app.database.operator().await)
        .await
        .unwrap();
    assert!(!kept.to_lowercase().contains("fernsby"), "no name stands in an alert: {kept}");
}

#[tokio::test]
async fn several_accounts_after_one_name_or_one_home_are_seen_together() {
    let watch = Watch::new().await;
    family(&watch).await;
    let (one, other) = (organiser(&watch).await, organiser(&watch).await);
    for district in 1..=3 {
        opens_named(&watch, &one, &format!("Q{district}1")).await;
        opens_named(&watch, &other, &format!("Q{}1", district + 3)).await;
    }
    let found = watch.alerts().await;
    assert_eq!(found, [("surname-together".into(), "medium".into(), 6, "new".into())]);
    // Five accounts at one home are not yet many, six are; who has a list that leads there is none of them.
    let canvasser = watch.app.account(Role::Volunteer, "Quillbrook").await;
    Walk::new(&watch.app.database, "QB1").await.assign(&watch.app, canvasser.id).await;
    watch.looks(&canvasser, "look", "canvass", 9, 9, 0.0, 0.0).await;
    for _ in 0..5 {
        let curious = organiser(&watch).await;
        watch.opens(&curious, 9, 10, 0.0, 0.0).await;
    }
    assert_eq!(watch.rules().await.len(), 1);
    let sixth = organiser(&watch).await;
    watch.opens(&sixth, 9, 9, 0.0, 0.0).await;
    assert_eq!(watch.alerts().await[1], ("crowd".into(), "medium".into(), 6, "new".into()));
}

#[tokio::test]
async fn two_people_with_one_sign_in_are_seen_by_their_networks_and_browsers() {
    let watch = Watch::new().await;
    let shared = organiser(&watch).await;
    open_session(&watch.app, &shared).await;
    open_session(&watch.app, &shared).await;
    let uses = "insert into place_use (session_id, account_id, network, browser, at)
        select s.session_id, s.account_id, case n % 2 when 0 then '192.0.0.0' else '198.51.0.0' end,
          case n % 2 when 0 then 'phone' else 'laptop' end, now() - n * interval '3 minutes'
        from generate_series(FROM) n join lateral (select * from session where account_id = $1 and grant_id = $2
          order by session_id offset n % 2 limit 1) s on true";
    let from = |part: &str| AssertSqlSafe(uses.replace("FROM", part));
    let mut db = watch.app.database.operator().await;
    query(from("1, 3")).bind(shared.id).bind(shared.grant).execute(&mut db).await.unwrap();
    assert_eq!(watch.alerts().await, [], "there and back once");
    query(from("0, 0")).bind(shared.id).bind(shared.grant).execute(&mut db).await.unwrap();
    assert_eq!(watch.alerts().await, [("two-networks".into(), "medium".into(), 3, "new".into())]);
}

#[tokio::test]
async fn where_a_session_is_used_from_is_kept_as_a_network_and_no_address() {
    let watch = Watch::new().await;
    let actor = watch.app.actor(Role::Organiser, "all").await;
    change(&watch.app, "update session set refreshed_at = now() - interval '6 minutes'").await;
    actor.get("/electors").await.expect(200);
    actor.get("/electors").await.expect(200);
    let kept: Vec<String> = query_scalar("select network from place_use")
        .fetch_all(&mut watch.app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(kept, ["127.0.0.0"]);
    for (address, network) in
        [("203.0.113.9", "203.0.0.0"), ("2001:db8:1:2::3", "2001:db8::"), ("'; drop table alert", ""), ("", "")]
    {
        let of: String = query_scalar("select wall.network_of($1)")
            .bind(address)
            .fetch_one(&mut watch.app.database.operator().await)
            .await
            .unwrap();
        assert_eq!(of, network);
    }
}

#[tokio::test]
async fn what_is_refused_again_and_again_is_seen_and_what_an_ended_account_tries() {
    let watch = Watch::new().await;
    let (quiet, prober, gone) = (organiser(&watch).await, organiser(&watch).await, organiser(&watch).await);
    let tries = |n: i32, status: i32| {
        AssertSqlSafe(format!(
            "insert into access_log (what, permission, account_id, grant_id, route, status)
            select 'refused', '', $1, $2, 'GET /electors/{{id}}', {status} from generate_series(1, {n})"
        ))
    };
    let mut db = watch.app.database.operator().await;
    for (who, n) in [(&quiet, 20), (&prober, 21)] {
        query(tries(n, 404)).bind(who.id).bind(who.grant).execute(&mut db).await.unwrap();
    }
    assert_eq!(watch.alerts().await, [("refused".into(), "medium".into(), 21, "new".into())]);
    change(&watch.app, "update access_grant set ended_at = now() - interval '1 minute' where grant_id = (select max(grant_id::text)::uuid from access_grant)").await;
    for n in [5, 1] {
        assert_eq!(watch.rules().await.len(), 1);
        query(tries(n, 401)).bind(gone.id).bind(gone.grant).execute(&mut db).await.unwrap();
    }
    assert_eq!(watch.alerts().await[1], ("after-ending".into(), "low".into(), 6, "new".into()));
}

#[tokio::test]
async fn what_goes_on_lets_one_alert_grow_and_what_was_weighed_is_not_raised_again() {
    let watch = Watch::new().await;
    let sweeper = organiser(&watch).await;
    let officer = watch.app.actor(Role::DataProtectionOfficer, "all").await;
    watch.opens(&sweeper, 1, 160, 5.0, 20.0).await;
    watch.watched().await;
    watch.opens(&sweeper, 161, 200, 4.0, 12.0).await;
    watch.watched().await;
    watch.opens(&sweeper, 201, 240, 4.0, 6.0).await;
    assert_eq!(
        watch.alerts().await,
        [("sweep-organisers".into(), "medium".into(), 240, "new".into())],
        "one, and it grows"
    );
    let letters: Vec<_> = watch.app.letters().await.into_iter().filter(|l| l.1.subject.contains("lert")).collect();
    assert_eq!(letters.len(), 1, "one letter an hour: {letters:?}");
    officer
        .post("/protection/alerts/1", &[("what", "explained"), ("words", "Putting Long Lane right, asked for")])
        .await
        .expect(303);
    watch.opens(&sweeper, 241, 280, 0.0, 0.0).await;
    assert_eq!(watch.rules().await.len(), 1, "what was explained does not count again");
    watch.opens(&sweeper, 281, 440, 0.0, 0.0).await;
    let found = watch.alerts().await;
    let again = found.iter().filter(|a| a.0 == "sweep-organisers").count();
    assert_eq!((again, &found[0].3), (2, &"explained".to_owned()), "a new sweep is a new alert: {found:?}");
}

#[tokio::test]
async fn two_watchers_at_once_raise_one_alert_and_a_watcher_that_was_away_catches_up() {
    let watch = Watch::new().await;
    for _ in 0..3 {
        let sweeper = organiser(&watch).await;
        watch.opens(&sweeper, 1, 200, 5.0, 24.0 * 60.0 * 3.0).await;
        watch.opens(&sweeper, 1, 40, 5.0, 60.0).await;
    }
    let rounds = (0..6).map(|_| watcher::round(&watch.pools));
    for round in futures_util::future::join_all(rounds).await {
        round.unwrap();
    }
    let found = watch.rules().await;
    assert_eq!(found, ["sweep-organisers"; 3], "of three days ago, one an account");
    assert_eq!(count(&watch.app, "select count(*) from alert_event where what = 'raised'").await, 3);
}

#[tokio::test]
async fn nobody_sees_or_weighs_an_alert_about_themselves() {
    let watch = Watch::new().await;
    let app = &watch.app;
    let (own, other) =
        (app.actor(Role::DataProtectionOfficer, "all").await, app.actor(Role::DataProtectionOfficer, "all").await);
    let administrator = app.actor(Role::Administrator, "all").await;
    watch.looks(&own.account, "look", "handle-requests", 1, 101, 5.0, 0.0).await;
    assert_eq!(watch.rules().await, ["sweep-officers"]);
    let told: Vec<String> =
        app.letters().await.into_iter().filter(|l| l.1.subject.contains("lert")).map(|(to, _)| to).collect();
    assert_eq!(told, std::slice::from_ref(&other.account.email), "the other officer is told, and nobody else");
    own.get("/protection/alerts/1").await.expect(404);
    let words = [("what", "explained"), ("words", "It was me")];
    own.post("/protection/alerts/1", &words).await.expect(404);
    own.post("/protection/alerts/1/breach", &[]).await.expect(404);
    assert_eq!(own.get("/protection/alerts?show=all").await.expect(200).count("tbody tr"), 0);
    administrator.get("/protection/alerts/1").await.expect(404);
    // By SQL at will, under their own session.
    let token = open_session(app, &own.account).await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_protection", &hash(&token), "", "").await;
    let seen: i64 = query_scalar("select count(*) from alert").fetch_one(&mut db).await.unwrap();
    let done: bool =
        query_scalar("select wall.weigh_alert(1, 'explained', 'It was me', null)").fetch_one(&mut db).await.unwrap();
    assert_eq!((seen, done), (0, false));
    for statement in [
        "update alert set state = 'explained'",
        "delete from alert",
        "insert into alert_event (alert_id, what) values (1, 'note')",
        "select * from watch_trail",
        "select * from place_use",
        "update watch_state set through_entry = 0",
        "select wall.watch_begin(1)",
    ] {
        assert!(query(AssertSqlSafe(statement.to_owned())).execute(&mut db).await.is_err(), "{statement}");
    }
    // Without another officer it falls to an administrator.
    change(
        app,
        "update access_grant set ended_at = now(), ended_reason = 'Test' where grant_id = (select grant_id from access_grant
        where role = 'data-protection-officer' order by given_at desc limit 1)",
    )
    .await;
    assert!(administrator.get("/").await.expect(200).body.contains("1 alert is about a data protection officer"));
    administrator.get("/protection/alerts/1").await.expect(200);
    own.get("/protection/alerts/1").await.expect(404);
    administrator.get("/protection/canaries").await.expect(403);
    administrator.post("/protection/alerts/1", &words).await.expect(303);
    let decided: String =
        query_scalar("select state from alert").fetch_one(&mut app.database.operator().await).await.unwrap();
    assert_eq!(decided, "explained");
}

#[tokio::test]
async fn an_alert_is_explained_or_leads_to_the_end_of_access_or_a_breach_record() {
    let watch = Watch::new().await;
    let app = &watch.app;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let who = organiser(&watch).await;
    watch.opens(&who, 1, 151, 5.0, 0.0).await;
    watch.watched().await;
    assert!(officer.get("/").await.expect(200).body.contains("1 alert waits"));
    let page = officer.get("/protection/alerts/1").await.expect(200);
    assert!(
        page.body.contains("151 people opened one by one") && page.body.contains("More than 150 within 10 minutes")
    );
    assert!(!page.body.contains("Lane1"), "no name of an elector");
    for words in ["", &"x".repeat(501)] {
        officer.post("/protection/alerts/1", &[("what", "explained"), ("words", words)]).await.expect(422);
    }
    officer.post("/protection/alerts/1", &[("what", "deleted"), ("words", "x")]).await.expect(409);
    officer.post("/protection/alerts/1", &[("what", "ended"), ("words", "Done")]).await.expect(409);
    officer
        .post("/protection/alerts/1", &[("what", "asked"), ("words", "<script>alert(1)</script>")])
        .await
        .expect(303);
    let link = app.letters().await.into_iter().rev().find(|(to, _)| *to == administrator.account.email).unwrap().1;
    let path = format!("/access/accounts/{}/end-access?alert=1", who.id);
    assert!(link.paragraphs.iter().any(|p| p.contains(&path)), "{link:?}");
    let form = administrator.get(&path).await.expect(200);
    assert!(form.text("#reason").contains("alert No. 1"), "the reason stands there");
    administrator.get(&format!("/access/accounts/{}/end-access?alert='%22", who.id)).await.expect(200);
    administrator.post(&format!("/access/accounts/{}/end-access", who.id), &[("reason", "Swept")]).await.expect(303);
    officer.post("/protection/alerts/1", &[("what", "ended"), ("words", "Ended by Ruth")]).await.expect(303);
    officer.post("/protection/alerts/1", &[("what", "explained"), ("words", "No, after all")]).await.expect(409);
    officer.post("/protection/alerts/1", &[("what", "note"), ("words", "Wrote to them")]).await.expect(303);
    let page = officer.get("/protection/alerts/1").await.expect(200);
    assert!(
        page.body.contains("Closed: access has ended")
            && page.body.contains("Wrote to them")
            && !page.body.contains("<script>alert")
    );

    let second = organiser(&watch).await;
    watch.opens(&second, 1, 151, 5.0, 0.0).await;
    watch.watched().await;
    let breach = officer.post("/protection/alerts/2/breach", &[]).await.expect(303).location();
    let record = officer.get(&breach).await.expect(200);
    assert!(record.body.contains("Alert No. 2") && record.body.contains("saw 151 people"), "{}", record.text("main"));
    officer.post("/protection/alerts/2/breach", &[]).await.expect(409);
    assert!(officer.get("/protection/alerts?show=decided").await.expect(200).body.contains("Breach on record"));
}

#[tokio::test]
async fn rules_are_changed_with_a_reason_and_every_change_stays_on_record() {
    let watch = Watch::new().await;
    let officer = watch.app.actor(Role::DataProtectionOfficer, "all").await;
    let rule = "/protection/alerts/rules/sweep-organisers";
    for (threshold, minutes, reason) in [
        ("0", "10", "x"),
        ("-5", "10", "x"),
        ("many", "10", "x"),
        ("99999999999", "10", "x"),
        ("40", "10081", "x"),
        ("40", "10", ""),
    ] {
        let typed =
            [("on", "yes"), ("threshold", threshold), ("minutes", minutes), ("reason", reason), ("version", "0")];
        officer.post(rule, &typed).await.expect(422);
    }
    let typed = [("on", "yes"), ("threshold", "40"), ("minutes", "10"), ("reason", "A small place"), ("version", "0")];
    officer.post(rule, &typed).await.expect(303);
    officer.post(rule, &typed).await.expect(409);
    officer.get("/protection/alerts/rules/no-such-rule").await.expect(404);
    let page = officer.get(rule).await.expect(200);
    assert!(page.body.contains("A small place") && page.body.contains("More than 40"));
    let who = organiser(&watch).await;
    watch.opens(&who, 1, 41, 5.0, 0.0).await;
    assert_eq!(watch.rules().await, ["sweep-organisers"]);
    officer
        .post(rule, &[("threshold", "40"), ("minutes", "10"), ("reason", "A trial"), ("version", "1")])
        .await
        .expect(303);
    let next = organiser(&watch).await;
    watch.opens(&next, 1, 300, 5.0, 0.0).await;
    assert_eq!(watch.rules().await.len(), 1, "it is off");
    watch.app.actor(Role::Organiser, "all").await.get(rule).await.expect(403);
}

#[tokio::test]
async fn what_rules_remember_lasts_for_days_and_decided_alerts_for_their_period() {
    let watch = Watch::new().await;
    let who = organiser(&watch).await;
    watch.opens(&who, 1, 151, 5.0, 0.0).await;
    watch.watched().await;
    change(&watch.app, "update watch_trail set at = at - interval '9 days' where entry_id % 2 = 0").await;
    change(&watch.app, "update alert set state = 'explained', state_at = now() - interval '4 years'").await;
    let before = count(&watch.app, "select count(*) from watch_trail").await;
    let destroyed = "select wall.destroy(k, wall.before(k), 1000) from unnest(array['watch-trail', 'alerts']) k";
    change(&watch.app, destroyed).await;
    assert!(count(&watch.app, "select count(*) from watch_trail").await < before);
    assert_eq!(count(&watch.app, "select count(*) from alert").await, 0);
}

#[tokio::test]
async fn what_pages_put_on_record_is_what_the_rules_look_at() {
    let app = TestApp::new().await;
    let body: String = query_scalar("select pg_get_function_sqlbody('wall.opened(access_log)'::regprocedure)")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let words: Vec<&str> = body.split('\'').skip(1).step_by(2).filter(|word| *word != "look").collect();
    let known = |word: &str| PERMISSIONS.iter().any(|(permission, ..)| permission.as_str() == word);
    assert!(words.len() > 5 && words.iter().all(|word| known(word)), "{words:?}");

    let watch = Watch::new().await;
    let who = watch.app.actor(Role::Organiser, "all").await;
    change(
        &watch.app,
        "insert into watch_rule_version (rule, version, on_duty, threshold, minutes, reason, account_id)
         select 'sweep-organisers', 1, true, 5, 10, 'Test', account_id from account limit 1",
    )
    .await;
    let people: Vec<String> =
        query_scalar("select partition_id || '.' || elector_id from elector where forenames in ('P1', 'P3', 'P5') order by elector_id")
            .fetch_all(&mut watch.app.database.operator().await)
            .await
            .unwrap();
    // Two live in each home, and both stand on its page.
    for person in &people[..2] {
        who.get(&format!("/electors/{person}")).await.expect(200);
    }
    assert_eq!(watch.rules().await, [""; 0]);
    who.get(&format!("/electors/{}", people[2])).await.expect(200);
    assert_eq!(watch.rules().await, ["sweep-organisers"]);
}
