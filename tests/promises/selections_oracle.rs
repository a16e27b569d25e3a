//! What a selection counts and finds in SQL is what its rules say, read plainly: hundreds of random trees over random people, each
//! reckoned a second time here from the meaning of the rules (src/selections/rule.rs), which knows nothing of the SQL.

use crate::support::selections::Town;
use hustings::canvass::ListId;
use hustings::selections::{
    AbsentVote, Age, Among, Channel, Condition, Counts, Election, LastAsked, LeaveOut, LeftOut, Outcome, Rule,
    Selection, Turnout, count, find,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sqlx::{PgConnection, query, query_as, query_scalar};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const TREES: usize = 400;
const DAY: i64 = 24 * 60;
const CODES: [(&str, &str); 4] = [("F", "for"), ("P", "leaning"), ("U", "undecided"), ("A", "against")];
const STOPS: [&str; 7] = ["door", "post", "phone", "email", "text", "opinions", "processing"];
const KINDS: [&str; 3] = ["post", "proxy", "postal-proxy"];
const SHEETS: [&str; 5] = ["letters", "postcards", "poll-cards", "labels", "canvass-cards"];

/// Somebody, with everything that rules ask about.
#[derive(Debug, Clone, Default)]
struct Somebody {
    id: i64,
    area_no: i32,
    home: Option<i64>,
    street: String,
    kind: String,
    left: bool,
    invented: bool,
    stops: BTreeSet<String>,
    /// How they vote, by poll.
    absent: BTreeMap<i64, String>,
    /// Whether they voted, by poll that knows.
    turnout: BTreeMap<i64, bool>,
    member: bool,
    helps: bool,
    agreed: BTreeSet<String>,
    listed: bool,
    on_paper: bool,
    /// How long ago each letter, postcard or poll card was made for them, in minutes.
    written: Vec<i64>,
}

/// What was said at a door.
#[derive(Debug, Clone)]
struct Said {
    elector: Option<i64>,
    home: i64,
    outcome: Outcome,
    code: Option<&'static str>,
    election: Election,
    issues: Vec<String>,
    asks: Vec<String>,
    /// How long ago, in minutes: each at another minute, about half a day from the turn of one, so that no change of clocks matters.
    minutes: i64,
    /// Which earlier one it corrects.
    base: Option<usize>,
    id: Uuid,
}

struct World {
    town: Town,
    people: Vec<Somebody>,
    /// What stands.
    said: Vec<Said>,
    polls: [i64; 2],
    areas: BTreeMap<i64, Vec<i32>>,
    numbers: [i32; 2],
}

fn runner() -> TestRunner {
    let seed: u64 = std::env::var("HUSTINGS_ORACLE_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() % 1_000_000
    });
    println!("HUSTINGS_ORACLE_SEED={seed}");
    let bytes: Vec<u8> = seed.to_le_bytes().repeat(4);
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn sample<S: Strategy>(runner: &mut TestRunner, strategy: S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

/// True so many times in a hundred.
fn chance(runner: &mut TestRunner, percent: u32) -> bool {
    sample(runner, 0..100_u32) < percent
}

impl World {
    async fn new(runner: &mut TestRunner) -> Self {
        let town = Town::new().await;
        let mut db = town.app.database.operator().await;
        let numbers: Vec<i32> =
            query_scalar("select area_no from district where letters in ('QB1', 'SG1') order by letters")
                .fetch_all(&mut db)
                .await
                .unwrap();
        let past: i64 = query_scalar(
            "insert into poll (name, poll_date, kind, area_id)
             select 'General election', current_date - 30, 'uk-parliament', area_id from area where kind = 'installation' returning poll_id",
        )
        .fetch_one(&mut db)
        .await
        .unwrap();
        people(&mut db, runner, &town).await;
        let mut areas = BTreeMap::new();
        for (name, numbers) in [
            ("Quillbrook", vec![numbers[0]]),
            ("Saltern", vec![numbers[1]]),
            ("Wexmere Both", numbers.clone()),
            ("Northbank", vec![]),
        ] {
            areas.insert(town.area(name).await, numbers);
        }
        let mut world = World {
            people: read_people(&mut db).await,
            said: Vec::new(),
            polls: [town.poll, past],
            areas,
            numbers: [numbers[0], numbers[1]],
            town,
        };
        world.talk(&mut db, runner).await;
        world.objections(runner).await;
        world.voting(&mut db, runner).await;
        world.helpers(&mut db, runner).await;
        world.list_and_pile(&mut db, runner).await;
        world.post(&mut db, runner).await;
        world
    }

    /// Answers of people and of homes, some of which later ones correct.
    async fn talk(&mut self, db: &mut PgConnection, runner: &mut TestRunner) {
        let mut all: Vec<Said> = Vec::new();
        for n in 0..150_usize {
            let base = (n > 0 && chance(runner, 15)).then(|| sample(runner, 0..n));
            let somebody = self.people[sample(runner, 0..self.people.len())].clone();
            let about_home = somebody.home.is_some() && chance(runner, 25);
            let (elector, home) = match base {
                Some(base) => (all[base].elector, all[base].home),
                None if about_home => (None, somebody.home.unwrap()),
                None => (Some(somebody.id), somebody.home.unwrap_or(self.people[0].home.unwrap())),
            };
            let code = prop::option::weighted(0.6, prop::sample::select(CODES.to_vec()));
            let words = |from: &[&str]| {
                let from: Vec<String> = from.iter().map(|w| (*w).to_owned()).collect();
                prop::sample::subsequence(from, 0..=2)
            };
            let minute = i64::try_from(n).unwrap() + 1;
            all.push(Said {
                elector,
                home,
                outcome: sample(runner, outcomes()),
                code: sample(runner, code).map(|c| c.0).filter(|_| elector.is_some()),
                election: sample(runner, elections()),
                issues: sample(runner, words(&["BUS", "HARBOUR"])),
                asks: sample(runner, words(&["poster", "will-help", "lift"])),
                minutes: sample(runner, 0..80_i64) * DAY + DAY / 2 + minute,
                base,
                id: Uuid::new_v4(),
            });
        }
        for said in &all {
            self.record(db, said, said.base.map(|b| all[b].id)).await;
        }
        query(
            "select wall.settle(e.partition_id, e.elector_id, k) from elector e, unnest(array['national', 'devolved', 'local']) k
             where e.partition_id = $1",
        )
        .bind(self.town.partition)
        .execute(&mut *db)
        .await
        .unwrap();
        let corrected: BTreeSet<usize> = all.iter().filter_map(|s| s.base).collect();
        self.said = all.into_iter().enumerate().filter(|(n, _)| !corrected.contains(n)).map(|(_, s)| s).collect();
    }

    async fn record(&self, db: &mut PgConnection, said: &Said, base: Option<Uuid>) {
        query(
            "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind,
               issues, asks, at, received_at, base, account_id)
             select $1, $2, $3, $4, $5, coalesce((select area_no from elector where elector_id = $5),
                 (select area_no from household where household_id = $4)), $6, $7, $8, $9, $10, t, t, $12, $13
             from (select now() - make_interval(mins => $11) as t) x",
        )
        .bind(self.town.partition)
        .bind(said.id)
        .bind(self.town.list)
        .bind(said.home)
        .bind(said.elector)
        .bind(said.outcome.as_str())
        .bind(said.code)
        .bind(said.election.as_str())
        .bind(&said.issues)
        .bind(&said.asks)
        .bind(i32::try_from(said.minutes).unwrap())
        .bind(base)
        .bind(self.town.canvasser)
        .execute(db)
        .await
        .unwrap();
    }

    /// Who stops what, and some who take it back: the newest word of a channel stands.
    async fn objections(&mut self, runner: &mut TestRunner) {
        let mut newest: BTreeMap<(i64, &str), bool> = BTreeMap::new();
        for days in (1..26).rev() {
            let who = self.people[sample(runner, 0..self.people.len())].id;
            let (channel, withdrawn) = (sample(runner, prop::sample::select(STOPS.to_vec())), chance(runner, 25));
            self.town.objects(who, channel, withdrawn, days).await;
            newest.insert((who, channel), withdrawn);
        }
        for ((who, channel), _) in newest.into_iter().filter(|(_, withdrawn)| !withdrawn) {
            self.somebody(who).stops.insert(channel.to_owned());
        }
    }

    fn somebody(&mut self, id: i64) -> &mut Somebody {
        self.people.iter_mut().find(|p| p.id == id).unwrap()
    }

    /// Absent voters of both polls or of the past one alone, and the marked register of the past one: of QB1 by the register that it
    /// was made of, of SG1 by its districts.
    async fn voting(&mut self, db: &mut PgConnection, runner: &mut TestRunner) {
        let (partition, past) = (self.town.partition, self.polls[1]);
        let polls = if chance(runner, 50) { self.polls.to_vec() } else { vec![past] };
        for poll in polls {
            let list: i64 = query_scalar(
                "insert into absent_list (partition_id, poll_id, final, published, districts, file_name, sha256, counts)
                 values ($1, $2, false, current_date, $3, 'absent.csv', '', '{}') returning list_no",
            )
            .bind(partition)
            .bind(poll)
            .bind(&self.numbers[..])
            .fetch_one(&mut *db)
            .await
            .unwrap();
            for somebody in self.people.iter_mut().filter(|p| !p.invented) {
                if !chance(runner, 35) {
                    continue;
                }
                let kind = sample(runner, prop::sample::select(KINDS.to_vec()));
                query(
                    "insert into absent_vote (partition_id, poll_id, elector_id, area_no, list_no, kind) values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(partition)
                .bind(poll)
                .bind(somebody.id)
                .bind(somebody.area_no)
                .bind(list)
                .bind(kind)
                .execute(&mut *db)
                .await
                .unwrap();
                somebody.absent.insert(poll, kind.to_owned());
            }
        }
        let register: i64 = query_scalar(
            "insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts)
             values ($1, current_date - 60, 'full', 'party', 'x', 'utf-8', 'x.csv', '', '{}') returning register_id",
        )
        .bind(partition)
        .fetch_one(&mut *db)
        .await
        .unwrap();
        query("insert into turnout_register (partition_id, poll_id, area_no, register_id) values ($1, $2, $3, $5), ($1, $2, $4, null)")
            .bind(partition)
            .bind(past)
            .bind(self.numbers[0])
            .bind(self.numbers[1])
            .bind(register)
            .execute(&mut *db)
            .await
            .unwrap();
        for (n, somebody) in self.people.iter_mut().enumerate().filter(|(_, p)| !p.invented) {
            let on_it = somebody.area_no == self.numbers[1] || chance(runner, 70);
            if on_it && somebody.area_no == self.numbers[0] {
                query(
                    "insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
                     values ($1, $2, $3, $4, 0, $5, $4, $4, '')",
                )
                .bind(partition)
                .bind(register)
                .bind(somebody.area_no)
                .bind(i32::try_from(n).unwrap() + 1)
                .bind(somebody.id)
                .execute(&mut *db)
                .await
                .unwrap();
            }
            if on_it {
                let voted = chance(runner, 50);
                somebody.turnout.insert(past, voted);
                if voted {
                    query("insert into turnout (partition_id, poll_id, elector_id, area_no, how) values ($1, $2, $3, $4, 'voted')")
                        .bind(partition)
                        .bind(past)
                        .bind(somebody.id)
                        .bind(somebody.area_no)
                        .execute(&mut *db)
                        .await
                        .unwrap();
                }
            }
        }
    }

    /// Members, helpers and consents, of people who are linked to their records.
    async fn helpers(&mut self, db: &mut PgConnection, runner: &mut TestRunner) {
        for (n, somebody) in self.people.iter_mut().enumerate() {
            if somebody.invented || !chance(runner, 35) {
                continue;
            }
            let person = Uuid::new_v4();
            query(
                "insert into person (person_id, area_id, forename, surname, source, partition_id, elector_id, linked_how, linked_at)
                 select $1, area_id, 'Some', 'Body', 'typed', $2, $3, 'person', now() from area where name = 'Quillbrook'",
            )
            .bind(person)
            .bind(self.town.partition)
            .bind(somebody.id)
            .execute(&mut *db)
            .await
            .unwrap();
            if chance(runner, 60) {
                let state = sample(runner, prop::sample::select(vec!["current", "current", "lapsed", "resigned"]));
                query("insert into member (person_id, area_id, number, state) select person_id, area_id, $2, $3 from person where person_id = $1")
                    .bind(person).bind(format!("L{n}")).bind(state).execute(&mut *db).await.unwrap();
                somebody.member = state == "current";
            }
            if chance(runner, 50) {
                let state = sample(runner, prop::sample::select(vec!["active", "paused", "stopped"]));
                query("insert into volunteer (person_id, area_id, state) select person_id, area_id, $2 from person where person_id = $1")
                    .bind(person).bind(state).execute(&mut *db).await.unwrap();
                somebody.helps = state != "stopped";
            }
            for channel in ["email", "text", "phone"] {
                if !chance(runner, 50) {
                    continue;
                }
                query(
                    "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
                     select gen_random_uuid(), person_id, area_id, $2, true, 'May we?', 'form' from person where person_id = $1",
                )
                .bind(person)
                .bind(channel)
                .execute(&mut *db)
                .await
                .unwrap();
                somebody.agreed.insert(channel.to_owned());
            }
        }
    }

    /// Who is on the walk list, and who lies on a pile printed from it.
    async fn list_and_pile(&mut self, db: &mut PgConnection, runner: &mut TestRunner) {
        let listed: Vec<i64> = query_scalar("select elector_id from walk_list_elector where list_id = $1")
            .bind(self.town.list)
            .fetch_all(&mut *db)
            .await
            .unwrap();
        let organiser = &self.town.organiser;
        let run: i64 = query_scalar(
            "insert into material_run (area_id, kind, title, purpose, state, made_by, grant_id, items)
             values ($1, 'canvass-cards', 'Cards', 'Canvassing', 'done', $2, $3, 1) returning run_no",
        )
        .bind(self.town.both)
        .bind(organiser.id)
        .bind(organiser.grant)
        .fetch_one(&mut *db)
        .await
        .unwrap();
        query("insert into pile (run_no, partition_id, list_id, due_back, made_by) values ($1, $2, $3, now() + interval '3 days', $4)")
            .bind(run)
            .bind(self.town.partition)
            .bind(self.town.list)
            .bind(organiser.id)
            .execute(&mut *db)
            .await
            .unwrap();
        for (n, somebody) in self.people.iter_mut().enumerate() {
            somebody.listed = listed.contains(&somebody.id);
            if somebody.listed && chance(runner, 40) {
                query("insert into material_item (run_no, item, partition_id, elector_id, household_id, area_no) values ($1, $2, $3, $4, $5, $6)")
                    .bind(run).bind(i32::try_from(n).unwrap() + 1).bind(self.town.partition).bind(somebody.id).bind(somebody.home)
                    .bind(somebody.area_no).execute(&mut *db).await.unwrap();
                somebody.on_paper = true;
            }
        }
    }
}

impl World {
    /// Whom runs were for: of several kinds and ages, some of which came to nothing.
    async fn post(&mut self, db: &mut PgConnection, runner: &mut TestRunner) {
        for n in 1..=12_i64 {
            let kind = sample(runner, prop::sample::select(SHEETS.to_vec()));
            let state = sample(runner, prop::sample::select(vec!["done", "done", "done", "failed", "stopped"]));
            let minutes = sample(runner, 0..80_i64) * DAY + DAY / 2 + n;
            let run: i64 = query_scalar(
                "insert into material_run (area_id, kind, title, purpose, state, made_by, grant_id, made_at, items, imprint)
                 values ($1, $2, 'Sheets', 'Canvassing', $3, $4, $5, now() - make_interval(mins => $6), 1, array['Printed by Presses.'])
                 returning run_no",
            )
            .bind(self.town.both)
            .bind(kind)
            .bind(state)
            .bind(self.town.organiser.id)
            .bind(self.town.organiser.grant)
            .bind(i32::try_from(minutes).unwrap())
            .fetch_one(&mut *db)
            .await
            .unwrap();
            for (item, somebody) in self.people.iter_mut().enumerate() {
                if !chance(runner, 12) {
                    continue;
                }
                query("insert into material_item (run_no, item, partition_id, elector_id, household_id, area_no) values ($1, $2, $3, $4, $5, $6)")
                    .bind(run).bind(i32::try_from(item).unwrap() + 1).bind(self.town.partition).bind(somebody.id).bind(somebody.home)
                    .bind(somebody.area_no).execute(&mut *db).await.unwrap();
                if state == "done" && matches!(kind, "letters" | "postcards" | "poll-cards") {
                    somebody.written.push(minutes);
                }
            }
        }
    }
}

/// More people at the town's homes, some with no home, some who left, and one who is invented.
async fn people(db: &mut PgConnection, runner: &mut TestRunner, town: &Town) {
    query(
        "insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number, position)
         select h.partition_id, h.area_no, h.household_id, 'ordinary', 'More', 'People', 'More People', 'people more', 'more people',
           d.letters || '-' || (100 + h.number * 10 + n), 100 + n
         from household h join district d using (area_no), generate_series(1, 4) n
         where h.partition_id = $1 and n <= h.number % 5",
    )
    .bind(town.partition)
    .execute(&mut *db)
    .await
    .unwrap();
    let all: Vec<i64> = query_scalar("select elector_id from elector where partition_id = $1 order by 1")
        .bind(town.partition)
        .fetch_all(&mut *db)
        .await
        .unwrap();
    for id in all.into_iter().skip(1) {
        let kind =
            sample(runner, prop::sample::select(vec!["ordinary", "ordinary", "ordinary", "attainer", "overseas"]));
        let left = chance(runner, 10);
        query(
            "update elector set kind = $2, household_id = case when $2 = 'overseas' then null else household_id end,
               left_at = case when $3 then now() end where elector_id = $1",
        )
        .bind(id)
        .bind(kind)
        .bind(left)
        .execute(&mut *db)
        .await
        .unwrap();
    }
    query(
        "with e as (
           insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number,
             position, planted)
           select h.partition_id, h.area_no, h.household_id, 'ordinary', 'In', 'Vented', 'In Vented', 'vented in', 'in vented', 'QB1-900', 900, true
           from household h join district d using (area_no) where d.letters = 'QB1' and h.number = 2
           returning partition_id, elector_id, area_no)
         insert into canary (partition_id, elector_id, area_no, name, address)
         select partition_id, elector_id, area_no, 'In Vented', '2 Larkspur Row' from e",
    )
    .execute(db)
    .await
    .unwrap();
}

