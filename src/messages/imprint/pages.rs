//! `/messages/imprint`: the campaigns' imprints, whose usual one holds where, and putting that down.

use super::Imprint;
use super::campaigns::{self, Campaign};
use super::rules;
use crate::access::{Role, text};
use crate::areas::{Area, store as areas};
use crate::database::Scoped;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::web::words::day_of;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;

/// An imprint as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    area: String,
    promoter: String,
    promoter_address: String,
    behalf: String,
    behalf_address: String,
    printer: String,
}

impl Typed {
    /// As it is there, its own; a campaign's keeps its printer's address apart.
    fn of(i: &Imprint) -> Self {
        let printer = [i.printer.as_str(), i.printer_address.as_str()];
        Typed {
            area: i.area.to_string(),
            promoter: i.promoter.clone(),
            promoter_address: i.promoter_address.clone(),
            behalf: i.behalf.clone(),
            behalf_address: i.behalf_address.clone(),
            printer: printer.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        }
    }

    /// Begun with what holds there from around: only what of it is whole, so that nothing incomplete is kept by a press of a button.
    fn begun(area: i64, holds: Option<&Imprint>) -> Self {
        let typed = holds.map(Typed::of).unwrap_or_default();
        let whole = |address: String| if rules::is_address(&address) { address } else { String::new() };
        let printer = if rules::is_name_with_address(&typed.printer) { typed.printer } else { String::new() };
        let (promoter_address, behalf_address) = (whole(typed.promoter_address), whole(typed.behalf_address));
        Typed { area: area.to_string(), promoter_address, behalf_address, printer, ..typed }
    }

    fn read(&self, errors: &mut FieldErrors, areas: &[Area]) -> Option<Imprint> {
        let area = areas.iter().find(|a| a.id.to_string() == self.area);
        let area = errors.take(area.ok_or_else(|| Error::field("area", "Choose an area inside your own")));
        let mut line = |field: &str, typed: &str, most, missing: &str| {
            errors.take(text(field, typed, most, missing)).map(|words| clean(&words))
        };
        let promoter =
            line("promoter", &self.promoter, 200, "Give the promoter’s name: usually the agent or treasurer");
        let promoter_address = line(
            "promoter_address",
            &self.promoter_address,
            300,
            "Give an address at which the promoter can be reached",
        );
        let behalf = line("behalf", &self.behalf, 200, "Give the candidate or the party that it is for");
        let behalf_address = line("behalf_address", &self.behalf_address, 300, "Give the address of whom it is for");
        let printer = clean(&self.printer);
        if printer.chars().count() > 300 {
            errors.add("printer", "Use at most 300 characters");
            return None;
        }
        for (field, address) in [("promoter_address", &promoter_address), ("behalf_address", &behalf_address)] {
            if address.as_ref().is_some_and(|words| !rules::is_address(words)) {
                errors.add(field, rules::whole_address(field));
            }
        }
        if !printer.is_empty() && !rules::is_name_with_address(&printer) {
            errors.add(
                "printer",
                "Give name and address with commas between, for example Presses, 3 Larkspur Row, ZZ1 4QX",
            );
        }
        let area = area?;
        Some(Imprint {
            area: area.id,
            area_name: area.name.clone(),
            promoter: promoter?,
            promoter_address: promoter_address?,
            behalf: behalf?,
            behalf_address: behalf_address?,
            printer,
            printer_address: String::new(),
            many: false,
            welsh: false,
            campaign: None,
        })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "messages/imprint.html")]
struct ImprintPage {
    layout: Layout,
    errors: FieldErrors,
    campaigns: Vec<Campaign>,
    today: NaiveDate,
    /// Those that may be changed here.
    own: Vec<Imprint>,
    areas: Vec<Area>,
    /// What holds in the chosen area now.
    holds: Option<Imprint>,
    typed: Typed,
}

impl ImprintPage {
    fn chosen(&self) -> String {
        self.areas.iter().find(|a| a.id.to_string() == self.typed.area).map(|a| a.name.clone()).unwrap_or_default()
    }

    fn is_own(&self) -> bool {
        self.holds.as_ref().is_some_and(|i| i.campaign.is_none() && i.area.to_string() == self.typed.area)
    }
}

/// Which area's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    area: String,
}

/// `GET /messages/imprint`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = places(&mut scope).await?;
    let wanted = areas.iter().find(|a| a.id.to_string() == asked.area).map_or(viewer.area, |a| a.id);
    let holds = super::of(&mut scope, wanted).await?;
    let own = super::own(&mut scope).await?;
    let typed = own.iter().find(|i| i.area == wanted).map_or_else(|| Typed::begun(wanted, holds.as_ref()), Typed::of);
    draw(scope, layout, (areas, holds), typed, FieldErrors::default()).await
}

/// Areas whose imprint whoever acts may put down.
pub(super) async fn places(scope: &mut Scoped) -> Result<Vec<Area>, Error> {
    if scope.role() == Some(Role::Administrator) { areas::all(scope).await } else { areas::worked_in(scope).await }
}

async fn draw(
    mut scope: Scoped,
    layout: Layout,
    (areas, holds): (Vec<Area>, Option<Imprint>),
    typed: Typed,
    errors: FieldErrors,
) -> Answer {
    let own = super::own(&mut scope).await?;
    let campaigns = campaigns::all(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let today = day_of(Utc::now());
    Ok((status, ImprintPage { layout, errors, campaigns, today, own, areas, holds, typed }).into_response())
}

/// `POST /messages/imprint`
pub async fn keep(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = places(&mut scope).await?;
    let mut errors = FieldErrors::default();
    let read = typed.read(&mut errors, &areas);
    let (Some(imprint), false) = (read, errors.any()) else {
        let area = areas.iter().find(|a| a.id.to_string() == typed.area).map_or(viewer.area, |a| a.id);
        let holds = super::of(&mut scope, area).await?;
        return draw(scope, layout, (areas, holds), typed, errors).await;
    };
    super::keep(&mut scope, &imprint).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/messages/imprint?area={}&said=imprint-kept", imprint.area)))
}

/// `POST /messages/imprint/{area}/removal`
///
/// # Errors
/// [`Error::NotFound`] where there is none of one's own, [`Error::Conflict`] where nothing would take its place.
pub async fn remove(viewer: Viewer, Path(area): Path<i64>, Form(_): Form<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    if !super::own(&mut scope).await?.iter().any(|i| i.area == area) {
        return Err(Error::NotFound);
    }
    if !super::remove(&mut scope, area).await? {
        return Err(Error::Conflict(
            "No imprint of an area around it would take its place, and nothing could go out. Change it instead".into(),
        ));
    }
    scope.commit().await?;
    Ok(see_other("/messages/imprint?said=imprint-gone"))
}
