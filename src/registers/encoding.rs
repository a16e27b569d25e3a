//! What a file is, by its first bytes, and its text as UTF-8, as a stream.
//!
//! Councils send UTF-8 with and without a byte order mark, Windows-1252 and UTF-16; and now and then a workbook or
//! an archive under the name of a CSV file, which is refused with what to do about it.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::formats::FileError;

/// How many bytes of a file's beginning are looked at.
pub const HEAD: usize = 4096;

/// The encodings that councils use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark; also plain ASCII.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// Windows-1252, of which latin-1 is a part.
    Windows1252,
    /// UTF-16 of either byte order.
    Utf16,
}

impl Encoding {
    /// The name as previews give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Windows1252 => "windows-1252",
            Self::Utf16 => "utf-16",
        }
    }
}

/// What the first bytes say: how to read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Bytes,
    Utf8Mark,
    Utf16Le,
    Utf16Be,
}

/// Looks at a file's first bytes and refuses what is no text file.
pub(super) fn sniff(head: &[u8]) -> Result<Start, FileError> {
    if head.is_empty() {
        return Err(FileError::Empty);
    }
    match container(head) {
        Some(refusal) => Err(refusal),
        None if head.starts_with(b"\xef\xbb\xbf") => Ok(Start::Utf8Mark),
        None if head.starts_with(b"\xff\xfe") => Ok(Start::Utf16Le),
        None if head.starts_with(b"\xfe\xff") => Ok(Start::Utf16Be),
        None => unmarked(head),
    }
}

/// Files that are packed or drawn, by their signatures.
fn container(head: &[u8]) -> Option<FileError> {
    let holds = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    let begins = |mark: &[u8]| head.starts_with(mark);
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        let workbook = holds(b"[Content_Types].xml") || holds(b"xl/");
        return Some(if workbook { FileError::Workbook } else { FileError::Zip });
    }
    if begins(b"\xd0\xcf\x11\xe0") {
        return Some(FileError::Workbook);
    }
    if begins(b"%PDF") {
        return Some(FileError::Pdf);
    }
    if begins(b"\x1f\x8b") || begins(b"7z\xbc\xaf") || begins(b"Rar!") {
        return Some(FileError::Packed);
    }
    let text = head.trim_ascii_start();
    let page = [&b"<!doctype"[..], b"<html", b"<?xml"]
        .iter()
        .any(|t| text.len() >= t.len() && text[..t.len()].eq_ignore_ascii_case(t));
    page.then_some(FileError::WebPage)
}

/// Without a mark: UTF-16 has a NUL in every other place; anything else with many control characters is no text.
fn unmarked(head: &[u8]) -> Result<Start, FileError> {
    let half = head.len() / 2;
    let nuls = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    if half > 4 && odd > half * 3 / 4 && even < half / 8 {
        return Ok(Start::Utf16Le);
    }
    if half > 4 && even > half * 3 / 4 && odd < half / 8 {
        return Ok(Start::Utf16Be);
    }
    let controls = head.iter().filter(|b| **b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n' | 0x1a)).count();
    if controls * 10 > head.len() { Err(FileError::Binary) } else { Ok(Start::Bytes) }
}

/// Gathers which lines were what, so that the file's encoding can be told once it is read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    beyond_ascii: u64,
    not_utf8: u64,
}

impl Evidence {
    /// A line as text: as UTF-8 where it is, else as Windows-1252, in which every byte means something.
    ///
    /// Deciding line by line keeps one stray byte from spoiling a file, and needs no look ahead.
    pub(super) fn decode<'a>(&mut self, line: &'a [u8]) -> Cow<'a, str> {
        if let Ok(text) = std::str::from_utf8(line) {
            self.beyond_ascii += u64::from(!line.is_ascii());
            return Cow::Borrowed(text);
        }
        self.not_utf8 += 1;
        WINDOWS_1252.decode_without_bom_handling(line).0
    }

    /// The encoding so far; final when the file is read to its end.
    pub(super) fn encoding(self, start: Start) -> Encoding {
        match start {
            Start::Utf16Le | Start::Utf16Be => Encoding::Utf16,
            Start::Utf8Mark => Encoding::Utf8Bom,
            Start::Bytes if self.not_utf8 > self.beyond_ascii => Encoding::Windows1252,
            Start::Bytes => Encoding::Utf8,
        }
    }

    /// How many lines disagree with the encoding of the file.
    pub(super) fn strays(self) -> u64 {
        self.not_utf8.min(self.beyond_ascii)
    }
}