async fn read_people(db: &mut PgConnection) -> Vec<Somebody> {
    type Row = (i64, i32, Option<i64>, String, String, bool, bool);
    let rows: Vec<Row> = query_as(
        "select e.elector_id, e.area_no, e.household_id, coalesce(h.street_key, ''), e.kind, e.left_at is not null, e.planted
         from elector e left join household h using (partition_id, household_id) join district d on d.area_no = e.area_no
         where d.letters in ('QB1', 'SG1') order by 1",
    )
    .fetch_all(db)
    .await
    .unwrap();
    rows.into_iter()
        .map(|(id, area_no, home, street, kind, left, invented)| Somebody {
            id,
            area_no,
            home,
            street,
            kind,
            left,
            invented,
            ..Somebody::default()
        })
        .collect()
}

// ---- What the rules mean

impl World {
    fn here(&self) -> impl Iterator<Item = &Somebody> {
        self.people.iter().filter(|p| !p.left && !p.invented)
    }

    fn fits(&self, who: &Somebody, rule: &Rule) -> bool {
        match rule {
            Rule::All(inner) => inner.iter().all(|r| self.fits(who, r)),
            Rule::Any(inner) => inner.iter().any(|r| self.fits(who, r)),
            Rule::None(inner) => !inner.iter().any(|r| self.fits(who, r)),
            Rule::Is(condition) => self.holds(who, condition),
        }
    }

