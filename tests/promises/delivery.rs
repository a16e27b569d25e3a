//! What goes out goes once, or is told: letters against a mail server that refuses, dawdles and goes away in the middle.

use super::help::{asks, offer};
use crate::support::app::{Account, TestApp, keys};
use crate::support::people::person;
use crate::support::smtp::{Manner, Smtp};
use crate::support::walk::{change, change_for, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use hustings::database::Database;
use hustings::mail::send::Sender;
use sqlx::{query, query_scalar};
use std::sync::Arc;
use tokio::sync::Notify;

/// A service, its mail server, and who sends from the one to the other.
struct Post {
    app: TestApp,
    smtp: Smtp,
    sender: Sender,
    database: Database,
}

impl Post {
    async fn new() -> Self {
        let (app, smtp) = (TestApp::new().await, Smtp::new().await);
        let sender = Sender::new(Some(&smtp.url), None, std::path::Path::new("/nowhere"), &app.base, &keys()).unwrap();
        let database = Database::connect(&app.urls()).unwrap();
        Post { app, smtp, sender, database }
    }

    /// A letter to an account of its own waits.
    async fn letter(&self) -> Account {
        let account = self.app.account(Role::Volunteer, "all").await;
        self.app.nobody().post("/password/forgotten", &[("email", account.email.as_str())]).await.expect(200);
        account
    }

    /// Sends what is due; answers how many were taken up.
    async fn send(&self) -> usize {
        self.sender.send_due(&self.database).await.unwrap()
    }

    /// Later: what waits to be tried again is due.
    async fn later(&self) {
        change(&self.app, "update mail set next_try_at = now() where sent_at is null").await;
    }

    fn got(&self) -> usize {
        self.smtp.received().len()
    }
}

#[tokio::test]
async fn a_letter_goes_once_however_often_the_queue_is_looked_at() {
    let post = Post::new().await;
    let bo = post.letter().await;
    assert_eq!((post.send().await, post.send().await, post.got()), (1, 0, 1));
    let letter = &post.smtp.received()[0];
    assert_eq!(letter.to, std::slice::from_ref(&bo.email), "one is named, and nobody else");
    assert!(letter.header("To").contains(&bo.email) && letter.header("Message-ID").contains('@'), "{}", letter.data);

    // A mail server that dawdles gets it once too.
    let go_on = Arc::new(Notify::new());
    post.smtp.next([Manner::Hold(go_on.clone())]);
    post.letter().await;
    let (sent, again) = tokio::join!(post.send(), async {
        while post.got() < 2 {
            tokio::task::yield_now().await;
        }
        let again = post.send().await;
        go_on.notify_one();
        again
    });
    assert_eq!((sent, again, post.got()), (1, 0, 2));
    assert_eq!(count(&post.app, "select count(*) from mail where sent_at is not null").await, 2);
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_and_shown_and_what_is_refused_for_a_day_goes_later() {
    let post = Post::new().await;
    post.smtp.next([Manner::RefuseForGood]);
    let bo = post.letter().await;
    post.send().await;
    post.later().await;
    assert_eq!((post.send().await, post.got()), (0, 0), "given up at once");
    let administrator = post.app.actor(Role::Administrator, "all").await;
    let page = administrator.get("/access/outbox").await.expect(200).text("main");
    assert!(page.contains(&bo.email) && page.contains("Given up the mail server refuses it"), "{page}");

    let cy = post.letter().await;
    for _ in 0..5 {
        post.smtp.next([Manner::RefuseForNow]);
        assert_eq!(post.send().await, 1);
        assert_eq!(post.send().await, 0, "not at once again");
        change(&post.app, "update mail set queued_at = queued_at - interval '4 hours'").await;
        post.later().await;
    }
    let page = administrator.get("/access/outbox").await.expect(200).text("main");
    assert!(page.contains("the mail server does not take it now"), "{page}");
    assert_eq!((post.send().await, post.got()), (1, 1), "twenty hours later it goes");
    assert_eq!(post.smtp.received()[0].to, [cy.email]);

    post.letter().await;
    change(
        &post.app,
        "update mail set queued_at = now() - interval '25 hours' where sent_at is null and given_up_at is null",
    )
    .await;
    post.smtp.next([Manner::RefuseForNow]);
    post.send().await;
    post.later().await;
    assert_eq!((post.send().await, post.got()), (0, 1), "after a day it is given up");
}

#[tokio::test]
async fn a_letter_that_was_cut_off_goes_again_under_the_same_id_so_that_no_mailbox_shows_it_twice() {
    let post = Post::new().await;
    post.smtp.next([Manner::DropBeforeEnd]);
    post.letter().await;
    post.send().await;
    assert_eq!(post.got(), 0);
    post.later().await;
    assert_eq!((post.send().await, post.got()), (1, 1), "nothing had been taken: it goes");

    post.smtp.next([Manner::DropAfterEnd]);
    post.letter().await;
    post.send().await;
    post.later().await;
    post.send().await;
    post.later().await;
    assert_eq!((post.send().await, post.got()), (0, 3), "nobody knows whether it was taken: once more, and no more");
    let got = post.smtp.received();
    assert_eq!(got[1].header("Message-ID"), got[2].header("Message-ID"));
    assert_ne!(got[0].header("Message-ID"), got[1].header("Message-ID"));
}

#[tokio::test]
async fn an_administrator_is_told_of_no_address_of_whoever_offered_to_help_or_was_invited_by_an_organiser() {
    let (app, organiser, page) = asks().await;
    app.nobody().post(&page, &offer(&[])).await.expect(200);
    let helper = person(&app, "Quillbrook", "Oswin", "Tarrant", true).await;
    change(&app, "insert into volunteer (person_id, area_id) select person_id, area_id from person").await;
    organiser.post(&format!("/volunteers/{helper}/invitation"), &[]).await.expect(303);
    let ann = app.actor(Role::Administrator, "all").await;
    let own = "insert into mail (mail_id, address, form, queued_by) values (gen_random_uuid(), 'cy@lantern.example', 'invitation', $1)";
    change_for(&app, own, ann.account.id).await;

    let page = ann.get("/access/outbox").await.expect(200);
    for said in ["Somebody who offered to help", "Somebody who was invited", "cy@lantern.example"] {
        assert!(page.text("tbody").contains(said), "{said}: {}", page.text("tbody"));
    }
    let hidden = ["tamsin@lantern.example", "oswin.tarrant@lantern.example"];
    for address in hidden {
        let sent: i64 = query_scalar("select count(*) from mail where address = $1")
            .bind(address)
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
        assert!(sent == 1 && !page.body.contains(address), "{address}");
    }
    // Nor is there a way to it by SQL.
    let token = open_session(&app, &ann.account).await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_administrator", &hash(&token), "", "").await;
    let told: Vec<Option<String>> =
        query_scalar("select recipient from wall.letters(0, 50)").fetch_all(&mut db).await.unwrap();
    assert!(told.len() >= 3 && !told.iter().flatten().any(|to| hidden.contains(&to.as_str())), "{told:?}");
    let refused = query("select address from mail").execute(&mut db).await.unwrap_err();
    assert_eq!(refused.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"));
    become_role(&mut db, "hustings_organiser", &hash(&token), "", "").await;
    query("select recipient from wall.letters(0, 50)").execute(&mut db).await.unwrap_err();
}
