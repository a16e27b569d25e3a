//! A council's file of polling places: a row for each home (Xpress, as Democracy Club gets it) or for each district. Only what is
//! said of the place is read; the homes' own addresses are not kept.

use super::PollingPlace;
use crate::electors::folding::{clean, fold};
use crate::electors::postcode::Postcode;
use crate::registers::cells::Cells;
use crate::registers::formats::FileError;
use crate::registers::lines::Lines;
use crate::registers::number::District;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// Why a file that can be read is no list of polling places.
const NO_PLACES: &str = "This is no list of polling places: its first line names no polling district and no polling place. Columns \
                         are known as in the council’s export, or as Polling district, Polling place, Address, Postcode";
const NO_DISTRICT: &str = "This is no list of polling places, or no column of its first line is headed as the polling district: \
                           write “Polling district” over the one that is";
const NO_PLACE: &str = "This is no list of polling places, or no column of its first line is headed as the polling place: write \
                        “Polling place” over the one that is";

/// Headings that are the place's name, or that its columns' headings begin with.
const PLACE: [&str; 2] = ["pollingplace", "pollingstation"];

/// How many lines that could not be read are named.
const NAMED: usize = 20;

/// What a file says, read whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PlacesFile {
    /// The places of each district, by its letters: one, unless the file contradicts itself.
    pub districts: BTreeMap<String, Vec<PollingPlace>>,
    /// The day of the poll that it is for, as it stands there.
    pub day: Option<String>,
    /// How many rows name no place.
    pub without: u64,
    /// The districts of those rows, by their letters.
    pub bare: BTreeSet<String>,
    /// The first lines that could not be read, with the reason.
    pub refused: Vec<(u64, &'static str)>,
    /// How many there are.
    pub refused_in_all: u64,
}

/// Why a file cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum NotPlaces {
    /// It cannot be read as text.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is something else.
    #[error("{}", NO_PLACES)]
    Columns,
    /// It names places, and no district by a heading that is known.
    #[error("{}", NO_DISTRICT)]
    District,
    /// It names districts, and no place by a heading that is known.
    #[error("{}", NO_PLACE)]
    Place,
    /// It has a header and no place.
    #[error("This list has a header and no polling place: ask the sender for it again")]
    Nothing,
}

impl PlacesFile {
    /// Reads the file. A line that cannot be read costs that line.
    ///
    /// # Errors
    /// [`NotPlaces`].
    pub fn read(input: impl Read + Send + 'static) -> Result<Self, NotPlaces> {
        let mut lines = Lines::open(input)?;
        let mut cells = Cells::default();
        let (mut file, mut columns) = (PlacesFile::default(), None);
        while let Some(line) = lines.next_line().map_err(FileError::from)? {
            let Some(text) = line.text else {
                file.refuse(line.number, "it is longer than any line could be");
                continue;
            };
            if text.trim().is_empty() {
                continue;
            }
            let Some(known) = &columns else {
                columns = Some(Columns::of(&text)?);
                continue;
            };
            match known.row(&mut cells, &text) {
                Ok(row) => file.take(row, line.number),
                Err(why) => file.refuse(line.number, why),
            }
        }
        match columns {
            None => Err(FileError::Empty.into()),
            Some(_) if file.districts.is_empty() => Err(NotPlaces::Nothing),
            Some(_) => Ok(file),
        }
    }

    fn refuse(&mut self, line: u64, why: &'static str) {
        self.refused_in_all += 1;
        if self.refused.len() < NAMED {
            self.refused.push((line, why));
        }
    }

    fn take(&mut self, row: Row, line: u64) {
        let Row { letters, place, day } = row;
        if letters.is_empty() && place.name.is_empty() {
            return;
        }
        let Ok(district) = District::try_from(letters.as_str()) else {
            return self.refuse(line, "its polling district is missing or not readable");
        };
        if place.name.is_empty() {
            self.without += 1;
            self.bare.insert(district.to_string());
            return;
        }
        if self.day.is_none() && !day.is_empty() {
            self.day = Some(day);
        }
        let places = self.districts.entry(district.to_string()).or_default();
        if !places.iter().any(|known| known.is_same(&place)) {
            places.push(place);
        }
    }
}

/// What one line says.
struct Row {
    letters: String,
    place: PollingPlace,
    day: String,
}

/// Which column holds what.
struct Columns {
    delimiter: u8,
    width: usize,
    heading: String,
    letters: usize,
    name: usize,
    address: Vec<usize>,
    postcode: Option<usize>,
    day: Option<usize>,
}

