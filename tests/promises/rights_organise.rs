//! Members and volunteers have the rights that electors have: they are found, get what is held of them and who looked, and are
//! erased; and whoever looked at them is told of wherever looks are.

use super::help::{asks, offer};
use crate::support::app::{TestApp, seed_place};
use crate::support::form::words;
use crate::support::people::{agrees_to_email, person};
use crate::support::walk::{change, change_for, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// A membership secretary who looked at somebody: the look as the application writes it.
async fn looked_at_by_a_secretary(app: &TestApp, person: Uuid) -> Uuid {
    let secretary = app.account(Role::MembershipSecretary, "all").await;
    let token = open_session(app, &secretary).await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_membership", &hash(&token), "", "").await;
    query(
        "insert into access_log (what, permission, purpose, tool, account_id, grant_id, session_id, subjects)
         select 'look', 'keep-members', 'Membership', 'organise', $1, $2, (select wall.session_id()), wall.person_pseudonyms(array[$3])",
    )
    .bind(secretary.id)
    .bind(secretary.grant)
    .bind(person)
    .execute(&mut db)
    .await
    .unwrap();
    secretary.id
}

#[tokio::test]
async fn a_member_is_found_by_name_postcode_email_or_mobile_and_their_file_holds_what_they_agreed_to() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    agrees_to_email(&app, member).await;
    looked_at_by_a_secretary(&app, member).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    for (name, postcode) in
        [("tarrant", ""), ("Oswin tarr", "zz1"), ("oswin.tarrant@lantern", ""), ("07700900123", ""), ("", "ZZ1 4QX")]
    {
        let page = officer.post("/protection/subjects", &[("name", name), ("postcode", postcode)]).await.expect(200);
        assert!(words(&page, "section[aria-labelledby=found]").contains("Oswin Tarrant"), "{name} {postcode}");
    }
    let page = officer.get(&format!("/protection/subjects/person-{member}")).await.expect(200);
    let file = words(&page, "main");
    for held in [
        "Oswin Tarrant",
        "oswin.tarrant@lantern.example",
        "May we email you about the campaign?",
        "Membership secretary",
    ] {
        assert!(file.contains(held), "{held}: {file}");
    }
    officer.get("/protection/subjects/person-00000000-0000-0000-0000-000000000000").await.expect(404);
    let on_record = "select count(*) from access_log l join person_subject s on s.pseudonym = any (l.subjects)
                     where l.permission = 'handle-requests'";
    assert_eq!(count(&app, on_record).await, 6, "each search that found them, and the file");
}

#[tokio::test]
async fn erasing_a_member_leaves_nothing_that_says_who_they_were_and_their_request_is_answered() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    agrees_to_email(&app, member).await;
    looked_at_by_a_secretary(&app, member).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let subject = format!("person-{member}");
    let request = [
        ("kind", "erasure"),
        ("came_by", "letter"),
        ("received", "2026-11-20"),
        ("asker", "Oswin Tarrant"),
        ("subject", &subject),
    ];
    officer.post("/protection/requests", &request).await.expect(303);
    let erasure = format!("/protection/subjects/{subject}/erasure");
    let page = officer.get(&erasure).await.expect(200);
    assert!(words(&page, "main").contains("What they agreed to or took back"));
    officer.post(&erasure, &[("reason", "Request 1"), ("sure", "yes")]).await.expect(303);
    officer.get(&format!("/protection/subjects/{subject}")).await.expect(404);
    let mut db = app.database.operator().await;
    for table in ["person", "person_contact", "person_consent", "person_note", "person_subject"] {
        let left: i64 = query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
    assert_eq!(count(&app, "select count(*) from request where asker = '' and about = ''").await, 1);
    assert_eq!(count(&app, "select count(*) from access_log where permission = 'keep-members'").await, 1, "sealed");
}

