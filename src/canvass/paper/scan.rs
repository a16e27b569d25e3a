//! Bar codes on a photo. What comes in is any file; it is read within bounds, shrunk, looked through for Code 128 and
//! forgotten. A thread of its own reads it, so that a picture which trips the reader takes nothing else down.

use crate::error::Error;
use crate::materials::code::Code;
use crate::turns::in_turn;
use image::error::{LimitError, LimitErrorKind};
use image::imageops::crop_imm;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits};
use rxing::{BarcodeFormat, DecodeHints, Point, RXingResult};
use std::collections::{HashSet, VecDeque};
use std::io::Cursor;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Bytes of a photo.
pub const LIMIT: usize = 10 * 1024 * 1024;
/// Bytes that a picture may take while it is read: three a pixel.
const UNPACKED: u64 = 160 * 1024 * 1024;
/// Pixels of a photo as it comes.
const PIXELS: u64 = 50_000_000;
/// Pixels a side of what is looked through: the thinnest bar of a card that fills half a phone's photo keeps four.
const LARGEST: u32 = 2_400;
/// Codes of one photo that are told.
const MOST: usize = 20;
/// The whole is looked through however long that takes; no further part of it is begun after this long, and so many are at most: a photo
/// full of codes could keep a core busy for minutes.
const LOOKING: Duration = Duration::from_secs(1);
const PARTS: usize = 60;
/// What is smaller than this on a side holds no whole code.
const SMALLEST: u32 = 100;

/// One at a time is unpacked: each may take much memory.
static UNPACKING: Semaphore = Semaphore::const_new(1);
/// How long others wait for their turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// The codes of ours on a photo, each once.
///
/// # Errors
/// [`Error::Invalid`] on `photo`: it is no picture, too large, or bears no code; [`Error::Busy`] while others' are read.
pub async fn codes(file: Vec<u8>) -> Result<Vec<Code>, Error> {
    let work = move || read(&file).map(|picture| look(&picture.to_luma8(), LOOKING));
    let found = match in_turn(&UNPACKING, PATIENCE, work).await {
        // The reader gave up on it in the middle: for whoever took the photo that is a photo without a code.
        Err(Error::Internal(_)) => Ok(Vec::new()),
        found => found?,
    };
    let codes = found.map_err(|error| match error {
        ImageError::Limits(_) => {
            Error::field("photo", "This photo is too large. Take one of less than 50 million pixels and 10 MB")
        }
        _ => Error::field("photo", "This file is not a picture that can be read. Take a photo, as JPEG, PNG or WebP"),
    })?;
    if codes.is_empty() {
        let message =
            "No code of a card was found on this photo. Hold the bars straight, near and sharp, or type the code";
        return Err(Error::field("photo", message));
    }
    Ok(codes)
}

fn read(file: &[u8]) -> Result<DynamicImage, ImageError> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(UNPACKED);
    limits.max_image_width = Some(20_000);
    limits.max_image_height = Some(20_000);
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    // The reader's limits hold for its own tables; the picture itself is for us to measure.
    let (wide, high) = decoder.dimensions();
    if decoder.total_bytes() > UNPACKED || u64::from(wide) * u64::from(high) > PIXELS {
        return Err(ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)));
    }
    let upright = decoder.orientation();
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if picture.width() > LARGEST || picture.height() > LARGEST {
        picture = picture.thumbnail(LARGEST, LARGEST);
    }
    if let Ok(upright) = upright {
        picture.apply_orientation(upright);
    }
    Ok(picture)
}

/// Looks through the whole, then through what lies around each code that was found: the nearest to the whole first, until it has
/// taken long enough. The whole is looked through however slow the machine.
fn look(photo: &GrayImage, patience: Duration) -> Vec<Code> {
    let until = Instant::now() + patience;
    let whole = Part { left: 0, top: 0, width: photo.width(), height: photo.height() };
    let (mut parts, mut looked, mut codes) = (VecDeque::from([whole]), 0, Vec::new());
    while let Some(part) = parts.pop_front() {
        if looked == PARTS || codes.len() == MOST || (looked > 0 && Instant::now() > until) {
            break;
        }
        looked += 1;
        let Some(found) = part.read(photo) else { continue };
        if let Some(code) = Code::parse(found.getText())
            && !codes.contains(&code)
        {
            codes.push(code);
        }
        parts.extend(part.around(found.getPoints()));
    }
    codes.sort_unstable_by_key(|code| (code.run, code.item));
    codes
}

/// A part of a photo, in pixels.
#[derive(Debug, Clone, Copy)]
struct Part {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

impl Part {
    /// The first code that is found in it. Nothing found is an error to the reader; to us it is none.
    fn read(&self, photo: &GrayImage) -> Option<RXingResult> {
        let Part { left, top, width, height } = *self;
        let luma = crop_imm(photo, left, top, width, height).to_image().into_raw();
        let mut hints = DecodeHints {
            PossibleFormats: Some(HashSet::from([BarcodeFormat::CODE_128])),
            TryHarder: Some(true),
            ..DecodeHints::default()
        };
        rxing::helpers::detect_in_luma_with_hints(luma, width, height, None, &mut hints).ok()
    }

    /// What lies above, below, left and right of these points of it, where that is large enough for a code.
    fn around(&self, points: &[Point]) -> Vec<Part> {
        let Part { left, top, width, height } = *self;
        // What is not within it becomes its edge.
        let pixel = |at: f32, most: u32| (at as u32).min(most.saturating_sub(1));
        let columns = points.iter().map(|point| pixel(point.x, width));
        let rows = points.iter().map(|point| pixel(point.y, height));
        let (Some(first), Some(last)) = (columns.clone().min(), columns.max()) else { return Vec::new() };
        let (Some(highest), Some(lowest)) = (rows.clone().min(), rows.max()) else { return Vec::new() };
        let around = [
            Part { height: highest, ..*self },
            Part { top: top + lowest, height: height - lowest, ..*self },
            Part { width: first, ..*self },
            Part { left: left + last, width: width - last, ..*self },
        ];
        around.into_iter().filter(|part| part.width > SMALLEST && part.height > SMALLEST).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_picture_is_said_to_be_none() {
        for file in [b"".to_vec(), b"not a picture".to_vec(), b"\x89PNG\r\n\x1a\nbroken".to_vec()] {
            let Err(Error::Invalid(fields)) = codes(file).await else { panic!("taken") };
            assert_eq!(fields[0].field, "photo");
        }
    }

    #[tokio::test]
    async fn a_picture_without_a_code_has_none() {
        let mut png = Vec::new();
        image::GrayImage::from_pixel(300, 200, image::Luma([255]))
            .write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png)
            .unwrap();
        let Err(Error::Invalid(fields)) = codes(png).await else { panic!("found") };
        assert!(fields[0].message.starts_with("No code"), "{}", fields[0].message);
    }
}
