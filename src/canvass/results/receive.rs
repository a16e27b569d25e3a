//! Receiving results: of a live session into the record, of one that is over into quarantine.

use super::store::{self, Ruling, Sent};
use super::{Incoming, Judged, Refusal, Verdict};
use crate::access::door::{self, Kept, Late};
use crate::database::Credential;
use crate::error::{Error, Tool};
use crate::web::{App, Viewer, Visitor};
use std::time::Duration;

/// How many results share a transaction: few enough that none waits long for another.
const TOGETHER: usize = 50;
/// How often a transaction that met another is tried again.
const TRIES: u32 = 8;

const ENDED: &str = "Access had ended when this result came";
const CLOSED: &str = "Contact was closed there when this was said";
const OUT_OF_REACH: &str = "It came under a grant that does not reach this door";
const NOT_STORED: &str = "This result could not be stored";

/// Receives any number of results and answers each with its verdict, in the order given. One that cannot stand never
/// spoils the others; one that comes twice is stored once.
///
/// # Errors
/// [`Error::AccessEnded`] for a session that ended more than 30 days ago; [`Error::Closed`], [`Error::Unavailable`] and
/// [`Error::TooLarge`] mean that the sender is to keep everything, though some of it may be on record already.
pub async fn receive(app: &App, visitor: &Visitor, incoming: &[Incoming]) -> Result<Vec<Judged>, Error> {
    let mut verdicts: Vec<Option<Judged>> = vec![None; incoming.len()];
    if let Visitor::Live(viewer) = visitor {
        for group in groups(incoming) {
            for (index, ruling) in store_together(viewer, incoming, &group).await? {
                verdicts[index] = Some(rule(app, viewer.credential(), &incoming[index], ruling).await?);
            }
        }
    }
    let credential = visitor.credential();
    let live = matches!(visitor, Visitor::Live(_));
    let mut judged = Vec::with_capacity(incoming.len());
    for (one, verdict) in incoming.iter().zip(verdicts) {
        judged.push(match (verdict, &one.result) {
            (Some(verdict), _) => verdict,
            (None, Err(refusal)) if live => refuse(app, credential, one, refusal.clone()).await?,
            (None, Err(refusal)) => set_aside(app, credential, one, Some(refusal), ENDED).await?,
            (None, Ok(_)) => set_aside(app, credential, one, None, ENDED).await?,
        });
    }
    Ok(judged)
}

/// Receives one result.
///
/// # Errors
/// As [`receive`].
pub async fn receive_one(app: &App, visitor: &Visitor, incoming: Incoming) -> Result<Judged, Error> {
    receive(app, visitor, &[incoming]).await?.pop().ok_or(Error::NotFound)
}

/// Results by the order of their ids, an id once a group, so that everybody takes locks in one order; what is no result
/// is left out.
fn groups(incoming: &[Incoming]) -> Vec<Vec<usize>> {
    let mut rest: Vec<usize> = (0..incoming.len()).filter(|i| incoming[*i].result.is_ok()).collect();
    rest.sort_by_key(|i| (incoming[*i].id, *i));
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let (first, again): (Vec<_>, Vec<_>) = rest
            .iter()
            .enumerate()
            .partition(|(place, i)| *place == 0 || incoming[rest[place - 1]].id != incoming[**i].id);
        groups.extend(first.chunks(TOGETHER).map(|chunk| chunk.iter().map(|(_, i)| **i).collect()));
        rest = again.into_iter().map(|(_, i)| *i).collect();
    }
    groups
}

/// Stores a group in one transaction. When something in it breaks the database's own rules, each is stored by itself.
async fn store_together(
    viewer: &Viewer,
    incoming: &[Incoming],
    group: &[usize],
) -> Result<Vec<(usize, Option<Ruling>)>, Error> {
    let all: Vec<&Incoming> = group.iter().map(|i| &incoming[*i]).collect();
    match transact(viewer, &all).await {
        Ok(rulings) => return Ok(group.iter().copied().zip(rulings.into_iter().map(Some)).collect()),
        Err(error) if error.breaks_a_rule() => {}
        Err(Error::AccessEnded) => return Ok(group.iter().map(|i| (*i, None)).collect()),
        Err(error) => return Err(error),
    }
    let mut rulings = Vec::with_capacity(group.len());
    for index in group {
        let ruling = match transact(viewer, &[&incoming[*index]]).await {
            Ok(mut one) => one.pop(),
            Err(error) if error.breaks_a_rule() => Some(Ruling::Refused(Refusal::new("body", NOT_STORED))),
            Err(Error::AccessEnded) => None,
            Err(error) => return Err(error),
        };
        rulings.push((*index, ruling));
    }
    Ok(rulings)
}

