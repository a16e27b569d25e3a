//! Importing through the pages, as an organiser does.

use super::app::{Actor, Answer, TestApp};
use reqwest::multipart::{Form, Part};
use std::time::Duration;

/// Sends a file with the form of `/imports/new`.
pub async fn upload(app: &TestApp, actor: &Actor, name: &str, bytes: Vec<u8>, date: &str) -> Answer {
    let form = Form::new()
        .text("_grant", actor.account.grant.to_string())
        .text("authority", "")
        .text("date", date.to_owned())
        .text("basis", "party")
        .part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let response = actor.client.post(format!("{}/imports", app.base)).multipart(form).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.text().await.unwrap() }
}

/// Sends a file and waits until it can be looked over, or has failed; answers the import's path.
pub async fn upload_and_read(app: &TestApp, actor: &Actor, name: &str, bytes: Vec<u8>, date: &str) -> String {
    let path = upload(app, actor, name, bytes, date).await.expect(303).location();
    over(actor, &path).await;
    path
}

/// Waits until nobody works on an import any more; answers its page.
pub async fn over(actor: &Actor, path: &str) -> Answer {
    for _ in 0..3000 {
        let page = actor.get(path).await.expect(200);
        if page.count("[data-progress]") == 0 {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{path} is still at work");
}

/// Reads and imports a file, with every tick that it needs; answers the receipt.
pub async fn import(app: &TestApp, actor: &Actor, name: &str, bytes: Vec<u8>, date: &str) -> Answer {
    let path = upload_and_read(app, actor, name, bytes, date).await;
    apply(actor, &path).await;
    over(actor, &path).await
}

/// Says go on, with every tick.
pub async fn apply(actor: &Actor, path: &str) {
    let ticks = [("allow_large_removal", "true"), ("allow_other_districts", "true")];
    actor.post(&format!("{path}/apply"), &ticks).await.expect(303);
}

/// The same of 1 December 2025, for a council that is named on the preview.
pub async fn import_for(app: &TestApp, actor: &Actor, name: &str, bytes: Vec<u8>, authority: &str) -> Answer {
    let path = upload_and_read(app, actor, name, bytes, "2025-12-01").await;
    actor.post(&format!("{path}/authority"), &[("authority", authority)]).await.expect(303);
    over(actor, &path).await;
    apply(actor, &path).await;
    over(actor, &path).await
}
