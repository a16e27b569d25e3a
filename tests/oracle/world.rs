//! A random world: places that overlap, people, lists, answers, and accounts whose access is in every state it can be in.
//! What is made in the database is remembered here as facts, which is all that the oracle is told.

use super::random::Random;
use crate::support::app::TestApp;
use chrono::{DateTime, TimeDelta, Utc};
use hustings::access::Token;
use sqlx::{PgConnection, query, query_as, query_scalar};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// How large a world is.
#[derive(Clone, Copy)]
pub struct Size {
    /// Homes in each of the twelve districts; two people live in each.
    pub homes: i32,
    /// Accounts, each with one to three grants.
    pub accounts: usize,
    /// Walk lists.
    pub lists: usize,
}

/// An area and its districts of today.
pub struct Area {
    pub id: i64,
    pub name: String,
    pub everywhere: bool,
    pub districts: BTreeSet<i32>,
}

pub struct Grant {
    pub id: Uuid,
    pub account: usize,
    pub role: &'static str,
    pub area: usize,
    pub begins: DateTime<Utc>,
    pub ends: DateTime<Utc>,
    pub ended: Option<&'static str>,
}

pub struct Session {
    pub id: Uuid,
    pub token: Token,
    pub grant: usize,
    pub cleared: bool,
    pub ended: bool,
    pub idle_until: DateTime<Utc>,
    pub ends: DateTime<Utc>,
}

#[derive(Default)]
pub struct Elector {
    pub key: String,
    pub district: i32,
    pub home: Option<usize>,
    pub left: bool,
    pub erased: bool,
    pub held_back: bool,
    pub lists: BTreeSet<usize>,
    pub was_on: BTreeSet<usize>,
}

#[derive(Default)]
pub struct Home {
    pub key: String,
    pub district: i32,
    pub electors: Vec<usize>,
    pub lists: BTreeSet<usize>,
    pub was_on: BTreeSet<usize>,
}

pub struct List {
    pub key: String,
    pub partition: i32,
    pub id: i64,
    pub district: i32,
    pub ended: bool,
    pub reaches: BTreeSet<i32>,
    /// Who holds or held it: at most one assignment an account.
    pub held: BTreeMap<usize, Held>,
}

#[derive(Clone, Copy)]
pub struct Held {
    pub id: Uuid,
    pub begins: DateTime<Utc>,
    pub ends: DateTime<Utc>,
    pub ended: bool,
}

/// A row whose district decides, and whether it is still to be decided.
pub struct Row {
    pub key: String,
    pub district: i32,
    pub open: bool,
}

/// A notice that closes a half.
pub struct Closure {
    pub tool: &'static str,
    pub area: Option<usize>,
    pub stays: Vec<&'static str>,
}

#[derive(Default)]
pub struct World {
    pub now: DateTime<Utc>,
    pub areas: Vec<Area>,
    /// Number and partition.
    pub districts: Vec<(i32, i32)>,
    pub accounts: Vec<Uuid>,
    pub grants: Vec<Grant>,
    pub sessions: Vec<Session>,
    pub electors: Vec<Elector>,
    pub homes: Vec<Home>,
    pub lists: Vec<List>,
    pub results: Vec<Row>,
    pub late: Vec<Row>,
    pub pairs: Vec<Row>,
    /// Of other tables, as `table key`.
    pub pieces: Vec<Row>,
    /// Key and account.
    pub imports: Vec<(String, usize)>,
    /// Key and session.
    pub searches: Vec<(String, usize)>,
    pub tallied: BTreeSet<i32>,
    pub requests: Vec<String>,
    pub breaches: Vec<String>,
    pub closures: Vec<Closure>,
}

impl World {
    /// Makes it in the database of a service.
    pub async fn make(app: &TestApp, random: &mut Random, size: Size) -> Self {
        let mut db = app.database.operator().await;
        let mut world =
            World { now: query_scalar("select now()").fetch_one(&mut db).await.unwrap(), ..World::default() };
        world.places(&mut db).await;
        world.people(&mut db, random, size).await;
        world.access(&mut db, random, size).await;
        world.walks(&mut db, random, size).await;
        world.answers(&mut db, random).await;
        world.books(&mut db, random).await;
        query("analyze").execute(&mut db).await.unwrap();
        world
    }

