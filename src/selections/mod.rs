//! Selections: which electors, in rules that read like a sentence. What enters is a tree of conditions that an organiser put together;
//! what leaves is how many doors and electors that is, who is left out and why, and the electors themselves for whatever is made of
//! them: walk lists, canvass cards, letters, labels, exports.
//!
//! The tree is typed (`rule`), becomes one statement with bound parameters (`sql`), and is kept in versions that never change
//! (`store`), so that what was made from a selection can be told afterwards.

pub mod count;
pub mod find;
pub mod from;
mod ground;
mod names;
pub mod pages;
pub mod rule;
mod sql;
pub mod store;
pub mod words;

pub use count::{Counts, LeftOut};
pub use find::Found;
pub use rule::{
    AbsentVote, Age, Among, Channel, Condition, Election, LastAsked, LeaveOut, Outcome, Rule, Selection, Turnout,
};
