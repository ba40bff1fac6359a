#include "storage/housekeeping.hpp"

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using std::chrono::days;

class housekeeping_test : public spine_test {
 protected:
  std::unique_ptr<pqxx::connection> connection = engine();

  housekeeping at(instant now, int batch = 5'000) { return {*connection, incarnation, now, batch}; }
  static std::string ms(instant at) { return std::to_string(to_unix_ms(at)); }
  static instant day(std::int32_t number) { return instant{days{number}}; }
  std::int64_t partitions() const { return count("pg_inherits WHERE inhparent = 'inbound_keys'::regclass"); }
  std::int64_t pages_of(const std::string& table) const {
    return number("SELECT pg_relation_size('" + table + "') / 8192");
  }
  void park(inbox_id id, instant parked_at) const {
    sql("INSERT INTO parked_events VALUES (" + std::to_string(id) + "," + quote(ada) + "," + quote(page) +
        ",'x',0," + ms(parked_at) + ",'')");
  }
  void add_turn(int state, instant ended_at) const {
    sql("INSERT INTO turns (conversation_id, turn_id, business_id, state, deliveries, started_at, ended_at, epoch) "
        "VALUES (" +
        quote(chat) + ", gen_random_uuid(), " + quote(ada) + ", " + std::to_string(state) + ", 1, 0, " +
        ms(ended_at) + ", 1)");
  }
  void add_results(const std::string& key, int how_many, instant made_at) const {
    sql("INSERT INTO action_results SELECT " + quote(ada) + ", '" + key + "' || g, '{}', " + ms(made_at) +
        " FROM generate_series(1, " + std::to_string(how_many) + ") g");
  }
  void add_task(instant created_at, const std::string& done_at) const {
    const auto created = std::to_string(to_unix_ms(created_at)) + "::bigint";
    sql("INSERT INTO person_tasks (id, business_id, kind, reason, created_at, done_at) VALUES (overlay(overlay("
        "gen_random_uuid()::text PLACING lpad(to_hex(" +
        created + " >> 16), 8, '0') FROM 1) PLACING lpad(to_hex(" + created +
        " & 65535), 4, '0') FROM 10)::uuid, " + quote(ada) + ", 'parked', 'x', " + created + ", " + done_at +
        ")");
  }
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from))
      text.replace(at, from.size(), to);
  }
  void accept_on(std::int32_t number) {
    auto row = an_event(number, "key-" + std::to_string(number));
    row.day = number;
    auto store = writer();
    ASSERT_EQ(commit(store, {{.inbound = {row}}}).outcome, commit_outcome::committed);
  }
};

TEST_F(housekeeping_test, rolling_again_changes_nothing) {
  const auto before = partitions();
  EXPECT_EQ(roll_inbound_keys(at(day(today))).value(), 0);
  EXPECT_EQ(partitions(), before);
  EXPECT_EQ(before, 13);
}

TEST_F(housekeeping_test, a_new_day_makes_a_partition_and_takes_its_strays) {
  accept_on(today + 3);
  EXPECT_EQ(count("inbound_keys_other"), 1);
  EXPECT_EQ(roll_inbound_keys(at(day(today + 1))).value(), 0);
  EXPECT_EQ(count("inbound_keys_other"), 0);
  EXPECT_EQ(count("inbound_keys_" + std::to_string(today + 3)), 1);
  accept_on(today + 3);
  EXPECT_EQ(count("inbound_events"), 1) << "still known after it moved";
}

TEST_F(housekeeping_test, partitions_older_than_thirty_days_are_dropped) {
  EXPECT_EQ(roll_inbound_keys(at(day(today + 30))).value(), 9);
  EXPECT_EQ(count("pg_class WHERE relname = 'inbound_keys_" + std::to_string(today - 1) + "'"), 0);
  EXPECT_EQ(count("pg_class WHERE relname = 'inbound_keys_" + std::to_string(today) + "'"), 1);
}

