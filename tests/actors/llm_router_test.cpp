// Which provider answers, and until when. The real router and its providers; HTTP is held by the test.

#include "actors/llm_router.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::model_outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* answer_openai =
    R"({"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"Hello."}}]})";
constexpr const char* answer_anthropic =
    R"({"type":"message","role":"assistant","stop_reason":"end_turn","content":[{"type":"text","text":"Hello."}]})";
constexpr const char* refusal_openai =
    R"({"choices":[{"finish_reason":"content_filter","message":{"content":null}}]})";
constexpr const char* no_quota =
    R"({"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"You exceeded your current quota"}})";
constexpr const char* server_error = R"({"error":{"message":"oops"}})";

struct llm_router : testing::Test {
  shop_world world{{.real_model = true, .providers = {"openai", "anthropic", "groq"}}};
  std::vector<actors::model_answer> answers;
  std::vector<instant> answered_at;

  void ask(milliseconds deadline = 20s, std::size_t said_before = 0,
           std::vector<std::string> preferred = {}) {
    llm::chat_request request;
    request.system = "You sell.";
    request.messages.assign(said_before, {llm::chat_role::user, "long ago", {}, {}});
    request.history = said_before;
    request.messages.push_back({llm::chat_role::user, "Hi", {}, {}});
    request.tools = true;
    const auto shared = std::make_shared<const llm::chat_request>(request);
    const actors::ask_model wanted{
        shared, nullptr, world.time->now() + deadline,
        preferred.empty() ? nullptr : std::make_shared<const std::vector<std::string>>(preferred)};
    world.system->spawn([this, wanted, to = world.router](caf::event_based_actor* self) {
      self->request(to, caf::infinite, wanted)
          .then(
              [this](const actors::model_answer& answer) {
                answers.push_back(answer);
                answered_at.push_back(world.time->now());
              },
              [](const caf::error&) { /* the world ended first */ });
    });
    world.run();
  }
  void reply(int status, std::string body, actors::header_list headers = {}) {
    world.outside->answer(http(status, std::move(body), std::move(headers)));
    world.run();
  }
  std::string host() const {
    return world.outside->waiting.empty()
               ? std::string{}
               : world.outside->waiting.front().request.url.substr(
                     8, world.outside->waiting.front().request.url.find(".example") - 8);
  }
};

TEST_F(llm_router, asks_the_first_provider_in_the_configured_order) {
  ask();
  EXPECT_EQ(host(), "openai");
  reply(200, answer_openai);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().outcome, model_outcome::answered);
  EXPECT_EQ(answers.front().provider, "openai");
  EXPECT_EQ(answers.front().completion->text, "Hello.");
}

TEST_F(llm_router, asks_first_whom_the_business_prefers_and_then_the_rest_in_the_nodes_order) {
  ask(20s, 0, {"groq", "nobody", "groq", "anthropic"});
  EXPECT_EQ(host(), "groq");
  reply(429, no_quota);
  EXPECT_EQ(host(), "anthropic");
  reply(429, no_quota);
  EXPECT_EQ(host(), "openai");
  reply(200, answer_openai);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().provider, "openai");
}

TEST_F(llm_router, keeps_the_orders_of_two_businesses_apart) {
  ask(20s, 0, {"anthropic"});
  ask();
  ASSERT_THAT(world.outside->waiting, SizeIs(2));
  EXPECT_THAT(world.outside->waiting[0].request.url, HasSubstr("anthropic"));
  EXPECT_THAT(world.outside->waiting[1].request.url, HasSubstr("openai"));
}

TEST_F(llm_router, shows_how_many_questions_wait_as_soon_as_they_are_asked) {
  const auto& depth = world.node->metrics->queue_depth(monitoring::queue::llm);
  ask();
  ask();
  EXPECT_EQ(depth.value(), 2);
  reply(200, answer_openai);
  EXPECT_EQ(depth.value(), 1);
  reply(200, answer_openai);
  EXPECT_EQ(depth.value(), 0);
}

TEST_F(llm_router, tries_the_same_provider_once_more_and_then_the_next) {
  ask();
  reply(500, server_error);
  world.advance(2s);
  EXPECT_EQ(host(), "openai");
  reply(500, server_error);
  world.advance(2s);
  EXPECT_EQ(host(), "anthropic");
  reply(200, answer_anthropic);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().provider, "anthropic");
}

TEST_F(llm_router, goes_to_the_next_provider_at_once_when_a_quota_is_used_up_and_stays_away) {
  ask();
  reply(429, no_quota);
  EXPECT_EQ(host(), "anthropic");
  reply(200, answer_anthropic);
  ask();
  EXPECT_EQ(host(), "anthropic") << "the breaker of the first is open";
}

