// What one payment provider is asked, and what its answers mean.

#include "actors/payment_client.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::link_outcome;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

struct payment_client : testing::Test {
  shop_world world;
  actors::payment_client_actor client;
  std::optional<actors::payment_link> link;
  std::optional<actors::payment_truth> truth;
  std::optional<errc> failure;

  payment_client() { start(actors::payment_account{"paystack", "test", "sk_test"}); }
  void start(std::optional<actors::payment_account> account) {
    auto business = std::make_shared<actors::tenant>();
    business->id = world.shop;
    business->payments = std::move(account);
    const actors::services_ptr node = world.node;
    client = world.keep(world.system->spawn(actors::payment_client, node, actors::tenant_ptr{business}));
  }
  void ask_link(milliseconds deadline = 5s, std::string email = {}) {
    const actors::make_payment_link wanted{
        "sv-1-1", {500'000, *parse_currency("NGN")}, std::move(email), world.time->now() + deadline};
    world.system->spawn([this, wanted](caf::event_based_actor* self) {
      self->request(client, caf::infinite, wanted)
          .then([this](const actors::payment_link& made) { link = made; },
                [this](const caf::error& why) { failure = actors::code_of(why); });
    });
    world.run();
  }
  void ask_truth() {
    const actors::fetch_payment wanted{"sv-1-1", world.time->now() + 5s};
    world.system->spawn([this, wanted](caf::event_based_actor* self) {
      self->request(client, caf::infinite, wanted)
          .then([this](const actors::payment_truth& found) { truth = found; }, [](const caf::error&) {});
    });
    world.run();
  }
  void reply(actors::outbound_response response) {
    world.outside->answer(std::move(response));
    world.run();
  }
};

constexpr const char* good_link =
    R"({"status":true,"data":{"authorization_url":"https://pay.example/x","reference":"sv-1-1"}})";
constexpr const char* paid =
    R"({"status":true,"data":{"id":7,"domain":"test","status":"success","reference":"sv-1-1","amount":500000,"currency":"NGN"}})";

TEST_F(payment_client, makes_a_link_with_the_business_own_key_and_never_beyond_the_turns_deadline) {
  ask_link(3s);
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto& request = world.outside->waiting.front().request;
  EXPECT_THAT(request.headers, Contains(Pair("Authorization", "Bearer sk_test")));
  EXPECT_LE(request.timeout, 3s);
  reply(http(200, good_link));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::made);
  EXPECT_EQ(link->url, "https://pay.example/x");
}

TEST_F(payment_client, gives_the_provider_an_address_when_the_customer_gave_none) {
  ask_link();
  EXPECT_THAT(world.outside->waiting.front().request.body, HasSubstr("sv-1-1@shop.example.invalid"));
}

TEST_F(payment_client, looks_before_it_calls_a_reference_used_up) {
  ask_link();
  reply(lost_answer());
  EXPECT_FALSE(link);
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(world.outside->waiting.front().request.method, "GET");
  reply(http(404, R"({"status":false,"message":"Transaction reference not found"})"));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::reference_taken);
}

TEST_F(payment_client, finds_that_a_lost_link_was_paid) {
  ask_link();
  reply(lost_answer());
  reply(http(200, paid));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::already_paid);
  ASSERT_TRUE(link->fact) << "nobody asks again";
  EXPECT_EQ(link->fact->status, payment_status::success);
}

TEST_F(payment_client, fails_when_nothing_reached_the_provider) {
  ask_link();
  reply({actors::transport_outcome::not_sent, 0, {}, {}, "connect refused"});
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::failed);
}

TEST_F(payment_client, fails_without_a_connected_provider) {
  start(std::nullopt);
  ask_link();
  ask_truth();
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::failed);
  ASSERT_TRUE(truth);
  EXPECT_FALSE(truth->fact);
}

TEST_F(payment_client, sends_another_providers_key_nowhere) {
  start(actors::payment_account{"stripe", "live", "sk_live_of_stripe"});
  ask_link();
  ask_truth();
  EXPECT_THAT(world.outside->seen, testing::IsEmpty());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::failed);
  ASSERT_TRUE(truth);
  EXPECT_FALSE(truth->fact);
}

TEST_F(payment_client, tells_a_fact_only_from_an_answer_that_it_can_read) {
  ask_truth();
  reply(http(200, paid));
  ASSERT_TRUE(truth);
  ASSERT_TRUE(truth->fact);
  EXPECT_EQ(truth->fact->status, payment_status::success);
  EXPECT_EQ(truth->fact->received.minor, 500'000);
  ask_truth();
  reply(http(200, R"({"status":true,"data":{"reference":"sv-2-1","status":"success"}})"));
  EXPECT_FALSE(truth->fact);
}

TEST_F(payment_client, lets_nobody_wait_for_ever_when_it_dies) {
  ask_link();
  world.end(client, errc::internal);
  world.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(*failure, errc::unavailable);
}

}  // namespace
}  // namespace sellavie::test
