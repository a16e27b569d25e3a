//! Making letters: who gets one, what each says, and the run that prints them. Proofs and runs are made by the same functions, so that
//! what was looked at is what is printed.

use super::choices::Choices;
use super::homes::{self, Homes};
use super::merge::{self, Common, Reader, Ready};
use super::pictures;
use super::recipients::{How, LeftOut, Letter, Per, Recipients, gather};
use super::store::{self, Template};
use super::{Content, MOST, text};
use crate::areas::{self, places::PollingPlace};
use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::making;
use crate::materials::press::Work;
use crate::materials::runs::{self, NewRun, Recipient};
use crate::messages::imprint;
use crate::polls;
use crate::selections::store::Saved;
use crate::selections::{Channel, count, find, store as selections};
use crate::web::words;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The kinds that this room makes.
pub const KINDS: [Kind; 2] = [Kind::Letters, Kind::Postcards];
/// Letters that are typeset at a time: a number of whole sheets of four.
const PART: usize = 248;

/// An earlier run of the same template and selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its number.
    pub run: i64,
    /// When.
    pub made_at: DateTime<Utc>,
    /// How many letters.
    pub items: i32,
    /// How many of those whom the selection finds now did not get it.
    pub new_since: usize,
}

/// What letters are made of, besides those whom they are to.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The template.
    pub template: Template,
    /// How they are made.
    pub choices: Choices,
    /// The selection, as it stands.
    pub selection: Saved,
    /// What they bear; None: nothing may be made.
    pub imprint: Option<Vec<String>>,
    /// Who gets none, by reason, those whom the selection itself leaves out among them.
    pub left_out: Vec<(usize, &'static str)>,
    /// An earlier run, when there is one.
    pub earlier: Option<Earlier>,
    content: Content,
    blocks: Vec<text::Block>,
    ready: Ready,
}

/// Everything that letters are made of, read in one transaction.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What they are made of.
    pub basis: Basis,
    /// Who gets one.
    pub found: Recipients,
    places: Places,
    pictures: Vec<(String, Vec<u8>)>,
    alts: Value,
    /// Of letters that stand for others, each one's place among all; empty: these are all.
    numbers: Vec<usize>,
}

/// What would be made, read without a name: enough to count it, and to choose what a proof shows.
#[derive(Debug, Clone)]
pub struct Outline {
    /// What they are made of.
    pub basis: Basis,
    /// The homes that they go to.
    pub homes: Homes,
    how: How,
}

/// What a plan and its outline begin with.
struct Begun {
    /// Nobody is left out in it yet.
    basis: Basis,
    people: Vec<ElectorId>,
    before: count::LeftOut,
    how: How,
}

/// What is known of the districts that letters go to.
#[derive(Debug, Clone, Default)]
struct Places {
    wards: HashMap<i32, String>,
    areas: HashMap<i32, HashSet<i64>>,
    polling: HashMap<i32, String>,
}

/// Reads everything for a template and choices. Nobody may be shown from it before they are on record.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] when the template cannot be made as it is, or it is too much.
pub async fn plan(scope: &mut Scoped, template: Uuid, choices: Choices) -> Result<Plan, Error> {
    let Begun { mut basis, people, before, how } = begun(scope, template, choices).await?;
    let found = gather(scope, &people, &how).await?;
    not_too_many(found.letters.len(), MOST, "letters")?;
    basis.left_out = reasons(&before, found.left_out);
    Plan::of(scope, basis, found, Vec::new()).await
}

/// The same without anybody's name: figures, and where each letter goes. Nobody is shown by it.
///
/// # Errors
/// As [`plan`].
pub async fn outline(scope: &mut Scoped, template: Uuid, choices: Choices) -> Result<Outline, Error> {
    let Begun { mut basis, people, before, how } = begun(scope, template, choices).await?;
    let homes = homes::read(scope, &people, &how).await?;
    not_too_many(homes.letters(), MOST, "letters")?;
    basis.left_out = reasons(&before, homes.left_out);
    Ok(Outline { basis, homes, how })
}

