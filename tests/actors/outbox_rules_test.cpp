#include "actors/outbox_rules.hpp"

#include <gtest/gtest.h>

#include "actors/outbox_recent.hpp"
#include "protocol/channel/stored_wire.hpp"

namespace sellavie::actors {
namespace {

using channel::failure_class;
using channel::limit_scope;
using namespace std::chrono_literals;

failure_verdict decide(failure_class kind, limit_scope scope = limit_scope::none,
                       failure_context context = {}) {
  return decide_failure({.kind = kind, .scope = scope, .code = 7}, context);
}

TEST(outbox_rules, each_class_of_failure_has_its_end) {
  EXPECT_EQ(decide(failure_class::transient).then, after_failure::back_off);
  EXPECT_EQ(decide(failure_class::rate_limited, limit_scope::app).then, after_failure::pause_app);
  EXPECT_EQ(decide(failure_class::rate_limited, limit_scope::token).then, after_failure::pause_token);
  EXPECT_EQ(decide(failure_class::rate_limited, limit_scope::account).then, after_failure::pause_account);
  EXPECT_EQ(decide(failure_class::rate_limited, limit_scope::pair).then, after_failure::pause_customer);
  EXPECT_EQ(decide(failure_class::auth).then, after_failure::block_account);
  EXPECT_EQ(decide(failure_class::spam, limit_scope::account).then, after_failure::block_account);
  EXPECT_EQ(decide(failure_class::unknown).then, after_failure::wait_for_evidence);
  for (const auto kind : {failure_class::spam, failure_class::window_closed, failure_class::permission,
                          failure_class::recipient_gone, failure_class::bad_request})
    EXPECT_EQ(decide(kind).then, after_failure::give_up);
  EXPECT_EQ(decide(failure_class::spam).reason, "spam 7");
}

TEST(outbox_rules, transient_failures_end_after_the_last_attempt) {
  EXPECT_EQ(decide(failure_class::transient, {}, {.attempts = most_attempts - 2}).then,
            after_failure::back_off);
  EXPECT_EQ(decide(failure_class::transient, {}, {.attempts = most_attempts - 1}).then,
            after_failure::give_up);
  EXPECT_LT(decide(failure_class::transient, {}, {.attempts = 0}).due,
            decide(failure_class::transient, {}, {.attempts = 3}).due);
}

TEST(outbox_rules, believes_a_named_regain_time_up_to_a_bound) {
  channel::send_failure failure{
      .kind = failure_class::rate_limited, .scope = limit_scope::account, .retry_after = 90s};
  EXPECT_EQ(decide_failure(failure, {}).due, instant{90s});
  failure.retry_after = 1000h;
  EXPECT_EQ(decide_failure(failure, {}).due, instant{6h});
}

TEST(outbox_rules, a_pair_limit_is_tried_again_after_4_16_64_seconds) {
  EXPECT_EQ(decide(failure_class::rate_limited, limit_scope::pair).due, instant{4s});
  EXPECT_EQ(decide(failure_class::rate_limited, limit_scope::pair, {.customer_limits = 1}).due, instant{16s});
  EXPECT_EQ(decide(failure_class::rate_limited, limit_scope::pair, {.customer_limits = 2}).due, instant{64s});
}

TEST(outbox_rules, what_never_left_is_transient_and_what_was_lost_is_unknown) {
  const auto kind_of = [](const outbound_response& response) {
    return std::get<channel::send_failure>(read_answer(response)).kind;
  };
  EXPECT_EQ(kind_of({.outcome = transport_outcome::not_sent}), failure_class::transient);
  EXPECT_EQ(kind_of({.outcome = transport_outcome::lost}), failure_class::unknown);
  const auto good =
      read_answer({.outcome = transport_outcome::answered, .status = 200, .body = R"({"message_id":"m"})"});
  EXPECT_EQ(std::get<channel::sent>(good).external_id, "m");
}

TEST(outbox_rules, compares_words_as_they_are_stored) {
  const auto row = [](channel::wire_message wire) {
    return storage::outbox_row{.body = channel::store_wire(wire)};
  };
  channel::channel_event echo;
  echo.text = "card [card number removed]";
  EXPECT_TRUE(says_the_same(row({.text = " card 4111 1111 1111 1111\n"}), echo, false));
  EXPECT_FALSE(says_the_same(row({.text = "another"}), echo, true));
  echo.text.clear();
  echo.attachments = {{.type = "image"}};
  const auto image = row({.kind = channel::wire_kind::image, .url = "https://x.test/a.png"});
  EXPECT_TRUE(says_the_same(image, echo, true));
  EXPECT_FALSE(says_the_same(image, echo, false));
  EXPECT_FALSE(says_the_same(row({.text = "words"}), echo, true));
  const auto file = row({.kind = channel::wire_kind::file, .url = "https://x.test/a"});
  EXPECT_FALSE(says_the_same(file, echo, true));
  echo.attachments = {{.type = "file"}};
  EXPECT_TRUE(says_the_same(file, echo, true));
  EXPECT_FALSE(says_the_same(image, echo, true));
  EXPECT_FALSE(says_the_same(storage::outbox_row{.body = "no wire message"}, echo, true));
}

TEST(outbox_rules, an_echo_of_any_of_our_apps_is_ours) {
  const config::meta_settings meta{.app_id = "42", .apps = {{.id = "77"}, {.id = "88"}}};
  for (const char* ours : {"42", "77", "88"}) EXPECT_TRUE(is_our_app(meta, ours)) << ours;
  EXPECT_FALSE(is_our_app(meta, "263902037430900"));
  EXPECT_FALSE(is_our_app(meta, ""));
  EXPECT_FALSE(is_our_app({}, ""));
}

TEST(outbox_rules, knows_metadata_in_the_form_of_our_ids) {
  EXPECT_TRUE(our_metadata("01980000-0000-7000-8000-000000000001"));
  EXPECT_FALSE(our_metadata("01980000-0000-4000-8000-000000000001"));
  EXPECT_FALSE(our_metadata("order 7"));
  EXPECT_FALSE(our_metadata(""));
}

TEST(bounded_map, forgets_what_was_untouched_for_longest) {
  bounded_map<int, int> map{2};
  map.put(1, 10);
  map.put(2, 20);
  ASSERT_NE(map.find(1), nullptr);
  map.put(3, 30);
  EXPECT_EQ(map.find(2), nullptr);
  EXPECT_EQ(*map.find(1), 10);
  EXPECT_EQ(map.size(), 2U);
}

}  // namespace
}  // namespace sellavie::actors
