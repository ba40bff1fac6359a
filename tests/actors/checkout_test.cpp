// The payment link: intent stored -> call -> result stored.

#include "actors/checkout.hpp"

#include <gmock/gmock.h>

#include "actors/order_desk.hpp"
#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A shop whose customer has a link, and its desk to talk to.
struct checkout_world : checkout {
  void TestBody() override {}
  void ask(desk_command command) {
    caf::anon_send(world.desk, actors::desk_request{std::move(command), "k", false});
    world.run();
  }
  void confirm(const std::string& reference, const std::string& transaction, std::int64_t minor) {
    const money amount{minor, *parse_currency("NGN")};
    const payment_fact fact{reference, transaction, payment_status::success,
                            amount,    amount,      payment_mode::test};
    caf::anon_send(world.desk,
                   actors::desk_request{desk::confirm_payment{{}, fact, payment_mode::test}, {}, false});
    world.run();
  }
};

TEST(payment_row, expires_with_an_order_that_was_called_off_changed_or_paid_in_cash) {
  using wish_for = std::function<desk_command(const storage::order_row&)>;
  const wish_for cancel = [](const auto& of) {
    return desk::cancel_order{"k", {of.conversation, {}}, "customer"};
  };
  const wish_for change = [](const auto& of) {
    return desk::change_order{"k", {of.conversation, {}}, {{"B2", 1, 0}}};
  };
  const wish_for pay_cash = [](const auto& of) { return desk::mark_paid{"k", {{}, of.id}}; };
  for (const auto& wish : {cancel, change, pay_cash}) {
    checkout_world one;
    const auto first = one.gets_a_link();
    one.ask(wish(one.world.orders().front()));
    EXPECT_EQ(one.world.store->rows.payments.at(first).status, "expired");
  }
}

TEST(payment_row, goes_to_review_with_money_that_settles_nothing) {
  checkout_world one;
  const auto first = one.gets_a_link();
  one.confirm(first, "T1", 1);
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "review");
  EXPECT_EQ(one.world.tasks("payment_review"), 1U);
  EXPECT_EQ(one.world.orders().front().status, "awaiting_payment");
  // More of the same money is for the person who looks; other money settles the order all the same.
  one.confirm(first, "T1", 3'000'000);
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "review");
  one.confirm(first, "T2", 3'000'000);
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "paid");
  EXPECT_EQ(one.world.orders().front().status, "paid");
  one.confirm(first, "T3", 3'000'000);
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "paid") << "a second payment is not the first";
  EXPECT_EQ(one.world.tasks("payment_review"), 2U);
}

TEST(payment_row, stays_in_review_when_its_order_is_called_off_and_goes_there_with_late_money) {
  checkout_world one;
  const auto first = one.gets_a_link();
  const auto conversation = one.world.orders().front().conversation;
  one.confirm(first, "T1", 1);
  one.ask(desk::cancel_order{"k", {conversation, {}}, "customer"});
  EXPECT_EQ(one.world.orders().front().status, "cancelled");
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "review");

  checkout_world late;
  const auto second = late.gets_a_link();
  late.ask(desk::cancel_order{"k", {late.world.orders().front().conversation, {}}, "customer"});
  ASSERT_EQ(late.world.store->rows.payments.at(second).status, "expired");
  late.confirm(second, "T1", 3'000'000);
  EXPECT_EQ(late.world.store->rows.payments.at(second).status, "review");
}

TEST_F(checkout, stores_the_intent_before_it_asks_the_provider) {
  order_and_pay();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  ASSERT_THAT(world.store->rows.payments, SizeIs(1));
  EXPECT_EQ(world.store->rows.payments.begin()->second.status, "intent");
  EXPECT_EQ(world.store->rows.payments.begin()->second.amount_minor, 3'000'000);
  world.outside->answer(http(200, link_of(reference())));
  world.run();
  EXPECT_EQ(world.store->rows.payments.begin()->second.status, "link");
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/"));
}

TEST_F(checkout, takes_a_new_reference_once_when_its_own_lost_answer_used_the_first_up) {
  order_and_pay();
  const auto first = reference();
  world.outside->answer(lost_answer());
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(world.outside->waiting.front().request.method, "GET") << "it looks before it repeats";
  world.outside->answer(http(200, verified(first, "abandoned", 3'000'000)));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto second = reference();
  EXPECT_NE(second, first);
  world.outside->answer(http(200, link_of(second)));
  world.run();
  EXPECT_EQ(world.store->rows.payments.at(first).status, "failed");
  EXPECT_EQ(world.store->rows.payments.at(second).status, "link");
  EXPECT_THAT(world.ai_texts().front(), HasSubstr(second));
}

