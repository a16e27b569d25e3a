//! Writes the demonstration's register as a council would send it: Xpress, full, 14 columns, in street order.

use super::words::{BLOCKS, ENDS, FORENAMES, HOUSES, MIDDLES, PARTS, STREETS, SURNAMES, WARDS};
use chrono::{Datelike, NaiveDate};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use std::io::{self, Write};

const HEADER: [&str; 14] = [
    "Elector Number Prefix",
    "Elector Number",
    "Elector Number Suffix",
    "Elector Markers",
    "Elector DOB",
    "Elector Surname",
    "Elector Forename",
    "PostCode",
    "Address1",
    "Address2",
    "Address3",
    "Address4",
    "Address5",
    "Address6",
];

/// How large the demonstration is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Electors in each district, about.
    pub electors_a_district: u32,
}

impl Size {
    /// A whole constituency: about 70,000 electors in 60 districts.
    pub const CONSTITUENCY: Size = Size { electors_a_district: 1170 };
}

/// A district of the demonstration.
#[derive(Debug, Clone)]
pub struct District {
    /// Its letters.
    pub letters: String,
    /// Its name.
    pub name: String,
    /// Its ward, as a place in `WARDS`.
    pub ward: usize,
}

/// The 60 districts in the order of their wards.
pub fn districts() -> Vec<District> {
    let of = |(ward, (name, _, letters, count)): (usize, &(&str, &str, &str, usize))| {
        let make = |n: usize| District {
            letters: format!("{letters}{}", n + 1),
            name: format!("{name} {}", PARTS[n % PARTS.len()]),
            ward,
        };
        (0..*count).map(make).collect::<Vec<_>>()
    };
    WARDS.iter().enumerate().flat_map(of).collect()
}

/// Writes the areas as `areas import` reads them.
///
/// # Errors
/// What the writer says.
pub fn write_areas(out: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "polling district code",
        "name",
        "ward gss",
        "ward name",
        "constituency gss",
        "constituency name",
        "region",
    ])?;
    let (constituency, gss) = super::words::CONSTITUENCY;
    for district in districts() {
        let (ward, ward_gss, ..) = WARDS[district.ward];
        csv.write_record([&district.letters, &district.name, ward_gss, ward, gss, constituency, "Invented"])?;
    }
    csv.flush()
}

/// Writes the whole register; `today` says who is an attainer. The same every time.
///
/// # Errors
/// What the writer says.
pub fn write_register(out: impl Write, today: NaiveDate, size: Size) -> io::Result<()> {
    let mut writer =
        Register { csv: csv::Writer::from_writer(out), random: StdRng::seed_from_u64(1832), today, number: 0 };
    writer.csv.write_record(HEADER)?;
    for (n, district) in districts().iter().enumerate() {
        writer.district(n, district, size.electors_a_district)?;
    }
    writer.csv.flush()
}

struct Register<W: Write> {
    csv: csv::Writer<W>,
    random: StdRng,
    today: NaiveDate,
    number: u32,
}

impl<W: Write> Register<W> {
    fn district(&mut self, n: usize, district: &District, electors: u32) -> io::Result<()> {
        self.number = 0;
        let mut street = n * 7;
        while self.number < electors {
            let name = format!("{} {}", STREETS[street % STREETS.len()], ENDS[(street / 7 + n) % ENDS.len()]);
            self.street(district, &name, electors, street)?;
            if street.is_multiple_of(4) {
                self.block(district, BLOCKS[(street / 4 + n) % BLOCKS.len()], &name, street)?;
            }
            street += 1;
        }
        self.without_address(district)
    }

