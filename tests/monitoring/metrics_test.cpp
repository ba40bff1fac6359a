#include "monitoring/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

namespace sellavie::monitoring {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// A family of the page: what moves it, and how the page shows it then, behind its name.
struct family {
  std::string_view name;
  std::string_view shown;
  void (*move)(metrics&);
};

// Every family but sellavie_build_info, which never moves. A new one needs a line here.
const family families[] = {
    // inbound
    {"sellavie_inbound_events_accepted_total", "{channel=\"instagram\"} 1",
     [](metrics& of) { of.accepted(channel_kind::instagram).increment(); }},
    {"sellavie_inbound_events_duplicate_total", " 3", [](metrics& of) { of.duplicates().increment(3); }},
    {"sellavie_inbound_events_quarantined_total", "{reason=\"malformed_item\"} 1",
     [](metrics& of) { of.quarantined(quarantine_reason::malformed_item).increment(); }},
    {"sellavie_webhooks_rejected_total", "{reason=\"overloaded\"} 1",
     [](metrics& of) { of.rejected_webhooks(webhook_rejection::overloaded).increment(); }},
    {"sellavie_webhook_oddities_total", "{kind=\"unknown_object\"} 1",
     [](metrics& of) { of.odd_webhooks(webhook_oddity::unknown_object).increment(); }},
    {"sellavie_payment_events_total", "{provider=\"stripe\",result=\"duplicate\"} 1",
     [](metrics& of) { of.payment_events(2, payment_event_result::duplicate).increment(); }},
    {"sellavie_http_requests_total", "{status=\"4xx\"} 1",
     [](metrics& of) { of.http_requests(404).increment(); }},
    {"sellavie_http_refusals_total", "{reason=\"buffers_full\"} 1",
     [](metrics& of) { of.refused_http(2).increment(); }},
    {"sellavie_http_connections_evicted_total", " 1", [](metrics& of) { of.http_evictions().increment(); }},
    {"sellavie_http_connections", " 4", [](metrics& of) { of.http_connections().set(4); }},
    {"sellavie_http_buffered_bytes", " 4096", [](metrics& of) { of.http_buffered_bytes().set(4096); }},
    {"sellavie_http_outgoing_bytes", " 8192", [](metrics& of) { of.http_outgoing_bytes().set(8192); }},
    {"sellavie_http_streams", " 2", [](metrics& of) { of.http_streams().set(2); }},
    {"sellavie_http_streams_overrun_total", " 1", [](metrics& of) { of.http_streams_overrun().increment(); }},
    {"sellavie_feed_events_total", " 1", [](metrics& of) { of.feed_events().increment(); }},
    {"sellavie_password_hashes_total", " 1", [](metrics& of) { of.password_hashes().increment(); }},
    // conversations
    {"sellavie_turns_total", "{outcome=\"failed\"} 1",
     [](metrics& of) { of.turns(turn_outcome::failed).increment(); }},
    {"sellavie_phase_duration_seconds", "_bucket{phase=\"total\",le=\"0.025\"} 1",
     [](metrics& of) { of.phase_time(phase::total).observe(20ms); }},
    {"sellavie_queue_depth", "{queue=\"journal\"} 7",
     [](metrics& of) { of.queue_depth(queue::journal).set(7); }},
    {"sellavie_deliveries_parked_total", " 1", [](metrics& of) { of.parked().increment(); }},
    {"sellavie_actor_respawns_total", " 1", [](metrics& of) { of.respawns().increment(); }},
    {"sellavie_llm_attempts_total", "{provider=\"groq\",result=\"unreadable\"} 1",
     [](metrics& of) { of.provider("groq").attempts(attempt_result::unreadable).increment(); }},
    {"sellavie_llm_attempt_duration_seconds", "_bucket{provider=\"groq\",le=\"0.5\"} 1",
     [](metrics& of) { of.provider("groq").attempt_time().observe(300ms); }},
    {"sellavie_llm_breaker_state", "{provider=\"groq\",state=\"open\"} 1",
     [](metrics& of) { of.provider("groq").show_breaker(breaker_state::open); }},
    // outbound
    {"sellavie_outbox_rows", "{state=\"backoff\"} 2",
     [](metrics& of) { of.outbox_rows(outbox_state::backoff).set(2); }},
    {"sellavie_outbox_oldest_age_seconds", " 1.5",
     [](metrics& of) { of.outbox_oldest_age_seconds().set(1.5); }},
    {"sellavie_notifications_total", "{kind=\"paid_order\",way=\"push\"} 1",
     [](metrics& of) { of.notifications(notification_kind::paid_order, notice_way::push).increment(); }},
    {"sellavie_sends_total", "{channel=\"whatsapp\",result=\"dead\"} 1",
     [](metrics& of) { of.sends(channel_kind::whatsapp, send_result::dead).increment(); }},
    {"sellavie_sends_repeated_without_evidence_total", " 1",
     [](metrics& of) { of.resent_without_evidence().increment(); }},
    {"sellavie_outbox_overtaken_total", " 1", [](metrics& of) { of.overtaken().increment(); }},
    {"sellavie_outbox_unrecalled_total", " 1", [](metrics& of) { of.unrecalled().increment(); }},
    {"sellavie_jobs_total", "{kind=\"other\",outcome=\"retried\"} 1",
     [](metrics& of) { of.jobs("never.named", job_result::retried).increment(); }},
    {"sellavie_jobs_open", " 5", [](metrics& of) { of.jobs_open().set(5); }},
    {"sellavie_jobs_dead", " 2", [](metrics& of) { of.jobs_dead().set(2); }},
    {"sellavie_jobs_oldest_due_age_seconds", " 9",
     [](metrics& of) { of.jobs_oldest_due_age_seconds().set(9); }},
    {"sellavie_mails_total", "{result=\"retried\"} 1",
     [](metrics& of) { of.mails(mail_result::retried).increment(); }},
    {"sellavie_webhooks_out_total", "{result=\"dead\"} 1",
     [](metrics& of) { of.webhooks_out(webhook_result::dead).increment(); }},
    // storage
    {"sellavie_commits_total", "{outcome=\"fenced\"} 1",
     [](metrics& of) { of.commits(commit_outcome::fenced).increment(); }},
    {"sellavie_commit_duration_seconds", "_bucket{le=\"0.002\"} 1",
     [](metrics& of) { of.commit_time().observe(1500us); }},
    {"sellavie_commit_group_size", "_bucket{le=\"8\"} 1",
     [](metrics& of) { of.commit_group_size().observe(5); }},
    {"sellavie_database_pool_size", "{pool=\"reader\"} 3",
     [](metrics& of) { of.pool_size(pool::reader).set(3); }},
    {"sellavie_database_pool_in_use", "{pool=\"api\"} 2",
     [](metrics& of) { of.pool_in_use(pool::api).set(2); }},
    {"sellavie_log_lines_dropped_total", " 5", [](metrics& of) { of.show_dropped_log_lines(5); }},
};

using line_set = std::set<std::string, std::less<>>;

/// The page's lines that begin like this.
line_set lines_of(const metrics& numbers, std::string_view beginning) {
  line_set found;
  std::istringstream page{numbers.render()};
  for (std::string line; std::getline(page, line);)
    if (line.starts_with(beginning)) found.insert(line);
  return found;
}

/// Of a series: all behind the name are its labels or its value.
bool is_of(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return false;
  line.remove_prefix(name.size());
  for (const std::string_view part : {"_bucket", "_count", "_sum"})
    if (line.starts_with(part)) line.remove_prefix(part.size());
  return line.starts_with('{') || line.starts_with(' ');
}

TEST(metrics, are_all_known_to_the_tests_of_their_movement) {
  line_set known{"sellavie_build_info"};
  for (const family& one : families) known.insert(std::string{one.name});
  line_set on_the_page;
  for (const std::string& line : lines_of(metrics{{"openai"}}, "# TYPE ")) {
    const auto name = std::string_view{line}.substr(7);
    on_the_page.emplace(name.substr(0, name.find(' ')));
  }
  EXPECT_EQ(on_the_page, known);
}

TEST(metrics, move_one_family_each_and_make_no_series_by_it) {
  for (const family& one : families) {
    metrics numbers{{"openai", "groq"}, "1.2.3"};
    const auto before = lines_of(numbers, "sellavie_");
    one.move(numbers);
    const auto after = lines_of(numbers, "sellavie_");
    EXPECT_EQ(after.size(), before.size()) << one.name;
    line_set moved;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::inserter(moved, moved.end()));
    EXPECT_TRUE(moved.contains(std::string{one.name} + std::string{one.shown})) << one.name;
    for (const std::string& line : moved) EXPECT_TRUE(is_of(line, one.name)) << line;
  }
}

