//! What of set-up may be changed afterwards: controller, contact, privacy notice, codes, registration officers, processors.
//!
//! Each change is dated and on record; what stood before stays readable. Codes end and never go, since answers name them.

pub mod codes;
pub mod pages;
pub mod store;
