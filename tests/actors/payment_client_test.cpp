// What one payment provider is asked, and what its answers mean.

#include "actors/payment_client.hpp"

#include "tests/actors/support/payment_client_stage.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::link_outcome;
using payment::provider;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

constexpr const char* no_such_payment =
    R"({"status":"error","message":"No transaction was found for this id","data":null})";

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
  start({});
  ask_link();
  ask_truth();
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::failed);
  ASSERT_TRUE(truth);
  EXPECT_FALSE(truth->fact);
}

TEST_F(payment_client, asks_where_a_payment_was_begun_and_sends_another_accounts_key_nowhere) {
  use(provider::stripe, "sk_live_of_stripe", payment_mode::live);
  ask_link();
  ask_truth();
  EXPECT_THAT(world.outside->seen, testing::IsEmpty());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::failed);
  ASSERT_TRUE(truth);
  EXPECT_FALSE(truth->fact);
}

TEST_F(payment_client, asks_the_account_that_made_the_link_when_another_makes_them_now) {
  start({{provider::stripe, payment_mode::live, "sk_live_new", till_of(provider::stripe)},
         {provider::paystack, payment_mode::test, "sk_test_old", till_of(provider::paystack)}});
  ask_truth();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto& request = world.outside->waiting.front().request;
  EXPECT_EQ(request.url, world.settings->payments.paystack_url + "/transaction/verify/sv-1-1");
  EXPECT_THAT(request.headers, Contains(Pair("Authorization", "Bearer sk_test_old")));
  reply(http(200, paid));
  ASSERT_TRUE(truth);
  EXPECT_EQ(truth->asked->mode, payment_mode::test);
}

TEST_F(payment_client, takes_a_reference_that_flutterwave_does_not_know_for_unpaid) {
  use(provider::flutterwave, "FLWSECK_TEST-1-X");
  begin("sv-1-1", provider::flutterwave);
  ask_truth();
  reply(http(400, no_such_payment));
  ASSERT_TRUE(truth);
  ASSERT_TRUE(truth->fact);
  EXPECT_EQ(truth->fact->status, payment_status::not_started);
}

TEST_F(payment_client, takes_a_link_that_its_provider_does_not_know_for_no_word_at_all) {
  ask_truth();
  reply(http(404, R"({"status":false,"code":"transaction_not_found"})"));
  ASSERT_TRUE(truth);
  EXPECT_TRUE(truth->asked);
  EXPECT_FALSE(truth->fact) << "Paystack knows a link that nobody has paid by: this is another account";
}

TEST_F(payment_client, asks_flutterwave_about_the_very_transaction_that_an_event_names) {
  use(provider::flutterwave, "FLWSECK_TEST-1-X");
  begin("sv-1-1", provider::flutterwave);
  ask_truth("8");
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/transactions/8/verify"));
  reply(http(400, no_such_payment));
  ASSERT_TRUE(truth);
  EXPECT_FALSE(truth->fact) << "an unknown transaction says nothing about its link";
}

TEST_F(payment_client, asks_nobody_about_a_reference_that_may_become_known) {
  world.store->rows.payments.clear();
  const actors::fetch_payment wanted{.reference = "sv-1-1",
                                     .connection = till_of(provider::paystack),
                                     .may_become_known = true,
                                     .deadline = world.time->now() + 5s};
  ask_truth(wanted);
  ASSERT_TRUE(truth);
  EXPECT_FALSE(truth->is_known);
  EXPECT_FALSE(truth->is_unread);
  EXPECT_THAT(world.outside->waiting, SizeIs(0));
}

TEST_F(payment_client, tells_a_store_that_it_could_not_read_from_one_that_knows_nothing) {
  world.store->away = true;
  ask_truth();
  world.store->away = false;
  ASSERT_TRUE(truth);
  EXPECT_TRUE(truth->is_unread);
  EXPECT_THAT(world.outside->waiting, SizeIs(0));
}

TEST_F(payment_client, asks_whoever_sent_an_event_about_a_payment_that_the_store_does_not_know) {
  ask_truth(
      {.transaction = "77", .connection = till_of(provider::paystack), .deadline = world.time->now() + 5s});
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/transaction/77"));
}

// --- Stripe --------------------------------------------------------------------------------------

constexpr const char* session =
    R"({"id":"cs_1","object":"checkout.session","url":"https://pay.example/cs_1","client_reference_id":"sv-1-1",)"
    R"("amount_total":500000,"currency":"ngn","status":"open","payment_status":"unpaid","livemode":false,"payment_intent":null})";

TEST_F(payment_client, repeats_a_lost_request_to_stripe_under_its_key_and_gets_the_same_session) {
  use(provider::stripe, "sk_test_stripe");
  begin("sv-1-1", provider::stripe);
  ask_link();
  const auto first = world.outside->waiting.front().request;
  EXPECT_THAT(first.headers, Contains(Pair("Idempotency-Key", "sv-1-1")));
  EXPECT_THAT(first.headers, Contains(Pair("Content-Type", "application/x-www-form-urlencoded")));
  EXPECT_THAT(first.body, HasSubstr("pay%2Freturn"));
  EXPECT_THAT(first.body, testing::Not(HasSubstr("customer_email"))) << "none was given, none is made up";
  world.jump(1s);
  reply(lost_answer());
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(world.outside->waiting.front().request.body, first.body);
  reply(http(200, session));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::made);
  EXPECT_EQ(link->id, "cs_1");
}

TEST_F(payment_client, gives_up_on_stripe_after_two_lost_answers) {
  use(provider::stripe, "sk_test_stripe");
  begin("sv-1-1", provider::stripe);
  ask_link();
  reply(lost_answer());
  reply(lost_answer());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::failed);
  EXPECT_THAT(world.outside->waiting, testing::IsEmpty());
}

TEST_F(payment_client, asks_stripe_by_the_session_that_it_gave) {
  use(provider::stripe, "sk_test_stripe");
  begin("sv-1-1", provider::stripe, "cs_1");
  ask_truth();
  EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/v1/checkout/sessions/cs_1?"));
  reply(http(200, session));
  ASSERT_TRUE(truth);
  ASSERT_TRUE(truth->fact);
  EXPECT_EQ(truth->fact->status, payment_status::not_started);
}

TEST_F(payment_client, does_not_press_a_provider_that_is_busy) {
  use(provider::stripe, "sk_test_stripe");
  begin("sv-1-1", provider::stripe);
  ask_link();
  reply(http(429, R"({"error":{"type":"invalid_request_error","code":"rate_limit"}})"));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::failed);
}

// --- Flutterwave ---------------------------------------------------------------------------------

TEST_F(payment_client, looks_before_it_asks_flutterwave_for_another_link) {
  use(provider::flutterwave, "FLWSECK_TEST-1-X");
  begin("sv-1-1", provider::flutterwave);
  ask_link();
  EXPECT_THAT(world.outside->waiting.front().request.body, HasSubstr("sv-1-1@shop.example.invalid"));
  reply(lost_answer());
  EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("verify_by_reference?tx_ref=sv-1-1"));
  reply(http(400, no_such_payment));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->outcome, link_outcome::reference_taken);
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
