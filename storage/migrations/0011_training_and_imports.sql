-- Training: what a business teaches its AI, as a draft that people edit and as versions that were published. The one
-- with the highest number counts. Versions are never changed or removed.

CREATE TABLE training_versions (
  id             uuid    PRIMARY KEY,
  business_id    uuid    NOT NULL REFERENCES businesses (id),
  number         integer NOT NULL CHECK (number > 0),
  content        text    NOT NULL,                    -- protocol/training/content_codec
  note           text    NOT NULL CHECK (length(note) <= 500),
  restored_from  integer CHECK (restored_from < number),
  published_by   uuid,                                -- null: provisioning
  published_at   bigint  NOT NULL,
  UNIQUE (business_id, id),
  UNIQUE (business_id, number)
);

CREATE TABLE training_drafts (
  business_id  uuid    PRIMARY KEY REFERENCES businesses (id),
  content      text    NOT NULL,
  version      bigint  NOT NULL DEFAULT 1,            -- rises with each edit and each publication
  based_on     integer NOT NULL,                      -- the version that was published when it was edited last; 0: none
  edited_by    uuid    NOT NULL,
  edited_at    bigint  NOT NULL
);

-- What was provisioned so far is version 1. The owner of the tables sees no row of another policy's.
ALTER TABLE businesses NO FORCE ROW LEVEL SECURITY;
INSERT INTO training_versions (id, business_id, number, content, note, published_at)
SELECT gen_random_uuid(), id, 1, training, 'provisioned', created_at FROM businesses WHERE training <> '{}';
ALTER TABLE businesses FORCE ROW LEVEL SECURITY;
ALTER TABLE businesses DROP COLUMN training;

-- With which version a turn's model was asked; 0: none was.
ALTER TABLE turns ADD COLUMN training_version integer NOT NULL DEFAULT 0;

-- Sheets that are imported -----------------------------------------------------------------------

-- A sheet is a job: kept with the upload, taken part by part, each part with its progress in one transaction. Gone
-- seven days after it ended.
CREATE TABLE product_imports (
  id               uuid    PRIMARY KEY,               -- UUIDv7: by time
  business_id      uuid    NOT NULL REFERENCES businesses (id),
  state            text    NOT NULL DEFAULT 'queued'
                   CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  account_id       uuid    NOT NULL,                  -- whose changes these are, for the activity log
  session_id       uuid    NOT NULL,
  address          text    NOT NULL,
  request_id       text    NOT NULL,
  idempotency_key  text    NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 100),
  fingerprint      text    NOT NULL,                  -- of what was asked: another wish under the same key is refused
  column_names     text    NOT NULL,                  -- JSON: by field
  counts_stock     boolean NOT NULL,
  sheet            bytea   NOT NULL,
  records          integer NOT NULL CHECK (records >= 0),
  next_record      integer NOT NULL DEFAULT 0 CHECK (next_record BETWEEN 0 AND records),
  created          integer NOT NULL DEFAULT 0,
  updated          integer NOT NULL DEFAULT 0,
  unchanged        integer NOT NULL DEFAULT 0,
  refused          integer NOT NULL DEFAULT 0,
  claimed_by       bigint,                            -- the incarnation that runs it
  attempts         integer NOT NULL DEFAULT 0,        -- starts without a part taken
  cancel_wanted    boolean NOT NULL DEFAULT false,
  problem          text    NOT NULL DEFAULT '',       -- why it failed
  created_at       bigint  NOT NULL,
  finished_at      bigint  NOT NULL DEFAULT 0,
  UNIQUE (business_id, id),
  UNIQUE (business_id, account_id, idempotency_key),
  CHECK ((state = 'running') = (claimed_by IS NOT NULL)),
  CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at > 0))
);
CREATE UNIQUE INDEX product_imports_one_running ON product_imports (business_id) WHERE state = 'running';
CREATE INDEX product_imports_open ON product_imports (id) WHERE state IN ('queued', 'running');
CREATE INDEX product_imports_ended ON product_imports (finished_at) WHERE finished_at > 0;

-- What became of the rows of one part. `counted` is stock that the order desk was not yet known to have set.
CREATE TABLE product_import_parts (
  import_id      uuid    NOT NULL,
  first_record   integer NOT NULL,
  business_id    uuid    NOT NULL,
  outcomes       text    NOT NULL,                    -- JSON
  counted        text,                                -- JSON
  stock_attempt  integer NOT NULL DEFAULT 1,
  PRIMARY KEY (import_id, first_record),
  FOREIGN KEY (business_id, import_id) REFERENCES product_imports (business_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX product_import_parts_counted ON product_import_parts (business_id, import_id)
  WHERE counted IS NOT NULL;

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['training_versions', 'training_drafts', 'product_imports', 'product_import_parts'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON training_versions TO sellavie_engine, sellavie_tenant;
GRANT SELECT, INSERT, UPDATE ON training_drafts TO sellavie_engine, sellavie_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON product_imports, product_import_parts TO sellavie_engine;
GRANT SELECT, INSERT ON product_imports, product_import_parts TO sellavie_tenant;
GRANT UPDATE (state, next_record, created, updated, unchanged, refused, claimed_by, attempts, cancel_wanted, problem,
              finished_at) ON product_imports TO sellavie_tenant;
GRANT UPDATE (outcomes, counted, stock_attempt) ON product_import_parts TO sellavie_tenant;
-- Whether a checkout can be offered; never a key.
GRANT SELECT (business_id, provider) ON payment_connections TO sellavie_tenant;
