//! Cutting streets into rounds. Nothing is read here.
//!
//! A street is walked up its odd side and down the even one; homes without a number come last. A cut falls between two numbers,
//! best where a street ends, else where a side does, so that each piece is a side and a range of numbers that anybody can follow.

use super::{Side, Stretch};
use std::cmp::Reverse;
use std::ops::Range;

/// A home as far as cutting goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The district.
    pub area_no: i32,
    /// The street's folded name.
    pub key: String,
    /// Its name.
    pub street: String,
    /// The house number.
    pub number: Option<i32>,
    /// Whether it gets a leaflet.
    pub counts: bool,
    /// Whether it is on a round already.
    pub taken: bool,
}

/// The homes of one number of a street, which stay together; or those of it without one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unit {
    area_no: i32,
    key: String,
    street: String,
    side: Side,
    number: Option<i32>,
    homes: usize,
    /// Whether a number before it, or after it, on this side of the street is another round's.
    before: bool,
    after: bool,
    /// Whether any of the street is another round's.
    shared: bool,
}

/// A round to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its streets, in walk order.
    pub stretches: Vec<Stretch>,
    /// How many homes get a leaflet.
    pub homes: usize,
}

/// Cuts homes, which come street by street as they are walked, into rounds of about `about` homes; None: one round. `shared` are
/// streets of which another round holds a part, whether or not a home stands there now.
pub fn pieces(homes: &[Home], shared: &[(i32, String)], about: Option<usize>) -> Vec<Piece> {
    let mut units = Vec::new();
    for street in homes.chunk_by(|a, b| (a.area_no, &a.key) == (b.area_no, &b.key)) {
        let is_shared = street.first().is_some_and(|h| shared.iter().any(|(n, key)| *n == h.area_no && *key == h.key));
        units.extend(of_street(street, is_shared));
    }
    let cuts = split(&units, about);
    cuts.into_iter().filter_map(|cut| units.get(cut)).map(|of| piece(of, &units)).collect()
}

/// The free units of a street in walk order.
fn of_street(homes: &[Home], shared: bool) -> Vec<Unit> {
    let Some(first) = homes.first() else { return Vec::new() };
    let shared = shared || homes.iter().any(|h| h.taken);
    let mut units = Vec::new();
    for side in [Side::Odd, Side::Even, Side::Other] {
        let mut of_side: Vec<&Home> = homes.iter().filter(|h| Side::of(h.number) == side).collect();
        of_side.sort_by_key(|h| h.number);
        let groups: Vec<&[&Home]> = of_side.chunk_by(|a, b| a.number == b.number).collect();
        let taken = |at: Option<usize>| at.and_then(|i| groups.get(i)).is_some_and(|g| g.iter().any(|h| h.taken));
        let mut on_side = Vec::new();
        for (i, group) in groups.iter().enumerate().filter(|(i, _)| !taken(Some(*i))) {
            on_side.push(Unit {
                area_no: first.area_no,
                key: first.key.clone(),
                street: first.street.clone(),
                side,
                number: group.first().and_then(|h| h.number),
                homes: group.iter().filter(|h| h.counts).count(),
                before: taken(i.checked_sub(1)),
                after: taken(Some(i + 1)),
                shared,
            });
        }
        if side == Side::Even {
            on_side.reverse();
        }
        units.extend(on_side);
    }
    units
}

