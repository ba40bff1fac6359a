-- Trials of the training that a model answered, by month of the business's time zone. They use the plan as AI replies
-- do (docs/adr/0033).
CREATE TABLE training_trials (
  business_id  uuid   NOT NULL REFERENCES businesses (id),
  month        date   NOT NULL CHECK (extract(day FROM month) = 1),
  answered     bigint NOT NULL CHECK (answered > 0),
  PRIMARY KEY (business_id, month)
);

-- As before (0012), and the trials.
CREATE OR REPLACE FUNCTION plan_month(whose uuid, at bigint)
RETURNS TABLE (month date, begins bigint, ends bigint, ai_replies bigint) LANGUAGE sql STABLE AS $$
  SELECT m.month, m.begins, m.ends,
         coalesce(u.ai_replies, 0) + count_ai_replies(whose, coalesce(u.counted_to, m.begins), m.ends) +
         coalesce(t.answered, 0)
  FROM (
    SELECT day::date AS month,
           (extract(epoch FROM day AT TIME ZONE timezone) * 1000)::bigint AS begins,
           (extract(epoch FROM (day + interval '1 month') AT TIME ZONE timezone) * 1000)::bigint AS ends
    FROM businesses, date_trunc('month', to_timestamp(at / 1000.0) AT TIME ZONE timezone) day
    WHERE id = whose
  ) m LEFT JOIN plan_usage u ON u.business_id = whose AND u.month = m.month
      LEFT JOIN training_trials t ON t.business_id = whose AND t.month = m.month
$$;

DO $$
DECLARE
  own_rows text := '(business_id = NULLIF(current_setting(''app.business_id'', true), '''')::uuid)';
BEGIN
  ALTER TABLE training_trials ENABLE ROW LEVEL SECURITY;
  ALTER TABLE training_trials FORCE ROW LEVEL SECURITY;
  CREATE POLICY engine_all ON training_trials TO sellavie_engine USING (true) WITH CHECK (true);
  EXECUTE format('CREATE POLICY own_rows ON training_trials TO sellavie_tenant USING %s WITH CHECK %s', own_rows, own_rows);
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON training_trials TO sellavie_engine;
GRANT SELECT, INSERT, UPDATE (answered) ON training_trials TO sellavie_tenant;
