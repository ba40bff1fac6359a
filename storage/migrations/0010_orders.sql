-- Orders and invoices as people list them. Each order pays for two more indexes, each of its changes for those
-- that hold its status or total; a message for none.

ALTER TABLE orders ADD COLUMN tracking text NOT NULL DEFAULT '' CHECK (length(tracking) <= 200);

-- Pages go by (time, id), or by (total, id). What a desk loads is found by the first.
DROP INDEX orders_recent;
CREATE INDEX orders_by_time ON orders (business_id, created_at, id);
CREATE INDEX orders_by_status ON orders (business_id, status, created_at, id);
CREATE INDEX orders_by_total ON orders (business_id, total_minor, id);
CREATE INDEX payments_of_order ON payments (business_id, order_id, id);
CREATE INDEX invoices_by_time ON invoices (business_id, issued_at, id);
