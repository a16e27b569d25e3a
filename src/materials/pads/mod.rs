//! Polling day on paper: knocking-up pads of promises by street, and a night-before pack of all that a committee room needs, so that a
//! dead server stops nothing. Whoever votes by post is not on them: they are asked two weeks before.

mod asked;
pub mod pages;
mod read;
mod room;
