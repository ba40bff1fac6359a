// Each kind of what people are told, from the commit that causes it to every way that they chose.

#include <algorithm>

#include "tests/storage/notices_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;

class notices_kinds_test : public notices_test {
 protected:
  using roles = std::vector<std::string>;
  static inline const roles whoever_answers{"admin", "agent", "owner"};
  static inline const roles whoever_manages{"admin", "owner"};

  /// Everybody wishes for every way, with a browser each.
  void SetUp() override {
    notices_test::SetUp();
    std::uint32_t n = 40;
    for (const auto& who : {owner, admin, agent, viewer}) {
      choose(who, 7);
      subscribe(who, ++n);
    }
  }
  void happens(const change_set& what) { ASSERT_EQ(apply(what).outcome, commit_outcome::committed); }
  change_set key_word(bool works, instant at) const {
    change_set set;
    set.payment_keys = {{ada, id_of<payment_connection_id>(90), works, refusal, at, "sealed"}};
    return set;
  }

  /// Each of them by each way once, nobody else, and a second run says nothing more.
  void expect_told(notification_kind kind, const std::string& sentence, const roles& whom,
                   instant now = noon) {
    tell_all(now);
    std::vector<std::string> in_the_app;
    for (const auto& role : whom) in_the_app.push_back(role + ' ' + std::string{to_string(kind)});
    EXPECT_THAT(told(), ElementsAreArray(in_the_app));
    EXPECT_EQ(number("SELECT count(*) FROM notifications WHERE NOT in_app"), 0);
    send_all(now);
    send_all(now);
    auto got = mails();
    std::sort(got.begin(), got.end());
    ASSERT_THAT(got, SizeIs(whom.size()));
    for (std::size_t i = 0; i < whom.size(); ++i) {
      EXPECT_TRUE(got[i].starts_with(whom[i] + '-')) << got[i];
      EXPECT_TRUE(got[i].ends_with("@shop.example: " + sentence)) << got[i];
    }
    const auto pushes = texts("SELECT payload FROM jobs WHERE kind = 'push'");
    EXPECT_THAT(pushes, SizeIs(whom.size()));
    for (const auto& payload : pushes) EXPECT_EQ(read_push_job(payload).value().message, sentence);
  }
  /// ... and it is over before anything was sent.
  void expect_shown_in_the_app_alone(const roles& whom) {
    send_all();
    EXPECT_THAT(told(), SizeIs(whom.size()));
    EXPECT_THAT(mails(), IsEmpty());
    EXPECT_EQ(jobs_of("push"), 0);
  }
  void forget_what_was_told() const {
    sql("DELETE FROM jobs; DELETE FROM notifications; DELETE FROM mails; DELETE FROM notification_pace");
  }

  static constexpr const char* refusal = "Paystack refuses the test key.";
};

TEST_F(notices_kinds_test, a_chat_that_is_handed_over) {
  hand_over();
  expect_told(notification_kind::hand_over, "A chat waits for you.", whoever_answers);
}

TEST_F(notices_kinds_test, an_order_that_is_paid) {
  pay();
  expect_told(notification_kind::paid_order, "An order was paid.", whoever_answers);
}

TEST_F(notices_kinds_test, a_payment_that_failed) {
  happens({.notices = {{.business = ada,
                        .kind = notification_kind::failed_payment,
                        .subject = "r-1",
                        .about = an_order(10, 1).id.value,
                        .at = noon}},
           .orders = {an_order(10, 1)}});
  expect_told(notification_kind::failed_payment, "A payment failed.", whoever_answers);
}

TEST_F(notices_kinds_test, money_that_a_person_has_to_look_at) {
  happens({.tasks = {a_task("payment_review", "wrong_amount r-1")}});
  expect_told(notification_kind::review_item, "Something waits for a person to look at it.", whoever_manages);
}

