//! A code to scan, drawn by the server: nothing is asked of anybody else, and no picture of it is kept.

use crate::error::Error;
use qrcode::{Color, EcLevel, QrCode};

/// A QR code as one path of squares.
#[derive(Debug, Clone)]
pub struct Code {
    /// Its side with the quiet zone of four, in modules: the drawing's own units.
    pub side: usize,
    /// The dark modules, row by row.
    pub path: String,
}

/// How many empty modules stand around a code (ISO/IEC 18004).
const QUIET: usize = 4;

impl Code {
    /// Of a text; it may be damaged by about 15 %, as on paper in the rain.
    ///
    /// # Errors
    /// When the text is longer than a code holds (some 2,300 characters).
    pub fn of(text: &str) -> Result<Self, Error> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::internal)?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            for (x, run) in dark_runs(row) {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
        }
        Ok(Code { side: width + 2 * QUIET, path })
    }
}

/// Where dark modules begin in a row, and how many follow each other.
fn dark_runs(row: &[Color]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for x in row.iter().enumerate().filter(|(_, c)| **c == Color::Dark).map(|(x, _)| x) {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == x => *length += 1,
            _ => runs.push((x, 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let text = "https://hustings.example.org/join/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq";
        let code = Code::of(text).unwrap();
        let drawn: usize = code
            .path
            .split('h')
            .skip(1)
            .filter(|p| !p.starts_with('-'))
            .map(|p| p.split('v').next().unwrap().parse::<usize>().unwrap())
            .sum();
        let dark = QrCode::with_error_correction_level(text, EcLevel::M)
            .unwrap()
            .to_colors()
            .iter()
            .filter(|c| **c == Color::Dark)
            .count();
        assert_eq!(drawn, dark);
        assert!(Code::of(&"x".repeat(5000)).is_err());
    }
}
