-- What people are told of their business (docs/adr/0045): a row per person and event, written by the job "notice.tell". Mails and
-- pushes gather what waits here; the rows are what a person sees in the app. Gone after 90 days.

-- When a person was last written to, so that it is not too often. Locked by whoever writes to them, before their
-- notifications; a membership that goes takes both in this order, too, because it was made first.
CREATE TABLE notification_pace (
  business_id    uuid   NOT NULL,
  account_id     uuid   NOT NULL,
  mailed_at      bigint,
  pushed_at      bigint,
  summed_up_at   bigint,
  PRIMARY KEY (business_id, account_id),
  FOREIGN KEY (business_id, account_id) REFERENCES memberships (business_id, account_id) ON DELETE CASCADE
);

CREATE TABLE notifications (
  id           uuid     PRIMARY KEY,                  -- UUIDv7: by time
  business_id  uuid     NOT NULL,
  account_id   uuid     NOT NULL,
  kind         text     NOT NULL CHECK (kind IN ('hand_over', 'paid_order', 'failed_payment', 'review_item', 'low_stock',
                                                 'broken_connection', 'quota')),
  subject      text     NOT NULL CHECK (length(subject) BETWEEN 1 AND 150),    -- which event: a person is told of it once a step
  step         smallint NOT NULL DEFAULT 0 CHECK (step BETWEEN 0 AND 2),       -- 1 and 2: told again, because nobody took the chat
  about_id     uuid,                                  -- the chat, the order or the product
  task_id      uuid,                                  -- when it is done there is nothing to tell
  epoch        bigint   NOT NULL DEFAULT 0,           -- of the chat that was handed over
  had_id       uuid,                                  -- who had it then
  amount       bigint   NOT NULL DEFAULT 1,           -- of a quota: per cent
  happened_at  bigint   NOT NULL,
  created_at   bigint   NOT NULL,
  in_app       boolean  NOT NULL,
  email        smallint NOT NULL CHECK (email BETWEEN 0 AND 3),                -- 0 not wished, 1 waits, 2 told, 3 not worth telling any more
  push         smallint NOT NULL CHECK (push BETWEEN 0 AND 3),
  read_at      bigint,
  UNIQUE (business_id, account_id, kind, subject, step),
  FOREIGN KEY (business_id, account_id) REFERENCES memberships (business_id, account_id) ON DELETE CASCADE
);
CREATE INDEX notifications_of_person ON notifications (business_id, account_id, id);
CREATE INDEX notifications_unread ON notifications (business_id, account_id, id) WHERE in_app AND read_at IS NULL;
CREATE INDEX notifications_to_mail ON notifications (business_id, account_id) WHERE email = 1;
CREATE INDEX notifications_to_push ON notifications (business_id, account_id) WHERE push = 1;

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['notifications', 'notification_pace'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON notifications, notification_pace TO sellavie_engine;
GRANT SELECT, INSERT ON notifications TO sellavie_tenant;
GRANT UPDATE (read_at) ON notifications TO sellavie_tenant;
GRANT SELECT ON notification_pace TO sellavie_tenant;

-- The last time that somebody added some of a product, of however many movements.
CREATE INDEX stock_movements_added ON stock_movements (business_id, product_id, id) WHERE delta > 0;

-- Minutes that a zone is ahead of UTC at that moment; 0 of a zone that this machine does not know (any more).
CREATE FUNCTION zone_offset(zone text, at bigint) RETURNS integer LANGUAGE plpgsql STABLE AS $$
DECLARE
  moment constant timestamptz := to_timestamp(at / 1000.0);
BEGIN
  RETURN extract(epoch FROM (moment AT TIME ZONE zone) - (moment AT TIME ZONE 'UTC'))::integer / 60;
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN 0;
END $$;

-- Whether a chat that the AI handed over is still as it was then: nobody of the shop has written, nobody gave it back.
CREATE FUNCTION chat_waits(whose uuid, chat uuid, since bigint, given_at_epoch bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM conversations c
                 WHERE c.business_id = whose AND c.id = chat AND c.owner = 1 AND c.epoch = given_at_epoch)
     AND NOT EXISTS (SELECT FROM messages m
                     WHERE m.conversation_id = chat AND m.id >= least_id_at(since) AND m.business_id = whose AND m.origin = 2)
$$;
