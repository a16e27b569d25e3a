//! The physical lines of a file, one at a time, each of bounded length.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use super::encoding::{Encoding, Evidence, HEAD, Start, Utf16Reader, sniff};
use super::formats::FileError;

/// The longest line that is read, in bytes of UTF-8. Real rows have some hundred; a longer one is refused, unread.
pub const LONGEST_LINE: usize = 64 * 1024;

type Source = Box<dyn Read + Send>;

/// One physical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    /// The text without its line end; `None` where it was longer than [`LONGEST_LINE`].
    pub(crate) text: Option<String>,
    /// Whether the line ends as lines do. Only a file's last may not.
    pub(crate) ended: bool,
}

/// Reads a file of any of the known encodings line by line, in constant memory.
pub(crate) struct Lines {
    input: BufReader<Source>,
    start: Start,
    evidence: Evidence,
    number: u64,
    buffer: Vec<u8>,
}

impl Lines {
    /// Looks at the beginning of the file and refuses what is no text.
    pub(crate) fn open(mut input: impl Read + Send + 'static) -> Result<Self, FileError> {
        let mut head = Vec::with_capacity(HEAD);
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let start = sniff(&head)?;
        let mark = if start == Start::Utf8Mark { 3 } else { 0 };
        let whole = Cursor::new(head.split_off(mark)).chain(input);
        let source: Source = match start {
            Start::Bytes | Start::Utf8Mark => Box::new(whole),
            Start::Utf16Le => Box::new(Utf16Reader::new(whole, true)),
            Start::Utf16Be => Box::new(Utf16Reader::new(whole, false)),
        };
        let input = BufReader::with_capacity(256 * 1024, source);
        Ok(Self { input, start, evidence: Evidence::default(), number: 0, buffer: Vec::new() })
    }

    /// The next line, or `None` at the end.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line>> {
        self.buffer.clear();
        let limit = LONGEST_LINE as u64 + 2;
        let read = self.input.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let ended = self.buffer.ends_with(b"\n");
        if !ended && read as u64 == limit {
            let ended = self.skip_line()?;
            return Ok(Some(Line { number: self.number, text: None, ended }));
        }
        let text = self.evidence.decode(line_content(&self.buffer)).into_owned();
        Ok(Some(Line { number: self.number, text: Some(text), ended }))
    }

    /// Whether nothing is left to read.
    pub(super) fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.input.fill_buf()?.is_empty())
    }

    /// The encoding so far.
    pub(crate) fn encoding(&self) -> Encoding {
        self.evidence.encoding(self.start)
    }

    /// Lines that were not in the encoding of the others.
    pub(super) fn strays(&self) -> u64 {
        self.evidence.strays()
    }

    /// Passes over the rest of a line without keeping it; says whether the line ended.
    fn skip_line(&mut self) -> io::Result<bool> {
        loop {
            let held = self.input.fill_buf()?;
            let Some(end) = held.iter().position(|b| *b == b'\n') else {
                let (count, over) = (held.len(), held.is_empty());
                self.input.consume(count);
                if over {
                    return Ok(false);
                }
                continue;
            };
            self.input.consume(end + 1);
            return Ok(true);
        }
    }
}

fn line_content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<Line> {
        let mut lines = Lines::open(Cursor::new(bytes.to_vec())).expect("text");
        std::iter::from_fn(|| lines.next_line().expect("readable")).collect()
    }

    #[test]
    fn ends_lines_either_way_and_counts_from_one() {
        let read = lines(b"\xef\xbb\xbfone\r\ntwo\n\nfour");
        let texts: Vec<_> = read.iter().map(|l| (l.number, l.text.as_deref().unwrap_or("-"), l.ended)).collect();
        assert_eq!(texts, [(1, "one", true), (2, "two", true), (3, "", true), (4, "four", false)]);
    }

    #[test]
    fn a_line_over_the_limit_costs_that_line_alone() {
        let mut bytes = vec![b'A'; 1 << 20];
        bytes.extend_from_slice(b"\nnext\n");
        bytes.extend(std::iter::repeat_n(b'B', 1 << 20));
        let read = lines(&bytes);
        assert_eq!(read.iter().map(|l| l.text.is_some()).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!((read[1].text.as_deref(), read[2].ended), (Some("next"), false));
    }
}
