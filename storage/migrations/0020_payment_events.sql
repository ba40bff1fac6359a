-- What payment providers told by their webhooks (docs/adr/0038): each event once, as a hint of what to ask about. No body is
-- kept: it is full of customers' data, and nothing in it is believed.

-- Written by the journal together with the job that asks the provider (kind payment.check, same id). Like the inbox it has no
-- foreign keys (docs/adr/0010), and outlives its connection. Nothing but the key is an index: what is older than 90 days is
-- found page by page (storage/housekeeping).
CREATE TABLE payment_events (
  connection_id  uuid   NOT NULL,
  dedupe_key     text   NOT NULL CHECK (length(dedupe_key) BETWEEN 1 AND 200),
  business_id    uuid   NOT NULL,
  id             uuid   NOT NULL,                     -- of the event here, and of its job
  kind           text   NOT NULL CHECK (kind IN ('payment', 'refund', 'dispute', 'unknown')),
  reference      text   NOT NULL CHECK (length(reference) <= 256),     -- ours, or ''
  object         text   NOT NULL CHECK (length(object) <= 256),        -- the provider's id of what it is about, or ''
  transaction    text   NOT NULL CHECK (length(transaction) <= 256),   -- its id of the payment behind it, or ''
  mode           text   CHECK (mode IN ('test', 'live')),              -- null: it does not say
  occurred_at    bigint,                              -- null: it does not say
  received_at    bigint NOT NULL,
  PRIMARY KEY (connection_id, dedupe_key)
);

ALTER TABLE payment_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_events FORCE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON payment_events TO sellavie_engine USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON payment_events TO sellavie_tenant
  USING (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid)
  WITH CHECK (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid);

GRANT SELECT, INSERT, DELETE ON payment_events TO sellavie_engine;
GRANT SELECT ON payment_events TO sellavie_tenant;
