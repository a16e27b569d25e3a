-- An installation that is set up: codes, issues, a poll.
insert into installation (controller, contact, kind, privacy_notice)
values ('The Lantern Party', 'data@lantern.example', 'party', 'We keep what you tell us to plan our campaign.');
insert into intention_code (code, label, slot, code_group, place) values
  ('F', 'Firm', 1, 'for', 1), ('P', 'Probable', 2, 'leaning', 2), ('U', 'Undecided', 3, 'undecided', 3),
  ('X', 'Quill', 4, 'against', 4), ('Y', 'Anchor', 5, 'against', 5), ('Z', 'Orchard', 6, 'against', 6),
  ('A', 'Against', 7, 'against', 7), ('W', 'Won’t say', 8, 'wont-say', 8), ('N', 'Non-voter', 8, 'non-voter', 9);
insert into issue_code (code, label, place) values
  ('BUS', 'Buses', 1), ('HARBOUR', 'Harbour wall', 2), ('RENT', 'Rents', 3), ('GP', 'Doctors', 4), ('BINS', 'Bins', 5);
insert into poll (name, poll_date, kind, area_id)
select 'General election', current_date + 60, 'uk-parliament', area_id from area where kind = 'installation';
