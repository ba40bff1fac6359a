-- What people do in the inbox: messages that they write, notes, labels, assignments, snoozes, read marks, canned
-- replies; and what they do with customers: profiles, merging, blocking. Beside the message path: no table here is
-- written by a turn.

-- One row per message that a person wrote here: its author, and the key under which it was sent. The unique key
-- holds across restarts: the same key is the same send.
CREATE TABLE composed_messages (
  conversation_id  uuid NOT NULL,
  message_id       uuid NOT NULL,
  business_id      uuid NOT NULL,
  account_id       uuid NOT NULL,
  idempotency_key  text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 100),
  part             smallint NOT NULL CHECK (part >= 0),
  fingerprint      text NOT NULL,                     -- of what was asked: another wish under the same key is refused
  PRIMARY KEY (conversation_id, message_id),
  UNIQUE (business_id, account_id, idempotency_key, part)
);

-- Customers -------------------------------------------------------------------------------------

-- A contact is one customer on one channel account. Merged contacts are one customer: `merged_into` names the one
-- whose profile counts, always in one step. Orders stay with the contact that placed them.
ALTER TABLE contacts
  ADD COLUMN version     bigint NOT NULL DEFAULT 1,
  ADD COLUMN merged_into uuid,
  ADD COLUMN blocked_at  bigint NOT NULL DEFAULT 0,   -- 0: not blocked
  ADD CONSTRAINT contacts_merged_into FOREIGN KEY (business_id, merged_into) REFERENCES contacts (business_id, id),
  ADD CONSTRAINT contacts_not_into_itself CHECK (merged_into <> id);
CREATE INDEX contacts_merged ON contacts (business_id, merged_into) WHERE merged_into IS NOT NULL;
-- Found by the beginning of a name. Written once a customer, not once a message.
CREATE INDEX contacts_by_name ON contacts (business_id, lower(name) text_pattern_ops, id);
CREATE INDEX orders_of_contact ON orders (business_id, contact_id);

-- The inbox -------------------------------------------------------------------------------------

-- Few chats wait for a person among many that the AI answers.
CREATE INDEX conversations_of_people ON conversations (business_id, last_message_at DESC, id DESC) WHERE owner = 1;

-- Who works on a chat, and until when nobody needs to. A snooze is over when its time is, or when the customer has
-- written since: then the conversation's last_customer_at has passed `snoozed_after`.
CREATE TABLE conversation_work (
  conversation_id  uuid PRIMARY KEY,
  business_id      uuid NOT NULL,
  assignee_id      uuid,
  snoozed_until    bigint NOT NULL DEFAULT 0,
  snoozed_after    bigint NOT NULL DEFAULT 0,
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations (business_id, id)
);
CREATE INDEX conversation_work_of_assignee ON conversation_work (business_id, assignee_id, conversation_id)
  WHERE assignee_id IS NOT NULL;
CREATE INDEX conversation_work_snoozed ON conversation_work (business_id, snoozed_until, conversation_id)
  WHERE snoozed_until > 0;

-- How far a person has read: the provider's time of the last customer's message that they saw.
CREATE TABLE conversation_reads (
  account_id       uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  conversation_id  uuid NOT NULL,
  business_id      uuid NOT NULL,
  read_up_to       bigint NOT NULL,
  PRIMARY KEY (account_id, conversation_id),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations (business_id, id)
);

CREATE TABLE labels (
  id           uuid PRIMARY KEY,
  business_id  uuid NOT NULL REFERENCES businesses (id),
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  colour       text NOT NULL CHECK (colour ~ '^[a-z]{3,10}$'),
  version      bigint NOT NULL DEFAULT 1,
  created_at   bigint NOT NULL,
  UNIQUE (business_id, id)
);
CREATE UNIQUE INDEX labels_by_name ON labels (business_id, lower(name));

CREATE TABLE conversation_labels (
  conversation_id  uuid NOT NULL,
  label_id         uuid NOT NULL,
  business_id      uuid NOT NULL,
  PRIMARY KEY (conversation_id, label_id),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations (business_id, id),
  FOREIGN KEY (business_id, label_id) REFERENCES labels (business_id, id) ON DELETE CASCADE
);
CREATE INDEX conversation_labels_of_label ON conversation_labels (business_id, label_id, conversation_id);

