//! `/areas/polling-places`: where each district votes; a council's file, looked over before anything is kept.

use super::file::{NotPlaces, PlacesFile};
use super::{PollingPlace, Row};
use crate::access::Permission;
use crate::database::Scoped;
use crate::error::Error;
use crate::polls::{self, Coming};
use crate::registers::formats::FileError;
use crate::registers::{ground, upload};
use crate::web::{Answer, App, FieldErrors, Form, Layout, Multipart, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{State, multipart};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "areas/places.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<Row>,
    poll: Option<Coming>,
    may_change: bool,
}

impl ListPage {
    /// Districts of which nobody knows where they vote.
    fn without(&self) -> usize {
        self.rows.iter().filter(|r| r.place.is_none()).count()
    }
}

/// `GET /areas/polling-places`
pub async fn list(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let poll = polls::next(&mut scope).await?;
    let rows = super::list(&mut scope, poll.as_ref().map(|p| p.id)).await?;
    scope.commit().await?;
    let may_change = Permission::ImportRegisters.roles().contains(&viewer.role);
    Ok(ListPage { layout, rows, poll, may_change }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "areas/places-import.html")]
struct ImportPage {
    layout: Layout,
    errors: FieldErrors,
    authority: String,
}

/// `GET /areas/polling-places/import`
pub async fn import(layout: Layout) -> Answer {
    Ok(ImportPage { layout, errors: FieldErrors::default(), authority: String::new() }.into_response())
}

/// What a file, or the form with what stood in one, offers for a district.
struct Offer {
    area_no: i32,
    letters: String,
    place: PollingPlace,
    was: Option<PollingPlace>,
    ticked: bool,
}

impl Offer {
    fn of(row: &Row, place: PollingPlace, ticked: bool) -> Self {
        Offer { area_no: row.area_no, letters: row.letters.clone(), place, was: row.place.clone(), ticked }
    }

    fn is_same(&self) -> bool {
        self.was.as_ref().is_some_and(|was| was.is_same(&self.place))
    }
}

