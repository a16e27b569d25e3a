//! Fifty rows a page: "51 to 100 of 2,316", Previous 50, Next 50.

use super::words;
use crate::error::Error;

/// How many rows a page shows.
pub const SIZE: i64 = 50;

/// Where a page of rows stands in all of them.
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    page: i64,
    total: i64,
}

impl Paging {
    /// The page that an address or a form asks for: the first when it is no number.
    pub fn asked(page: &str) -> Self {
        Paging { page: page.parse().unwrap_or(1).clamp(1, 100_000), total: 0 }
    }

    /// How many rows come before this page.
    pub fn skip(self) -> i64 {
        (self.page - 1) * SIZE
    }

    /// The same page, now that all are counted.
    pub fn of(self, total: i64) -> Self {
        Paging { total, ..self }
    }

    /// Which page this is; the first is 1.
    pub fn page(self) -> i64 {
        self.page
    }

    /// The same page, or the last one when there are no longer so many.
    pub fn within(self, total: i64) -> Self {
        Paging { page: self.page.min((total - 1) / SIZE + 1).max(1), total }
    }

    /// Refuses a page after the last one: an empty one would say that there is nothing at all.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn must_be_there(self, shown: usize) -> Result<(), Error> {
        if shown == 0 && self.page > 1 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// All rows.
    pub fn total(self) -> i64 {
        self.total
    }

    /// "51 to 100 of 2,316".
    pub fn words(self) -> String {
        let from = words::figure((self.skip() + 1).min(self.total));
        let to = words::figure((self.skip() + SIZE).min(self.total));
        format!("{from} to {to} of {}", words::figure(self.total))
    }

    /// The page before.
    pub fn previous(self) -> Option<i64> {
        (self.page > 1).then(|| self.page - 1)
    }

    /// The page after.
    pub fn next(self) -> Option<i64> {
        (self.skip() + SIZE < self.total).then(|| self.page + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, Paging};

    #[test]
    fn pages_say_where_they_stand() {
        let second = Paging::asked("2").of(2316);
        assert_eq!((second.skip(), second.words().as_str()), (50, "51 to 100 of 2,316"));
        assert_eq!((second.previous(), second.next()), (Some(1), Some(3)));
        assert_eq!(Paging::asked("3").within(100).page(), 2);
        assert_eq!(Paging::asked("3").within(0).page(), 1);
        let last = Paging::asked("3").of(101);
        assert_eq!((last.words().as_str(), last.next()), ("101 to 101 of 101", None));
        assert_eq!(Paging::asked("x").of(0).words(), "0 to 0 of 0");
        assert!(Paging::asked("1").must_be_there(0).is_ok() && Paging::asked("2").must_be_there(1).is_ok());
        assert!(matches!(Paging::asked("2").must_be_there(0), Err(Error::NotFound)));
    }
}