#[tokio::test]
async fn whoever_looked_at_a_member_is_told_of_by_name_to_the_officer_and_by_number_to_the_administrator() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    let secretary = looked_at_by_a_secretary(&app, member).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let page = officer.get(&format!("/protection/people/{member}")).await.expect(200);
    assert!(page.text("h1").contains("Oswin Tarrant") && page.text("tbody").contains("Membership secretary"));
    officer.get("/protection/people/00000000-0000-0000-0000-000000000000").await.expect(404);
    let page = officer.get(&format!("/protection/accounts/{secretary}")).await.expect(200);
    assert!(page.text("tbody").contains("Oswin Tarrant") && page.text(".tiles").contains('1'));
    let administrator = app.actor(Role::Administrator, "all").await;
    let file = administrator.get(&format!("/access/accounts/{secretary}/seen.csv")).await.expect(200);
    assert!(file.body.contains(&format!("person-{member}")) && !file.body.contains("Tarrant"), "{}", file.body);
    let end = format!("/api/v1/accounts/{secretary}/end-access");
    administrator.post_json(&end, &serde_json::json!({"reason": "Left"})).await.expect(200);
    let receipt = administrator.get(&format!("/access/accounts/{secretary}/receipt")).await;
    let receipt = match receipt.headers.get("location") {
        Some(to) => administrator.get(to.to_str().unwrap()).await.expect(200),
        None => receipt.expect(200),
    };
    let told = receipt.text("main");
    assert!(told.contains(&format!("person-{member}")) && !told.contains("Tarrant"), "{told}");
}

#[tokio::test]
async fn an_offer_to_help_that_waits_is_found_told_as_what_it_is_and_erased() {
    let (app, _, page) = asks().await;
    let said = [("mobile", "07700 900321"), ("access_needs", "No stairs"), ("agreed", "write")];
    app.nobody().post(&page, &offer(&said)).await.expect(200);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let searches = "select count(*) from access_log where what = 'search' and permission = 'handle-requests'";
    for name in ["oldacre", "tams oldac", "tamsin@lantern", "7700900321"] {
        let found = officer.post("/protection/subjects", &[("name", name)]).await.expect(200);
        let row = words(&found, "section[aria-labelledby=found]");
        assert!(row.contains("Tamsin Oldacre") && row.contains("Offered to help, not confirmed"), "{name}: {row}");
    }
    assert_eq!(count(&app, searches).await, 4);
    let found = officer.post("/protection/subjects", &[("name", "oldacre")]).await;
    let file = found.attribute("section[aria-labelledby=found] tbody a", "href");
    let shown = words(&officer.get(&file).await.expect(200), "main");
    for told in [
        "An offer to help of",
        "not confirmed, is deleted on",
        "Tamsin Oldacre",
        "tamsin@lantern.example",
        "Driving",
        "No stairs",
        "You may write to me",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    let looks = "select count(*) from access_log where what = 'look' and permission = 'handle-requests'";
    assert_eq!(count(&app, looks).await, 1, "the look is on record");

    let erasure = format!("{file}/erasure");
    assert!(words(&officer.get(&erasure).await.expect(200), "main").contains("Offers to help that wait"));
    let receipt = officer.post(&erasure, &[("reason", "Request 1")]).await.expect(303).location();
    assert!(officer.get(&receipt).await.expect(200).text("h1").contains("An offer to help was erased"));
    assert_eq!(count(&app, "select count(*) from volunteer_sign_up").await, 0);
    assert_eq!(count(&app, "select count(*) from mail where form = 'help-offered'").await, 0, "nor the letter to them");
    officer.get(&file).await.expect(404);
}

#[tokio::test]
async fn an_offer_of_somebody_who_is_here_stands_in_their_file_and_goes_with_them() {
    let (app, _, page) = asks().await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    let theirs = [("forename", "Oswin"), ("surname", "Tarrant"), ("email", "oswin.tarrant@lantern.example")];
    app.nobody().post(&page, &offer(&theirs)).await.expect(200);
    app.nobody().post(&page, &offer(&[])).await.expect(200);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let file = format!("/protection/subjects/person-{member}");
    let shown = words(&officer.get(&file).await.expect(200), "section[aria-labelledby=s-organise]");
    assert!(shown.contains("not confirmed, is deleted on") && !shown.contains("Tamsin"), "{shown}");
    officer.post(&format!("{file}/erasure"), &[("reason", "Request 1")]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from volunteer_sign_up where surname = 'Tarrant'").await, 0);
    assert_eq!(count(&app, "select count(*) from volunteer_sign_up").await, 1, "somebody else’s stays");
}

#[tokio::test]
async fn an_erased_volunteers_invitation_opens_nothing_and_no_letter_names_them() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let helper = person(&app, "Quillbrook", "Oswin", "Tarrant", true).await;
    change(&app, "insert into volunteer (person_id, area_id) select person_id, area_id from person").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    organiser.post(&format!("/volunteers/{helper}/invitation"), &[]).await.expect(303);
    let out = "select count(*) from link where kind = 'invitation' and ended_at is null and name = 'Oswin Tarrant'";
    let letters = "select count(*) from mail where address = 'oswin.tarrant@lantern.example'";
    assert_eq!((count(&app, out).await, count(&app, letters).await), (1, 1));
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let erasure = format!("/protection/subjects/person-{helper}/erasure");
    officer.post(&erasure, &[("reason", "Request 1")]).await.expect(303);
    assert_eq!((count(&app, out).await, count(&app, letters).await), (0, 0));
    let left = "select count(*) from link where coalesce(name, address, reason) is not null and kind = 'invitation'";
    assert_eq!(count(&app, left).await, 0, "nothing says whom it was for");
}

#[tokio::test]
async fn whoever_is_here_twice_is_told_of_before_one_record_is_erased_and_the_receipt_says_what_stayed() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let helper = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    let account = app.account(Role::Volunteer, "Quillbrook").await;
    let joined = "update person set account_id = $1, linked_how = 'exact', (partition_id, elector_id)
      = (select partition_id, elector_id from elector order by elector_id limit 1)";
    assert_eq!(change_for(&app, joined, account.id).await, 1);
    let elector: String =
        query_scalar("select partition_id || '.' || elector_id from elector order by elector_id limit 1")
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let of = |subject: &str| format!("/protection/subjects/{subject}/erasure");
    let (theirs, account) = (format!("person-{helper}"), account.id.to_string());

    let page = officer.get(&of(&theirs)).await.expect(200);
    let told = words(&page, "main");
    assert!(
        told.contains("They also have an account here") && told.contains("They are also on the register as"),
        "{told}"
    );
    for other in [&account, &elector] {
        assert_eq!(page.count(&format!("a[href='{}']", of(other))), 1, "{told}");
    }
    let looks = "select count(*) from access_log l join subject s on s.pseudonym = any (l.subjects)
                 where l.what = 'look' and l.permission = 'handle-requests'";
    assert_eq!(count(&app, looks).await, 1, "who is named beside them is looked at");
    for other in [&account, &elector] {
        let told = words(&officer.get(&of(other)).await.expect(200), "main");
        assert!(told.contains("also a member, volunteer or supporter here, as Oswin Tarrant"), "{told}");
    }

    let receipt = officer.post(&of(&theirs), &[("reason", "Request 1")]).await.expect(303).location();
    let said = words(&officer.get(&receipt).await.expect(200), "main");
    for stayed in ["Other records of the same person stayed", "Their account here", "Their record on the register"] {
        assert!(said.contains(stayed), "{stayed}: {said}");
    }
    assert!(!said.contains("Nothing here says who they were"), "{said}");
    // Of somebody who is here once, nothing else is claimed.
    let alone = person(&app, "Quillbrook", "Una", "Vale", false).await;
    let page = words(&officer.get(&of(&format!("person-{alone}"))).await.expect(200), "main");
    assert!(!page.contains("They also") && !page.contains("They are also"), "{page}");
    let receipt =
        officer.post(&of(&format!("person-{alone}")), &[("reason", "Request 2")]).await.expect(303).location();
    assert!(officer.get(&receipt).await.expect(200).text("main").contains("Nothing here says who they were"));
}

