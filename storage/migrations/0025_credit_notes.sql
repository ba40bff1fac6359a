-- Credit notes of parts (protocol/domain/invoice.hpp R2, R8 to R11; docs/adr/0046): one for each refund that succeeded, and at most one an order
-- for what went back without a refund that is known. Notes of before credit all of their invoice and name no refund.
ALTER TABLE invoices
  ADD COLUMN refund_id uuid,
  ADD CONSTRAINT invoices_refund_of_note CHECK (refund_id IS NULL OR kind = 'credit_note'),
  ADD FOREIGN KEY (business_id, refund_id) REFERENCES refunds (business_id, id);

CREATE INDEX invoices_of_order ON invoices (business_id, order_id);
CREATE UNIQUE INDEX invoices_once ON invoices (business_id, order_id, kind) WHERE refund_id IS NULL;
CREATE UNIQUE INDEX invoices_of_refund ON invoices (business_id, refund_id) WHERE refund_id IS NOT NULL;
ALTER TABLE invoices DROP CONSTRAINT invoices_business_id_order_id_kind_key;
