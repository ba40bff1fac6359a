-- Invoices as documents: tax, what a business writes on them, the stored PDF and its public link (docs/adr/0040).

-- What a business writes on its documents; no row: nothing yet. Texts are people's.
CREATE TABLE invoice_settings (
  business_id  uuid     PRIMARY KEY REFERENCES businesses (id),
  legal_name   text     NOT NULL CHECK (length(legal_name) <= 200),       -- empty: the business's name
  address      text     NOT NULL CHECK (length(address) <= 500),
  tax_number   text     NOT NULL CHECK (length(tax_number) <= 60),
  tax_name     text     NOT NULL CHECK (length(tax_name) <= 40),
  tax_mode     text     NOT NULL CHECK (tax_mode IN ('none', 'inclusive', 'exclusive')),
  tax_rate_bp  integer  NOT NULL CHECK (tax_rate_bp BETWEEN 0 AND 10000),
  footer       text     NOT NULL CHECK (length(footer) <= 1000),
  version      bigint   NOT NULL DEFAULT 1,
  edited_by    uuid     NOT NULL,
  edited_at    bigint   NOT NULL,
  CHECK (tax_mode = 'none' OR tax_name <> '')
);

-- The terms that an order was priced under: those of the settings may change.
ALTER TABLE orders
  ADD COLUMN tax_mode    text    NOT NULL DEFAULT 'none' CHECK (tax_mode IN ('none', 'inclusive', 'exclusive')),
  ADD COLUMN tax_rate_bp integer NOT NULL DEFAULT 0 CHECK (tax_rate_bp BETWEEN 0 AND 10000);

-- What the document said when it was issued (actors/invoice_records).
ALTER TABLE invoices
  ADD COLUMN taxes    text NOT NULL DEFAULT '[]',     -- JSON list
  ADD COLUMN seller   text NOT NULL DEFAULT '{}',     -- JSON; empty: issued before this migration
  ADD COLUMN buyer    text NOT NULL DEFAULT '{}',     -- JSON; the same
  ADD COLUMN corrects text NOT NULL DEFAULT '',       -- of a credit note: the number of its invoice
  ADD UNIQUE (business_id, id);

-- The PDF as it was first shown. Never changed, never removed.
CREATE TABLE invoice_documents (
  business_id  uuid   NOT NULL,
  invoice_id   uuid   NOT NULL,
  sha256       bytea  NOT NULL CHECK (length(sha256) = 32),
  pdf          bytea  NOT NULL,
  created_at   bigint NOT NULL,
  PRIMARY KEY (business_id, invoice_id),
  FOREIGN KEY (business_id, invoice_id) REFERENCES invoices (business_id, id)
);
ALTER TABLE invoice_documents ALTER COLUMN pdf SET STORAGE EXTERNAL;    -- compressed already

-- `token` is the link under which anybody who has it may read the document until it expires (/i/{token}): 122 random
-- bits. A new one is made only in the second half of the last one's life.
CREATE TABLE invoice_links (
  token        uuid   PRIMARY KEY,
  business_id  uuid   NOT NULL,
  invoice_id   uuid   NOT NULL,
  created_at   bigint NOT NULL,
  expires_at   bigint NOT NULL CHECK (expires_at > created_at),
  FOREIGN KEY (business_id, invoice_id) REFERENCES invoices (business_id, id)
);
CREATE INDEX invoice_links_of_invoice ON invoice_links (business_id, invoice_id, expires_at);

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['invoice_settings', 'invoice_documents', 'invoice_links'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON invoice_settings TO sellavie_engine, sellavie_tenant;
GRANT SELECT, INSERT ON invoice_documents TO sellavie_engine, sellavie_tenant;
GRANT SELECT, INSERT, DELETE ON invoice_links TO sellavie_engine, sellavie_tenant;