TEST_F(llm_router, never_shops_a_refusal_around) {
  ask();
  reply(200, refusal_openai);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().outcome, model_outcome::refused);
  EXPECT_THAT(world.outside->seen, SizeIs(1));
}

TEST_F(llm_router, gives_up_on_a_request_that_is_wrong_for_everybody) {
  ask();
  reply(400, R"({"error":{"message":"bad","type":"invalid_request_error"}})");
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().outcome, model_outcome::rejected);
  EXPECT_THAT(world.outside->seen, SizeIs(1));
}

constexpr const char* too_long =
    R"({"error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"maximum context length"}})";

TEST_F(llm_router, leaves_out_what_was_said_before_when_the_context_is_too_small) {
  ask(20s, 2);
  EXPECT_THAT(world.outside->waiting.front().request.body, HasSubstr("long ago"));
  while (answers.empty() && host() != "") {
    const bool is_whole = world.outside->waiting.front().request.body.find("long ago") != std::string::npos;
    if (!is_whole) {
      EXPECT_THAT(world.outside->waiting.front().request.body, HasSubstr("Hi"));
    }
    reply(is_whole ? 400 : 200, is_whole                ? too_long
                                : host() == "anthropic" ? answer_anthropic
                                                        : answer_openai);
  }
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().outcome, model_outcome::answered);
}

TEST_F(llm_router, gives_up_when_the_context_is_too_small_for_this_turn_alone) {
  ask();
  while (answers.empty() && host() != "") reply(400, too_long);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().outcome, model_outcome::rejected);
}

TEST_F(llm_router, answers_within_one_total_deadline_over_all_attempts) {
  const auto begun = world.time->now();
  ask(20s);
  while (answers.empty() && world.time->now() - begun < 30s) {
    if (!world.outside->waiting.empty()) {
      const auto timeout = world.outside->waiting.front().request.timeout;
      EXPECT_LE(world.time->now() + timeout, begun + 20s);
      world.advance(timeout);
      world.outside->answer(lost_answer());
      world.run();
    } else {
      world.advance(100ms);
    }
  }
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().outcome, model_outcome::all_failed);
  EXPECT_LE(answered_at.front() - begun, 20s + 200ms);
}

TEST_F(llm_router, waits_for_a_short_retry_after_and_passes_a_long_one_by) {
  ask();
  const auto begun = world.time->now();
  reply(429, R"({"error":{"message":"slow down"}})", {{"retry-after", "1"}});
  for (int i = 0; i < 100 && world.outside->waiting.empty() && answers.empty(); ++i) world.advance(100ms);
  EXPECT_EQ(host(), "openai");
  EXPECT_GE(world.time->now() - begun, 1s);
  reply(429, R"({"error":{"message":"slow down"}})", {{"retry-after", "60"}});
  EXPECT_EQ(host(), "anthropic");
}

TEST_F(llm_router, leaves_a_provider_alone_for_as_long_as_its_retry_after_says) {
  ask();
  reply(429, R"({"error":{"message":"slow down"}})", {{"retry-after", "60"}});
  EXPECT_EQ(host(), "anthropic");
  reply(200, answer_anthropic);
  world.advance(59s, 1s);
  ask();
  EXPECT_EQ(host(), "anthropic") << "another question keeps the pause too";
  reply(200, answer_anthropic);
  world.advance(2s, 1s);
  ask();
  EXPECT_EQ(host(), "openai");
}

TEST_F(llm_router, sends_exactly_one_probe_through_a_half_open_breaker) {
  ask();
  reply(429, no_quota);
  reply(200, answer_anthropic);
  world.advance(6s);
  for (int i = 0; i < 5; ++i) ask();
  const auto probes =
      std::count_if(world.outside->waiting.begin(), world.outside->waiting.end(),
                    [](const auto& one) { return one.request.url.find("openai") != std::string::npos; });
  EXPECT_EQ(probes, 1);
  EXPECT_THAT(world.outside->waiting, SizeIs(5)) << "the others ask the next provider";
  for (auto& one : std::exchange(world.outside->waiting, {}))
    one.done(
        http(200, one.request.url.find("anthropic") != std::string::npos ? answer_anthropic : answer_openai));
  world.run();
  EXPECT_THAT(answers, SizeIs(6));
  ask();
  EXPECT_EQ(host(), "openai") << "the probe closed the breaker";
}

