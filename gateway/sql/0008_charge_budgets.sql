-- Charges all of the budgets and writes down what for, or neither; answers with what is left of each. One round trip and one
-- commit an operation, which does not wait for the disk: should the server crash within the moment (at most some 0.6 s), the
-- tenant's budget still pays what the work has used, since a generation without a charge is settled against it.
create function charge_budgets(
  p_names text[], p_token_limits double precision[], p_device_limits double precision[], p_window_ms double precision,
  p_tokens double precision, p_device_ms double precision,
  p_tenant text, p_credential text, p_trace_id text, p_lifetime_seconds double precision, p_charges jsonb
) returns table (name text, tokens double precision, device_ms double precision, is_charged boolean) language plpgsql as $$
#variable_conflict use_column
declare
  v_charged boolean;
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into budgets (name, tokens, device_ms, updated_at)
    select w.name, w.token_limit, w.device_limit, now()
    from unnest(p_names, p_token_limits, p_device_limits) as w (name, token_limit, device_limit)
    on conflict do nothing;
  -- In the order of the names. From here on they stand still.
  perform from unnest(p_names) with ordinality as w (name, place)
    join budgets b on b.name = w.name order by w.place for no key update of b;
  -- A budget holds what it had and what came since, never more than its limit.
  with charged as (
    update budgets b set
      tokens = least(w.token_limit, b.tokens
        + w.token_limit * greatest(0, extract(epoch from now() - b.updated_at)) * 1000 / p_window_ms) - p_tokens,
      device_ms = least(w.device_limit, b.device_ms
        + w.device_limit * greatest(0, extract(epoch from now() - b.updated_at)) * 1000 / p_window_ms) - p_device_ms,
      updated_at = greatest(b.updated_at, now())
    from unnest(p_names, p_token_limits, p_device_limits) as w (name, token_limit, device_limit)
    where b.name = w.name
    returning b.tokens, b.device_ms
  ) select bool_and(tokens >= 0 and device_ms >= 0) into v_charged from charged;
  if v_charged then
    insert into charges (id, tenant, credential, trace_id, model, prompt_characters, tokens, device_ms, expires_at)
      select id, p_tenant, p_credential, p_trace_id, model, prompt_characters, tokens, device_ms,
             now() + make_interval(secs => p_lifetime_seconds)
      from jsonb_to_recordset(p_charges) as r (
        id uuid, model text, prompt_characters integer, tokens double precision, device_ms double precision);
  else
    update budgets b set tokens = b.tokens + p_tokens, device_ms = b.device_ms + p_device_ms
      where b.name = any (p_names);
  end if;
  return query select b.name, b.tokens, b.device_ms, v_charged from budgets b where b.name = any (p_names);
end $$;
