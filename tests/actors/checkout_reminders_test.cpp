// Reminders of payment links that nobody has paid by (protocol/domain/checkout_reminder).

#include "actors/checkout_reminding.hpp"
#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct checkout_reminders : checkout {
  std::string link;
  order_id order;
  std::optional<actors::reminder_ran> ran;
  std::optional<errc> failure;

  checkout_reminders() {
    link = gets_a_link();
    order = world.orders().front().id;
  }
  void business_says(std::int32_t most, std::optional<std::int32_t> minutes = {}) {
    auto& shop = world.store->rows.businesses.at(world.shop);
    shop.checkout_reminders = most;
    shop.checkout_reminder_minutes = minutes;
    ++shop.version;
    caf::anon_send(world.registry, actors::directory_changed{{world.shop}});
    world.run();
  }
  void look() {
    ran.reset();
    failure.reset();
    const actors::remind_business_customer wanted{world.shop, {order}};
    world.system->spawn([this, wanted](caf::event_based_actor* self) {
      self->request(world.registry, caf::infinite, wanted)
          .then([this](const actors::reminder_ran& answer) { ran = answer; },
                [this](const caf::error& why) { failure = actors::code_of(why); });
    });
    world.run();
  }
  void provider_says(const std::string& status) {
    ASSERT_THAT(world.outside->waiting, SizeIs(1)) << "the provider is asked first";
    world.outside->answer(http(200, verified(link, status, 3'000'000)));
    world.run();
  }
  void look_when_nobody_has_paid() {
    look();
    provider_says("abandoned");
  }
  [[nodiscard]] std::vector<std::string> told() const { return world.texts(storage::message_origin::system); }
  void expect_no_reminder() {
    look();
    EXPECT_THAT(world.outside->waiting, IsEmpty());
    EXPECT_TRUE(ran);
    EXPECT_THAT(told(), IsEmpty());
  }
  [[nodiscard]] const storage::job_row* job() const {
    for (const auto& [id, one] : world.store->rows.jobs)
      if (one.row.kind == actors::reminder_job) return &one.row;
    return nullptr;
  }
};

TEST_F(checkout_reminders, a_link_that_was_made_brings_the_work_for_half_of_the_hold_later) {
  ASSERT_NE(job(), nullptr);
  EXPECT_EQ(job()->business, world.shop);
  EXPECT_EQ(job()->unique_key, to_string(order));
  EXPECT_THAT(job()->payload, HasSubstr(to_string(order)));
  const auto hold = world.orders().front().reserved_until - job()->created_at;
  EXPECT_EQ(job()->due_at - job()->created_at, hold / 2);
}

TEST_F(checkout_reminders, the_customer_is_told_once_with_the_link_and_the_timeline_says_so) {
  world.jump(16min);
  look_when_nobody_has_paid();
  ASSERT_TRUE(ran);
  EXPECT_FALSE(ran->again_at);
  ASSERT_THAT(told(), SizeIs(1));
  EXPECT_THAT(told().front(), AllOf(HasSubstr("still waiting"), HasSubstr("https://pay.example/" + link)));
  EXPECT_THAT(world.store->rows.timeline,
              Contains(AllOf(testing::Field(&storage::timeline_row::what, "reminded"),
                             testing::Field(&storage::timeline_row::order, order))));
  look();
  EXPECT_THAT(world.outside->waiting, IsEmpty()) << "a job that is run again asks nobody";
  EXPECT_THAT(told(), SizeIs(1));
}

TEST_F(checkout_reminders, nobody_is_reminded_before_the_time) {
  world.jump(14min);
  look();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  ASSERT_TRUE(ran);
  ASSERT_TRUE(ran->again_at);
  EXPECT_LE(*ran->again_at - world.time->now(), 1min);
}

TEST_F(checkout_reminders, money_that_has_come_reminds_nobody_and_settles_the_order) {
  world.jump(16min);
  look();
  provider_says("success");
  provider_says("success");
  EXPECT_EQ(world.orders().front().status, "paid");
  ASSERT_THAT(told(), SizeIs(1));
  EXPECT_THAT(told().front(), HasSubstr("has arrived"));
}

