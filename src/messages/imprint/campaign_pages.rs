//! `/messages/imprint/campaigns`: putting a campaign's imprint down, how it reads, changing it, ending it.

use super::campaign_form::{Choices, Typed, WHOSE};
use super::campaigns::{self, Campaign, Version};
use super::rules::NATIONS;
use crate::database::Scoped;
use crate::error::Error;
use crate::polls::Poll;
use crate::web::words::day_of;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "messages/imprint-campaign.html")]
struct CampaignPage {
    layout: Layout,
    errors: FieldErrors,
    /// The one that is changed; None: a new one.
    campaign: Option<Campaign>,
    choices: Choices,
    typed: Typed,
    /// As it would read.
    reads: Option<Campaign>,
    history: Vec<Version>,
    today: NaiveDate,
}

impl CampaignPage {
    fn action(&self) -> String {
        let all = "/messages/imprint/campaigns";
        self.campaign.as_ref().map_or_else(|| all.into(), |c| format!("{all}/{}", c.id))
    }

    /// The polls that may be chosen: those to come, and the one that was.
    fn polls(&self) -> impl Iterator<Item = &Poll> {
        let own = self.campaign.as_ref().and_then(|c| c.poll);
        self.choices.polls.iter().filter(move |p| p.date >= self.today || Some(p.id) == own)
    }

    fn is_over(&self) -> bool {
        self.campaign.as_ref().is_some_and(|c| c.ended_at.is_some())
    }
}

/// For which area.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    area: String,
}

/// `GET /messages/imprint/campaigns/new`
pub async fn new(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let scope = viewer.scope().await?;
    let area = asked.area.parse().unwrap_or(viewer.area);
    let typed = Typed::new(area, day_of(Utc::now()));
    draw(scope, layout, None, typed, None, FieldErrors::default()).await
}

/// `GET /messages/imprint/campaigns/{campaign}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let campaign = campaigns::one(&mut scope, id).await?;
    let typed = Typed::of(&campaign);
    let reads = Some(campaign.clone());
    draw(scope, layout, Some(campaign), typed, reads, FieldErrors::default()).await
}

async fn draw(
    mut scope: Scoped,
    layout: Layout,
    campaign: Option<Campaign>,
    typed: Typed,
    reads: Option<Campaign>,
    errors: FieldErrors,
) -> Answer {
    let choices = Choices::of(&mut scope).await?;
    let history = match &campaign {
        Some(campaign) => campaigns::history(&mut scope, campaign).await?,
        None => Vec::new(),
    };
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let today = day_of(Utc::now());
    let page = CampaignPage { layout, errors, campaign, choices, typed, reads, history, today };
    Ok((status, page).into_response())
}

/// `POST /messages/imprint/campaigns`
pub async fn add(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    keep(viewer, layout, None, typed).await
}

/// `POST /messages/imprint/campaigns/{campaign}`
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    keep(viewer, layout, Some(id), typed).await
}

async fn keep(viewer: Viewer, layout: Layout, of: Option<Uuid>, mut typed: Typed) -> Answer {
    let mut scope = viewer.scope().await?;
    let campaign = match of {
        Some(id) => Some(campaigns::one(&mut scope, id).await?),
        None => None,
    };
    if let Some(campaign) = &campaign {
        typed.area = campaign.area.to_string();
    }
    let choices = Choices::of(&mut scope).await?;
    let mut errors = FieldErrors::default();
    let id = of.unwrap_or_else(Uuid::now_v7);
    let read = match typed.read(&mut errors, &choices, id).filter(|_| !errors.any()) {
        Some(read) if typed.act != "look" => read,
        reads => return draw(scope, layout, campaign, typed, reads, errors).await,
    };
    let done = match &campaign {
        Some(_) => campaigns::change(&mut scope, &read, typed.version).await,
        None => campaigns::add(&mut scope, &read).await,
    };
    if errors.take_invalid(done)?.is_none() {
        // What the database refused ended that transaction; the page is drawn in another.
        drop(scope);
        let scope = viewer.scope().await?;
        return draw(scope, layout, campaign, typed, Some(read), errors).await;
    }
    scope.commit().await?;
    Ok(see_other(&format!("/messages/imprint/campaigns/{id}?said=imprint-kept")))
}

/// `POST /messages/imprint/campaigns/{campaign}/end`
///
/// # Errors
/// [`Error::NotFound`] for one that is not one's own, [`Error::Conflict`] for one that was ended before.
pub async fn end(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    campaigns::one(&mut scope, id).await?;
    if !campaigns::end(&mut scope, id).await? {
        return Err(Error::Conflict("This campaign was ended before".into()));
    }
    scope.commit().await?;
    Ok(see_other("/messages/imprint?said=campaign-ended"))
}
