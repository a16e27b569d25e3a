//! A password alone opens nothing but a canvasser's list: what stands before the first row, and what it withstands.

use crate::support::app::{APP_SECRET, Account, Actor, PASSWORD, TestApp, code, seed_place};
use crate::support::browser::Browser;
use crate::support::form::Form;
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::access::factors::app::code_at;
use serde_json::json;

/// Begins proving, and answers with what the passkey of somebody else said to a ceremony of signing in: the two statuses.
const OFFERED_FOR_ANOTHER: &str = r"(async () => {
  const post = (path, body) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const bytes = (t) => Uint8Array.from(atob(t.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const begun = await post('/account/passkeys/prove', {});
  const { ceremony, options } = await (await post('/sign-in/passkey', {})).json();
  const key = await navigator.credentials.get({ publicKey: { ...options.publicKey, challenge: bytes(options.publicKey.challenge), allowCredentials: [] } });
  const r = key.response;
  const answer = { id: key.id, rawId: text(key.rawId), type: key.type, extensions: {}, response: { clientDataJSON: text(r.clientDataJSON),
    authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: text(r.userHandle) } };
  const ended = await post('/account/passkeys/proof', { ceremony, answer });
  return [begun.status, ended.status];
})()";

/// Somebody who has given the right password and nothing more.
async fn half_in(app: &TestApp, account: &Account) -> Actor {
    let actor = Actor { account: account.clone(), ..app.nobody() };
    actor.post("/sign-in", &[("email", account.email.as_str()), ("password", PASSWORD)]).await.expect(303);
    actor
}

#[tokio::test]
async fn a_password_alone_shows_an_organiser_nothing_until_the_code_is_given() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let desk = half_in(&app, &imogen).await;
    let to = desk.get("/electors?x=1").await.expect(303).location();
    assert_eq!(to, "/sign-in/factor?next=/electors%3Fx=1");
    desk.post_json("/api/v1/electors/search", &json!({"q": "har"})).await.expect(401);
    let page = desk.get(&to).await.expect(200);
    assert_eq!((page.text("h1").as_str(), page.count("header .switch")), ("One thing more", 0));
    let wrong = desk.post("/sign-in/factor", &[("code", "000000"), ("next", "/electors")]).await.expect(422);
    assert!(wrong.text("#code-error").contains("not right"), "{}", wrong.text("main"));
    let form = Form::of(&page, "main form").with("code", &app.next_code(&imogen).await);
    assert_eq!(desk.post("/sign-in/factor", &form.fields()).await.expect(303).location(), "/electors?x=1");
    desk.get("/electors").await.expect(200);
}

#[tokio::test]
async fn a_code_counts_once_also_for_somebody_who_watched_it_being_typed() {
    let app = TestApp::new().await;
    let imogen = app.account(Role::Organiser, "all").await;
    let (desk, thief) = (half_in(&app, &imogen).await, half_in(&app, &imogen).await);
    let shown = code();
    desk.post("/sign-in/factor", &[("code", shown.as_str())]).await.expect(303);
    thief.post("/sign-in/factor", &[("code", shown.as_str())]).await.expect(422);
    // Nor does the one before it.
    let before = code_at(APP_SECRET, chrono::Utc::now().timestamp() - 30).unwrap();
    thief.post("/sign-in/factor", &[("code", before.as_str())]).await.expect(422);
    thief.get("/electors").await.expect(303);
    desk.get("/electors").await.expect(200);
}

