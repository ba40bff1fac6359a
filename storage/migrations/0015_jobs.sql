-- Durable background work (storage/job_rows.hpp has the rules). A job waits until it is due, is then ready, is claimed by a node, and is
-- deleted when it is done. Each of these states has an index of its own, and a row stands in exactly one of them: what is not due costs
-- those who claim nothing, and among what is ready the next business is one step away, however much another one has.

CREATE TABLE jobs (
  id             uuid     PRIMARY KEY,
  business_id    uuid     NOT NULL REFERENCES businesses (id),
  kind           text     NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
  unique_key     text     CHECK (length(unique_key) BETWEEN 1 AND 200),
  priority       smallint NOT NULL CHECK (priority BETWEEN 0 AND 2),    -- 0 urgent, 1 normal, 2 bulk
  state          smallint NOT NULL CHECK (state BETWEEN 0 AND 2),       -- 0 waiting, 1 ready, 2 claimed
  due_at         bigint   NOT NULL,
  wanted_at      bigint,                              -- asked for again while claimed: due then
  attempts       integer  NOT NULL DEFAULT 0 CHECK (attempts >= 0),     -- since it last went well, this one included
  claims         integer  NOT NULL DEFAULT 0,         -- ever; names the claim that is held
  claimed_by     bigint,                              -- incarnation
  claimed_until  bigint,
  created_at     bigint   NOT NULL,
  error_codes    text[]   NOT NULL DEFAULT '{}',      -- since it last went well
  error_times    bigint[] NOT NULL DEFAULT '{}',
  payload        text     NOT NULL CHECK (octet_length(payload) <= 65536),    -- JSON, no secrets
  CHECK ((state = 2) = (claimed_by IS NOT NULL)),
  CHECK ((state = 2) = (claimed_until IS NOT NULL)),
  CHECK (wanted_at IS NULL OR state = 2),
  CHECK (cardinality(error_codes) = cardinality(error_times))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX jobs_open_key ON jobs (business_id, kind, unique_key) WHERE unique_key IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (due_at) WHERE state = 0;
CREATE INDEX jobs_ready ON jobs (business_id, priority, due_at, id) WHERE state = 1;
CREATE INDEX jobs_claimed ON jobs (claimed_until) WHERE state = 2;

-- What failed for good, until a person of the business retries or drops it; gone after 90 days.
CREATE TABLE dead_jobs (
  id           uuid     PRIMARY KEY,                  -- the job's
  business_id  uuid     NOT NULL REFERENCES businesses (id),
  kind         text     NOT NULL,
  unique_key   text,
  priority     smallint NOT NULL,
  attempts     integer  NOT NULL,
  claims       integer  NOT NULL,
  created_at   bigint   NOT NULL,
  died_at      bigint   NOT NULL,
  error_codes  text[]   NOT NULL,
  error_times  bigint[] NOT NULL,
  payload      text     NOT NULL
);
CREATE INDEX dead_jobs_of_business ON dead_jobs (business_id, died_at, id);
CREATE INDEX dead_jobs_end ON dead_jobs (died_at);

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['jobs', 'dead_jobs'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON jobs, dead_jobs TO sellavie_engine;
-- The bridge queues jobs in its transactions, reads what is dead, and takes it from there; it claims nothing.
GRANT SELECT, INSERT ON jobs TO sellavie_tenant;
GRANT UPDATE (state, due_at, priority, wanted_at) ON jobs TO sellavie_tenant;
GRANT SELECT, DELETE ON dead_jobs TO sellavie_tenant;
