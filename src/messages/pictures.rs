//! Pictures of a message: read, turned upright, shrunk to what a letter shows and written anew, so that nothing else that a file
//! holds goes out with it, such as the place where it was taken.

pub mod given;

use super::markup::Pictured;
use crate::database::Scoped;
use crate::error::Error;
use crate::turns::in_turn;
use image::codecs::jpeg::JpegEncoder;
use image::error::{LimitError, LimitErrorKind};
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use std::io::Cursor;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How many a message may carry.
pub const MOST: i64 = 5;
/// Bytes of a file that is given.
pub const LIMIT: usize = 10 * 1024 * 1024;
/// Bytes of a picture as it goes out. Five of them, as mail carries them, stay below what mail servers refuse.
const HEAVIEST: usize = 600_000;
/// Pixels of a picture as it goes out.
const LARGEST: (u32, u32) = (1200, 1600);
/// Bytes that a picture may take while it is read: three a pixel.
const UNPACKED: u64 = 160 * 1024 * 1024;

/// Pixels of a file that is given.
const PIXELS: u64 = 50_000_000;

/// One at a time is unpacked: each may take much memory.
static UNPACKING: Semaphore = Semaphore::const_new(1);
/// How long others wait for their turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// A picture as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Whether it is a PNG; a JPEG otherwise.
    pub png: bool,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Drawn {
    /// Its content type.
    pub fn content_type(&self) -> &'static str {
        if self.png { "image/png" } else { "image/jpeg" }
    }
}

/// Makes what goes out of a file that was given.
///
/// # Errors
/// [`Error::Invalid`] on `picture`: it is none, or too large; [`Error::Busy`] while others' are read.
pub async fn drawn(file: Vec<u8>) -> Result<Drawn, Error> {
    in_turn(&UNPACKING, PATIENCE, move || draw(&file)).await?
}

fn draw(file: &[u8]) -> Result<Drawn, Error> {
    let picture = read(file).map_err(|error| match error {
        ImageError::Limits(_) => too_large(),
        _ => {
            Error::field("picture", "This file is not a picture that can be read. Choose a JPEG, PNG, GIF or WebP file")
        }
    })?;
    let (widest, tallest) = LARGEST;
    let larger = |picture: &DynamicImage, by: u32| picture.width() > widest * by || picture.height() > tallest * by;
    // Roughly first, which takes little memory; then well.
    let picture = if larger(&picture, 2) { picture.thumbnail(widest * 2, tallest * 2) } else { picture };
    let picture = if larger(&picture, 1) { picture.resize(widest, tallest, FilterType::Triangle) } else { picture };
    let size = |n: u32| i32::try_from(n).map_err(Error::internal);
    let (width, height) = (size(picture.width())?, size(picture.height())?);
    let (png, bytes) = written(&picture)?;
    Ok(Drawn { png, width, height, bytes })
}

/// Says that a file was larger than is taken, or broke off on its way: the server cannot tell which.
pub fn too_heavy() -> Error {
    Error::field("picture", "This picture is larger than 10 MB, or did not come through whole. Choose a smaller one")
}

fn too_large() -> Error {
    Error::field("picture", "This picture is too large. Choose one of less than 50 million pixels and 10 MB")
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
    if let Ok(upright) = upright {
        picture.apply_orientation(upright);
    }
    Ok(picture)
}

/// A drawing stays a PNG while it is light; whatever is heavy becomes a JPEG, on white, as good as its weight allows.
fn written(picture: &DynamicImage) -> Result<(bool, Vec<u8>), Error> {
    let mut bytes = Vec::new();
    let small = picture.to_rgba8();
    DynamicImage::from(small.clone())
        .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
        .map_err(Error::internal)?;
    if bytes.len() <= HEAVIEST / 4 {
        return Ok((true, bytes));
    }
    let on_white = image::RgbImage::from_fn(small.width(), small.height(), |x, y| {
        let [r, g, b, a] = small.get_pixel(x, y).0.map(u32::from);
        // Each is below 256: 255 of white and colour together.
        image::Rgb([r, g, b].map(|c| u8::try_from((c * a + 255 * (255 - a)) / 255).unwrap_or(u8::MAX)))
    });
    for quality in [85, 70, 50, 30] {
        bytes.clear();
        on_white.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).map_err(Error::internal)?;
        if bytes.len() <= HEAVIEST {
            return Ok((false, bytes));
        }
    }
    Err(too_large())
}

