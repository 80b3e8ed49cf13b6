-- Country groups as dated data; situational assessments of countries; reviews, and the allegations that lead to them.

insert into life_cycles (name, table_name) values
    ('assessment', 'assessments'), ('review', 'reviews'), ('allegation', 'allegations');

insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('assessment', 'none', 'draft', 'draft'),
    ('assessment', 'draft', 'revise', 'draft'),
    ('assessment', 'draft', 'consult', 'in_consultation'),
    ('assessment', 'in_consultation', 'recall', 'draft'),
    ('assessment', 'agreed', 'recall', 'draft'),
    ('assessment', 'dissented', 'recall', 'draft'),
    ('assessment', 'in_consultation', 'agree', 'agreed'),
    ('assessment', 'in_consultation', 'dissent', 'dissented'),
    ('assessment', 'agreed', 'approve', 'approved'),
    ('assessment', 'dissented', 'approve', 'approved'),
    ('assessment', 'approved', 'supersede', 'superseded'),
    ('review', 'none', 'open', 'open'),
    ('review', 'open', 'enter_evidence', 'in_evidence'),
    ('review', 'in_evidence', 'enter_evidence', 'in_evidence'),
    ('review', 'open', 'extend', 'open'),
    ('review', 'in_evidence', 'extend', 'in_evidence'),
    ('review', 'in_evidence', 'conclude', 'concluded'),
    ('allegation', 'none', 'receive', 'received'),
    ('allegation', 'received', 'assess', 'assessed'),
    ('allegation', 'assessed', 'dismiss', 'dismissed'),
    ('allegation', 'assessed', 'substantiate', 'substantiated');

select write_history_projection();

-- Country groups. Whether a country was a member is asked of a day, so membership has dates and is never deleted.

-- An exclusion constraint needs an index that knows both equality of text and overlap of dates. A range of one code
-- gives the first: two ranges of one code overlap exactly where the codes are equal.
create type code_range as range (subtype = text, collation = "C");
comment on type code_range is 'A range of codes; of one code, where a constraint compares codes for equality.';
comment on function code_range(text, text) is 'Makes a range of codes.';
comment on function code_range(text, text, text) is 'Makes a range of codes with these bounds.';
comment on function code_multirange() is 'Makes an empty multirange of codes.';
comment on function code_multirange(code_range) is 'Makes a multirange of one range of codes.';
comment on function code_multirange(variadic code_range[]) is 'Makes a multirange of ranges of codes.';

create table country_groups (
    code text not null,
    id uuid not null,
    name text not null,
    source text not null,
    recorded_by uuid not null,
    recorded_at timestamptz not null,
    constraint country_groups_pk primary key (code),
    constraint country_groups_id_uq unique (id),
    constraint country_groups_recorded_by_fk foreign key (recorded_by) references people (id),
    constraint country_groups_code_shape check (code ~ '^[a-z][a-z0-9-]{1,39}$'),
    constraint country_groups_name_stated check (name <> ''),
    constraint country_groups_source_stated check (source <> '')
);
comment on table country_groups is 'Named groups of countries, each with its source. Append-only.';
comment on column country_groups.code is 'its name in rules and routes, such as gulf-states';
comment on column country_groups.id is 'UUIDv7, its name in the audit log';
comment on column country_groups.name is 'its English name';
comment on column country_groups.source is 'where its members are read';
comment on column country_groups.recorded_by is 'who entered it';
comment on column country_groups.recorded_at is 'when';
create trigger country_groups_append_only before update or delete or truncate on country_groups
    for each statement execute function refuse_change();

