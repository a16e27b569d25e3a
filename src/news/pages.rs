//! `/news`: what stands now, posting it, changing it, taking it down.

use super::store::{self, Said};
use super::{Post, USUAL, last_day};
use crate::access::{Permission, parse_until, text};
use crate::areas::Area;
use crate::error::Error;
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Utc;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "news/list.html")]
struct NewsPage {
    layout: Layout,
    posts: Vec<Post>,
    may_post: bool,
    over: bool,
    paging: Paging,
}

impl NewsPage {
    fn here(&self) -> &'static str {
        if self.over { "/news?tab=over&" } else { "/news?" }
    }
}

/// Which of them, and which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    page: String,
}

/// `GET /news`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let may_post = Permission::PostNews.roles().contains(&viewer.role);
    let over = may_post && asked.tab == "over";
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(&asked.page);
    let (posts, total) = store::list(&mut scope, over, paging.skip(), SIZE).await?;
    scope.commit().await?;
    paging.must_be_there(posts.len())?;
    Ok(NewsPage { layout, posts, may_post, over, paging: paging.of(total) }.into_response())
}

/// A post as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    area: String,
    title: String,
    words: String,
    pinned: String,
    until: String,
}

impl Typed {
    fn new(area: i64) -> Self {
        let last = words::day_of(Utc::now()).checked_add_days(USUAL).unwrap_or_default();
        Typed { area: area.to_string(), until: last.to_string(), ..Typed::default() }
    }

    fn of(post: &Post) -> Self {
        let until = if post.is_over() { Typed::new(0).until } else { words::day_of(post.ends_at).to_string() };
        let pinned = if post.pinned { "yes" } else { "" }.to_owned();
        Typed { area: String::new(), title: post.title.clone(), words: post.words.clone(), pinned, until }
    }

    fn read(&self, errors: &mut FieldErrors) -> Option<Said> {
        let title = errors.take(text("title", &self.title, 120, "Say in a few words what it is about"));
        let words = errors.take(text("words", &self.words, 4000, "Write the news"));
        let ends_at = errors.take(last_day(&self.until, words::day_of(Utc::now())).and_then(|day| {
            parse_until(&day.to_string()).ok_or_else(|| Error::field("until", "Give the last day on which it stands"))
        }));
        let pinned = self.pinned == "yes";
        Some(Said { title: title?, words: words?.replace("\r\n", "\n"), pinned, ends_at: ends_at? })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "news/post.html")]
struct PostPage {
    layout: Layout,
    errors: FieldErrors,
    typed: Typed,
    /// Areas to choose from, for a new one.
    areas: Vec<Area>,
    /// The one that is changed; None: a new one.
    post: Option<Post>,
}

/// `GET /news/new`
pub async fn new(viewer: Viewer, layout: Layout) -> Answer {
    let typed = Typed::new(viewer.area);
    form(&viewer, layout, FieldErrors::default(), typed).await
}

async fn form(viewer: &Viewer, layout: Layout, errors: FieldErrors, typed: Typed) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = store::places(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, PostPage { layout, errors, typed, areas, post: None }).into_response())
}

/// `POST /news`
pub async fn post(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut errors = FieldErrors::default();
    let area = errors.take(typed.area.parse().map_err(|_| Error::field("area", "Choose whose news it is")));
    let said = typed.read(&mut errors);
    let (Some(area), Some(said)) = (area, said) else { return form(&viewer, layout, errors, typed).await };
    let mut scope = viewer.scope().await?;
    store::post(&mut scope, area, &said).await?;
    scope.commit().await?;
    Ok(see_other("/news?said=news-posted"))
}

/// `GET /news/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let post = store::own(&mut scope, id).await?;
    scope.commit().await?;
    let typed = Typed::of(&post);
    Ok(PostPage { layout, errors: FieldErrors::default(), typed, areas: Vec::new(), post: Some(post) }.into_response())
}

/// `POST /news/{id}`
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut errors = FieldErrors::default();
    let said = typed.read(&mut errors);
    let mut scope = viewer.scope().await?;
    let post = store::own(&mut scope, id).await?;
    let Some(said) = said else {
        scope.commit().await?;
        let page = PostPage { layout, errors, typed, areas: Vec::new(), post: Some(post) };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    store::change(&mut scope, id, &said).await?;
    scope.commit().await?;
    Ok(see_other("/news?said=news-posted"))
}

/// `POST /news/{id}/end`: at once, since it can be put up again.
pub async fn end(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::end(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other("/news?tab=over&said=news-ended"))
}
