//! Bar codes on a photo. What comes in is any file; it is read within bounds, shrunk, looked through for Code 128 and
//! forgotten. A thread of its own reads it, so that a picture which trips the reader takes nothing else down.

use crate::error::Error;
use crate::materials::code::Code;
use image::error::{LimitError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use rxing::{BarcodeFormat, DecodeHints};
use std::collections::HashSet;
use std::io::Cursor;
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

/// One at a time is unpacked: each may take much memory.
static UNPACKING: Semaphore = Semaphore::const_new(1);

/// The codes of ours on a photo, each once.
///
/// # Errors
/// [`Error::Invalid`] on `photo`: it is no picture, too large, or bears no code.
pub async fn codes(file: Vec<u8>) -> Result<Vec<Code>, Error> {
    let _turn = UNPACKING.acquire().await.map_err(Error::internal)?;
    let found = tokio::task::spawn_blocking(move || read(&file).map(|picture| look(&picture))).await;
    // The reader gave up on it in the middle: for whoever took the photo that is a photo without a code.
    let found = found.unwrap_or_else(|_| Ok(Vec::new()));
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

fn look(picture: &DynamicImage) -> Vec<Code> {
    let luma = picture.to_luma8();
    let (width, height) = luma.dimensions();
    let mut hints = DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::CODE_128])),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    // Nothing found is an error to the reader; to us it is an empty list.
    let found = rxing::helpers::detect_multiple_in_luma_with_hints(luma.into_raw(), width, height, &mut hints);
    let mut codes: Vec<Code> = Vec::new();
    for code in found.unwrap_or_default().iter().filter_map(|one| Code::parse(one.getText())) {
        if !codes.contains(&code) && codes.len() < MOST {
            codes.push(code);
        }
    }
    codes.sort_unstable_by_key(|code| (code.run, code.item));
    codes
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
