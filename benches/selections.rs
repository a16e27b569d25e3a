//! How long does a selection's count take over a constituency, for each kind of rule?

mod support;

use hustings::access::{Permission, Role};
use hustings::canvass::ListId;
use hustings::database::{Actor, Database, Scope, Scoped};
use hustings::selections::{
    AbsentVote, Age, Among, Channel, Condition, Election, LastAsked, LeaveOut, Outcome, Rule, Selection, Turnout, count,
};
use sqlx::{PgConnection, query, query_as, query_scalar, raw_sql};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use support::house::{House, run};
use support::people::{Person, signed_in};
use support::places::fill;
use support::report::{Report, Target, Times, Unit, note, percentile, times};
use support::{Outcome as Done, size};

/// What each count may take.
const MILLISECONDS: f64 = 150.0;
/// How many lie on a printed pile, and how many were written to; of fewer electors all.
const PRINTED: i64 = 20_000;

fn main() -> ExitCode {
    run(measure)
}

async fn measure(house: &House) -> Done<Report> {
    let electors: i64 = size("ELECTORS", 110_000)?;
    let (results, rounds) = (size("RESULTS", 60_000_i64)?, size("ROUNDS", 20_usize)?);
    let mut db = house.operator().await?;
    let place = fill(&mut db, electors, 1).await?;
    let area = place.constituencies[0];
    let organiser = signed_in(&mut db, Role::Organiser, area, 1).await?.remove(0);
    let ids = Ids::make(&mut db, &organiser, results).await?;
    let database = house.database()?;
    let mut report = Report::new("A selection’s count over a constituency");
    report.about(format!(
        "{} electors, {results} results, absent votes, turnout, objections and {} members, {} people on a printed pile and as many \
         letters; each kind of rule counted {rounds} times, doors, electors and who is left out, as the page does it while rules are put \
         together. Whoever moved, was asked within 30 days or lies on a printed pile is left out each time.",
        place.electors, ids.members, ids.printed
    ));
    let mut all = times()?;
    for (name, rule) in ids.rules() {
        let took = counted(&database, &organiser, rule, rounds).await?;
        report.plain(&format!("{name}, median"), percentile(&took, 50.0), Unit::Ms);
        report.figure(&format!("{name}, worst"), percentile(&took, 100.0), Unit::Ms, Target::Below(MILLISECONDS));
        all.add(&took)?;
    }
    report.figure("any rule, 99th percentile", percentile(&all, 99.0), Unit::Ms, Target::Below(MILLISECONDS));
    let bare = bare(&database, &organiser, rounds).await?;
    report.yardstick("select count(*) of the same electors, median", percentile(&bare, 50.0), Unit::Ms);
    Ok(report)
}

/// What rules name.
struct Ids {
    area: i64,
    poll: i64,
    list: ListId,
    street: (i32, String),
    /// How many members there are.
    members: u64,
    /// How many lie on the pile.
    printed: u64,
}

impl Ids {
    async fn make(db: &mut PgConnection, organiser: &Person, results: i64) -> Done<Self> {
        let poll: i64 = query_scalar(
            "insert into poll (name, poll_date, kind, area_id)
             select 'Local elections', current_date - 200, 'local', area_id from area where kind = 'installation' returning poll_id",
        )
        .fetch_one(&mut *db)
        .await?;
        let (partition, list): (i32, i64) = query_as(
            "insert into walk_list (partition_id, name, area_no, intention_kind, side_order)
             select partition_id, 'List', area_no, 'local', 'numeric' from district order by area_no limit 1 returning partition_id, list_id",
        )
        .fetch_one(&mut *db)
        .await?;
        let list = ListId { partition, id: list };
        talk(db, list, organiser, results).await?;
        voting(db, poll).await?;
        let members = members(db, organiser.area).await?;
        let printed = paper(db, list, organiser).await?;
        let street: (i32, String) = query_as("select area_no, street_key from household order by household_id limit 1")
            .fetch_one(&mut *db)
            .await?;
        raw_sql("vacuum (analyze)").execute(db).await?;
        Ok(Ids { area: organiser.area, poll, list, street, members, printed })
    }

