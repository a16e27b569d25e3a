//! `/exports`: asking, deciding, fetching; `/protection/exports`: the record of all, and whose file one is.

pub mod all;
pub mod ask;
pub mod limit;
pub mod one;