TEST_F(checkout, settles_an_order_whose_lost_link_was_paid_already) {
  order_and_pay();
  const auto first = reference();
  world.outside->answer(http(400, duplicate_reference));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(200, verified(first, "success", 3'000'000)));
  world.run();
  EXPECT_THAT(world.outside->waiting, IsEmpty()) << "asked once";
  EXPECT_EQ(world.orders().front().status, "paid");
}

TEST_F(checkout, says_that_there_is_no_link_when_the_provider_is_away) {
  order_and_pay();
  world.outside->answer({actors::transport_outcome::not_sent, 0, {}, {}, "connect refused"});
  world.run();
  world.model->always = [](const auto&) { return says("We try again later."); };
  world.advance(2s);
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.orders().front().payment_url, "");
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(checkout, makes_no_second_link_when_it_is_resumed_after_the_link_was_stored) {
  order_and_pay();
  const auto first = reference();
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets)
      for (const auto& row : set->payments) world.store->away = world.store->away || row.status == "link";
  };
  world.outside->answer(http(200, link_of(first)));
  world.run();
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.start();
  world.finish_turns();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/" + first));
  EXPECT_THAT(world.model->asked, SizeIs(1));
}

// The provider has made a link that nobody here knows.
TEST_F(checkout, tells_one_link_when_it_is_resumed_between_the_intent_and_the_providers_answer) {
  order_and_pay();
  const auto first = reference();
  ASSERT_EQ(world.store->rows.payments.at(first).status, "intent");
  world.restart();
  world.finish_turns();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(reference(), first) << "the intent that is stored, not another one";
  world.outside->answer(http(400, duplicate_reference));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/transaction/verify/" + first));
  world.outside->answer(http(200, verified(first, "abandoned", 3'000'000)));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto second = reference();
  ASSERT_NE(second, first);
  world.outside->answer(http(200, link_of(second)));
  world.run();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  EXPECT_EQ(world.store->rows.payments.at(first).status, "failed");
  EXPECT_EQ(world.store->rows.payments.at(second).status, "link");
  EXPECT_THAT(world.store->rows.payments, SizeIs(2));
  ASSERT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.orders().front().payment_reference, second);
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/" + second));
  EXPECT_THAT(world.ai_texts().front(), testing::Not(HasSubstr(first)));
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(checkout, makes_a_third_link_when_it_dies_before_it_hears_of_the_second) {
  order_and_pay();
  const auto first = reference();
  world.outside->answer(http(400, duplicate_reference));
  world.run();
  world.outside->answer(http(200, verified(first, "abandoned", 3'000'000)));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto second = reference();
  ASSERT_NE(second, first);
  world.restart();
  world.finish_turns();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  ASSERT_EQ(reference(), second) << "the order's, not the one that is stored with the action's key";
  world.outside->answer(http(400, duplicate_reference));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/transaction/verify/" + second));
  world.outside->answer(http(200, verified(second, "abandoned", 3'000'000)));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto third = reference();
  ASSERT_NE(third, second);
  world.outside->answer(http(200, link_of(third)));
  world.run();
  EXPECT_EQ(world.store->rows.payments.at(second).status, "failed");
  EXPECT_EQ(world.store->rows.payments.at(third).status, "link");
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/" + third));
  EXPECT_THAT(world.model->asked, SizeIs(1)) << "nothing was refused";
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(checkout, asks_the_provider_when_it_is_resumed_before_anybody_did) {
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets)
      for (const auto& row : set->payments) world.store->away = world.store->away || row.status == "intent";
  };
  order_and_pay();
  world.store->after_commit = nullptr;
  const auto asked_before = world.outside->seen.size();
  world.kill();
  world.store->away = false;
  world.start();
  world.finish_turns();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(world.outside->seen.size(), asked_before + 1);
  const auto first = reference();
  world.outside->answer(http(200, link_of(first)));
  world.run();
  ASSERT_THAT(world.store->rows.payments, SizeIs(1));
  EXPECT_EQ(world.store->rows.payments.at(first).status, "link");
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/" + first));
}

struct dropped_link : checkout {
  std::string first;

