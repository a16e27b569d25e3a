//! `/materials/letters/new` and `/materials/letters/{template}/edit`: a template's text in a plain editor, with buttons that write its
//! forms.

use crate::access::text as words_of;
use crate::areas::{Area, store as areas};
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::letters::make::KINDS;
use crate::materials::letters::pictures::{self, Pictured};
use crate::materials::letters::text::{self, FIELDS, GROUPS};
use crate::materials::letters::{Content, longest, store};
use crate::web::words::figure;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// So much that cannot stand in a text is said at once.
const MOST_SAID: usize = 10;

/// A template as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    name: String,
    /// An area's id; empty: the whole organisation's.
    area: String,
    text: String,
    sender: String,
    signer: String,
    signer_role: String,
    signature: String,
    front: String,
    version: i32,
}

impl Typed {
    fn of(template: &store::Template, content: Content) -> Self {
        let picture = |number: Option<i16>| number.map(|n| n.to_string()).unwrap_or_default();
        Typed {
            kind: template.kind.as_str().into(),
            name: template.name.clone(),
            area: template.area.map(|a| a.to_string()).unwrap_or_default(),
            signature: picture(content.signature),
            front: picture(content.front),
            text: content.text,
            sender: content.sender,
            signer: content.signer,
            signer_role: content.signer_role,
            version: template.version,
        }
    }

    fn read(
        &self,
        errors: &mut FieldErrors,
        kind: Kind,
        areas: &[Area],
        pictures: &[Pictured],
    ) -> Option<(String, Content)> {
        let name = errors.take(one_line("name", &self.name, 80, "Give it a name"));
        let most = longest(kind);
        let whole = self.text.replace("\r\n", "\n");
        let typed = match whole.trim().chars().count() {
            long if long > most => {
                errors.add("text", too_long(long, most));
                None
            }
            _ => errors.take(words_of("text", &whole, most, "Write the text")),
        };
        let numbers: Vec<i16> = pictures.iter().map(|p| p.number).collect();
        // All at once, also where it is too long.
        for wrong in text::every_wrong(&whole, &numbers, areas).into_iter().take(MOST_SAID) {
            errors.add("text", wrong.to_string());
        }
        let sender = optional(errors, "sender", &self.sender.replace("\r\n", "\n"), 300);
        if self.sender.trim().lines().count() > 6 {
            errors.add("sender", "Use at most six lines");
        }
        let signer = errors.take(one_line("signer", &self.signer, 80, "Say who signs it"));
        let signer_role = optional(errors, "signer_role", &self.signer_role, 80);
        let mut picture = |field: &str, typed: &str| {
            let number = typed.parse::<i16>().ok();
            if !typed.is_empty() && number.is_none_or(|n| !numbers.contains(&n)) {
                errors.add(field, "Choose one of the template’s pictures, or none");
            }
            number
        };
        let (signature, front) = (picture("signature", &self.signature), picture("front", &self.front));
        if errors.any() {
            return None;
        }
        let content =
            Content { text: typed?, signer: signer?, signer_role: signer_role?, signature, sender: sender?, front };
        Some((name?, content))
    }
}

/// What is said of a text of so many characters where so many may be.
fn too_long(long: usize, most: usize) -> String {
    let (now, most, over) = (figure(long), figure(most), figure(long - most));
    format!("It has {now} characters, and at most {most} may be: shorten it by {over}")
}

fn one_line(field: &str, typed: &str, most: usize, missing: &str) -> Result<String, Error> {
    let line = words_of(field, typed, most, missing)?;
    if line.contains(char::is_control) { Err(Error::field(field, "Write it in one line")) } else { Ok(line) }
}

fn optional(errors: &mut FieldErrors, field: &str, typed: &str, most: usize) -> Option<String> {
    if typed.trim().is_empty() { Some(String::new()) } else { errors.take(words_of(field, typed, most, "")) }
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/letters/edit.html")]
struct EditPage {
    layout: Layout,
    errors: FieldErrors,
    /// None: it is new.
    id: Option<Uuid>,
    kind: Kind,
    typed: Typed,
    /// Areas that it may be of.
    own: Vec<Area>,
    /// Areas that a condition may name.
    all: Vec<Area>,
    /// Those of them that their name alone tells apart.
    by_name: HashSet<i64>,
    /// Whether it may be the whole organisation's.
    everywhere: bool,
    pictures: Vec<Pictured>,
}

impl EditPage {
    fn action(&self) -> String {
        self.id.map_or_else(|| "/materials/letters/new".into(), |id| format!("/materials/letters/{id}/edit"))
    }

    fn back(&self) -> String {
        self.id.map_or_else(|| "/materials/letters".into(), |id| format!("/materials/letters/{id}"))
    }

    fn is_card(&self) -> bool {
        self.kind == Kind::Postcards
    }

    /// What a button writes for a field: with something to say instead, where it may lack.
    fn fields(&self) -> Vec<(String, &'static str)> {
        let written = |word: &str, lacks: bool| match (word, lacks) {
            ("polling-place", _) => "{{polling-place|the place on your poll card}}".to_owned(),
            ("town", _) => "{{town|our town}}".to_owned(),
            ("street", _) => "{{street|your street}}".to_owned(),
            (word, true) => format!("{{{{{word}|neighbour}}}}"),
            (word, false) => format!("{{{{{word}}}}}"),
        };
        FIELDS.iter().map(|(_, word, title, lacks)| (written(word, *lacks), *title)).collect()
    }

    /// How an area is written in a condition: by its name, or by its code, which only one has, where several are called so.
    fn area_word(&self, area: &Area) -> String {
        let word = if self.by_name.contains(&area.id) { &area.name } else { &area.code };
        word.replace([';', ']'], " ")
    }

    fn longest(&self) -> usize {
        longest(self.kind)
    }

    /// How long the text is that stands there.
    fn length(&self) -> usize {
        self.typed.text.replace("\r\n", "\n").trim().chars().count()
    }

    fn picture_chosen(&self, chosen: &str, number: &i16) -> bool {
        chosen == number.to_string()
    }
}

/// The areas whose name is no other's name or code, and can stand in a condition.
fn by_name(areas: &[Area]) -> HashSet<i64> {
    let mut times: HashMap<String, usize> = HashMap::new();
    for area in areas {
        let (name, code) = (area.name.to_lowercase(), area.code.to_lowercase());
        if name != code {
            *times.entry(code).or_default() += 1;
        }
        *times.entry(name).or_default() += 1;
    }
    let alone = |area: &&Area| times.get(&area.name.to_lowercase()) == Some(&1) && !area.name.contains([';', ']']);
    areas.iter().filter(alone).map(|area| area.id).collect()
}

struct Drawn {
    id: Option<Uuid>,
    kind: Kind,
    typed: Typed,
    errors: FieldErrors,
}

async fn draw(mut scope: Scoped, layout: Layout, drawn: Drawn) -> Answer {
    let Drawn { id, kind, typed, errors } = drawn;
    let own = areas::contacted_in(&mut scope).await?;
    let mut all = areas::all(&mut scope).await?;
    let by_name = by_name(&all);
    all.retain(|a| a.kind != "installation");
    let everywhere = store::works_everywhere(&mut scope).await?;
    let pictures = match id {
        Some(id) => pictures::of(&mut scope, id).await?,
        None => Vec::new(),
    };
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, EditPage { layout, errors, id, kind, typed, own, all, by_name, everywhere, pictures }).into_response())
}

