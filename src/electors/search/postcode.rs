//! Postcodes and their beginnings as people type them: `ZZ1 4QX`, `zz14qx`, `zz1 4`, `ZZ1`.

use crate::electors::folding::fold;
use crate::electors::postcode::Postcode;

/// The key of a postcode or of its beginning: at least its area and a figure. Looser than [`Postcode`], since nobody is
/// kept from looking for what a council wrote.
pub fn beginning(typed: &str) -> Option<String> {
    if let Ok(whole) = Postcode::try_from(typed) {
        return Some(whole.key());
    }
    let mut parts = typed.split_whitespace();
    let compact = [parts.next()?, parts.next().unwrap_or_default()].concat().to_ascii_lowercase();
    let shaped = parts.next().is_none() && compact.is_ascii();
    let split = |at: usize| compact.get(at..).is_some_and(is_inward_beginning) && is_outward(&compact[..at]);
    (shaped && (2..=4).any(split)).then_some(compact)
}

/// Takes a whole postcode off the end, where something is left before it, and gives its key.
pub fn split_whole(typed: &str) -> (&str, Option<String>) {
    let typed = typed.trim();
    let spaces: Vec<usize> = typed.match_indices([' ', ',']).map(|(at, _)| at).collect();
    let cut = |at: usize| (&typed[..at], beginning(&typed[at + 1..]).filter(|key| is_whole(key)));
    let mut ends = spaces.iter().skip(spaces.len().saturating_sub(2)).map(|at| cut(*at));
    ends.find(|(line, key)| key.is_some() && !fold(line).is_empty()).unwrap_or((typed, None))
}

/// Whether the key of a postcode's beginning is a whole one.
fn is_whole(key: &str) -> bool {
    let inward = key.len().checked_sub(3).filter(|at| *at >= 2).map(|at| key.split_at(at));
    key.starts_with("bfpo")
        || inward.is_some_and(|(outward, inward)| is_outward(outward) && is_inward_beginning(inward))
}

/// One or two letters, a figure, and perhaps a figure or letter.
fn is_outward(outward: &str) -> bool {
    let letters = outward.bytes().take_while(u8::is_ascii_lowercase).count();
    let rest = &outward.as_bytes()[letters..];
    (1..=2).contains(&letters)
        && (1..=2).contains(&rest.len())
        && rest[0].is_ascii_digit()
        && rest.iter().all(u8::is_ascii_alphanumeric)
}

/// The beginning of a figure and two letters.
fn is_inward_beginning(inward: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| if at == 0 { byte.is_ascii_digit() } else { byte.is_ascii_lowercase() };
    inward.len() <= 3 && inward.bytes().enumerate().all(fits)
}
