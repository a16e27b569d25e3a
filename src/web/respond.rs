//! Errors as pages or as `application/problem+json`, whichever the path is for. Internal text stays in the log, under
//! the request's id, which the page shows.

use super::layout::Layout;
use super::{App, Viewer, words};
use crate::access::door::{self, Notice};
use crate::error::{Error, FieldError, NOT_YOUR_ROLES, Tool};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::sync::Arc;

/// What handlers answer.
pub type Answer<T = Response> = Result<T, Error>;

/// The viewer of a request that the guard refused: its page still has the right head.
#[derive(Clone)]
pub(super) struct Known(pub Box<Viewer>);

/// An error on its way out, for `render` to draw.
#[derive(Clone)]
pub struct Problem {
    kind: &'static str,
    status: StatusCode,
    detail: String,
    fields: Vec<FieldError>,
    tool: Option<Tool>,
    retry_after: Option<i64>,
    unavailable: bool,
    /// The page that asks for what is missing before this one is shown.
    before: Option<&'static str>,
    /// What the log is told of a fault of ours: never a value of anybody's.
    cause: Option<Arc<str>>,
}

impl Problem {
    fn of(error: &Error) -> Self {
        let (kind, status) = kind(error);
        Problem {
            kind,
            status,
            detail: error.to_string(),
            fields: if let Error::Invalid(fields) = error { fields.clone() } else { Vec::new() },
            tool: if let Error::Closed { tool, .. } = error { Some(*tool) } else { None },
            retry_after: error.retry_after(),
            unavailable: matches!(error, Error::Unavailable(_)),
            before: match error {
                Error::Asks(asks) => Some(asks.page()),
                Error::ConfirmFirst => Some("/account/confirm"),
                _ => None,
            },
            cause: error.cause().map(Into::into),
        }
    }

    /// Writes down what happened under the id that the page shows.
    fn log(&self, request: &str) {
        match &self.cause {
            Some(cause) if self.unavailable => tracing::warn!(request, %cause, "the database did not answer"),
            Some(cause) => tracing::error!(request, %cause, "a request failed"),
            None => {}
        }
    }
}

fn kind(error: &Error) -> (&'static str, StatusCode) {
    match error {
        Error::SignedOut => ("signed-out", StatusCode::UNAUTHORIZED),
        Error::AccessEnded => ("access-ended", StatusCode::UNAUTHORIZED),
        Error::Asks(asks) => (asks.kind(), StatusCode::UNAUTHORIZED),
        Error::ConfirmFirst => ("factor-required", StatusCode::UNAUTHORIZED),
        Error::Forbidden(_) => ("forbidden", StatusCode::FORBIDDEN),
        Error::NotFound => ("not-found", StatusCode::NOT_FOUND),
        Error::NotTaken => ("not-taken", StatusCode::METHOD_NOT_ALLOWED),
        Error::Conflict(_) => ("conflict", StatusCode::CONFLICT),
        Error::Invalid(_) => ("invalid", StatusCode::UNPROCESSABLE_ENTITY),
        Error::Refused(_) => ("refused", StatusCode::UNPROCESSABLE_ENTITY),
        Error::TooMany(_) => ("too-many-tries", StatusCode::TOO_MANY_REQUESTS),
        Error::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE),
        Error::Closed { .. } => ("closed", StatusCode::SERVICE_UNAVAILABLE),
        Error::Unavailable(_) => ("unavailable", StatusCode::SERVICE_UNAVAILABLE),
        Error::TooLarge(_) => ("too-large", StatusCode::PAYLOAD_TOO_LARGE),
        Error::Internal(_) => ("internal", StatusCode::INTERNAL_SERVER_ERROR),
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let problem = Problem::of(&self);
        let mut response = problem.status.into_response();
        response.extensions_mut().insert(problem);
        response
    }
}

/// Whether the answer says that the database is away: then nothing can be put on record either.
pub(super) fn is_unavailable(response: &Response) -> bool {
    response.extensions().get::<Problem>().is_some_and(|p| p.unavailable)
}