create table country_group_members (
    group_code text not null,
    territory text not null,
    valid_from date not null,
    valid_until date,
    recorded_by uuid not null,
    recorded_at timestamptz not null,
    ended_by uuid,
    ended_at timestamptz,
    end_reasons text,
    constraint country_group_members_pk primary key (group_code, territory, valid_from),
    constraint country_group_members_group_fk foreign key (group_code) references country_groups (code),
    constraint country_group_members_territory_fk foreign key (territory) references territories (code),
    constraint country_group_members_recorded_by_fk foreign key (recorded_by) references people (id),
    constraint country_group_members_ended_by_fk foreign key (ended_by) references people (id),
    constraint country_group_members_countries check (territory ~ '^[A-Z]{2}$' and territory <> 'ZZ'),
    constraint country_group_members_dates check (
        valid_from > '-infinity' and valid_from < 'infinity' and valid_until < 'infinity' and valid_until >= valid_from),
    constraint country_group_members_end_whole check (
        (ended_by is null) = (ended_at is null) and (ended_by is null) = (end_reasons is null)
        and (ended_by is null or valid_until is not null)),
    constraint country_group_members_span_uq exclude using gist (
        code_range(group_code, group_code, '[]') with &&, code_range(territory, territory, '[]') with &&,
        daterange(valid_from, valid_until, '[]') with &&)
);
comment on table country_group_members is 'Which country belongs to which group from when until when; ended, never deleted.';
comment on column country_group_members.group_code is 'the group';
comment on column country_group_members.territory is 'the country';
comment on column country_group_members.valid_from is 'its first day in the group';
comment on column country_group_members.valid_until is 'its last day; null while no end is known';
comment on column country_group_members.recorded_by is 'who entered the membership';
comment on column country_group_members.recorded_at is 'when';
comment on column country_group_members.ended_by is 'who recorded its end; null where the end was entered with it';
comment on column country_group_members.ended_at is 'when the end was recorded';
comment on column country_group_members.end_reasons is 'why it ended';
create index country_group_members_territory_ix on country_group_members (territory);

create function refuse_membership_rewrite() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.valid_until is null and new.valid_until is not null and new.ended_by is not null
       and (to_jsonb(new) - '{valid_until,ended_by,ended_at,end_reasons}'::text[])
         = (to_jsonb(old) - '{valid_until,ended_by,ended_at,end_reasons}'::text[]) then
        return new;
    end if;
    raise exception 'a membership is ended once and never edited' using errcode = 'restrict_violation',
        constraint = 'country_group_members_not_edited';
end $$;
comment on function refuse_membership_rewrite() is 'A membership takes one end; nothing else of it changes.';
create trigger country_group_members_not_edited before update or delete on country_group_members
    for each row execute function refuse_membership_rewrite();
create trigger country_group_members_not_truncated before truncate on country_group_members
    for each statement execute function refuse_change();

insert into country_groups (code, id, name, source, recorded_by, recorded_at) values
    ('gulf-states', '00000000-0000-7000-8000-000000000101', 'Gulf states',
     'Charter of the Cooperation Council for the Arab States of the Gulf, Abu Dhabi, 25 May 1981, Art. 5',
     '00000000-0000-7000-8000-000000000002', '2026-01-01T00:00:00Z'),
    ('eu', '00000000-0000-7000-8000-000000000102', 'European Union',
     'The treaties of accession, from the day each entered into force; before 1 November 1993 the European Economic Community',
     '00000000-0000-7000-8000-000000000002', '2026-01-01T00:00:00Z'),
    ('nato', '00000000-0000-7000-8000-000000000103', 'North Atlantic Treaty Organization',
     'North Atlantic Treaty, Washington, 4 April 1949, in force on 24 August 1949; the protocols of accession, from the day the instrument was deposited',
     '00000000-0000-7000-8000-000000000002', '2026-01-01T00:00:00Z');

insert into country_group_members (group_code, territory, valid_from, valid_until, recorded_by, recorded_at)
select m.group_code, t.code, m.valid_from::date, m.valid_until::date, '00000000-0000-7000-8000-000000000002',
       '2026-01-01T00:00:00Z'
  from (values
    ('gulf-states', '{AE,BH,KW,OM,QA,SA}', '1981-05-25', null),
    ('eu', '{BE,DE,FR,IT,LU,NL}', '1958-01-01', null),
    ('eu', '{DK,IE}', '1973-01-01', null),
    ('eu', '{GB}', '1973-01-01', '2020-01-31'),
    ('eu', '{GR}', '1981-01-01', null),
    ('eu', '{ES,PT}', '1986-01-01', null),
    ('eu', '{AT,FI,SE}', '1995-01-01', null),
    ('eu', '{CY,CZ,EE,HU,LT,LV,MT,PL,SI,SK}', '2004-05-01', null),
    ('eu', '{BG,RO}', '2007-01-01', null),
    ('eu', '{HR}', '2013-07-01', null),
    ('nato', '{BE,CA,DK,FR,GB,IS,IT,LU,NL,NO,PT,US}', '1949-08-24', null),
    ('nato', '{GR,TR}', '1952-02-18', null),
    ('nato', '{DE}', '1955-05-06', null),
    ('nato', '{ES}', '1982-05-30', null),
    ('nato', '{CZ,HU,PL}', '1999-03-12', null),
    ('nato', '{BG,EE,LT,LV,RO,SI,SK}', '2004-03-29', null),
    ('nato', '{AL,HR}', '2009-04-01', null),
    ('nato', '{ME}', '2017-06-05', null),
    ('nato', '{MK}', '2020-03-27', null),
    ('nato', '{FI}', '2023-04-04', null),
    ('nato', '{SE}', '2024-03-07', null)
  ) as m (group_code, territories, valid_from, valid_until), unnest(m.territories::text[]) as t (code);

