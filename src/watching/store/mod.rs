//! Alerts, rules as they were changed, and canaries in the database.

mod alerts;
mod canaries;
mod rules;

pub use alerts::{
    Order, Shown, ask_to_end, close_ended, concerned, explain, find, history, lead_to_breach, list, note, open_ones,
    seen, status,
};
pub use canaries::{
    Beside, Canary, NewCanary, among, beside, canaries, district_of, in_districts, names, plant, planted, remove,
};
pub use rules::{Standing, Version, change, standing, versions};
