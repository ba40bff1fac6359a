-- A payment provider that refuses a key in use is a task (actors/payment_client_keys.cpp).
DO $$
DECLARE
  was text;
BEGIN
  SELECT pg_get_constraintdef(oid) INTO STRICT was FROM pg_constraint
  WHERE conrelid = 'person_tasks'::regclass AND conname = 'person_tasks_kind_check';
  EXECUTE format('ALTER TABLE person_tasks DROP CONSTRAINT person_tasks_kind_check, '
                 'ADD CONSTRAINT person_tasks_kind_check CHECK (kind = ''payment_connection'' OR %s)', substr(was, 7));
END $$;