  /// The process dies before the turn hears that its desk dropped the reference.
  dropped_link() {
    order_and_pay();
    first = reference();
    world.store->after_commit = [this](memory_store::batch sets) {
      for (const auto* set : sets)
        for (const auto& row : set->payments) world.store->away = world.store->away || row.status == "failed";
    };
    world.outside->answer(provider_is_away());
    world.run();
    world.store->after_commit = nullptr;
    EXPECT_TRUE(world.store->away) << "the reference was never dropped";
    world.kill();
    world.store->away = false;
    world.start();
    world.finish_turns();
  }
  static actors::outbound_response provider_is_away() {
    return {actors::transport_outcome::not_sent, 0, {}, {}, "connect refused"};
  }
  std::string the_next_reference_after(actors::outbound_response answer) {
    world.outside->answer(std::move(answer));
    world.run();
    return world.outside->waiting.empty() ? std::string{} : reference();
  }
};

TEST_F(dropped_link, is_made_anew_when_its_turn_is_resumed) {
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(reference(), first) << "what is stored with the action's key";
  const auto second = the_next_reference_after(http(200, link_of(first)));
  ASSERT_NE(second, "");
  ASSERT_NE(second, first);
  world.outside->answer(http(200, link_of(second)));
  world.run();
  EXPECT_EQ(world.orders().front().payment_reference, second);
  EXPECT_EQ(world.store->rows.payments.at(second).status, "link");
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/" + second));
  EXPECT_THAT(world.model->asked, SizeIs(1)) << "nothing was refused";
}

TEST_F(dropped_link, is_tried_once_more_when_the_provider_is_still_away) {
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto second = the_next_reference_after(provider_is_away());
  ASSERT_NE(second, "");
  ASSERT_NE(second, first);
  EXPECT_EQ(the_next_reference_after(provider_is_away()), "");
  EXPECT_EQ(world.store->rows.payments.at(second).status, "failed");
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(dropped_link, that_turns_out_to_be_paid_is_never_thrown_away) {
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(400, duplicate_reference));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/transaction/verify/" + first));
  world.outside->answer(http(200, verified(first, "success", 3'000'000)));
  world.run();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  EXPECT_EQ(world.tasks("payment_review"), 1U) << "the order has no such reference any more: a person looks";
}

TEST(checkout_steps, replace_once_and_never_drop_what_is_paid) {
  using actors::link_attempt;
  using actors::link_outcome;
  using actors::link_step;
  EXPECT_EQ(actors::step_after(link_outcome::made, link_attempt::again), link_step::record);
  EXPECT_EQ(actors::step_after(link_outcome::already_paid, link_attempt::first), link_step::settle);
  EXPECT_EQ(actors::step_after(link_outcome::reference_taken, link_attempt::first), link_step::replace);
  EXPECT_EQ(actors::step_after(link_outcome::failed, link_attempt::first), link_step::drop);
  EXPECT_EQ(actors::step_after(link_outcome::already_paid, link_attempt::again), link_step::settle);
  for (const auto answer : {link_outcome::reference_taken, link_outcome::failed})
    EXPECT_EQ(actors::step_after(answer, link_attempt::again), link_step::drop);
}

TEST_F(checkout, believes_the_provider_and_not_the_customer) {
  const auto first = gets_a_link();
  world.model->answers = {calls({{"check_payment", "{}"}}, "Thanks for paying!")};
  world.customer_says("c1", "I have paid");
  world.advance(1300ms);
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(200, verified(first, "ongoing", 3'000'000)));
  world.run();
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  world.model->answers = {calls({{"check_payment", "{}"}}, "Thanks for paying!")};
  world.customer_says("c1", "Now I have");
  world.advance(1300ms);
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(200, verified(first, "success", 3'000'000)));
  world.run();
  EXPECT_EQ(world.orders().front().status, "paid");
}

TEST_F(checkout, uses_a_key_that_was_renewed_while_the_server_ran) {
  world.customer_says("c0", "hello");
  world.store->rows.businesses.at(world.shop).payments.front().sealed_secret_key =
      world.node->secrets->encrypt("sk_renewed", {}, world.time->now());
  caf::anon_send(world.registry, actors::directory_changed{});
  world.advance(1s);
  order_and_pay();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(world.outside->waiting.front().request.headers,
              testing::Contains(testing::Pair("Authorization", "Bearer sk_renewed")));
}

}  // namespace
}  // namespace sellavie::test
