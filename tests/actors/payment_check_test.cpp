// A look at a payment: what a poll, an event or a returning customer makes of it.

#include "actors/payment_check.hpp"
#include "actors/order_desk.hpp"
#include "actors/payment_worker.hpp"

#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::check_outcome;
using actors::payment_check;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(payment_check_schedule, looks_after_1_3_10_30_and_60_minutes_and_then_every_hour) {
  const instant made = instant_from_ms(1'700'000'000'000);
  std::vector<long> minutes;
  for (instant now = made; minutes.size() < 8; now = actors::next_look(made, now))
    minutes.push_back((actors::next_look(made, now) - made) / 1min);
  EXPECT_THAT(minutes, ElementsAre(1, 3, 10, 30, 60, 120, 180, 240));
  EXPECT_EQ(actors::next_look(made, made + 5min), made + 10min)
      << "looks that were missed are not made up for";
  EXPECT_EQ(actors::next_look(made, made - 1h), made + 1min) << "a clock that went back";
}

TEST(payment_check_payload, names_a_payment_or_is_nothing) {
  const auto poll = actors::poll_of("sv-1-1", {}, {}, instant_from_ms(0));
  EXPECT_EQ(poll.kind, actors::payment_check_job);
  EXPECT_EQ(poll.unique_key, "poll.sv-1-1");
  EXPECT_EQ(poll.due_at, instant_from_ms(60'000));
  EXPECT_EQ(actors::read_check(poll.payload)->reference, "sv-1-1");
  EXPECT_EQ(actors::read_check(poll.payload)->noticed_by, payment_hint::poll);
  const auto event = actors::read_check(
      R"({"connection":"00000000-0000-7000-8000-000000000001","reference":"","transaction":"77","kind":"refund","source":"event"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->noticed_by, payment_hint::event);
  EXPECT_EQ(event->transaction, "77");
  EXPECT_FALSE(event->connection.is_nil());
  for (const auto* bad : {"", "[]", "{}", "null", R"({"reference":7})", R"({"reference":""})", "\xff",
                          R"({"connection":"00000000-0000-7000-8000-000000000001"})"})
    EXPECT_FALSE(actors::read_check(bad)) << bad;
}

// --- what becomes of the job that had a look ---

struct look_end {
  check_outcome outcome;
  payment_hint by;
  std::chrono::hours age;
  const char* end;
};

std::string name_of(const actors::job_end& end) {
  if (const auto* failure = std::get_if<actors::job_ends::failed>(&end)) return failure->code;
  return std::holds_alternative<actors::job_ends::again_at>(end) ? "again" : "done";
}

TEST(payment_check_end, a_poll_goes_on_while_money_may_come_and_an_event_is_done_or_tried_again) {
  constexpr auto young = 2h;
  constexpr auto old = actors::polls_go_on;
  using enum payment_hint;
  const look_end ends[] = {
      {check_outcome::open, poll, young, "again"},
      {check_outcome::open, poll, old, "done"},
      {check_outcome::open, event, young, "done"},
      {check_outcome::silent, poll, young, "again"},
      {check_outcome::silent, poll, old, "provider_silent"},
      {check_outcome::silent, event, young, "provider_silent"},
      {check_outcome::unknown, poll, young, "done"},
      {check_outcome::unknown, event, young, "payment_unknown"},
      {check_outcome::settled, poll, young, "done"},
      {check_outcome::settled, event, young, "done"},
      {check_outcome::strange, poll, young, "done"},
      {check_outcome::strange, event, young, "done"},
  };
  const instant now = instant_from_ms(1'700'000'000'000);
  for (const auto& one : ends) {
    storage::claimed_job job;
    job.created_at = now - one.age;
    const auto end = actors::end_after({one.outcome}, {.noticed_by = one.by}, job, now);
    EXPECT_EQ(name_of(end), one.end) << to_string(one.outcome) << " by " << to_string(one.by) << " "
                                     << one.age.count() << " h";
    if (const auto* later = std::get_if<actors::job_ends::again_at>(&end)) {
      EXPECT_EQ(later->at, actors::next_look(job.created_at, now));
    }
  }
}

struct payment_checks : checkout {
  std::string link;
  std::optional<actors::payment_checked> checked;
  std::optional<errc> failure;

  payment_checks() { link = gets_a_link(); }
  void look(payment_check wanted) {
    checked.reset();
    failure.reset();
    const actors::check_business_payment asked{world.shop, std::move(wanted)};
    world.system->spawn([this, asked](caf::event_based_actor* self) {
      self->request(world.registry, caf::infinite, asked)
          .then([this](const actors::payment_checked& found) { checked = found; },
                [this](const caf::error& why) { failure = actors::code_of(why); });
    });
    world.run();
  }
  void provider_answers(actors::outbound_response response) {
    ASSERT_THAT(world.outside->waiting, SizeIs(1));
    world.outside->answer(std::move(response));
    world.run();
  }
  void look_and_hear(payment_check wanted, const std::string& status, std::int64_t amount = 3'000'000) {
    look(std::move(wanted));
    provider_answers(http(200, verified(link, status, amount)));
  }
  /// The node has claimed it.
  void hold(const storage::job_id& job, std::int32_t claim) {
    world.store->rows.jobs[job] = {.row = {.id = job, .business = world.shop}, .state = 2, .claims = claim};
  }
  [[nodiscard]] std::vector<std::string> told() const { return world.texts(storage::message_origin::system); }
  /// Why the provider was asked that said this.
  [[nodiscard]] std::string noticed(const std::string& what) const {
    for (const auto& row : world.store->rows.timeline)
      if (row.what == what) return row.noticed_by;
    return "not there";
  }
};

TEST_F(payment_checks, a_link_that_was_made_is_looked_at_from_then_on) {
  const auto& jobs = world.store->rows.jobs;
  const auto poll = std::find_if(jobs.begin(), jobs.end(), [](const auto& entry) {
    return entry.second.row.kind == actors::payment_check_job;
  });
  ASSERT_NE(poll, jobs.end());
  const auto& job = poll->second.row;
  EXPECT_EQ(job.business, world.shop);
  EXPECT_EQ(job.unique_key, "poll." + link);
  EXPECT_EQ(actors::read_check(job.payload)->reference, link);
}

TEST_F(payment_checks, money_that_came_settles_its_order_and_its_customer_hears_of_it_once) {
  look_and_hear({.reference = link}, "success");
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->outcome, check_outcome::settled);
  EXPECT_EQ(world.orders().front().status, "paid");
  EXPECT_EQ(world.store->rows.payments.at(link).transaction, "77");
  ASSERT_THAT(told(), SizeIs(1));
  EXPECT_THAT(told().front(), HasSubstr("#"));
  EXPECT_THAT(world.store->rows.timeline,
              testing::Contains(testing::Field(&storage::timeline_row::actor, "provider:paystack")));
  look_and_hear({.reference = link}, "success");
  EXPECT_EQ(checked->outcome, check_outcome::settled);
  EXPECT_THAT(told(), SizeIs(1)) << "an event that comes twice says nothing new";
}

TEST_F(payment_checks, a_customer_who_asked_and_was_told_hears_nothing_more_from_the_event) {
  world.model->answers = {calls({{"check_payment", "{}"}}, "Let me look.")};
  world.customer_says("c1", "I have paid");
  world.advance(milliseconds{1300});
  provider_answers(http(200, verified(link, "success", 3'000'000)));
  world.advance(milliseconds{1300});
  ASSERT_EQ(world.orders().front().status, "paid");
  look_and_hear({.reference = link}, "success");
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(noticed("paid"), "chat");
}

class payment_noticed : public payment_checks, public testing::WithParamInterface<payment_hint> {};

TEST_P(payment_noticed, by_whatever_made_us_ask_stands_with_the_fact_and_with_nothing_else) {
  look_and_hear({.reference = link, .noticed_by = GetParam()}, "success");
  EXPECT_EQ(noticed("paid"), to_string(GetParam()));
  EXPECT_EQ(noticed("placed"), "");
  EXPECT_EQ(noticed("payment_link_recorded"), "");
  EXPECT_EQ(noticed("customer_told"), "");
}

TEST_P(payment_noticed, later_is_told_apart_from_what_was_noticed_first) {
  look_and_hear({.reference = link, .noticed_by = payment_hint::poll}, "success");
  look_and_hear({.reference = link, .kind = actors::check_kind::dispute, .noticed_by = GetParam()},
                "success");
  EXPECT_EQ(noticed("paid"), "poll");
  EXPECT_EQ(noticed("disputed"), to_string(GetParam()));
}

TEST_P(payment_noticed, under_review_says_so_as_well) {
  look_and_hear({.reference = link, .noticed_by = GetParam()}, "success", 2'999'999);
  EXPECT_EQ(noticed("payment_review: wrong_amount"), to_string(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(hints, payment_noticed,
                         testing::Values(payment_hint::event, payment_hint::poll,
                                         payment_hint::customer_return),
                         [](const auto& hint) { return std::string{to_string(hint.param)}; });

TEST_F(payment_checks, what_is_not_paid_yet_is_looked_at_again) {
  look_and_hear({.reference = link}, "abandoned");
  EXPECT_EQ(checked->outcome, check_outcome::open);
  look_and_hear({.reference = link}, "ongoing");
  EXPECT_EQ(checked->outcome, check_outcome::open);
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(payment_checks, money_that_does_not_fit_goes_to_people_and_the_customer_is_told_nothing) {
  look_and_hear({.reference = link}, "success", 2'999'999);
  EXPECT_EQ(checked->outcome, check_outcome::settled);
  EXPECT_EQ(world.tasks("payment_review"), 1U);
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(payment_checks, a_provider_that_does_not_say_decides_nothing) {
  for (const auto& answer : {http(503, ""), lost_answer(), http(200, "<html>"), http(200, "{}")}) {
    look({.reference = link});
    provider_answers(answer);
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->outcome, check_outcome::silent);
  }
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
}

TEST_F(payment_checks, a_job_ends_in_the_transaction_of_what_it_found) {
  const storage::job_id job = world.ids->next_as<storage::job_id>();
  hold(job, 1);
  look({.reference = link, .finishes = storage::job_hold{job, world.shop, 1}});
  EXPECT_TRUE(world.store->rows.jobs.contains(job));
  provider_answers(http(200, verified(link, "success", 3'000'000)));
  EXPECT_FALSE(world.store->rows.jobs.contains(job));
  hold(job, 2);
  const auto commits = world.store->commits;
  look({.reference = link, .finishes = storage::job_hold{job, world.shop, 2}});
  provider_answers(http(200, verified(link, "success", 3'000'000)));
  EXPECT_EQ(checked->outcome, check_outcome::settled);
  EXPECT_EQ(world.store->commits, commits) << "nothing was left to decide: its runner ends it, among others";
}

TEST_F(payment_checks, a_job_stays_when_the_desks_commit_does_not_go_through) {
  const storage::job_id job = world.ids->next_as<storage::job_id>();
  hold(job, 1);
  look({.reference = link, .finishes = storage::job_hold{job, world.shop, 1}});
  world.store->away = true;
  provider_answers(http(200, verified(link, "success", 3'000'000)));
  world.store->away = false;
  EXPECT_TRUE(world.store->rows.jobs.contains(job));
  EXPECT_FALSE(checked);
  EXPECT_TRUE(failure);
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
}

TEST_F(payment_checks, a_reference_that_nobody_knows_yet_is_waited_for_and_in_the_end_its_sender_is_asked) {
  const std::string stranger = "sv-00000000000070008000000000000099-1";
  look({.reference = stranger, .connection = world.till});
  EXPECT_THAT(world.outside->waiting, IsEmpty()) << "nobody is asked about what may become known";
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->outcome, check_outcome::unknown);
  look({.reference = stranger, .connection = world.till, .is_last = true});
  provider_answers(http(200, verified(stranger, "success", 5)));
  EXPECT_EQ(checked->outcome, check_outcome::settled);
  EXPECT_EQ(world.tasks("payment_review"), 1U) << "money without an order is for people";
}

TEST_F(payment_checks, a_store_that_cannot_be_read_says_nothing_about_a_payment) {
  world.store->away = true;
  look({.reference = link});
  world.store->away = false;
  EXPECT_FALSE(failure);
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->outcome, check_outcome::silent);
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
}

TEST_F(payment_checks, money_on_its_way_to_a_closed_order_is_looked_at_until_it_has_come) {
  world.jump(2h);
  caf::anon_send(world.desk, actors::expire_orders{{link}});
  world.run();
  ASSERT_EQ(world.orders().front().status, "cancelled");
  look_and_hear({.reference = link}, "processing");
  EXPECT_EQ(checked->outcome, check_outcome::open);
  look_and_hear({.reference = link}, "success");
  EXPECT_EQ(checked->outcome, check_outcome::settled);
  EXPECT_EQ(world.tasks("payment_review"), 1U);
  EXPECT_THAT(told(), IsEmpty()) << "a closed order is not called paid";
}

TEST_F(payment_checks, what_becomes_of_the_money_later_is_not_told_as_if_it_were_paid_again) {
  look_and_hear({.reference = link}, "success");
  ASSERT_THAT(told(), SizeIs(1));
  look_and_hear({.reference = link, .kind = actors::check_kind::dispute}, "success");
  EXPECT_EQ(world.orders().front().dispute, "open");
  look_and_hear({.reference = link, .kind = actors::check_kind::dispute}, "reversed");
  EXPECT_THAT(told(), SizeIs(1));
}

TEST_F(payment_checks, money_of_another_till_of_the_shop_is_none_of_ours) {
  look({.transaction = "77", .connection = world.till});
  provider_answers(http(200, verified("receipt-55", "success", 3'000'000)));
  EXPECT_EQ(checked->outcome, check_outcome::strange);
  EXPECT_EQ(world.tasks("payment_review"), 0U);
}

TEST_F(payment_checks, money_of_another_shop_at_the_same_account_is_booked_there_alone) {
  world.store->rows.orders.begin()->second.business = world.other_shop;
  const auto ours = world.store->rows.payments.extract(link);
  look({.reference = link, .connection = world.till, .is_last = true});
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->outcome, check_outcome::strange);
  look({.transaction = "77", .connection = world.till});
  provider_answers(http(200, verified(link, "success", 3'000'000)));
  EXPECT_EQ(checked->outcome, check_outcome::strange) << "an event that names the transaction alone";
  EXPECT_EQ(world.tasks("payment_review"), 0U);
}

TEST_F(payment_checks, an_account_that_was_taken_away_is_asked_no_more) {
  look({.transaction = "77", .connection = world.ids->next_as<payment_connection_id>()});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->outcome, check_outcome::strange);
  EXPECT_THAT(world.outside->waiting, IsEmpty());
}

}  // namespace
}  // namespace sellavie::test