/// Where to cut: all pieces alike as far as streets allow.
fn split(units: &[Unit], about: Option<usize>) -> Vec<Range<usize>> {
    let homes = |of: &[Unit]| of.iter().map(|u| u.homes).sum::<usize>();
    let all = homes(units);
    let Some(about) = about.filter(|n| *n > 0) else {
        return (!units.is_empty()).then_some(0..units.len()).into_iter().collect();
    };
    let (mut begin, mut cuts) = (0, Vec::new());
    for left in (1..=((all + about / 2) / about).max(1)).rev() {
        let rest = units.get(begin..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        let end = if left == 1 { units.len() } else { begin + cut(rest, homes(rest).div_ceil(left)) };
        cuts.push(begin..end);
        begin = end;
    }
    cuts
}

/// After how many units to cut so that about `even` homes come before: at the best end near it.
fn cut(units: &[Unit], even: usize) -> usize {
    let slack = even / 5;
    let (mut sum, mut best, mut nearest) = (0, None, (usize::MAX, units.len()));
    for (i, unit) in units.iter().enumerate() {
        sum += unit.homes;
        let off = sum.abs_diff(even);
        nearest = nearest.min((off, i + 1));
        if off <= slack {
            best = best.max(Some((ending(unit, units.get(i + 1)), Reverse(off), i + 1)));
        }
        if sum > even + slack {
            break;
        }
    }
    best.map_or(nearest.1, |(.., n)| n)
}

/// How good a place to stop this is: 2 the end of a street, 1 the end of a side, 0 neither.
fn ending(last: &Unit, next: Option<&Unit>) -> u8 {
    match next {
        Some(next) if (next.area_no, &next.key) == (last.area_no, &last.key) => u8::from(next.side != last.side),
        _ => 2,
    }
}

fn piece(of: &[Unit], all: &[Unit]) -> Piece {
    let mut stretches = Vec::new();
    for street in of.chunk_by(|a, b| (a.area_no, &a.key) == (b.area_no, &b.key)) {
        let Some(first) = street.first() else { continue };
        let whole = all.iter().filter(|u| (u.area_no, &u.key) == (first.area_no, &first.key)).count();
        if street.len() == whole && !first.shared {
            stretches.push(stretch(first, Side::All, None, None));
            continue;
        }
        for run in street.chunk_by(|a, b| a.side == b.side && !gap(a, b)) {
            stretches.extend(bounded(run, all));
        }
    }
    Piece { homes: of.iter().map(|u| u.homes).sum(), stretches }
}

/// Whether another round's number stands between two units that follow each other.
fn gap(one: &Unit, next: &Unit) -> bool {
    // The even side is walked down.
    if one.side == Side::Even { one.before || next.after } else { one.after || next.before }
}

/// A run of one side as a stretch: open towards an end of the street that is wholly ours, so that new numbers there are on it too.
fn bounded(run: &[Unit], all: &[Unit]) -> Option<Stretch> {
    let unit = run.first()?;
    let (low, high) = (run.iter().filter_map(|u| u.number).min(), run.iter().filter_map(|u| u.number).max());
    let on_side = || all.iter().filter(|u| (u.area_no, &u.key, u.side) == (unit.area_no, &unit.key, unit.side));
    let lowest = on_side().filter_map(|u| u.number).min() == low && !unit.shared;
    let highest = on_side().filter_map(|u| u.number).max() == high && !unit.shared;
    Some(stretch(unit, unit.side, low.filter(|_| !lowest), high.filter(|_| !highest)))
}

fn stretch(of: &Unit, side: Side, from: Option<i32>, to: Option<i32>) -> Stretch {
    Stretch { area_no: of.area_no, key: of.key.clone(), street: of.street.clone(), side, from, to }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn home(street: &str, number: Option<i32>) -> Home {
        Home { area_no: 1, key: street.into(), street: street.into(), number, counts: true, taken: false }
    }

    fn street(name: &str, numbers: impl IntoIterator<Item = i32>) -> Vec<Home> {
        numbers.into_iter().map(|n| home(name, Some(n))).collect()
    }

    /// As the database decides which stretch a home is on.
    fn holds(stretch: &Stretch, home: &Home) -> bool {
        (stretch.area_no, &stretch.key) == (home.area_no, &home.key)
            && match home.number {
                None => matches!(stretch.side, Side::All | Side::Other) && stretch.from.is_none(),
                Some(n) => {
                    (stretch.side == Side::All || stretch.side == Side::of(home.number))
                        && (stretch.from.unwrap_or(0)..=stretch.to.unwrap_or(i32::MAX)).contains(&n)
                }
            }
    }

    fn told(pieces: &[Piece]) -> Vec<String> {
        let of = |p: &Piece| {
            let parts: Vec<String> =
                p.stretches.iter().map(|s| format!("{} {}", s.street, s.part()).trim().into()).collect();
            format!("{}: {}", p.homes, parts.join("; "))
        };
        pieces.iter().map(of).collect()
    }

    #[test]
    fn rounds_end_where_streets_end_and_a_long_street_is_cut_by_side() {
        let homes: Vec<Home> = [street("Ash", 1..=30), street("Beech", 1..=20), street("Cedar", 1..=96)].concat();
        let made = pieces(&homes, &[], Some(50));
        assert_eq!(told(&made), ["50: Ash; Beech", "48: Cedar odd numbers", "48: Cedar even numbers"]);
        assert_eq!(told(&pieces(&homes, &[], None)), ["146: Ash; Beech; Cedar"]);
    }

    #[test]
    fn ends_of_a_street_stay_open_and_what_is_anothers_is_left_to_it() {
        let made = pieces(&street("Cedar", (1..=199).step_by(2)), &[], Some(50));
        assert_eq!(told(&made), ["50: Cedar odd numbers up to 99", "50: Cedar odd numbers from 101"]);
        let mut homes = street("Cedar", (1..=19).step_by(2));
        homes.iter_mut().filter(|h| h.number == Some(9)).for_each(|h| h.taken = true);
        assert_eq!(told(&pieces(&homes, &[], None)), ["9: Cedar odd numbers 1 to 7; Cedar odd numbers 11 to 19"]);
    }

    #[test]
    fn homes_that_get_none_are_on_the_round_and_not_in_its_count() {
        let mut homes = street("Ash", 1..=4);
        homes[0].counts = false;
        homes.push(home("Ash", None));
        assert_eq!(told(&pieces(&homes, &[], Some(100))), ["4: Ash"]);
    }

    proptest! {
        #[test]
        fn every_free_home_is_on_one_round_and_no_taken_one_is_on_any(
            homes in proptest::collection::vec((0u8..4, proptest::option::of(0i32..40), any::<bool>(), prop::bool::weighted(0.15)), 0..120),
            about in 3usize..60,
        ) {
            let mut homes: Vec<Home> = homes.into_iter().map(|(street, number, counts, taken)| Home {
                counts, taken, ..home(&format!("S{street}"), number)
            }).collect();
            homes.sort_by(|a, b| a.key.cmp(&b.key));
            // A number is one round's or another's, with all its flats; and so are the homes without one.
            let taken: Vec<(String, Option<i32>)> = homes.iter().filter(|h| h.taken).map(|h| (h.key.clone(), h.number)).collect();
            homes.iter_mut().for_each(|h| h.taken = taken.contains(&(h.key.clone(), h.number)));
            let made = pieces(&homes, &[], Some(about));
            for home in &homes {
                let on = made.iter().flat_map(|p| &p.stretches).filter(|s| holds(s, home)).count();
                prop_assert_eq!(on, usize::from(!home.taken), "{:?}", home);
            }
            prop_assert_eq!(made.iter().map(|p| p.homes).sum::<usize>(), homes.iter().filter(|h| h.counts && !h.taken).count());
        }
    }
}
