-- Every change that a reader of a resource sees is a step of its history, so that its version tells two states apart. Three
-- acts were recorded without one: conditions put to the reviewers, a hearing, and a dissent from an override or its use.

insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('application', 'in_review', 'propose_conditions', 'in_review'),
    ('application', 'information_requested', 'propose_conditions', 'information_requested'),
    ('application', 'referred', 'propose_conditions', 'referred'),
    ('revocation', 'intended', 'record_hearing', 'intended'),
    ('revocation', 'represented', 'record_hearing', 'represented'),
    ('revocation', 'waived', 'record_hearing', 'waived'),
    ('revocation', 'unanswered', 'record_hearing', 'unanswered'),
    ('override', 'proposed', 'record_dissent', 'proposed'),
    ('override', 'opinion_recorded', 'record_dissent', 'opinion_recorded'),
    ('override', 'in_effect', 'record_dissent', 'in_effect'),
    ('override', 'in_effect', 'use', 'in_effect');
