//! Members in tests: the party's files as a membership secretary gives them.

use super::app::{Actor, Answer, TestApp, read};
use hustings::access::Role;
use reqwest::multipart::{Form, Part};
use sqlx::query_scalar;
use uuid::Uuid;

/// The headings that the party's files have.
pub const HEADINGS: &str =
    "Membership Number,Forename,Surname,Address Line 1,Postcode,Email,Joined,Paid Until,Status,Branch";

/// A file with these headings.
pub fn file(lines: &[&str]) -> Vec<u8> {
    [&[HEADINGS], lines].concat().join("\r\n").into_bytes()
}

/// Sends a file with the form of `/members/imports/new`.
pub async fn give(secretary: &Actor, name: &str, bytes: Vec<u8>) -> Answer {
    let form = Form::new()
        .text("_grant", secretary.account.grant.to_string())
        .part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let url = format!("{}/members/imports", secretary.base);
    read(secretary.client.post(url).multipart(form)).await
}

/// Says go on to what the file's page shows, with these ticks.
pub async fn apply(secretary: &Actor, path: &str, ticks: &[(&str, &str)]) -> Answer {
    let expected = secretary.get(path).await.expect(200).attribute("input[name=expected]", "value");
    let fields = [&[("expected", expected.as_str())], ticks].concat();
    secretary.post(&format!("{path}/apply"), &fields).await
}

/// Gives a file and applies it; answers its path.
pub async fn import(secretary: &Actor, bytes: Vec<u8>) -> String {
    let path = give(secretary, "members.csv", bytes).await.expect(303).location();
    apply(secretary, &path, &[]).await.expect(303);
    path
}

/// The member of this number.
pub async fn person(app: &TestApp, number: &str) -> Uuid {
    query_scalar("select person_id from member where number = $1")
        .bind(number)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

/// What there is for the walk through every page.
pub struct Members {
    /// A member of Quillbrook who is on the register, with a history, consents and a note.
    pub person: Uuid,
    /// A file that waits to be looked over.
    pub waiting: Uuid,
    /// One whose headings nobody knows.
    pub unknown: Uuid,
    /// One that was applied.
    pub applied: Uuid,
}

impl Members {
    /// Makes it all.
    pub async fn new(app: &TestApp) -> Self {
        let secretary = app.actor(Role::MembershipSecretary, "all").await;
        let id = |path: &str| path.rsplit('/').next().unwrap().parse().unwrap();
        let first = file(&[
            "L1,Edith,Harcourt1,1 Larkspur Row,ZZ1 4QX,edith@lantern.example,1/2/2020,31/12/2099,current,Quillbrook",
            "L2,Wilf,Harcourt1,1 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2020,lapsed,Quillbrook",
            "L3,Edith,Harcourt2,9 Elsewhere,ZZ9 4QX,nobody,1/2/2020,31/12/2020,current,Saltern",
            "L4,Breaks,off",
        ]);
        let applied = id(&import(&secretary, first).await);
        let next = file(&[
            "L1,Edith,Harcourt1,1 Larkspur Row,ZZ1 4QX,edith@lantern.example,1/2/2020,31/12/2098,current,Quillbrook",
            "L5,New,Person,3 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Hill End",
            "L6,Breaks,off",
        ]);
        let waiting = id(&give(&secretary, "next.csv", next).await.expect(303).location());
        let odd = b"Ref,Who,Until\nL7,Una Vale,31/12/2099\n".to_vec();
        let unknown = id(&give(&secretary, "odd.csv", odd).await.expect(303).location());
        let person = person(app, "L1").await;
        let agreed =
            [("channel", "email"), ("given", "yes"), ("wording", "May we write?"), ("source", "Membership form")];
        secretary.post(&format!("/members/{person}/consents"), &agreed).await.expect(303);
        secretary
            .post(&format!("/members/{person}/notes"), &[("note", "Counts at the annual meeting")])
            .await
            .expect(303);
        Members { person, waiting, unknown, applied }
    }
}
