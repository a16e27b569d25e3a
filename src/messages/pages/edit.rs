//! `/messages/new` and `/messages/{message}/edit`: writing a message and saying whom it is for.

use crate::access::{Role, text};
use crate::areas::{Area, store as areas};
use crate::database::Scoped;
use crate::error::Error;
use crate::messages::audience::{Audience, MEMBERS, SECRETARYS, VOLUNTEERS};
use crate::messages::compose::Text;
use crate::messages::form::{Fields, Form as Fixed};
use crate::messages::markup::{FIELDS, Pictured};
use crate::messages::{Channel, Draft, Kind, Message, State, occasion, store};
use crate::volunteers::{AVAILABILITY, SKILLS};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// A message as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    form: String,
    channel: String,
    area: String,
    subject: String,
    body: String,
    what: String,
    when: String,
    place: String,
    members: String,
    days: String,
    volunteers: String,
    skill: String,
    free: String,
    supporters: bool,
    /// An event, or a shift of it.
    occasion: String,
    waiting: bool,
}

/// Letters of an email.
const LONGEST: usize = 20_000;
/// Letters of a text, before its imprint and its link: about four that are paid for.
const LONGEST_TEXT: usize = 600;

/// Parts of a text to whoever has long names, before its imprint and its link.
const MOST_PARTS: usize = 6;

impl Typed {
    fn of(draft: &Draft) -> Self {
        let Audience { members, days, volunteers, skill, when, supporters, event, shift, waiting } =
            draft.audience.clone();
        Typed {
            form: draft.form.map_or("", Fixed::as_str).into(),
            channel: draft.channel.as_str().into(),
            area: draft.area.to_string(),
            subject: draft.subject.clone(),
            body: draft.body.clone(),
            what: draft.fields.what.clone(),
            when: draft.fields.when.clone(),
            place: draft.fields.place.clone(),
            members: members.unwrap_or_default(),
            days: days.to_string(),
            volunteers: volunteers.unwrap_or_default(),
            skill: skill.unwrap_or_default(),
            free: when.unwrap_or_default(),
            supporters,
            occasion: event.map(|event| occasion::key(event, shift)).unwrap_or_default(),
            waiting,
        }
    }

    fn read(&self, errors: &mut FieldErrors, areas: &[Area], role: Role, pictures: Vec<Pictured>) -> Option<Draft> {
        let area = areas.iter().find(|a| a.id.to_string() == self.area);
        let area = errors.take(area.ok_or_else(|| Error::field("area", "Choose an area inside your own")));
        let audience =
            Audience::typed(&self.members, &self.days, &self.volunteers, &self.skill, &self.free, self.supporters)
                .and_event(occasion::read(&self.occasion), self.waiting);
        if audience.nobody() {
            errors.add("members", "Choose whom it is for: members, volunteers, supporters, those who come to an event");
        } else if audience.is_secretarys() && role != Role::MembershipSecretary {
            errors.add("members", "Who joined lately or lapses soon is for the membership secretary to write to");
        }
        let form = Fixed::parse(&self.form);
        let beyond_members = audience.volunteers.is_some() || audience.supporters || audience.event.is_some();
        if form.is_some_and(Fixed::is_for_members) && beyond_members {
            errors.add("members", "This form is for members: choose which, and neither volunteers nor others");
        }
        let mut draft =
            Draft { area: area?.id, channel: Channel::parse(&self.channel), form, audience, ..Draft::default() };
        match form {
            Some(form) => {
                draft.kind = Kind::Service;
                draft.fields = self.fields(errors, form);
                if let Some(field) = form.promotes(&draft.fields) {
                    errors.add(field, "A service message promotes nothing: no votes, money or web address here. Write a campaign message for that");
                }
                if form == Fixed::ShiftChange && !draft.audience.is_events_alone() {
                    errors.add(
                        "occasion",
                        "A change of a shift goes to those who come to it, and to nobody else: choose the event",
                    );
                }
                if form == Fixed::Invitation && draft.audience.supporters {
                    errors.add(
                        "members",
                        "Invitations go to members and volunteers. Write supporters a campaign message",
                    );
                }
            }
            None => {
                draft.subject = errors.take(one_line("subject", &self.subject, "Write a subject")).unwrap_or_default();
                let most = if draft.channel == Channel::Text { LONGEST_TEXT } else { LONGEST };
                let body = text("body", &self.body.replace("\r\n", "\n"), most, "Write the message");
                draft.body = errors.take(body).unwrap_or_default();
                let read = errors.take(Text::of(&draft, pictures));
                let parts = read.filter(|text| text.channel == Channel::Text).map_or(0, |text| text.most_parts());
                if parts > MOST_PARTS {
                    errors.add(
                        "body",
                        format!("It would go as {parts} texts to some readers: write less, or merge fewer names"),
                    );
                }
            }
        }
        (!errors.any()).then_some(draft)
    }

    fn fields(&self, errors: &mut FieldErrors, form: Fixed) -> Fields {
        let mut one = |name: &str, label: &str, typed: &str| {
            if label.is_empty() {
                return String::new();
            }
            errors.take(one_line(name, typed, &format!("Fill in: {}", label.to_lowercase()))).unwrap_or_default()
        };
        let [what, when, place] = form.labels();
        Fields {
            what: one("what", what, &self.what),
            when: one("when", when, &self.when),
            place: one("place", place, &self.place),
        }
    }
}