TEST_F(notices_kinds_test, money_that_somebody_has_looked_at_is_neither_mailed_nor_pushed) {
  happens({.tasks = {a_task("payment_review", "wrong_amount r-1")}});
  tell_all();
  happens({.review_tasks_done = {{ada, "wrong_amount r-1", noon}}});
  expect_shown_in_the_app_alone(whoever_manages);
}

TEST_F(notices_kinds_test, a_product_that_runs_low) {
  happens({.stock = {{ada, ankara, -18, noon}}});
  expect_told(notification_kind::low_stock, "A product runs low.", whoever_manages);
}

TEST_F(notices_kinds_test, a_connection_that_broke_of_whatever_kind) {
  std::uint32_t n = 70;
  for (const char* kind : {"connection", "payment_connection", "webhook"}) {
    happens({.tasks = {a_task(kind, "why", ++n)}});
    expect_told(notification_kind::broken_connection, "A channel or a payment provider stopped working.",
                whoever_manages);
    forget_what_was_told();
  }
}

TEST_F(notices_kinds_test, a_key_that_works_again_meanwhile_is_neither_mailed_nor_pushed) {
  sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, created_at) VALUES ('" +
      to_string(id_of<payment_connection_id>(90)) + "', '" + to_string(ada) +
      "', 'paystack', 'test', 'sealed', 0)");
  auto broken = key_word(false, noon);
  broken.tasks = {{ada, std::nullopt, plain_id(70), "payment_connection", refusal, noon}};
  happens(broken);
  tell_all();
  happens(key_word(true, noon + 1s));
  expect_shown_in_the_app_alone(whoever_manages);
}

TEST_F(notices_kinds_test, a_plan_of_which_80_percent_are_used_and_then_all_each_once) {
  const change_set near{.plan_warnings = {{ada, "2026-11", 80, 100, noon}}};
  happens(near);
  expect_told(notification_kind::quota, "80 % of your plan are used.", whoever_manages);
  EXPECT_EQ(apply(near).outcome, commit_outcome::refused) << "it was given";
  forget_what_was_told();
  happens({.plan_warnings = {{ada, "2026-11", 100, 100, noon}}});
  expect_told(notification_kind::quota, "Your plan is used up.", whoever_manages);
  forget_what_was_told();
  happens({.plan_warnings = {{ada, "2026-12", 80, 100, noon}}});
  expect_told(notification_kind::quota, "80 % of your plan are used.", whoever_manages);
}

TEST_F(notices_kinds_test, of_two_warnings_that_are_told_together_the_graver_is_said) {
  only(owner);
  happens({.plan_warnings = {{ada, "2026-11", 80, 100, noon}}});
  happens({.plan_warnings = {{ada, "2026-11", 100, 100, noon}}});
  tell_all();
  EXPECT_EQ(number("SELECT count(*) FROM notifications"), 2);
  send_all();
  EXPECT_THAT(mails(), testing::ElementsAre(testing::EndsWith(": Your plan is used up.")));
}

TEST_F(notices_kinds_test, each_is_told_by_the_ways_that_were_chosen_and_no_other) {
  only(owner);
  std::uint32_t n = 70;
  for (const int ways : {1, 2, 4}) {
    forget_what_was_told();
    choose(owner, ways);
    happens({.tasks = {a_task("payment_review", std::to_string(ways), n + 1),
                       a_task("payment_connection", std::to_string(ways), n + 2)},
             .plan_warnings = {{ada, "2026-0" + std::to_string(ways), 80, 100, noon}}});
    n += 2;
    tell_all();
    send_all();
    EXPECT_EQ(number("SELECT count(*) FROM notifications"), 3) << ways;
    EXPECT_EQ(number("SELECT count(*) FROM notifications WHERE in_app"), ways == 1 ? 3 : 0) << ways;
    EXPECT_THAT(mails(), SizeIs(ways == 2 ? 1 : 0)) << ways;
    EXPECT_EQ(jobs_of("push"), ways == 4 ? 1 : 0) << ways;
  }
}

}  // namespace
}  // namespace sellavie::storage
