-- Accounts of people and what they may do in which business. An account may belong to several
-- businesses, so it is a global table: the engine only.

CREATE TABLE accounts (
  id             uuid PRIMARY KEY,
  email          text   NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  password_hash  text   NOT NULL,                     -- bcrypt
  created_at     bigint NOT NULL
);
CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));

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

GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, memberships TO sellavie_engine;
GRANT SELECT ON memberships TO sellavie_tenant;
