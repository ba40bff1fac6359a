-- Why a payment provider was asked, of what it said about an order (protocol/domain/payment.hpp, payment_hint). Null: nobody
-- was asked, or it was before this was kept.
ALTER TABLE order_timeline
  ADD COLUMN noticed_by text CHECK (noticed_by IN ('event', 'poll', 'return', 'chat', 'person'));
