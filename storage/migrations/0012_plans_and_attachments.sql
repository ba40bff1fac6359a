-- Plans: what a business may use, and how much of it a month has used. Limits stand in the configuration; here is
-- which plan a business has. AI replies are counted from the turns themselves (docs/adr/0033): a turn pays nothing for
-- it, no row and no index. What is here are sums, so that nobody counts a month again and again.

-- Empty: the configuration's default. The operator's alone (provisioning).
ALTER TABLE businesses ADD COLUMN plan text NOT NULL DEFAULT '' CHECK (length(plan) <= 32);

-- AI replies of a calendar month in the business's time zone: those of turns that ended before `counted_to`.
CREATE TABLE plan_usage (
  business_id  uuid   NOT NULL REFERENCES businesses (id),
  month        date   NOT NULL CHECK (extract(day FROM month) = 1),
  ai_replies   bigint NOT NULL CHECK (ai_replies >= 0),
  counted_to   bigint NOT NULL,
  PRIMARY KEY (business_id, month)
);

-- Each warning is given once: a month, a level, a limit. Another plan has another limit.
CREATE TABLE plan_warnings (
  business_id  uuid     NOT NULL REFERENCES businesses (id),
  month        date     NOT NULL,
  level        smallint NOT NULL CHECK (level IN (80, 100)),
  allowed      bigint   NOT NULL,
  at           bigint   NOT NULL,
  PRIMARY KEY (business_id, month, level, allowed)
);

-- The least UUIDv7 of a moment.
CREATE FUNCTION least_id_at(at bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(greatest(at, 0)), 12, '0') || repeat('0', 20))::uuid
$$;

-- Turns that ended in [since, until) with an answer of the AI (outcome 1). A completed turn moves its conversation's
-- last message, so the inbox's index finds the chats, and a turn's id begins with its time. A turn that was resumed
-- more than a day after it began is not seen.
CREATE FUNCTION count_ai_replies(whose uuid, since bigint, until bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT count(*) FROM conversations c CROSS JOIN LATERAL (
    SELECT FROM turns t
    WHERE t.conversation_id = c.id AND t.turn_id >= least_id_at(since - 86400000)
      AND t.state = 1 AND t.outcome = 1 AND t.ended_at >= since AND t.ended_at < until
    OFFSET 0) answered
  WHERE c.business_id = whose AND c.last_message_at >= since
$$;

-- The calendar month of a moment where the business is, and the replies that its turns show by now.
CREATE FUNCTION plan_month(whose uuid, at bigint)
RETURNS TABLE (month date, begins bigint, ends bigint, ai_replies bigint) LANGUAGE sql STABLE AS $$
  SELECT m.month, m.begins, m.ends,
         coalesce(u.ai_replies, 0) + count_ai_replies(whose, coalesce(u.counted_to, m.begins), m.ends)
  FROM (
    SELECT day::date AS month,
           (extract(epoch FROM day AT TIME ZONE timezone) * 1000)::bigint AS begins,
           (extract(epoch FROM (day + interval '1 month') AT TIME ZONE timezone) * 1000)::bigint AS ends
    FROM businesses, date_trunc('month', to_timestamp(at / 1000.0) AT TIME ZONE timezone) day
    WHERE id = whose
  ) m LEFT JOIN plan_usage u ON u.business_id = whose AND u.month = m.month
$$;

-- Counts on for at most `most` businesses whose sums are older than an hour; how many. Stays five minutes behind the
-- clock, because a commit may show itself later than its time.
CREATE FUNCTION roll_plan_usage(at bigint, most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  until constant bigint := at - 300000;
  one record;
  rolled bigint := 0;
BEGIN
  FOR one IN
    SELECT b.id, coalesce(u.counted_to, 0) AS counted_to
    FROM businesses b LEFT JOIN LATERAL (
      SELECT counted_to FROM plan_usage WHERE business_id = b.id ORDER BY month DESC LIMIT 1) u ON true
    WHERE coalesce(u.counted_to, 0) < until - 3600000
      AND EXISTS (SELECT FROM conversations c
                  WHERE c.business_id = b.id AND c.last_message_at >= greatest(coalesce(u.counted_to, 0), 1))
    ORDER BY b.id LIMIT most
  LOOP
    -- The month before is closed first, once.
    INSERT INTO plan_usage AS sums (business_id, month, ai_replies, counted_to)
    SELECT one.id, m.month, count_ai_replies(one.id, coalesce(u.counted_to, m.begins), least(m.ends, until)),
           greatest(m.begins, least(m.ends, until))
    FROM plan_month(one.id, until) now
    CROSS JOIN LATERAL (SELECT * FROM plan_month(one.id, now.begins - 1) WHERE one.counted_to < now.begins
                        UNION ALL SELECT now.*) m
    LEFT JOIN plan_usage u ON u.business_id = one.id AND u.month = m.month
    ON CONFLICT (business_id, month) DO UPDATE
      SET ai_replies = sums.ai_replies + excluded.ai_replies, counted_to = excluded.counted_to
      WHERE sums.counted_to < excluded.counted_to;
    rolled := rolled + 1;
  END LOOP;
  RETURN rolled;
END $$;
REVOKE ALL ON FUNCTION roll_plan_usage(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roll_plan_usage(bigint, integer) TO sellavie_engine;

-- Pictures and documents that people upload for the composer: pictures as we encoded them, documents as they came.
-- `token` is the link under which anybody who has it may read them (/media/{token}): 122 random bits. Those that no
-- message uses go after a day.
CREATE TABLE attachments (
  id            uuid   PRIMARY KEY,
  business_id   uuid   NOT NULL REFERENCES businesses (id),
  account_id    uuid   NOT NULL,
  token         uuid   NOT NULL UNIQUE,
  kind          text   NOT NULL CHECK (kind IN ('image', 'file')),
  content_type  text   NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png', 'application/pdf')),
  file_name     text   NOT NULL CHECK (length(file_name) BETWEEN 1 AND 120),
  upload_hash   bytea  NOT NULL CHECK (length(upload_hash) = 32),    -- of the file as it came
  size          bigint NOT NULL CHECK (size > 0),
  bytes         bytea  NOT NULL,
  created_at    bigint NOT NULL,
  used_at       bigint NOT NULL DEFAULT 0,                           -- 0: by no message
  UNIQUE (business_id, id)
);
ALTER TABLE attachments ALTER COLUMN bytes SET STORAGE EXTERNAL;    -- compressed already
CREATE INDEX attachments_unused ON attachments (created_at) WHERE used_at = 0;

-- A warning is a task; whatever kinds there are by now stay.
DO $$
DECLARE
  was text;
BEGIN
  SELECT pg_get_constraintdef(oid) INTO STRICT was FROM pg_constraint
  WHERE conrelid = 'person_tasks'::regclass AND conname = 'person_tasks_kind_check';
  EXECUTE format('ALTER TABLE person_tasks DROP CONSTRAINT person_tasks_kind_check, '
                 'ADD CONSTRAINT person_tasks_kind_check CHECK (kind = ''plan'' OR %s)', substr(was, 7));
END $$;

DO $$
DECLARE
  tenant_table text;
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['plan_usage', 'plan_warnings', 'attachments'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY engine_all ON %I TO sellavie_engine USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY own_rows ON %I TO sellavie_tenant USING %s WITH CHECK %s', tenant_table, own_rows, own_rows);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON plan_usage, plan_warnings TO sellavie_engine;
GRANT SELECT ON plan_usage, plan_warnings TO sellavie_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON attachments TO sellavie_engine;
GRANT SELECT, INSERT, DELETE ON attachments TO sellavie_tenant;