    fn holds(&self, who: &Somebody, condition: &Condition) -> bool {
        match condition {
            Condition::Area { areas } => {
                areas.iter().any(|a| self.areas.get(a).is_some_and(|numbers| numbers.contains(&who.area_no)))
            }
            Condition::Street { streets } => {
                who.home.is_some() && streets.iter().any(|(n, key)| *n == who.area_no && *key == who.street)
            }
            Condition::HouseholdSize { least, most } => who.home.is_some_and(|home| {
                let size = self.here().filter(|p| p.home == Some(home)).count();
                size >= usize::from(least.unwrap_or(1)) && most.is_none_or(|most| size <= usize::from(most))
            }),
            Condition::AbsentVote { poll, how } => {
                let newest = self.polls.iter().copied().find(|p| self.people.iter().any(|s| s.absent.contains_key(p)));
                let kind = poll.or(newest).and_then(|p| who.absent.get(&p)).map(String::as_str);
                match how {
                    AbsentVote::Post => matches!(kind, Some("post" | "postal-proxy")),
                    AbsentVote::Proxy => matches!(kind, Some("proxy" | "postal-proxy")),
                    AbsentVote::Any => kind.is_some(),
                    AbsentVote::InPerson => kind.is_none(),
                }
            }
            Condition::Turnout { poll, turnout } => match who.turnout.get(poll) {
                Some(true) => *turnout == Turnout::Voted,
                Some(false) => *turnout == Turnout::DidNotVote,
                None => *turnout == Turnout::NotKnown,
            },
            Condition::Intention { election, among, age } => self.means(who, *election, among, *age),
            Condition::Outcome { any, age } => {
                let about = |s: &&Said| s.elector == Some(who.id) || (s.elector.is_none() && who.home == Some(s.home));
                let last = self.said.iter().filter(about).min_by_key(|s| s.minutes);
                last.is_some_and(|s| any.contains(&s.outcome) && is_of(s.minutes, *age))
            }
            Condition::LastAsked { when } => match when {
                LastAsked::Never => !self.asked(who, Age::Any),
                LastAsked::Within(days) => self.asked(who, Age::Within(*days)),
                LastAsked::NotWithin(days) => !self.asked(who, Age::Within(*days)),
            },
            Condition::Written { when } => {
                let written = |age: Age| who.written.iter().any(|minutes| is_of(*minutes, age));
                match when {
                    LastAsked::Never => !written(Age::Any),
                    LastAsked::Within(days) => written(Age::Within(*days)),
                    LastAsked::NotWithin(days) => !written(Age::Within(*days)),
                }
            }
            Condition::Issues { any } => self.own(who).any(|s| s.issues.iter().any(|i| any.contains(i))),
            Condition::Asked { any } => self.own(who).any(|s| s.asks.iter().any(|a| any.contains(a))),
            Condition::Member { yes } => who.member == *yes,
            Condition::Volunteer { yes } => who.helps == *yes,
            Condition::Permitted { channel } => {
                let word = channel.as_str();
                !stopped(who, *channel) && (matches!(word, "door" | "post") || who.agreed.contains(word))
            }
            Condition::OnList { list, on } => (list.id == self.town.list && who.listed) == *on,
            Condition::Register { any } => any.contains(&who.kind),
        }
    }

