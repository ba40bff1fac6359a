-- Connections as a shop keeps them: how they were made, how they are, and how their secrets get another key.
--
-- A disconnected connection keeps its row, because chats and contacts name it; its token and its ids are gone, so
-- that another business may connect the same account.

ALTER TABLE connections
  ADD COLUMN name             text    NOT NULL DEFAULT '' CHECK (length(name) <= 200),   -- as the platform calls it
  ADD COLUMN token_hint       text    NOT NULL DEFAULT '' CHECK (length(token_hint) <= 4),
  -- Whom the app is subscribed to: the page, the Instagram account or the WhatsApp business account. Several
  -- connections may share one. Empty: not known, of a provisioning file.
  ADD COLUMN subscription_id  text    NOT NULL DEFAULT '' CHECK (length(subscription_id) <= 128),
  -- App-scoped id of who logged in: what Meta's deauthorize callback names.
  ADD COLUMN login_user_id    text    NOT NULL DEFAULT '' CHECK (length(login_user_id) <= 128),
  ADD COLUMN connected_at     bigint,
  ADD COLUMN connected_by     uuid,                                 -- null: by a provisioning file
  ADD COLUMN disconnected_at  bigint,
  ADD COLUMN token_expires_at bigint,                               -- null: not known, or never
  ADD COLUMN checked_at       bigint,
  ADD COLUMN is_subscribed    boolean,                              -- null: not checked
  -- The platform refused the token; a new token clears it.
  ADD COLUMN broken_at        bigint,
  ADD COLUMN last_error       text    NOT NULL DEFAULT '' CHECK (length(last_error) <= 200),
  ADD COLUMN last_error_at    bigint,
  ADD CONSTRAINT connections_disconnected_without_token CHECK ((disconnected_at IS NULL) OR access_token = '');
-- Who else hears by the same subscription.
CREATE INDEX connections_of_subscription ON connections (subscription_id) WHERE disconnected_at IS NULL;
CREATE INDEX connections_of_account ON connections (business_id, channel, external_id);

ALTER TABLE payment_connections
  ADD COLUMN key_hint        text    NOT NULL DEFAULT '' CHECK (length(key_hint) <= 4),
  ADD COLUMN webhook_count   integer NOT NULL DEFAULT 0,
  ADD COLUMN version         bigint  NOT NULL DEFAULT 1,
  ADD COLUMN connected_at    bigint,
  ADD COLUMN connected_by    uuid,
  ADD COLUMN checked_at      bigint,
  ADD COLUMN broken_at       bigint,
  ADD COLUMN last_error      text    NOT NULL DEFAULT '' CHECK (length(last_error) <= 200),
  ADD COLUMN last_error_at   bigint;

-- A login at Meta that somebody began: bound to account, session and business, finished once, within minutes.
CREATE TABLE connect_flows (
  id             uuid    PRIMARY KEY,
  business_id    uuid    NOT NULL REFERENCES businesses (id),
  account_id     uuid    NOT NULL,
  session_id     uuid    NOT NULL,
  kind           text    NOT NULL CHECK (kind IN ('facebook', 'instagram', 'whatsapp')),
  reconnects     uuid,                                  -- the connection that gets a new token
  state_hash     bytea   NOT NULL UNIQUE CHECK (length(state_hash) = 32),   -- SHA-256
  stage          text    NOT NULL DEFAULT 'begun' CHECK (stage IN ('begun', 'exchanging', 'choosing', 'connected', 'failed')),
  found          text    NOT NULL DEFAULT '[]',         -- JSON: what the person may choose from; no secrets
  sealed         text    NOT NULL DEFAULT '',           -- Fernet: the tokens, while the person chooses
  problem        text    NOT NULL DEFAULT '',           -- why it failed
  created_at     bigint  NOT NULL,
  expires_at     bigint  NOT NULL,
  UNIQUE (business_id, id),
  FOREIGN KEY (business_id, reconnects) REFERENCES connections (business_id, id)
);
CREATE INDEX connect_flows_end ON connect_flows (expires_at);
CREATE INDEX connect_flows_of_business ON connect_flows (business_id, created_at);

ALTER TABLE connect_flows ENABLE ROW LEVEL SECURITY;
ALTER TABLE connect_flows FORCE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON connect_flows TO sellavie_engine USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON connect_flows TO sellavie_tenant
  USING (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid)
  WITH CHECK (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON connect_flows TO sellavie_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON connect_flows TO sellavie_tenant;
GRANT INSERT ON connections TO sellavie_tenant;
GRANT UPDATE (login, access_token, name, token_hint, subscription_id, login_user_id, connected_at, connected_by, disconnected_at,
              token_expires_at, checked_at, is_subscribed, broken_at, last_error, last_error_at) ON connections TO sellavie_tenant;
GRANT SELECT, INSERT, DELETE ON connection_ids TO sellavie_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON payment_connections TO sellavie_tenant;

-- Tells the running servers that the business of this transaction looks different now. First in a transaction: also
-- makes two changes of connections wait for each other. Runs as the owner, because both counters are not the tenant's.
CREATE FUNCTION raise_directory() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE directory_version SET version = version + 1;
  UPDATE businesses SET version = version + 1
   WHERE id = NULLIF(current_setting('app.business_id', true), '')::uuid;
END $$;
REVOKE ALL ON FUNCTION raise_directory() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION raise_directory() TO sellavie_tenant, sellavie_engine;
CREATE POLICY owner_raises ON businesses TO CURRENT_USER
  USING (id = NULLIF(current_setting('app.business_id', true), '')::uuid);

-- The Fernet key with which this process seals, by fingerprint; empty: not told yet (storage/key_rotation).
ALTER TABLE nodes ADD COLUMN sealing_key text NOT NULL DEFAULT '';