-- Assessments. What was put to the ministries is what is approved: the content changes while it is a draft, and a
-- recall begins a new round of positions. Positions stay on record whatever comes of the round.

create table assessments (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    country text not null,
    product_class text,
    summary text not null,
    conclusions text not null,
    review_on date not null,
    valid_until date not null,
    round integer not null,
    drafted_by uuid not null,
    authors uuid[] not null,
    approved_by uuid,
    approved_at timestamptz,
    approval_reasons text,
    departure text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint assessments_pk primary key (id),
    constraint assessments_reference_uq unique (reference),
    constraint assessments_country_fk foreign key (country) references territories (code),
    constraint assessments_drafted_by_fk foreign key (drafted_by) references people (id),
    constraint assessments_approved_by_fk foreign key (approved_by) references people (id),
    constraint assessments_of_a_country check (country ~ '^[A-Z]{2}$' and country <> 'ZZ'),
    constraint assessments_class_known check (product_class in ('dual_use', 'military', 'cyber_intelligence')),
    constraint assessments_dates check (valid_until >= review_on and review_on > '-infinity' and valid_until < 'infinity'),
    constraint assessments_round_positive check (round >= 1),
    constraint assessments_drafter_is_author check (drafted_by = any (authors)),
    constraint assessments_four_eyes check (approved_by <> all (authors)),
    constraint assessments_approval_whole check (
        (approved_by is null) = (approved_at is null) and (approved_by is null) = (approval_reasons is null)
        and (approved_by is not null or departure is null)),
    constraint assessments_approved_signed check (status not in ('approved', 'superseded') or approved_by is not null)
);
comment on table assessments is 'Situational assessments of countries, for all goods or for one class of products.';
comment on column assessments.id is 'UUIDv7';
comment on column assessments.reference is 'AS-2026-000123';
comment on column assessments.version is 'the version of the last step';
comment on column assessments.status is 'where the assessment stands';
comment on column assessments.country is 'the country assessed';
comment on column assessments.product_class is 'the class of products it is for; null for all goods';
comment on column assessments.summary is 'the situation, in short';
comment on column assessments.conclusions is 'what follows from it';
comment on column assessments.review_on is 'when it is looked at again at the latest';
comment on column assessments.valid_until is 'the last day on which it is relied on';
comment on column assessments.round is 'counts the texts put to the ministries';
comment on column assessments.drafted_by is 'who drafted it';
comment on column assessments.authors is 'everyone who drafted or revised it: none of them approves it';
comment on column assessments.approved_by is 'who approved it';
comment on column assessments.approved_at is 'when';
comment on column assessments.approval_reasons is 'the reasons of the approval';
comment on column assessments.departure is 'the reasons for going on in spite of a ministry''s dissent';
comment on column assessments.created_at is 'when it came on file';
comment on column assessments.updated_at is 'when it last moved';
select follow_history('assessments', 'assessment');
create unique index assessments_one_in_force_uq on assessments (country, coalesce(product_class, ''))
    where status = 'approved';
create index assessments_country_ix on assessments (country, id);
create index assessments_status_ix on assessments (status, id);

create function refuse_assessment_rewrite() returns trigger language plpgsql as $$
begin
    if old.status = 'draft' and new.country = old.country and new.product_class is not distinct from old.product_class
       and new.drafted_by = old.drafted_by and new.reference = old.reference and new.created_at = old.created_at
       and new.authors @> old.authors then
        return new;
    end if;
    -- Out of draft the text stands: a recall begins a round, and the approval is signed once.
    if (to_jsonb(new) - '{version,status,life_cycle,round,approved_by,approved_at,approval_reasons,departure,updated_at}'::text[])
         = (to_jsonb(old) - '{version,status,life_cycle,round,approved_by,approved_at,approval_reasons,departure,updated_at}'::text[])
       and (old.approved_by is null or new.approved_by = old.approved_by
            and new.approved_at = old.approved_at and new.approval_reasons = old.approval_reasons
            and new.departure is not distinct from old.departure)
       and new.round >= old.round then
        return new;
    end if;
    raise exception 'an assessment is changed while it is a draft' using errcode = 'restrict_violation',
        constraint = 'assessments_text_stands';
