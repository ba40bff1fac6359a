#include "monitoring/log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "monitoring/json_text.hpp"

namespace sellavie::monitoring {
namespace {

using nlohmann::json;

// Customer text has no way in: not as a string, not as a view, not as a pointer.
static_assert(!std::is_constructible_v<safe_value, std::string>);
static_assert(!std::is_constructible_v<safe_value, std::string_view>);
static_assert(!std::is_constructible_v<safe_value, const char*>);
static_assert(!std::is_constructible_v<safe_value, char*>);
static_assert(!std::is_convertible_v<std::string, code>);
static_assert(!std::is_convertible_v<std::string, operator_text>);
static_assert(!std::is_convertible_v<std::string, redacted>);
static_assert(!std::is_constructible_v<name_literal, std::string>);
static_assert(!std::is_constructible_v<field_name, const char*>);

class log : public testing::Test {
 protected:
  log_options into_memory(log_level least = log_level::debug) {
    return {.least = least,
            .queue = 0,
            .now = [] { return instant_from_ms(1'767'225'599'007); },
            .write = [this](std::string_view line) { lines_.emplace_back(line); }};
  }
  [[nodiscard]] json only_line() const {
    EXPECT_EQ(lines_.size(), 1U);
    return json::parse(lines_.at(0));
  }

