//! What councils' lists say: of polls, as figures that show nobody; and of one elector, for whoever opens their page.

use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::error::Error;
use crate::web::words::date;
use chrono::NaiveDate;

/// A poll with what is held of its lists in the area in use.
#[derive(Debug, Clone)]
pub struct PollLists {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Polling day.
    pub date: NaiveDate,
    /// The kind in words.
    pub kind: String,
    /// The area's name.
    pub area: String,
    /// The newest absent voters' lists that stand, each with its authority.
    pub lists: Vec<Standing>,
    /// How many vote by post, by proxy, and by a proxy who votes by post.
    pub absent: (i64, i64, i64),
    /// How many districts a marked register has come of.
    pub marked: i64,
    /// How many voted by it.
    pub voted: i64,
}

impl PollLists {
    /// How many are on absent voters' lists.
    pub fn on_lists(&self) -> i64 {
        self.absent.0 + self.absent.1 + self.absent.2
    }
}

/// An absent voters' list that stands.
#[derive(Debug, Clone)]
pub struct Standing {
    poll: i64,
    /// The authority's name.
    pub authority: String,
    /// Whether it is the final one.
    pub last: bool,
    /// Its date.
    pub published: NaiveDate,
}

impl Standing {
    /// "Wexmere’s final list of 3 April 2026".
    pub fn words(&self) -> String {
        let which = if self.last { "final" } else { "current" };
        format!("{}’s {which} list of {}", self.authority, date(self.published))
    }
}

/// Every poll, the next one first, with what its lists say in the area in use.
///
/// # Errors
/// What the database says.
pub async fn polls(scope: &mut Scoped) -> Result<Vec<PollLists>, Error> {
    let rows = sqlx::query!(
        r#"select p.poll_id as "id!", p.name as "name!", p.poll_date as "date!", k.name as "kind!", a.name as "area!",
             coalesce(v.post, 0) as "post!", coalesce(v.proxy, 0) as "proxy!", coalesce(v.proxies, 0) as "both!",
             coalesce(r.districts, 0) as "marked!", coalesce(t.voted, 0) as "voted!"
           from poll p join poll_kind k using (kind) join area a using (area_id)
           left join (select poll_id, count(*) filter (where kind = 'post') as post, count(*) filter (where kind = 'proxy') as proxy,
               count(*) filter (where kind = 'postal-proxy') as proxies from absent_vote_now group by poll_id) v on v.poll_id = p.poll_id
           left join (select poll_id, count(*) as districts from turnout_register group by poll_id) r on r.poll_id = p.poll_id
           left join (select poll_id, count(*) as voted from turnout group by poll_id) t on t.poll_id = p.poll_id
           order by p.poll_date < current_date, abs(p.poll_date - current_date), p.name limit 50"#
    )
    .fetch_all(scope.connection())
    .await?;
    let lists = standing(scope).await?;
    let of = |poll: i64| lists.iter().filter(|l| l.poll == poll).cloned().collect();
    let one = rows.into_iter().map(|r| PollLists {
        id: r.id,
        name: r.name,
        date: r.date,
        kind: r.kind,
        area: r.area,
        lists: of(r.id),
        absent: (r.post, r.proxy, r.both),
        marked: r.marked,
        voted: r.voted,
    });
    Ok(one.collect())
}

async fn standing(scope: &mut Scoped) -> Result<Vec<Standing>, Error> {
    Ok(sqlx::query_as!(
        Standing,
        r#"select l.poll_id as poll, a.name as authority, l.final as last, l.published
           from absent_list l join authority a using (partition_id) where l.replaced_at is null
           order by l.published desc, l.list_no desc limit 200"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What lists say of somebody, as the lines of their page: how they vote at polls, and at which they voted. Never for whom.
///
/// # Errors
/// What the database says.
pub async fn of_elector(scope: &mut Scoped, id: ElectorId) -> Result<Vec<String>, Error> {
    let absent = sqlx::query!(
        r#"select p.name as "name!", p.poll_date as "date!", v.kind as "kind!", l.published as "published!"
           from absent_vote_now v join poll p using (poll_id)
           join absent_list l on l.partition_id = v.partition_id and l.list_no = v.list_no
           where v.partition_id = $1 and v.elector_id = $2 order by p.poll_date desc"#,
        id.partition,
        id.id
    )
    .fetch_all(scope.connection())
    .await?;
    let voted = sqlx::query!(
        r#"select p.name as "name!", p.poll_date as "date!", t.how as "how!" from turnout t join poll p using (poll_id)
           where t.partition_id = $1 and t.elector_id = $2 order by p.poll_date desc"#,
        id.partition,
        id.id
    )
    .fetch_all(scope.connection())
    .await?;
    let votes = absent
        .into_iter()
        .map(|v| format!("Votes {} at {}, {} (list of {})", how(&v.kind), v.name, date(v.date), date(v.published)));
    let voted = voted.into_iter().map(|v| format!("Voted{} at {}, {}", voted_how(&v.how), v.name, date(v.date)));
    Ok(votes.chain(voted).collect())
}

fn how(kind: &str) -> &'static str {
    super::Vote::parse(kind).map_or("by post or proxy", super::Vote::words)
}

fn voted_how(how: &str) -> &'static str {
    match how {
        "in-person" => " in person",
        "post" => " by post",
        "proxy" => " by proxy",
        _ => "",
    }
}
