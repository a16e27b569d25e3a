//! Delivery rounds of the demonstration in two wards, and one leaflet that is on its way: delivered here, handed over there, come
//! back once. Half of each district's streets are on no round yet.

use super::organiser::Organiser;
use super::people::People;
use super::words;
use crate::areas::store::resolve;
use crate::database::Scoped;
use crate::error::Error;
use crate::rounds::leaflets::{self, NewLeaflet};
use crate::rounds::{Side, Stretch, store};
use crate::web::words::day_of;
use chrono::{TimeDelta, Utc};
use uuid::Uuid;

/// The districts, with two rounds each.
const DISTRICTS: [&str; 4] = ["QB1", "QB2", "TA1", "TA2"];
/// Homes of a round, about.
const HOMES: i64 = 130;

/// Who delivers a round.
#[derive(Clone, Copy)]
enum Hands {
    /// So many of those who said that they deliver leaflets are before them.
    Helper(usize),
    /// The volunteer who signs in.
    Volunteer,
    /// Nobody.
    Nobody,
}

/// Where the leaflet is on a round: the word, days since it was handed over and since it was done, what was said.
type At = (&'static str, i32, Option<i32>, &'static str);

/// Each round in turn; no leaflet: it waits for whoever delivers.
const ROUNDS: [(Hands, Option<At>); 8] = [
    (Hands::Helper(0), Some(("done", 8, Some(6), ""))),
    (Hands::Helper(1), Some(("done", 8, Some(3), "Rain on Tuesday, finished on Thursday"))),
    (Hands::Volunteer, Some(("handed", 5, None, ""))),
    (Hands::Nobody, None),
    (Hands::Helper(2), Some(("done", 7, Some(1), ""))),
    (Hands::Helper(3), Some(("handed", 4, None, ""))),
    (Hands::Helper(0), Some(("given-back", 8, Some(4), "Away until next month"))),
    (Hands::Helper(4), None),
];

/// A round that was made.
struct Made {
    id: Uuid,
    homes: i64,
}

/// Adds all of it.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, people: &People, organiser: &Organiser) -> Result<(), Error> {
    no_junk_mail(scope, people).await?;
    let mut made = Vec::new();
    for letters in DISTRICTS {
        made.extend(of_district(scope, letters).await?);
    }
    hands(scope, people, &made).await?;
    sqlx::query!("update round set made_by = $1, made_at = now() - interval '40 days'", organiser.account)
        .execute(scope.connection())
        .await?;
    leaflet(scope, organiser, &made).await
}

/// Signs at doors, here and there.
async fn no_junk_mail(scope: &mut Scoped, people: &People) -> Result<(), Error> {
    let letters = DISTRICTS.map(str::to_owned);
    sqlx::query!(
        "insert into no_mail (partition_id, household_id, mark_id, area_no, why, at, account_id)
         select h.partition_id, h.household_id, gen_random_uuid(), h.area_no,
           case when h.household_id % 3 = 0 then 'inaccessible' else 'no-junk-mail' end, now() - interval '30 days', $2::uuid
         from household h join district d on d.area_no = h.area_no
         where d.letters = any ($1::text[]) and h.household_id % 31 = 0",
        letters.as_slice(),
        people.volunteer
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Two rounds of a district's first streets, as the council has them in order.
async fn of_district(scope: &mut Scoped, letters: &str) -> Result<Vec<Made>, Error> {
    let district = sqlx::query!(
        r#"select d.area_no, coalesce(nullif(d.name, ''), d.letters) as "name!", a.area_id
           from district d join area a on a.area_no = d.area_no where d.letters = $1 order by d.area_no limit 1"#,
        letters
    )
    .fetch_one(scope.connection())
    .await?;
    let streets = sqlx::query!(
        r#"select h.street_key as "key!", (array_agg(h.street order by h.place, h.household_id))[1] as "street!",
             count(*) filter (where h.why = '') as "homes!"
           from wall.homes_on_rounds(array[$1::integer]) h where h.street_key <> '' and not h.invented
           group by h.street_key order by min(h.place), h.street_key"#,
        district.area_no
    )
    .fetch_all(scope.connection())
    .await?;
    let mut streets = streets.into_iter();
    let mut made = Vec::new();
    for n in 1..=2 {
        let (mut stretches, mut homes) = (Vec::new(), 0);
        for street in streets.by_ref() {
            homes += street.homes;
            stretches.push(Stretch {
                area_no: district.area_no,
                key: street.key,
                street: street.street,
                side: Side::All,
                from: None,
                to: None,
            });
            if homes >= HOMES {
                break;
            }
        }
        let id = Uuid::now_v7();
        let name = format!("{} {n}", district.name);
        sqlx::query!("insert into round (round_id, area_id, name) values ($1, $2, $3)", id, district.area_id, name)
            .execute(scope.connection())
            .await?;
        store::put_on(scope, id, 0, &stretches).await?;
        made.push(Made { id, homes });
    }
    Ok(made)
}

/// Gives each round to whoever delivers it.
async fn hands(scope: &mut Scoped, people: &People, made: &[Made]) -> Result<(), Error> {
    let helpers = sqlx::query_scalar!(
        "select v.person_id from volunteer v join person p on p.person_id = v.person_id
         where v.state <> 'stopped' and 'leafleting' = any (v.skills) and p.erased_at is null
         order by p.source = 'door', p.name_key, v.person_id limit 10"
    )
    .fetch_all(scope.connection())
    .await?;
    for (round, (who, _)) in made.iter().zip(ROUNDS) {
        match who {
            Hands::Helper(n) => store::give(scope, round.id, helpers.get(n).copied(), None).await?,
            Hands::Volunteer => store::give(scope, round.id, None, Some(people.volunteer)).await?,
            Hands::Nobody => {}
        }
    }
    Ok(())
}

/// The leaflet, and what became of it on each round.
async fn leaflet(scope: &mut Scoped, organiser: &Organiser, made: &[Made]) -> Result<(), Error> {
    let area = resolve(scope, words::CONSTITUENCY.1).await?.id;
    let (id, today) = (Uuid::now_v7(), day_of(Utc::now()));
    let new = NewLeaflet {
        title: "Save the evening bus".into(),
        ready: Some(today - TimeDelta::days(9)),
        due: Some(today + TimeDelta::days(5)),
        printed: Some(4000),
    };
    leaflets::add(scope, id, area, &new).await?;
    sqlx::query!(
        "update leaflet set made_by = $2, made_at = now() - interval '12 days' where leaflet_id = $1",
        id,
        organiser.account
    )
    .execute(scope.connection())
    .await?;
    for (round, (_, at)) in made.iter().zip(ROUNDS) {
        let Some((state, handed, done, note)) = at else { continue };
        sqlx::query!(
            "insert into delivery (leaflet_id, round_id, area_id, state, bundle, to_person, to_account, handed_at, done_at, note, changed_by)
             select $1::uuid, r.round_id, r.area_id, $3::text, $4::integer, r.deliverer_person, r.deliverer_account,
               now() - make_interval(days => $5::integer), now() - make_interval(days => $6::integer), $7::text, $8::uuid
             from round r where r.round_id = $2",
            id,
            round.id,
            state,
            i32::try_from(round.homes).unwrap_or_default(),
            handed,
            done,
            note,
            organiser.account
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(())
}
