-- The activity log's hash chain, one per business and one of the accounts (business_id null). Rows are
-- written unchained with the fact; the owner chains them afterwards, because a chain in every commit would be one hot row.
-- What is hashed, and how an export is checked: protocol/api/activity_chain.hpp.

ALTER TABLE audit_log
  ADD COLUMN position bigint CHECK (position > 0),    -- within the chain; null: not chained yet
  ADD COLUMN hash     bytea  CHECK (length(hash) = 32),
  ADD CONSTRAINT audit_log_is_chained_or_not CHECK ((position IS NULL) = (hash IS NULL));

-- No position twice; also how the end of a chain is found.
CREATE UNIQUE INDEX audit_log_chain ON audit_log (business_id, position) WHERE position IS NOT NULL;
CREATE UNIQUE INDEX audit_log_chain_of_accounts ON audit_log (position) WHERE business_id IS NULL AND position IS NOT NULL;
-- What is still to be chained: all of it, never by a cursor (a lower id may commit later).
CREATE INDEX audit_log_unchained ON audit_log (id) WHERE position IS NULL;

-- The log as people read it, newest first, and by each filter.
DROP INDEX audit_log_of_business;
CREATE INDEX audit_log_newest ON audit_log (business_id, at DESC, id DESC);
CREATE INDEX audit_log_by_subject ON audit_log (business_id, subject_id, at DESC, id DESC);
CREATE INDEX audit_log_by_account ON audit_log (business_id, account_id, at DESC, id DESC);
CREATE INDEX audit_log_by_action ON audit_log (business_id, action, at DESC, id DESC);

-- Whoever writes a row says nothing about its place in the chain.
REVOKE INSERT ON audit_log FROM sellavie_engine, sellavie_tenant;
GRANT INSERT (business_id, account_id, session_id, action, subject_kind, subject_id, address, request_id, before, after, at)
  ON audit_log TO sellavie_engine, sellavie_tenant;
CREATE POLICY owner_chains ON audit_log TO CURRENT_USER USING (true) WITH CHECK (true);

-- A field of what is hashed: its length in bytes, then its bytes.
CREATE FUNCTION audit_field(value text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value IS NULL THEN '\xffffffff'::bytea ELSE int4send(octet_length(value)) || convert_to(value, 'UTF8') END;

-- Chains at most `most` rows, the oldest first, and says how many. One caller at a time: the next one waits, then
-- sees what this one did. Runs as the owner, the only one who may change a row.
CREATE FUNCTION chain_activity(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  one       audit_log%ROWTYPE;
  last_one  record;
  following bigint;
  linked    bytea;
  chained   integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(1936027753, 7);
  FOR one IN SELECT * FROM audit_log WHERE position IS NULL ORDER BY id LIMIT most LOOP
    IF one.business_id IS NULL THEN
      SELECT position, hash INTO last_one FROM audit_log
       WHERE business_id IS NULL AND position IS NOT NULL ORDER BY position DESC LIMIT 1;
    ELSE
      SELECT position, hash INTO last_one FROM audit_log
       WHERE business_id = one.business_id AND position IS NOT NULL ORDER BY position DESC LIMIT 1;
    END IF;
    following := coalesce(last_one.position, 0) + 1;
    linked := coalesce(last_one.hash, decode(repeat('00', 32), 'hex'));
    UPDATE audit_log SET position = following, hash = sha256(
        audit_field('sellavie-activity-1') || int4send(32) || linked
        || audit_field(coalesce(one.business_id, '00000000-0000-0000-0000-000000000000')::text)
        || audit_field(following::text) || audit_field(one.at::text)
        || audit_field(one.action) || audit_field(one.subject_kind) || audit_field(one.subject_id::text)
        || audit_field(one.account_id::text) || audit_field(one.session_id::text)
        || audit_field(one.address) || audit_field(one.request_id)
        || audit_field(one.before) || audit_field(one.after))
     WHERE id = one.id AND position IS NULL;
    chained := chained + 1;
  END LOOP;
  RETURN chained;
END $$;
REVOKE ALL ON FUNCTION chain_activity(integer), audit_field(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chain_activity(integer) TO sellavie_engine;
