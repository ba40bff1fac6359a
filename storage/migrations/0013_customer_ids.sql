-- A customer of WhatsApp has two ids: a phone number, and a user id that is scoped to the business (docs/adr/0034).
-- A contact is found by the id under which it was first met (scoped_id) or by one that was learnt later.

-- The user id that goes with the contact's number today; '' is unknown, and on channels with one id.
ALTER TABLE contacts RENAME COLUMN alias TO user_id;

ALTER TABLE contacts
  -- Where the customer wrote from last, when that is not scoped_id.
  ADD COLUMN address_id        text   NOT NULL DEFAULT '' CHECK (length(address_id) <= 200),
  -- When the channel said last that nobody is there; past when the customer has written since (last_customer_at).
  ADD COLUMN unreachable_since bigint NOT NULL DEFAULT 0;

-- Further ids of contacts. An id names one contact for good: written once, never moved.
CREATE TABLE contact_aliases (
  business_id    uuid   NOT NULL,
  connection_id  uuid   NOT NULL,
  external_id    text   NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
  contact_id     uuid   NOT NULL,
  learned_at     bigint NOT NULL,
  PRIMARY KEY (connection_id, external_id),
  FOREIGN KEY (business_id, contact_id) REFERENCES contacts (business_id, id) ON DELETE CASCADE
);

-- Of two contacts that were met under one user id the older one keeps it. The owner need not be a member of the engine.
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE connections NO FORCE ROW LEVEL SECURITY;
INSERT INTO contact_aliases (business_id, connection_id, external_id, contact_id, learned_at)
SELECT k.business_id, k.connection_id, k.user_id, k.id, k.created_at
FROM contacts k JOIN connections n ON n.id = k.connection_id AND n.channel = 'whatsapp'
WHERE k.user_id NOT IN ('', k.scoped_id)
  AND NOT EXISTS (SELECT FROM contacts o WHERE o.connection_id = k.connection_id AND o.scoped_id = k.user_id)
ORDER BY k.created_at, k.id
ON CONFLICT DO NOTHING;
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE connections FORCE ROW LEVEL SECURITY;

ALTER TABLE contact_aliases ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_aliases FORCE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON contact_aliases TO sellavie_engine USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON contact_aliases TO sellavie_tenant
  USING (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid)
  WITH CHECK (business_id = NULLIF(current_setting('app.business_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON contact_aliases TO sellavie_engine;
GRANT SELECT ON contact_aliases TO sellavie_tenant;
