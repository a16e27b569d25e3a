//! The pages of letters and postcards.

pub mod edit;
pub mod list;
pub mod making;
pub mod one;
pub mod pictures;
pub mod proof;
pub mod returned;

use serde::Deserialize;

/// Nothing but the grant that the page was drawn under.
#[derive(Debug, Default, Deserialize)]
pub struct Bare {}
