//! A provider over HTTP, of the shape that most have: one POST of JSON with a secret in a header.

use super::{Failure, Provider};
use crate::audit::seal::webhook::{Target, stream};
use crate::config::TextConfig;
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

/// How long a provider may take with one.
const PATIENCE: Duration = Duration::from_secs(20);

/// The body of a request with places for the number, the words and the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Value);

impl Template {
    /// Reads one; it must be JSON and have a place for `{to}` and for `{words}`.
    pub fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let flat = value.to_string();
        (value.is_object() && flat.contains("{to}") && flat.contains("{words}")).then_some(Template(value))
    }

    /// The body of one text. Places are filled inside strings of JSON: nothing that somebody wrote becomes more than words.
    pub fn fill(&self, to: &str, words: &str, id: Uuid) -> String {
        fn filled(value: &Value, fill: &dyn Fn(&str) -> String) -> Value {
            match value {
                Value::String(text) => Value::String(fill(text)),
                Value::Array(all) => Value::Array(all.iter().map(|v| filled(v, fill)).collect()),
                Value::Object(all) => Value::Object(all.iter().map(|(k, v)| (k.clone(), filled(v, fill))).collect()),
                other => other.clone(),
            }
        }
        // The words last: a place that somebody wrote into them is no place.
        let fill = |text: &str| {
            let known = text.replace("{to}", to).replace("{id}", &id.to_string());
            known.replace("{words}", words)
        };
        filled(&self.0, &fill).to_string()
    }
}

/// A provider over HTTP.
pub struct Http {
    config: TextConfig,
}

impl Http {
    /// By the configuration.
    pub fn new(config: TextConfig) -> Self {
        Http { config }
    }

    fn request(&self, target: &Target, body: &str, id: Uuid) -> String {
        let secret = self.config.header.as_deref().map(|line| format!("{line}\r\n")).unwrap_or_default();
        format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\nuser-agent: hustings\r\ncontent-type: application/json\r\naccept: application/json\r\n\
             idempotency-key: {id}\r\n{secret}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            target.path(),
            target.authority(),
            body.len()
        )
    }

    async fn exchange(&self, body: &str, id: Uuid) -> Result<(), Failure> {
        let target = &self.config.target;
        // Up to here nothing was said: trying again is safe.
        let mut stream = match tokio::time::timeout(PATIENCE, stream(target)).await {
            Ok(opened) => opened.map_err(|why| Failure::Later(format!("the provider cannot be reached: {why}")))?,
            Err(_) => return Err(Failure::Later("the provider cannot be reached".into())),
        };
        let request = self.request(target, body, id);
        let said = async {
            stream.write_all(request.as_bytes()).await?;
            stream.flush().await?;
            // "HTTP/1.1 200" is all that is read.
            let mut status = [0; 12];
            stream.read_exact(&mut status).await?;
            Ok::<_, std::io::Error>(status)
        };
        match tokio::time::timeout(PATIENCE, said).await {
            Ok(Ok(status)) => answered(&status),
            Ok(Err(_)) => Err(Failure::Unknown("the provider went away before it answered".into())),
            Err(_) => Err(Failure::Unknown("the provider did not answer in time".into())),
        }
    }
}

fn answered(status: &[u8]) -> Result<(), Failure> {
    let line = std::str::from_utf8(status).ok().and_then(|line| line.strip_prefix("HTTP/1."));
    match line.and_then(|line| line.get(2..)?.parse::<u16>().ok()) {
        Some(200..=299) => Ok(()),
        Some(429 | 503) => Err(Failure::Later("the provider takes nothing just now".into())),
        Some(code @ 400..=499) => Err(Failure::ForGood(format!("the provider refuses it ({code})"))),
        Some(code) => Err(Failure::Unknown(format!("the provider failed with it ({code})"))),
        None => Err(Failure::Unknown("the provider answered something that is not HTTP".into())),
    }
}

impl Provider for Http {
    fn send<'a>(&'a self, to: &'a str, words: &'a str, id: Uuid) -> BoxFuture<'a, Result<(), Failure>> {
        let body = self.config.template.fill(to, words, id);
        Box::pin(async move { self.exchange(&body, id).await })
    }

    fn went(&self, _: Uuid) -> Option<bool> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TextConfig;
    use tokio::net::TcpListener;

    /// A provider on loopback that answers in turn; None: it goes away after the request. Answers its address and what it got.
    async fn provider(answers: Vec<Option<&'static str>>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/texts?from=lantern", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let mut got = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut all = Vec::new();
                let mut part = [0; 1024];
                while !is_whole(&all) {
                    let n = stream.read(&mut part).await.unwrap();
                    all.extend_from_slice(&part[..n]);
                }
                got.push(String::from_utf8(all).unwrap());
                if let Some(answer) = answer {
                    stream
                        .write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n").as_bytes())
                        .await
                        .unwrap();
                }
            }
            got
        });
        (url, task)
    }

    fn is_whole(request: &[u8]) -> bool {
        let text = String::from_utf8_lossy(request);
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
        text.split_once("\r\n\r\n").is_some_and(|(_, body)| Some(body.len()) == length)
    }

    fn config(url: &str) -> TextConfig {
        let body = r#"{"id": "{id}", "to": ["{to}"], "text": "{words}"}"#;
        TextConfig::checked(Some(url.into()), Some("Authorization: Bearer s3cret".into()), Some(body.into()))
            .unwrap()
            .unwrap()
    }

    #[tokio::test]
    async fn a_text_is_handed_over_with_its_secret_and_tried_again_only_where_that_is_safe() {
        let answers =
            vec![Some("202 Accepted"), Some("400 Bad"), Some("429 Slow"), Some("503 Later"), Some("500 Oh"), None];
        let (url, task) = provider(answers).await;
        let (provider, id) = (Http::new(config(&url)), Uuid::now_v7());
        let mut came = Vec::new();
        for _ in 0..6 {
            came.push(provider.send("+447700900123", "Bring \"pens\"\r\n{to} \"}", id).await);
        }
        let again: Vec<_> = came.iter().map(|r| r.as_ref().err().map(Failure::may_try_again)).collect();
        assert_eq!(again, [None, Some(false), Some(true), Some(true), Some(false), Some(false)], "{came:?}");
        let got = task.await.unwrap();
        let (head, body) = got[0].split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("POST /v1/texts?from=lantern HTTP/1.1\r\n")
                && head.contains("\r\nAuthorization: Bearer s3cret\r\n")
        );
        assert!(head.contains(&format!("idempotency-key: {id}")), "{head}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["text"], "Bring \"pens\"\r\n{to} \"}", "words stay words");
        assert_eq!(body["to"][0], "+447700900123");

        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gone = format!("http://{}/", nobody.local_addr().unwrap());
        drop(nobody);
        let away = Http::new(config(&gone)).send("+447700900123", "x", id).await.unwrap_err();
        assert!(away.may_try_again() && !away.why().contains("447700"), "{away:?}");
    }
}