/// A message's pictures, without their bytes.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, message: Uuid) -> Result<Vec<Pictured>, Error> {
    Ok(sqlx::query_as!(
        Pictured,
        "select number, shows, width from message_picture where message_id = $1 order by number",
        message
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One of a message's pictures.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn one(scope: &mut Scoped, message: Uuid, number: i16) -> Result<Drawn, Error> {
    sqlx::query_as!(
        Drawn,
        "select png, width, height, bytes from message_picture where message_id = $1 and number = $2",
        message,
        number
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)
}

/// Adds one to a draft, and its line to the end of what is written. Its number.
///
/// # Errors
/// [`Error::Conflict`] once it was sent off; [`Error::Invalid`] when it carries as many as it may.
pub async fn add(scope: &mut Scoped, message: Uuid, shows: &str, drawn: &Drawn) -> Result<i16, Error> {
    lock(scope, message).await?;
    let here = of(scope, message).await?;
    if here.len() >= usize::try_from(MOST).unwrap_or(usize::MAX) {
        return Err(Error::field("picture", "A message carries five pictures at most. Take one out first"));
    }
    let number = here.last().map_or(1, |p| p.number + 1);
    sqlx::query!(
        "insert into message_picture (message_id, area_id, number, shows, png, width, height, bytes)
         select m.message_id, m.area_id, $2, $3, $4, $5, $6, $7 from message m where m.message_id = $1",
        message,
        number,
        shows,
        drawn.png,
        drawn.width,
        drawn.height,
        drawn.bytes
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        r"update message set body = rtrim(body, E' \n') || E'\n\n[picture ' || $2::smallint || E']\n' where message_id = $1",
        message,
        number
    )
    .execute(scope.connection())
    .await?;
    Ok(number)
}

/// Takes one out of a draft, and its lines out of what is written. Whether it was there.
///
/// # Errors
/// [`Error::Conflict`] once it was sent off.
pub async fn remove(scope: &mut Scoped, message: Uuid, number: i16) -> Result<bool, Error> {
    lock(scope, message).await?;
    Ok(sqlx::query_scalar!(r#"select wall.remove_picture($1, $2) as "done!""#, message, number)
        .fetch_one(scope.connection())
        .await?)
}

/// Gives a copy the pictures of what it is copied from.
///
/// # Errors
/// What the database says.
pub async fn copy(scope: &mut Scoped, from: Uuid, to: Uuid) -> Result<(), Error> {
    sqlx::query!(
        "insert into message_picture (message_id, area_id, number, shows, png, width, height, bytes)
         select m.message_id, m.area_id, p.number, p.shows, p.png, p.width, p.height, p.bytes
         from message_picture p, message m where p.message_id = $1 and m.message_id = $2",
        from,
        to
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Holds a draft, so that two who add pictures at once come one after the other.
async fn lock(scope: &mut Scoped, message: Uuid) -> Result<(), Error> {
    sqlx::query_scalar!("select message_id from message where message_id = $1 and state = 'draft' for update", message)
        .fetch_optional(scope.connection())
        .await?
        .map(drop)
        .ok_or_else(|| Error::Conflict("This message was sent off. Stop it first, or copy it as a new draft".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgb, RgbImage};
    use proptest::prelude::*;

    fn file(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    fn noise(width: u32, height: u32) -> RgbImage {
        let mut seed = 7u32;
        RgbImage::from_fn(width, height, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb([(seed >> 8) as u8, (seed >> 16) as u8, (seed >> 24) as u8])
        })
    }

    #[test]
    fn a_picture_goes_out_upright_small_and_without_what_else_its_file_held() {
        let mut photo = file(noise(3000, 2000), ImageFormat::Jpeg);
        // An Exif segment after the first marker: turned a quarter to the right, and words that nobody meant to send.
        let exif = b"\xff\xe1\x00\x42Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0taken at 1 Larkspur Row, Quillbrook";
        photo.splice(2..2, exif.iter().copied());
        let drawn = draw(&photo).unwrap();
        assert!(!drawn.png && drawn.bytes.len() <= HEAVIEST, "{}", drawn.bytes.len());
        assert!(drawn.height > drawn.width && drawn.height <= 1600, "{} x {}", drawn.width, drawn.height);
        assert!(!drawn.bytes.windows(8).any(|w| w == b"Larkspur"));
        let logo = draw(&file(RgbImage::from_pixel(200, 80, Rgb([120, 20, 90])), ImageFormat::Png)).unwrap();
        assert!(logo.png && (logo.width, logo.height) == (200, 80));
    }

    #[test]
    fn what_is_no_picture_or_unpacks_without_end_is_refused() {
        for wrong in
            [&b""[..], b"<svg onload=alert(1)>", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"\xff\xd8\xff\xe0"]
        {
            assert!(matches!(draw(wrong), Err(Error::Invalid(_))), "{wrong:?}");
        }
        // A head that says 60,000 pixels each way.
        let mut bomb = file(RgbImage::new(1, 1), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert!(draw(&bomb).is_err());
        // A sound one that is small as a file: 64 million points of one grey.
        let mut flat = Vec::new();
        let grey = DynamicImage::from(image::GrayImage::new(8_000, 8_000));
        grey.write_to(&mut Cursor::new(&mut flat), ImageFormat::Png).unwrap();
        assert!(flat.len() < LIMIT);
        let Err(Error::Invalid(said)) = draw(&flat) else { panic!("it was unpacked") };
        assert!(said[0].message.contains("too large"), "{said:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_spoilt_file_breaks_the_reader(at in 0usize..600, with: u8, cut in 0usize..700) {
            let mut spoilt = file(noise(12, 9), ImageFormat::Png);
            let (at, cut) = (at % spoilt.len(), cut.min(spoilt.len()));
            spoilt[at] = with;
            spoilt.truncate(cut);
            let _ = draw(&spoilt);
        }
    }
}
