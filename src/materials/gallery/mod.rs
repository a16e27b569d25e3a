//! The gallery: everything that can be made, each as it looks on paper, with invented people on it.

pub mod pages;

use super::Kind;
use super::press::{self, Work};
use crate::error::Error;
use serde_json::Value;
use std::collections::HashMap;
use tokio::sync::{Mutex, OnceCell};

/// What stands on the samples: for each kind what its sheet is given. Invented, all of it.
const SAMPLES: &str = include_str!("samples.json");
/// How fine they are: pixels an inch.
const FINE: f32 = 50.0;

/// Each kind's sample is set once; they look the same for everybody.
static SET: [OnceCell<Vec<u8>>; Kind::ALL.len()] = [const { OnceCell::const_new() }; Kind::ALL.len()];
/// One at a time: a browser asks for all of them at once, and others' proofs come first.
static TURN: Mutex<()> = Mutex::const_new(());

#[derive(serde::Deserialize)]
struct Sample {
    common: Value,
    part: Value,
}

/// The sheet of a kind.
fn sheet(kind: Kind) -> &'static str {
    match kind {
        Kind::Letters => "letter",
        Kind::Postcards => "postcard",
        Kind::CanvassCards => "cards",
        Kind::Labels => "labels",
        Kind::PollCards => "poll-card",
        Kind::OutCards => "out-card",
        Kind::Leaflets => "leaflet",
        Kind::Posters => "poster",
        Kind::DoorCards => "door-card",
        Kind::Pads | Kind::NightPack => "pads",
        Kind::RoundSheets => "round",
    }
}

/// The work of a kind's sample.
///
/// # Errors
/// When there is none: the gallery's own test finds that.
pub fn work(kind: Kind) -> Result<Work, Error> {
    let mut samples: HashMap<String, Sample> = serde_json::from_str(SAMPLES).map_err(Error::internal)?;
    let Sample { common, part } = samples.remove(kind.as_str()).ok_or(Error::NotFound)?;
    Ok(Work { sheet: sheet(kind), common, parts: vec![part], ..Work::default() })
}

/// The picture of a kind's sample, its first page.
///
/// # Errors
/// As [`press::pictures`].
pub async fn picture(kind: Kind) -> Result<&'static [u8], Error> {
    let place = Kind::ALL.iter().position(|k| *k == kind).ok_or(Error::NotFound)?;
    let set = SET[place].get_or_try_init(|| async move {
        let _turn = TURN.lock().await;
        press::pictures(work(kind)?, FINE).await?.into_iter().next().ok_or(Error::NotFound)
    });
    Ok(set.await?.as_slice())
}

/// Where it is made, and what it is for, in a sentence.
pub fn about(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::CanvassCards => {
            ("/materials/canvass-cards", "A walk list on paper, in walk order, with a code for each answer.")
        }
        Kind::Letters => ("/materials/letters", "By name, for envelopes with a window or for walking."),
        Kind::Postcards => ("/materials/letters", "By name: a picture and a few lines."),
        Kind::Labels => ("/materials/labels", "Addresses on sheets of stickers."),
        Kind::Leaflets => ("/materials/leaflets", "For every home, from a design, in your colours."),
        Kind::OutCards => ("/materials/out-cards", "Left where nobody was at home."),
        Kind::DoorCards => ("/materials/door-cards", "What we keep about people and why, to be left at a door."),
        Kind::Posters => ("/materials/posters", "One line, as large as it goes."),
        Kind::PollCards => ("/materials/poll-cards", "Where each of them votes, and when."),
        Kind::Pads => ("/materials/pads", "Promises by street, to be struck off on polling day."),
        Kind::NightPack => ("/materials/night-pack", "Everything for polling day, should no computer work."),
        Kind::RoundSheets => ("/rounds/leaflets", "What a deliverer carries: streets, counts, homes to leave out."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_sample_that_names_nobody_real() {
        for kind in Kind::ALL {
            let work = work(kind).unwrap();
            let text = format!("{}{}", work.common, work.parts[0]);
            for (_, address) in text.match_indices("ZZ1").map(|(at, _)| text.split_at(at)) {
                assert!(address.starts_with("ZZ1 4QX"), "{address:.12}");
            }
            assert!(about(kind).1.ends_with('.'));
        }
    }
}
