//! What the demonstration prints by: the imprint of its campaign, kept selections, templates of letters and leaflets, the colours.

use super::organiser::Organiser;
use super::voters::Polls;
use super::words;
use crate::areas::store::resolve;
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::leaflets::{Content as Leaflet, Design, Passage, Place};
use crate::materials::letters::Content as Letter;
use crate::messages::imprint::campaigns::{self, Campaign};
use crate::selections::rule::{
    AbsentVote, Age, Among, Channel, Condition, Election, LastAsked, LeaveOut, Rule, Selection, Turnout,
};
use crate::selections::store;
use crate::web::words::day_of;
use chrono::{TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

const PROMOTER: (&str, &str) = ("M. Thorne", "12 Ferry Lane, Wexmere, ZZ1 4QX");
const PARTY: &str = "The Lantern Party";
const PRINTER: (&str, &str) = ("Oldney Press", "4 Foundry Lane, Oldney, ZZ1 4QX");
const SIGNER: &str = "Ida Marchbanks";
const SIGNER_ADDRESS: &str = "3 Larkspur Row, Wexmere, ZZ1 4QX";
const WARD: &str = "Quillbrook";

const AFTER_A_TALK: &str = "{{salutation}},\n\n\
    thank you for talking to us in {{street|your street}}. We said that we would write, so here is what we did with what you and your \
    neighbours told us.\n\n\
    # What we heard\n\n\
    - the evening bus, which many of you take home from work\n\
    - the wait for a doctor\n\
    - homes that people who grew up here can pay for\n\n\
    We put all three to the council. **Its answer is due next month**, and we will tell you what it says.\n\n\
    If there is something that we should know, write to the address above, or tell whoever calls.\n\n\
    Yours sincerely,";
const BEFORE_THE_POLL: &str = "{{salutation}},\n\n\
    on polling day {{area}} chooses who speaks for it on the council. I would like that to be me.\n\n\
    [if intention for, leaning]\n\
    You told us that we may count on you. _Thank you._ Elections here are won by a street or two, so please bring somebody along.\n\
    [end]\n\
    [if intention undecided, unknown]\n\
    You may not have made up your mind. Ask me anything: I answer every letter myself.\n\
    [end]\n\n\
    # What I will do first\n\n\
    - bring back the evening bus\n\
    - have the harbour wall looked at before winter\n\
    - open the library on Saturdays\n\n\
    [if area Quillbrook]\n\
    In Quillbrook I will also see to the crossing by the school, which was promised two years ago.\n\
    [end]\n\n\
    You vote at {{polling-place|the place on your poll card}}.\n\n\
    Yours sincerely,";
const POSTCARD: &str = "{{salutation}},\n\n\
    your postal ballot comes in the next days. **Please send it back the day it comes**: each year some are too late.\n\n\
    If yours does not come, ring the council and not us: they send another one.\n\n\
    Thank you!";

/// Adds all of it.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, organiser: &Organiser, polls: &Polls) -> Result<(), Error> {
    imprints(scope, polls).await?;
    selections(scope, organiser, polls).await?;
    brand(scope).await?;
    templates(scope, organiser).await
}

/// The campaign's own and that of a ward's candidate, and a printer for the usual one, which is the party's.
async fn imprints(scope: &mut Scoped, polls: &Polls) -> Result<(), Error> {
    let area = resolve(scope, words::CONSTITUENCY.1).await?;
    let campaign = Campaign {
        id: Uuid::now_v7(),
        area: area.id,
        area_name: area.name,
        name: "Local elections".into(),
        kind: Some("local".into()),
        kind_name: None,
        poll: Some(polls.coming),
        nation: "england".into(),
        promoter: PROMOTER.0.into(),
        promoter_address: PROMOTER.1.into(),
        agent: PROMOTER.0.into(),
        agent_address: PROMOTER.1.into(),
        whose: "party".into(),
        behalf: PARTY.into(),
        behalf_address: PROMOTER.1.into(),
        printer: PRINTER.0.into(),
        printer_address: PRINTER.1.into(),
        welsh: false,
        starts_on: day_of(Utc::now()) - TimeDelta::days(60),
        ends_on: Some(polls.coming_on),
        ended_at: None,
        version: 1,
        changed_at: Utc::now(),
    };
    campaigns::add(scope, &campaign).await?;
    let ward = resolve(scope, WARD).await?;
    let candidate = Campaign {
        id: Uuid::now_v7(),
        area: ward.id,
        area_name: ward.name,
        name: format!("{SIGNER} for {WARD}"),
        whose: "candidate".into(),
        behalf: SIGNER.into(),
        behalf_address: SIGNER_ADDRESS.into(),
        ..campaign
    };
    campaigns::add(scope, &candidate).await?;
    let printer = [PRINTER.0, PRINTER.1].join(", ");
    sqlx::query!("update message_imprint set printer = $1 where printer = ''", printer)
        .execute(scope.connection())
        .await?;
    Ok(())
}

fn means(groups: &[&str]) -> Rule {
    let groups = groups.iter().map(|g| (*g).to_owned()).collect();
    Rule::Is(Condition::Intention { election: Election::Local, among: Among::Groups(groups), age: Age::Any })
}

fn all(rules: Vec<Rule>, channel: Channel) -> Selection {
    Selection { rule: Rule::All(rules), leave_out: LeaveOut { channel, ..LeaveOut::default() } }
}

