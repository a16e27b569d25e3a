//! Cutting streets into rounds in three steps: districts, streets, preview. Each is one post of one form that carries everything
//! chosen so far, so that the steps work without JavaScript and nothing is kept on the server.

use super::status;
use crate::access::text;
use crate::canvass::lists::choose::{self, District, Place};
use crate::canvass::lists::plan;
use crate::canvass::walk_order::natural;
use crate::database::Scoped;
use crate::error::Error;
use crate::rounds::cut::{self, Piece};
use crate::rounds::homes::{self, Free};
use crate::rounds::store::{self, NewRound};
use crate::rounds::{Stretch, USUAL_HOMES};
use crate::web::{Answer, FieldErrors, Form, Layout, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// The most rounds that are made in one go.
const MOST_ROUNDS: usize = 200;

/// The steps' answers as the form sends them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CutForm {
    /// What the button pressed asks for: `districts`, `all-districts`, `no-districts`, `streets`, `all-streets`, `no-streets` or
    /// `preview`.
    pub step: String,
    /// The districts chosen, by number.
    pub district: Vec<i32>,
    /// The ward whose districts are shown to choose from; empty: all.
    pub ward: String,
    /// The ward whose districts the page showed when a button was pressed; empty: all.
    pub ward_shown: String,
    /// The districts whose streets have been shown: of the others all streets count as ticked.
    pub shown: Vec<i32>,
    /// The streets ticked, as `district:key`.
    pub street: Vec<String>,
    /// The first round's name.
    pub name: String,
    /// Cut into several.
    pub split: Option<String>,
    /// Of about how many homes each.
    pub split_size: String,
    /// Whether homes with nobody on the register get a leaflet too.
    pub with_empty: Option<String>,
    /// What the preview showed: what is made must be that.
    pub expected: String,
}

impl CutForm {
    fn with_usual_answers(mut self) -> Self {
        if self.shown.is_empty() {
            self.split = Some("on".into());
            self.split_size = USUAL_HOMES.to_string();
        }
        self
    }

    fn shows(&self, district: &District) -> bool {
        self.ward.is_empty() || self.ward == district.ward
    }

    /// What is ticked all at once is what the page showed: a ward that was chosen and not shown yet is not looked at.
    fn keep_ward_shown(&mut self) {
        if matches!(self.step.as_str(), "all-districts" | "no-districts") {
            self.ward = std::mem::take(&mut self.ward_shown);
        }
    }

    /// Ticks every district that is shown, or none of them, when the button pressed says so.
    fn tick_districts(&mut self, districts: &[District]) {
        let shown: Vec<i32> = districts.iter().filter(|d| self.shows(d)).map(|d| d.area_no).collect();
        if matches!(self.step.as_str(), "all-districts" | "no-districts") {
            self.district.retain(|d| !shown.contains(d));
        }
        if self.step == "all-districts" {
            self.district.extend(shown);
        }
    }

    fn is_ticked(&self, street: &Free) -> bool {
        !self.shown.contains(&street.area_no) || self.street.contains(&key_of(street))
    }
}

/// A street as the form names it.
pub(super) fn key_of(street: &Free) -> String {
    format!("{}:{}", street.area_no, street.key)
}

/// The typed choices.
struct Choices {
    name: String,
    about: Option<usize>,
    with_empty: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/new-districts.html")]
struct DistrictsPage {
    layout: Layout,
    errors: FieldErrors,
    form: CutForm,
    districts: Vec<District>,
}

impl DistrictsPage {
    /// The wards that districts are known to be in.
    fn wards(&self) -> Vec<&str> {
        let mut wards: Vec<&str> = self.districts.iter().map(|d| d.ward.as_str()).filter(|w| !w.is_empty()).collect();
        wards.sort_unstable();
        wards.dedup();
        wards
    }

    fn is_shown(&self, district: &District) -> bool {
        self.form.shows(district)
    }