end $$;
comment on function refuse_assessment_rewrite() is
    'The text of an assessment changes while it is a draft; its authors are only added to; an approval is not edited.';
create trigger assessments_text_stands before update on assessments
    for each row execute function refuse_assessment_rewrite();

create table assessment_considerations (
    assessment_id uuid not null,
    consideration text not null,
    level text not null,
    text text not null,
    constraint assessment_considerations_pk primary key (assessment_id, consideration),
    constraint assessment_considerations_assessment_fk foreign key (assessment_id) references assessments (id),
    constraint assessment_considerations_consideration_known check (consideration in (
        'security', 'foreign_policy', 'international_resolutions', 'stability', 'terrorism_and_organized_crime',
        'control_regimes', 'classified_technology', 'human_rights')),
    constraint assessment_considerations_level_known check (level in ('low', 'medium', 'high'))
);
comment on table assessment_considerations is 'What an assessment says under each consideration.';
comment on column assessment_considerations.assessment_id is 'the assessment';
comment on column assessment_considerations.consideration is 'which consideration';
comment on column assessment_considerations.level is 'how much it weighs against export: low, medium or high';
comment on column assessment_considerations.text is 'what is found';

create table assessment_scores (
    assessment_id uuid not null,
    number integer not null,
    source text not null,
    indicator text not null,
    year integer not null,
    value numeric(27, 18) not null,
    scale text not null,
    citation text not null,
    attached_by uuid not null,
    attached_at timestamptz not null,
    constraint assessment_scores_pk primary key (assessment_id, number),
    constraint assessment_scores_indicator_uq unique (assessment_id, source, indicator, year),
    constraint assessment_scores_assessment_fk foreign key (assessment_id) references assessments (id),
    constraint assessment_scores_attached_by_fk foreign key (attached_by) references people (id),
    constraint assessment_scores_number_positive check (number >= 1),
    constraint assessment_scores_year_sane check (year between 1900 and 9999),
    constraint assessment_scores_value_finite check (value > '-infinity' and value < 'infinity')
);
comment on table assessment_scores is 'Scores that others publish on a country, each with its source. Append-only.';
comment on column assessment_scores.assessment_id is 'the assessment';
comment on column assessment_scores.number is '1, 2, … for the assessment';
comment on column assessment_scores.source is 'who publishes it';
comment on column assessment_scores.indicator is 'what it measures';
comment on column assessment_scores.year is 'the year it is for';
comment on column assessment_scores.value is 'the score';
comment on column assessment_scores.scale is 'the scale and its direction';
comment on column assessment_scores.citation is 'where it is published';
comment on column assessment_scores.attached_by is 'who attached it';
comment on column assessment_scores.attached_at is 'when';
create trigger assessment_scores_append_only before update or delete or truncate on assessment_scores
    for each statement execute function refuse_change();

create function refuse_consulted_part_change() returns trigger language plpgsql as $$
begin
    if exists (select from assessments a
                where a.id in (old.assessment_id, new.assessment_id) and a.status <> 'draft') then
        raise exception 'what was put to the ministries stands' using errcode = 'restrict_violation',
            constraint = tg_table_name || '_draft_only';
    end if;
    return coalesce(new, old);
end $$;
comment on function refuse_consulted_part_change() is 'Considerations and scores change only while the assessment is a draft.';
create trigger assessment_considerations_draft_only before insert or update or delete on assessment_considerations
    for each row execute function refuse_consulted_part_change();
create trigger assessment_considerations_not_truncated before truncate on assessment_considerations
    for each statement execute function refuse_change();
create trigger assessment_scores_draft_only before insert on assessment_scores
    for each row execute function refuse_consulted_part_change();

