//! What users and auditors are promised, one module a promise.

#[path = "promises/registers_reading.rs"]
mod registers_reading;
