//! How work and what comes of it travel between the server and the press: work as a line of JSON, its pictures, and a line for each part;
//! what comes of it as frames of a letter, a length and bytes.

use super::{Wanted, Work};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead, Read, Write};

/// The longest line of a part, and the most bytes of a picture: a part is of some hundreds of pages.
pub(super) const LONGEST: u64 = 64 * 1024 * 1024;

/// What stands before the parts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub sheet: String,
    pub common: Value,
    pub archive: bool,
    /// Names and lengths of the pictures that follow.
    pub pictures: Vec<(String, u64)>,
}

impl Work {
    /// The work as it travels, and as a run keeps it.
    ///
    /// # Errors
    /// When it cannot be written, which no text can bring about.
    pub fn lines(&self) -> Result<Vec<u8>, Error> {
        let pictures = self.pictures.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect();
        let head = Head { sheet: self.sheet.to_owned(), common: self.common.clone(), archive: self.archive, pictures };
        let mut lines = serde_json::to_vec(&head).map_err(Error::internal)?;
        lines.push(b'\n');
        for (_, bytes) in &self.pictures {
            lines.extend_from_slice(bytes);
        }
        for part in &self.parts {
            serde_json::to_writer(&mut lines, part).map_err(Error::internal)?;
            lines.push(b'\n');
        }
        Ok(lines)
    }
}

/// A line; None at the end.
pub(super) fn line(from: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = from.take(LONGEST).read_until(b'\n', &mut line)?;
    Ok((read > 0).then_some(line))
}

/// So many bytes.
pub(super) fn bytes(from: &mut impl Read, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(length.min(LONGEST)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
}

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Frame {
    /// How many parts are set.
    Parts = b'P',
    /// Bytes of the PDF.
    Bytes = b'B',
    /// A picture of a page.
    Picture = b'G',
    /// How many pages it has: the last one.
    Pages = b'N',
    /// Why it cannot be set.
    Refused = b'E',
    /// What is longer than its room: the field that it is typed in, a colon, and words for whoever typed it.
    TooLong = b'L',
}

impl Frame {
    pub(super) fn parse(letter: u8) -> Option<Frame> {
        [Frame::Parts, Frame::Bytes, Frame::Picture, Frame::Pages, Frame::Refused, Frame::TooLong]
            .into_iter()
            .find(|f| *f as u8 == letter)
    }
}

/// Writes a frame.
pub(super) fn send(to: &mut impl Write, frame: Frame, bytes: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| std::io::Error::from(std::io::ErrorKind::FileTooLarge))?;
    to.write_all(&[frame as u8])?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

impl Wanted {
    /// As the press's process is told.
    pub(super) fn word(self) -> String {
        match self {
            Wanted::Pdf => "pdf".to_owned(),
            Wanted::Pictures(ppi) => format!("{ppi}"),
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Wanted> {
        match word {
            "pdf" => Some(Wanted::Pdf),
            ppi => ppi.parse().ok().filter(|ppi| (10.0..=300.0).contains(ppi)).map(Wanted::Pictures),
        }
    }
}