CREATE TABLE notes (
  id               uuid PRIMARY KEY,                  -- UUIDv7: by time
  business_id      uuid NOT NULL,
  conversation_id  uuid NOT NULL,
  author_id        uuid NOT NULL,
  body             text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
  created_at       bigint NOT NULL,
  UNIQUE (business_id, id),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations (business_id, id)
);
CREATE INDEX notes_of_conversation ON notes (business_id, conversation_id, id);

CREATE TABLE note_mentions (
  note_id      uuid NOT NULL,
  account_id   uuid NOT NULL,
  business_id  uuid NOT NULL,
  PRIMARY KEY (note_id, account_id),
  FOREIGN KEY (business_id, note_id) REFERENCES notes (business_id, id) ON DELETE CASCADE
);
CREATE INDEX note_mentions_of_account ON note_mentions (business_id, account_id, note_id);

CREATE TABLE canned_replies (
  id           uuid PRIMARY KEY,
  business_id  uuid NOT NULL REFERENCES businesses (id),
  shortcut     text NOT NULL CHECK (length(shortcut) BETWEEN 1 AND 40),
  body         text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
  version      bigint NOT NULL DEFAULT 1,
  created_at   bigint NOT NULL,
  UNIQUE (business_id, id)
);
CREATE UNIQUE INDEX canned_replies_by_shortcut ON canned_replies (business_id, lower(shortcut));

-- Search ----------------------------------------------------------------------------------------

-- Words of messages, written by the searches of a business (storage/api/message_search), never by a turn. Each word
-- carries its business, so that a list of the index is of one business.
CREATE TABLE message_words (
  message_id       uuid PRIMARY KEY,
  business_id      uuid NOT NULL,
  conversation_id  uuid NOT NULL,
  words            tsvector NOT NULL
);
CREATE INDEX message_words_words ON message_words USING gin (words);

CREATE FUNCTION words_of(business uuid, body text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY(SELECT DISTINCT right(business::text, 12) || left(word, 40)
               FROM regexp_split_to_table(lower(body), '[^[:alnum:]]+') word WHERE word <> '')
$$;

-- How far the words of a business reach: every conversation up to this one, by its last message, was read to its end.
CREATE TABLE search_progress (
  business_id      uuid PRIMARY KEY REFERENCES businesses (id),
  last_message_at  bigint NOT NULL DEFAULT 0,
  conversation_id  uuid   NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
);
-- And of a conversation: its messages up to this one.
CREATE TABLE search_marks (
  conversation_id  uuid PRIMARY KEY,
  business_id      uuid NOT NULL,
  read_up_to       uuid NOT NULL
);

-- What waits for a person -----------------------------------------------------------------------

ALTER TABLE person_tasks ADD COLUMN done_by uuid;
CREATE INDEX person_tasks_open_kind ON person_tasks (business_id, kind, id) WHERE done_at IS NULL;
CREATE INDEX parked_events_of_business ON parked_events (business_id, id);

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['composed_messages', 'conversation_work', 'conversation_reads', 'labels',
                                      'conversation_labels', 'notes', 'note_mentions', 'canned_replies',
                                      'message_words', 'search_progress', 'search_marks']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON composed_messages, conversation_work, conversation_reads, labels,
  conversation_labels, notes, note_mentions, canned_replies, message_words, search_progress, search_marks
  TO sellavie_engine;
GRANT SELECT ON composed_messages TO sellavie_tenant;
GRANT SELECT, INSERT, UPDATE ON conversation_work, conversation_reads TO sellavie_tenant;
GRANT SELECT, INSERT, DELETE ON conversation_labels, notes, note_mentions TO sellavie_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON labels, canned_replies TO sellavie_tenant;
GRANT UPDATE (name, email, phone, address, version, merged_into) ON contacts TO sellavie_tenant;
GRANT UPDATE (done_at, done_by) ON person_tasks TO sellavie_tenant;
GRANT SELECT (id, business_id, connection_id, reason, accepted_at, parked_at) ON parked_events TO sellavie_tenant;
