//! Elector numbers that stand more than once in one file: both rows are reported and neither is imported.

use std::collections::HashMap;

use super::number::ElectorNumber;

/// Notes each number of a file and remembers those seen before. About 30 bytes a number.
#[derive(Debug, Default)]
pub struct DuplicateNumbers {
    districts: HashMap<String, u32>,
    first_lines: HashMap<(u32, u32, u32), u64>,
    repeated: HashMap<(u32, u32, u32), Vec<u64>>,
}

impl DuplicateNumbers {
    /// Notes a number and the line it stands on.
    pub fn note(&mut self, number: &ElectorNumber, line: u64) {
        let key = self.key_of_new(number);
        let first = *self.first_lines.entry(key).or_insert(line);
        if first != line {
            self.repeated.entry(key).or_insert_with(|| vec![first]).push(line);
        }
    }

    /// Another line with the same number, if there is one.
    pub fn other_line(&self, number: &ElectorNumber, line: u64) -> Option<u64> {
        if self.repeated.is_empty() {
            return None;
        }
        let district = *self.districts.get(number.district.as_str())?;
        let lines = self.repeated.get(&(district, number.number, number.suffix))?;
        lines.iter().copied().find(|other| *other != line)
    }

    /// How many numbers stand on more than one line.
    pub fn len(&self) -> usize {
        self.repeated.len()
    }

    /// Whether every number stands once.
    pub fn is_empty(&self) -> bool {
        self.repeated.is_empty()
    }

    fn key_of_new(&mut self, number: &ElectorNumber) -> (u32, u32, u32) {
        let next = u32::try_from(self.districts.len()).unwrap_or(u32::MAX);
        let district = match self.districts.get(number.district.as_str()) {
            Some(known) => *known,
            None => *self.districts.entry(number.district.as_str().to_owned()).or_insert(next),
        };
        (district, number.number, number.suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_pair_is_told_of_the_other() {
        let number = |text| ElectorNumber::try_from(text).expect("a number");
        let mut seen = DuplicateNumbers::default();
        for (text, line) in [("AB1-1", 2), ("AB1-1/1", 3), ("AB2-1", 4), ("AB1-1", 9), ("AB1-1", 12)] {
            seen.note(&number(text), line);
        }
        assert_eq!(seen.other_line(&number("AB1-1"), 2), Some(9));
        assert_eq!(seen.other_line(&number("AB1-1"), 9), Some(2));
        assert_eq!(seen.other_line(&number("AB1-1/1"), 3), None);
        assert_eq!((seen.len(), seen.is_empty()), (1, false));
    }
}
