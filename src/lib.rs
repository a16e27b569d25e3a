//! Hustings: local campaigning on the electoral register, behind a wall.
//!
//! This list is the floor plan. Each room is one thing that the field has a word for; inside, `mod.rs`
//! holds its nouns and rules, `store.rs` its SQL (every function takes a scoped transaction), `pages.rs`
//! its pages, `api.rs` their JSON twins. CONTRIBUTING.md says where to put the next thing.

/// What the command line offers; calls the same functions as the pages.
pub mod commands;
/// One typed configuration from flags, environment and file.
pub mod config;
/// The pools, the embedded cluster, migrations, and the scoped transaction: the only door to people's data.
pub mod database;
/// What can go wrong, as a person is told it.
pub mod error;
/// The installation's own keys, in files beside the database.
pub mod keys;
/// Letters by email, from fixed forms.
pub mod mail;
/// Documents on paper: typed blocks become accessible PDFs.
pub mod paper;
/// Turns at work that fills a core: so many at a time, and a turn as long as the work.
pub mod turns;
/// Routes with their permissions, middleware, the page shell, forms, headers.
pub mod web;

/// Accounts, sign-in, sessions, roles, grants, closing a tool.
pub mod access;
/// The access log: who saw whom, and who was refused.
pub mod audit;
/// People's rights and the officer's books: requests, files, stops, erasure; retention, breaches, records.
pub mod protection;
/// Rules over the access log, alerts, canaries.
pub mod watching;

/// Polling districts and the areas made of them.
pub mod areas;
/// Elections: date, kind, area.
pub mod polls;
/// The first evening: controller, notice, codes, first administrator.
pub mod setup;

/// Electors and their homes: search, pages, history.
pub mod electors;
/// Files of lines on their way in, members' or councils': their columns, and their lines as they are staged.
pub mod incoming;
/// Reading councils' files: formats, preview, apply, matching people.
pub mod registers;
/// Who votes by post or proxy, and who voted: councils' lists of a poll.
pub mod voters;

/// Walk lists, assignments, the doorstep, results.
pub mod canvass;
/// Events and their shifts: what is on, who comes, who came.
pub mod events;
/// Taking people's data away as files: asking, approval, marks, canaries, record.
pub mod exports;
/// What is printed: cards, letters, labels, leaflets; the press and its runs.
pub mod materials;
/// Members: the party's file, the list, their pages, who they are on the register.
pub mod members;
/// Messages, and what they stand on: imprints, silence, consent taken back by a link.
pub mod messages;
/// Delivery rounds: streets, deliverers, bundles, what is done.
pub mod rounds;
/// Choosing electors: rules that nest, counts, kept selections.
pub mod selections;

/// Tallies: contact rate and intention by district.
pub mod insight;
/// What of set-up may be changed: controller, notice, codes, processors.
pub mod settings;
/// What somebody is to do about somebody: asked for at a door, or put down.
pub mod tasks;
/// Whoever helps: found at a door or typed in, what they offer, how they are reached.
pub mod volunteers;

/// News of an area for whoever is signed in there.
pub mod news;

/// The demonstration constituency.
pub mod demo;
