-- The spine: businesses, connections, the durable inbox, conversations, turns, the outbox,
-- orders, invoices and payments. Roles (owner, engine, tenant) exist before this runs.
--
-- Rules of this schema
--  * business_id on every tenant row, row-level security forced.
--  * Queue tables (inbound_events, outbox) are narrow: what is in them is what is open.
--  * References between tenant rows are composite (business_id, id); the hot tables (inbound_*,
--    messages, outbox, turns) carry none: their writers hold the parent row in memory.
--  * SQL never calls now(): instants are arguments, as milliseconds since the epoch.

-- Ownership and fencing -------------------------------------------------------------------------

-- One row per start of a server process. A dead incarnation can commit nothing (see fence()).
CREATE TABLE nodes (
  incarnation   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  node_id       text    NOT NULL,
  started_at    bigint  NOT NULL,
  heartbeat_at  bigint  NOT NULL,
  alive         boolean NOT NULL DEFAULT true,
  clean_stop    boolean NOT NULL DEFAULT false
);

-- First statement of every engine transaction. Holds the incarnation's lock in shared mode until
-- commit; a takeover takes it exclusively, so it waits for this commit and stops the next.
CREATE FUNCTION fence(of_incarnation bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(of_incarnation);
  IF NOT EXISTS (SELECT FROM nodes WHERE incarnation = of_incarnation AND alive) THEN
    RAISE EXCEPTION 'incarnation % is fenced', of_incarnation USING ERRCODE = 'SV001';
  END IF;
END $$;

-- The keys that may have sealed or signed something here, by fingerprint, never a key: see storage/key_guard.
CREATE TABLE key_fingerprints (
  purpose      text   NOT NULL CHECK (purpose IN ('fernet', 'jwt')),
  fingerprint  text   NOT NULL,
  recorded_at  bigint NOT NULL,
  PRIMARY KEY (purpose, fingerprint)
);

-- Makes a statement's row count a condition of the transaction.
CREATE FUNCTION require_rows(counted bigint, expected bigint, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF counted IS DISTINCT FROM expected THEN
    RAISE EXCEPTION '%: % rows instead of %', what, counted, expected USING ERRCODE = 'SV002';
  END IF;
END $$;

-- Tenants ---------------------------------------------------------------------------------------

CREATE TABLE businesses (
  id             uuid PRIMARY KEY,
  key            text    NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 120),
  name           text    NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  currency       char(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  timezone       text    NOT NULL,
  locale         text    NOT NULL DEFAULT 'en',
  training       text    NOT NULL DEFAULT '{}',
  settings       text    NOT NULL DEFAULT '{}',
  version        bigint  NOT NULL DEFAULT 1,
  created_at     bigint  NOT NULL
);

CREATE TABLE connections (
  id             uuid PRIMARY KEY,
  business_id    uuid    NOT NULL REFERENCES businesses (id),
  channel        text    NOT NULL CHECK (channel IN ('messenger', 'instagram', 'whatsapp')),
  login          text    NOT NULL DEFAULT 'page' CHECK (login IN ('page', 'instagram')),
  external_id    text    NOT NULL CHECK (length(external_id) BETWEEN 1 AND 128),
  access_token   text    NOT NULL,                    -- Fernet
  created_at     bigint  NOT NULL,
  UNIQUE (business_id, id)
);

-- Every platform id under which a connection is reached; one active connection per id.
CREATE TABLE connection_ids (
  business_id    uuid    NOT NULL,
  connection_id  uuid    NOT NULL,
  space          text    NOT NULL CHECK (space IN ('page', 'instagram', 'whatsapp_phone', 'whatsapp_account')),
  external_id    text    NOT NULL,
  PRIMARY KEY (space, external_id),
  FOREIGN KEY (business_id, connection_id) REFERENCES connections (business_id, id) ON DELETE CASCADE
);

CREATE TABLE payment_connections (
  id              uuid PRIMARY KEY,
  business_id     uuid NOT NULL REFERENCES businesses (id),
  provider        text NOT NULL CHECK (provider IN ('paystack', 'flutterwave', 'stripe')),
  mode            text NOT NULL CHECK (mode IN ('test', 'live')),
  secret_key      text NOT NULL,                      -- Fernet
  webhook_secrets text NOT NULL DEFAULT '[]',         -- Fernet
  created_at      bigint NOT NULL,
  UNIQUE (business_id, provider, mode),
  UNIQUE (business_id, id)
);

-- Raised by every change that the running server must notice (provisioning, new connections).
CREATE TABLE directory_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version  bigint  NOT NULL
);
INSERT INTO directory_version (version) VALUES (1);

-- The durable inbox -----------------------------------------------------------------------------

-- Remembers what was accepted for 30 days. Partitioned by the day of the provider's time: a
-- redelivery carries the same one, so the unique key holds across midnight.
CREATE TABLE inbound_keys (
  business_id    uuid NOT NULL,
  connection_id  uuid NOT NULL,
  dedupe_key     text NOT NULL,
  day            integer NOT NULL,                    -- days since 1970-01-01
  inbox_id       bigint NOT NULL,                     -- under which it was accepted
  PRIMARY KEY (connection_id, dedupe_key, day)
) PARTITION BY RANGE (day);
CREATE TABLE inbound_keys_other PARTITION OF inbound_keys DEFAULT;
-- Old histories land here: pruned, and moved to a new day's partition, without reading all of it.
CREATE INDEX inbound_keys_other_day ON inbound_keys_other (day);

-- Accepted and not yet completed. The payload is sealed (AES-256-GCM), gone with the row.
CREATE TABLE inbound_events (
  id             bigint  PRIMARY KEY,                 -- incarnation * 2^32 + counter
  business_id    uuid    NOT NULL,
  connection_id  uuid    NOT NULL,
  accepted_at    bigint  NOT NULL,
  tries          smallint NOT NULL DEFAULT 0,
  deaths         smallint NOT NULL DEFAULT 0,         -- times that a later run than its own began it
  alone          boolean NOT NULL DEFAULT false,      -- was running by itself
  lane           bigint  NOT NULL,                    -- of one lane: in the order of ids; no index (ADR 13)
  payload        bytea   NOT NULL
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);

-- Deliveries that failed too often: kept with their reason for a person.
CREATE TABLE parked_events (
  id             bigint  PRIMARY KEY,
  business_id    uuid    NOT NULL,
  connection_id  uuid    NOT NULL,
  reason         text    NOT NULL,
  accepted_at    bigint  NOT NULL,
  parked_at      bigint  NOT NULL,
  payload        bytea   NOT NULL
);

-- Deliveries that nothing is done about (reactions, referrals, comments, account news, unknown kinds): for
-- support and later features. The payload is the inbox row's. 30 days (docs/adr/0021).
CREATE TABLE recorded_events (
  id             bigint  PRIMARY KEY,
  business_id    uuid    NOT NULL,
  connection_id  uuid    NOT NULL,
  kind           text    NOT NULL,
  recorded_at    bigint  NOT NULL,
  payload        bytea   NOT NULL
);

-- Events of no known business, or with contradicting ids; what is no event of ours. Kept 7 days, never replayed.
CREATE TABLE quarantined_events (
  id             bigint  PRIMARY KEY,
  reason         text    NOT NULL CHECK (reason IN ('stranger', 'conflict', 'unknown_object', 'malformed_item')),
  channel        text    NOT NULL,
  received_at    bigint  NOT NULL,
  payload        bytea   NOT NULL
);

-- Conversations ---------------------------------------------------------------------------------

CREATE TABLE contacts (
  id             uuid PRIMARY KEY,
  business_id    uuid NOT NULL,
  connection_id  uuid NOT NULL,
  scoped_id      text NOT NULL CHECK (length(scoped_id) BETWEEN 1 AND 200),
  alias          text NOT NULL DEFAULT '',
  name           text NOT NULL DEFAULT '',
  email          text NOT NULL DEFAULT '',
  phone          text NOT NULL DEFAULT '',
  address        text NOT NULL DEFAULT '',
  created_at     bigint NOT NULL,
  UNIQUE (connection_id, scoped_id),
  UNIQUE (business_id, id),
  FOREIGN KEY (business_id, connection_id) REFERENCES connections (business_id, id)
);

CREATE TABLE conversations (
  id               uuid PRIMARY KEY,
  business_id      uuid NOT NULL,
  connection_id    uuid NOT NULL,
  contact_id       uuid NOT NULL,
  owner            smallint NOT NULL DEFAULT 0 CHECK (owner IN (0, 1)),   -- 0 AI, 1 a person
  epoch            bigint NOT NULL DEFAULT 1,         -- raised by every change of owner
  handover_reason  text NOT NULL DEFAULT '',
  last_customer_at bigint NOT NULL DEFAULT 0,         -- opens the send window
  last_message_at  bigint NOT NULL DEFAULT 0,
  read_up_to       bigint NOT NULL DEFAULT 0,         -- the customer has read our messages up to here
  created_at       bigint NOT NULL,
  UNIQUE (connection_id, contact_id),
  UNIQUE (business_id, id),
  FOREIGN KEY (business_id, connection_id) REFERENCES connections (business_id, id),
  FOREIGN KEY (business_id, contact_id) REFERENCES contacts (business_id, id)
) WITH (fillfactor = 80);
-- The inbox, newest first.
CREATE INDEX conversations_by_last_message ON conversations (business_id, last_message_at DESC, id DESC);

CREATE TABLE messages (
  conversation_id  uuid NOT NULL,
  id               uuid NOT NULL,                     -- UUIDv7: ordered within the conversation
  business_id      uuid NOT NULL,
  turn_id          uuid,
  direction        smallint NOT NULL CHECK (direction IN (0, 1)),         -- 0 in, 1 out
  origin           smallint NOT NULL CHECK (origin BETWEEN 0 AND 3),      -- 0 customer, 1 ai, 2 person, 3 system
  state            smallint NOT NULL CHECK (state BETWEEN 0 AND 9),         -- storage/change_set send_state; 9 unsent
  external_id      text NOT NULL DEFAULT '',
  body             text NOT NULL,
  attachments      text NOT NULL DEFAULT '',
  provider_time    bigint NOT NULL,
  created_at       bigint NOT NULL,
  PRIMARY KEY (conversation_id, id)
) WITH (fillfactor = 85);

-- A turn is one answer to a set of inbox rows. `plan` is there while its actions run, with the epoch
-- that it was made under: under another one it is not resumed (docs/adr/0017).
CREATE TABLE turns (
  conversation_id  uuid NOT NULL,
  turn_id          uuid NOT NULL,
  business_id      uuid NOT NULL,
  state            smallint NOT NULL CHECK (state IN (0, 1)),             -- 0 planned, 1 completed
  outcome          smallint NOT NULL DEFAULT 0,
  round            smallint NOT NULL DEFAULT 0,
  deliveries       smallint NOT NULL,
  epoch            bigint,
  inbox_ids        bigint[],
  plan             text,
  started_at       bigint NOT NULL,
  ended_at         bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, turn_id),
  CHECK (state = 1 OR epoch IS NOT NULL)
);
CREATE UNIQUE INDEX turns_one_live_plan ON turns (conversation_id) WHERE state = 0;

