// A key that its provider refuses in use, and one that works again.

#include "tests/actors/support/payment_client_stage.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using payment::provider;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr const char* invalid_key = R"({"status":false,"message":"Invalid key","code":"invalid_Key"})";
constexpr const char* not_allowed =
    R"({"status":false,"message":"Not for you","code":"unsupported_currency"})";
constexpr const char* balance = R"({"status":true,"data":[{"currency":"NGN","balance":0}]})";
constexpr const char* blocked = "<!doctype html><title>Request blocked</title>";

struct payment_keys : payment_client {
  [[nodiscard]] const std::vector<storage::payment_key_word>& words() const {
    return world.store->rows.payment_keys;
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> urls;
    for (const auto& one : world.outside->waiting) urls.push_back(one.request.url);
    return urls;
  }
  /// A call of ours is answered, and what is asked about the key after it as well.
  void look(actors::outbound_response told, const actors::outbound_response& of_the_key) {
    ask_truth();
    reply(std::move(told));
    if (!world.outside->waiting.empty()) reply(of_the_key);
  }
  void is_refused() { look(http(401, invalid_key), http(401, invalid_key)); }
  static actors::payment_account till(std::string key = "sk_test") {
    return {provider::paystack, payment_mode::test, std::move(key), till_of(provider::paystack)};
  }
  void becomes(actors::payment_account account) {
    auto business = std::make_shared<actors::tenant>();
    business->id = world.shop;
    business->payments = {std::move(account)};
    caf::anon_send(client, actors::tenant_ptr{business});
    world.run();
  }
  template <class Answer, class Message>
  void ask(Message wanted) {
    world.system->spawn([this, wanted](caf::event_based_actor* self) {
      self->request(client, caf::infinite, wanted).then([](const Answer&) {}, [](const caf::error&) {});
    });
    world.run();
  }
};

TEST_F(payment_keys, a_refusal_makes_the_key_be_asked_about_and_its_word_makes_a_task_and_a_broken_account) {
  ask_truth();
  reply(http(401, invalid_key));
  ASSERT_TRUE(truth) << "who asked does not wait for that";
  EXPECT_FALSE(truth->fact);
  EXPECT_THAT(words(), IsEmpty()) << "one refusal is no proof";
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto& question = world.outside->waiting.front().request;
  EXPECT_THAT(question.url, HasSubstr("/balance"));
  EXPECT_THAT(question.headers, Contains(Pair("Authorization", "Bearer sk_test")));
  reply(http(401, invalid_key));
  ASSERT_THAT(words(), SizeIs(1));
  EXPECT_FALSE(words().front().works);
  EXPECT_EQ(words().front().connection, till_of(provider::paystack));
  EXPECT_EQ(words().front().refusal, "Paystack refuses the test key.");
  ASSERT_EQ(world.tasks("payment_connection"), 1U);
  EXPECT_EQ(world.store->rows.tasks.back().reason, "Paystack refuses the test key.");
}

TEST_F(payment_keys, it_is_told_once_however_often_the_key_is_refused) {
  is_refused();
  for (int call = 0; call < 3; ++call) {
    world.jump(1h);
    ask_truth();
    reply(http(401, invalid_key));
    EXPECT_THAT(asked(), IsEmpty()) << "it is known";
  }
  EXPECT_THAT(words(), SizeIs(1));
  EXPECT_EQ(world.tasks("payment_connection"), 1U);
}

TEST_F(payment_keys, calls_that_are_refused_at_once_ask_about_the_key_once) {
  ask_truth();
  ask_truth();
  ask_link();
  for (int call = 0; call < 3; ++call) reply(http(401, invalid_key));
  EXPECT_THAT(asked(), SizeIs(1));
}

TEST_F(payment_keys, every_kind_of_call_notices) {
  begin("sv-2-1", provider::stripe, "cs_1");
  const auto deadline = world.time->now() + 5s;
  const money some{500, *parse_currency("NGN")};
  const std::vector<std::function<void()>> calls{
      [this] { ask_link(); }, [this] { ask_truth(); },
      [&] {
        ask<actors::refund_sent>(
            actors::send_refund{{"77", some, "key"}, till_of(provider::paystack), deadline});
      },
      [&] {
        ask<actors::refunds_listed>(
            actors::list_refunds{"77", some.currency, till_of(provider::paystack), deadline});
      },
      [&] {
        use(provider::stripe, "sk_test_stripe");
        ask<actors::link_end>(actors::expire_link{"sv-2-1", deadline});
      }};
  for (std::size_t i = 0; i < calls.size(); ++i) {
    use(provider::paystack, "sk_test");
    world.outside->waiting.clear();
    calls[i]();
    ASSERT_THAT(asked(), SizeIs(1)) << i;
    reply(http(401, R"({"status":false,"error":{"type":"invalid_request_error"}})"));
    EXPECT_THAT(asked(), Contains(HasSubstr("/balance"))) << i;
  }
}