  std::vector<std::string> lines_;
};

TEST_F(log, writes_one_json_object_per_line) {
  logger out{into_memory()};
  out.info("turn_completed", {{"rounds", 2}});
  EXPECT_EQ(lines_.at(0),
            R"({"ts":"2025-12-31T23:59:59.007Z","level":"info","event":"turn_completed","rounds":2})");
}

TEST_F(log, says_whom_a_line_is_about) {
  logger out{into_memory()};
  const uuid id = *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057");
  out.error("send_failed", {.request_id = code{"r-1"}, .business_id = {id}, .conversation_id = {id}},
            {{"status", 500}});
  const auto line = only_line();
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["request_id"], "r-1");
  EXPECT_EQ(line["business_id"], to_string(id));
  EXPECT_EQ(line["conversation_id"], to_string(id));
  EXPECT_EQ(line["status"], 500);
}

TEST_F(log, takes_every_kind_of_value) {
  logger out{into_memory()};
  out.info("all", {{"truth", true},
                   {"negative", -3},
                   {"large", std::numeric_limits<std::uint64_t>::max()},
                   {"least", std::numeric_limits<std::int64_t>::min()},
                   {"ratio", 0.5},
                   {"nothing", std::numeric_limits<double>::quiet_NaN()},
                   {"took_ms", std::chrono::seconds{2}},
                   {"reason", "timed_out"},
                   {"failure", errc::fenced},
                   {"provider", code{"openai"}},
                   {"text", redacted{"my card is 4111"}},
                   {"file", operator_text{"/var/lib/a \"b\""}},
                   {"order", order_id{}},
                   {"why", error{errc::conflict, "stale"}}});
  const auto line = only_line();
  EXPECT_EQ(line["truth"], true);
  EXPECT_EQ(line["negative"], -3);
  EXPECT_EQ(line["large"], std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(line["least"], std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(line["ratio"], 0.5);
  EXPECT_TRUE(line["nothing"].is_null());
  EXPECT_EQ(line["took_ms"], 2000);
  EXPECT_EQ(line["reason"], "timed_out");
  EXPECT_EQ(line["failure"], "fenced");
  EXPECT_EQ(line["provider"], "openai");
  EXPECT_EQ(line["text"], "[redacted 15 bytes]");
  EXPECT_EQ(line["file"], "/var/lib/a \"b\"");
  EXPECT_EQ(line["order"], "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(line["why"], "conflict: stale");
}

TEST_F(log, shows_no_code_that_could_be_a_sentence) {
  EXPECT_EQ(code{"gpt-4.1/mini:2"}.text(), "gpt-4.1/mini:2");
  EXPECT_EQ(code{"my name is Ada"}.text(), "invalid");
  EXPECT_EQ(code{"a@b.example"}.text(), "invalid");
  EXPECT_EQ(code{std::string(65, 'a')}.text(), "invalid");
}

TEST_F(log, leaves_out_what_is_below_its_level) {
  logger out{into_memory(log_level::warning)};
  out.debug("a");
  out.info("b");
  out.warning("c");
  EXPECT_EQ(only_line()["level"], "warn");
}

TEST_F(log, keeps_a_line_one_line) {
  logger out{into_memory()};
  out.info("started", {{"path", operator_text{"a\nb\r\x01\x7f\xff\xc0\x80{}%v"}}});
  EXPECT_EQ(lines_.at(0).find('\n'), std::string::npos);
  EXPECT_EQ(only_line()["path"], "a\nb\r\x01\x7f\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD{}%v");
}

TEST_F(log, writes_what_waits_before_it_goes) {
  auto options = into_memory();
  options.queue = 64;
  {
    logger out{options};
    for (int i = 0; i < 50; ++i) out.info("tick", {{"number", i}});
  }
  ASSERT_EQ(lines_.size(), 50U);
  EXPECT_EQ(json::parse(lines_.back())["number"], 49);
}

TEST_F(log, drains_before_the_process_ends_without_taking_it_down) {
  auto options = into_memory();
  options.queue = 4096;
  options.write = [this](std::string_view line) {
    std::this_thread::sleep_for(std::chrono::microseconds{100});
    lines_.emplace_back(line);
  };
  logger out{options};
  for (int i = 0; i < 500; ++i) out.info("tick", {{"number", i}});
  out.error("node_actor_died");
  EXPECT_TRUE(out.drain(std::chrono::minutes{1}));
  ASSERT_EQ(lines_.size(), 501U);
  EXPECT_EQ(json::parse(lines_.back())["event"], "node_actor_died");
}

TEST_F(log, a_reader_that_hangs_or_fails_does_not_keep_the_process_from_its_end) {
  std::mutex held;
  auto options = into_memory();
  options.queue = 4;
  options.write = [&](std::string_view) {
    const std::lock_guard wait{held};
    throw std::runtime_error{"disk full"};
  };
  logger out{options};
  {
    const std::lock_guard hang{held};
    for (int i = 0; i < 20; ++i) out.info("tick");
    EXPECT_FALSE(out.drain(std::chrono::milliseconds{0}));
  }
  EXPECT_TRUE(out.drain(std::chrono::minutes{1})) << "lost lines are not waited for";
}

TEST_F(log, drops_and_counts_what_a_slow_reader_cannot_take) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_open = false;
  std::atomic<int> written{0};
  auto options = into_memory();
  options.queue = 4;
  options.write = [&](std::string_view) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return is_open; });
    ++written;
  };
  std::uint64_t dropped = 0;
  {
    logger out{options};
    for (int i = 0; i < 100; ++i) out.info("tick");
    dropped = out.dropped();
    EXPECT_GE(dropped, 90U);
    {
      const std::lock_guard lock{mutex};
      is_open = true;
    }
    changed.notify_all();
  }
  EXPECT_EQ(static_cast<std::uint64_t>(written) + dropped, 100U);
}

TEST(json_text, is_valid_for_any_bytes) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    std::string line;
    append_json_string(line, bytes);
    RC_ASSERT(json::accept(line));
    RC_ASSERT(line.find('\n') == std::string::npos);
  }));
}

TEST(json_text, keeps_what_is_utf8) {
  for (const std::string text : {"₦1,500", "Adé", "🛍️", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    std::string line;
    append_json_string(line, text);
    EXPECT_EQ(json::parse(line), text);
  }
}

TEST(json_text, replaces_surrogates_overlong_forms_and_cut_sequences) {
  for (const std::string text : {"\xED\xA0\x80", "\xC0\xAF", "\xE2\x82", "\xF5\x80\x80\x80", "\x80"}) {
    std::string line;
    append_json_string(line, text);
    EXPECT_TRUE(json::accept(line));
    EXPECT_NE(line.find("\xEF\xBF\xBD"), std::string::npos);
  }
}

}  // namespace
}  // namespace sellavie::monitoring
