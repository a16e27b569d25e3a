//! The first evening: one form, once, behind a code that only who started Hustings can read.

use crate::support::app::{PASSWORD, TestApp};
use crate::support::form::Form;
use crate::support::walk::{change, count};
use hustings::access::factors::app;
use hustings::database::Operator;
use hustings::setup::issue_code;

async fn empty() -> TestApp {
    let app = TestApp::new().await;
    for table in
        ["delete from installation", "delete from intention_code", "delete from issue_code", "delete from poll"]
    {
        change(&app, table).await;
    }
    app
}

#[tokio::test]
async fn every_page_leads_to_set_up_until_somebody_with_the_code_did_it() {
    let app = empty().await;
    let code = issue_code(&Operator::connect(&app.urls().owner).unwrap()).await.unwrap();
    let nobody = app.nobody();
    assert!(nobody.get("/electors").await.expect(303).location().starts_with("/sign-in"));
    assert_eq!(nobody.get("/sign-in").await.expect(303).location(), "/set-up");
    let page = nobody.get("/set-up").await.expect(200);
    let form = Form::of(&page, "main form")
        .with("controller", "The Lantern Party")
        .with("contact", "data@lantern.example")
        .with("privacy_notice", "[Controller] keeps it. Write to [contact].")
        .with("poll_name", "Local elections")
        .with("poll_date", "2027-05-06")
        .with("name", "Ruth Calloway-Finch")
        .with("email", "ruth@lantern.example")
        .with("password", PASSWORD);
    let wrong = nobody.post("/set-up", &form.clone().with("code", "guess").fields()).await.expect(422);
    assert!(wrong.text(".errors").contains("not the code"), "{}", wrong.text(".errors"));
    assert_eq!(wrong.attribute("#controller", "value"), "The Lantern Party");
    assert_eq!(wrong.attribute("#password", "value"), "");
    let form = form.with("code", &code);
    let to = nobody.post("/set-up", &form.fields()).await.expect(303).location();
    assert!(nobody.get(&to).await.expect(200).text(".notice.good").starts_with("Hustings is set up."), "{to}");
    nobody.post("/set-up", &form.fields()).await.expect(409);
    assert_eq!(nobody.get("/set-up").await.expect(303).location(), "/sign-in");

    let fields = [("email", "ruth@lantern.example"), ("password", PASSWORD)];
    nobody.post("/sign-in", &fields).await.expect(303);
    // The first administrator, too, sets a second factor up and accepts the terms before anything is seen.
    let to = nobody.get("/access").await.expect(303).location();
    assert!(to.starts_with("/sign-in/set-up-factor?next=/access"), "{to}");
    let page = nobody.post("/account/apps", &[("next", "/access")]).await.expect(200);
    let secret = page.text(".made").replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let code = app::code_at(secret.as_bytes(), chrono::Utc::now().timestamp()).unwrap();
    let form = Form::of(&page, "main form").with("code", &code);
    let to = nobody.post("/account/apps/confirm", &form.fields()).await.expect(303).location();
    assert_eq!(to, "/account/recovery-codes?next=/access");
    assert!(nobody.get("/access").await.expect(303).location().starts_with("/sign-in/terms"));
    let form =
        Form::of(&nobody.get("/sign-in/terms?next=/access").await.expect(200), "main form").with("accept", "yes");
    assert_eq!(nobody.post("/sign-in/terms", &form.fields()).await.expect(303).location(), "/access");
    nobody.get("/access").await.expect(200);
    nobody.get("/electors").await.expect(403);
    let notice = app.nobody().get("/privacy").await.expect(200).text("main");
    assert!(notice.contains("The Lantern Party keeps it. Write to data@lantern.example."), "{notice}");
    assert_eq!(count(&app, "select count(*) from intention_code").await, 9);
    assert_eq!(count(&app, "select count(*) from poll where kind = 'local' and poll_date = '2027-05-06'").await, 1);
    assert!(issue_code(&Operator::connect(&app.urls().owner).unwrap()).await.is_err());
}

#[tokio::test]
async fn the_code_counts_however_it_is_written_and_stays_in_the_form() {
    let app = empty().await;
    let code = issue_code(&Operator::connect(&app.urls().owner).unwrap()).await.unwrap();
    let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
    let nobody = app.nobody();
    let form = Form::of(&nobody.get("/set-up").await, "main form")
        .with("code", &typed)
        .with("controller", "C")
        .with("contact", "c@lantern.example")
        .with("privacy_notice", "N")
        .with("poll_name", "Long over")
        .with("poll_date", "2020-05-07")
        .with("name", "A")
        .with("email", "a@lantern.example")
        .with("password", PASSWORD);
    let past = nobody.post("/set-up", &form.fields()).await.expect(422);
    assert!(
        past.text(".errors").contains("That day is past. Give the day of a poll to come"),
        "{}",
        past.text(".errors")
    );
    assert_eq!((past.attribute("#code", "value"), past.attribute("#password", "value")), (typed, String::new()));
    nobody.post("/set-up", &form.with("poll_name", "").with("poll_date", "").fields()).await.expect(303);
}

#[tokio::test]
async fn ten_wrong_codes_end_it_and_a_new_start_gives_a_new_one() {
    let app = empty().await;
    let operator = Operator::connect(&app.urls().owner).unwrap();
    let first = issue_code(&operator).await.unwrap();
    let nobody = app.nobody();
    let form = Form::of(&nobody.get("/set-up").await, "main form")
        .with("controller", "C")
        .with("contact", "c@lantern.example")
        .with("privacy_notice", "N")
        .with("name", "A")
        .with("email", "a@lantern.example")
        .with("password", PASSWORD);
    for _ in 0..10 {
        nobody.post("/set-up", &form.clone().with("code", "guess").fields()).await.expect(422);
    }
    nobody.post("/set-up", &form.clone().with("code", &first).fields()).await.expect(422);
    let second = issue_code(&operator).await.unwrap();
    nobody.post("/set-up", &form.with("code", &second).fields()).await.expect(303);
}

#[tokio::test]
async fn what_cannot_stand_comes_back_with_the_field_that_needs_another_look() {
    let app = empty().await;
    let nobody = app.nobody();
    let form = Form::of(&nobody.get("/set-up").await, "main form").with("email", "nobody").with("letters", "TOOLONG");
    let page = nobody.post("/set-up", &form.fields()).await.expect(422);
    for field in ["code", "controller", "contact", "email", "name", "password", "code-1"] {
        assert_eq!(page.count(&format!(".errors a[href='#{field}']")), 1, "{field}: {}", page.text(".errors"));
        assert_eq!(page.count(&format!("[id='{field}']")), 1, "{field} is on the page");
    }
    assert_eq!(count(&app, "select count(*) from account").await, 0);
}
