-- How much of one payment goes back on one person's word (protocol/domain/desk_money.hpp R29), and by what people find orders, payments and
-- refunds.
ALTER TABLE businesses ADD COLUMN refund_limit_minor bigint CHECK (refund_limit_minor >= 0);   -- null: any sum
GRANT UPDATE (refund_limit_minor) ON businesses TO sellavie_tenant;

CREATE INDEX orders_disputed ON orders (business_id, created_at, id) WHERE dispute = 'open';
CREATE INDEX payment_records_of_order ON payment_records (business_id, order_id, received_at, id);
CREATE INDEX refunds_of_order ON refunds (business_id, order_id, requested_at, id);
CREATE INDEX refunds_by_state ON refunds (business_id, state, requested_at, id);