    fn own<'a>(&'a self, who: &'a Somebody) -> impl Iterator<Item = &'a Said> {
        self.said.iter().filter(move |s| s.elector == Some(who.id))
    }

    fn means(&self, who: &Somebody, election: Election, among: &Among, age: Age) -> bool {
        let last = self.own(who).filter(|s| s.election == election && s.code.is_some()).min_by_key(|s| s.minutes);
        let code = last.filter(|s| is_of(s.minutes, age)).and_then(|s| s.code);
        match among {
            Among::Codes(codes) => code.is_some_and(|c| codes.iter().any(|one| one == c)),
            Among::Groups(groups) => {
                let group = CODES.iter().find(|(c, _)| code == Some(*c)).map(|(_, group)| *group);
                group.is_some_and(|g| groups.iter().any(|one| one == g))
            }
            Among::Known => code.is_some(),
            Among::Unknown => code.is_none(),
        }
    }

    fn asked(&self, who: &Somebody, age: Age) -> bool {
        self.said.iter().filter(|s| is_of(s.minutes, age)).any(|s| {
            let spoken = matches!(s.outcome, Outcome::Spoke | Outcome::Refused);
            match s.elector {
                Some(id) => id == who.id && (spoken || s.code.is_some()),
                None => spoken && who.home == Some(s.home),
            }
        })
    }