TEST_F(housekeeping_test, strays_more_than_thirty_days_off_are_pruned) {
  for (const auto off : {-31, -30, 30, 31}) accept_on(today + off);
  EXPECT_EQ(prune_stray_keys(at(day(today))).value(), 2);
  EXPECT_EQ(text("SELECT string_agg(day::text, ',' ORDER BY day) FROM inbound_keys_other"),
            std::to_string(today - 30) + "," + std::to_string(today + 30));
}

TEST_F(housekeeping_test, quarantine_lasts_seven_days) {
  sql("INSERT INTO quarantined_events SELECT g, 'stranger', 'messenger', " + ms(noon) +
      " + g, '' FROM generate_series(0, 9) g");
  EXPECT_EQ(purge_quarantine(at(noon + days{7})).value(), 0);
  EXPECT_EQ(purge_quarantine(at(noon + days{7} + milliseconds{5})).value(), 5);
  EXPECT_EQ(count("quarantined_events"), 5);
}

TEST_F(housekeeping_test, a_batch_is_bounded) {
  sql("INSERT INTO quarantined_events SELECT g, 'stranger', 'messenger', 0, '' FROM generate_series(0, 9) g");
  EXPECT_EQ(purge_quarantine(at(noon, 6)).value(), 6);
  EXPECT_EQ(purge_quarantine(at(noon, 6)).value(), 4);
}

TEST_F(housekeeping_test, parked_deliveries_last_thirty_days) {
  park(1, noon - days{31});
  park(2, noon - days{29});
  EXPECT_EQ(purge_parked(at(noon)).value(), 1);
  EXPECT_EQ(text("SELECT id FROM parked_events"), "2");
}

TEST_F(housekeeping_test, recorded_events_last_thirty_days) {
  sql("INSERT INTO recorded_events SELECT g, " + quote(ada) + "," + quote(page) + ", 'reaction', " +
      ms(noon - days{30}) + " + g, '' FROM generate_series(0, 9) g");
  EXPECT_EQ(purge_recorded(at(noon)).value(), 0);
  EXPECT_EQ(purge_recorded(at(noon + milliseconds{5}, 3)).value(), 3);
  EXPECT_EQ(purge_recorded(at(noon + milliseconds{5}, 3)).value(), 2);
  EXPECT_EQ(count("recorded_events"), 5);
}

TEST_F(housekeeping_test, a_delivery_parked_late_does_not_keep_later_ones) {
  park(1, noon);
  park(2, noon - days{31});
  EXPECT_EQ(purge_parked(at(noon)).value(), 1);
  EXPECT_EQ(text("SELECT id FROM parked_events"), "1");
}

TEST_F(housekeeping_test, completed_turns_last_ninety_days_and_a_live_plan_for_ever) {
  add_turn(1, noon - days{91});
  add_turn(1, noon - days{89});
  add_turn(0, noon - days{400});
  EXPECT_EQ(purge_turns(at(noon)).value(), 1);
  EXPECT_EQ(count("turns WHERE state = 1"), 1);
  EXPECT_EQ(count("turns WHERE state = 0"), 1);
}

TEST_F(housekeeping_test, action_results_outlive_any_replay_and_last_ninety_days) {
  static_assert(action_result_retention > days{30 + 8}, "dedupe keys, and how old an event may be");
  add_results("old", 1, noon - days{91});
  add_results("new", 1, noon - days{89});
  EXPECT_EQ(purge_action_results(at(noon)).value(), 1);
  EXPECT_EQ(text("SELECT action_key FROM action_results"), "new1");
}

