-- The catalogue as a shop keeps it: versions for editors, groups of variants, pictures, corrections of stock.
--
-- A business has at most 10,000 products. A search reads the business's own part of an index and looks into each
-- name: operators that look into text are not leakproof, so under row-level security no trigram or word index
-- may be asked before the rows are known to be the business's own.

-- What varies between products that are sold as one: "size", "colour". What is sold is always a sku.
CREATE TABLE product_groups (
  id            uuid   PRIMARY KEY,
  business_id   uuid   NOT NULL REFERENCES businesses (id),
  name          text   NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  option_names  text[] NOT NULL CHECK (cardinality(option_names) BETWEEN 1 AND 3),
  version       bigint NOT NULL DEFAULT 1,
  UNIQUE (business_id, id)
);

ALTER TABLE products
  ADD COLUMN version bigint NOT NULL DEFAULT 1,             -- of what people edit; stock has none
  ADD COLUMN sort_name text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
  ADD COLUMN search_text text NOT NULL GENERATED ALWAYS AS (lower(sku || ' ' || name)) STORED,
  ADD COLUMN group_id uuid,
  ADD COLUMN option_values text[] NOT NULL DEFAULT '{}' CHECK (cardinality(option_values) <= 3),
  ADD CHECK ((group_id IS NULL) = (option_values = '{}')),
  ADD FOREIGN KEY (business_id, group_id) REFERENCES product_groups (business_id, id);
CREATE INDEX products_by_name ON products (business_id, sort_name, id);
CREATE UNIQUE INDEX products_one_variant ON products (group_id, option_values) WHERE group_id IS NOT NULL;

-- Corrections by people, with their reason; what orders move stands in the orders' timelines. Append-only.
CREATE TABLE stock_movements (
  id           uuid   PRIMARY KEY,
  business_id  uuid   NOT NULL,
  product_id   uuid   NOT NULL,
  delta        bigint NOT NULL CHECK (delta <> 0),
  stock_after  bigint NOT NULL CHECK (stock_after >= 0),
  reason       text   NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  actor        text   NOT NULL,                             -- "person:<account>"
  at           bigint NOT NULL,
  FOREIGN KEY (business_id, product_id) REFERENCES products (business_id, id)
);
CREATE INDEX stock_movements_of_product ON stock_movements (business_id, product_id, id);

-- Pictures as we encoded them, never as they came. `upload_hash` finds the same upload again.
CREATE TABLE product_images (
  id            uuid    PRIMARY KEY,
  business_id   uuid    NOT NULL,
  product_id    uuid    NOT NULL,
  upload_hash   bytea   NOT NULL CHECK (length(upload_hash) = 32),
  content_type  text    NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png')),
  width         integer NOT NULL CHECK (width > 0),
  height        integer NOT NULL CHECK (height > 0),
  bytes         bytea   NOT NULL,
  created_at    bigint  NOT NULL,
  UNIQUE (business_id, product_id, upload_hash),
  FOREIGN KEY (business_id, product_id) REFERENCES products (business_id, id)
);
ALTER TABLE product_images ALTER COLUMN bytes SET STORAGE EXTERNAL;    -- compressed already
CREATE INDEX product_images_of_product ON product_images (business_id, product_id, id);

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['product_groups', 'stock_movements', 'product_images'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON product_groups, product_images TO sellavie_engine;
GRANT SELECT, INSERT ON stock_movements TO sellavie_engine, sellavie_tenant;
GRANT SELECT, INSERT ON product_groups TO sellavie_tenant;
GRANT UPDATE (name, version) ON product_groups TO sellavie_tenant;
GRANT SELECT, INSERT, DELETE ON product_images TO sellavie_tenant;
-- The stock of a product that exists is its desk's alone.
GRANT INSERT (id, business_id, sku, name, description, price_minor, stock, active, group_id, option_values)
  ON products TO sellavie_tenant;
GRANT UPDATE (name, description, price_minor, price_version, active, version, group_id, option_values)
  ON products TO sellavie_tenant;
