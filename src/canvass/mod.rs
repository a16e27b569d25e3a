//! Canvassing: the order in which doors are walked.

pub mod walk_order;
