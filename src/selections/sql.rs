//! The rules tree as one statement: text that stands here, and values that are bound.
//!
//! One scan of the electors of the districts in use; each condition is a set that nothing of the row goes into, so that PostgreSQL
//! works it out once and looks each person up in it. What was said at doors is gathered once (`said`) for all conditions that ask
//! about it, and not at all where none does. Whoever is chosen is worked out once too (`chosen`): what is counted of it would ask anew for
//! each figure. Ids of electors and homes are of one sequence for all partitions, so that an id alone tells who is meant. `$1` is
//! always the districts, `$2` whoever is invented in them.
//!
//! Everything asked here is a plain yes or no: a home that somebody has not, or an answer without a person, is left out of the sets,
//! since a null among them would turn every "not in" into "don't know".

use super::ground::Ground;
use super::rule::{AbsentVote, Age, Among, Channel, Condition, LastAsked, LeaveOut, Outcome, Rule, Selection, Turnout};
use crate::materials::Kind;
use sqlx::{Postgres, QueryBuilder};

/// Who fits the rules, as `chosen (partition_id, elector_id, household_id, area_no, why)`: `why` is 0 for whoever is in, else the first
/// reason to leave them out: 1 objected, 2 said to have moved or died, 3 asked lately, 4 on a printed pile. What is asked of it comes next.
pub(super) fn chosen(ground: &Ground, selection: &Selection) -> QueryBuilder<Postgres> {
    let mut q = QueryBuilder::new(
        "with said as materialized (
           select r.partition_id, r.id, r.household_id, r.elector_id, r.outcome, r.issues, r.asks, r.received_at
           from standing_result r where r.area_no = any (",
    );
    q.push_bind(ground.districts.clone());
    q.push(") and (r.elector_id is null or r.elector_id <> all (");
    q.push_bind(ground.invented.clone());
    q.push(
        "))
         ), chosen as materialized (
           select e.partition_id, e.elector_id, e.household_id, e.area_no, case when ",
    );
    why(&mut q, &selection.leave_out);
    q.push(
        " else 0 end as why
           from elector e
           where e.area_no = any ($1) and e.left_at is null and e.elector_id <> all ($2) and ",
    );
    rule(&mut q, ground, &selection.rule);
    q.push(") ");
    q
}

/// The reasons to leave somebody out, the gravest first, as branches of a case.
fn why(q: &mut QueryBuilder<Postgres>, leave_out: &LeaveOut) {
    stopped(q, leave_out.channel);
    q.push(" then 1");
    if leave_out.moved {
        // Nobody has spoken to them since.
        q.push(
            " when e.elector_id in (select m.elector_id from standing_result m
                where m.area_no = any ($1) and m.outcome in ('moved', 'deceased') and m.elector_id is not null
                  and not exists (select from standing_result n where n.partition_id = m.partition_id and n.elector_id = m.elector_id
                    and n.outcome = 'spoke' and (n.received_at, n.id) > (m.received_at, m.id)))
              then 2",
        );
    }
    if let Some(days) = leave_out.asked_days {
        q.push(" when ");
        asked(q, Age::Within(days));
        q.push(" then 3");
    }
    if leave_out.on_paper {
        q.push(
            " when e.elector_id in (select o.elector_id from on_paper o
                where o.area_no = any ($1) and o.elector_id is not null) then 4",
        );
    }
}

fn rule(q: &mut QueryBuilder<Postgres>, ground: &Ground, rule: &Rule) {
    match rule {
        Rule::All(inner) => group(q, ground, inner, " and ", "true"),
        Rule::Any(inner) => group(q, ground, inner, " or ", "false"),
        Rule::None(inner) => {
            q.push("not ");
            group(q, ground, inner, " or ", "false");
        }
        Rule::Is(condition) => is(q, ground, condition),
    }
}

fn group(
    q: &mut QueryBuilder<Postgres>,
    ground: &Ground,
    inner: &[Rule],
    between: &'static str,
    of_none: &'static str,
) {
    q.push("(");
    if inner.is_empty() {
        q.push(of_none);
    }
    for (n, one) in inner.iter().enumerate() {
        if n > 0 {
            q.push(between);
        }
        rule(q, ground, one);
    }
    q.push(")");
}