impl Outline {
    /// The letters at these places, counted from 0, read as they are written. Nobody may be shown from it before they are on record.
    ///
    /// # Errors
    /// What the database says.
    pub async fn only(self, scope: &mut Scoped, places: &[usize]) -> Result<Plan, Error> {
        let to: Vec<Vec<ElectorId>> = places.iter().map(|place| self.homes.at(*place)).collect();
        let how = How { except: HashSet::new(), ..self.how };
        let all = gather(scope, &to.concat(), &how).await?.letters;
        let (mut letters, mut numbers) = (Vec::with_capacity(places.len()), Vec::with_capacity(places.len()));
        for (place, to) in places.iter().zip(&to) {
            if let Some(letter) = all.iter().find(|letter| letter.people.iter().any(|p| to.contains(&p.id))) {
                letters.push(letter.clone());
                numbers.push(*place);
            }
        }
        let found = Recipients { letters, ..Recipients::default() };
        Plan::of(scope, self.basis, found, numbers).await
    }

    /// Whether covers stand between bundles.
    pub fn covers(&self) -> bool {
        covers(&self.basis.choices, &self.basis.template)
    }
}

/// Whether covers stand between bundles: on letters, and on nothing that is cut from a sheet.
fn covers(choices: &Choices, template: &Template) -> bool {
    choices.covers && template.kind == Kind::Letters
}

async fn begun(scope: &mut Scoped, template: Uuid, choices: Choices) -> Result<Begun, Error> {
    let template = store::one(scope, &KINDS, template).await?;
    if template.ended {
        return Err(Error::Conflict("This template was withdrawn. Copy it, and make letters of the copy".into()));
    }
    let content = store::letter(scope, template.id, template.version).await?;
    let (blocks, ready) = read(scope, &template, &content).await?;
    let (selection, rules) = selections::one(scope, choices.selection, None).await?;
    let rules = rules.by(Channel::Post);
    let (people, before) = find::with_left_out(scope, &rules).await?;
    let had = had(scope, template.id, selection.id).await?;
    let earlier = earlier(scope, template.id, selection.id, &people, &had).await?;
    let intentions = match text::asks_intention(&blocks) {
        true => Some(polls::next(scope).await?.map_or_else(|| "local".into(), |poll| poll.intention_kind)),
        false => None,
    };
    let except = if choices.only_new { had } else { HashSet::new() };
    // Nobody is read for what is too much anyway.
    let (most, of) = most(choices.per);
    not_too_many(people.iter().filter(|id| !except.contains(id)).count(), most, of)?;
    let how = How { per: choices.per, sorted: choices.sorted, intentions, except };
    let imprint = imprint::on_paper(scope, selection.area, choices.poll.as_deref()).await?;
    let left_out = Vec::new();
    let basis = Basis { template, choices, selection, imprint, left_out, earlier, content, blocks, ready };
    Ok(Begun { basis, people, before, how })
}

/// The most people that are read for letters, and what is counted by them: of whom each gets one, as many; of homes, as many as a run holds.
fn most(per: Per) -> (usize, &'static str) {
    match per {
        Per::Person => (MOST, "letters"),
        Per::Household => (runs::store::MOST, "people"),
    }
}

fn not_too_many(count: usize, most: usize, of: &str) -> Result<(), Error> {
    if count <= most {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "That is more than {} {of}: {} too many for one file. Choose a smaller selection, and make them in parts",
        words::figure(most),
        words::figure(count - most)
    )))
}

/// Who gets none: what the selection leaves out, then what only letters do.
fn reasons(before: &count::LeftOut, found: LeftOut) -> Vec<(usize, &'static str)> {
    let some = |n: i64| usize::try_from(n).unwrap_or_default();
    let here = LeftOut { objected: found.objected + some(before.objected), ..found };
    let before = [
        (some(before.moved), "are said to have moved or died"),
        (some(before.asked), "were asked lately"),
        (some(before.on_paper), "lie on a printed pile"),
    ];
    here.reasons().into_iter().chain(before.into_iter().filter(|(n, _)| *n > 0)).collect()
}

