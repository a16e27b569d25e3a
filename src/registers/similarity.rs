//! How near two folded names are, for telling a person about likely slips of the pen.

/// 1 for equal names, 0 for names with nothing in common: 1 − edits ÷ length of the longer.
///
/// An edit is a letter put in, left out, changed, or exchanged with its neighbour. Names are short, so that the
/// plain table is quick enough; it is asked only about people of one home.
pub fn similarity(one: &str, other: &str) -> f64 {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let longer = one.len().max(other.len());
    if longer == 0 { 1.0 } else { 1.0 - edits(&one, &other) as f64 / longer as f64 }
}

/// The optimal string alignment distance, three rows at a time.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let changed = above[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = changed.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_of_the_pen_are_near() {
        for (one, other, edits_made) in
            [("smith", "smith", 0), ("smith", "smiht", 1), ("thompson", "thomson", 1), ("jones", "", 5), ("", "", 0)]
        {
            let longer = one.len().max(other.len()).max(1) as f64;
            assert!((similarity(one, other) - (1.0 - f64::from(edits_made) / longer)).abs() < 1e-9, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn is_symmetric_and_between_0_and_1(one in "[a-d]{0,8}", other in "[a-d]{0,8}") {
            let near = similarity(&one, &other);
            prop_assert!((0.0..=1.0).contains(&near));
            prop_assert!((near - similarity(&other, &one)).abs() < 1e-9);
        }
    }
}
