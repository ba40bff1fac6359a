-- Businesses that people found and change themselves, their teams, invitations, and what each member wants to be
-- told of.

-- `version` is raised by every change that the actors must notice; `profile_version` by people's edits of the
-- columns here alone. Who founded it, and under which key: the same key is the same business. Null: provisioned.
ALTER TABLE businesses
  ADD COLUMN profile_version      bigint NOT NULL DEFAULT 1,
  ADD COLUMN founded_by           uuid,
  ADD COLUMN founding_key         text CHECK (length(founding_key) BETWEEN 1 AND 100),
  ADD COLUMN founding_fingerprint text;
CREATE UNIQUE INDEX businesses_by_founder ON businesses (founded_by, founding_key) WHERE founded_by IS NOT NULL;
GRANT UPDATE (name, currency, timezone, locale, version, profile_version) ON businesses TO sellavie_tenant;

ALTER TABLE memberships ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- Those that wait: an accepted or revoked one is deleted. Expired ones are shown, to be sent again, for 30 days.
CREATE TABLE invitations (
  id           uuid PRIMARY KEY,
  business_id  uuid   NOT NULL REFERENCES businesses (id),
  email        text   NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  role         text   NOT NULL CHECK (role IN ('owner', 'admin', 'agent', 'viewer')),
  token_hash   bytea  NOT NULL UNIQUE,                -- SHA-256
  invited_by   uuid   NOT NULL,                       -- who sent the last mail
  created_at   bigint NOT NULL,
  sent_at      bigint NOT NULL,
  expires_at   bigint NOT NULL,
  UNIQUE (business_id, id)
);
CREATE UNIQUE INDEX invitations_of_mailbox ON invitations (business_id, lower(email));
CREATE INDEX invitations_end ON invitations (expires_at);

-- One row per member who chose; gone with the membership. Ways: 1 in the app, 2 by mail, 4 by push, added up.
CREATE TABLE notification_settings (
  business_id        uuid     NOT NULL,
  account_id         uuid     NOT NULL,
  hand_over          smallint NOT NULL CHECK (hand_over BETWEEN 0 AND 7),
  paid_order         smallint NOT NULL CHECK (paid_order BETWEEN 0 AND 7),
  failed_payment     smallint NOT NULL CHECK (failed_payment BETWEEN 0 AND 7),
  review_item        smallint NOT NULL CHECK (review_item BETWEEN 0 AND 7),
  low_stock          smallint NOT NULL CHECK (low_stock BETWEEN 0 AND 7),
  broken_connection  smallint NOT NULL CHECK (broken_connection BETWEEN 0 AND 7),
  quota              smallint NOT NULL CHECK (quota BETWEEN 0 AND 7),
  quiet_from         smallint CHECK (quiet_from BETWEEN 0 AND 1439),    -- minutes of the day
  quiet_to           smallint CHECK (quiet_to BETWEEN 0 AND 1439),
  quiet_zone         text,
  digest             text     NOT NULL CHECK (digest IN ('off', 'daily', 'weekly')),
  version            bigint   NOT NULL DEFAULT 1,
  PRIMARY KEY (business_id, account_id),
  FOREIGN KEY (business_id, account_id) REFERENCES memberships (business_id, account_id) ON DELETE CASCADE,
  CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND (quiet_from IS NULL) = (quiet_zone IS NULL))
);

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['invitations', 'notification_settings'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON invitations, notification_settings TO sellavie_engine;
-- Not the tokens: invitations are made, sent and taken by the engine, which writes their mails.
GRANT SELECT (id, business_id, email, role, invited_by, created_at, sent_at, expires_at) ON invitations TO sellavie_tenant;
GRANT SELECT, INSERT, UPDATE ON notification_settings TO sellavie_tenant;
