-- Accounts of people and what they may do in which business. An account may belong to several
-- businesses, so it is a global table: the engine only.

CREATE TABLE accounts (
  id                uuid PRIMARY KEY,
  email             text   NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  name              text   NOT NULL DEFAULT '',
  password_hash     text   NOT NULL,                  -- bcrypt
  failed_sign_ins   integer NOT NULL DEFAULT 0,       -- in a row
  blocked_until     bigint NOT NULL DEFAULT 0,
  created_at        bigint NOT NULL
);
CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));

-- One per sign-in on a device. Its refresh tokens are one family: reuse of a rotated one ends it.
CREATE TABLE sessions (
  id             uuid PRIMARY KEY,
  account_id     uuid   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  device         text   NOT NULL DEFAULT '',          -- User-Agent, shortened
  address        text   NOT NULL DEFAULT '',          -- of the last use
  created_at     bigint NOT NULL,
  last_used_at   bigint NOT NULL,
  expires_at     bigint NOT NULL,                     -- with its newest refresh token
  revoked_at     bigint,
  revoked_why    text   NOT NULL DEFAULT ''
);
CREATE INDEX sessions_of_account ON sessions (account_id, id);

-- Only hashes (SHA-256). The newest rotated token keeps its successor, sealed, for the overlap in which
-- a repeated refresh gets the same answer.
CREATE TABLE refresh_tokens (
  token_hash     bytea  PRIMARY KEY,
  session_id     uuid   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  created_at     bigint NOT NULL,
  expires_at     bigint NOT NULL,
  rotated_at     bigint,
  successor      text   NOT NULL DEFAULT ''           -- Fernet
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);

CREATE TABLE memberships (
  account_id   uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  business_id  uuid NOT NULL REFERENCES businesses (id),
  role         text NOT NULL CHECK (role IN ('owner', 'admin', 'agent', 'viewer')),
  created_at   bigint NOT NULL,
  PRIMARY KEY (business_id, account_id)
);
CREATE INDEX memberships_of_account ON memberships (account_id);

ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON memberships TO sellavie_engine USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON memberships TO sellavie_tenant
  USING (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid)
  WITH CHECK (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, memberships, sessions, refresh_tokens TO sellavie_engine;
GRANT SELECT ON memberships TO sellavie_tenant;
