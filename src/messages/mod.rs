//! Messages to members, volunteers and supporters, and what they stand on: imprints, addresses that are left alone, consent taken
//! back by a link.

pub mod imprint;
pub mod returns;
pub mod silence;
pub mod texts;
pub mod unsubscribe;