#[tokio::test]
async fn codes_cannot_be_tried_through_and_a_clock_that_is_off_is_told() {
    let app = TestApp::new().await;
    let imogen = app.account(Role::Organiser, "all").await;
    let desk = half_in(&app, &imogen).await;
    let fast = code_at(APP_SECRET, chrono::Utc::now().timestamp() + 300).unwrap();
    let told = desk.post("/sign-in/factor", &[("code", fast.as_str())]).await.expect(422);
    assert!(!told.text("#code-error").contains("fast"), "of a code to come nothing is told: {}", told.text("main"));
    let slow = code_at(APP_SECRET, chrono::Utc::now().timestamp() - 300).unwrap();
    let told = desk.post("/sign-in/factor", &[("code", slow.as_str())]).await.expect(422);
    assert!(told.text("#code-error").contains("5 minutes slow"), "{}", told.text("main"));
    for _ in 0..8 {
        desk.post("/sign-in/factor", &[("code", "123456")]).await.expect(422);
    }
    let right = code();
    let page = desk.post("/sign-in/factor", &[("code", right.as_str())]).await.expect(429);
    assert!(page.headers.contains_key("retry-after"));
    let api = json!({"email": imogen.email, "password": PASSWORD, "code": right});
    app.nobody().post_json("/api/v1/sessions", &api).await.expect(429);
    // A quarter of an hour goes by.
    change(&app, "update attempt set at = at - interval '16 minutes'").await;
    desk.post("/sign-in/factor", &[("code", code().as_str())]).await.expect(303);
}