create table assessment_positions (
    assessment_id uuid not null,
    round integer not null,
    ministry text not null,
    stance text not null,
    reasons text not null,
    recorded_by uuid not null,
    recorded_at timestamptz not null,
    constraint assessment_positions_pk primary key (assessment_id, round, ministry),
    constraint assessment_positions_person_uq unique (assessment_id, round, recorded_by),
    constraint assessment_positions_assessment_fk foreign key (assessment_id) references assessments (id),
    constraint assessment_positions_by_fk foreign key (recorded_by) references people (id),
    constraint assessment_positions_ministry_known check (ministry in ('defense', 'foreign_affairs')),
    constraint assessment_positions_stance_known check (stance in ('support', 'support_with_conditions', 'oppose'))
);
comment on table assessment_positions is 'Positions of the two ministries on an assessment, by round. Append-only.';
comment on column assessment_positions.assessment_id is 'the assessment';
comment on column assessment_positions.round is 'the text the position was given on';
comment on column assessment_positions.ministry is 'whose position';
comment on column assessment_positions.stance is 'what it says';
comment on column assessment_positions.reasons is 'why';
comment on column assessment_positions.recorded_by is 'who recorded it';
comment on column assessment_positions.recorded_at is 'when';
create function refuse_position_out_of_round() returns trigger language plpgsql as $$
begin
    if not exists (select from assessments a
                    where a.id = new.assessment_id and a.status = 'in_consultation' and a.round = new.round) then
        raise exception 'a position is given in consultation, on the text as it stands' using errcode = 'restrict_violation',
            constraint = 'assessment_positions_in_round';
    end if;
    if exists (select from assessments a where a.id = new.assessment_id and new.recorded_by = any (a.authors)) then
        raise exception 'an author gives no position' using errcode = 'restrict_violation',
            constraint = 'assessment_positions_four_eyes';
    end if;
    return new;
end $$;
comment on function refuse_position_out_of_round() is
    'A position is given in consultation, on the text as it stands, by no one who wrote it.';
create trigger assessment_positions_in_round before insert on assessment_positions
    for each row execute function refuse_position_out_of_round();
create trigger assessment_positions_append_only before update or delete or truncate on assessment_positions
    for each statement execute function refuse_change();

create function check_assessment_positions() returns trigger language plpgsql as $$
declare
    given bigint;
    opposed bigint;
begin
    select count(*), count(*) filter (where p.stance = 'oppose') into given, opposed
      from assessment_positions p where p.assessment_id = new.id and p.round = new.round;
    if new.status in ('agreed', 'dissented', 'approved') and given < 2
       or new.status = 'agreed' and opposed > 0
       or new.status = 'dissented' and opposed = 0
       or new.status = 'approved' and (new.departure is not null) <> (opposed > 0) then
        raise exception 'an assessment stands as the positions of both ministries say'
            using errcode = 'integrity_constraint_violation', constraint = 'assessments_positions_tell';
    end if;
    return null;
end $$;
comment on function check_assessment_positions() is
    'Agreed with the support of both ministries, dissented with the dissent of one, approved over a dissent with reasons.';
create trigger assessments_positions_tell after update of status on assessments
    for each row execute function check_assessment_positions();

-- Reviews. A review that is open on an end user or a product holds grants and thaws: see the rule open_review.

create table reviews (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    title text not null,
    question text not null,
    end_user_id uuid,
    product_id uuid,
    owner_id uuid not null,
    due_on date not null,
    opened_by uuid not null,
    findings text,
    proposal text,
    conclusion_reasons text,
    concluded_by uuid,
    concluded_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint reviews_pk primary key (id),
    constraint reviews_reference_uq unique (reference),
    constraint reviews_end_user_fk foreign key (end_user_id) references end_users (id),
    constraint reviews_product_fk foreign key (product_id) references products (id),
    constraint reviews_owner_fk foreign key (owner_id) references people (id),
    constraint reviews_opened_by_fk foreign key (opened_by) references people (id),
    constraint reviews_concluded_by_fk foreign key (concluded_by) references people (id),
    constraint reviews_one_subject check (num_nonnulls(end_user_id, product_id) <= 1),
    constraint reviews_due_after_opening check (
        due_on > (created_at at time zone 'UTC')::date and due_on < 'infinity'),
    constraint reviews_proposal_known check (proposal in (
        'lift_measure', 'extend_measure', 'amend_measure', 'revoke_licenses', 'no_further_action')),
    constraint reviews_conclusion_whole check (
        (concluded_by is null) = (findings is null) and (concluded_by is null) = (proposal is null)
        and (concluded_by is null) = (conclusion_reasons is null) and (concluded_by is null) = (concluded_at is null)),
    constraint reviews_concluded_signed check (status <> 'concluded' or concluded_by is not null)
);
comment on table reviews is 'In-depth reviews, each with an owner, a due date and an end.';
comment on column reviews.id is 'UUIDv7';
comment on column reviews.reference is 'RW-2026-000123';
comment on column reviews.version is 'the version of the last step';
comment on column reviews.status is 'where the review stands';
comment on column reviews.title is 'what is reviewed';
comment on column reviews.question is 'the question to be answered';
comment on column reviews.end_user_id is 'the end user under review';
comment on column reviews.product_id is 'the product under review';
comment on column reviews.owner_id is 'who answers for it';
comment on column reviews.due_on is 'when it is due; extended by the head of agency';
comment on column reviews.opened_by is 'who opened it';
comment on column reviews.findings is 'what was found';
comment on column reviews.proposal is 'what is proposed';
comment on column reviews.conclusion_reasons is 'why it is proposed';
comment on column reviews.concluded_by is 'who concluded it';
comment on column reviews.concluded_at is 'when';
comment on column reviews.created_at is 'when it was opened';
comment on column reviews.updated_at is 'when it last moved';
select follow_history('reviews', 'review');
create index reviews_status_ix on reviews (status, id);
create index reviews_owner_ix on reviews (owner_id, id);
create index reviews_end_user_ix on reviews (end_user_id) where status in ('open', 'in_evidence');
create index reviews_product_ix on reviews (product_id) where status in ('open', 'in_evidence');

