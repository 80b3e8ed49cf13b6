-- Words that name a person are found with whatever stands between them, and a term of retention rests on the log.

-- Between two words stands white space of any kind, in a text as JSON also as it is escaped there.
create or replace function words_pattern(of_kind text, words text[], loosely boolean) returns text language sql immutable as $$
    select '(' || string_agg(case
               when loosely then escaped || case when as_json <> escaped then '|' || as_json else '' end
               -- A handle of letters alone can be any word: it is looked for where it is all that stands there.
               when of_kind = 'person' and word ~ '^[a-z]+$' then '^' || escaped || '$'
               when of_kind = 'person' then '(?<![[:alnum:]._-])' || escaped || '(?![[:alnum:]_-]|[.][[:alnum:]])'
               else '(?<![[:alnum:]])' || escaped || '(?![[:alnum:]])' end, '|' order by length(word) desc, word) || ')'
      from (select word, regexp_replace(regexp_replace(word, '([^[:alnum:][:space:]])', '\\\1', 'g'), blank, between_words, 'g') as escaped,
                   regexp_replace(regexp_replace(trim(both '"' from to_jsonb(word)::text), '([^[:alnum:][:space:]])', '\\\1', 'g'), blank, between_words, 'g') as as_json
              from (select regexp_replace(w, blank, ' ', 'g') as word, blank,
                           case when loosely then '(?:' || blank || '|\\\\[nrtbf]|\\\\u00[01][0-9a-f])+' else blank end as between_words
                      from unnest(words) as w
                     cross join (values ('[[:space:]\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+')) as b (blank)) as n) w
$$;

create function last_act_on(of_subject uuid, since timestamptz) returns date language sql stable as $$
    select (coalesce(max(e.at), since) at time zone 'UTC')::date
      from audit_entries e
     where e.subject_id = of_subject and e.outcome = 'done' and split_part(e.act, '.', 2) not in ('expire', 'erase')
$$;
comment on function last_act_on(uuid, timestamptz) is
    'The day of the last act on a subject by the log, or that since which it is on file. That a term has ended is told by the term.';

