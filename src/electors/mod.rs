//! People on the register: their names, addresses and the folded keys by which they are found.

pub mod address;
pub mod folding;
pub mod name;
pub mod postcode;
pub mod premises;