create function refuse_review_rewrite() returns trigger language plpgsql as $$
begin
    if old.status <> 'concluded' and old.concluded_by is null
       and (to_jsonb(new) - '{version,status,life_cycle,due_on,findings,proposal,conclusion_reasons,concluded_by,concluded_at,updated_at}'::text[])
         = (to_jsonb(old) - '{version,status,life_cycle,due_on,findings,proposal,conclusion_reasons,concluded_by,concluded_at,updated_at}'::text[]) then
        return new;
    end if;
    -- The conclusion is signed before its step, which moves nothing else.
    if old.status <> 'concluded'
       and (to_jsonb(new) - '{version,status,life_cycle,updated_at}'::text[]) = (to_jsonb(old) - '{version,status,life_cycle,updated_at}'::text[]) then
        return new;
    end if;
    raise exception 'what is reviewed stands, and a conclusion is signed once' using errcode = 'restrict_violation',
        constraint = 'reviews_not_edited';
end $$;
comment on function refuse_review_rewrite() is
    'Of an open review only the due date moves, and its conclusion is signed once; a concluded review stands.';
create trigger reviews_not_edited before update on reviews for each row execute function refuse_review_rewrite();

create table review_evidence (
    review_id uuid not null,
    number integer not null,
    kind text not null,
    description text not null,
    document_sha256 text,
    entered_by uuid not null,
    entered_at timestamptz not null,
    entered_version integer not null,
    constraint review_evidence_pk primary key (review_id, number),
    constraint review_evidence_step_uq unique (review_id, entered_version),
    constraint review_evidence_review_fk foreign key (review_id) references reviews (id),
    constraint review_evidence_entered_by_fk foreign key (entered_by) references people (id),
    constraint review_evidence_step_fk foreign key (review_id, entered_version) references history (subject_id, version),
    constraint review_evidence_number_positive check (number >= 1),
    constraint review_evidence_kind_known check (kind in (
        'document', 'statement', 'site_visit', 'technical_analysis', 'open_source', 'government_report')),
    constraint review_evidence_digest_shape check (document_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table review_evidence is 'What a review rests on. Append-only.';
comment on column review_evidence.review_id is 'the review';
comment on column review_evidence.number is '1, 2, … for the review';
comment on column review_evidence.kind is 'what kind of evidence';
comment on column review_evidence.description is 'what it is and shows';
comment on column review_evidence.document_sha256 is 'digest of the document, where there is one';
comment on column review_evidence.entered_by is 'who entered it';
comment on column review_evidence.entered_at is 'when';
comment on column review_evidence.entered_version is 'the step of the review''s history';
create trigger review_evidence_append_only before update or delete or truncate on review_evidence
    for each statement execute function refuse_change();

-- Allegations of misuse. One that is substantiated opens a review in the same transaction.

create table allegations (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    source_kind text not null,
    received_on date not null,
    text text not null,
    document_sha256s text[] not null,
    end_user_id uuid,
    product_id uuid,
    entered_by uuid not null,
    assessment text,
    credibility text,
    assessed_by uuid,
    decision_reasons text,
    decided_by uuid,
    review_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint allegations_pk primary key (id),
    constraint allegations_reference_uq unique (reference),
    constraint allegations_review_uq unique (review_id),
    constraint allegations_end_user_fk foreign key (end_user_id) references end_users (id),
    constraint allegations_product_fk foreign key (product_id) references products (id),
    constraint allegations_entered_by_fk foreign key (entered_by) references people (id),
    constraint allegations_assessed_by_fk foreign key (assessed_by) references people (id),
    constraint allegations_decided_by_fk foreign key (decided_by) references people (id),
    constraint allegations_review_fk foreign key (review_id) references reviews (id),
    constraint allegations_one_subject check (num_nonnulls(end_user_id, product_id) = 1),
    constraint allegations_source_known check (source_kind in (
        'media', 'civil_society', 'affected_person', 'government', 'international_body', 'whistleblower',
        'agency_finding')),
    constraint allegations_credibility_known check (credibility in ('low', 'medium', 'high')),
    constraint allegations_digest_shape check (
        cardinality(document_sha256s) = 0
        or array_to_string(document_sha256s, ',', '') ~ '^[0-9a-f]{64}(,[0-9a-f]{64})*$'),
    constraint allegations_received_before_entry check (received_on <= (created_at at time zone 'UTC')::date),
    constraint allegations_assessment_whole check (
        (assessed_by is null) = (assessment is null) and (assessed_by is null) = (credibility is null)),
    constraint allegations_decision_whole check (
        (decided_by is null) = (decision_reasons is null) and (decided_by is null or assessed_by is not null)),
    constraint allegations_four_eyes check (decided_by <> assessed_by),
    constraint allegations_assessed_signed check (status = 'received' or assessed_by is not null),
    constraint allegations_decided_signed check (status in ('received', 'assessed') or decided_by is not null),
    constraint allegations_substantiated_has_review check (
        (status <> 'substantiated' or review_id is not null) and (status <> 'dismissed' or review_id is null))
);
comment on table allegations is 'Allegations of misuse by an end user or of a product.';
comment on column allegations.id is 'UUIDv7';
comment on column allegations.reference is 'AL-2026-000123';
comment on column allegations.version is 'the version of the last step';
comment on column allegations.status is 'where the allegation stands';
comment on column allegations.source_kind is 'what kind of source it came from';
comment on column allegations.received_on is 'when it was received';
comment on column allegations.text is 'what is alleged';
comment on column allegations.document_sha256s is 'digests of the documents that came with it';
comment on column allegations.end_user_id is 'the end user it is against';
comment on column allegations.product_id is 'the product it is about';
comment on column allegations.entered_by is 'who entered it';
comment on column allegations.assessment is 'how it was assessed';
comment on column allegations.credibility is 'how credible it was found: low, medium or high';
comment on column allegations.assessed_by is 'who assessed it';
comment on column allegations.decision_reasons is 'the reasons of its dismissal or substantiation';
comment on column allegations.decided_by is 'who dismissed or substantiated it';
comment on column allegations.review_id is 'the review that it opened';
comment on column allegations.created_at is 'when it came on file';
comment on column allegations.updated_at is 'when it last moved';
select follow_history('allegations', 'allegation');
create index allegations_status_ix on allegations (status, id);
create index allegations_end_user_ix on allegations (end_user_id, id) where end_user_id is not null;
create index allegations_product_ix on allegations (product_id, id) where product_id is not null;

create function refuse_allegation_rewrite() returns trigger language plpgsql as $$
declare
    told text[] := '{version,status,life_cycle,updated_at}';
begin
    if old.status = 'received' and old.assessed_by is null then
        told := told || '{assessment,credibility,assessed_by}'::text[];
    elsif old.status = 'assessed' and old.decided_by is null then
        told := told || '{decision_reasons,decided_by,review_id}'::text[];
    end if;
    if (to_jsonb(new) - told) = (to_jsonb(old) - told) then
        return new;
    end if;
    raise exception 'an allegation is assessed once and decided once' using errcode = 'restrict_violation',
        constraint = 'allegations_not_edited';
end $$;
comment on function refuse_allegation_rewrite() is 'What was received stands; the assessment and the decision are signed once.';
create trigger allegations_not_edited before update on allegations
    for each row execute function refuse_allegation_rewrite();