fn is(q: &mut QueryBuilder<Postgres>, ground: &Ground, condition: &Condition) {
    match condition {
        Condition::Area { areas } => area(q, ground, areas),
        Condition::Street { streets } => street(q, streets),
        Condition::HouseholdSize { least, most } => household_size(q, *least, *most),
        Condition::AbsentVote { poll, how } => absent_vote(q, *poll, *how),
        Condition::Turnout { poll, turnout } => voted(q, *poll, *turnout),
        Condition::Intention { election, among, age } => intention(q, election.as_str(), among, *age),
        Condition::Outcome { any, age } => outcome(q, any, *age),
        Condition::LastAsked { when } => last_asked(q, *when),
        Condition::Written { when } => written(q, *when),
        Condition::Issues { any } => {
            q.push("e.elector_id in (select s.elector_id from said s where s.elector_id is not null and s.issues && ");
            q.push_bind(any.clone()).push(")");
        }
        Condition::Asked { any } => {
            q.push("e.elector_id in (select s.elector_id from said s where s.elector_id is not null and s.asks && ");
            q.push_bind(any.clone()).push(")");
        }
        Condition::Member { yes } => {
            unless(q, *yes);
            q.push(
                "e.elector_id in (select p.elector_id from person p join member m on m.person_id = p.person_id
                   where p.elector_id is not null and m.state = 'current')",
            );
        }
        Condition::Volunteer { yes } => {
            unless(q, *yes);
            q.push(
                "e.elector_id in (select p.elector_id from person p join volunteer v on v.person_id = p.person_id
                   where p.elector_id is not null and v.state <> 'stopped')",
            );
        }
        Condition::Permitted { channel } => permitted(q, *channel),
        Condition::OnList { list, on } => {
            unless(q, *on);
            q.push(
                "e.elector_id in (select w.elector_id from walk_list l
                   join walk_list_elector w on w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.version
                   where l.partition_id = ",
            );
            q.push_bind(list.partition).push(" and l.list_id = ").push_bind(list.id).push(")");
        }
        Condition::Register { any } => {
            q.push("e.kind = any (").push_bind(any.clone()).push(")");
        }
    }
}

fn unless(q: &mut QueryBuilder<Postgres>, yes: bool) {
    if !yes {
        q.push("not ");
    }
}

fn area(q: &mut QueryBuilder<Postgres>, ground: &Ground, areas: &[i64]) {
    let numbers: Vec<i32> = areas.iter().filter_map(|a| ground.of_areas.get(a)).flatten().copied().collect();
    q.push("e.area_no = any (").push_bind(numbers).push(")");
}

fn street(q: &mut QueryBuilder<Postgres>, streets: &[(i32, String)]) {
    let (numbers, keys): (Vec<i32>, Vec<String>) = streets.iter().cloned().unzip();
    q.push("(e.household_id is not null and e.household_id in (select h.household_id from unnest(");
    q.push_bind(numbers).push("::integer[], ").push_bind(keys);
    q.push(
        "::text[]) t (area_no, key) join household h on h.area_no = t.area_no and h.street_key = t.key collate \"C\"
           where h.area_no = any ($1)))",
    );
}

fn household_size(q: &mut QueryBuilder<Postgres>, least: Option<u16>, most: Option<u16>) {
    q.push(
        "(e.household_id is not null and e.household_id in (select h.household_id from elector h
           where h.area_no = any ($1) and h.left_at is null and h.household_id is not null and h.elector_id <> all ($2)
           group by h.household_id having count(*) >= ",
    );
    q.push_bind(i64::from(least.unwrap_or(1)));
    if let Some(most) = most {
        q.push(" and count(*) <= ").push_bind(i64::from(most));
    }
    q.push("))");
}

fn absent_vote(q: &mut QueryBuilder<Postgres>, poll: Option<i64>, how: AbsentVote) {
    let kinds: &[&str] = match how {
        AbsentVote::Post => &["post", "postal-proxy"],
        AbsentVote::Proxy => &["proxy", "postal-proxy"],
        AbsentVote::Any | AbsentVote::InPerson => &["post", "proxy", "postal-proxy"],
    };
    unless(q, how != AbsentVote::InPerson);
    q.push(
        "e.elector_id in (select v.elector_id from absent_vote_now v
           where v.area_no = any ($1) and v.elector_id is not null and v.kind = any (",
    );
    q.push_bind(kinds.iter().map(|k| (*k).to_owned()).collect::<Vec<String>>()).push(") and v.poll_id = ");
    match poll {
        Some(poll) => q.push_bind(poll),
        None => q.push(
            "(select p.poll_id from poll p
               where exists (select from absent_vote_now n where n.poll_id = p.poll_id and n.area_no = any ($1))
               order by p.poll_date desc, p.poll_id desc limit 1)",
        ),
    };
    q.push(")");
}

fn voted(q: &mut QueryBuilder<Postgres>, poll: i64, turnout: Turnout) {
    q.push("(");
    unless(q, turnout == Turnout::Voted);
    q.push(
        "e.elector_id in (select t.elector_id from turnout t
           where t.area_no = any ($1) and t.elector_id is not null and t.poll_id = ",
    );
    q.push_bind(poll).push(")");
    if turnout != Turnout::Voted {
        q.push(" and ");
        unless(q, turnout == Turnout::DidNotVote);
        on_marked_register(q, poll);
    }
    q.push(")");
}

/// Whether a marked register of the poll holds them: on the version of the register that it was made of, or, where that is not known,
/// in a district of it.
fn on_marked_register(q: &mut QueryBuilder<Postgres>, poll: i64) {
    q.push(
        "(e.elector_id in (select t.elector_id from turnout_register g
            join register_entry t on t.partition_id = g.partition_id and t.register_id = g.register_id and t.area_no = g.area_no
            where g.area_no = any ($1) and t.elector_id is not null and g.poll_id = ",
    );
    q.push_bind(poll);
    q.push(") or e.area_no in (select g.area_no from turnout_register g where g.register_id is null and g.poll_id = ");
    q.push_bind(poll).push("))");
}