/// A UTF-16 stream, read as UTF-8. Broken pairs become replacement characters.
pub(super) struct Utf16Reader<R> {
    inner: R,
    decoder: Decoder,
    text: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> Utf16Reader<R> {
    pub(super) fn new(inner: R, little_endian: bool) -> Self {
        let encoding = if little_endian { UTF_16LE } else { UTF_16BE };
        Self { inner, decoder: encoding.new_decoder_with_bom_removal(), text: Vec::new(), taken: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut bytes = [0u8; HEAD];
        let read = self.inner.read(&mut bytes)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(HEAD * 4);
        self.text.resize(room, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(&bytes[..read], &mut self.text, self.ended);
        self.text.truncate(written);
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.ended {
            self.refill()?;
        }
        let count = (self.text.len() - self.taken).min(out.len());
        out[..count].copy_from_slice(&self.text[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn refuses_what_is_no_text_and_says_what_to_do() {
        for (head, says) in [
            (&b""[..], "empty"),
            (b"PK\x03\x04....register.csv", "ZIP"),
            (b"PK\x03\x04....[Content_Types].xml", "CSV"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", "CSV"),
            (b"%PDF-1.7", "PDF"),
            (b"\x1f\x8b\x08\0\0", "unpack"),
            (b"\n<!DOCTYPE html><html>", "web page"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0", "text"),
        ] {
            let error = sniff(head).expect_err("refused").to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn knows_utf_16_with_and_without_its_mark() {
        assert_eq!(sniff(&utf16("\u{feff}Elector Number", true)).ok(), Some(Start::Utf16Le));
        assert_eq!(sniff(&utf16("\u{feff}Elector Number", false)).ok(), Some(Start::Utf16Be));
        assert_eq!(sniff(&utf16("Elector Number", true)).ok(), Some(Start::Utf16Le));
        assert_eq!(sniff(&utf16("Elector Number", false)).ok(), Some(Start::Utf16Be));
        assert_eq!(sniff(b"one\0nul is a fault of a row, not of the file").ok(), Some(Start::Bytes));
    }

    #[test]
    fn reads_utf_16_as_utf_8() {
        let long = "Zoë 😀\n".repeat(3000);
        let mut text = String::new();
        Utf16Reader::new(&utf16(&format!("\u{feff}{long}"), true)[..], true)
            .read_to_string(&mut text)
            .expect("readable");
        assert_eq!(text, long);
    }

    #[test]
    fn the_lines_tell_the_encoding() {
        let mut ascii = Evidence::default();
        ascii.decode(b"plain");
        assert_eq!(ascii.encoding(Start::Bytes).name(), "utf-8");
        let mut windows = Evidence::default();
        assert_eq!(windows.decode(b"Zo\xeb \x91x\x92"), "Zoë ‘x’");
        assert_eq!(windows.encoding(Start::Bytes).name(), "windows-1252");
        let mut mixed = Evidence::default();
        for line in [&b"Zo\xc3\xab"[..], b"Zo\xc3\xab", b"Zo\xeb"] {
            assert_eq!(mixed.decode(line), "Zoë");
        }
        assert_eq!((mixed.encoding(Start::Utf8Mark).name(), mixed.strays()), ("utf-8-bom", 1));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), little in any::<bool>()) {
            let _ = sniff(&bytes);
            Evidence::default().decode(&bytes);
            let mut text = String::new();
            prop_assert!(Utf16Reader::new(&bytes[..], little).read_to_string(&mut text).is_ok());
        }
    }
}