    fn moved(&self, who: &Somebody) -> bool {
        let telling = [Outcome::Moved, Outcome::Deceased, Outcome::Spoke];
        let last = self.own(who).filter(|s| telling.contains(&s.outcome)).min_by_key(|s| s.minutes);
        last.is_some_and(|s| s.outcome != Outcome::Spoke)
    }

    /// The counts, and who is in.
    fn reckon(&self, selection: &Selection) -> (Counts, BTreeSet<i64>) {
        let out = &selection.leave_out;
        let mut left_out = LeftOut { anonymous: 6, ..LeftOut::default() };
        let (mut kept, mut homes) = (BTreeSet::new(), BTreeSet::new());
        for who in self.here().filter(|p| self.fits(p, &selection.rule)) {
            match () {
                () if stopped(who, out.channel) => left_out.objected += 1,
                () if out.moved && self.moved(who) => left_out.moved += 1,
                () if out.asked_days.is_some_and(|d| self.asked(who, Age::Within(d))) => left_out.asked += 1,
                () if out.on_paper && who.on_paper => left_out.on_paper += 1,
                () => {
                    kept.insert(who.id);
                    homes.extend(who.home);
                }
            }
        }
        let whole = |n: usize| i64::try_from(n).unwrap();
        (Counts { doors: whole(homes.len()), electors: whole(kept.len()), left_out }, kept)
    }
}

