//! What Hustings promises, one module a promise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

#[path = "promises/access_reviews.rs"]
mod access_reviews;
#[path = "promises/areas_and_polls.rs"]
mod areas_and_polls;
#[path = "promises/assignments.rs"]
mod assignments;
#[path = "promises/backup.rs"]
mod backup;
#[path = "promises/breaches.rs"]
mod breaches;
#[path = "promises/break_glass.rs"]
mod break_glass;
#[path = "promises/browser.rs"]
mod browser;
#[path = "promises/canaries.rs"]
mod canaries;
#[path = "promises/canvass_cards.rs"]
mod canvass_cards;
#[path = "promises/catalogue.rs"]
mod catalogue;
#[path = "promises/closing.rs"]
mod closing;
#[path = "promises/cluster.rs"]
mod cluster;
#[path = "promises/command_line.rs"]
mod command_line;
#[path = "promises/delegation.rs"]
mod delegation;
#[path = "promises/delivery.rs"]
mod delivery;
#[path = "promises/delivery_silence.rs"]
mod delivery_silence;
#[path = "promises/delivery_webhook.rs"]
mod delivery_webhook;
#[path = "promises/doorstep.rs"]
mod doorstep;
#[path = "promises/doorstep_pages.rs"]
mod doorstep_pages;
#[path = "promises/doorstep_script.rs"]
mod doorstep_script;
#[path = "promises/electors_history.rs"]
mod electors_history;
#[path = "promises/electors_pages.rs"]
mod electors_pages;
#[path = "promises/electors_plans.rs"]
mod electors_plans;
#[path = "promises/electors_results.rs"]
mod electors_results;
#[path = "promises/electors_search.rs"]
mod electors_search;
#[path = "promises/electors_wall.rs"]
mod electors_wall;
#[path = "promises/ending_access.rs"]
mod ending_access;
#[path = "promises/endings.rs"]
mod endings;
#[path = "promises/events.rs"]
mod events;
#[path = "promises/events_by_name.rs"]
mod events_by_name;
#[path = "promises/events_calendar.rs"]
mod events_calendar;
#[path = "promises/events_property.rs"]
mod events_property;
#[path = "promises/events_shifts.rs"]
mod events_shifts;
#[path = "promises/events_wall.rs"]
mod events_wall;
#[path = "promises/every_page.rs"]
mod every_page;
#[path = "promises/exports.rs"]
mod exports;
#[path = "promises/four_eyes.rs"]
mod four_eyes;
#[path = "promises/full_disk.rs"]
mod full_disk;
#[path = "promises/giving.rs"]
mod giving;
#[path = "promises/grants.rs"]
mod grants;
#[path = "promises/guard_pages.rs"]
mod guard_pages;
#[path = "promises/harness.rs"]
mod harness;
#[path = "promises/help.rs"]
mod help;
#[path = "promises/homes.rs"]
mod homes;
#[path = "promises/imports.rs"]
mod imports;
#[path = "promises/imprints.rs"]
mod imprints;
#[path = "promises/insight.rs"]
mod insight;
#[path = "promises/joining.rs"]
mod joining;
#[path = "promises/journeys.rs"]
mod journeys;
#[path = "promises/kept_searches.rs"]
mod kept_searches;
#[path = "promises/killed.rs"]
mod killed;
#[path = "promises/letters_and_links.rs"]
mod letters_and_links;
#[path = "promises/letters_journeys.rs"]
mod letters_journeys;
#[path = "promises/letters_made.rs"]
mod letters_made;
#[path = "promises/letters_wall.rs"]
mod letters_wall;
#[path = "promises/limits.rs"]
mod limits;
#[path = "promises/lockdown.rs"]
mod lockdown;
#[path = "promises/materials_designs.rs"]
mod materials_designs;
#[path = "promises/materials_gallery.rs"]
mod materials_gallery;
#[path = "promises/materials_journey.rs"]
mod materials_journey;
#[path = "promises/materials_kept.rs"]
mod materials_kept;
#[path = "promises/materials_labels.rs"]
mod materials_labels;
#[path = "promises/materials_leaflets.rs"]
mod materials_leaflets;
#[path = "promises/materials_runs.rs"]
mod materials_runs;
#[path = "promises/matrix.rs"]
mod matrix;
#[path = "promises/members.rs"]
mod members;
#[path = "promises/members_matches.rs"]
mod members_matches;
#[path = "promises/members_wall.rs"]
mod members_wall;
#[path = "promises/membership.rs"]
mod membership;
#[path = "promises/messages.rs"]
mod messages;
#[path = "promises/messages_events.rs"]
mod messages_events;
#[path = "promises/messages_journeys.rs"]
mod messages_journeys;
#[path = "promises/messages_kinds.rs"]
mod messages_kinds;
#[path = "promises/messages_sending.rs"]
mod messages_sending;
#[path = "promises/news.rs"]
mod news;
#[path = "promises/one_hand.rs"]
mod one_hand;
#[path = "promises/oracle.rs"]
mod oracle;
#[path = "promises/organise_journeys.rs"]
mod organise_journeys;
#[path = "promises/organise_wall.rs"]
mod organise_wall;
#[path = "promises/pads.rs"]
mod pads;
#[path = "promises/pads_people.rs"]
mod pads_people;
#[path = "promises/paper.rs"]
mod paper;
#[path = "promises/paper_entry.rs"]
mod paper_entry;
#[path = "promises/paper_journey.rs"]
mod paper_journey;
#[path = "promises/paper_scan.rs"]
mod paper_scan;
#[path = "promises/polling_places.rs"]
mod polling_places;
#[path = "promises/posts.rs"]
mod posts;
#[path = "promises/press.rs"]
mod press;
#[path = "promises/protection.rs"]
mod protection;
#[path = "promises/pulse.rs"]
mod pulse;
#[path = "promises/quarantine.rs"]
mod quarantine;
#[path = "promises/records.rs"]
mod records;
#[path = "promises/registers_import.rs"]
mod registers_import;
#[path = "promises/registers_reading.rs"]
mod registers_reading;
#[path = "promises/results.rs"]
mod results;
#[path = "promises/results_property.rs"]
mod results_property;
#[path = "promises/retention.rs"]
mod retention;
#[path = "promises/rights.rs"]
mod rights;
#[path = "promises/rights_erasure.rs"]
mod rights_erasure;
#[path = "promises/rights_holdings.rs"]
mod rights_holdings;
#[path = "promises/rights_organise.rs"]
mod rights_organise;
#[path = "promises/rights_wall.rs"]
mod rights_wall;
#[path = "promises/rounds.rs"]
mod rounds;
#[path = "promises/rounds_journeys.rs"]
mod rounds_journeys;
#[path = "promises/seal.rs"]
mod seal;
#[path = "promises/seal_audit.rs"]
mod seal_audit;
#[path = "promises/seal_places.rs"]
mod seal_places;
#[path = "promises/second_factors.rs"]
mod second_factors;
#[path = "promises/selections.rs"]
mod selections;
#[path = "promises/selections_journeys.rs"]
mod selections_journeys;
#[path = "promises/selections_oracle.rs"]
mod selections_oracle;
#[path = "promises/selections_pages.rs"]
mod selections_pages;
#[path = "promises/serving.rs"]
mod serving;
#[path = "promises/sessions.rs"]
mod sessions;
#[path = "promises/set_up.rs"]
mod set_up;
#[path = "promises/settings.rs"]
mod settings;
#[path = "promises/sign_in.rs"]
mod sign_in;
#[path = "promises/source.rs"]
mod source;
#[path = "promises/supporters.rs"]
mod supporters;
#[path = "promises/tallies.rs"]
mod tallies;
#[path = "promises/tasks.rs"]
mod tasks;
#[path = "promises/volunteers.rs"]
mod volunteers;
#[path = "promises/voters.rs"]
mod voters;
#[path = "promises/walk_lists.rs"]
mod walk_lists;
#[path = "promises/walk_lists_browser.rs"]
mod walk_lists_browser;
#[path = "promises/wall.rs"]
mod wall;
#[path = "promises/wall_records.rs"]
mod wall_records;
#[path = "promises/watching.rs"]
mod watching;