    /// One of each kind.
    fn rules(&self) -> Vec<(&'static str, Rule)> {
        let is = Rule::Is;
        let leaning = |age| {
            let among = Among::Groups(vec!["for".into(), "leaning".into()]);
            Rule::Is(Condition::Intention { election: Election::Local, among, age })
        };
        let not_home = Condition::Outcome { any: vec![Outcome::NotHome, Outcome::ComeBack], age: Age::Any };
        let not_asked = is(Condition::LastAsked { when: LastAsked::NotWithin(90) });
        vec![
            ("everybody", Rule::All(Vec::new())),
            ("in an area", is(Condition::Area { areas: vec![self.area] })),
            ("in a street", is(Condition::Street { streets: vec![self.street.clone()] })),
            ("in homes of two or more", is(Condition::HouseholdSize { least: Some(2), most: None })),
            ("votes by post", is(Condition::AbsentVote { poll: Some(self.poll), how: AbsentVote::Post })),
            ("did not vote", is(Condition::Turnout { poll: self.poll, turnout: Turnout::DidNotVote })),
            ("an intention given within 90 days", leaning(Age::Within(90))),
            ("what happened at the last call", is(not_home.clone())),
            ("not asked within 90 days", not_asked.clone()),
            ("cares about an issue", is(Condition::Issues { any: vec!["BUS".into()] })),
            ("may be called on", is(Condition::Permitted { channel: Channel::Door })),
            ("is a member", is(Condition::Member { yes: true })),
            ("not written to within 60 days", is(Condition::Written { when: LastAsked::NotWithin(60) })),
            ("is not on a list", is(Condition::OnList { list: self.list, on: false })),
            (
                "ten conditions in groups",
                Rule::All(vec![
                    is(Condition::Area { areas: vec![self.area] }),
                    Rule::Any(vec![leaning(Age::Any), is(Condition::Issues { any: vec!["BUS".into()] }), is(not_home)]),
                    Rule::Any(vec![
                        is(Condition::AbsentVote { poll: None, how: AbsentVote::InPerson }),
                        is(Condition::Turnout { poll: self.poll, turnout: Turnout::Voted }),
                    ]),
                    Rule::None(vec![
                        is(Condition::OnList { list: self.list, on: true }),
                        is(Condition::Register { any: vec!["overseas".into()] }),
                    ]),
                    is(Condition::HouseholdSize { least: None, most: Some(6) }),
                    not_asked,
                ]),
            ),
        ]
    }
}

/// Answers about every second elector from the first on, over 200 days, half of them of homes where nobody opened, and one in a hundred
/// who objects.
async fn talk(db: &mut PgConnection, list: ListId, organiser: &Person, results: i64) -> Done {
    query(
        "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind, issues,
           at, received_at, account_id)
         select e.partition_id, gen_random_uuid(), $1, e.household_id, case when n % 20 < 10 then e.elector_id end, e.area_no,
           (array['spoke', 'spoke', 'spoke', 'spoke', 'spoke', 'spoke', 'refused', 'moved', 'come-back', 'inaccessible', 'not-home', 'not-home',
             'not-home', 'not-home', 'not-home', 'not-home', 'not-home', 'not-home', 'not-home', 'not-home'])[1 + n % 20],
           case when n % 20 < 6 then (array['F', 'P', 'U', 'A'])[1 + n % 4] end, 'local',
           case when n % 5 = 0 then array['BUS'] else '{}' end, t, t, $2
         from (select e.*, row_number() over (order by e.elector_id % 2, e.elector_id) as n from elector e) e,
           lateral (select now() - make_interval(mins => (n * 4801 % 288000)::integer) as t) m
         where e.n <= $3",
    )
    .bind(list.id)
    .bind(organiser.account)
    .bind(results)
    .execute(&mut *db)
    .await?;
    query(
        "insert into intention_now (partition_id, elector_id, intention_kind, area_no, code, result_id, received_at)
         select partition_id, elector_id, 'local', area_no, intention, id, received_at from result where intention is not null",
    )
    .execute(&mut *db)
    .await?;
    query(
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'door', 'Said so' from elector where elector_id % 100 = 3",
    )
    .execute(&mut *db)
    .await?;
    query(
        "with d as (
           insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
           select partition_id, $1, 1, row_number() over (order by household_id), household_id, area_no, street, 'odd'
           from household order by household_id limit 200 returning partition_id, household_id, area_no)
         insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
         select d.partition_id, $1, 1, d.household_id, e.elector_id, row_number() over (order by e.elector_id), d.area_no
         from d join elector e on e.partition_id = d.partition_id and e.household_id = d.household_id",
    )
    .bind(list.id)
    .execute(db)
    .await?;
    Ok(())
}

/// A fifth votes by post, two in three voted.
async fn voting(db: &mut PgConnection, poll: i64) -> Done {
    for statement in [
        "insert into absent_list (partition_id, poll_id, final, published, districts, file_name, sha256, counts)
         select partition_id, $1, true, current_date - 220, array_agg(area_no), 'absent.csv', '', '{}' from district group by partition_id",
        "insert into absent_vote (partition_id, poll_id, elector_id, area_no, list_no, kind)
         select e.partition_id, $1, e.elector_id, e.area_no, l.list_no, 'post' from elector e join absent_list l using (partition_id)
         where e.elector_id % 5 = 0",
        "with r as (
           insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts)
           select partition_id, current_date - 230, 'full', 'party', 'x', 'utf-8', 'x.csv', '', '{}' from authority
           returning partition_id, register_id)
         insert into turnout_register (partition_id, poll_id, area_no, register_id)
         select r.partition_id, $1, d.area_no, r.register_id from r join district d using (partition_id)",
        "insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
         select e.partition_id, r.register_id, e.area_no, row_number() over (partition by e.area_no order by e.elector_id), 0, e.elector_id,
           1, 1, 'AB1,1,0,Some Body,1 Larkspur Row,ZZ1 4QX' from elector e join register r using (partition_id) where $1::bigint > 0",
        "insert into turnout (partition_id, poll_id, elector_id, area_no, how)
         select partition_id, $1, elector_id, area_no, 'voted' from elector where elector_id % 3 > 0",
    ] {
        query(statement).bind(poll).execute(&mut *db).await?;
    }
    Ok(())
}

