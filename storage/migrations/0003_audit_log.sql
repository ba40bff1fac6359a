-- Who did what through the API, or by a command to an actor: one row per change of state and per
-- sensitive read, written in the change's own transaction. Append-only for both roles of the application.

CREATE TABLE audit_log (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  business_id   uuid,                                 -- null: of an account, not of a business
  account_id    uuid   NOT NULL,
  session_id    uuid,
  action        text   NOT NULL CHECK (length(action) BETWEEN 3 AND 80),      -- "product.updated"
  subject_kind  text   NOT NULL CHECK (length(subject_kind) BETWEEN 1 AND 40),
  subject_id    uuid   NOT NULL,
  address       text   NOT NULL,
  request_id    text   NOT NULL,
  before        text   NOT NULL DEFAULT '',           -- JSON without secrets; empty: nothing
  after         text   NOT NULL DEFAULT '',
  at            bigint NOT NULL
);
CREATE INDEX audit_log_of_business ON audit_log (business_id, id);
CREATE INDEX audit_log_of_account ON audit_log (account_id, id) WHERE business_id IS NULL;

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON audit_log TO sellavie_engine USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON audit_log TO sellavie_tenant
  USING (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid)
  WITH CHECK (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid);

GRANT SELECT, INSERT ON audit_log TO sellavie_engine, sellavie_tenant;