fn intention(q: &mut QueryBuilder<Postgres>, election: &'static str, among: &Among, of_age: Age) {
    unless(q, *among != Among::Unknown);
    q.push(
        "e.elector_id in (select i.elector_id from intention_now i
           where i.area_no = any ($1) and i.code is not null and i.intention_kind = ",
    );
    q.push_bind(election);
    match among {
        Among::Codes(codes) => {
            q.push(" and i.code = any (").push_bind(codes.clone()).push(")");
        }
        Among::Groups(groups) => {
            q.push(" and i.code in (select c.code from intention_code c where c.code_group = any (");
            q.push_bind(groups.clone()).push("))");
        }
        Among::Known | Among::Unknown => {}
    }
    age(q, " and i.received_at", of_age);
    q.push(")");
}

fn outcome(q: &mut QueryBuilder<Postgres>, any: &[Outcome], of_age: Age) {
    q.push(
        "e.elector_id in (select l.elector_id from (
           select distinct on (x.elector_id) x.elector_id, x.outcome, x.received_at from (
             select s.elector_id, s.outcome, s.received_at, s.id from said s where s.elector_id is not null
             union all
             select m.elector_id, s.outcome, s.received_at, s.id from said s
             join elector m on m.partition_id = s.partition_id and m.household_id = s.household_id
             where s.elector_id is null and m.area_no = any ($1) and m.left_at is null) x
           order by x.elector_id, x.received_at desc, x.id desc) l
           where l.outcome = any (",
    );
    q.push_bind(any.iter().map(|o| o.as_str().to_owned()).collect::<Vec<String>>()).push(")");
    age(q, " and l.received_at", of_age);
    q.push(")");
}

fn last_asked(q: &mut QueryBuilder<Postgres>, when: LastAsked) {
    unless(q, matches!(when, LastAsked::Within(_)));
    asked(q, lately(when));
}

/// Whether a run that is done wrote to them, whoever had it made. A file that nobody has any more was made all the same.
fn written(q: &mut QueryBuilder<Postgres>, when: LastAsked) {
    unless(q, matches!(when, LastAsked::Within(_)));
    q.push("e.elector_id in (select w.elector_id from wall.written_in($1, ");
    q.push_bind(Kind::contacts()).push(", ");
    match lately(when) {
        Age::Within(days) => q.push("now() - make_interval(days => ").push_bind(i32::from(days)).push(")"),
        Age::Any | Age::Older(_) => q.push("null::timestamptz"),
    };
    q.push(") w)");
}

/// What happened so lately is what is asked for, or what must not have happened.
fn lately(when: LastAsked) -> Age {
    match when {
        LastAsked::Never => Age::Any,
        LastAsked::Within(days) | LastAsked::NotWithin(days) => Age::Within(days),
    }
}

/// Whether somebody spoke to them, or to their home as a whole: as new walk lists have it. Asked by itself and not of `said`: what is
/// asked for is most often the last weeks, which have an index.
fn asked(q: &mut QueryBuilder<Postgres>, of_age: Age) {
    q.push(
        "(e.elector_id in (select s.elector_id from standing_result s where s.area_no = any ($1) and s.elector_id is not null
            and (s.outcome in ('spoke', 'refused') or s.intention is not null)",
    );
    age(q, " and s.received_at", of_age);
    q.push(
        ") or (e.household_id is not null and e.household_id in (select s.household_id from standing_result s
            where s.area_no = any ($1) and s.elector_id is null and s.outcome in ('spoke', 'refused')",
    );
    age(q, " and s.received_at", of_age);
    q.push(")))");
}

fn permitted(q: &mut QueryBuilder<Postgres>, channel: Channel) {
    q.push("(not ");
    stopped(q, channel);
    if channel.wants_consent() {
        q.push(" and e.elector_id in (select p.elector_id from person p where p.elector_id is not null and ");
        q.push_bind(channel.as_str()).push(" = any (p.channels))");
    }
    q.push(")");
}

/// Whether something stands against reaching them this way.
fn stopped(q: &mut QueryBuilder<Postgres>, channel: Channel) {
    q.push("e.elector_id in (select o.elector_id from wall.stopped_here($1, ");
    q.push_bind(channel.stopped_by().map(str::to_owned).to_vec()).push(") o where o.elector_id is not null)");
}

/// How old the time before it is: nothing where that does not matter.
fn age(q: &mut QueryBuilder<Postgres>, time: &'static str, age: Age) {
    let (than, days) = match age {
        Age::Any => return,
        Age::Within(days) => (" > now() - make_interval(days => ", days),
        Age::Older(days) => (" <= now() - make_interval(days => ", days),
    };
    q.push(time).push(than).push_bind(i32::from(days)).push(")");
}