/// Whether the answer leads to the page that asks for what is missing: a step on the way in, or a second factor once more.
pub(super) fn leads_on(response: &Response) -> bool {
    response.extensions().get::<Problem>().is_some_and(|p| p.before.is_some())
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    layout: Layout,
    title: String,
    problem: Problem,
    /// The public notice, when a half is closed.
    notice: Option<Notice>,
    request_id: String,
}

/// Draws an error as the path's readers expect it.
pub(super) async fn render(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let get = request.method() == axum::http::Method::GET;
    // A page's own script (passkeys) sends JSON and reads it.
    let speaks_json = request.headers().get(header::CONTENT_TYPE).is_some_and(|v| v == "application/json");
    let asked = request.uri().path_and_query().map_or_else(|| path.clone(), ToString::to_string);
    let referer = request.headers().get(header::REFERER).and_then(|v| v.to_str().ok()).and_then(own_page(&app));
    let request_id = request_id(&request);
    let response = next.run(request).await;
    let known = response.extensions().get::<Known>().cloned();
    let Some(problem) = response.extensions().get::<Problem>().cloned() else {
        return response;
    };
    problem.log(&request_id);
    let notice = notice(&app, &problem, known.as_ref()).await;
    if path.starts_with("/api/") || speaks_json {
        return json(&problem, notice.as_ref(), response);
    }
    if let Some(before) = problem.before {
        return to_before(before, &asked, referer.as_deref(), get);
    }
    if problem.status == StatusCode::UNAUTHORIZED {
        return to_sign_in(&path, get, problem.kind == "access-ended");
    }
    let layout = match known {
        Some(Known(viewer)) => Layout::of(&app, &viewer, &path),
        // Asking the database once more would only make the answer later.
        None if problem.unavailable => Layout::plain(&app),
        None => Layout::nobody(&app).await,
    };
    let title = notice.as_ref().map_or_else(|| title(&problem).to_owned(), Notice::headline);
    page(ErrorPage { layout, title, problem, notice, request_id }, response)
}

/// The notice of the half that the problem is about: as the guard read it, else (closed a moment ago) as it stands now.
async fn notice(app: &App, problem: &Problem, known: Option<&Known>) -> Option<Notice> {
    let tool = problem.tool?;
    if let Some(notice) = known.and_then(|Known(viewer)| viewer.notice(tool)) {
        return Some(notice.clone());
    }
    let notices = door::notices(&app.database).await.ok()?;
    // The strictest, where it is not known whom it is for: everywhere before an area.
    notices.into_iter().find(|n| n.tool == tool)
}

fn request_id(request: &Request) -> String {
    request.headers().get("x-request-id").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
}

fn title(problem: &Problem) -> &'static str {
    match (problem.kind, problem.tool) {
        ("signed-out", _) => "Sign in first",
        ("access-ended", _) => "Your access has ended",
        ("forbidden", _) if problem.detail == NOT_YOUR_ROLES => "This page is not part of your role",
        ("factor-required" | "terms-required", _) => "One thing more",
        ("not-taken", _) => "That was not taken",
        ("not-found", _) => "There is nothing here that you may see",
        ("conflict" | "forbidden", _) => "Nothing was done",
        ("invalid" | "refused", _) => "Some answers need another look",
        ("too-many-tries" | "busy", _) => "Wait a little",
        ("closed", Some(Tool::Organise)) => "Organise is closed",
        ("closed", _) => "Contact is closed",
        ("unavailable", _) => "Hustings cannot reach its records just now",
        ("too-large", _) => "That is more than fits",
        _ => "Something went wrong on our side",
    }
}

impl ErrorPage {
    /// What to do now; the heading has said what happened.
    fn advice(&self) -> String {
        match (self.problem.kind, &self.layout.head) {
            ("forbidden", Some(head)) if self.problem.detail == NOT_YOUR_ROLES => format!(
                "You are here as {}, {}. If you have a role that has it, change to that one at the top of the page; if not, ask the person who gave you access.",
                head.role.title().to_lowercase(),
                head.area
            ),
            ("not-found", _) => "The address may have a slip in it, what was here may have ended, or it belongs to an area that is not yours.".into(),
            ("unavailable", _) => "It comes back by itself. Try again in a moment.".into(),
            ("internal", _) => "Try again. If it stays, tell your administrator the time and the number below.".into(),
            _ => self.problem.detail.trim_end_matches('.').to_owned() + ".",
        }
    }