#[tokio::test]
async fn somebody_on_no_register_objects_to_messages_and_has_what_is_wrong_corrected() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let helper = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    agrees_to_email(&app, helper).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let file = format!("/protection/subjects/person-{helper}");
    for (link, form) in [("Record it", "consents"), ("Correct it", "details")] {
        let page = officer.get(&file).await.expect(200);
        let offered = page.text(&format!("a[href='{file}/{form}']"));
        assert_eq!(offered, link);
    }

    let consents = format!("{file}/consents");
    officer.get(&consents).await.expect(200);
    let refused = officer.post(&consents, &[("channel", "door"), ("how", "")]).await.expect(422).text(".errors");
    assert!(refused.contains("Tick at least one way") && refused.contains("how they said it"), "{refused}");
    let said = [("channel", "email"), ("channel", "text"), ("how", "By letter of 3 October")];
    officer.post(&consents, &said).await.expect(303);
    let kept = "select count(*) from person_consent c join account a on a.account_id = c.recorded_by
                where not c.given and c.source = 'data protection officer' and c.wording = 'By letter of 3 October'";
    assert_eq!(count(&app, kept).await, 2);
    assert_eq!(count(&app, "select count(*) from person where channels = '{}'").await, 1, "nothing is sent any more");
    let noted = "select count(*) from person_note n join account a on a.account_id = n.by_account where n.purpose = 'campaigning'
      and n.words = 'Objected to messages by email, text: recorded by the data protection officer'";
    assert_eq!(count(&app, noted).await, 1, "whoever keeps the record learns why");

    let details = format!("{file}/details");
    let form = officer.get(&details).await.expect(200);
    assert_eq!(form.attribute("#surname", "value"), "Tarrant");
    officer.post(&details, &[("surname", ""), ("mobile", "no number")]).await.expect(422);
    let right = [("forename", "Oswin"), ("surname", "Terrant"), ("email", "oswin@lantern.example")];
    officer.post(&details, &right).await.expect(303);
    let corrected = "select count(*) from person p join person_contact c using (person_id)
      where p.surname = 'Terrant' and p.name_key = 'terrant oswin' and c.email_key = 'oswin@lantern.example' and not p.has_mobile";
    assert_eq!(count(&app, corrected).await, 1);
    let noted = "select count(*) from person_note where purpose = 'campaigning'
      and words = 'Corrected by the data protection officer: name, email, mobile'";
    assert_eq!(count(&app, noted).await, 1, "which of it, and never what stood there");
    officer.post(&details, &right).await.expect(303);
    assert_eq!(count(&app, "select count(*) from person_note").await, 2, "nothing was corrected the second time");
    let looks = "select count(*) from access_log l join person_subject s on s.pseudonym = any (l.subjects)
                 where l.permission = 'handle-requests'";
    assert!(count(&app, looks).await >= 8, "each of these is on record");
    // They are nobody else's pages: an elector has their own.
    officer.get("/protection/subjects/1.1/details").await.expect(404);
}

