-- The flags of a license come with it, in the statement that reads it.
create function raised_flags(of_license uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
               'hitId', f.hit_id, 'hitReference', h.reference, 'hitStatus', h.status, 'partyKind', h.party_kind,
               'partyId', h.party_id, 'listCode', l.code, 'raisedAt', f.updated_at) order by f.id), '[]')
      from screening_flags f
      join screening_hits h on h.id = f.hit_id
      join screening_lists l on l.id = h.list_id
     where f.license_id = of_license and f.status = 'raised'
$$;
comment on function raised_flags(uuid) is 'The hits on lists of restricted parties that touch a license, as they are answered.';