/// One line: nothing in it ends a header and begins another.
fn one_line(field: &str, typed: &str, missing: &str) -> Result<String, Error> {
    let line = text(field, typed, 150, missing)?;
    if line.contains(char::is_control) {
        return Err(Error::field(field, "Write it in one line"));
    }
    Ok(line)
}

#[derive(Template, WebTemplate)]
#[template(path = "messages/edit.html")]
struct EditPage {
    layout: Layout,
    errors: FieldErrors,
    /// None: it is new.
    id: Option<Uuid>,
    form: Option<Fixed>,
    typed: Typed,
    areas: Vec<Area>,
    /// Events to come and their shifts, as the form sends each and in words.
    occasions: Vec<(String, String)>,
    /// Whether the reader keeps members.
    secretary: bool,
}

impl EditPage {
    fn action(&self) -> String {
        self.id.map_or_else(|| "/messages/new".into(), |id| format!("/messages/{id}/edit"))
    }

    fn members(&self) -> Vec<(&'static str, &'static str)> {
        MEMBERS.into_iter().filter(|(word, _)| self.secretary || !SECRETARYS.contains(word)).collect()
    }

    fn is_for_members(&self) -> bool {
        self.form.is_some_and(Fixed::is_for_members)
    }

    fn is_for_an_event(&self) -> bool {
        self.form == Some(Fixed::ShiftChange)
    }

    fn field_words(&self) -> String {
        FIELDS.iter().map(|(f, _)| format!("{{{{{f}}}}}")).collect::<Vec<_>>().join(", ")
    }

    fn label(&self, at: usize) -> &'static str {
        self.form.map_or("", |form| form.labels()[at])
    }
}

async fn draw(
    viewer: &Viewer,
    mut scope: Scoped,
    layout: Layout,
    id: Option<Uuid>,
    typed: Typed,
    errors: FieldErrors,
) -> Answer {
    let areas = areas::worked_in(&mut scope).await?;
    let occasions = occasion::choices(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let secretary = viewer.role == Role::MembershipSecretary;
    let form = Fixed::parse(&typed.form);
    Ok((status, EditPage { layout, errors, id, form, typed, areas, occasions, secretary }).into_response())
}

/// Which kind a new one is, by which way it goes, and to whose event it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    form: String,
    channel: String,
    event: Option<Uuid>,
}

/// `GET /messages/new`: from the page of an event with what is known of it.
///
/// # Errors
/// [`Error::NotFound`] for an event outside the area, or one that is over.
pub async fn begin(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let form = Fixed::parse(&asked.form);
    let mut draft = Draft { area: viewer.area, channel: Channel::parse(&asked.channel), form, ..Draft::default() };
    let mut scope = viewer.scope().await?;
    if let Some(event) = asked.event {
        let about = occasion::about(&mut scope, event).await?;
        draft.fields = Fields { what: about.title, when: about.when, place: about.place };
        draft.audience = Audience::default().and_event(Some((event, None)), false);
    }
    let typed = Typed { days: "60".into(), ..Typed::of(&draft) };
    draw(&viewer, scope, layout, None, typed, FieldErrors::default()).await
}

/// `POST /messages/new`
pub async fn make(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let areas = areas::worked_in(&mut scope).await?;
    let draft = typed.read(&mut errors, &areas, viewer.role, Vec::new());
    let Some(draft) = occasion::checked(&mut scope, draft, &mut errors).await? else {
        return draw(&viewer, scope, layout, None, typed, errors).await;
    };
    let id = store::make(&mut scope, &draft).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}?said=message-kept")))
}

async fn draft_of(scope: &mut Scoped, id: Uuid) -> Result<Message, Error> {
    let message = store::one(scope, id).await?;
    if message.state == State::Draft {
        Ok(message)
    } else {
        Err(Error::Conflict("This message was sent off. Stop it first, or copy it as a new draft".into()))
    }
}

/// `GET /messages/{message}/edit`
///
/// # Errors
/// [`Error::Conflict`] once it was sent off.
pub async fn open(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let message = draft_of(&mut scope, id).await?;
    draw(&viewer, scope, layout, Some(id), Typed::of(&message.draft), FieldErrors::default()).await
}

/// `POST /messages/{message}/edit`
///
/// # Errors
/// [`Error::Conflict`] once it was sent off.
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let held = draft_of(&mut scope, id).await?;
    let typed = Typed { form: held.draft.form.map_or("", Fixed::as_str).into(), ..typed };
    let mut errors = FieldErrors::default();
    let areas = areas::worked_in(&mut scope).await?;
    let draft = typed.read(&mut errors, &areas, viewer.role, held.pictures);
    let Some(draft) = occasion::checked(&mut scope, draft, &mut errors).await? else {
        return draw(&viewer, scope, layout, Some(id), typed, errors).await;
    };
    store::change(&mut scope, id, &draft).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}?said=message-kept")))
}