#[tokio::test]
async fn a_file_and_a_search_say_in_words_what_the_database_says_in_codes() {
    let (app, organiser, page) = asks().await;
    app.nobody().post(&page, &offer(&[("skill", "stalls"), ("skill", "driving")])).await.expect(200);
    app.nobody().post(&app.link_to("tamsin@lantern.example").await, &[]).await.expect(200);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let found = officer.post("/protection/subjects", &[("name", "tamsin@lantern")]).await.expect(200);
    let rows = words(&found, "section[aria-labelledby=found]");
    assert!(
        rows.contains("Asks them to confirm that they offered to help") && !rows.contains("help-offered"),
        "{rows}"
    );
    let volunteer = organiser.get("/volunteers").await.expect(200).attribute("tbody th a", "href");
    let id = volunteer.rsplit('/').next().unwrap();
    let file = words(&officer.get(&format!("/protection/subjects/person-{id}")).await.expect(200), "main");
    for told in ["The sign-up page", "Street stalls", "Driving", "Saturdays", "Welcome"] {
        assert!(file.contains(told), "{told}: {file}");
    }
    assert!(!file.contains("saturdays"), "{file}");
}

#[tokio::test]
async fn a_file_says_why_a_text_message_did_not_go_by_the_way_that_it_was_to_go() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let helper = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    app.account(Role::Organiser, "Quillbrook").await;
    change(
        &app,
        "with written as (
           insert into message (message_id, area_id, kind, subject, channel, state, made_by)
           select gen_random_uuid(), p.area_id, 'campaign', 'Polling day', 'text', 'sent', a.account_id from person p, (select account_id from account limit 1) a
           returning message_id, area_id)
         insert into message_recipient (message_id, person_id, area_id, state, why, at)
         select w.message_id, p.person_id, w.area_id, 'left-out', 'no-consent', now() from written w, person p",
    )
    .await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let file = words(&officer.get(&format!("/protection/subjects/person-{helper}")).await.expect(200), "main");
    assert!(file.contains("Did not agree to text messages") && !file.contains("Did not agree to email"), "{file}");
}

#[tokio::test]
async fn a_member_who_helps_is_noted_for_whoever_keeps_either_record() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let helper = person(&app, "Quillbrook", "Oswin", "Tarrant", true).await;
    change(&app, "insert into volunteer (person_id, area_id) select person_id, area_id from person").await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let said = [("channel", "email"), ("how", "By letter of 3 October")];
    officer.post(&format!("/protection/subjects/person-{helper}/consents"), &said).await.expect(303);
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let page = organiser.get(&format!("/volunteers/{helper}")).await.expect(200);
    let notes = page.text("section[aria-labelledby=notes]");
    assert!(notes.contains("Objected to messages by email: recorded by the data protection officer"), "{notes}");
    // A member’s record is their membership secretary’s.
    change(
        &app,
        "insert into member (person_id, area_id, number, kind, joined_on, state)
         select person_id, area_id, 'L1', '', '2020-02-01', 'current' from person",
    )
    .await;
    officer.post(&format!("/protection/subjects/person-{helper}/consents"), &said).await.expect(303);
    let each = "select count(distinct purpose) from person_note";
    assert_eq!(count(&app, each).await, 2);
}