impl Columns {
    /// A home's own address and postcode stand in the same row: where the header says "polling place", only such columns count.
    fn of(header: &str) -> Result<Self, NotPlaces> {
        let delimiter = if header.contains('\t') { b'\t' } else { b',' };
        let mut cells = Cells::default();
        cells.part(header, delimiter).map_err(|_| NotPlaces::Columns)?;
        let names: Vec<String> = cells.iter().map(plain).collect();
        let first = |of: &[&str]| of.iter().find_map(|name| names.iter().position(|n| n == name));
        let letters = first(&[
            "pollingplacedistrictreference",
            "pollingdistrictreference",
            "pollingdistrictcode",
            "pollingdistrict",
            "districtreference",
            "districtcode",
            "district",
            "pdcode",
            "pd",
        ]);
        let stem = |p: &&str| names.contains(&format!("{p}name")) || names.iter().any(|n| *n == format!("{p}address"));
        let prefix = PLACE.into_iter().find(stem);
        let own = |what: &str| format!("{}{what}", prefix.unwrap_or_default());
        let at = |heading: String| names.iter().position(|n| *n == heading);
        let headed = first(&PLACE);
        let name = match prefix {
            Some(_) => at(own("name")).or(headed).or_else(|| at("name".into())),
            None => headed.or_else(|| at(own("name"))).or_else(|| first(&["place", "placename", "station"])),
        };
        let (letters, name) = match (letters, name) {
            (Some(letters), Some(name)) => (letters, name),
            (None, None) => return Err(NotPlaces::Columns),
            (None, Some(_)) => return Err(NotPlaces::District),
            (Some(_), None) => return Err(NotPlaces::Place),
        };
        // Headed "Polling place" alone, its address stands behind it: what stands before it may be a home's.
        let from = if prefix.is_none() && headed.is_some() { name } else { 0 };
        let numbered = |n: &String| {
            let rest = n.strip_prefix(&own("address"));
            rest.is_some_and(|rest| rest.trim_start_matches("line").chars().all(|c| c.is_ascii_digit()))
        };
        Ok(Columns {
            delimiter,
            width: names.len(),
            heading: names.get(letters).cloned().unwrap_or_default(),
            letters,
            name,
            address: (from..names.len()).filter(|at| numbered(&names[*at])).collect(),
            postcode: (from..names.len()).find(|at| names[*at] == own("postcode")),
            day: first(&["electiondate", "polldate", "pollingday"]),
        })
    }

    fn row(&self, cells: &mut Cells, line: &str) -> Result<Row, &'static str> {
        cells.part(line, self.delimiter).map_err(|_| "a quotation mark is left open in it")?;
        let needed = self.name.max(self.letters).max(self.postcode.unwrap_or_default());
        if cells.len() <= needed {
            return Err("it has fewer columns than the first line");
        }
        if cells.iter().skip(self.width).any(|cell| !clean(cell).is_empty()) {
            return Err("it has more columns than the first line");
        }
        let cell = |at: usize| clean(cells.get(at));
        let letters = cell(self.letters);
        if plain(&letters) == self.heading {
            // The headings again, in the middle.
            return Ok(Row { letters: String::new(), place: PollingPlace::default(), day: String::new() });
        }
        let name: String = cell(self.name).chars().take(200).collect();
        let postcode = self.postcode.and_then(|at| Postcode::try_from(cell(at).as_str()).ok()).map(|p| p.to_string());
        let address = self.address(&name, cells);
        Ok(Row {
            letters,
            place: PollingPlace { name, address, postcode },
            day: self.day.map(cell).unwrap_or_default(),
        })
    }

    /// The lines of its address, each once, without what is a postcode or the name again.
    fn address(&self, name: &str, cells: &Cells) -> String {
        let mut parts: Vec<String> = Vec::new();
        for part in self.address.iter().map(|at| clean(cells.get(*at))) {
            let again = fold(&part) == fold(name) || parts.iter().any(|p| fold(p) == fold(&part));
            if !part.is_empty() && !again && Postcode::try_from(part.as_str()).is_err() {
                parts.push(part);
            }
        }
        parts.join(", ").chars().take(300).collect()
    }
}