TEST_F(llm_router, asks_everybody_before_it_says_that_all_failed) {
  ask();
  for (int i = 0; i < 20 && answers.empty(); ++i) {
    if (!world.outside->waiting.empty()) reply(500, server_error);
    world.advance(1s);
  }
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers.front().outcome, model_outcome::all_failed);
  for (const char* name : {"openai", "anthropic", "groq"})
    EXPECT_TRUE(std::any_of(world.outside->seen.begin(), world.outside->seen.end(), [&](const auto& request) {
      return request.url.find(name) != std::string::npos;
    })) << name;
}

TEST_F(llm_router, goes_on_with_the_questions_of_a_provider_that_died_and_asks_its_successor_later) {
  ask();
  ASSERT_EQ(host(), "openai");
  bool died = false;
  world.outside->at_once = [&](const auto&) -> std::optional<actors::outbound_response> {
    if (!std::exchange(died, true)) throw std::runtime_error{"a bug in the provider's actor"};
    return std::nullopt;
  };
  ask();
  ASSERT_TRUE(died);
  world.advance(2s);
  EXPECT_THAT(world.outside->waiting, SizeIs(3)) << "the dead one's call, and both questions again";
  world.outside->answer(http(200, answer_openai));
  world.run();
  EXPECT_THAT(answers, IsEmpty()) << "nobody waits for the dead one's call any more";
  while (!world.outside->waiting.empty()) reply(200, answer_openai);
  ASSERT_THAT(answers, SizeIs(2));
  for (const auto& one : answers) EXPECT_EQ(one.provider, "openai");
  ask();
  EXPECT_EQ(host(), "openai");
  reply(200, answer_openai);
  EXPECT_THAT(answers, SizeIs(3));
}

struct crowded_router : testing::Test {
  shop_world world{{.real_model = true, .providers = {"openai"}}};
  std::vector<actors::model_answer> answers;

  crowded_router() {
    auto& provider = world.settings->llm.providers.find("openai")->second;
    provider.concurrency = 2;
    provider.queue = 3;
  }
  void ask(milliseconds deadline = 20s) {
    const auto shared = std::make_shared<const llm::chat_request>();
    const actors::ask_model wanted{shared, nullptr, world.time->now() + deadline};
    world.system->spawn([this, wanted, to = world.router](caf::event_based_actor* self) {
      self->request(to, caf::infinite, wanted)
          .then([this](const actors::model_answer& answer) { answers.push_back(answer); },
                [](const caf::error&) { /* the world ended first */ });
    });
    world.run();
  }
};

TEST_F(crowded_router, has_at_most_its_slots_under_way_and_lets_a_bounded_queue_wait) {
  for (int i = 0; i < 5; ++i) ask();
  EXPECT_THAT(world.outside->waiting, SizeIs(2));
  while (!world.outside->waiting.empty()) {
    EXPECT_LE(world.outside->waiting.size(), 2U);
    world.outside->answer(http(200, answer_openai));
    world.run();
  }
  EXPECT_THAT(answers, SizeIs(5));
}

TEST_F(crowded_router, calls_a_full_queue_overload_and_not_failure) {
  for (int i = 0; i < 8; ++i) ask(5s);
  EXPECT_THAT(world.outside->waiting, SizeIs(2));
  for (int i = 0; i < 60; ++i) world.advance(100ms);
  const auto overloaded = std::count_if(answers.begin(), answers.end(), [](const auto& one) {
    return one.outcome == model_outcome::overloaded;
  });
  EXPECT_EQ(overloaded, 3);
}

TEST_F(crowded_router, calls_waiting_in_its_queue_for_too_long_overload_too) {
  for (int i = 0; i < 3; ++i) ask(5s);
  world.advance(4990ms, 10ms);
  for (int i = 0; i < 2; ++i) {
    world.outside->answer(lost_answer());
    world.run();
  }
  for (int i = 0; i < 20; ++i) world.advance(100ms);
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_EQ(std::count_if(answers.begin(), answers.end(),
                          [](const auto& one) { return one.outcome == model_outcome::overloaded; }),
            1);
}

TEST_F(crowded_router, takes_who_waits_when_a_declined_place_is_free_again) {
  for (int i = 0; i < 6; ++i) ask();
  while (answers.size() < 6 && !world.outside->waiting.empty()) {
    world.outside->answer(http(200, answer_openai));
    world.advance(150ms);
  }
  EXPECT_THAT(answers, SizeIs(6));
  for (const auto& one : answers) EXPECT_EQ(one.outcome, model_outcome::answered);
}

}  // namespace
}  // namespace sellavie::test
