//! What a party looks like on paper: its name, two colours and a logo, kept for an area and all areas inside it. The letters on the
//! first colour are black or white, whichever is read better: of any two, one is read well enough (WCAG 2.2, 1.4.3).

pub mod pages;
pub mod store;

use super::press::Work;

/// How much lighter or darker text must be than what it stands on.
pub const READABLE: f64 = 4.5;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// White.
    pub const WHITE: Colour = Colour([255, 255, 255]);
    /// Black.
    pub const BLACK: Colour = Colour([0, 0, 0]);
    /// The ink of everything else.
    pub const INK: Colour = Colour([0x21, 0x1a, 0x28]);

    /// Reads `#752b62`, with or without its sign, in either case.
    pub fn parse(text: &str) -> Option<Colour> {
        let digits = text.trim().trim_start_matches('#');
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Colour([pair(0)?, pair(2)?, pair(4)?]))
    }

    /// `#752b62`.
    pub fn text(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// How light it is (WCAG 2.2, relative luminance).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The ratio of contrast, from 1 to 21.
    pub fn against(self, other: Colour) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if one > two { one / two } else { two / one }
    }

    /// Whichever of white and black is read better on it: one of them always is read well enough.
    pub fn letters(self) -> Colour {
        if self.against(Colour::WHITE) >= self.against(Colour::BLACK) { Colour::WHITE } else { Colour::BLACK }
    }

    /// The colour of headings on paper: this one, or ink where it is too light for that.
    pub fn heading(self) -> Colour {
        if self.against(Colour::WHITE) >= READABLE { self } else { Colour::INK }
    }
}

/// A logo as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Whether it is a PNG; a JPEG otherwise.
    pub png: bool,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What holds in an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Whose it is; None: nobody put one down, and it is plain.
    pub area: Option<(i64, String)>,
    /// The party's name.
    pub party: String,
    /// Its colour.
    pub colour: Colour,
    /// The second.
    pub second: Colour,
    /// Its logo.
    pub logo: Option<Logo>,
}

impl Brand {
    /// Ink on paper, where nobody said otherwise.
    pub fn plain(party: String) -> Self {
        Brand { area: None, party, colour: Colour::INK, second: Colour([0x81, 0x76, 0x8b]), logo: None }
    }

    /// Puts it into work: `colour`, `on-colour`, `second`, `party` and `logo` of its common part, and the logo among its pictures.
    pub fn dress(&self, work: &mut Work) {
        if let Some(common) = work.common.as_object_mut() {
            let logo = self.logo.as_ref().map(|_| "logo");
            common.insert("colour".into(), self.colour.text().into());
            common.insert("on-colour".into(), self.colour.letters().text().into());
            common.insert("heading".into(), self.colour.heading().text().into());
            common.insert("second".into(), self.second.text().into());
            common.insert("party".into(), self.party.clone().into());
            common.insert("logo".into(), logo.into());
        }
        if let Some(logo) = &self.logo {
            work.pictures.push(("logo".into(), logo.bytes.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_are_read_as_people_write_them() {
        assert_eq!(Colour::parse(" 752B62 ").map(Colour::text).as_deref(), Some("#752b62"));
        assert_eq!(Colour::parse("#edbd6a").map(Colour::letters), Some(Colour::BLACK));
        assert_eq!(Colour::parse("#752b62").map(Colour::letters), Some(Colour::WHITE));
        for wrong in ["", "#", "red", "#12345", "#1234567", "#12345g", "#é2345"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
        assert!((Colour::WHITE.against(Colour::BLACK) - 21.0).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn letters_are_read_on_every_colour(rgb: [u8; 3]) {
            let colour = Colour(rgb);
            prop_assert!(colour.against(colour.letters()) >= READABLE, "{}", colour.text());
            prop_assert!(colour.heading().against(Colour::WHITE) >= READABLE, "{}", colour.text());
            prop_assert_eq!(Colour::parse(&colour.text()), Some(colour));
        }
    }
}
