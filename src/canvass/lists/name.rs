//! What a walk list is called.

use std::str::FromStr;

/// A list's name: some words of at most 100 letters, with single spaces. The database leaves room for the number that
/// each part of a split list gets behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListName(String);

impl ListName {
    /// The most letters.
    pub const LENGTH: usize = 100;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ListName {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        match name.chars().count() {
            0 => Err("Give the list a name"),
            1..=Self::LENGTH => Ok(ListName(name)),
            _ => Err("Keep the name to 100 letters"),
        }
    }
}

impl std::fmt::Display for ListName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_some_words_of_no_more_than_a_hundred_letters() {
        assert_eq!("  Quillbrook \t 3 ".parse::<ListName>().unwrap().as_str(), "Quillbrook 3");
        assert!(" ".parse::<ListName>().is_err() && "ü".repeat(101).parse::<ListName>().is_err());
        assert!("ü".repeat(100).parse::<ListName>().is_ok());
    }
}
