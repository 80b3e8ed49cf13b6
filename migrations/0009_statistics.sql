-- Statistics count expiry by the day the term ended and what is in force on the last day of a year: the term of every
-- license, whatever its status. (licenses_term_ix holds the running ones only, for the sweeper.)
create index licenses_valid_until_ix on licenses (valid_until);

-- A year's first submissions and decisions are read by life cycle and time through history_cycle_at_ix.
comment on index history_cycle_at_ix is 'the steps of one life cycle in a span of time: statistics';
comment on index licenses_valid_until_ix is 'licenses by the last day of their term: statistics';