TEST_F(housekeeping_test, events_of_payments_last_ninety_days) {
  sql("INSERT INTO payment_events SELECT gen_random_uuid(), 'k' || g, " + quote(ada) +
      ", gen_random_uuid(), 'payment', '', '', '', NULL, NULL, " + ms(noon - days{90}) +
      " + g FROM generate_series(0, 9) g");
  EXPECT_EQ(purge_payment_events(at(noon)).value(), 0);
  EXPECT_EQ(purge_payment_events(at(noon + milliseconds{5}, 3)).value(), 3);
  EXPECT_EQ(purge_payment_events(at(noon + milliseconds{5}, 3)).value(), 2);
  EXPECT_EQ(text("SELECT min(dedupe_key) FROM payment_events"), "k5");
}

TEST_F(housekeeping_test, done_tasks_last_ninety_days_and_open_ones_for_ever) {
  add_task(noon - days{95}, ms(noon - days{91}));
  add_task(noon - days{95}, ms(noon - days{89}));
  add_task(noon - days{400}, "NULL");
  EXPECT_EQ(purge_done_tasks(at(noon)).value(), 1);
  EXPECT_EQ(count("person_tasks WHERE done_at IS NULL"), 1);
  EXPECT_EQ(count("person_tasks"), 2);
}

TEST_F(housekeeping_test, ended_sessions_last_thirty_days_and_take_their_tokens_along) {
  sql("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (" + quote(plain_id(1)) +
      ", 'ada@example.com', 'x', 0)");
  const auto add_session = [&](std::uint32_t n, instant expires_at, const std::string& revoked_at) {
    sql("INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at, revoked_at) VALUES (" +
        quote(plain_id(n)) + ", " + quote(plain_id(1)) + ", 0, 0, " + ms(expires_at) + ", " + revoked_at +
        "); INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES (decode('" +
        std::to_string(10 + n) + "', 'hex'), " + quote(plain_id(n)) + ", 0, " + ms(expires_at) + ")");
  };
  add_session(2, noon - days{31}, "NULL");
  add_session(3, noon + days{20}, ms(noon - days{31}));
  add_session(4, noon - days{29}, "NULL");
  add_session(5, noon + days{20}, "NULL");
  EXPECT_EQ(purge_sessions(at(noon)).value(), 2);
  EXPECT_EQ(count("sessions"), 2);
  EXPECT_EQ(count("refresh_tokens"), 2);
}

TEST_F(housekeeping_test, tokens_go_when_they_expire_and_mails_a_week_later) {
  const auto add = [&](instant expires_at) {
    const auto end = ms(expires_at);
    sql("INSERT INTO sign_ups VALUES (gen_random_uuid(), 'a@b.example', '', 'x', decode(md5(random()::text), 'hex'), 0, " +
        end + "); INSERT INTO password_resets VALUES (decode(md5(random()::text), 'hex'), NULL, 0, " + end +
        "); INSERT INTO mails (id, recipient, kind, letter, created_at, expires_at, due_at) VALUES "
        "(gen_random_uuid(), 'a@b.example', 'x', '', 0, " +
        end + ", 0)");
  };
  add(noon - days{8});
  add(noon - days{6});
  add(noon + days{1});
  EXPECT_EQ(purge_sign_ups(at(noon)).value(), 2);
  EXPECT_EQ(purge_password_resets(at(noon)).value(), 2);
  EXPECT_EQ(purge_mails(at(noon)).value(), 1);
  EXPECT_EQ(count("mails"), 2);
}

TEST_F(housekeeping_test, what_failed_for_good_goes_after_90_days) {
  for (const instant died_at : {noon - days{91}, noon - days{89}})
    sql("INSERT INTO dead_jobs (id, business_id, kind, priority, attempts, claims, created_at, died_at, error_codes, error_times, payload) "
        "VALUES (gen_random_uuid(), " +
        quote(ada) + ", 'k', 1, 1, 1, 0, " + ms(died_at) + ", '{}', '{}', '{}')");
  EXPECT_EQ(purge_dead_jobs(at(noon)).value(), 1);
  EXPECT_EQ(count("dead_jobs"), 1);
}

