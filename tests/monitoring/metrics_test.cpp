#include "monitoring/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace sellavie::monitoring {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(metrics, start_at_zero_with_every_series_in_place) {
  const metrics numbers{{"openai"}, "1.2.3"};
  const auto text = numbers.render();
  for (const auto* const line : {"sellavie_inbound_events_accepted_total{channel=\"whatsapp\"} 0\n",
                                 "sellavie_inbound_events_quarantined_total{reason=\"unknown_account\"} 0\n",
                                 "sellavie_webhooks_rejected_total{reason=\"bad_signature\"} 0\n",
                                 "sellavie_webhook_oddities_total{kind=\"repaired\"} 0\n",
                                 "sellavie_turns_total{outcome=\"replied\"} 0\n",
                                 "sellavie_queue_depth{queue=\"inbox\"} 0\n",
                                 "sellavie_llm_attempts_total{provider=\"openai\",result=\"answered\"} 0\n",
                                 "sellavie_llm_breaker_state{provider=\"openai\",state=\"closed\"} 1\n",
                                 "sellavie_outbox_rows{state=\"unknown\"} 0\n",
                                 "sellavie_outbox_oldest_age_seconds 0\n",
                                 "sellavie_sends_total{channel=\"messenger\",result=\"accepted\"} 0\n",
                                 "sellavie_mails_total{result=\"dead\"} 0\n",
                                 "sellavie_sends_repeated_without_evidence_total 0\n",
                                 "sellavie_outbox_overtaken_total 0\n",
                                 "sellavie_outbox_unrecalled_total 0\n",
                                 "sellavie_commits_total{outcome=\"in_doubt\"} 0\n",
                                 "sellavie_database_pool_size{pool=\"journal\"} 0\n",
                                 "sellavie_database_pool_in_use{pool=\"api\"} 0\n",
                                 "sellavie_deliveries_parked_total 0\n",
                                 "sellavie_actor_respawns_total 0\n",
                                 "sellavie_http_refusals_total{reason=\"buffers_full\"} 0\n",
                                 "sellavie_http_buffered_bytes 0\n",
                                 "sellavie_http_connections 0\n",
                                 "sellavie_http_connections_evicted_total 0\n",
                                 "sellavie_http_requests_total{status=\"5xx\"} 0\n",
                                 "sellavie_password_hashes_total 0\n",
                                 "sellavie_build_info{version=\"1.2.3\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(metrics, each_accessor_moves_its_own_series) {
  const metrics numbers{{"openai", "groq"}};
  numbers.accepted(channel_kind::instagram).increment();
  numbers.duplicates().increment(3);
  numbers.quarantined(quarantine_reason::malformed_item).increment();
  numbers.rejected_webhooks(webhook_rejection::overloaded).increment();
  numbers.turns(turn_outcome::failed).increment();
  numbers.queue_depth(queue::journal).set(7);
  numbers.outbox_rows(outbox_state::backoff).set(2);
  numbers.outbox_oldest_age_seconds().set(1.5);
  numbers.sends(channel_kind::whatsapp, send_result::dead).increment();
  numbers.commits(commit_outcome::fenced).increment();
  numbers.provider("groq").attempts(attempt_result::unreadable).increment();
  numbers.phase_time(phase::total).observe(20ms);
  numbers.commit_group_size().observe(5);
  const auto text = numbers.render();
  for (const auto* const line :
       {"sellavie_inbound_events_accepted_total{channel=\"instagram\"} 1\n",
        "sellavie_inbound_events_duplicate_total 3\n",
        "sellavie_inbound_events_quarantined_total{reason=\"malformed_item\"} 1\n",
        "sellavie_webhooks_rejected_total{reason=\"overloaded\"} 1\n",
        "sellavie_turns_total{outcome=\"failed\"} 1\n", "sellavie_queue_depth{queue=\"journal\"} 7\n",
        "sellavie_outbox_rows{state=\"backoff\"} 2\n", "sellavie_outbox_oldest_age_seconds 1.5\n",
        "sellavie_sends_total{channel=\"whatsapp\",result=\"dead\"} 1\n",
        "sellavie_commits_total{outcome=\"fenced\"} 1\n",
        "sellavie_llm_attempts_total{provider=\"groq\",result=\"unreadable\"} 1\n",
        "sellavie_phase_duration_seconds_bucket{phase=\"total\",le=\"0.01\"} 0\n",
        "sellavie_phase_duration_seconds_bucket{phase=\"total\",le=\"0.025\"} 1\n",
        "sellavie_commit_group_size_bucket{le=\"4\"} 0\n", "sellavie_commit_group_size_bucket{le=\"8\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(metrics, count_who_is_at_work_while_it_is) {
  const metrics numbers;
  {
    const at_work one{numbers.pool_in_use(pool::reader)};
    EXPECT_EQ(numbers.pool_in_use(pool::reader).value(), 1);
  }
  EXPECT_EQ(numbers.pool_in_use(pool::reader).value(), 0);
}

TEST(metrics, put_a_status_into_its_class) {
  const metrics numbers;
  for (const int status : {200, 204, 302, 404, 499, 503, 999, 0, -1})
    numbers.http_requests(status).increment();
  EXPECT_EQ(numbers.http_requests(200).value(), 2);
  EXPECT_EQ(numbers.http_requests(399).value(), 1);
  EXPECT_EQ(numbers.http_requests(400).value(), 2);
  EXPECT_EQ(numbers.http_requests(500).value(), 2);
  EXPECT_EQ(numbers.http_requests(100).value(), 2);
}

TEST(metrics, show_one_state_of_a_breaker) {
  const metrics numbers{{"openai"}};
  numbers.provider("openai").show_breaker(breaker_state::open);
  const auto text = numbers.render();
  EXPECT_THAT(text, HasSubstr("{provider=\"openai\",state=\"closed\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("{provider=\"openai\",state=\"open\"} 1\n"));
}

TEST(metrics, let_no_name_make_a_series) {
  const metrics numbers{{"openai"}};
  numbers.provider("somebody's text").attempts(attempt_result::answered).increment();
  EXPECT_THAT(numbers.render(), Not(HasSubstr("somebody")));
  EXPECT_EQ(numbers.provider("other").attempts(attempt_result::answered).value(), 1);
}

TEST(metrics, take_the_total_of_dropped_lines) {
  metrics numbers;
  numbers.show_dropped_log_lines(5);
  numbers.show_dropped_log_lines(5);
  numbers.show_dropped_log_lines(7);
  EXPECT_THAT(numbers.render(), HasSubstr("sellavie_log_lines_dropped_total 7\n"));
}

TEST(metrics, count_dropped_lines_once_however_many_ask_at_a_time) {
  metrics numbers;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (std::uint64_t total = 1; total <= 20'000; ++total) numbers.show_dropped_log_lines(total);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(numbers.render(), HasSubstr("sellavie_log_lines_dropped_total 20000\n"));
}

TEST(metrics, lose_no_increment_among_threads) {
  const metrics numbers;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 20'000; ++n) numbers.accepted(channel_kind::messenger).increment();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(numbers.accepted(channel_kind::messenger).value(), 80'000);
}

TEST(metrics, are_clean_under_promtool) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) GTEST_SKIP() << "promtool is not installed";
  metrics numbers{{"openai", "anthropic"}, "1"};
  numbers.phase_time(phase::thinking).observe(1s);
  const auto file = testing::TempDir() + "sellavie_metrics_" + std::to_string(getpid());
  std::ofstream{file} << numbers.render();
  const auto status = std::system(("promtool check metrics <" + file + " >" + file + ".out 2>&1").c_str());
  std::ostringstream found;
  found << std::ifstream{file + ".out"}.rdbuf();
  EXPECT_EQ(status, 0) << found.str();
  EXPECT_EQ(found.str(), "");
  unlink(file.c_str());
  unlink((file + ".out").c_str());
}

}  // namespace
}  // namespace sellavie::monitoring