#[tokio::test]
async fn programs_give_the_code_with_the_password() {
    let app = TestApp::new().await;
    let imogen = app.account(Role::Organiser, "all").await;
    let nobody = app.nobody();
    let body = json!({"email": imogen.email, "password": PASSWORD});
    let asked = nobody.post_json("/api/v1/sessions", &body).await.expect(401);
    assert_eq!((asked.json()["type"].clone(), asked.json().get("token")), (json!("factor-required"), None));
    let wrong = json!({"email": imogen.email, "password": PASSWORD, "code": "000000"});
    assert_eq!(nobody.post_json("/api/v1/sessions", &wrong).await.expect(401).json()["type"], "factor-required");
    let right = json!({"email": imogen.email, "password": PASSWORD, "code": code()});
    nobody.post_json("/api/v1/sessions", &right).await.expect(201);
    let left = "select count(*) from session where ended_at is null";
    assert_eq!(count(&app, left).await, 1, "what was refused leaves no session open");
    // A canvasser needs none, and an installation may ask it of everybody.
    let bo = app.account(Role::Volunteer, "all").await;
    let body = json!({"email": bo.email, "password": PASSWORD});
    nobody.post_json("/api/v1/sessions", &body).await.expect(201);
    let administrator = app.actor(Role::Administrator, "all").await;
    let page = administrator.get("/settings").await.expect(200);
    let form = Form::of(&page, "form[action='/settings']")
        .tick("factors_for_all", "true")
        .with("privacy_notice", "We hold names.");
    administrator.post("/settings", &form.fields()).await.expect(303);
    assert_eq!(nobody.post_json("/api/v1/sessions", &body).await.expect(401).json()["type"], "factor-required");
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_others_codes_never() {
    let app = TestApp::new().await;
    let (imogen, other) = (app.actor(Role::Organiser, "all").await, app.account(Role::Organiser, "all").await);
    let page = imogen.post("/account/recovery-codes", &[("next", "")]).await.expect(200);
    assert_eq!(page.count(".codes li"), 10);
    let lost = page.text(".codes li");
    let phoneless = half_in(&app, &imogen.account).await;
    half_in(&app, &other).await.post("/sign-in/factor", &[("code", lost.as_str())]).await.expect(422);
    phoneless.post("/sign-in/factor", &[("code", &lost.to_uppercase())]).await.expect(303);
    phoneless.get("/electors").await.expect(200);
    half_in(&app, &imogen.account).await.post("/sign-in/factor", &[("code", lost.as_str())]).await.expect(422);
    let told = app.letters().await;
    assert!(
        told.iter().any(|(to, l)| *to == imogen.account.email && l.subject == "A recovery code was used"),
        "{told:?}"
    );
    // A phone that loads the page again makes no others: what was written down stays good.
    let form = Form::of(&imogen.get("/account/recovery-codes").await.expect(200), "main form");
    let shown = imogen.post("/account/recovery-codes", &form.fields()).await.expect(200).text(".codes li");
    let again = imogen.post("/account/recovery-codes", &form.fields()).await.expect(303).location();
    assert!(imogen.get(&again).await.expect(200).text("main").contains("were shown already"));
    half_in(&app, &imogen.account).await.post("/sign-in/factor", &[("code", shown.as_str())]).await.expect(303);
    // New ones take their place; old ones are good no more.
    change(&app, "update recovery_code set used_at = null").await;
    imogen.post("/account/recovery-codes", &[("next", "")]).await.expect(200);
    half_in(&app, &imogen.account).await.post("/sign-in/factor", &[("code", lost.as_str())]).await.expect(422);
}

#[tokio::test]
async fn changing_a_factor_asks_for_one_just_proved_and_the_last_one_stays() {
    let app = TestApp::new().await;
    let imogen = app.actor(Role::Organiser, "all").await;
    let page = imogen.get("/account/factors").await.expect(200);
    let remove = page.attribute(".todo form", "action");
    let kept = imogen.post(&remove, &[]).await.expect(409);
    assert!(kept.text("main").contains("Add another one first"), "{}", kept.text("main"));
    change(&app, "update session set factor_at = now() - interval '11 minutes'").await;
    for path in [remove.as_str(), "/account/recovery-codes"] {
        let to = imogen.post(path, &[("next", "")]).await.expect(303).location();
        assert!(to.starts_with("/account/confirm?next=/"), "{path}: {to}");
    }
    let to = imogen.post("/account/apps", &[("next", "")]).await.expect(303).location();
    assert!(to.starts_with("/account/confirm"), "{to}");
    let asked = imogen.get(&to).await.expect(200);
    assert!(asked.text(".notice").contains("Nothing was done yet"), "{}", asked.text("main"));
    let code = app.next_code(&imogen.account).await;
    imogen.post("/account/confirm", &[("code", code.as_str()), ("next", "/account/factors")]).await.expect(303);
    imogen.post("/account/recovery-codes", &[("next", "")]).await.expect(200);
    let nobodys = app.actor(Role::Organiser, "all").await;
    nobodys.post(&remove, &[]).await.expect(404);
}

#[tokio::test]
async fn whoever_changed_a_factor_is_offered_to_sign_out_everywhere_else() {
    let app = TestApp::new().await;
    let imogen = app.account(Role::Organiser, "all").await;
    let (desk, phone) = (app.sign_in(&imogen).await, app.sign_in(&imogen).await);
    let offer = "main form[action='/account/sessions/end']";
    assert_eq!(desk.get("/account/factors").await.expect(200).count(offer), 0);
    for done in ["added", "removed"] {
        assert_eq!(desk.get(&format!("/account/factors?done={done}")).await.expect(200).count(offer), 1, "{done}");
    }
    let page = desk.get("/account/factors?done=removed").await.expect(200);
    desk.post("/account/sessions/end", &Form::of(&page, offer).fields()).await.expect(303);
    phone.get("/electors").await.expect(303);
    desk.get("/electors").await.expect(200);
}

#[tokio::test]
async fn an_administrator_helps_who_lost_everything_and_the_last_one_asks_the_operator() {
    let app = TestApp::new().await;
    let (ruth, imogen) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Organiser, "all").await);
    let path = format!("/access/accounts/{}/factors", imogen.account.id);
    ruth.post(&path, &[("reason", "")]).await.expect(422);
    ruth.post(&format!("/access/accounts/{}/factors", ruth.account.id), &[("reason", "Mine")]).await.expect(409);
    ruth.post(&path, &[("reason", "Phone in the harbour, she rang me")]).await.expect(303);
    assert!(imogen.get("/electors").await.expect(303).location().starts_with("/sign-in"));
    let again = half_in(&app, &imogen.account).await;
    assert!(again.get("/electors").await.expect(303).location().starts_with("/sign-in/set-up-factor"));
    let told = app.letters().await;
    assert!(told.iter().any(|(to, l)| *to == imogen.account.email && l.subject.contains("taken off")), "{told:?}");
    let kept = "select count(*) from factor where removed_reason = 'Phone in the harbour, she rang me' and removed_by is not null";
    assert_eq!(count(&app, kept).await, 1);
}

