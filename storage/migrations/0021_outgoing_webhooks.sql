-- Outgoing webhooks: what other programs of a business are told (protocol/outgoing). An event is stored with the commit
-- that it tells of, once for each endpoint that listens, with a job for each of these deliveries; a business without
-- endpoints stores nothing. Events go after 30 days, and their deliveries with them.

CREATE TABLE webhook_endpoints (
  id               uuid    PRIMARY KEY,
  business_id      uuid    NOT NULL REFERENCES businesses (id),
  url              text    NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
  description      text    NOT NULL CHECK (length(description) <= 200),
  events           text[]  NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 50),
  secret           text    NOT NULL,                   -- Fernet
  secret_hint      text    NOT NULL CHECK (length(secret_hint) <= 4),
  previous_secret  text    NOT NULL DEFAULT '',        -- Fernet; signs beside the other until previous_until
  previous_until   bigint  NOT NULL DEFAULT 0,
  active           boolean NOT NULL DEFAULT true,
  off_reason       text    NOT NULL DEFAULT '' CHECK (off_reason IN ('', 'person', 'failing', 'gone')),
  failing_since    bigint,                             -- it has taken nothing since
  last_success_at  bigint  NOT NULL DEFAULT 0,
  version          bigint  NOT NULL DEFAULT 1,
  created_at       bigint  NOT NULL,
  created_by       uuid    NOT NULL,
  UNIQUE (business_id, id),
  CHECK (active = (off_reason = ''))
);

CREATE TABLE webhook_events (
  id           uuid   PRIMARY KEY,                     -- UUIDv7: by time
  business_id  uuid   NOT NULL REFERENCES businesses (id),
  type         text   NOT NULL,
  body         text   NOT NULL CHECK (octet_length(body) <= 65536),
  occurred_at  bigint NOT NULL,
  UNIQUE (business_id, id)
);

CREATE TABLE webhook_deliveries (
  endpoint_id      uuid    NOT NULL,
  event_id         uuid    NOT NULL,
  business_id      uuid    NOT NULL,
  state            text    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
  began_at         bigint  NOT NULL,                   -- when it was to be sent first, or was replayed
  attempts         integer NOT NULL DEFAULT 0,         -- since then
  replays          integer NOT NULL DEFAULT 0,
  last_status      integer NOT NULL DEFAULT 0,         -- 0: no answer
  last_problem     text    NOT NULL DEFAULT '' CHECK (length(last_problem) <= 40),
  last_attempt_at  bigint  NOT NULL DEFAULT 0,
  next_attempt_at  bigint  NOT NULL DEFAULT 0,
  PRIMARY KEY (endpoint_id, event_id),
  FOREIGN KEY (business_id, endpoint_id) REFERENCES webhook_endpoints (business_id, id) ON DELETE CASCADE,
  FOREIGN KEY (business_id, event_id) REFERENCES webhook_events (business_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (endpoint_id, state, event_id);
-- For the two that refer to it: an endpoint that is removed, an event that goes by age.
CREATE INDEX webhook_deliveries_of_event ON webhook_deliveries (business_id, event_id);

-- An endpoint that was turned off is a task; whatever kinds there are by now stay.
DO $$
DECLARE
  was text;
BEGIN
  SELECT pg_get_constraintdef(oid) INTO STRICT was FROM pg_constraint
  WHERE conrelid = 'person_tasks'::regclass AND conname = 'person_tasks_kind_check';
  EXECUTE format('ALTER TABLE person_tasks DROP CONSTRAINT person_tasks_kind_check, '
                 'ADD CONSTRAINT person_tasks_kind_check CHECK (kind = ''webhook'' OR %s)', substr(was, 7));
END $$;

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['webhook_endpoints', 'webhook_events', 'webhook_deliveries'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints, webhook_events, webhook_deliveries TO sellavie_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints TO sellavie_tenant;
GRANT SELECT, INSERT ON webhook_events, webhook_deliveries TO sellavie_tenant;
GRANT UPDATE (state, began_at, attempts, replays, last_status, last_problem, last_attempt_at, next_attempt_at)
  ON webhook_deliveries TO sellavie_tenant;
GRANT INSERT ON person_tasks TO sellavie_tenant;
