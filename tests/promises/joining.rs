//! Scan to join: name, telephone or email, terms; the organiser says "yes, I know them"; the list is open, with no password.

use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::form::Form;
use crate::support::walk::{Walk, change, change_for, count};
use hustings::access::Role;

struct Evening {
    app: TestApp,
    organiser: Actor,
    walk: Walk,
}

impl Evening {
    async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let organiser = app.actor(Role::Organiser, "Quillbrook").await;
        let walk = Walk::new(&app.database, "QB1").await;
        Evening { app, organiser, walk }
    }

    fn here(&self) -> String {
        format!("/walk-lists/{}/join", self.walk.list)
    }

    /// Opens the code; answers where it leads.
    async fn code(&self) -> String {
        self.organiser.post(&self.here(), &[]).await.expect(303);
        self.organiser.get(&self.here()).await.expect(200).attribute("a.break", "href").replace(&self.app.base, "")
    }

    /// Somebody scans it and says who they are.
    async fn ask(&self, code: &str, name: &str, contact: &str) -> Actor {
        let phone = self.app.nobody();
        let form =
            Form::of(&phone.get(code).await.expect(200), "main form").with("name", name).with("contact", contact);
        let form = form.with("accept", "yes");
        assert_eq!(phone.post(code, &form.fields()).await.expect(303).location(), "/join/waiting");
        phone
    }

    /// What the organiser's page offers for the first who waits.
    async fn decide(&self, known: &str) -> Answer {
        let page = self.organiser.get(&self.here()).await.expect(200);
        let action = page.attribute("#joiners form", "action");
        self.organiser.post(&action, &[("known", known)]).await
    }
}

#[tokio::test]
async fn somebody_the_organiser_knows_has_the_list_until_tonight_without_a_password() {
    let evening = Evening::new().await;
    change(&evening.app, "insert into terms (text) values ('Show nothing to anybody.')").await;
    change(&evening.app, "insert into terms_acceptance (account_id, version) select account_id, 1 from account").await;
    let code = evening.code().await;
    assert_eq!(code, evening.code().await, "the same code as long as it is open");
    let stranger = evening.app.nobody().get(&code).await.expect(200);
    assert!(
        !stranger.body.contains("QB1") && !stranger.body.contains("Larkspur"),
        "the code tells nothing of the list"
    );
    let phone = evening.app.nobody();
    let form = Form::of(&stranger, "main form").with("name", "Bo Ferreday").with("contact", "call me");
    let wrong = phone.post(&code, &form.fields()).await.expect(422);
    assert_eq!(wrong.count(".errors li"), 2, "{}", wrong.text(".errors"));

    let phone = evening.ask(&code, "Bo Ferreday", "07700 900123").await;
    assert!(phone.get("/join/waiting").await.expect(200).text("h1").starts_with("Waiting for"));
    phone.get("/canvass").await.expect(303);
    assert_eq!(count(&evening.app, "select count(*) from account where email = '+447700900123'").await, 0);
    evening.decide("yes").await.expect(303);
    let to = phone.get("/join/waiting").await.expect(303).location();
    assert_eq!(to, format!("/canvass/{}", evening.walk.list));
    assert!(phone.get(&to).await.expect(200).text("main").contains("Larkspur Row"));
    let given = "select count(*) from access_grant join account using (account_id) join assignment a using (account_id)
        where email = '+447700900123' and role = 'volunteer' and a.ends_at = access_grant.ends_at
          and access_grant.ends_at < now() + interval '26 hours' and given_by is not null";
    assert_eq!(count(&evening.app, given).await, 1);
    let accepted =
        "select count(*) from terms_acceptance join account using (account_id) where email = '+447700900123'";
    assert_eq!(count(&evening.app, accepted).await, 1);
    // The same number again tomorrow, with another phone: no password was ever set, and the organiser knows them.
    let again = evening.ask(&code, "Bo Ferreday", "+44 7700 900123").await;
    evening.decide("yes").await.expect(303);
    again.get(&again.get("/join/waiting").await.expect(303).location()).await.expect(200);
}

#[tokio::test]
async fn whoever_the_organiser_does_not_know_sees_nothing() {
    let evening = Evening::new().await;
    let code = evening.code().await;
    let (phone, later) =
        (evening.ask(&code, "Somebody", "07700 900124").await, evening.ask(&code, "Else", "07700 900125").await);
    evening.decide("no").await.expect(303);
    assert_eq!(phone.get("/join/waiting").await.expect(200).text("h1"), "Not this time");
    phone.get("/canvass").await.expect(303);
    let page = evening.organiser.get(&evening.here()).await.expect(200);
    let waiting = page.attribute("#joiners form", "action");
    evening.organiser.post(&format!("{}/close", evening.here()), &[]).await.expect(303);
    evening.organiser.post(&waiting, &[("known", "yes")]).await.expect(409);
    assert_eq!(later.get("/join/waiting").await.expect(200).text("h1"), "Not this time");
    assert_eq!(evening.app.nobody().get(&code).await.expect(410).text("h1"), "This code has ended");
    assert_eq!(count(&evening.app, "select count(*) from account where email like '+44%'").await, 0);
}

