//! Exports in the database: asking, deciding, fetching, the record of all, the limit above which two people decide.

mod act;
mod limit;
mod read;

pub use act::{Asked, NewExport, Room, ask, begin, decide, note, room, withdraw};
pub use limit::{Limit, limits, set as set_limit};
pub use read::{Copy, Export, Fetched, Order, State, all, copies, fetched_by, find, mine, to_decide, waiting};