/// Which kind a new one is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
}

/// `GET /materials/letters/new`
pub async fn begin(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let kind = Kind::parse(&asked.kind).filter(|k| KINDS.contains(k)).unwrap_or(Kind::Letters);
    let typed = Typed {
        kind: kind.as_str().into(),
        area: viewer.area.to_string(),
        text: "{{salutation}},\n\n".into(),
        signer: viewer.name.clone(),
        ..Typed::default()
    };
    let scope = viewer.scope().await?;
    draw(scope, layout, Drawn { id: None, kind, typed, errors: FieldErrors::default() }).await
}

/// `POST /materials/letters/new`
///
/// # Errors
/// [`Error::NotFound`] for a kind that this room does not make.
pub async fn make(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let kind = Kind::parse(&typed.kind).filter(|k| KINDS.contains(k)).ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let mut scope = viewer.scope().await?;
    let all = areas::all(&mut scope).await?;
    let own = areas::contacted_in(&mut scope).await?;
    let everywhere = store::works_everywhere(&mut scope).await?;
    // The whole organisation's, or an area's of one's own.
    let area = match own.iter().find(|a| a.id.to_string() == typed.area) {
        Some(own) => Some(Some(own.id)),
        None => (typed.area.is_empty() && everywhere).then_some(None),
    };
    if area.is_none() {
        errors.add("area", "Choose an area inside your own");
    }
    let read = typed.read(&mut errors, kind, &all, &[]);
    let (Some((name, content)), Some(area)) = (read, area) else {
        return draw(scope, layout, Drawn { id: None, kind, typed, errors }).await;
    };
    let content = serde_json::to_value(&content).map_err(Error::internal)?;
    let made = store::make(&mut scope, area, kind, &name, &content).await;
    let Some(id) = errors.take_invalid(made)? else {
        drop(scope);
        return draw(viewer.scope().await?, layout, Drawn { id: None, kind, typed, errors }).await;
    };
    scope.commit().await?;
    Ok(see_other(&format!("/materials/letters/{id}?said=template-kept")))
}

/// `GET /materials/letters/{template}/edit`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn open(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    theirs(&template)?;
    let content = store::letter(&mut scope, id, template.version).await?;
    let (kind, typed) = (template.kind, Typed::of(&template, content));
    draw(scope, layout, Drawn { id: Some(id), kind, typed, errors: FieldErrors::default() }).await
}

/// Refuses to change what is somebody else's.
///
/// # Errors
/// [`Error::Conflict`] that says what to do instead.
pub fn theirs(template: &store::Template) -> Result<(), Error> {
    match (template.mine, template.ended) {
        (true, false) => Ok(()),
        (_, true) => Err(Error::Conflict("This template was withdrawn. Copy it, and change the copy".into())),
        _ => Err(Error::Conflict("This template is the whole organisation’s, and only whoever organises everywhere changes it. Copy it, and change the copy".into())),
    }
}

/// `POST /materials/letters/{template}/edit`
///
/// # Errors
/// [`Error::Conflict`] when somebody changed it meanwhile.
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut errors = FieldErrors::default();
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    theirs(&template)?;
    let (all, pictures) = (areas::all(&mut scope).await?, pictures::of(&mut scope, id).await?);
    let kind = template.kind;
    let Some((name, content)) = typed.read(&mut errors, kind, &all, &pictures) else {
        return draw(scope, layout, Drawn { id: Some(id), kind, typed, errors }).await;
    };
    let content = serde_json::to_value(&content).map_err(Error::internal)?;
    let changed = store::change(&mut scope, id, typed.version, &name, &content).await;
    if errors.take_invalid(changed)?.is_none() {
        drop(scope);
        return draw(viewer.scope().await?, layout, Drawn { id: Some(id), kind, typed, errors }).await;
    }
    scope.commit().await?;
    Ok(see_other(&format!("/materials/letters/{id}?said=template-kept")))
}
