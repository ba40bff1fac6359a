// The end of a reservation: the provider of its link is asked first.

#include "actors/order_desk.hpp"
#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(checkout, ends_the_payment_of_an_order_whose_reservation_ended) {
  const auto first = gets_a_link();
  world.jump(41min);
  caf::anon_send(world.desk, actors::expire_orders{{first}});
  world.run();
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.store->rows.payments.at(first).status, "expired");
}

struct expiry : checkout {
  std::string link;

  expiry() {
    link = gets_a_link();
    world.jump(41min);
  }
  void reservations_end() {
    caf::anon_send(world.registry, actors::reservations_ended{{world.shop}});
    world.run();
  }
  void answer(actors::outbound_response response) {
    ASSERT_THAT(world.outside->waiting, SizeIs(1));
    EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/transaction/verify/" + link));
    world.outside->answer(std::move(response));
    world.run();
  }
};

TEST_F(expiry, finds_the_money_of_a_customer_who_said_nothing) {
  reservations_end();
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  answer(http(200, verified(link, "success", 3'000'000)));
  EXPECT_EQ(world.orders().front().status, "paid");
  EXPECT_EQ(world.store->rows.payments.at(link).status, "paid");
  EXPECT_EQ(world.stock("A1"), 18);
  EXPECT_THAT(world.store->rows.timeline,
              testing::Contains(testing::AllOf(testing::Field(&storage::timeline_row::what, "paid"),
                                               testing::Field(&storage::timeline_row::noticed_by, "poll"))));
  EXPECT_THAT(world.texts(storage::message_origin::system), SizeIs(1)) << "and tells its customer";
  reservations_end();
  EXPECT_THAT(world.texts(storage::message_origin::system), SizeIs(1));
}

TEST_F(expiry, cancels_what_its_provider_calls_unpaid) {
  reservations_end();
  answer(http(200, verified(link, "abandoned", 3'000'000)));
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.stock("A1"), 20);
  EXPECT_EQ(world.tasks("payment_review"), 0U);
}

TEST_F(expiry, waits_while_money_is_on_its_way) {
  reservations_end();
  answer(http(200, verified(link, "processing", 3'000'000)));
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  reservations_end();
  EXPECT_THAT(world.outside->waiting, IsEmpty()) << "it is held longer";
}

TEST_F(expiry, tells_a_person_of_wrong_money_who_has_an_hour_to_look_before_it_cancels) {
  reservations_end();
  answer(http(200, verified(link, "success", 1)));
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  EXPECT_EQ(world.tasks("payment_review"), 1U);
  world.jump(1h);
  reservations_end();
  answer(http(200, verified(link, "success", 1)));
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.stock("A1"), 20);
  EXPECT_EQ(world.tasks("payment_review"), 1U) << "the same money";
}

TEST_F(expiry, asks_a_silent_provider_again_after_a_rest_and_tells_a_person_in_the_end) {
  reservations_end();
  reservations_end();
  answer(lost_answer());
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  reservations_end();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  world.jump(1min);
  reservations_end();
  answer(http(500, "{}"));
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  world.jump(1h);
  reservations_end();
  EXPECT_EQ(world.orders().front().status, "awaiting_payment") << "however late: it is asked first";
  answer(http(500, "{}"));
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.tasks("payment_review"), 1U);
  EXPECT_EQ(world.stock("A1"), 20);
}

TEST_F(expiry, asks_again_after_a_crash_between_the_answer_and_the_decision) {
  reservations_end();
  world.kill();
  world.start();
  reservations_end();
  reservations_end();
  answer(http(200, verified(link, "success", 3'000'000)));
  EXPECT_EQ(world.orders().front().status, "paid");
}

}  // namespace
}  // namespace sellavie::test