/// One transaction, tried again when it met another's.
async fn transact(viewer: &Viewer, incoming: &[&Incoming]) -> Result<Vec<Ruling>, Error> {
    let sent: Vec<Sent<'_>> = incoming
        .iter()
        .filter_map(|one| Some(Sent { id: one.id, digest: &one.digest, result: one.result.as_ref().ok()?, late: None }))
        .collect();
    let mut tried = 0;
    loop {
        tried += 1;
        match transact_once(viewer, &sent).await {
            Err(error) if error.is_retryable() && tried < TRIES => {
                let most = 10_u64 << tried;
                tokio::time::sleep(Duration::from_millis(rand::random_range(1..most))).await;
            }
            done => return done,
        }
    }
}

async fn transact_once(viewer: &Viewer, sent: &[Sent<'_>]) -> Result<Vec<Ruling>, Error> {
    let mut scope = viewer.scope().await?;
    let rulings = store::store(&mut scope, sent).await?;
    scope.commit().await?;
    Ok(rulings)
}

/// The verdict that a ruling leads to. None: access ended before anything was stored.
async fn rule(app: &App, who: &Credential, one: &Incoming, ruling: Option<Ruling>) -> Result<Judged, Error> {
    Ok(match ruling {
        Some(Ruling::Stored) => Judged::new(&one.sent_id, Verdict::Stored),
        Some(Ruling::Replayed) => Judged::new(&one.sent_id, Verdict::Replayed),
        Some(Ruling::Conflict) => Judged::new(&one.sent_id, Verdict::Conflict),
        Some(Ruling::NeverTheirs) => Judged::never_theirs(&one.sent_id),
        Some(Ruling::Refused(refusal)) => refuse(app, who, one, refusal).await?,
        Some(Ruling::SaidWhileClosed) => set_aside(app, who, one, None, CLOSED).await?,
        Some(Ruling::OutOfReach) => set_aside(app, who, one, None, OUT_OF_REACH).await?,
        None => set_aside(app, who, one, None, ENDED).await?,
    })
}

/// Refuses a result and keeps it, so that nothing is lost.
async fn refuse(app: &App, who: &Credential, one: &Incoming, refusal: Refusal) -> Result<Judged, Error> {
    let judged = set_aside(app, who, one, Some(&refusal), "").await?;
    Ok(match judged.verdict {
        Verdict::Quarantined => Judged::refused(&one.sent_id, refusal),
        _ => judged,
    })
}

/// Keeps a result in quarantine, through the door.
async fn set_aside(
    app: &App,
    who: &Credential,
    one: &Incoming,
    refusal: Option<&Refusal>,
    reason: &str,
) -> Result<Judged, Error> {
    let Some(list) = one.list else {
        let missing = || Refusal::new("list", "A result needs this");
        return Ok(Judged::refused(&one.sent_id, refusal.cloned().unwrap_or_else(missing)));
    };
    let late = Late {
        id: one.id,
        digest: &one.digest,
        list,
        content: &one.content,
        field: refusal.map(|r| r.field.as_str()),
        reason: refusal.map_or(reason, |r| r.reason.as_str()),
    };
    match door::quarantine(&app.database, who, &late).await? {
        Kept::Kept => Ok(Judged::new(&one.sent_id, Verdict::Quarantined)),
        Kept::Replayed => Ok(Judged::new(&one.sent_id, Verdict::Replayed)),
        Kept::NeverTheirs => Ok(Judged::never_theirs(&one.sent_id)),
        Kept::Unknown => Err(Error::AccessEnded),
        Kept::Closed => Err(closed(app).await?),
        Kept::Full => {
            Err(Error::TooLarge("Too many answers wait for an organiser already. These stay on the phone".into()))
        }
    }
}

async fn closed(app: &App) -> Result<Error, Error> {
    let notices = door::notices(&app.database).await?;
    let notice = notices.into_iter().find(|n| n.tool == Tool::Contact).map(|n| n.notice).unwrap_or_default();
    Ok(Error::Closed { tool: Tool::Contact, notice })
}
