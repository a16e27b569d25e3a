//! `/materials/returned`: letters that came back, typed or scanned by their codes.

use crate::database::Scoped;
use crate::error::Error;
use crate::materials::code::Code;
use crate::materials::letters::returned::{self, Marked, Returned};
use crate::web::{Answer, FieldErrors, Form, Layout, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// Codes as they are typed: one or several, with spaces, commas or lines between them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
}

/// The most codes of one form.
const MOST: usize = 200;

#[derive(Template, WebTemplate)]
#[template(path = "materials/letters/returned.html")]
struct ReturnedPage {
    layout: Layout,
    errors: FieldErrors,
    typed: String,
    /// Codes of the same form that were put down, beside what was not.
    kept: Vec<String>,
    rows: Vec<Returned>,
}

async fn draw(mut scope: Scoped, layout: Layout, typed: String, kept: Vec<String>, errors: FieldErrors) -> Answer {
    let seen = returned::last(&mut scope).await?;
    let rows = scope.finish(seen).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ReturnedPage { layout, errors, typed, kept, rows }).into_response())
}

/// `GET /materials/returned`
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    draw(viewer.scope().await?, layout, String::new(), Vec::new(), FieldErrors::default()).await
}

/// `POST /materials/returned`: what is read is kept, what is not is said and stays to be typed again.
pub async fn mark(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let words: Vec<&str> = typed.code.split(between).filter(|word| !word.is_empty()).collect();
    let (mut errors, mut left, mut kept) = (FieldErrors::default(), Vec::new(), Vec::new());
    if words.is_empty() || words.len() > MOST {
        errors.add("code", "Type the code that stands above the address, as 4K-127R; at most 200 at a time");
    }
    let mut scope = viewer.scope().await?;
    for word in words.into_iter().take(MOST) {
        let marked = match Code::parse(word) {
            Some(code) => returned::mark(&mut scope, code).await,
            None => Err(Error::field("code", "This is no code")),
        };
        match marked {
            Ok(Marked::Now) => kept.push(word.to_uppercase()),
            Ok(Marked::Already) => {
                errors.add("code", format!("{}: this one is on record as returned already", shortened(word)))
            }
            Err(Error::Invalid(why)) => {
                let why = why.first().map_or("it cannot be read", |e| e.message.as_str());
                errors.add("code", format!("{}: {why}. Look at it again", shortened(word)));
                left.push(word);
            }
            Err(other) => return Err(other),
        }
    }
    if errors.any() {
        let left = left.join(" ");
        return draw(scope, layout, left, kept, errors).await;
    }
    scope.commit().await?;
    Ok(see_other(if kept.is_empty() { "/materials/returned" } else { "/materials/returned?said=came-back" }))
}

fn shortened(word: &str) -> String {
    word.chars().take(20).collect()
}

/// `POST /materials/returned/undo`
///
/// # Errors
/// [`Error::NotFound`] when it is not down.
pub async fn undo(viewer: Viewer, Form(typed): Form<Typed>) -> Answer {
    let code = Code::parse(&typed.code).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    if !returned::undo(&mut scope, code).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    Ok(see_other("/materials/returned?said=came-back-undone"))
}