fn stopped(who: &Somebody, channel: Channel) -> bool {
    [channel.as_str(), "opinions", "processing"].iter().any(|s| who.stops.contains(*s))
}

fn is_of(minutes: i64, age: Age) -> bool {
    match age {
        Age::Any => true,
        Age::Within(days) => minutes < i64::from(days) * DAY,
        Age::Older(days) => minutes >= i64::from(days) * DAY,
    }
}

// ---- Random rules

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop::sample::select(Outcome::ALL.to_vec())
}

fn elections() -> impl Strategy<Value = Election> {
    prop::sample::select(vec![Election::National, Election::Devolved, Election::Local])
}

fn channels() -> impl Strategy<Value = Channel> {
    prop::sample::select(Channel::ALL.to_vec())
}

fn ages() -> impl Strategy<Value = Age> {
    prop_oneof![Just(Age::Any), (1..70_u16).prop_map(Age::Within), (1..70_u16).prop_map(Age::Older)]
}

fn some(of: &[&str]) -> BoxedStrategy<Vec<String>> {
    let of: Vec<String> = of.iter().map(|w| (*w).to_owned()).collect();
    prop::sample::subsequence(of, 0..=2).boxed()
}

fn conditions(world: &World) -> BoxedStrategy<Condition> {
    let mut areas: Vec<i64> = world.areas.keys().copied().collect();
    areas.push(9_999_999);
    let streets = vec![
        (world.numbers[0], "larkspur row".to_owned()),
        (world.numbers[1], "old tannery walk".to_owned()),
        (world.numbers[0], "old tannery walk".to_owned()),
    ];
    let polls = world.polls.to_vec();
    let poll = prop::sample::select(polls.clone());
    let lists = vec![
        ListId { partition: world.town.partition, id: world.town.list },
        ListId { partition: world.town.partition, id: 9_999_999 },
    ];
    let among = prop_oneof![
        some(&["F", "P", "U", "A", "N"]).prop_map(Among::Codes),
        some(&["for", "leaning", "undecided", "against"]).prop_map(Among::Groups),
        Just(Among::Known),
        Just(Among::Unknown)
    ];
    let how = prop::sample::select(vec![AbsentVote::Post, AbsentVote::Proxy, AbsentVote::Any, AbsentVote::InPerson]);
    let turnout = prop::sample::select(vec![Turnout::Voted, Turnout::DidNotVote, Turnout::NotKnown]);
    let when = prop_oneof![
        Just(LastAsked::Never),
        (1..70_u16).prop_map(LastAsked::Within),
        (1..70_u16).prop_map(LastAsked::NotWithin)
    ];
    let size = (prop::option::of(0..5_u16), prop::option::of(0..6_u16));
    prop_oneof![
        prop::sample::subsequence(areas, 0..=2).prop_map(|areas| Condition::Area { areas }).boxed(),
        prop::sample::subsequence(streets, 0..=2).prop_map(|streets| Condition::Street { streets }).boxed(),
        size.prop_map(|(least, most)| Condition::HouseholdSize { least, most }).boxed(),
        (prop::option::of(prop::sample::select(polls)), how)
            .prop_map(|(poll, how)| Condition::AbsentVote { poll, how })
            .boxed(),
        (poll, turnout).prop_map(|(poll, turnout)| Condition::Turnout { poll, turnout }).boxed(),
        (elections(), among, ages())
            .prop_map(|(election, among, age)| Condition::Intention { election, among, age })
            .boxed(),
        (prop::collection::vec(outcomes(), 0..4), ages())
            .prop_map(|(any, age)| Condition::Outcome { any, age })
            .boxed(),
        when.clone().prop_map(|when| Condition::LastAsked { when }).boxed(),
        when.prop_map(|when| Condition::Written { when }).boxed(),
        some(&["BUS", "HARBOUR", "GONE"]).prop_map(|any| Condition::Issues { any }).boxed(),
        some(&["poster", "will-help", "lift"]).prop_map(|any| Condition::Asked { any }).boxed(),
        any::<bool>().prop_map(|yes| Condition::Member { yes }).boxed(),
        any::<bool>().prop_map(|yes| Condition::Volunteer { yes }).boxed(),
        channels().prop_map(|channel| Condition::Permitted { channel }).boxed(),
        (prop::sample::select(lists), any::<bool>()).prop_map(|(list, on)| Condition::OnList { list, on }).boxed(),
        some(&["ordinary", "attainer", "overseas"]).prop_map(|any| Condition::Register { any }).boxed()
    ]
    .boxed()
}

