//! `/rounds/gaps`: the streets that are on no round, and the rounds that nobody delivers.

use super::cut::key_of;
use super::{Said, said, status};
use crate::canvass::lists::choose::{self, District};
use crate::canvass::walk_order::natural;
use crate::error::Error;
use crate::rounds::homes::{self, Free};
use crate::rounds::store::{self, Show};
use crate::rounds::{Round, cut};
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

/// The most districts whose gaps are looked for at once.
const MOST_DISTRICTS: usize = 120;

/// Which district, nothing: all; and which fifty of its streets.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    district: String,
    page: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/gaps.html")]
struct GapsPage {
    layout: Layout,
    errors: FieldErrors,
    area: String,
    districts: Vec<District>,
    chosen: Option<i32>,
    letters: HashMap<i32, String>,
    /// Of this page.
    streets: Vec<Free>,
    paging: Paging,
    /// Streets and homes on no round in all.
    all: (usize, i64),
    /// Rounds that nobody delivers, with their homes.
    without: Vec<(Round, i64)>,
    /// Rounds that streets can be put on.
    rounds: Vec<Round>,
    said: (&'static str, &'static str),
}

impl GapsPage {
    fn letters_of(&self, street: &Free) -> &str {
        self.letters.get(&street.area_no).map_or("", String::as_str)
    }

    /// Where the other pages are.
    fn here(&self) -> String {
        self.chosen.map_or_else(|| "/rounds/gaps?".into(), |n| format!("/rounds/gaps?district={n}&"))
    }
}

/// `GET /rounds/gaps`
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>, Query(done): Query<Said>) -> Answer {
    draw(viewer, layout, &asked, FieldErrors::default(), said(&done.said)).await
}

async fn draw(
    viewer: Viewer,
    layout: Layout,
    asked: &Asked,
    errors: FieldErrors,
    said: (&'static str, &'static str),
) -> Answer {
    let mut scope = viewer.scope().await?;
    let districts = choose::districts(&mut scope).await?;
    let chosen = match asked.district.parse::<i32>().ok() {
        Some(number) if districts.iter().all(|d| d.area_no != number) => return Err(Error::NotFound),
        None if districts.len() > MOST_DISTRICTS => districts.first().map(|d| d.area_no),
        chosen => chosen,
    };
    let numbers: Vec<i32> =
        districts.iter().map(|d| d.area_no).filter(|n| chosen.is_none_or(|only| only == *n)).collect();
    let letters: HashMap<i32, String> = districts.iter().map(|d| (d.area_no, d.letters.clone())).collect();
    let mut streets = homes::free(&mut scope, &numbers).await?;
    let of = |s: &Free| letters.get(&s.area_no).map_or("", String::as_str);
    streets.sort_by(|a, b| natural(of(a), of(b)));
    let all = (streets.len(), streets.iter().map(|s| s.homes).sum::<i64>());
    let paging = Paging::asked(&asked.page).within(i64::try_from(all.0).unwrap_or(i64::MAX));
    let rows = |n: i64| usize::try_from(n).unwrap_or_default();
    let streets = streets.into_iter().skip(rows(paging.skip())).take(rows(SIZE)).collect();
    let ids = store::which(&mut scope, Show::Without, "").await?;
    let counts = homes::counts(&mut scope, &ids).await?;
    let live = store::which(&mut scope, Show::All, "").await?;
    let rounds = store::rounds(&mut scope, &live).await?;
    let rounds = scope.finish(rounds).await?;
    let nobodys = rounds.iter().filter(|r| r.deliverer.is_none()).cloned();
    let without = nobodys.map(|r| (homes::whole(&counts, r.id).bundle(r.with_empty), r)).map(|(n, r)| (r, n)).collect();
    let area = viewer.area_name;
    let status = status(&errors);
    let page =
        GapsPage { layout, errors, area, districts, chosen, letters, streets, paging, all, without, rounds, said };
    Ok((status, page).into_response())
}

/// The streets ticked, and the round that they go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PutForm {
    street: Vec<String>,
    round: String,
    district: String,
    page: String,
}

/// `POST /rounds/gaps`: what is free of the ticked streets goes on a round.
///
/// # Errors
/// [`Error::NotFound`] when the round is outside the area.
pub async fn put(viewer: Viewer, layout: Layout, Form(form): Form<PutForm>) -> Answer {
    let asked = Asked { district: form.district, page: form.page };
    let mut errors = FieldErrors::default();
    let round = form.round.parse::<Uuid>().ok();
    if round.is_none() {
        errors.add("round", "Choose the round that they go on");
    }
    if form.street.is_empty() {
        errors.add("street", "Tick at least one street");
    }
    let (Some(id), false) = (round, errors.any()) else {
        return draw(viewer, layout, &asked, errors, ("", "")).await;
    };
    let mut scope = viewer.scope().await?;
    let mut with_empty = false;
    let round = store::one_live(&mut scope, id).await?.check(|round| {
        with_empty = round.with_empty;
        Ok(())
    })?;
    let numbers: Vec<i32> = form.street.iter().filter_map(|s| s.split_once(':')?.0.parse().ok()).collect();
    let free = homes::free(&mut scope, &numbers).await?;
    let ticked = free.iter().filter(|s| form.street.contains(&key_of(s))).map(|s| (s.area_no, s.key.clone()));
    let ticked: Vec<(i32, String)> = ticked.collect();
    let (homes, shared) = homes::homes(&mut scope, &ticked, with_empty).await?;
    let stretches: Vec<_> = cut::pieces(&homes, &shared, None).into_iter().flat_map(|p| p.stretches).collect();
    let put = if stretches.is_empty() {
        Err(Error::field("street", "These streets were put on a round meanwhile. Look at what is free now"))
    } else {
        store::append(&mut scope, id, &stretches).await
    };
    if errors.take_invalid(put)?.is_none() {
        drop(scope);
        return draw(viewer, layout, &asked, errors, ("", "")).await;
    }
    scope.finish(round).await?;
    Ok(see_other(&format!("/rounds/{id}?said=put")))
}