#[tokio::test]
async fn somebody_elses_address_opens_nobody_elses_account() {
    let evening = Evening::new().await;
    let ruth = evening.app.account(Role::Administrator, "all").await;
    let code = evening.code().await;
    let thief = evening.ask(&code, "Ruth Calloway-Finch", &ruth.email).await;
    let page = evening.organiser.get(&evening.here()).await.expect(200);
    assert!(page.text("#joiners").contains("An account has this address already"), "{}", page.text("#joiners"));
    evening.decide("yes").await.expect(303);
    let told = thief.get("/join/waiting").await.expect(200);
    assert!(told.text("main").contains("sign in with it"), "{}", told.text("main"));
    for path in ["/canvass", "/access", "/account"] {
        assert!(thief.get(path).await.expect(303).location().starts_with("/sign-in"), "{path}");
    }
    // Nor does the number of somebody who has a password or another role, nor another's number under one's own name.
    let phone = evening.ask(&code, "Bo", "07700 900126").await;
    evening.decide("yes").await.expect(303);
    phone.get("/join/waiting").await.expect(303);
    let thief = evening.ask(&code, "Mallory", "07700 900126").await;
    evening.decide("yes").await;
    assert!(thief.get("/canvass").await.expect(303).location().starts_with("/sign-in"));
    change(&evening.app, "update join_request set state = 'refused' where state = 'waiting'").await;
    change(&evening.app, "update account set password_hash = 'x' where email = '+447700900126'").await;
    let thief = evening.ask(&code, "Bo", "07700 900126").await;
    evening.decide("yes").await.expect(303);
    assert_eq!(thief.get("/join/waiting").await.expect(200).text("h1"), "You have the list");
    thief.get("/canvass").await.expect(303);
}

#[tokio::test]
async fn a_code_is_the_organisers_of_its_area_and_ends_with_their_access() {
    let evening = Evening::new().await;
    let stranger = evening.app.actor(Role::Organiser, "Saltern").await;
    for path in [evening.here(), format!("{}/close", evening.here())] {
        stranger.post(&path, &[]).await.expect(404);
    }
    stranger.get(&evening.here()).await.expect(404);
    let code = evening.code().await;
    let phone = evening.ask(&code, "Bo", "bo@lantern.example").await;
    let waiting = evening.organiser.get(&evening.here()).await.expect(200).attribute("#joiners form", "action");
    stranger.post(&waiting, &[("known", "yes")]).await.expect(404);
    change_for(
        &evening.app,
        "update access_grant set ended_at = now() where account_id = $1",
        evening.organiser.account.id,
    )
    .await;
    assert_eq!(evening.app.nobody().get(&code).await.expect(410).text("h1"), "This code has ended");
    assert_eq!(phone.get("/join/waiting").await.expect(200).text("h1"), "Not this time");
    evening.organiser.post(&waiting, &[("known", "yes")]).await.expect(303);
    assert_eq!(count(&evening.app, "select count(*) from join_request where state = 'waiting'").await, 1);
}

#[tokio::test]
async fn an_address_that_somebody_only_typed_gets_no_key_and_no_further_access_before_it_is_proved() {
    let evening = Evening::new().await;
    let code = evening.code().await;
    let thief = evening.ask(&code, "Known Volunteer", "future@lantern.example").await;
    evening.decide("yes").await.expect(303);
    let list = thief.get("/join/waiting").await.expect(303).location();
    thief.get(&list).await.expect(200);
    let page = thief.post("/account/apps", &[("next", "")]).await.expect(200);
    let secret = totp_rs::Secret::try_from_base32(page.text(".made").replace(' ', "")).unwrap();
    let shown = hustings::access::factors::app::code_at(secret.as_bytes(), chrono::Utc::now().timestamp()).unwrap();
    let form = Form::of(&page, "main form").with("code", &shown);
    let refused = thief.post("/account/apps/confirm", &form.fields()).await.expect(409);
    assert!(refused.text("main").contains("Confirm your email address first"), "{}", refused.text("main"));
    let more = "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at)
        select gen_random_uuid(), account_id, 'organiser', area_id, 'Test', 'Test', now() + interval '1 day'
        from account, area where email = 'future@lantern.example' and area.name = 'Quillbrook'";
    let given = sqlx::query(more).execute(&mut evening.app.database.operator().await).await.unwrap_err();
    assert!(given.to_string().contains("not proved"), "{given}");
    // Whoever reads the address's letters is its owner, and who only typed it goes.
    let owner = evening.app.nobody();
    owner.post("/sign-in/link", &[("email", "future@lantern.example")]).await.expect(200);
    owner.post(&evening.app.link_to("future@lantern.example").await, &[]).await.expect(303);
    owner.get(&list).await.expect(200);
    thief.get(&list).await.expect(303);
    change(&evening.app, more).await;
}

#[tokio::test]
async fn nobody_is_let_in_by_a_code_whose_access_was_ended() {
    let evening = Evening::new().await;
    let administrator = evening.app.actor(Role::Administrator, "all").await;
    let gone = evening.app.account(Role::Volunteer, "Quillbrook").await;
    let end = format!("/access/accounts/{}/end-access", gone.id);
    administrator.post(&end, &[("reason", "Took photographs of a list")]).await.expect(303);
    let code = evening.code().await;
    let phone = evening.ask(&code, "Somebody else", &gone.email).await;
    let said = evening.decide("yes").await.expect(409);
    assert!(said.text("main").contains("an administrator gives that back"), "{}", said.text("main"));
    phone.get("/canvass").await.expect(303);
    assert_eq!(
        count(&evening.app, "select count(*) from access_grant where ended_at is null and role = 'volunteer'").await,
        0
    );
}