fn selections(world: &World) -> BoxedStrategy<Selection> {
    let rule = conditions(world).prop_map(Rule::Is).prop_recursive(3, 16, 3, |inner| {
        let group = prop::collection::vec(inner, 0..=3);
        prop_oneof![group.clone().prop_map(Rule::All), group.clone().prop_map(Rule::Any), group.prop_map(Rule::None)]
    });
    let leave_out = (channels(), prop::option::of(1..70_u16), any::<bool>(), any::<bool>())
        .prop_map(|(channel, asked_days, moved, on_paper)| LeaveOut { channel, asked_days, moved, on_paper });
    let whole = (rule, leave_out).prop_map(|(rule, leave_out)| Selection { rule, leave_out });
    // Hardly ever does a tree ask about turnout oftener than one may.
    whole.prop_filter("a selection within its bounds", |selection| selection.check().is_ok()).boxed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_count_in_sql_is_what_the_rules_say_for_any_tree_and_people() {
    let mut runner = runner();
    let world = World::new(&mut runner).await;
    let strategy = selections(&world);
    let mut scope = world.town.scope().await;
    let mut telling = 0;
    for n in 0..TREES {
        let selection = sample(&mut runner, &strategy);
        selection.check().unwrap();
        let (counts, kept) = world.reckon(&selection);
        let counted = count::count(&mut scope, &selection).await.unwrap();
        assert_eq!(counted, counts, "tree {n}: {selection:#?}");
        let found = find::electors(&mut scope, &selection).await.unwrap();
        let found: BTreeSet<i64> = found.into_iter().map(|e| e.id).collect();
        let differ: Vec<_> = world.people.iter().filter(|p| found.contains(&p.id) != kept.contains(&p.id)).collect();
        assert_eq!(found, kept, "tree {n}: {selection:#?}\n{differ:#?}");
        let everybody = world.here().count();
        telling += usize::from(!kept.is_empty() && kept.len() < everybody);
        // What is kept as rules comes back as the same rules.
        let kept: Selection = serde_json::from_value(serde_json::to_value(&selection).unwrap()).unwrap();
        assert_eq!(kept, selection);
    }
    scope.commit().await.unwrap();
    assert!(telling > TREES / 4, "only {telling} of {TREES} trees choose some and not all");
}
