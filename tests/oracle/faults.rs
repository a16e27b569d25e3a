//! Faults put into the wall on purpose, in a throwaway database: each an edit of one function or policy, which must change
//! something, and which the comparison must find.

use super::actions::{Action, Asking, Index, Kind, Open};
use super::compare::{Disagreement, opens};
use super::policy::Oracle;
use super::random::Random;
use super::row_security::RowSecurity;
use super::world::World;
use crate::support::app::TestApp;
use sqlx::{AssertSqlSafe, PgConnection, query, query_as, query_scalar};
use std::collections::HashMap;

/// Where a fault is put.
pub enum At {
    /// In a function of the wall, by its signature.
    Function(&'static str),
    /// In the condition of a policy, by table and name.
    Policy(&'static str, &'static str),
}

/// What is wrong, where, and in which world it can be seen.
pub struct Fault {
    pub what: &'static str,
    pub at: At,
    pub from: &'static str,
    pub to: &'static str,
    /// Which of the closings; 0: nothing is closed.
    pub closing: usize,
}

const fn function(what: &'static str, at: &'static str, from: &'static str, to: &'static str) -> Fault {
    Fault { what, at: At::Function(at), from, to, closing: 0 }
}

const fn policy(
    what: &'static str,
    table: &'static str,
    name: &'static str,
    from: &'static str,
    to: &'static str,
) -> Fault {
    Fault { what, at: At::Policy(table, name), from, to, closing: 0 }
}

const fn closed(what: &'static str, at: &'static str, from: &'static str, to: &'static str, closing: usize) -> Fault {
    Fault { what, at: At::Function(at), from, to, closing }
}

pub const FAULTS: &[Fault] = &[
    function("a grant's end is forgotten", "wall.in_use()", "and g.ends_at > statement_timestamp()", ""),
    function("a grant's start is forgotten", "wall.in_use()", "g.starts_at <= statement_timestamp()", "true"),
    function("a grant that was taken away lives on", "wall.in_use()", "and g.ended_at is null", ""),
    function("a session that was ended lives on", "wall.in_use()", "and s.ended_at is null", ""),
    function("a session never sleeps", "wall.in_use()", "s.idle_until > statement_timestamp()", "true"),
    function("a session's end is forgotten", "wall.in_use()", "and s.ends_at > statement_timestamp()", ""),
    function("who is half in is in", "wall.in_use()", "and s.cleared_at is not null", ""),
    function(
        "another session of the same account will do",
        "wall.in_use()",
        "where s.key = held",
        "where s.key = (select x.key from public.session x
           where x.account_id = (select y.account_id from public.session y where y.key = held)
           order by x.key = held, x.key limit 1)",
    ),
    function(
        "a ward's first day does not count: < for <=",
        "wall.numbers_of(bigint)",
        "ad.from_date <= current_date",
        "ad.from_date < current_date",
    ),
    function(
        "a ward keeps a district on the day it loses it: >= for >",
        "wall.numbers_of(bigint)",
        "ad.until_date > current_date",
        "ad.until_date >= current_date",
    ),
    function("the area in use does not narrow", "wall.areas()", "if narrowed = whole then", "if true then"),
    function("the area in use widens", "wall.areas()", "intersect", "union"),
    function("a list's time is forgotten", "wall.list()", "and a.ends_at > statement_timestamp()", ""),
    function("a list is open before its time", "wall.list()", "and a.starts_at <= statement_timestamp()", ""),
    function("a list that was taken back is still held", "wall.list()", "and a.ended_at is null", ""),
    function("anybody's list opens", "wall.list()", "and a.account_id = held.account_id", ""),
    function("a list that was ended is still walked", "wall.list()", "and l.ended_at is null", ""),
    function("doors beyond the grant are open", "wall.households()", "where d.area_no = any (l.reach)", ""),
    function(
        "who left the register is met at the door",
        "wall.people_of(wall.open_list,bigint)",
        "and p.left_at is null",
        "",
    ),
    function(
        "answers are recorded on anybody's list",
        "wall.was_given(integer,bigint,uuid)",
        "and a.account_id = was_given.account",
        "",
    ),
    function(
        "answers of people who stopped it are recorded",
        "wall.may_record(integer,bigint,bigint,bigint,integer,text)",
        "and not wall.held_back(partition, elector)",
        "",
    ),
    function(
        "organisers see who canvasses elsewhere",
        "wall.volunteers_here(boolean)",
        "and g.area_id = any (mine.areas)",
        "",
    ),
    function(
        "a ward that reaches out counts as inside",
        "wall.areas_inside(bigint)",
        "and ad.area_no <> all (numbers)",
        "and false",
    ),
    policy("homes of all areas are seen", "household", "organiser", "area_no = ANY", "area_no >= 0 or area_no = ANY"),
    policy(
        "answers of all areas are read",
        "result",
        "organiser_reads",
        "area_no = ANY",
        "area_no >= 0 or area_no = ANY",
    ),
    policy("an objection is seen nowhere", "objection", "organiser_reads", "area_no = ANY", "false and area_no = ANY"),
    policy("somebody erased is opened", "elector", "nobody_erased", "(erased_at IS NULL)", "true"),
    policy("imports are seen by other organisers", "import", "organiser", "(account_id = ", "(true or account_id = "),
    policy(
        "words searched for are seen by others",
        "kept_search",
        "organiser",
        "(session_id = ",
        "(true or session_id = ",
    ),
    policy("the wrong role: organisers for administrators", "account", "administrator", "administrator", "organiser"),
    policy(
        "the wrong role: administrators for the officer",
        "elector",
        "protection",
        "data-protection-officer",
        "administrator",
    ),
    policy(
        "an import reaches beyond its area",
        "elector",
        "importer",
        "area_no = ANY",
        "area_no >= 0 or area_no = ANY",
    ),
    // Where organisers are shut out themselves: elsewhere another condition stands behind it.
    closed("a closed half is not asked about", "wall.\"is\"(text)", "and wall.open(wall.tool_of(\"is\".role))", "", 1),
    closed(
        "nobody stays in",
        "wall.shuts(bigint,text[],text,bigint)",
        "not coalesce(role = any (stays_in), false)",
        "true",
        2,
    ),
    closed(
        "a closed area is closed to nobody",
        "wall.shuts(bigint,text[],text,bigint)",
        "wall.meet(closed_area, area)",
        "false",
        1,
    ),
    closed(
        "a closed area closes everything",
        "wall.shuts(bigint,text[],text,bigint)",
        "wall.meet(closed_area, area)",
        "true",
        1,
    ),
    closed(
        "the wrong half is closed",
        "wall.open(text)",
        "l.tool = case open.tool when 'telling' then 'contact' else open.tool end and",
        "",
        1,
    ),
];

