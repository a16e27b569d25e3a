//! Reading councils' files: which encoding, which format, which rows, and who is who from one register to the next.

pub mod cells;
pub mod changes;
pub mod dates;
pub mod duplicates;
pub mod encoding;
pub mod formats;
mod groups;
pub mod lines;
pub mod markers;
pub mod matching;
pub mod number;
pub mod reader;
pub mod row;
pub mod similarity;