/// One elector in fifty is a member. How many those are.
async fn members(db: &mut PgConnection, area: i64) -> Done<u64> {
    query(
        "insert into person (person_id, area_id, forename, surname, source, partition_id, elector_id, linked_how, linked_at)
         select gen_random_uuid(), $1, 'Some', 'Body', 'typed', partition_id, elector_id, 'person', now() from elector
         where elector_id % 50 = 7",
    )
    .bind(area)
    .execute(&mut *db)
    .await?;
    let made = query(
        "insert into member (person_id, area_id, number, state) select person_id, area_id, 'L' || elector_id, 'current' from person
         where elector_id is not null",
    )
    .execute(db)
    .await?;
    Ok(made.rows_affected())
}

/// A pile that is out, of every third elector from the first on, and letters of a month ago to every fourth. How many lie on the pile.
async fn paper(db: &mut PgConnection, list: ListId, organiser: &Person) -> Done<u64> {
    let mut printed = 0;
    for (kind, every, days) in [("letters", 4_i64, 30_i32), ("canvass-cards", 3, 0)] {
        let run: i64 = query_scalar(
            "insert into material_run (area_id, kind, title, purpose, state, made_by, grant_id, made_at, items, people, imprint)
             values ($1, $2, 'Sheets', 'Canvassing', 'done', $3, $4, now() - make_interval(days => $5), $6, $6, array['Printed by Presses.'])
             returning run_no",
        )
        .bind(organiser.area)
        .bind(kind)
        .bind(organiser.account)
        .bind(organiser.grant)
        .bind(days)
        .bind(i32::try_from(PRINTED)?)
        .fetch_one(&mut *db)
        .await?;
        let items = query(
            "insert into material_item (run_no, item, partition_id, elector_id, household_id, area_no)
             select $1, row_number() over (order by e.elector_id), e.partition_id, e.elector_id, e.household_id, e.area_no
             from (select * from elector order by elector_id % $2 <> 1, elector_id limit $3) e",
        )
        .bind(run)
        .bind(every)
        .bind(PRINTED)
        .execute(&mut *db)
        .await?;
        printed = items.rows_affected();
        if kind == "canvass-cards" {
            query(
                "insert into pile (run_no, partition_id, list_id, due_back, made_by)
                 values ($1, $2, $3, now() + interval '3 days', $4)",
            )
            .bind(run)
            .bind(list.partition)
            .bind(list.id)
            .bind(organiser.account)
            .execute(&mut *db)
            .await?;
        }
    }
    Ok(printed)
}

/// As the web begins it for an organiser.
async fn begin(database: &Database, organiser: &Person) -> Done<Scoped> {
    let actor = Actor::Session {
        account: organiser.account,
        grant: organiser.grant,
        session: organiser.session,
        role: Role::Organiser,
        area: organiser.area,
        purpose: "Canvassing".into(),
    };
    let credential = organiser.credential()?;
    Ok(Scoped::begin(database, &credential, actor, Permission::ChooseElectors, Scope::default()).await?)
}

/// The rule counted so many times, each in a transaction of its own; the first three warm up.
async fn counted(database: &Database, organiser: &Person, rule: Rule, rounds: usize) -> Done<Times> {
    let leave_out = LeaveOut { channel: Channel::Door, asked_days: Some(30), moved: true, on_paper: true };
    let selection = Selection { rule, leave_out };
    let mut took = times()?;
    for n in 0..rounds + 3 {
        let mut scope = begin(database, organiser).await?;
        let begun = Instant::now();
        let counts = count::count(&mut scope, &selection).await?;
        let time = begun.elapsed();
        scope.commit().await?;
        if counts.electors + counts.left_out.sum() == 0 {
            return Err("The rule fits nobody: nothing is measured by it.".into());
        }
        keep(&mut took, n, time);
    }
    Ok(took)
}

/// The same electors only counted, by the same role under the same wall.
async fn bare(database: &Database, organiser: &Person, rounds: usize) -> Done<Times> {
    let mut took = times()?;
    for n in 0..rounds + 3 {
        let mut scope = begin(database, organiser).await?;
        let begun = Instant::now();
        let _: i64 = query_scalar(
            "select count(*) from elector where area_no = any ((select wall.areas())::integer[]) and left_at is null",
        )
        .fetch_one(scope.connection())
        .await?;
        let time = begun.elapsed();
        scope.commit().await?;
        keep(&mut took, n, time);
    }
    Ok(took)
}

fn keep(took: &mut Times, n: usize, time: Duration) {
    if n >= 3 {
        note(took, time);
    }
}