/// What else a file says.
#[derive(Default)]
struct Beside {
    /// Districts that it gives several places.
    several: Vec<(String, Vec<PollingPlace>)>,
    /// Districts of it that are not here, or not one's own.
    beyond: Vec<String>,
    /// Own districts of the authority that it does not name.
    missing: Vec<String>,
    day: Option<String>,
    without: u64,
    /// The districts of rows that name no place.
    bare: Vec<String>,
    refused: Vec<(u64, &'static str)>,
    refused_in_all: u64,
}

#[derive(Template, WebTemplate)]
#[template(path = "areas/places-preview.html")]
struct PreviewPage {
    layout: Layout,
    errors: FieldErrors,
    offers: Vec<Offer>,
    beside: Beside,
    polls: Vec<Coming>,
    poll: String,
}

/// `POST /areas/polling-places/import`: nothing is kept yet.
pub async fn look_over(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    form: Result<Multipart, Error>,
) -> Answer {
    let mut errors = FieldErrors::default();
    let read = match form {
        Ok(Multipart(form)) => read(&app, form, viewer.grant).await,
        Err(error) => Err(error),
    };
    let Some((file, authority)) = errors.take_invalid(read)? else {
        let page = ImportPage { layout, errors, authority: String::new() };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let mut scope = viewer.scope().await?;
    let compared = compare(&mut scope, file, &authority).await;
    let Some((offers, beside)) = errors.take_invalid(compared)? else {
        let page = ImportPage { layout, errors, authority };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let districts: Vec<i32> = offers.iter().map(|o| o.area_no).collect();
    let polls = polls::to_come(&mut scope, Some(&districts)).await?;
    scope.commit().await?;
    Ok(PreviewPage { layout, errors, offers, beside, polls, poll: String::new() }.into_response())
}

/// The file that came with the form, and whose it is said to be.
async fn read(app: &App, form: multipart::Multipart, grant: Uuid) -> Result<(PlacesFile, String), Error> {
    let (typed, received) = upload::take(form, grant, &app.config.data.join("uploads")).await?;
    let received = received.ok_or_else(|| Error::field("file", "Choose the file that the council sent"))?;
    let path = received.path.to_path_buf();
    let open = move || PlacesFile::read(std::fs::File::open(path).map_err(FileError::from)?);
    let read = tokio::task::spawn_blocking(open).await.map_err(Error::internal)?;
    Ok((read.map_err(|why| Error::field("file", sentence(&why)))?, typed.authority))
}

/// What is wrong with a file, as a sentence.
fn sentence(why: &NotPlaces) -> String {
    let mut text = why.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The file beside what is known of the districts in the area in use.
async fn compare(scope: &mut Scoped, file: PlacesFile, authority: &str) -> Result<(Vec<Offer>, Beside), Error> {
    let letters: Vec<String> = file.districts.keys().cloned().collect();
    let (authority, _) = ground::authority_of(scope, authority, &letters).await.map_err(|error| match error {
        Error::Refused(why) => Error::field("authority", why),
        other => other,
    })?;
    let mut rows = super::list(scope, None).await?;
    rows.retain(|row| row.authority == authority);
    // A row without a place names its district all the same.
    let named = |row: &&Row| file.districts.contains_key(&row.letters) || file.bare.contains(&row.letters);
    let missing = rows.iter().filter(|row| !named(row)).map(|row| row.letters.clone()).collect();
    let PlacesFile { districts, day, without, bare, refused, refused_in_all } = file;
    let bare = bare.into_iter().collect();
    let mut beside = Beside { missing, day, without, bare, refused, refused_in_all, ..Beside::default() };
    let mut offers = Vec::new();
    for (letters, mut places) in districts {
        let Some(row) = rows.iter().find(|r| r.letters == letters) else {
            beside.beyond.push(letters);
            continue;
        };
        match (places.pop(), places.is_empty()) {
            (Some(place), true) => offers.push(Offer::of(row, place, true)),
            (Some(last), false) => {
                places.push(last);
                beside.several.push((letters, places));
            }
            (None, _) => {}
        }
    }
    if offers.is_empty() && beside.several.is_empty() {
        return Err(Error::field(
            "file",
            "None of its polling districts is in your area here. Check that it is the right council’s, and import its register first",
        ));
    }
    Ok((offers, beside))
}

/// What was looked over, as the form sends it: a value a district, in order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Taken {
    area: Vec<i32>,
    name: Vec<String>,
    address: Vec<String>,
    postcode: Vec<String>,
    /// Those that are ticked.
    take: Vec<i32>,
    /// For which poll; empty: the usual ones.
    poll: String,
}

impl Taken {
    fn offers(&self, rows: &[Row], errors: &mut FieldErrors) -> Vec<Offer> {
        let mut offers = Vec::new();
        for (((area, name), address), postcode) in
            self.area.iter().zip(&self.name).zip(&self.address).zip(&self.postcode)
        {
            let Some(row) = rows.iter().find(|r| r.area_no == *area) else { continue };
            match PollingPlace::read(name, address, postcode) {
                Ok(place) => offers.push(Offer::of(row, place, self.take.contains(area))),
                Err(error) => errors.add("take", format!("{}: {error}", row.letters)),
            }
        }
        if !offers.iter().any(|o| o.ticked) {
            errors.add("take", "Tick at least one district");
        }
        offers
    }
}

/// The poll that was chosen; none for the usual places.
pub(super) fn poll_of(typed: &str, polls: &[Coming], errors: &mut FieldErrors) -> Option<i64> {
    let poll = polls.iter().find(|p| p.id.to_string() == typed).map(|p| p.id);
    if poll.is_none() && !typed.is_empty() {
        errors.add("poll", "Choose a poll that is to come, or every poll");
    }
    poll
}

/// `POST /areas/polling-places`: keeps what was looked over.
pub async fn apply(viewer: Viewer, layout: Layout, Form(taken): Form<Taken>) -> Answer {
    let mut scope = viewer.scope().await?;
    let rows = super::list(&mut scope, None).await?;
    let own: Vec<i32> = rows.iter().map(|r| r.area_no).collect();
    let polls = polls::to_come(&mut scope, Some(&own)).await?;
    let mut errors = FieldErrors::default();
    let poll = poll_of(&taken.poll, &polls, &mut errors);
    let offers = taken.offers(&rows, &mut errors);
    if errors.any() {
        scope.commit().await?;
        let page = PreviewPage { layout, errors, offers, beside: Beside::default(), polls, poll: taken.poll };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let kept: Vec<_> = offers.into_iter().filter(|o| o.ticked).map(|o| (o.area_no, o.place)).collect();
    super::keep(&mut scope, poll, &kept).await?;
    scope.commit().await?;
    Ok(see_other("/areas/polling-places?said=places-kept"))
}