TEST_F(checkout_reminders, money_on_its_way_reminds_nobody) {
  world.jump(16min);
  look();
  provider_says("ongoing");
  provider_says("ongoing");
  EXPECT_TRUE(ran);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(checkout_reminders, a_provider_that_does_not_say_is_asked_again) {
  world.jump(16min);
  look();
  world.outside->answer(http(503, ""));
  world.run();
  ASSERT_TRUE(ran);
  ASSERT_TRUE(ran->again_at);
  EXPECT_EQ(*ran->again_at, world.time->now() + 2min);
  EXPECT_THAT(told(), IsEmpty());
  world.jump(2min);
  look_when_nobody_has_paid();
  EXPECT_THAT(told(), SizeIs(1));
}

TEST_F(checkout_reminders, a_chat_that_a_person_has_is_left_to_them) {
  world.command("c1", actors::chat_command::take_over);
  world.run();
  world.jump(16min);
  expect_no_reminder();
}

TEST_F(checkout_reminders, nobody_is_reminded_outside_the_send_window) {
  business_says(1, 24 * 60 - 1);
  world.store->rows.orders.at(order).reserved_until = world.time->now() + 72h;
  world.jump(25h);
  world.restart();
  expect_no_reminder();
}

TEST_F(checkout_reminders, a_customer_whom_the_channel_does_not_reach_is_not_reminded) {
  for (auto& [id, contact] : world.store->rows.contacts) contact.unreachable_since = world.time->now() + 1s;
  world.jump(16min);
  expect_no_reminder();
}

TEST_F(checkout_reminders, an_order_that_goes_on_without_its_link_is_not_reminded_of) {
  world.command("c1", actors::chat_command::take_over);
  std::optional<action_outcome> cancelled;
  const actors::command_desk cancel{
      world.shop,
      {desk::cancel_order{"x", {{}, order}, "", provider_word::given}, "x", false, "person:grace"}};
  world.system->spawn([&](caf::event_based_actor* self) {
    self->request(world.registry, caf::infinite, cancel)
        .then([&](const action_outcome& outcome) { cancelled = outcome; }, [](const caf::error&) {});
  });
  world.run();
  ASSERT_TRUE(cancelled && cancelled->accepted);
  world.jump(16min);
  expect_no_reminder();
  EXPECT_FALSE(ran->again_at);
}

TEST_F(checkout_reminders, nobody_is_reminded_once_the_business_has_switched_it_off) {
  business_says(0);
  world.jump(16min);
  expect_no_reminder();
  EXPECT_FALSE(ran->again_at);
}

TEST_F(checkout_reminders, come_as_often_as_the_business_says_and_no_more) {
  business_says(2, 10);
  world.jump(10min);
  look_when_nobody_has_paid();
  ASSERT_TRUE(ran->again_at);
  world.jump(*ran->again_at - world.time->now());
  look_when_nobody_has_paid();
  EXPECT_FALSE(ran->again_at);
  EXPECT_THAT(told(), SizeIs(2));
  world.jump(5min);
  look();
  EXPECT_THAT(world.outside->waiting, IsEmpty()) << "the provider is not asked either";
  EXPECT_TRUE(ran);
  EXPECT_THAT(told(), SizeIs(2));
}

TEST_F(checkout_reminders, a_shop_that_wants_more_while_a_link_is_there_divides_its_hold_anew) {
  const auto made = world.store->rows.payments.at(link).at;
  const auto hold = world.orders().front().reserved_until - made;
  business_says(2);
  world.jump(16min);
  look_when_nobody_has_paid();
  EXPECT_THAT(told(), SizeIs(1));
  ASSERT_TRUE(ran && ran->again_at);
  EXPECT_EQ(*ran->again_at, made + hold / 3 * 2);
  world.jump(*ran->again_at - world.time->now());
  look_when_nobody_has_paid();
  EXPECT_THAT(told(), SizeIs(2));
  ASSERT_TRUE(ran);
  EXPECT_FALSE(ran->again_at);
}

TEST_F(checkout_reminders, a_server_that_died_after_the_commit_tells_nobody_twice) {
  business_says(3, 5);
  world.jump(5min);
  look_when_nobody_has_paid();
  EXPECT_THAT(told(), SizeIs(1));
  world.restart();
  look();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  EXPECT_THAT(told(), SizeIs(1));
}

TEST_F(checkout_reminders, a_commit_that_does_not_go_through_tells_nothing_and_is_made_up_for) {
  world.jump(16min);
  look();
  world.store->away = true;
  provider_says("abandoned");
  world.store->away = false;
  EXPECT_TRUE(failure);
  EXPECT_THAT(told(), IsEmpty());
  world.advance(10s);
  look_when_nobody_has_paid();
  EXPECT_THAT(told(), SizeIs(1));
}

}  // namespace
}  // namespace sellavie::test
