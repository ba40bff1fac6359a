-- Money after it came: where it stands, how it goes back, what a person has to look at (protocol/domain/desk_money.hpp has the rules).
-- The table payments keeps the attempts to be paid; here is what was.

ALTER TABLE orders
  ADD COLUMN received_minor bigint NOT NULL DEFAULT 0 CHECK (received_minor >= 0),
  ADD COLUMN refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
  ADD COLUMN dispute        text   NOT NULL DEFAULT 'none' CHECK (dispute IN ('none', 'open', 'released'));
UPDATE orders SET received_minor = total_minor WHERE status IN ('paid', 'fulfilled', 'refunded');
UPDATE orders SET refunded_minor = total_minor WHERE status = 'refunded';

CREATE TABLE payment_records (
  id              uuid     PRIMARY KEY,
  business_id     uuid     NOT NULL REFERENCES businesses (id),
  reference       text     NOT NULL CHECK (length(reference) BETWEEN 1 AND 256),
  transaction     text     NOT NULL CHECK (length(transaction) <= 256),     -- the provider's; empty: a person took it
  provider        text     NOT NULL CHECK (length(provider) BETWEEN 1 AND 40),
  connection_id   uuid,                                                     -- null: a person, or one that is gone
  mode            text     NOT NULL CHECK (mode IN ('test', 'live')),
  currency        char(3)  NOT NULL,
  received_minor  bigint   NOT NULL CHECK (received_minor > 0),
  elsewhere_minor bigint   NOT NULL DEFAULT 0 CHECK (elsewhere_minor >= 0),
  returned_minor  bigint   NOT NULL DEFAULT 0 CHECK (returned_minor BETWEEN 0 AND received_minor),
  place           text     NOT NULL CHECK (place IN ('on_order', 'in_review', 'dismissed')),
  order_id        uuid,
  is_disputed     boolean  NOT NULL DEFAULT false,
  received_at     bigint   NOT NULL,
  version         bigint   NOT NULL,
  UNIQUE (business_id, id),
  UNIQUE (business_id, reference, transaction),
  CHECK (place <> 'on_order' OR order_id IS NOT NULL),
  FOREIGN KEY (business_id, order_id) REFERENCES orders (business_id, id)
);
-- One payment settles an order, and no other.
CREATE UNIQUE INDEX payment_records_settle ON payment_records (business_id, order_id) WHERE place = 'on_order';
CREATE INDEX payment_records_by_time ON payment_records (business_id, received_at, id);

-- What was settled before records were kept.
INSERT INTO payment_records (id, business_id, reference, transaction, provider, connection_id, mode, currency, received_minor,
                             returned_minor, place, order_id, received_at, version)
SELECT p.id, p.business_id, p.reference, CASE WHEN p.provider IN ('cash', 'transfer') THEN '' ELSE o.payment_transaction END,
       p.provider, p.connection_id, p.mode, p.currency, p.amount_minor,
       CASE WHEN o.status = 'refunded' THEN p.amount_minor ELSE 0 END, 'on_order', p.order_id, p.settled_at, 1
FROM payments p JOIN orders o ON o.business_id = p.business_id AND o.id = p.order_id
WHERE p.status = 'paid' AND o.status IN ('paid', 'fulfilled', 'refunded');