    pub fn role(&self, session: usize) -> &'static str {
        self.grants[self.sessions[session].grant].role
    }

    pub fn area(&self, session: usize) -> &Area {
        &self.areas[self.grants[self.sessions[session].grant].area]
    }

    pub fn account(&self, session: usize) -> usize {
        self.grants[self.sessions[session].grant].account
    }

    /// Whether anything can be open to this session: what the strata of triples are drawn by, and nothing is decided by.
    pub fn seems_live(&self, session: usize) -> bool {
        let (s, now) = (&self.sessions[session], self.now);
        let g = &self.grants[s.grant];
        s.cleared && !s.ended && g.ended.is_none() && s.ends.min(s.idle_until).min(g.ends) > now && g.begins <= now
    }

    fn numbers(&self, letters: &[usize]) -> BTreeSet<i32> {
        letters.iter().map(|d| self.districts[*d].0).collect()
    }

    /// Three authorities of six, four and two districts; wards that overlap, lie in one another, cross authorities, began
    /// today, end today; one of no district.
    async fn places(&mut self, db: &mut PgConnection) {
        for (name, letters) in [("Wexmere", "W1 W2 W3 W4 W5 W6"), ("Oldney", "O1 O2 O3 O4"), ("Farrow", "F1 F2")] {
            let letters: Vec<&str> = letters.split(' ').collect();
            query("select wall.add_districts($1, $2)").bind(name).bind(&letters).execute(&mut *db).await.unwrap();
        }
        self.districts = query_as("select area_no, partition_id from district order by partition_id, letters")
            .fetch_all(&mut *db)
            .await
            .unwrap();
        let today =
            |days: i64| (Utc::now().with_timezone(&chrono_tz::Europe::London) + TimeDelta::days(days)).date_naive();
        let always = (
            chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap(),
            chrono::NaiveDate::from_ymd_opt(9999, 1, 1).unwrap(),
        );
        let mut wards: Vec<(&str, Vec<(usize, _)>)> = vec![
            ("North", vec![(0, always), (1, always), (2, always)]),
            ("Central", vec![(1, always), (2, always)]),
            ("South", vec![(2, always), (3, always)]),
            ("Across", vec![(5, always), (6, always)]),
            ("Wide", (0..8).map(|d| (d, always)).collect()),
            ("Redrawn", vec![]),
            ("Nowhere", vec![]),
        ];
        wards[5].1 = vec![
            (4, (always.0, today(0))), // left today
            (7, (today(0), always.1)), // came today
            (8, (always.0, today(1))), // stays until tonight
            (9, (today(1), always.1)), // comes tomorrow
            (10, (always.0, always.1)),
        ];
        for (name, holds) in &wards {
            let area: i64 =
                query_scalar("insert into area (kind, name, short_name) values ('ward', $1, $1) returning area_id")
                    .bind(name)
                    .fetch_one(&mut *db)
                    .await
                    .unwrap();
            for (district, (from, until)) in holds {
                query("insert into area_district (area_id, area_no, from_date, until_date) values ($1, $2, $3, $4)")
                    .bind(area)
                    .bind(self.districts[*district].0)
                    .bind(from)
                    .bind(until)
                    .execute(&mut *db)
                    .await
                    .unwrap();
            }
        }
        self.areas = query_as::<_, (i64, String, String, Option<i32>, Option<i32>)>(
            "select area_id, kind, name, partition_id, area_no from area order by area_id",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap()
        .into_iter()
        .map(|(id, kind, name, partition, number)| {
            // What they hold is known by how they were made above.
            let districts = match (kind.as_str(), name.as_str()) {
                ("installation", _) => self.districts.iter().map(|d| d.0).collect(),
                ("ward", "Redrawn") => self.numbers(&[7, 8, 10]),
                ("ward", _) => {
                    self.numbers(&wards.iter().find(|w| w.0 == name).unwrap().1.iter().map(|d| d.0).collect::<Vec<_>>())
                }
                _ => self
                    .districts
                    .iter()
                    .filter(|d| Some(d.1) == partition || Some(d.0) == number)
                    .map(|d| d.0)
                    .collect(),
            };
            Area { id, name, everywhere: kind == "installation", districts }
        })
        .collect();
    }

    async fn people(&mut self, db: &mut PgConnection, random: &mut Random, size: Size) {
        query(
            "insert into household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key, street, number, position)
             select d.partition_id, d.area_no, array[n || ' ' || d.letters || ' Street'], n || ' ' || d.letters || ' Street', 'ZZ1 4QX',
               n || ' ' || lower(d.letters) || ' street', lower(d.letters) || ' street', 'zz14qx', d.letters || ' Street', n, n
             from district d, generate_series(1, $1) n",
        )
        .bind(size.homes)
        .execute(&mut *db)
        .await
        .unwrap();
        query(
            "insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number, position)
             select h.partition_id, h.area_no, h.household_id, 'ordinary', f, 'Harcourt', f || ' Harcourt', 'harcourt ' || lower(f),
               lower(f) || ' harcourt', d.letters || '-' || (h.number * 2 + p), h.number * 2 + p
             from household h join district d using (area_no), (values ('Edith', 0), ('Wilfred', 1)) people (f, p)",
        )
        .execute(&mut *db)
        .await
        .unwrap();
        for (key, district) in query_as::<_, (String, i32)>(
            "select partition_id || '.' || household_id, area_no from household order by household_id",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap()
        {
            self.homes.push(Home { key, district, ..Home::default() });
        }
        let homes: HashMap<String, usize> = self.homes.iter().enumerate().map(|(n, h)| (h.key.clone(), n)).collect();
        for (key, district, home) in query_as::<_, (String, i32, String)>(
            "select partition_id || '.' || elector_id, area_no, partition_id || '.' || household_id from elector order by elector_id",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap()
        {
            let home = homes[&home];
            self.homes[home].electors.push(self.electors.len());
            let (left, erased) = (random.percent(5), random.percent(3));
            self.electors.push(Elector { key, district, home: Some(home), left: left || erased, erased, ..Elector::default() });
        }
        self.end_people(db).await;
    }

    /// Some left the register, some were erased as `wall.erase_register` does it.
    async fn end_people(&mut self, db: &mut PgConnection) {
        let keys = |of: &dyn Fn(&Elector) -> bool| -> Vec<String> {
            self.electors.iter().filter(|e| of(e)).map(|e| e.key.clone()).collect()
        };
        query("update elector set left_at = now() - interval '9 days', number = '' where partition_id || '.' || elector_id = any ($1)")
            .bind(keys(&|e| e.left))
            .execute(&mut *db)
            .await
            .unwrap();
        query(
            "update elector set household_id = null, kind = 'other', name = 'Erased', forenames = '', surname = '', name_key = '',
               forename_key = '', erased_at = now() - interval '8 days' where partition_id || '.' || elector_id = any ($1)",
        )
        .bind(keys(&|e| e.erased))
        .execute(&mut *db)
        .await
        .unwrap();
    }

    /// Accounts, grants and sessions in every state.
    async fn access(&mut self, db: &mut PgConnection, random: &mut Random, size: Size) {
        for n in 0..size.accounts {
            let id = Uuid::now_v7();
            query("insert into account (account_id, email, name) values ($1, $2, $3)")
                .bind(id)
                .bind(format!("a{n}@lantern.example"))
                .bind(format!("Account {n}"))
                .execute(&mut *db)
                .await
                .unwrap();
            self.accounts.push(id);
            if let Some((role, area, grant, session)) = ALWAYS.get(n) {
                let area = self.named(area);
                let (begins, ends, ended) = grant_state(self.now, *grant);
                self.grants.push(Grant { id: Uuid::now_v7(), account: n, role, area, begins, ends, ended });
                self.sessions.push(session_state(self.now, *session, self.grants.len() - 1));
                continue;
            }
            for _ in 0..*random.pick(&[1, 1, 1, 2, 2, 3]) {
                let role = *random.pick(&ROLES);
                let everywhere = matches!(role, "administrator" | "data-protection-officer") || random.percent(6);
                let all = self.areas.iter().position(|a| a.everywhere).unwrap();
                // Half of organisers have more than a ward.
                let wide = ["Wide", "Wide", "Wexmere", "Oldney", "All areas"].map(|name| self.named(name));
                let area = match (everywhere, role) {
                    (true, _) => all,
                    (_, "organiser") if random.percent(55) => *random.pick(&wide),
                    _ => random.below(self.areas.len()),
                };
                let (begins, ends, ended) = grant_state(self.now, random.below(100));
                self.grants.push(Grant { id: Uuid::now_v7(), account: n, role, area, begins, ends, ended });
                let session = session_state(self.now, random.below(100), self.grants.len() - 1);
                self.sessions.push(session);
            }
        }
        for g in &self.grants {
            query(
                "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, starts_at, ends_at, ended_at, ended_by_rule)
                 values ($1, $2, $3, $4, 'Canvassing', 'Test', $5, $6, case when $7 <> '' then now() - interval '1 hour' end,
                   case when $7 = 'membership' then 'membership' when $7 = 'review' then 'review' end)",
            )
            .bind(g.id)
            .bind(self.accounts[g.account])
            .bind(g.role)
            .bind(self.areas[g.area].id)
            .bind(g.begins)
            .bind(g.ends)
            .bind(g.ended.unwrap_or_default())
            .execute(&mut *db)
            .await
            .unwrap();
        }
        for s in &self.sessions {
            let g = &self.grants[s.grant];
            query(
                "insert into session (session_id, key, grant_id, account_id, cleared_at, factor_at, idle_until, ends_at, ended_at, ended_why)
                 values ($1, $2, $3, $4, case when $5 then now() end, case when $5 then now() end, $6, $7,
                   case when $8 then now() - interval '1 hour' end, case when $8 then 'signed-out' end)",
            )
            .bind(s.id)
            .bind(s.token.credential().unwrap().key())
            .bind(g.id)
            .bind(self.accounts[g.account])
            .bind(s.cleared)
            .bind(s.idle_until)
            .bind(s.ends)
            .bind(s.ended)
            .execute(&mut *db)
            .await
            .unwrap();
        }
    }

    /// Lists of doors of one or more districts, some in a second version with other doors, in hands of every state.
    async fn walks(&mut self, db: &mut PgConnection, random: &mut Random, size: Size) {
        for n in 0..size.lists {
            // The first goes beyond the ward of the volunteer who is always there.
            let beyond = self.numbers(&[0, 3]);
            let partition = if n == 0 { self.districts[0].1 } else { random.pick(&self.districts).1 };
            let near: Vec<i32> = self.districts.iter().filter(|d| d.1 == partition).map(|d| d.0).collect();
            let from: Vec<i32> = match n {
                0 => beyond.iter().copied().collect(),
                _ => (0..*random.pick(&[1, 1, 2, 3])).map(|_| *random.pick(&near)).collect(),
            };
            let pool: Vec<usize> = (0..self.homes.len()).filter(|h| from.contains(&self.homes[*h].district)).collect();
            let versions = if random.percent(30) && n > 0 { 2 } else { 1 };
            // Some in every world, however small: a fault about them must be found each time.
            let ended = n % 4 == 1;
            let doors: Vec<Vec<usize>> = (0..versions)
                .map(|_| {
                    let chosen = (0..8 + random.below(12)).map(|_| *random.pick(&pool));
                    // One door of each district that it is made of.
                    let ends = from.iter().filter_map(|d| pool.iter().copied().find(|h| self.homes[*h].district == *d));
                    chosen.chain(ends).collect::<BTreeSet<_>>().into_iter().collect()
                })
                .collect();
            let now = &doors[versions - 1];
            let district = self.homes[now[0]].district;
            let id: i64 = query_scalar(
                "insert into walk_list (partition_id, name, area_no, intention_kind, side_order, version, doors, made_at, ended_at)
                 values ($1, $2, $3, 'local', 'numeric', $4, $5, now() - interval '2 days', case when $6 then now() - interval '1 hour' end)
                 returning list_id",
            )
            .bind(partition)
            .bind(format!("List {n}"))
            .bind(district)
            .bind(versions as i32)
            .bind(now.len() as i32)
            .bind(ended)
            .fetch_one(&mut *db)
            .await
            .unwrap();
            let reaches = now.iter().map(|h| self.homes[*h].district).collect();
            for (version, doors) in doors.iter().enumerate() {
                self.doors(db, n, (partition, id, version + 1), doors, version + 1 == versions).await;
            }
            let key = format!("{partition}.{id}");
            self.lists.push(List { key, partition, id, district, ended, reaches, held: BTreeMap::new() });
            self.hand_out(db, random, n).await;
        }
    }

    async fn doors(
        &mut self,
        db: &mut PgConnection,
        list: usize,
        (partition, id, version): (i32, i64, usize),
        doors: &[usize],
        now: bool,
    ) {
        for (place, home) in doors.iter().enumerate() {
            query(
                "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
                 values ($1, $2, $3, $4, split_part($5, '.', 2)::bigint, $6, 'Street', 'odd')",
            )
            .bind(partition)
            .bind(id)
            .bind(version as i32)
            .bind(place as i32)
            .bind(&self.homes[*home].key)
            .bind(self.homes[*home].district)
            .execute(&mut *db)
            .await
            .unwrap();
            let electors: Vec<String> =
                self.homes[*home].electors.iter().map(|e| self.electors[*e].key.clone()).collect();
            query(
                "insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
                 select $1, $2, $3, split_part($4, '.', 2)::bigint, split_part(e, '.', 2)::bigint, n, $6
                 from unnest($5::text[]) with ordinality as x (e, n)",
            )
            .bind(partition)
            .bind(id)
            .bind(version as i32)
            .bind(&self.homes[*home].key)
            .bind(&electors)
            .bind(self.homes[*home].district)
            .execute(&mut *db)
            .await
            .unwrap();
            self.homes[*home].was_on.insert(list);
            if now {
                self.homes[*home].lists.insert(list);
            }
            for elector in self.homes[*home].electors.clone() {
                self.electors[elector].was_on.insert(list);
                if now {
                    self.electors[elector].lists.insert(list);
                }
            }
        }
    }

    async fn hand_out(&mut self, db: &mut PgConnection, random: &mut Random, list: usize) {
        let volunteers: BTreeSet<usize> =
            self.grants.iter().filter(|g| g.role == "volunteer").map(|g| g.account).collect();
        let volunteers: Vec<usize> = volunteers.into_iter().collect();
        // Mostly to those whose grant reaches it, as the pages do; some otherwise, as somebody with SQL might.
        let reached: Vec<usize> = volunteers
            .iter()
            .copied()
            .filter(|a| {
                let reaches = &self.lists[list].reaches;
                self.grants.iter().any(|g| {
                    g.account == *a && g.role == "volunteer" && !self.areas[g.area].districts.is_disjoint(reaches)
                })
            })
            .collect();
        for turn in 0..8 {
            let within = random.percent(80) && !reached.is_empty();
            let hours = |h: i64| self.now + TimeDelta::hours(h);
            let held_now = (hours(-5), hours(9), false);
            let ways =
                [held_now, (hours(3), hours(9), false), (hours(-9), hours(-2), false), (hours(-9), hours(9), true)];
            let drawn = *random.pick(if within { &reached } else { &volunteers });
            let drawn_way = *random.pick(&[held_now, held_now, held_now, ways[1], ways[2], ways[3]]);
            // The first list is handed in each way to one of the volunteers who are always there.
            let (account, (begins, ends, ended)) = match ways.get(turn) {
                Some(way) if list == 0 => (volunteers[turn], *way),
                _ => (drawn, drawn_way),
            };
            if self.lists[list].held.contains_key(&account) {
                continue;
            }
            let held = Held { id: Uuid::now_v7(), begins, ends, ended };
            query(
                "insert into assignment (partition_id, list_id, assignment_id, account_id, starts_at, ends_at, ended_at)
                 values ($1, $2, $3, $4, $5, $6, case when $7 then now() - interval '1 hour' end)",
            )
            .bind(self.lists[list].partition)
            .bind(self.lists[list].id)
            .bind(held.id)
            .bind(self.accounts[account])
            .bind(begins)
            .bind(ends)
            .bind(ended)
            .execute(&mut *db)
            .await
            .unwrap();
            self.lists[list].held.insert(account, held);
        }
    }

    /// Results, late answers, objections and figures.
    async fn answers(&mut self, db: &mut PgConnection, random: &mut Random) {
        let said = "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention_kind, at, account_id)
             values ($1, $2, $3, split_part($4, '.', 2)::bigint, split_part($5, '.', 2)::bigint, $6, 'spoke', 'local', now(), $7)";
        let waits = "insert into quarantine (id, digest, partition_id, list_id, area_no, content, reason, account_id, state, decided_at)
             values ($2, sha256($2::text::bytea), $1, $3, $6, jsonb_build_object('household', $4::text, 'elector', $5::text, 'outcome', 'spoke'),
               'Access had ended', $7, case when $8 then 'waiting' else 'binned' end, case when not $8 then now() end)";
        for (home, home_lists) in
            self.homes.iter().enumerate().filter(|(_, h)| !h.lists.is_empty()).map(|(n, h)| (n, h.lists.clone()))
        {
            let home = &self.homes[home];
            let list = *random.pick(&home_lists.into_iter().collect::<Vec<_>>());
            let elector = home.electors.iter().find(|e| !self.electors[**e].left);
            let Some(account) = self.lists[list].held.keys().next().copied() else { continue };
            let (late, open) = (random.percent(14), random.percent(75));
            if !late && random.percent(40) {
                continue;
            }
            let id = Uuid::now_v7();
            let insert = query(if late { waits } else { said })
                .bind(self.lists[list].partition)
                .bind(id)
                .bind(self.lists[list].id)
                .bind(&home.key)
                .bind(elector.map(|e| self.electors[*e].key.clone()))
                .bind(home.district)
                .bind(self.accounts[account]);
            let insert = if late { insert.bind(open) } else { insert };
            insert.execute(&mut *db).await.unwrap();
            let row = Row { key: id.to_string(), district: home.district, open };
            if late { self.late.push(row) } else { self.results.push(row) }
        }
        self.objections(db, random).await;
        for (number, _) in self.districts.iter().filter(|d| d.0 % 5 != 0) {
            query("insert into tally (area_no, intention_kind, code, change) values ($1, 'local', 'F', 3)")
                .bind(number)
                .execute(&mut *db)
                .await
                .unwrap();
            self.tallied.insert(*number);
        }
    }

    async fn objections(&mut self, db: &mut PgConnection, random: &mut Random) {
        for n in 0..self.electors.len() {
            let often = if self.electors[n].lists.is_empty() { 2 } else { 16 };
            if self.electors[n].erased || !random.percent(often) {
                continue;
            }
            let channel = *random.pick(&["door", "post", "opinions", "processing"]);
            let withdrawn = random.percent(20);
            let id = Uuid::now_v7();
            // One that was withdrawn had been made before.
            for (id, withdrawn, hours) in [(Uuid::now_v7(), false, 30), (id, withdrawn, 20)] {
                query(
                    "insert into objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, at)
                     select split_part($1, '.', 1)::integer, split_part($1, '.', 2)::bigint, $2, $3, $4, $5, 'Wrote', now() - make_interval(hours => $6)",
                )
                .bind(&self.electors[n].key)
                .bind(id)
                .bind(self.electors[n].district)
                .bind(channel)
                .bind(withdrawn)
                .bind(hours)
                .execute(&mut *db)
                .await
                .unwrap();
                self.pieces.push(Row {
                    key: format!("objection {id}"),
                    district: self.electors[n].district,
                    open: true,
                });
            }
            self.electors[n].held_back = !withdrawn && matches!(channel, "opinions" | "processing");
        }
    }

    /// Registers, doubtful pairs, imports, searches; what administrators and the data protection officer keep.
    async fn books(&mut self, db: &mut PgConnection, random: &mut Random) {
        query(
            "insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts)
             select partition_id, '2026-11-01', 'full', 'party', 'xpress-full-14', 'utf-8', 'town.csv', '\\x00', '{}' from authority",
        )
        .execute(&mut *db)
        .await
        .unwrap();
        self.entries_and_intentions(db).await;
        self.doubts(db, random).await;
        let organisers: Vec<usize> = (0..self.sessions.len()).filter(|s| self.role(*s) == "organiser").collect();
        for &session in &organisers {
            let id = Uuid::now_v7();
            let account = self.account(session);
            query(
                "insert into import (import_id, authority, area_id, file_name, published, basis, state, account_id)
                 values ($1, 'Wexmere', $2, 'town.csv', '2026-11-01', 'party', $3, $4)",
            )
            .bind(id)
            .bind(self.areas[0].id)
            .bind(*random.pick(&["ready", "applied", "failed", "thrown-away"]))
            .bind(self.accounts[account])
            .execute(&mut *db)
            .await
            .unwrap();
            self.imports.push((id.to_string(), account));
            let id = Uuid::now_v7();
            query("insert into kept_search (search_id, session_id, words) values ($1, $2, 'harcourt')")
                .bind(id)
                .bind(self.sessions[session].id)
                .execute(&mut *db)
                .await
                .unwrap();
            self.searches.push((id.to_string(), session));
        }
        self.officers_books(db).await;
    }

    async fn entries_and_intentions(&mut self, db: &mut PgConnection) {
        for (key, district) in query_as::<_, (String, i32)>(
            "with entry as (insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
               select e.partition_id, r.register_id, e.area_no, e.position, 0, e.elector_id, e.position, e.position, 'as it was written'
               from elector e join register r using (partition_id) where e.erased_at is null and e.position % 7 = 0 returning *),
             intention as (insert into intention_now (partition_id, elector_id, intention_kind, area_no, code, received_at)
               select partition_id, elector_id, 'local', area_no, 'F', now() from elector where erased_at is null and position % 9 = 0 returning *)
             select 'register_entry ' || area_no || '-' || number, area_no from entry
             union all select 'intention_now ' || partition_id || '.' || elector_id, area_no from intention
             union all select format('walk_list_door %s.%s.%s.%s', partition_id, list_id, version, place), area_no from walk_list_door
             union all select format('walk_list_elector %s.%s.%s.%s', partition_id, list_id, version, elector_id), area_no from walk_list_elector",
        )
        .fetch_all(db)
        .await
        .unwrap()
        {
            self.pieces.push(Row { key, district, open: true });
        }
    }

    async fn doubts(&mut self, db: &mut PgConnection, random: &mut Random) {
        let gone: Vec<usize> =
            (0..self.electors.len()).filter(|e| self.electors[*e].left && !self.electors[*e].erased).collect();
        for old in gone.into_iter().step_by(2) {
            let near = |e: &&Elector| e.district == self.electors[old].district && !e.left;
            let new = self.electors.iter().filter(near).nth(random.below(5)).unwrap();
            let open = random.percent(70);
            query(
                "insert into doubtful_match (partition_id, register_id, elector_id, candidate_id, area_no, why, state)
                 select r.partition_id, r.register_id, split_part($1, '.', 2)::bigint, split_part($2, '.', 2)::bigint, $3, 'Same name',
                   case when $4 then 'open' else 'different' end
                 from register r where r.partition_id = split_part($1, '.', 1)::integer",
            )
            .bind(&new.key)
            .bind(&self.electors[old].key)
            .bind(new.district)
            .bind(open)
            .execute(&mut *db)
            .await
            .unwrap();
            self.pairs.push(Row {
                key: format!("{} {}", new.key, self.electors[old].key),
                district: new.district,
                open,
            });
        }
    }

    async fn officers_books(&mut self, db: &mut PgConnection) {
        self.requests = query_scalar(
            "insert into request (kind, came_by, received_on, asker, state, closed_on)
             select 'access', 'letter', '2026-11-02', 'Asker ' || n, case when n % 3 = 0 then 'answered' else 'open' end,
               case when n % 3 = 0 then date '2026-11-20' end
             from generate_series(1, 12) n returning request_id::text",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap();
        self.breaches = query_scalar(
            "insert into breach (title, happened, aware_at, found_by, kinds)
             select 'Breach ' || n, 'A list was left on a bus', now() - interval '1 hour', 'A volunteer', '{confidentiality}'
             from generate_series(1, 6) n returning breach_id::text",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap();
    }

    /// Puts these notices up in the place of those before.
    pub async fn close(&mut self, db: &mut PgConnection, closures: Vec<Closure>) {
        query("delete from lockdown").execute(&mut *db).await.unwrap();
        for c in &closures {
            let stays: Vec<String> = c.stays.iter().map(|s| (*s).to_owned()).collect();
            query("insert into lockdown (tool, area_id, notice, stays_in) values ($1, $2, 'Closed while we check access', $3)")
                .bind(c.tool)
                .bind(c.area.map(|a| self.areas[a].id))
                .bind(stays)
                .execute(&mut *db)
                .await
                .unwrap();
        }
        self.closures = closures;
    }

    /// The area of this name.
    pub fn named(&self, name: &str) -> usize {
        self.areas.iter().position(|a| a.name == name).unwrap()
    }
}

/// Organisers and volunteers are most of a campaign.
const ROLES: [&str; 12] = [
    "volunteer",
    "volunteer",
    "volunteer",
    "volunteer",
    "organiser",
    "organiser",
    "organiser",
    "organiser",
    "organiser",
    "membership-secretary",
    "data-protection-officer",
    "administrator",
];

/// Who is there whatever chance says, so that faults which only they meet are met in every world: by role and area, with what
/// [`grant_state`] and [`session_state`] make of these draws. An organiser of the ward that is redrawn today; volunteers who
/// hold a list that reaches beyond their ward, one in each of the ways of [`hand_out`](World::hand_out); organisers whose
/// grant or session is in each state that shuts them out.
const ALWAYS: [(&str, &str, usize, usize); 14] = [
    ("organiser", "Redrawn", LIVE, LIVE),
    ("volunteer", "South", LIVE, LIVE),
    ("volunteer", "South", LIVE, LIVE),
    ("volunteer", "South", LIVE, LIVE),
    ("volunteer", "South", LIVE, LIVE),
    ("organiser", "Wexmere", 0, LIVE),
    ("organiser", "Wexmere", 8, LIVE),
    ("organiser", "Wexmere", 16, LIVE),
    ("organiser", "Wexmere", 21, LIVE),
    ("organiser", "Wexmere", 24, LIVE),
    ("organiser", "Wexmere", LIVE, 0),
    ("organiser", "Wexmere", LIVE, 6),
    ("organiser", "Wexmere", LIVE, 11),
    ("organiser", "Wexmere", LIVE, 16),
];

/// A draw that makes a grant or session live.
const LIVE: usize = 99;

/// Live; to come; at its end; taken away by somebody, by a review, by a lapsed membership.
fn grant_state(now: DateTime<Utc>, drawn: usize) -> (DateTime<Utc>, DateTime<Utc>, Option<&'static str>) {
    let days = |d: i64| now + TimeDelta::days(d);
    match drawn {
        0..8 => (days(1), days(20), None),
        8..16 => (days(-30), now - TimeDelta::hours(1), None),
        16..21 => (days(-30), days(20), Some("somebody")),
        21..24 => (days(-30), days(20), Some("review")),
        24..28 => (days(-30), days(20), Some("membership")),
        _ => (days(-30), days(20), None),
    }
}

/// Live; signed out; asleep; at its end; half in.
fn session_state(now: DateTime<Utc>, drawn: usize, grant: usize) -> Session {
    let over = now - TimeDelta::hours(1);
    let mut session = live_session(now, grant);
    match drawn {
        0..6 => session.ended = true,
        6..11 => session.idle_until = over,
        11..16 => session.ends = over,
        16..21 => session.cleared = false,
        _ => {}
    }
    session
}

fn live_session(now: DateTime<Utc>, grant: usize) -> Session {
    let soon = now + TimeDelta::hours(6);
    Session {
        id: Uuid::now_v7(),
        token: Token::new(),
        grant,
        cleared: true,
        ended: false,
        idle_until: soon,
        ends: soon,
    }
}