/// The template's text, ready to be filled.
async fn read(scope: &mut Scoped, template: &Template, content: &Content) -> Result<(Vec<text::Block>, Ready), Error> {
    let wrong = |wrong: text::Wrong| {
        Error::Conflict(format!("This template cannot be made as it is. {wrong}. Change it first"))
    };
    let blocks = text::read(&content.text).map_err(wrong)?;
    let areas = areas::store::all(scope).await?;
    let numbers: Vec<i16> = pictures::of(scope, template.id).await?.iter().map(|p| p.number).collect();
    text::check(&blocks, &numbers, &areas).map_err(wrong)?;
    let common = Common { candidate: content.signer.clone(), date: words::date(words::day_of(Utc::now())) };
    let ready = Ready::of(&blocks, &areas, common).map_err(wrong)?;
    Ok((blocks, ready))
}

/// Who has got this template from this selection.
async fn had(scope: &mut Scoped, template: Uuid, selection: Uuid) -> Result<HashSet<ElectorId>, Error> {
    let rows = sqlx::query!(
        "select distinct i.partition_id, i.elector_id from material_run r join material_item i using (run_no)
         where r.selection_id = $2 and r.template_id = $1 and r.state in ('queued', 'working', 'done')",
        template,
        selection
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ElectorId { partition: r.partition_id, id: r.elector_id }).collect())
}

async fn earlier(
    scope: &mut Scoped,
    template: Uuid,
    selection: Uuid,
    people: &[ElectorId],
    had: &HashSet<ElectorId>,
) -> Result<Option<Earlier>, Error> {
    let last = sqlx::query!(
        "select run_no, made_at, items from material_run
         where selection_id = $2 and template_id = $1 and state in ('queued', 'working', 'done') order by run_no desc limit 1",
        template,
        selection
    )
    .fetch_optional(scope.connection())
    .await?;
    let new_since = people.iter().filter(|p| !had.contains(p)).count();
    Ok(last.map(|r| Earlier { run: r.run_no, made_at: r.made_at, items: r.items, new_since }))
}

impl Places {
    async fn of(
        scope: &mut Scoped,
        found: &Recipients,
        blocks: &[text::Block],
        poll: Option<&str>,
    ) -> Result<Places, Error> {
        let districts: HashSet<i32> = found.letters.iter().map(|l| l.area_no).collect();
        let districts: Vec<i32> = districts.into_iter().collect();
        let rows = sqlx::query!(
            r#"select d.area_no,
                 coalesce((select min(a.name) from area_district ad join area a on a.area_id = ad.area_id
                   where ad.area_no = d.area_no and a.kind = 'ward' and ad.from_date <= current_date
                     and ad.until_date > current_date), '') as "ward!",
                 array(select ad.area_id from area_district ad where ad.area_no = d.area_no and ad.from_date <= current_date
                     and ad.until_date > current_date
                   union select a.area_id from area a where a.kind = 'installation' or a.area_no = d.area_no
                     or a.partition_id = d.partition_id) as "areas!"
               from district d where d.area_no = any ($1)"#,
            &districts
        )
        .fetch_all(scope.connection())
        .await?;
        let mut places = Places::default();
        for row in rows {
            places.wards.insert(row.area_no, row.ward);
            places.areas.insert(row.area_no, row.areas.into_iter().collect());
        }
        if text::names_polling_place(blocks) {
            places.polling = polling(scope, districts, poll).await?;
        }
        Ok(places)
    }
}

