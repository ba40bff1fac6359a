-- What customers are told when, and by mail (docs/adr/0046).

-- Reminders of payment links that nobody has paid by yet (protocol/domain/checkout_reminder.hpp).
ALTER TABLE businesses
  ADD COLUMN checkout_reminders        smallint NOT NULL DEFAULT 1 CHECK (checkout_reminders BETWEEN 0 AND 3),   -- of one order
  ADD COLUMN checkout_reminder_minutes integer CHECK (checkout_reminder_minutes BETWEEN 5 AND 1440);             -- null: shares of the hold
GRANT UPDATE (checkout_reminders, checkout_reminder_minutes) ON businesses TO sellavie_tenant;

-- Whether a customer who left an address is sent the link to each new invoice and credit note.
ALTER TABLE invoice_settings ADD COLUMN mail_documents boolean NOT NULL DEFAULT true;
