//! `/protection/alerts/rules`: every rule as it stands, and changing one with a reason.

use crate::access::text;
use crate::error::Error;
use crate::watching::Rule;
use crate::watching::store::{self, Standing, Version};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "watching/rules.html")]
struct RulesPage {
    layout: Layout,
    rules: Vec<Standing>,
}

/// `GET /protection/alerts/rules`
pub async fn list(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let rules = store::standing(&mut scope).await?;
    scope.commit().await?;
    Ok(RulesPage { layout, rules }.into_response())
}

/// A rule as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct RuleForm {
    on: String,
    threshold: String,
    minutes: String,
    reason: String,
    version: i32,
}

impl RuleForm {
    fn of(rule: &Standing) -> Self {
        RuleForm {
            on: if rule.on { "yes".into() } else { String::new() },
            threshold: rule.threshold.to_string(),
            minutes: rule.minutes.to_string(),
            reason: String::new(),
            version: rule.version,
        }
    }

    fn parse(&self, errors: &mut FieldErrors) -> Option<((bool, i32, i32), String)> {
        let number = |field: &str, typed: &str, most: i32| {
            let number = typed.trim().replace(',', "").parse::<i32>().ok().filter(|n| (1..=most).contains(n));
            number.ok_or_else(|| {
                Error::field(field, format!("Give a whole number from 1 to {}", words::figure(i64::from(most))))
            })
        };
        let threshold = errors.take(number("threshold", &self.threshold, 100_000));
        let minutes = errors.take(number("minutes", &self.minutes, 10_080));
        let reason = errors.take(text("reason", &self.reason, 500, "Say why: whoever audits this asks for it"));
        Some(((self.on == "yes", threshold?, minutes?), reason?))
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "watching/rule.html")]
struct RulePage {
    layout: Layout,
    errors: FieldErrors,
    standing: Standing,
    versions: Vec<Version>,
    form: RuleForm,
}

/// `GET /protection/alerts/rules/{rule}`
pub async fn show(viewer: Viewer, layout: Layout, Path(key): Path<String>) -> Answer {
    page(viewer, layout, &key, None, FieldErrors::default()).await
}

async fn page(viewer: Viewer, layout: Layout, key: &str, form: Option<RuleForm>, errors: FieldErrors) -> Answer {
    let rule = Rule::named(key).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let standing = store::standing(&mut scope).await?.into_iter().find(|s| s.rule.key == rule.key);
    let standing = standing.ok_or(Error::NotFound)?;
    let versions = store::versions(&mut scope, rule.key).await?;
    scope.commit().await?;
    let form = form.unwrap_or_else(|| RuleForm::of(&standing));
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, RulePage { layout, errors, standing, versions, form }).into_response())
}

/// `POST /protection/alerts/rules/{rule}`
pub async fn change(viewer: Viewer, layout: Layout, Path(key): Path<String>, Form(form): Form<RuleForm>) -> Answer {
    let rule = Rule::named(&key).ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let Some((values, reason)) = form.parse(&mut errors) else {
        return page(viewer, layout, &key, Some(form), errors).await;
    };
    let mut scope = viewer.scope().await?;
    store::change(&mut scope, rule, form.version, values, &reason).await?;
    scope.commit().await?;
    Ok(see_other("/protection/alerts/rules?said=rule-set"))
}