#[tokio::test]
async fn a_passkey_opens_its_own_account_and_no_other() {
    let app = TestApp::named().await;
    let imogen = app.account(Role::Organiser, "all").await;
    let browser = Browser::start().await;
    let page = browser.page().await;
    page.virtual_authenticator().await;
    app.sign_in_on(&page, &imogen).await;
    page.goto(&format!("{}/account/factors", app.base)).await;
    page.fill("What to call it", "Desk").await;
    page.click("Make a passkey").await;
    page.wait_until("location.pathname === '/account/recovery-codes'").await;
    // In by it alone: no address, no password, no code.
    page.goto(&format!("{}/account", app.base)).await;
    page.click("Sign out here").await;
    page.wait_until("location.pathname === '/sign-in'").await;
    page.click("Sign in with a passkey").await;
    page.wait_for("header .switch").await;
    assert_eq!(count(&app, "select count(*) from session where factor_at is not null and ended_at is null").await, 1);
    // Somebody else who is half in: this passkey is none of theirs.
    let other = app.account(Role::Organiser, "all").await;
    page.goto(&format!("{}/account", app.base)).await;
    page.click("Sign out here").await;
    page.wait_until("location.pathname === '/sign-in'").await;
    page.fill("Email address", &other.email).await;
    page.fill("Password", PASSWORD).await;
    page.click("main button.main").await;
    page.wait_until("location.pathname === '/sign-in/factor'").await;
    assert_eq!(page.evaluate("document.querySelectorAll('[data-passkey]').length").await, Ok(json!(0)));
    assert_eq!(page.evaluate(OFFERED_FOR_ANOTHER).await, Ok(json!([409, 409])));
    page.goto(&format!("{}/electors", app.base)).await;
    assert!(page.url().await.contains("/sign-in/factor"), "{}", page.url().await);
    browser.close().await;
}

#[tokio::test]
async fn a_session_lasts_no_longer_for_changing_its_grant() {
    let app = TestApp::new().await;
    let ruth = app.account(Role::Administrator, "all").await;
    let other = app.grant(ruth.id, Role::Organiser, "all").await.to_string();
    let desk = app.sign_in(&ruth).await;
    change(&app, "update session set ends_at = now() + interval '10 minutes'").await;
    desk.post("/account/grant", &[("wanted", &ruth.grant.to_string())]).await.expect(404);
    desk.post("/account/grant", &[("wanted", &other)]).await.expect(303);
    desk.get("/electors").await.expect(200);
    let long = "select count(*) from session where ended_at is null and ends_at > now() + interval '10 minutes'";
    assert_eq!(count(&app, long).await, 0);
}

#[tokio::test]
async fn a_password_that_somebody_sets_ends_the_links_that_were_sent_before() {
    let app = TestApp::new().await;
    let (ruth, bo) = (app.actor(Role::Administrator, "all").await, app.account(Role::Volunteer, "all").await);
    app.nobody().post("/password/forgotten", &[("email", bo.email.as_str())]).await.expect(200);
    let link = app.link_to(&bo.email).await;
    let path = format!("/access/accounts/{}/password", bo.id);
    ruth.post(&path, &[("password", "quiet otters read maps")]).await.expect(200);
    app.nobody().get(&link).await.expect(410);
    assert!(app.letters().await.iter().any(|(to, l)| *to == bo.email && l.subject == "Your password was changed"));
    // Of somebody whose role reaches further, it takes a factor just proved.
    let imogen = app.account(Role::Organiser, "all").await;
    change(&app, "update session set factor_at = now() - interval '11 minutes'").await;
    let path = format!("/access/accounts/{}/password", imogen.id);
    let to = ruth.post(&path, &[("password", "quiet otters read maps")]).await.expect(303).location();
    assert!(to.starts_with("/account/confirm"), "{to}");
}

#[tokio::test]
async fn a_session_that_was_never_let_through_leaves_no_answer_behind() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = crate::support::walk::Walk::new(&app.database, "QB1").await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    app.add_app(bo.id).await;
    walk.assign(&app, bo.id).await;
    let thief = half_in(&app, &bo).await;
    thief.post("/sign-out", &[]).await.expect(303);
    let forged = format!("/api/v1/results/{}", uuid::Uuid::now_v7());
    thief.put_json(&forged, &walk.spoke(0, "F")).await.expect(401);
    assert_eq!(count(&app, "select count(*) from quarantine").await, 0);
}