TEST(metrics, start_at_zero_with_every_series_in_place) {
  const metrics numbers{{"openai"}, "1.2.3"};
  const auto all = lines_of(numbers, "sellavie_");
  for (const auto* const line :
       {"sellavie_inbound_events_accepted_total{channel=\"whatsapp\"} 0",
        "sellavie_inbound_events_quarantined_total{reason=\"unknown_account\"} 0",
        "sellavie_webhooks_rejected_total{reason=\"bad_signature\"} 0",
        "sellavie_webhook_oddities_total{kind=\"repaired\"} 0", "sellavie_turns_total{outcome=\"replied\"} 0",
        "sellavie_queue_depth{queue=\"inbox\"} 0",
        "sellavie_llm_attempts_total{provider=\"openai\",result=\"answered\"} 0",
        "sellavie_llm_attempts_total{provider=\"other\",result=\"answered\"} 0",
        "sellavie_outbox_rows{state=\"unknown\"} 0",
        "sellavie_sends_total{channel=\"messenger\",result=\"accepted\"} 0",
        "sellavie_jobs_total{kind=\"other\",outcome=\"given_back\"} 0",
        "sellavie_mails_total{result=\"dead\"} 0", "sellavie_commits_total{outcome=\"in_doubt\"} 0",
        "sellavie_database_pool_size{pool=\"journal\"} 0", "sellavie_database_pool_in_use{pool=\"api\"} 0",
        "sellavie_http_refusals_total{reason=\"handler_failed\"} 0",
        "sellavie_http_requests_total{status=\"5xx\"} 0"})
    EXPECT_TRUE(all.contains(line)) << line;
  line_set not_zero;
  for (const std::string& line : all)
    if (!line.ends_with(" 0")) not_zero.insert(line);
  EXPECT_EQ(not_zero, (line_set{"sellavie_build_info{version=\"1.2.3\"} 1",
                                "sellavie_llm_breaker_state{provider=\"openai\",state=\"closed\"} 1",
                                "sellavie_llm_breaker_state{provider=\"other\",state=\"closed\"} 1"}));
}

TEST(metrics, keep_the_jobs_of_named_kinds_apart) {
  metrics numbers;
  numbers.name_job_kinds({"mail", "payment.check"});
  numbers.jobs("mail", job_result::done).increment(2);
  numbers.jobs("later.kind", job_result::done).increment();
  const auto all = lines_of(numbers, "sellavie_jobs_total");
  EXPECT_TRUE(all.contains("sellavie_jobs_total{kind=\"mail\",outcome=\"done\"} 2"));
  EXPECT_TRUE(all.contains("sellavie_jobs_total{kind=\"payment.check\",outcome=\"done\"} 0"));
  EXPECT_TRUE(all.contains("sellavie_jobs_total{kind=\"other\",outcome=\"done\"} 1"));
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