/// Where districts vote at the poll that letters are for: the next one of the kind that was chosen, or whichever comes next.
async fn polling(scope: &mut Scoped, districts: Vec<i32>, kind: Option<&str>) -> Result<HashMap<i32, String>, Error> {
    let poll = match kind {
        Some(kind) => making::polls(scope).await?.into_iter().find(|poll| poll.kind == kind).map(|poll| poll.id),
        None => polls::next(scope).await?.map(|poll| poll.id),
    };
    let places = areas::places::of_poll(scope, &districts, poll).await?;
    let words = |(district, (place, _)): (i32, (PollingPlace, bool))| {
        (district, joined(&[place.name.as_str(), place.address.as_str()]))
    };
    Ok(places.into_iter().map(words).collect())
}

fn joined(parts: &[&str]) -> String {
    parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

impl Plan {
    async fn of(scope: &mut Scoped, basis: Basis, found: Recipients, numbers: Vec<usize>) -> Result<Plan, Error> {
        let places = Places::of(scope, &found, &basis.blocks, basis.choices.poll.as_deref()).await?;
        let (pictures, alts) = pictures::for_press(scope, basis.template.id).await?;
        Ok(Plan { basis, found, places, pictures, alts, numbers })
    }

    /// What is typeset for the letters at these places, counted from 0, in this order; with covers where they begin a bundle.
    pub fn work(&self, places: &[usize], covers: bool) -> Work {
        let (mut parts, mut part) = (Vec::new(), Vec::new());
        let mut letters = 0;
        let bundles: HashMap<usize, &super::recipients::Bundle> = match covers {
            true => self.found.bundles.iter().map(|b| (b.from, b)).collect(),
            false => HashMap::new(),
        };
        for place in places {
            let Some(letter) = self.found.letters.get(*place) else { continue };
            if letters == PART {
                parts.push(json!({ "letters": std::mem::take(&mut part) }));
                letters = 0;
            }
            if let Some(b) = bundles.get(place) {
                part.push(json!({ "cover": { "words": b.words, "district": b.district, "letters": b.letters } }));
            }
            part.push(self.letter(self.place(*place) + 1, letter));
            letters += 1;
        }
        if !part.is_empty() {
            parts.push(json!({ "letters": part }));
        }
        Work {
            sheet: if self.basis.template.kind == Kind::Postcards { "postcard" } else { "letter" },
            common: self.common(),
            parts,
            pictures: self.pictures.clone(),
            archive: self.basis.choices.archive,
        }
    }

    /// The place among all of the letter at this place among those that were read, both counted from 0.
    pub fn place(&self, at: usize) -> usize {
        self.numbers.get(at).copied().unwrap_or(at)
    }

    /// The place of the letter that says most, counted from 0.
    pub fn wordiest(&self) -> usize {
        let shared: Vec<usize> = self.basis.ready.shared.iter().map(|block| block.to_string().len()).collect();
        let long = |block: &Value| match block.as_u64().and_then(|n| usize::try_from(n).ok()) {
            Some(place) => shared.get(place).copied().unwrap_or_default(),
            None => block.to_string().len(),
        };
        let says = |letter: &Letter| {
            let filled = self.basis.ready.fill(&self.reader(letter));
            filled.as_array().map_or(0, |blocks| blocks.iter().map(long).sum::<usize>())
        };
        let most = self.found.letters.iter().enumerate().max_by_key(|(_, letter)| says(letter));
        most.map_or(0, |(place, _)| place)
    }

    fn letter(&self, number: usize, letter: &Letter) -> Value {
        let most =
            if self.basis.template.kind == Kind::Postcards { 7 } else { self.basis.choices.envelope.window().lines };
        json!({ "n": number, "to": letter.address(most), "blocks": self.basis.ready.fill(&self.reader(letter)) })
    }

    fn reader(&self, letter: &Letter) -> Reader {
        let ward = self.places.wards.get(&letter.area_no).filter(|ward| !ward.is_empty());
        Reader {
            salutation: letter.greeting.salutation.clone(),
            first: letter.greeting.first.clone(),
            full: letter.greeting.full.clone(),
            street: letter.door.street.clone(),
            town: letter.town(),
            area: ward.cloned().unwrap_or_else(|| self.basis.selection.area_name.clone()),
            polling_place: self.places.polling.get(&letter.area_no).cloned().unwrap_or_default(),
            electors: letter.people.len(),
            groups: letter.people.iter().map(|p| p.group.clone()).collect(),
            areas: self.places.areas.get(&letter.area_no).cloned().unwrap_or_default(),
        }
    }

    fn common(&self) -> Value {
        let w = self.basis.choices.envelope.window();
        let picture = |number: Option<i16>| {
            let held = number.map(merge::picture_name).filter(|name| self.pictures.iter().any(|(n, _)| n == name));
            held.map_or(Value::Null, Value::String)
        };
        json!({
            "title": self.basis.template.name,
            "style": self.basis.choices.style,
            "window": { "x": w.x, "y": w.y, "width": w.width, "height": w.height, "body": 97 },
            "folds": w.folds,
            "sender": self.basis.content.sender.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>(),
            "signer": self.basis.content.signer,
            "signer-role": self.basis.content.signer_role,
            "signature": picture(self.basis.content.signature),
            "front": picture(self.basis.content.front),
            "front-words": self.basis.template.name,
            "alts": self.alts,
            "date": words::date(words::day_of(Utc::now())),
            "imprint": self.basis.imprint.clone().unwrap_or_default(),
            "blocks": self.basis.ready.shared,
            "duplex": self.basis.choices.duplex,
            "four": self.basis.choices.four,
        })
    }

    /// Whether covers stand between bundles.
    pub fn covers(&self) -> bool {
        covers(&self.basis.choices, &self.basis.template)
    }

    /// What it bears, where it may be made.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nobody gets one, or there is no imprint.
    pub fn may_be_made(&self) -> Result<Vec<String>, Error> {
        if self.found.letters.is_empty() {
            return Err(Error::Conflict(
                "Nobody gets one as it is. Choose another selection, or see who is left out".into(),
            ));
        }
        self.basis.imprint.clone().ok_or_else(|| {
            Error::Conflict("There is no complete imprint here, and nothing for the public is made without one. Put it down under Imprint, with the printer".into())
        })
    }

    /// The run of all of them.
    ///
    /// # Errors
    /// As [`Plan::may_be_made`].
    pub fn run(&self, settings: Value) -> Result<NewRun, Error> {
        let imprint = self.may_be_made()?;
        let all: Vec<usize> = (0..self.found.letters.len()).collect();
        let title = format!("{}: {}", self.basis.template.name, self.basis.selection.name);
        Ok(NewRun {
            kind: self.basis.template.kind,
            title: title.chars().filter(|c| !c.is_control()).take(120).collect(),
            area: self.basis.selection.area,
            selection: Some((self.basis.selection.id, self.basis.selection.version)),
            template: Some((self.basis.template.id, self.basis.template.version)),
            list: None,
            settings,
            imprint,
            items: i32::try_from(all.len()).unwrap_or(i32::MAX),
            recipients: self.recipients(),
            helpers: Vec::new(),
            again_of: self.basis.earlier.as_ref().map(|e| e.run),
            asked: None,
            work: self.work(&all, self.covers()),
        })
    }

    fn recipients(&self) -> Vec<Recipient> {
        let of = |(place, letter): (usize, &Letter)| {
            let item = i32::try_from(place + 1).unwrap_or(i32::MAX);
            let (household, area_no) = (Some(letter.household), letter.area_no);
            letter.people.iter().map(move |p| Recipient { item, elector: p.id, household, area_no }).collect::<Vec<_>>()
        };
        self.found.letters.iter().enumerate().flat_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_are_refused_before_they_are_read() {
        let said = |count, per| {
            let (most, of) = most(per);
            not_too_many(count, most, of).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(said(MOST, Per::Person), "");
        assert!(said(MOST + 1, Per::Person).contains("more than 20,000 letters: 1 too many"));
        // Several live in one home, and get one together.
        assert_eq!(said(MOST + 1, Per::Household), "");
        assert!(said(runs::store::MOST + 1, Per::Household).contains("more than 120,000 people: 1 too many"));
    }
}