-- One row per wire message that is not settled yet; see actors/outbox_sender.
CREATE TABLE outbox (
  id               uuid PRIMARY KEY,                  -- the message's id
  business_id      uuid NOT NULL,
  connection_id    uuid NOT NULL,
  conversation_id  uuid NOT NULL,
  recipient        text NOT NULL,
  origin           smallint NOT NULL CHECK (origin BETWEEN 1 AND 3),
  epoch            bigint NOT NULL,                   -- binds AI rows only
  state            smallint NOT NULL CHECK (state BETWEEN 0 AND 9),
  attempts         smallint NOT NULL DEFAULT 0,
  resent           smallint NOT NULL DEFAULT 0 CHECK (resent IN (0, 1)),
  due_at           bigint NOT NULL,
  created_at       bigint NOT NULL,
  body             text NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- What waits for a person: hand-overs, parked deliveries, unconfirmed sends, payments to review.
CREATE TABLE person_tasks (
  id               uuid PRIMARY KEY,
  business_id      uuid NOT NULL REFERENCES businesses (id),
  conversation_id  uuid,
  kind             text NOT NULL CHECK (kind IN ('handover', 'parked', 'unconfirmed', 'send_failed', 'payment_review', 'connection')),
  reason           text NOT NULL,
  created_at       bigint NOT NULL,
  done_at          bigint
);
CREATE INDEX person_tasks_open ON person_tasks (business_id, id) WHERE done_at IS NULL;

-- Commerce --------------------------------------------------------------------------------------

CREATE TABLE products (
  id             uuid PRIMARY KEY,
  business_id    uuid NOT NULL REFERENCES businesses (id),
  sku            text NOT NULL CHECK (length(sku) BETWEEN 1 AND 64),
  name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description    text NOT NULL DEFAULT '',
  price_minor    bigint NOT NULL CHECK (price_minor >= 0),
  price_version  bigint NOT NULL DEFAULT 1,
  stock          bigint NOT NULL CHECK (stock >= 0),
  active         boolean NOT NULL DEFAULT true,
  UNIQUE (business_id, sku),
  UNIQUE (business_id, id)
) WITH (fillfactor = 80);

CREATE TABLE orders (
  id                uuid PRIMARY KEY,
  business_id       uuid NOT NULL REFERENCES businesses (id),
  number            bigint NOT NULL CHECK (number > 0),
  conversation_id   uuid NOT NULL,
  contact_id        uuid NOT NULL,
  status            text NOT NULL CHECK (status IN ('draft', 'awaiting_payment', 'paid', 'fulfilled', 'cancelled', 'refunded')),
  currency          char(3) NOT NULL,
  total_minor       bigint NOT NULL CHECK (total_minor >= 0),
  note              text NOT NULL DEFAULT '',
  idempotency_key   text NOT NULL,
  version           bigint NOT NULL,
  payment_attempt   integer NOT NULL DEFAULT 0,
  payment_reference text NOT NULL DEFAULT '',
  payment_url       text NOT NULL DEFAULT '',
  payment_transaction text NOT NULL DEFAULT '',      -- the provider's id of the payment that settled it
  created_at        bigint NOT NULL,
  wished_at         bigint NOT NULL,                  -- the last wish for these items: the duplicate window
  reserved_until    bigint NOT NULL DEFAULT 0,
  paid_at           bigint NOT NULL DEFAULT 0,
  UNIQUE (business_id, number),
  UNIQUE (business_id, idempotency_key),
  UNIQUE (business_id, id),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations (business_id, id),
  FOREIGN KEY (business_id, contact_id) REFERENCES contacts (business_id, id)
);
-- One open order per conversation.
CREATE UNIQUE INDEX orders_one_open ON orders (conversation_id) WHERE status IN ('draft', 'awaiting_payment');
-- What a desk loads, and which reservations ended.
CREATE INDEX orders_open ON orders (business_id, reserved_until) WHERE status IN ('draft', 'awaiting_payment');
CREATE INDEX orders_recent ON orders (business_id, created_at);

CREATE TABLE order_items (
  business_id      uuid NOT NULL,
  order_id         uuid NOT NULL,
  line             smallint NOT NULL,
  product_id       uuid NOT NULL,
  sku              text NOT NULL,
  name             text NOT NULL,
  quantity         bigint NOT NULL CHECK (quantity > 0),
  unit_price_minor bigint NOT NULL CHECK (unit_price_minor >= 0),
  price_version    bigint NOT NULL,
  PRIMARY KEY (order_id, line),
  FOREIGN KEY (business_id, order_id) REFERENCES orders (business_id, id),
  FOREIGN KEY (business_id, product_id) REFERENCES products (business_id, id)
);

CREATE TABLE order_timeline (
  business_id  uuid NOT NULL,
  order_id     uuid NOT NULL,
  seq          bigint GENERATED ALWAYS AS IDENTITY,
  what         text NOT NULL,
  actor        text NOT NULL,
  at           bigint NOT NULL,
  PRIMARY KEY (order_id, seq),
  FOREIGN KEY (business_id, order_id) REFERENCES orders (business_id, id)
);

-- What each action of a turn did, refusals too: a known key decides nothing again.
CREATE TABLE action_results (
  business_id  uuid NOT NULL,
  action_key   text NOT NULL,
  outcome      text NOT NULL,
  created_at   bigint NOT NULL,
  PRIMARY KEY (business_id, action_key)
);

CREATE TABLE invoices (
  id           uuid PRIMARY KEY,
  business_id  uuid NOT NULL,
  series       text NOT NULL,
  number       bigint NOT NULL CHECK (number > 0),
  kind         text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
  order_id     uuid NOT NULL,
  currency     char(3) NOT NULL,
  total_minor  bigint NOT NULL,
  lines        text NOT NULL,
  issued_at    bigint NOT NULL,
  UNIQUE (business_id, series, number),
  UNIQUE (business_id, order_id, kind),
  FOREIGN KEY (business_id, order_id) REFERENCES orders (business_id, id)
);

-- One row per payment attempt: intent before the call, then link, then the provider's truth.
CREATE TABLE payments (
  id            uuid PRIMARY KEY,
  business_id   uuid NOT NULL,
  order_id      uuid NOT NULL,
  provider      text NOT NULL,
  mode          text NOT NULL CHECK (mode IN ('test', 'live')),
  reference     text NOT NULL,
  amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
  currency      char(3) NOT NULL,
  status        text NOT NULL CHECK (status IN ('intent', 'link', 'paid', 'failed', 'expired', 'review')),
  url           text NOT NULL DEFAULT '',
  created_at    bigint NOT NULL,
  settled_at    bigint NOT NULL DEFAULT 0,
  UNIQUE (business_id, reference),
  FOREIGN KEY (business_id, order_id) REFERENCES orders (business_id, id)
);

-- Row-level security ----------------------------------------------------------------------------

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOR tenant_table IN
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND a.attname = 'business_id' AND NOT a.attisdropped
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

ALTER TABLE businesses ENABLE ROW LEVEL SECURITY;
ALTER TABLE businesses FORCE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON businesses TO sellavie_engine USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON businesses TO sellavie_tenant
  USING (id = NULLIF(current_setting('app.business_id', true), '')::uuid)
  WITH CHECK (id = NULLIF(current_setting('app.business_id', true), '')::uuid);

-- roll_inbound_keys() runs as the owner and moves stray rows into their day's partition.
CREATE POLICY owner_moves ON inbound_keys_other TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA public TO sellavie_engine, sellavie_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO sellavie_engine;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO sellavie_engine;
-- The tenant role reads its own rows; what it may change is granted with the resource that does.
GRANT SELECT ON businesses, connections, contacts, conversations, messages, turns, outbox,
  person_tasks, products, orders, order_items, order_timeline, invoices, payments TO sellavie_tenant;

-- Partitions of inbound_keys: made ahead and dropped after 30 days by the janitor.
CREATE FUNCTION roll_inbound_keys(today integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  wanted integer;
  old record;
  dropped integer := 0;
BEGIN
  -- Dropping first: it locks the parent exclusively, which must not follow the default partition's lock
  -- (a journal that waits for that one holds the parent: a deadlock).
  FOR old IN SELECT c.relname, substring(c.relname FROM 'inbound_keys_(\d+)')::integer AS day
             FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'inbound_keys'::regclass AND c.relname ~ '^inbound_keys_\d+$'
  LOOP
    IF old.day < today - 30 THEN
      EXECUTE format('DROP TABLE %I', old.relname);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  FOR wanted IN today - 9 .. today + 2 LOOP
    IF to_regclass(format('inbound_keys_%s', wanted)) IS NULL THEN
      EXECUTE format('CREATE TABLE inbound_keys_%s (LIKE inbound_keys INCLUDING ALL)', wanted);
      EXECUTE format('ALTER TABLE inbound_keys_%s ENABLE ROW LEVEL SECURITY', wanted);
      EXECUTE format('WITH moved AS (DELETE FROM inbound_keys_other WHERE day = %s RETURNING *) '
                     'INSERT INTO inbound_keys_%s SELECT * FROM moved', wanted, wanted);
      EXECUTE format('ALTER TABLE inbound_keys ATTACH PARTITION inbound_keys_%s FOR VALUES FROM (%s) TO (%s)',
                     wanted, wanted, wanted + 1);
      EXECUTE format('CREATE POLICY engine_all ON inbound_keys_%s TO sellavie_engine USING (true) WITH CHECK (true)', wanted);
      EXECUTE format('CREATE POLICY own_rows ON inbound_keys_%s TO sellavie_tenant '
                     'USING (business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)', wanted);
      EXECUTE format('ALTER TABLE inbound_keys_%s FORCE ROW LEVEL SECURITY', wanted);
    END IF;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION roll_inbound_keys(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roll_inbound_keys(integer) TO sellavie_engine;
