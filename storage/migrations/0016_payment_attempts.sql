-- Which account a payment was begun at, and what its provider calls the link: who asks about it later must ask there.
-- Links that were made before are Paystack's, the only provider until now, and are found by their provider and mode.
ALTER TABLE payments
  ADD COLUMN connection_id uuid,
  ADD COLUMN link_id       text NOT NULL DEFAULT '' CHECK (length(link_id) <= 256),
  ADD COLUMN transaction   text NOT NULL DEFAULT '' CHECK (length(transaction) <= 256);   -- of the money that settled or is under review