TEST_F(payment_keys, the_page_of_a_proxy_is_no_word_of_the_provider) {
  for (const int status : {401, 403}) {
    world.jump(5min);
    look(http(status, blocked), http(status, blocked));
  }
  EXPECT_THAT(words(), IsEmpty());
  EXPECT_EQ(world.tasks("payment_connection"), 0U);
}

TEST_F(payment_keys, one_call_that_the_key_may_not_make_breaks_nothing_and_is_not_looked_into_each_time) {
  look(http(403, not_allowed), http(200, balance));
  EXPECT_THAT(words(), IsEmpty());
  ask_truth();
  reply(http(403, not_allowed));
  EXPECT_THAT(asked(), IsEmpty()) << "it has just been asked about";
  world.jump(2min);
  ask_truth();
  reply(http(403, not_allowed));
  EXPECT_THAT(asked(), SizeIs(1));
}

TEST_F(payment_keys, a_provider_that_is_away_says_nothing_of_the_key) {
  for (const auto& word : {lost_answer(), http(503, ""), http(429, "{}"), http(200, "<html>")}) {
    world.jump(5min);
    ask_truth();
    reply(http(401, invalid_key));
    ASSERT_THAT(asked(), ElementsAre(HasSubstr("/balance")));
    reply(word);
  }
  EXPECT_THAT(words(), IsEmpty());
}

TEST_F(payment_keys, one_that_works_again_in_use_is_asked_about_and_is_well) {
  is_refused();
  look(http(200, paid), http(200, balance));
  ASSERT_THAT(words(), SizeIs(2));
  EXPECT_TRUE(words().back().works);
  EXPECT_EQ(words().back().refusal, words().front().refusal) << "by which its task is found";
  EXPECT_EQ(world.tasks("payment_connection"), 1U);
  is_refused();
  EXPECT_THAT(words(), SizeIs(3)) << "and can break again";
}

TEST_F(payment_keys, who_is_told_that_there_is_no_such_payment_was_let_in) {
  is_refused();
  look(http(404, "{}"), http(200, balance));
  ASSERT_THAT(words(), SizeIs(2));
  EXPECT_TRUE(words().back().works);
}

TEST_F(payment_keys, a_success_that_was_not_its_own_makes_no_key_well) {
  is_refused();
  look(http(200, blocked), http(401, invalid_key));
  EXPECT_THAT(words(), SizeIs(1));
}

TEST_F(payment_keys, an_account_that_was_broken_before_the_start_is_not_told_again_and_is_made_well) {
  auto broken = till();
  broken.is_broken = true;
  broken.checked_at = world.time->now() - 1h;
  start({broken});
  is_refused();
  EXPECT_THAT(words(), IsEmpty());
  look(http(200, paid), http(200, balance));
  ASSERT_THAT(words(), SizeIs(1));
  EXPECT_TRUE(words().front().works);
}

TEST_F(payment_keys, what_a_persons_check_found_counts_when_it_is_later) {
  is_refused();
  auto checked = till();
  checked.checked_at = world.time->now() - 1s;
  becomes(checked);
  is_refused();
  EXPECT_THAT(words(), SizeIs(1)) << "that was before";
  world.jump(1min);
  checked.checked_at = world.time->now();
  becomes(checked);
  is_refused();
  EXPECT_THAT(words(), SizeIs(2));
}

TEST_F(payment_keys, of_a_key_that_was_replaced_meanwhile_nothing_is_said) {
  ask_truth();
  reply(http(401, invalid_key));
  becomes(till("sk_test_new"));
  reply(http(401, invalid_key));
  EXPECT_THAT(words(), IsEmpty());
  ask_truth();
  becomes(till("sk_test_newest"));
  reply(http(401, invalid_key));
  EXPECT_THAT(asked(), IsEmpty()) << "it was refused to the former one";
  is_refused();
  EXPECT_THAT(words(), SizeIs(1)) << "the new one is asked about as well";
}

TEST_F(payment_keys, what_could_not_be_stored_is_found_again_by_a_later_call) {
  ask_truth();
  reply(http(401, invalid_key));
  world.store->away = true;
  reply(http(401, invalid_key));
  world.advance(1s);
  world.store->away = false;
  EXPECT_THAT(words(), IsEmpty());
  world.advance(2min);
  is_refused();
  EXPECT_THAT(words(), SizeIs(1));
  EXPECT_EQ(world.tasks("payment_connection"), 1U);
}

}  // namespace
}  // namespace sellavie::test
