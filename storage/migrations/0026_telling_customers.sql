-- What customers are told when, and by mail (docs/adr/0046).

-- Reminders of payment links that nobody has paid by yet (protocol/domain/checkout_reminder.hpp).
ALTER TABLE businesses
  ADD COLUMN checkout_reminders        smallint NOT NULL DEFAULT 1 CHECK (checkout_reminders BETWEEN 0 AND 3),   -- of one order
  ADD COLUMN checkout_reminder_minutes integer CHECK (checkout_reminder_minutes BETWEEN 5 AND 1440);             -- null: shares of the hold
GRANT UPDATE (checkout_reminders, checkout_reminder_minutes) ON businesses TO sellavie_tenant;

-- Whether a customer who left an address is sent the link to each new invoice and credit note.
ALTER TABLE invoice_settings ADD COLUMN mail_documents boolean NOT NULL DEFAULT true;

-- In what approved template an account tells its customers outside the send window (protocol/channel/notice_template.hpp).
ALTER TABLE connections
  ADD COLUMN notice_template          text NOT NULL DEFAULT '' CHECK (length(notice_template) <= 512),             -- empty: none
  ADD COLUMN notice_template_language text NOT NULL DEFAULT '' CHECK (length(notice_template_language) <= 20),
  ADD COLUMN version                  bigint NOT NULL DEFAULT 1,                                                    -- of what people say of it
  ADD CHECK ((notice_template = '') = (notice_template_language = ''));
GRANT UPDATE (notice_template, notice_template_language, version) ON connections TO sellavie_tenant;

-- A notice of the server's that reached its customer by no way is a task.
DO $$
DECLARE
  was text;
BEGIN
  SELECT pg_get_constraintdef(oid) INTO STRICT was FROM pg_constraint
  WHERE conrelid = 'person_tasks'::regclass AND conname = 'person_tasks_kind_check';
  EXECUTE format('ALTER TABLE person_tasks DROP CONSTRAINT person_tasks_kind_check, '
                 'ADD CONSTRAINT person_tasks_kind_check CHECK (kind = ''customer_not_told'' OR %s)', substr(was, 7));
END $$;