/// A heading without what differs between exports: case, spaces, strokes.
fn plain(cell: &str) -> String {
    cell.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn read(text: &str) -> Result<PlacesFile, String> {
        PlacesFile::read(Cursor::new(text.as_bytes().to_vec())).map_err(|e| e.to_string())
    }

    const XPRESS: &str = "\u{feff}ElectionDate,AddressLine1,Post_Code,Polling_Place_District_Reference,Polling_Place_Id,\
        Polling_Place_Name,Polling_Place_Address_1,Polling_Place_Address_2,Polling_Place_Postcode,Polling_Place_UPRN\r\n";

    #[test]
    fn a_row_for_each_home_becomes_a_place_for_each_district() {
        let file = read(&format!(
            "{XPRESS}07/05/2026,1 Beech Avenue,AA1 0NZ,QB1,1,Village Hall,Hall Lane,Brackenstead,aa10aa,\r\n\
             07/05/2026,2 Beech Avenue,AA1 0NZ,qb1,1,VILLAGE\u{a0}HALL,Hall Lane,Brackenstead,AA1 0AA,,,\r\n\
             \r\n\
             ElectionDate,AddressLine1,Post_Code,Polling_Place_District_Reference,Id,Polling_Place_Name,a,b,c,d\r\n\
             07/05/2026,\"Flat 1, The Mill\",AA1 0NZ,SG1,2,\"St Mary, the Less\",St Mary the Less,\"AA1 0AB\",AA1 0AB,\r\n"
        ))
        .unwrap();
        let places: Vec<_> = file.districts.iter().map(|(l, p)| (l.as_str(), p.len(), p[0].whole_address())).collect();
        assert_eq!(
            places,
            [("QB1", 1, "Hall Lane, Brackenstead, AA1 0AA".to_owned()), ("SG1", 1, "AA1 0AB".to_owned())]
        );
        assert_eq!(file.districts["QB1"][0].name, "Village Hall");
        assert_eq!((file.day.as_deref(), file.refused_in_all), (Some("07/05/2026"), 0));
    }

    #[test]
    fn a_bad_line_costs_that_line_and_a_contradiction_is_not_decided() {
        let file = read(&format!(
            "{XPRESS}07/05/2026,1 Beech Avenue,AA1 0NZ,QB1,1,Village Hall,Hall Lane,,AA1 0AA,\n\
             07/05/2026,2 Beech Avenue,AA1 0NZ,QB1,1,The Ferry Inn,Hall Lane,,AA1 0AA,\n\
             07/05/2026,\"3 Beech Avenue,AA1 0NZ,QB1,1,Village Hall,Hall Lane,,AA1 0AA,\n\
             07/05/2026,4 Beech Avenue,AA1 0NZ,,1,Village Hall,Hall Lane,,AA1 0AA,\n\
             07/05/2026,5, Beech Avenue,AA1 0NZ,SG1,1,Village Hall,Hall Lane,,AA1 0AA,more\n\
             07/05/2026,6 Beech Avenue,AA1 0NZ,SG2,1,,,,,\n\
             07/05/2026,7 Beech"
        ))
        .unwrap();
        assert_eq!(file.districts["QB1"].len(), 2);
        assert_eq!(file.districts.len(), 1);
        assert_eq!((file.refused_in_all, file.without), (4, 1));
        assert_eq!(file.refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5, 6, 8]);
    }

    #[test]
    fn a_plain_list_is_read_and_a_register_is_refused() {
        let file = read("Polling district,Name,Address,Postcode\nQB1,=Village Hall,Hall Lane,AA1 0AA\n").unwrap();
        assert_eq!(file.districts["QB1"][0].whole_address(), "Hall Lane, AA1 0AA");
        for heading in ["Polling place", "Polling station", "POLLING_PLACE"] {
            let text = format!("District,{heading},Address,Postcode\nQB1,Village Hall,Hall Lane,AA1 0AA\n");
            let file = read(&text).unwrap_or_else(|why| panic!("{heading}: {why}"));
            assert_eq!(file.districts["QB1"][0].name, "Village Hall");
            assert_eq!(file.districts["QB1"][0].whole_address(), "Hall Lane, AA1 0AA");
        }
        let beside = "Address,Postcode,District,Polling station,Polling station address\n\
            1 Beech Avenue,AA1 0NZ,QB1,Village Hall,Hall Lane\n2 Beech Avenue,AA1 0NZ,QB1,Village Hall,Hall Lane\n";
        let file = read(beside).unwrap();
        assert_eq!(file.districts["QB1"].len(), 1, "a home's own address is not the place's");
        assert_eq!(file.districts["QB1"][0].whole_address(), "Hall Lane");
        let before =
            read("Address,Postcode,District,Polling station\n1 Beech Avenue,AA1 0NZ,QB1,Village Hall\n").unwrap();
        assert_eq!(before.districts["QB1"][0].whole_address(), "", "nor where the place has no columns of its own");
        for (text, says) in [
            ("", "empty"),
            ("District,Where,Postcode\nQB1,Hall,AA1 0AA\n", "headed as the polling place"),
            ("Letters,Polling place\nQB1,Hall\n", "headed as the polling district"),
            ("Elector Number,Surname,Forename\n1,Vale,Wilma\n", "no list of polling places"),
            ("polling district,name,address,postcode\n", "no polling place"),
            ("PK\u{3}\u{4}xl/", "workbook"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.contains(says), "{refused}");
        }
    }
}
