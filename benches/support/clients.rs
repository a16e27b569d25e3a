//! Clients over real HTTP, each on a connection of its own that stays open, and loops that keep them busy.

use super::Outcome;
use super::people::Person;
use super::report::{Times, note, times};
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue, ORIGIN};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Somebody's phone or browser, or nobody's. Clones and [`Client::signed_in_as`] share the open connection.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Arc<str>,
    bearer: Option<HeaderValue>,
}

/// An answer, read to its last byte.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body as it came over the wire.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Outcome<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The answer, if it has this status.
    ///
    /// # Errors
    /// With what came instead.
    pub fn expect(self, status: u16) -> Outcome<Self> {
        if self.status == status {
            return Ok(self);
        }
        let body = String::from_utf8_lossy(&self.body).replace(|c: char| c.is_control() || c == '\u{fffd}', "");
        Err(format!("{status} was expected, but {}: {}", self.status, body.chars().take(600).collect::<String>())
            .into())
    }
}

impl Client {
    /// Nobody; takes compressed answers, as a browser does.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub fn nobody(base: &str) -> Outcome<Self> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate, br"));
        headers.insert(ORIGIN, HeaderValue::from_str(base)?);
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(None)
            .build()?;
        Ok(Client { http, base: base.into(), bearer: None })
    }

    /// Somebody signed in.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub fn of(base: &str, person: &Person) -> Outcome<Self> {
        Self::nobody(base)?.signed_in_as(person)
    }

    /// The same connection in another's hands.
    ///
    /// # Errors
    /// Never: tokens are fit for headers.
    pub fn signed_in_as(&self, person: &Person) -> Outcome<Self> {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", person.token))?;
        Ok(Client { bearer: Some(bearer), ..self.clone() })
    }

    /// Opens a page.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn get(&self, path: &str) -> Outcome<Answer> {
        self.send(self.http.get(self.url(path))).await
    }

    /// Opens a page or file, taking one encoding only.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn get_encoded(&self, path: &str, encoding: &str) -> Outcome<Answer> {
        self.send(self.http.get(self.url(path)).header(ACCEPT_ENCODING, encoding)).await
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn post(&self, path: &str, body: &Value) -> Outcome<Answer> {
        self.send(self.http.post(self.url(path)).json(body)).await
    }

    /// Puts JSON under an id.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn put(&self, path: &str, body: &Value) -> Outcome<Answer> {
        self.send(self.http.put(self.url(path)).json(body)).await
    }

    fn url(&self, path: &str) -> String {
        [&self.base, path].concat()
    }

    async fn send(&self, mut request: RequestBuilder) -> Outcome<Answer> {
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        let response = request.send().await?;
        Ok(Answer { status: response.status().as_u16(), body: response.bytes().await?.to_vec() })
    }
}

/// How a load went.
pub struct Load {
    /// How long each step took.
    pub times: Times,
    /// Steps each second.
    pub a_second: f64,
}

/// Keeps everybody busy for so long, each taking their next step as soon as the last is done; a step takes its client
/// and gives it back. The first tenth of the time warms up and is not counted.
///
/// # Errors
/// With the first step that fails.
pub async fn keep_busy<S, F>(
    everybody: Vec<S>,
    length: Duration,
    step: impl Fn(S) -> F + Clone + Send + 'static,
) -> Outcome<Load>
where
    S: Send + 'static,
    F: Future<Output = Outcome<S>> + Send + 'static,
{
    let begins = Instant::now() + length / 10;
    let ends = begins + length;
    let mut busy = tokio::task::JoinSet::new();
    for mut one in everybody {
        let step = step.clone();
        busy.spawn(async move {
            let mut times = times()?;
            loop {
                let begun = Instant::now();
                if begun >= ends {
                    return Outcome::Ok(times);
                }
                one = step(one).await?;
                if begun >= begins {
                    note(&mut times, begun.elapsed());
                }
            }
        });
    }
    let mut all = times()?;
    while let Some(done) = busy.join_next().await {
        all.add(done??)?;
    }
    let took = begins.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss)] // far below 2^52
    let a_second = all.len() as f64 / took;
    Ok(Load { times: all, a_second })
}