TEST_F(housekeeping_test, a_login_at_meta_goes_an_hour_after_it_expired) {
  const auto add = [&](char state, instant expires_at) {
    sql("INSERT INTO connect_flows (id, business_id, account_id, session_id, kind, state_hash, created_at, expires_at) VALUES "
        "(gen_random_uuid(), " +
        quote(ada) + ", gen_random_uuid(), gen_random_uuid(), 'facebook', decode(repeat('0" +
        std::string{state} + "', 32), 'hex'), 0, " + ms(expires_at) + ")");
  };
  add('1', noon - std::chrono::minutes{61});
  add('2', noon - std::chrono::minutes{59});
  EXPECT_EQ(purge_connect_flows(at(noon)).value(), 1);
  EXPECT_EQ(count("connect_flows"), 1);
}

TEST_F(housekeeping_test, invitations_that_nobody_took_go_a_month_after_they_expired) {
  for (const instant expires_at : {noon - days{31}, noon - days{29}, noon + days{1}})
    sql("SET session_replication_role = replica; INSERT INTO invitations VALUES (gen_random_uuid(), "
        "gen_random_uuid(), 'a@b.example', 'agent', decode(md5(random()::text), 'hex'), gen_random_uuid(), 0, 0, " +
        ms(expires_at) + ")");
  EXPECT_EQ(purge_invitations(at(noon)).value(), 1);
  EXPECT_EQ(count("invitations"), 2);
}

TEST_F(housekeeping_test, webhook_events_go_after_a_month_with_their_deliveries) {
  sql("INSERT INTO webhook_endpoints (id, business_id, url, description, events, secret, secret_hint, created_at, created_by) VALUES "
      "('01977000-0000-7000-8000-00000000000e', " +
      quote(ada) + ", 'https://h', '', '{order.paid}', 's', '', 0, gen_random_uuid())");
  for (const instant at : {noon - days{31}, noon - days{29}}) {
    const auto id = "(SELECT least_id_at(" + ms(at) + "))";
    sql("INSERT INTO webhook_events VALUES (" + id + ", " + quote(ada) + ", 'order.paid', '{}', " + ms(at) +
        "); INSERT INTO webhook_deliveries (endpoint_id, event_id, business_id, began_at) VALUES "
        "('01977000-0000-7000-8000-00000000000e', " +
        id + ", " + quote(ada) + ", 0)");
  }
  EXPECT_EQ(purge_webhook_events(at(noon)).value(), 1);
  EXPECT_EQ(count("webhook_events"), 1);
  EXPECT_EQ(count("webhook_deliveries"), 1);
}

TEST_F(housekeeping_test, a_webhook_whose_job_is_gone_is_dead_and_one_that_has_its_job_waits) {
  const std::string endpoint = "01977000-0000-7000-8000-00000000000e";
  sql("INSERT INTO webhook_endpoints (id, business_id, url, description, events, secret, secret_hint, created_at, created_by) VALUES "
      "('" +
      endpoint + "', " + quote(ada) + ", 'https://h', '', '{order.paid}', 's', '', 0, gen_random_uuid())");
  const auto add = [&](std::uint32_t n, instant next_attempt_at, int last_status, bool has_job) {
    sql("INSERT INTO webhook_events VALUES (" + quote(plain_id(n)) + ", " + quote(ada) +
        ", 'order.paid', '{}', 0); "
        "INSERT INTO webhook_deliveries (endpoint_id, event_id, business_id, began_at, next_attempt_at, last_status) VALUES ('" +
        endpoint + "', " + quote(plain_id(n)) + ", " + quote(ada) + ", 0, " + ms(next_attempt_at) + ", " +
        std::to_string(last_status) + ")");
    if (has_job)
      sql("INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, created_at, payload) VALUES "
          "(gen_random_uuid(), " +
          quote(ada) + ", 'webhook.out', '" + endpoint + "." + to_string(plain_id(n)) +
          "', 1, 1, 0, 0, '{}')");
  };
  add(1, noon - stranded_after - milliseconds{1}, 0, false);
  add(2, noon - stranded_after - milliseconds{1}, 503, false);
  add(3, noon - stranded_after, 0, false);
  add(4, noon - days{1}, 0, true);
  EXPECT_EQ(end_stranded_deliveries(at(noon, 1)).value(), 1) << "a batch is bounded";
  EXPECT_EQ(end_stranded_deliveries(at(noon)).value(), 1);
  EXPECT_EQ(end_stranded_deliveries(at(noon)).value(), 0);
  EXPECT_EQ(
      text(
          "SELECT string_agg(state || ' ' || last_status || last_problem, ', ' ORDER BY event_id) FROM webhook_deliveries"),
      "dead 0lost, dead 503, waiting 0, waiting 0");
}