    /// Whether waiting helps.
    fn passes(&self) -> bool {
        matches!(self.problem.kind, "closed" | "unavailable" | "busy")
    }
}

fn page(page: ErrorPage, from: Response) -> Response {
    let status = page.problem.status;
    let retry = page.problem.retry_after;
    let mut response = match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, "Something went wrong. Try again.").into_response(),
    };
    finish(&mut response, from, retry);
    response
}

fn json(problem: &Problem, notice: Option<&Notice>, from: Response) -> Response {
    let mut body = serde_json::json!({
        "type": problem.kind,
        "title": title(problem),
        "status": problem.status.as_u16(),
        "detail": problem.detail,
    });
    if let Some(first) = problem.fields.first() {
        body["field"] = first.field.clone().into();
        body["errors"] = serde_json::json!(problem.fields);
    }
    if let Some(notice) = notice {
        body["tool"] = notice.tool.as_str().into();
        body["notice"] = notice.notice.clone().into();
        body["opens"] = serde_json::json!(notice.opens_at);
        body["area"] = serde_json::json!(notice.area);
        body["phones"] = notice.phones.as_str().into();
    }
    let mut response = (problem.status, axum::Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    finish(&mut response, from, problem.retry_after);
    response
}

fn finish(response: &mut Response, from: Response, retry_after: Option<i64>) {
    let (head, _) = from.into_parts();
    if let Some(methods) = head.headers.get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, methods.clone());
    }
    *response.extensions_mut() = head.extensions;
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    super::headers::no_store(response.headers_mut());
}

/// Signing in leads back to the page that was asked for; a form's answers do not survive, so those lead home.
fn to_sign_in(path: &str, get: bool, ended: bool) -> Response {
    let mut to = String::from("/sign-in");
    if get && path != "/" && path.starts_with('/') && !path.starts_with("//") {
        to.push_str("?next=");
        to.push_str(&path.replace('?', "%3F").replace('&', "%26").replace('#', "%23"));
    }
    if ended {
        to.push_str(if to.contains('?') { "&ended=1" } else { "?ended=1" });
    }
    see_other(&to)
}

/// To the page that asks for what is missing, and from there to what was asked for; a form's answers do not survive, so those
/// lead back to the form's own page, and the page says so.
fn to_before(before: &str, asked: &str, referer: Option<&str>, get: bool) -> Response {
    let next = if get { asked } else { referer.unwrap_or("/") };
    see_other(&format!("{}{}", on_the_way(before, next), if get { "" } else { "&again=1" }))
}

/// The address of a page that asks for something first, with where to go then.
pub fn on_the_way(page: &str, next: &str) -> String {
    let next = next.replace('%', "%25").replace('?', "%3F").replace('&', "%26").replace('#', "%23").replace('+', "%2B");
    format!("{page}?next={next}")
}

/// The path of a page of ours that a form was sent from.
fn own_page(app: &App) -> impl Fn(&str) -> Option<String> {
    let base = app.config.base_url.clone();
    move |referer| referer.strip_prefix(&base).filter(|path| path.starts_with('/')).map(str::to_owned)
}

/// 303 to another page.
pub fn see_other(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// A form's errors by field, as templates ask for them.
#[derive(Debug, Clone, Default)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// The message of one field, or nothing.
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|e| e.field == field).map_or("", |e| e.message.as_str())
    }

    /// Whether there is anything to mend.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The value; or None, what cannot stand being kept here.
    pub fn take<T>(&mut self, answer: Result<T, Error>) -> Option<T> {
        self.take_invalid(answer).unwrap_or_else(|other| {
            self.add("form", other.to_string());
            None
        })
    }

    /// The same of work that may fail otherwise too.
    ///
    /// # Errors
    /// What is no answer that cannot stand.
    pub fn take_invalid<T>(&mut self, answer: Result<T, Error>) -> Result<Option<T>, Error> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid(fields)) => {
                self.0.extend(fields);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Adds one.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }
}