CREATE TABLE refunds (
  id              uuid     PRIMARY KEY,
  business_id     uuid     NOT NULL REFERENCES businesses (id),
  payment_id      uuid     NOT NULL,
  order_id        uuid,
  amount_minor    bigint   NOT NULL CHECK (amount_minor > 0),
  currency        char(3)  NOT NULL,
  reason          text     NOT NULL CHECK (octet_length(reason) <= 500),
  returns_goods   boolean  NOT NULL,
  origin          text     NOT NULL CHECK (origin IN ('here', 'elsewhere')),
  state           text     NOT NULL CHECK (state IN ('awaiting_approval', 'rejected', 'approved', 'sending', 'pending', 'needs_attention',
                                                     'succeeded', 'failed', 'unproved')),
  requested_by    text     NOT NULL CHECK (length(requested_by) <= 100),
  decided_by      text     NOT NULL DEFAULT '' CHECK (length(decided_by) <= 100),
  provider_id     text     NOT NULL DEFAULT '' CHECK (length(provider_id) <= 256),
  attempt         integer  NOT NULL DEFAULT 0,
  requested_at    bigint   NOT NULL,
  sent_at         bigint   NOT NULL DEFAULT 0,
  note            text     NOT NULL DEFAULT '' CHECK (octet_length(note) <= 500),
  is_contradicted boolean  NOT NULL DEFAULT false,
  version         bigint   NOT NULL,
  UNIQUE (business_id, id),
  FOREIGN KEY (business_id, payment_id) REFERENCES payment_records (business_id, id)
);
CREATE INDEX refunds_of_payment ON refunds (business_id, payment_id);
CREATE UNIQUE INDEX refunds_once ON refunds (payment_id, provider_id) WHERE provider_id <> '';
CREATE INDEX refunds_by_time ON refunds (business_id, requested_at, id);

CREATE TABLE payment_reviews (
  id           uuid    PRIMARY KEY,
  business_id  uuid    NOT NULL REFERENCES businesses (id),
  order_id     uuid,                                    -- that its reference names; it need not exist
  reference    text    NOT NULL CHECK (length(reference) <= 256),
  transaction  text    NOT NULL CHECK (length(transaction) <= 256),    -- empty: it is not known whether money came
  reason       text    NOT NULL CHECK (length(reason) <= 40),
  state        text    NOT NULL CHECK (state IN ('open', 'refunding', 'accepted', 'attached', 'refunded', 'dismissed', 'answered')),
  resolved_by  text    NOT NULL DEFAULT '' CHECK (length(resolved_by) <= 100),
  note         text    NOT NULL DEFAULT '' CHECK (octet_length(note) <= 500),
  opened_at    bigint  NOT NULL,
  resolved_at  bigint  NOT NULL DEFAULT 0,
  version      bigint  NOT NULL,
  UNIQUE (business_id, id)
);
CREATE UNIQUE INDEX payment_reviews_of_money ON payment_reviews (business_id, reference, transaction) WHERE transaction <> '';
CREATE UNIQUE INDEX payment_reviews_unanswered ON payment_reviews (business_id, reference)
  WHERE transaction = '' AND state IN ('open', 'refunding');
CREATE INDEX payment_reviews_open ON payment_reviews (business_id, opened_at, id) WHERE state IN ('open', 'refunding');
CREATE INDEX payment_reviews_by_time ON payment_reviews (business_id, opened_at, id);

DO $$
DECLARE was text;
BEGIN
  SELECT pg_get_constraintdef(oid) INTO STRICT was FROM pg_constraint
  WHERE conrelid = 'person_tasks'::regclass AND conname = 'person_tasks_kind_check';
  EXECUTE format('ALTER TABLE person_tasks DROP CONSTRAINT person_tasks_kind_check, ADD CONSTRAINT person_tasks_kind_check CHECK ('
                 'kind IN (''dispute'', ''refund_awaits_approval'', ''refund_needs_attention'', ''refund_failed'', ''refund_unproved'', '
                 '''refund_contradicted'', ''more_came'') OR %s)', substr(was, 7));
END $$;
-- A task of money ends with its review.
CREATE INDEX person_tasks_of_money ON person_tasks (business_id, reason) WHERE kind = 'payment_review' AND done_at IS NULL;

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['payment_records', 'refunds', 'payment_reviews'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;
-- The desk alone writes them; people read.
GRANT SELECT, INSERT, UPDATE ON payment_records, refunds, payment_reviews TO sellavie_engine;
GRANT SELECT ON payment_records, refunds, payment_reviews TO sellavie_tenant;