TEST_F(housekeeping_test, what_people_were_told_goes_after_ninety_days) {
  for (const instant at : {noon - days{91}, noon - days{89}})
    sql("SET session_replication_role = replica; INSERT INTO notifications (id, business_id, account_id, kind, subject, happened_at, "
        "created_at, in_app, email, push) VALUES (least_id_at(" +
        ms(at) + "), " + quote(ada) + ", gen_random_uuid(), 'quota', 's', 0, " + ms(at) + ", true, 0, 0)");
  EXPECT_EQ(purge_notifications(at(noon)).value(), 1);
  EXPECT_EQ(count("notifications"), 1);
}

TEST_F(housekeeping_test, the_stretches_of_half_a_day_cover_a_table_once) {
  add_results("old", 2'000, noon - days{91});
  ASSERT_GT(pages_of("action_results"), 5);
  constexpr int parts = 7;
  std::int64_t removed = 0;
  int busy = 0;
  for (int part = 0; part < parts; ++part) {
    const auto here = purge_action_results(at(noon), {part, parts}).value();
    removed += here;
    busy += here > 0 ? 1 : 0;
  }
  EXPECT_EQ(removed, 2'000);
  EXPECT_GT(busy, 3) << "each has a part of the work";
}

TEST_F(housekeeping_test, every_minute_has_its_stretch) {
  const auto first = stretch_at(noon);
  EXPECT_EQ(first.parts, 720);
  EXPECT_EQ(stretch_at(noon + std::chrono::minutes{1}).part, (first.part + 1) % 720);
  EXPECT_EQ(stretch_at(noon + std::chrono::hours{12}).part, first.part);
}

TEST_F(housekeeping_test, no_purge_reads_a_big_table_as_a_whole) {
  sql("SET session_replication_role = replica; "
      "INSERT INTO turns (conversation_id, turn_id, business_id, state, deliveries, started_at, ended_at) SELECT "
      "gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 1, g, g FROM generate_series(1, 30000) g;"
      "INSERT INTO action_results SELECT gen_random_uuid(), 'k' || g, '{}', g FROM generate_series(1, 30000) g;"
      "INSERT INTO payment_events SELECT gen_random_uuid(), 'k' || g, gen_random_uuid(), gen_random_uuid(), 'payment', '', '', '', "
      "NULL, NULL, g FROM generate_series(1, 30000) g;"
      "INSERT INTO parked_events SELECT g, gen_random_uuid(), gen_random_uuid(), 'x', g, g, '' FROM generate_series(1, 30000) g;"
      "INSERT INTO recorded_events SELECT g, gen_random_uuid(), gen_random_uuid(), 'x', g, '' FROM generate_series(1, 30000) g;"
      "INSERT INTO quarantined_events SELECT g, 'stranger', 'messenger', g, '' FROM generate_series(1, 30000) g;"
      "INSERT INTO inbound_keys SELECT gen_random_uuid(), gen_random_uuid(), 'k', g % 20, g FROM generate_series(1, 30000) g;"
      "INSERT INTO person_tasks (id, business_id, kind, reason, created_at, done_at) SELECT "
      "(lpad(to_hex((1750000000000 + g * 1000000::bigint) >> 16), 8, '0') || '-' || "
      "lpad(to_hex((1750000000000 + g * 1000000::bigint) & 65535), 4, '0') || '-7000-8000-000000000000')::uuid, "
      "gen_random_uuid(), 'parked', 'x', g, g FROM generate_series(1, 30000) g;"
      "INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at) SELECT gen_random_uuid(), "
      "gen_random_uuid(), g, g, g FROM generate_series(1, 30000) g;"
      "INSERT INTO sign_ups SELECT gen_random_uuid(), g || '@example.com', '', '', decode(lpad(to_hex(g), 8, '0'), "
      "'hex'), g, g FROM generate_series(1, 30000) g;"
      "INSERT INTO password_resets SELECT decode(lpad(to_hex(g), 8, '0'), 'hex'), NULL, g, g FROM generate_series(1, 30000) g;"
      "INSERT INTO invitations SELECT gen_random_uuid(), gen_random_uuid(), 'a@b.example', 'agent', "
      "decode(lpad(to_hex(g), 8, '0'), 'hex'), gen_random_uuid(), g, g, g FROM generate_series(1, 30000) g;"
      "INSERT INTO attachments (id, business_id, account_id, token, kind, content_type, file_name, upload_hash, size, bytes, "
      "created_at) SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'image', 'image/png', "
      "'x', decode(lpad(to_hex(g), 64, '0'), 'hex'), 1, 'x', g FROM generate_series(1, 30000) g;"
      "INSERT INTO mails (id, recipient, kind, letter, created_at, expires_at, due_at) SELECT gen_random_uuid(), "
      "'', 'x', '', g, g, g FROM generate_series(1, 30000) g;"
      "INSERT INTO connect_flows (id, business_id, account_id, session_id, kind, state_hash, created_at, expires_at) SELECT "
      "gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'facebook', "
      "decode(lpad(to_hex(g), 64, '0'), 'hex'), g, g FROM generate_series(1, 30000) g;"
      "INSERT INTO dead_jobs (id, business_id, kind, priority, attempts, claims, created_at, died_at, error_codes, error_times, payload) "
      "SELECT gen_random_uuid(), gen_random_uuid(), 'k', 1, 1, 1, 0, g, '{}', '{}', '{}' FROM generate_series(1, 30000) g;"
      "INSERT INTO webhook_events SELECT gen_random_uuid(), gen_random_uuid(), 'order.paid', '{}', g FROM generate_series(1, 30000) g;"
      "INSERT INTO notifications (id, business_id, account_id, kind, subject, happened_at, created_at, in_app, email, push) "
      "SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'quota', 's', g, g, true, 0, 0 FROM generate_series(1, 30000) g;"
      "ANALYZE");
  const auto session = open_pq(database.access().engine, "plans").value();
  for (const auto& one : purge_statements()) {
    std::string bound = one.sql;
    replace(bound, "$1::bigint", "10");
    replace(bound, "$2::integer", "100");
    replace(bound, "$3::uuid", "'01977000-0000-7000-8000-000000000000'::uuid");
    replace(bound, "$3::tid", "'(0,0)'::tid");
    replace(bound, "$4::tid", "'(2,0)'::tid");
    const auto rows = execute(*session, "EXPLAIN " + bound).value();
    std::string plan;
    for (int i = 0; i < PQntuples(rows.get()); ++i) plan += std::string{field(rows, i, 0)} + "\n";
    EXPECT_THAT(plan, testing::Not(testing::HasSubstr("Seq Scan"))) << one.name;
  }
}

TEST_F(housekeeping_test, a_fenced_incarnation_removes_nothing) {
  sql("INSERT INTO quarantined_events VALUES (1, 'stranger', 'messenger', 0, ''); UPDATE nodes SET alive = false");
  EXPECT_EQ(purge_quarantine(at(noon)).error().code, errc::fenced);
  EXPECT_EQ(count("quarantined_events"), 1);
}

}  // namespace
}  // namespace sellavie::storage
