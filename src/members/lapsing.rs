//! How many members a file would mark lapsed, and from how many on that is asked about once more: a file that is not complete
//! after all, or a wrong column, would do it to everybody with one button.

use super::plan::Plan;
use crate::error::Error;
use crate::web::words;

/// More than so many are asked about in an area of any size.
const MANY: usize = 20;

/// How many current members a file would mark lapsed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lapsing {
    /// As the file is complete and does not have them.
    missing: usize,
    /// As the file says so of them.
    said: usize,
    /// Of so many who are current here.
    current: usize,
}

/// How many are meant to lapse, as whoever applies a file says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Meant {
    /// Nobody said.
    #[default]
    Unsaid,
    /// The number beside the box that was ticked.
    Exactly(usize),
    /// However many they are.
    Any,
}

impl Lapsing {
    /// What a plan comes to.
    pub fn of(plan: &Plan, complete: bool) -> Self {
        let missing = if complete { plan.missing.len() } else { 0 };
        Lapsing { missing, said: plan.said_lapsed, current: plan.current }
    }

    /// All of them.
    pub fn all(self) -> usize {
        self.missing + self.said
    }

    /// Whether they are so many that it is asked about: more than 20, or more than a tenth of those who are current.
    pub fn too_many(self) -> bool {
        self.all() > MANY || 10 * self.all() > self.current
    }

    /// "213 members who are not in the file are to be marked lapsed".
    pub fn words(self) -> String {
        let members = |n| words::count(n, "member is", "members are");
        match (self.missing, self.said) {
            (missing, 0) => {
                let who =
                    words::count(missing, "member who is not in the file is", "members who are not in the file are");
                format!("{who} to be marked lapsed")
            }
            (0, said) => format!("{} to be marked lapsed, as the file says", members(said)),
            (missing, said) => format!(
                "{} to be marked lapsed: {} not in the file, and {} of whom it says so",
                members(self.all()),
                words::figure(missing),
                words::figure(said)
            ),
        }
    }

    /// Refuses so many that it is asked about, unless they are meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `lapse`, in words that say why nothing was done.
    pub fn must_be_meant(self, meant: Meant) -> Result<(), Error> {
        let why = match meant {
            _ if !self.too_many() => return Ok(()),
            Meant::Any => return Ok(()),
            Meant::Exactly(n) if n == self.all() => return Ok(()),
            Meant::Exactly(_) => {
                "Nothing was done: the number has changed since you ticked it. Look at it once more, and tick the box if so many \
                 are meant"
            }
            Meant::Unsaid => {
                "Nothing was done: look at who would be marked lapsed, and tick the box if so many are meant, or throw the file \
                 away"
            }
        };
        Err(Error::field("lapse", why))
    }
}

#[cfg(test)]
mod tests {
    use super::{Lapsing, Meant};

    fn of(missing: usize, said: usize, current: usize) -> Lapsing {
        Lapsing { missing, said, current }
    }

    #[test]
    fn more_than_twenty_or_a_tenth_are_asked_about() {
        for (lapsing, asked) in [
            (of(0, 0, 0), false),
            (of(1, 0, 10), false),
            (of(1, 1, 10), true),
            (of(20, 0, 1000), false),
            (of(20, 1, 1000), true),
        ] {
            assert_eq!(lapsing.too_many(), asked, "{lapsing:?}");
            assert_eq!(lapsing.must_be_meant(Meant::Unsaid).is_err(), asked, "{lapsing:?}");
        }
        let many = of(213, 0, 500);
        assert!(many.must_be_meant(Meant::Exactly(212)).is_err() && many.must_be_meant(Meant::Exactly(213)).is_ok());
        assert!(many.must_be_meant(Meant::Any).is_ok());
    }

    #[test]
    fn the_number_is_named_with_where_it_comes_from() {
        assert_eq!(of(213, 0, 500).words(), "213 members who are not in the file are to be marked lapsed");
        assert_eq!(of(0, 1, 5).words(), "1 member is to be marked lapsed, as the file says");
        assert_eq!(
            of(3, 2, 9).words(),
            "5 members are to be marked lapsed: 3 not in the file, and 2 of whom it says so"
        );
    }
}