    /// Those that are ticked and not shown: they stay so.
    fn beside(&self) -> impl Iterator<Item = &District> {
        self.districts.iter().filter(|d| !self.is_shown(d) && self.form.district.contains(&d.area_no))
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/new-streets.html")]
struct StreetsPage {
    layout: Layout,
    errors: FieldErrors,
    form: CutForm,
    place: Place,
    streets: Vec<Free>,
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/new-preview.html")]
struct PreviewPage {
    layout: Layout,
    form: CutForm,
    rounds: Vec<(String, Piece)>,
    expected: String,
    changed: bool,
}

impl StreetsPage {
    /// Streets by district, in the order of the page.
    fn by_district(&self) -> impl Iterator<Item = (&str, &[Free])> {
        let letters =
            |s: &[Free]| s.first().and_then(|s| self.place.districts.get(&s.area_no)).map_or("", String::as_str);
        self.streets.chunk_by(|a, b| a.area_no == b.area_no).map(move |streets| (letters(streets), streets))
    }
}

impl PreviewPage {
    fn homes(&self) -> usize {
        self.rounds.iter().map(|(_, piece)| piece.homes).sum()
    }
}

/// `GET /rounds/new`
///
/// # Errors
/// What the database says.
pub async fn new(viewer: Viewer, layout: Layout) -> Answer {
    let scope = viewer.scope().await?;
    districts_page(scope, layout, CutForm::default(), FieldErrors::default()).await
}

/// `POST /rounds/new`: the next step, or the one before.
///
/// # Errors
/// [`Error::NotFound`] when a district is outside the area.
pub async fn step(viewer: Viewer, layout: Layout, Form(form): Form<CutForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    if matches!(form.step.as_str(), "districts" | "all-districts" | "no-districts") {
        return districts_page(scope, layout, form, FieldErrors::default()).await;
    }
    let place = match choose::place(&mut scope, &form.district).await {
        Ok(place) => place,
        Err(Error::Invalid(fields)) => return districts_page(scope, layout, form, FieldErrors(fields)).await,
        Err(error) => return Err(error),
    };
    let preview = form.step == "preview";
    let mut draft = Draft::read(&mut scope, place, form).await?;
    draft.tick_as_asked();
    if !preview {
        return streets_page(scope, layout, draft, FieldErrors::default()).await;
    }
    preview_page(scope, layout, draft, false).await
}

/// `POST /rounds`: makes what the preview showed, all in one transaction, or shows it anew when it is no longer that.
///
/// # Errors
/// [`Error::NotFound`] when a district is outside the area.
pub async fn make(viewer: Viewer, layout: Layout, Form(form): Form<CutForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let place = choose::place(&mut scope, &form.district).await?;
    let draft = Draft::read(&mut scope, place, form).await?;
    let mut errors = FieldErrors::default();
    let Some((choices, rounds)) = errors.take_invalid(draft.cut(&mut scope).await)? else {
        return streets_page(scope, layout, draft, errors).await;
    };
    if draft.form.expected != expected(&rounds) {
        return preview_page(scope, layout, draft, true).await;
    }
    for (name, piece) in &rounds {
        let new = NewRound { name, with_empty: choices.with_empty, stretches: &piece.stretches };
        if errors.take_invalid(store::add(&mut scope, &new).await)?.is_none() {
            // The transaction is over with what somebody else was quicker at.
            drop(scope);
            let mut scope = viewer.scope().await?;
            let place = choose::place(&mut scope, &draft.form.district).await?;
            let draft = Draft::read(&mut scope, place, draft.form).await?;
            return streets_page(scope, layout, draft, errors).await;
        }
    }
    scope.commit().await?;
    Ok(see_other("/rounds?said=cut"))
}

/// What stands for the rounds of a preview: each one's homes and streets.
fn expected(rounds: &[(String, Piece)]) -> String {
    let of = |(_, piece): &(String, Piece)| format!("{}.{}", piece.homes, piece.stretches.len());
    rounds.iter().map(of).collect::<Vec<_>>().join("/")
}

/// Rounds on their way: the form with what it can choose from.
struct Draft {
    form: CutForm,
    place: Place,
    streets: Vec<Free>,
}

impl Draft {
    async fn read(scope: &mut Scoped, place: Place, form: CutForm) -> Result<Self, Error> {
        let mut form = form.with_usual_answers();
        let districts: Vec<i32> = place.districts.keys().copied().collect();
        let mut streets = homes::free(scope, &districts).await?;
        let letters = |s: &Free| place.districts.get(&s.area_no).map_or("", String::as_str);
        streets.sort_by(|a, b| natural(letters(a), letters(b)));
        if form.name.trim().is_empty() && form.shown.is_empty() {
            let usual = choose::next_name(scope, &place).await?;
            let base = usual.rsplit_once(' ').map_or(usual.as_str(), |(base, _)| base);
            form.name = store::next_name(scope, base).await?;
        }
        Ok(Draft { form, place, streets })
    }

    /// Ticks every street, or none, when the button pressed says so.
    fn tick_as_asked(&mut self) {
        match self.form.step.as_str() {
            "all-streets" => self.form.street = self.streets.iter().map(key_of).collect(),
            "no-streets" => self.form.street = Vec::new(),
            _ => {}
        }
    }

    fn choices(&self) -> Result<Choices, Error> {
        let mut errors = FieldErrors::default();
        let name: String = self.form.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = errors.take(text("name", &name, 100, "Give the rounds a name"));
        let about = self.form.split.as_ref().map(|_| self.form.split_size.trim().parse::<usize>());
        if !matches!(about, None | Some(Ok(10..=2000))) {
            errors.add("split_size", "Write a number of homes from 10 to 2,000, or untick it");
        }
        match name {
            Some(name) if !errors.any() => {
                Ok(Choices { name, about: about.and_then(Result::ok), with_empty: self.form.with_empty.is_some() })
            }
            _ => Err(Error::Invalid(errors.0)),
        }
    }

    /// The rounds that would be made, each with its name.
    async fn cut(&self, scope: &mut Scoped) -> Result<(Choices, Vec<(String, Piece)>), Error> {
        let choices = self.choices()?;
        let ticked = self.streets.iter().filter(|s| self.form.is_ticked(s));
        let ticked: Vec<(i32, String)> = ticked.map(|s| (s.area_no, s.key.clone())).collect();
        let (homes, shared) = homes::homes(scope, &ticked, choices.with_empty).await?;
        let mut pieces = cut::pieces(&homes, &shared, choices.about);
        pieces.retain(|p| !p.stretches.is_empty());
        if pieces.is_empty() {
            return Err(Error::field("street", "No home is left here to deliver to. Tick other streets"));
        }
        if pieces.len() > MOST_ROUNDS {
            return Err(Error::field(
                "split_size",
                "That is more than 200 rounds at once. Make them larger, or tick fewer streets",
            ));
        }
        let names = plan::names(&choices.name, pieces.len());
        Ok((choices, names.into_iter().zip(pieces).collect()))
    }
}

async fn districts_page(mut scope: Scoped, layout: Layout, mut form: CutForm, errors: FieldErrors) -> Answer {
    let districts = choose::districts(&mut scope).await?;
    scope.commit().await?;
    form.keep_ward_shown();
    if !districts.iter().any(|d| form.shows(d)) {
        form.ward = String::new();
    }
    form.tick_districts(&districts);
    Ok((status(&errors), DistrictsPage { layout, errors, form, districts }).into_response())
}

async fn streets_page(scope: Scoped, layout: Layout, draft: Draft, errors: FieldErrors) -> Answer {
    scope.commit().await?;
    let Draft { form, place, streets } = draft;
    Ok((status(&errors), StreetsPage { layout, errors, form, place, streets }).into_response())
}

async fn preview_page(mut scope: Scoped, layout: Layout, draft: Draft, changed: bool) -> Answer {
    let mut errors = FieldErrors::default();
    let Some((_, rounds)) = errors.take_invalid(draft.cut(&mut scope).await)? else {
        return streets_page(scope, layout, draft, errors).await;
    };
    scope.commit().await?;
    let expected = expected(&rounds);
    let status = if changed { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, PreviewPage { layout, form: draft.form, rounds, expected, changed }).into_response())
}

/// A stretch's street and part, in words.
pub(super) fn stretch_words(stretch: &Stretch) -> String {
    let street = crate::canvass::lists::street_words(&stretch.street);
    match stretch.part() {
        part if part.is_empty() => street.to_owned(),
        part => format!("{street}, {part}"),
    }
}