impl Fault {
    /// Puts it in; answers the statement that takes it out.
    pub async fn put_in(&self, db: &mut PgConnection) -> String {
        let (fault, mend) = match self.at {
            At::Function(signature) => {
                let whole: String = query_scalar("select pg_get_functiondef($1::regprocedure)")
                    .bind(signature)
                    .fetch_one(&mut *db)
                    .await
                    .unwrap();
                (self.edit(&whole), whole)
            }
            At::Policy(table, name) => {
                let (using, check): (Option<String>, Option<String>) =
                    query_as("select qual, with_check from pg_policies where tablename = $1 and policyname = $2")
                        .bind(table)
                        .bind(name)
                        .fetch_one(&mut *db)
                        .await
                        .unwrap();
                let clause = |using: &str| format!("alter policy {name} on {table} using ({using})");
                let check = check.map(|c| format!(" with check ({c})")).unwrap_or_default();
                let using = using.unwrap();
                (clause(&self.edit(&using)) + &check, clause(&using) + &check)
            }
        };
        // Functions and policies as the database itself writes them.
        query(AssertSqlSafe(fault)).execute(db).await.unwrap();
        mend
    }

    fn edit(&self, whole: &str) -> String {
        let edited = whole.replace(self.from, self.to);
        assert_ne!(edited, whole, "{}: {:?} is not in {whole}", self.what, self.from);
        edited
    }
}

/// What the oracle says, remembered: the world stays the same from fault to fault.
pub struct Said {
    oracle: Oracle,
    opens: Vec<(usize, Vec<Open>)>,
    answers: HashMap<(usize, usize, &'static str, Open), Vec<bool>>,
}

impl Said {
    pub fn by(oracle: Oracle, world: &World, random: &mut Random) -> Self {
        let opens = (0..world.sessions.len()).map(|s| (s, opens(world, s, random))).collect();
        Said { oracle, opens, answers: HashMap::new() }
    }

    /// The first row that row security answers otherwise than the oracle, in the world closed so.
    pub async fn first_disagreement(
        &mut self,
        app: &TestApp,
        world: &World,
        index: &Index,
        closing: usize,
    ) -> Option<Disagreement> {
        let mut wall = RowSecurity::open(app).await;
        for (session, opens) in self.opens.clone() {
            for open in opens {
                let roles: &[&'static str] = match open {
                    Open::Nothing => &["hustings_administrator", "hustings_protection"],
                    Open::Area(_) => &["hustings_organiser", "hustings_importer"],
                    Open::List(_) => &["hustings_volunteer"],
                };
                for role in roles {
                    let read = wall.read(world, index, session, role, open).await;
                    for action in Action::all().filter(|a| a.working_role == *role) {
                        let asking = Asking { session, action, open };
                        let rows = about(world, &asking);
                        let answers = self
                            .answers
                            .entry((closing, session, action.name, open))
                            .or_insert_with(|| self.oracle.decide(world, &asking, &rows));
                        let yes = if action.records() { wall.record(world, &asking, &rows).await } else { Vec::new() };
                        for (row, oracle) in rows.iter().zip(answers.iter().copied()) {
                            let says = read.get(action.name).map_or_else(|| yes.contains(row), |rows| rows.has(*row));
                            if says != oracle {
                                return Some(Disagreement { asking, row: *row, wall: says, application: None, oracle });
                            }
                        }
                    }
                }
            }
        }
        None
    }
}

fn about(world: &World, asking: &Asking) -> Vec<usize> {
    let all = 0..asking.action.kind.count(world);
    match (asking.action.name, asking.open) {
        ("holdList", Open::List(list)) => vec![list],
        ("recordHome", Open::List(list)) => all.filter(|h| world.homes[*h].was_on.contains(&list)).take(6).collect(),
        ("recordElector", Open::List(list)) => {
            all.filter(|e| world.electors[*e].was_on.contains(&list)).take(12).collect()
        }
        ("readFigures", _) => {
            all.filter(|d| world.tallied.contains(&Kind::District.district(world, *d).unwrap())).collect()
        }
        _ => all.collect(),
    }
}