create or replace function erasure_files(of_kind text, of_subject uuid)
returns table (kind text, reference text, open boolean, needed_until date)
language sql stable security definer set search_path = public, pg_temp as $$
    -- Whoever is named the same is the same here: what would be erased with it must not be needed either.
    with named as (
        select words_pattern(of_kind, erasure_words(of_kind, of_subject), false) as pattern),
    end_user as (
        select u.id from end_users u, named n
         where of_kind in ('end_user', 'consignee') and (u.id = of_subject or u.name ~* n.pattern)),
    consignee as (
        select c.* from consignees c, named n
         where of_kind in ('end_user', 'consignee') and (c.id = of_subject or c.name ~* n.pattern)),
    declaration as (
        select d.* from declarations d, named n
         where of_kind = 'signatory' and (d.id = of_subject or d.signatory_name ~* n.pattern)
            or d.end_user_id in (select id from end_user)),
    application as (
        select a.* from applications a
         where a.end_user_id in (select id from end_user) or a.declaration_id in (select id from declaration)
            or a.id in (select n.application_id from application_consignees n where n.consignee_id in (select id from consignee))
            or a.id in (select u.application_id from declaration_uses u where u.declaration_id in (select id from declaration))),
    license as (
        select l.* from licenses l
         where l.end_user_id in (select id from end_user) or l.application_id in (select id from application)),
    proceeding as (
        select r.* from revocations r where r.license_id in (select id from license)),
    file (kind, reference, open, last_day) as (
        select 'end_user', e.reference, false, last_act_on(e.id, e.created_at) from end_users e where e.id in (select id from end_user)
        union all
        select 'consignee', c.reference, false, last_act_on(c.id, c.created_at) from consignee c
        union all
        select 'declaration', d.reference, d.status in ('lodged', 'in_verification', 'accepted', 'breach_suspected'),
               greatest(last_act_on(d.id, d.created_at), d.valid_until) from declaration d
        union all
        select 'application', a.reference,
               a.status in ('draft', 'submitted', 'returned', 'in_review', 'information_requested', 'referred'),
               last_act_on(a.id, a.created_at) from application a
        union all
        select 'license', l.reference, l.status in ('active', 'frozen'), greatest(last_act_on(l.id, l.created_at), l.valid_until) from license l
        union all
        select 'revocation', r.reference, r.status in ('intended', 'represented', 'waived', 'unanswered'), last_act_on(r.id, r.created_at)
          from proceeding r
        union all
        select 'objection', o.reference, o.status in ('lodged', 'admissible'), last_act_on(o.id, o.created_at) from objections o
         where o.license_id in (select id from license) or o.application_id in (select id from application)
            or o.revocation_id in (select id from proceeding)
        union all
        select 'override', o.reference, o.status in ('proposed', 'opinion_recorded', 'in_effect') and o.used_at is null,
               last_act_on(o.id, o.created_at) from overrides o
         where o.license_id in (select id from license) or o.application_id in (select id from application)
        union all
        select 'review', r.reference, r.status <> 'concluded', last_act_on(r.id, r.created_at) from reviews r
         where r.end_user_id in (select id from end_user)
        union all
        select 'allegation', a.reference, a.status in ('received', 'assessed'), last_act_on(a.id, a.created_at) from allegations a
         where a.end_user_id in (select id from end_user)
        union all
        select 'measure', m.reference, m.status not in ('lifted', 'lapsed', 'withdrawn'), last_act_on(m.id, m.created_at) from measures m
         where of_kind = 'end_user'
           and exists (select from measure_contents c where c.measure_id = m.id and c.scope::text like '%' || of_subject || '%')
        -- What a person of staff or of an exporter has at work.
        union all
        select 'token', t.id::text, false, least(t.expires_at, t.revoked_at)::date from tokens t
         where of_kind = 'person' and t.person_id = of_subject
        union all
        select 'person', p.id::text, false, greatest(p.created_at, (
                   select max(h.at) from history h where h.actor_id = p.id), (
                   select max(v.at) from file_views v where v.person_id = p.id))::date
          from people p where of_kind = 'person' and p.id = of_subject
        union all
        select 'review', r.reference, true, last_act_on(r.id, r.created_at) from reviews r
         where of_kind = 'person' and r.owner_id = of_subject and r.status <> 'concluded'
        union all
        select 'screening_hit', h.reference, true, last_act_on(h.id, h.created_at) from screening_hits h
         where of_kind = 'person' and h.assignee_id = of_subject
           and h.status in ('open', 'clearing_proposed', 'confirmation_proposed')
        union all
        select 'application', a.reference, true, last_act_on(a.id, a.created_at)
          from decisions d join applications a on a.id = d.application_id
         where of_kind = 'person' and d.decided_by = of_subject and d.status = 'proposed'
        union all
        select 'revocation', r.reference, true, last_act_on(r.id, r.created_at) from revocations r
         where of_kind = 'person' and r.intended_by = of_subject and r.status in ('intended', 'represented', 'waived', 'unanswered')
        union all
        select 'override', o.reference, true, last_act_on(o.id, o.created_at) from overrides o
         where of_kind = 'person' and o.proposed_by = of_subject and o.status in ('proposed', 'opinion_recorded')
        union all
        select 'allegation', a.reference, true, last_act_on(a.id, a.created_at) from allegations a
         where of_kind = 'person' and of_subject in (a.entered_by, a.assessed_by) and a.status in ('received', 'assessed')
        union all
        select 'measure', m.reference, true, last_act_on(m.id, m.created_at) from measures m
         where of_kind = 'person' and m.status not in ('lifted', 'lapsed', 'withdrawn')
           and exists (select from measure_contents c
                        where c.measure_id = m.id and of_subject in (c.proposed_by, c.approved_by)))
    select f.kind, f.reference, f.open, f.last_day from file f
$$;