/// Kept selections of the organiser's own area, and one of a ward.
async fn selections(scope: &mut Scoped, organiser: &Organiser, polls: &Polls) -> Result<(), Error> {
    // Everything is new in this transaction, and plans are made by what is known of tables.
    sqlx::query!("analyze elector, household, result, intention_now, absent_vote, turnout, register_entry")
        .execute(scope.connection())
        .await?;
    let ward = resolve(scope, WARD).await?.id;
    let asked = |word: &str| Rule::Is(Condition::Asked { any: vec![word.to_owned()] });
    let by_post = Rule::Is(Condition::AbsentVote { poll: Some(polls.coming), how: AbsentVote::Post });
    let stayed = Rule::Is(Condition::Turnout { poll: polls.past, turnout: Turnout::DidNotVote });
    let not_asked = Rule::Is(Condition::LastAsked { when: LastAsked::NotWithin(90) });
    let not_written = Rule::Is(Condition::Written { when: LastAsked::NotWithin(60) });
    let housing = Rule::Is(Condition::Issues { any: vec!["HOUSING".into()] });
    let helps = Rule::Is(Condition::Volunteer { yes: true });
    let kept = [
        (organiser.area, "Not asked in 90 days", all(vec![not_asked], Channel::Door)),
        (organiser.area, "Leaning to us, for a letter", all(vec![means(&["leaning"]), not_written], Channel::Post)),
        (organiser.area, "Postal voters who are for us", all(vec![by_post, means(&["for", "leaning"])], Channel::Post)),
        (
            organiser.area,
            "Will help, and does not yet",
            all(vec![asked("will-help"), Rule::None(vec![helps])], Channel::Door),
        ),
        (organiser.area, "Undecided, cares about housing", all(vec![means(&["undecided"]), housing], Channel::Post)),
        (
            ward,
            "Quillbrook: for us, did not vote last time",
            all(vec![Rule::Is(Condition::Area { areas: vec![ward] }), means(&["for"]), stayed], Channel::Door),
        ),
    ];
    for (area, name, selection) in kept {
        store::keep(scope, area, name, &selection).await?;
    }
    sqlx::query!("update selection set made_by = $1, made_at = now() - interval '5 days'", organiser.account)
        .execute(scope.connection())
        .await?;
    sqlx::query!("update selection_version set made_by = $1, made_at = now() - interval '5 days'", organiser.account)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// The party's colours, everywhere.
async fn brand(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "insert into material_brand (area_id, party, colour, second, changed_by)
         select a.area_id, $1::text, '#752b62', '#edbd6a', c.account_id
         from area a, account c where a.kind = 'installation' and c.email = 'administrator@lantern.example'",
        PARTY
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

async fn templates(scope: &mut Scoped, organiser: &Organiser) -> Result<(), Error> {
    let head = |office: &str| [PARTY, office, PROMOTER.1].join("\n");
    let letter = |text: &str, office: &str, role: &str| Letter {
        text: text.into(),
        signer: SIGNER.into(),
        signer_role: role.into(),
        sender: head(office),
        ..Letter::default()
    };
    let role = "Candidate for Quillbrook";
    let value = |letter: &Letter| serde_json::to_value(letter).map_err(Error::internal);
    // The organisation's own: an organiser of one authority uses it and changes nothing of it.
    let talk = Letter { signer: PROMOTER.0.into(), ..letter(AFTER_A_TALK, "The office in Ferry Lane", "Agent") };
    template(scope, None, Kind::Letters, "After a talk at the door", value(&talk)?, organiser).await?;
    let vote = letter(BEFORE_THE_POLL, "Campaign for the local elections", role);
    template(scope, Some(organiser.area), Kind::Letters, "Before the poll", value(&vote)?, organiser).await?;
    let card = letter(POSTCARD, "Campaign for the local elections", role);
    template(scope, Some(organiser.area), Kind::Postcards, "Your ballot is on its way", value(&card)?, organiser)
        .await?;
    let ward = resolve(scope, WARD).await?.id;
    let bus = serde_json::to_value(bus()).map_err(Error::internal)?;
    template(scope, Some(ward), Kind::Leaflets, "Save the evening bus", bus, organiser).await
}

/// A leaflet on one page of A5.
fn bus() -> Leaflet {
    let passage = |heading: &str, text: &str| Passage { heading: heading.into(), text: text.into() };
    Leaflet {
        design: Design::A5,
        headline: "Save the evening bus".into(),
        intro: "From the new year no bus is to leave Quillbrook after seven.".into(),
        passages: vec![
            passage(
                "Who takes it",
                "Nurses, shop workers, everybody who learns a trade at the college. We counted them for a week.",
            ),
            passage(
                "What we ask for",
                "Two more buses each evening. They cost less than the new signs at the town hall.",
            ),
            passage("What you can do", "Tell the council before its meeting, and tell us that you did."),
        ],
        name: SIGNER.into(),
        contact: "12 Ferry Lane, Wexmere".into(),
        link: "https://lantern.example/bus".into(),
        picture: None,
        place: Place::Nothing,
    }
}

/// One template in its first version; without an area it is the whole organisation's, and its administrator's work.
async fn template(
    scope: &mut Scoped,
    area: Option<i64>,
    kind: Kind,
    name: &str,
    content: Value,
    organiser: &Organiser,
) -> Result<(), Error> {
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into material_template (template_id, area_id, kind, name, made_by, made_at)
         select $1::uuid, $2::bigint, $3::text, $4::text,
           case when $2::bigint is null then c.account_id else $5::uuid end, now() - interval '9 days'
         from account c where c.email = 'administrator@lantern.example'",
        id,
        area,
        kind.as_str(),
        name,
        organiser.account
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into material_template_version (template_id, version, content, made_by, made_at)
         select t.template_id, t.version, $2::jsonb, t.made_by, t.made_at from material_template t where t.template_id = $1",
        id,
        content
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