    /// Odd side up, even side back down, a named house here and there.
    fn street(&mut self, district: &District, street: &str, most: u32, seed: usize) -> io::Result<()> {
        let homes = self.random.random_range(14..44_u32);
        let postcode = postcode(district, seed);
        let odds = (0..homes / 2).map(|i| i * 2 + 1);
        let evens = (1..=homes / 2).rev().map(|i| i * 2);
        for number in odds.chain(evens) {
            if self.number >= most {
                return Ok(());
            }
            let first = match self.random.random_range(0..40) {
                0 => HOUSES.choose(&mut self.random).copied().unwrap_or_default().to_owned() + ", " + street,
                1 => format!("{number}A {street}"),
                _ => format!("{number} {street}"),
            };
            self.home(district, &[&first, WARDS[district.ward].0, "Wexmere"], &postcode)?;
        }
        Ok(())
    }

    /// A block of flats: no signal and one buzzer.
    fn block(&mut self, district: &District, block: &str, street: &str, seed: usize) -> io::Result<()> {
        let postcode = postcode(district, seed + 500);
        for flat in 1..=self.random.random_range(8..25_u32) {
            self.home(district, &[&format!("Flat {flat}"), block, street, "Wexmere"], &postcode)?;
        }
        Ok(())
    }

    fn home(&mut self, district: &District, address: &[&str], postcode: &str) -> io::Result<()> {
        let people = *[1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4].choose(&mut self.random).unwrap_or(&2);
        let mut surname = self.surname();
        for person in 0..people {
            if person > 0 && self.random.random_range(0..4) == 0 {
                surname = self.surname();
            }
            let attainer = person >= 2 && self.random.random_range(0..6) == 0;
            let born = if attainer { self.birth_date() } else { String::new() };
            let marker = *["", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "G", "B", "L", "Z"]
                .choose(&mut self.random)
                .unwrap_or(&"");
            let forename = self.forename();
            self.row(district, marker, &born, &surname, &forename, postcode, address)?;
        }
        Ok(())
    }

    /// "Other electors" and the anonymous, at the end of the district (regulation 41).
    fn without_address(&mut self, district: &District) -> io::Result<()> {
        for _ in 0..2 {
            let (surname, forename) = (self.surname(), self.forename());
            self.row(district, "F", "", &surname, &forename, "", &[])?;
        }
        if district.letters.ends_with('1') {
            self.row(district, "N", "", "", "", "", &[])?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)] // the columns of one row
    fn row(
        &mut self,
        district: &District,
        marker: &str,
        born: &str,
        surname: &str,
        forename: &str,
        postcode: &str,
        address: &[&str],
    ) -> io::Result<()> {
        self.number += 1;
        let number = self.number.to_string();
        let mut row = vec![district.letters.as_str(), &number, "0", marker, born, surname, forename, postcode];
        row.extend((0..6).map(|line| address.get(line).copied().unwrap_or_default()));
        Ok(self.csv.write_record(row)?)
    }

    fn surname(&mut self) -> String {
        SURNAMES.choose(&mut self.random).copied().unwrap_or_default().to_owned()
    }

    fn forename(&mut self) -> String {
        let first = FORENAMES.choose(&mut self.random).copied().unwrap_or_default();
        match self.random.random_range(0..3) {
            0 => format!("{first} {}", MIDDLES.choose(&mut self.random).copied().unwrap_or_default()),
            _ => first.to_owned(),
        }
    }

    /// A birth date that makes somebody 18 within the year.
    fn birth_date(&mut self) -> String {
        let days = self.random.random_range(10..340);
        let eighteen = self.today + chrono::TimeDelta::days(days);
        format!("{:02}/{:02}/{}", eighteen.day().min(28), eighteen.month(), eighteen.year() - 18)
    }
}

/// A postcode of the area YX: of the right shape, and none has it.
fn postcode(district: &District, seed: usize) -> String {
    const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
    let letter = |n: usize| char::from(LETTERS[n % LETTERS.len()]);
    format!(
        "YX{} {}{}{}",
        district.ward + 1,
        seed % 9 + 1,
        letter(seed / 3 + district.letters.len()),
        letter(seed * 7 + district.ward)
    )
}
