// A refund on its way to the provider and to its end.

#include "actors/refund_run.hpp"
#include "actors/money_records.hpp"
#include "actors/payment_check.hpp"
#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct refunds : checkout {
  std::string link;
  std::optional<action_outcome> decided;
  std::optional<actors::refund_ran> ran;
  std::optional<actors::payment_checked> looked;
  std::optional<errc> failure;

  refunds() {
    link = gets_a_link();
    look_at(link);
    provider_answers(http(200, verified(link, "success", 3'000'000)));
  }
  template <class Answer, class Message>
  void ask(Message question, std::optional<Answer>& answer) {
    answer.reset();
    failure.reset();
    world.system->spawn([this, question, &answer](caf::event_based_actor* self) {
      self->request(world.registry, caf::infinite, question)
          .then([&answer](const Answer& given) { answer = given; },
                [this](const caf::error& why) { failure = actors::code_of(why); });
    });
    world.run();
  }
  void look_at(const std::string& reference, actors::check_kind kind = actors::check_kind::payment) {
    const auto hint = kind == actors::check_kind::payment ? payment_hint::poll : payment_hint::event;
    ask(actors::check_business_payment{world.shop,
                                       {.reference = reference, .kind = kind, .noticed_by = hint}},
        looked);
  }
  /// Why the provider was asked that said what begins like this.
  [[nodiscard]] std::string noticed(std::string_view what) const {
    for (const auto& row : world.store->rows.timeline)
      if (row.what.starts_with(what)) return row.noticed_by;
    return "not there";
  }
  void provider_answers(actors::outbound_response response) {
    ASSERT_THAT(world.outside->waiting, SizeIs(1));
    world.outside->answer(std::move(response));
    world.run();
  }
  /// Page after page; one that is empty is the last.
  void provider_lists(const std::string& page) {
    provider_answers(http(200, answer(page)));
    if (page != "[]") provider_answers(http(200, answer("[]")));
  }
  void wants_back(std::optional<std::int64_t> minor = {}) {
    desk::request_refund wish{.action_key = "r" + std::to_string(++wishes_),
                              .target = {{}, world.orders().front().id},
                              .reason = "torn"};
    if (minor) wish.amount = money{*minor, *parse_currency("NGN")};
    const auto key = wish.action_key;
    ask(actors::command_desk{world.shop, {std::move(wish), key, false, "person:grace"}}, decided);
    ASSERT_TRUE(decided);
    ASSERT_TRUE(decided->accepted) << to_string(decided->why);
  }
  [[nodiscard]] const storage::refund_row& stored() const {
    return world.store->rows.refunds.begin()->second;
  }
  void run_it() { ask(actors::run_business_refund{world.shop, {stored().id}}, ran); }
  [[nodiscard]] std::string told(const std::string& status, std::int64_t minor = 3'000'000,
                                 int id = 5) const {
    return R"({"id":)" + std::to_string(id) + R"(,"transaction":77,"status":")" + status + R"(","amount":)" +
           std::to_string(minor) + R"(,"currency":"NGN","merchant_note":")" + refund_key(stored().id) +
           R"("})";
  }
  static std::string answer(const std::string& data) { return R"({"status":true,"data":)" + data + "}"; }
  [[nodiscard]] const actors::outbound_request& asked() const {
    return world.outside->waiting.front().request;
  }

 private:
  int wishes_ = 0;
};

TEST_F(refunds, one_that_is_agreed_brings_its_own_background_work) {
  wants_back();
  EXPECT_EQ(stored().state, "approved");
  const auto has_kind = [](const auto& entry) { return entry.second.row.kind == actors::refund_job; };
  const auto& jobs = world.store->rows.jobs;
  const auto job = std::find_if(jobs.begin(), jobs.end(), has_kind);
  ASSERT_NE(job, jobs.end());
  EXPECT_THAT(job->second.row.payload, HasSubstr(to_string(stored().id)));
  EXPECT_THAT(world.outside->waiting, IsEmpty()) << "the desk waits for no provider";
}

TEST_F(refunds, is_written_as_begun_before_the_provider_hears_of_it_and_ends_with_its_word) {
  wants_back();
  run_it();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(stored().state, "sending");
  EXPECT_EQ(asked().method, "POST");
  EXPECT_THAT(asked().url, HasSubstr("/refund"));
  EXPECT_THAT(asked().body, HasSubstr(refund_key(stored().id)));
  provider_answers(http(200, answer(told("processed"))));
  ASSERT_TRUE(ran);
  EXPECT_FALSE(ran->again_at);
  EXPECT_EQ(stored().state, "succeeded");
  EXPECT_EQ(world.orders().front().status, "refunded");
  EXPECT_EQ(noticed("refund_succeeded"), "") << "it is the answer to our own call";
  EXPECT_EQ(world.store->rows.payment_records.begin()->second.returned_minor, 3'000'000);
  run_it();
  EXPECT_THAT(world.outside->waiting, IsEmpty()) << "what is over is not begun again";
}

struct credit_notes : refunds {
  order_id order = world.orders().front().id;

  std::optional<action_outcome> issue(invoice_kind kind = invoice_kind::invoice) {
    std::optional<action_outcome> issued;
    ask(actors::invoice_order{world.shop, {order, "system", {}, kind}}, issued);
    return issued;
  }
  /// As its background work does: until none is due.
  void credit() {
    while (issue(invoice_kind::credit_note)->accepted) {
    }
  }
  [[nodiscard]] std::size_t jobs() const {
    const auto& all = world.store->rows.jobs;
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& entry) {
      return entry.second.row.kind == actors::credit_note_job;
    }));
  }
  void goes_back(std::int64_t minor, int id) {
    wants_back(minor);
    const auto& all = world.store->rows.refunds;
    const auto fresh = std::find_if(all.begin(), all.end(),
                                    [](const auto& entry) { return entry.second.state == "approved"; });
    ASSERT_NE(fresh, all.end());
    ask(actors::run_business_refund{world.shop, {fresh->first}}, ran);
    provider_answers(
        http(200, answer(R"({"id":)" + std::to_string(id) +
                         R"(,"transaction":77,"status":"processed","amount":)" + std::to_string(minor) +
                         R"(,"currency":"NGN","merchant_note":")" + refund_key(fresh->first) + R"("})")));
  }
  [[nodiscard]] std::vector<std::int64_t> notes() const {
    std::vector<std::int64_t> found;
    for (const auto& row : world.store->rows.invoices)
      if (row.kind == "credit_note") found.push_back(row.total_minor);
    return found;
  }
};

TEST_F(credit_notes, correct_the_invoice_of_an_order_whose_money_is_all_back_once) {
  issue();
  EXPECT_FALSE(issue(invoice_kind::credit_note)->accepted) << "nothing went back yet";
  goes_back(3'000'000, 5);
  EXPECT_THAT(jobs(), testing::Ge(1U));
  credit();
  credit();
  ASSERT_THAT(notes(), testing::ElementsAre(3'000'000));
  const auto& note = world.store->rows.invoices.back();
  EXPECT_EQ(note.series, "CRN");
  EXPECT_EQ(note.number, 1);
  EXPECT_EQ(note.corrects, "INV-000001");
  EXPECT_EQ(note.refund, stored().id);
  EXPECT_EQ(note.lines, world.store->rows.invoices.front().lines);
}

TEST_F(credit_notes, follow_each_part_that_goes_back) {
  issue();
  goes_back(1'000'000, 5);
  EXPECT_THAT(jobs(), testing::Ge(1U));
  credit();
  EXPECT_THAT(notes(), testing::ElementsAre(1'000'000));
  goes_back(500'000, 6);
  goes_back(1'500'000, 7);
  credit();
  credit();
  EXPECT_THAT(notes(), testing::UnorderedElementsAre(1'000'000, 500'000, 1'500'000));
  EXPECT_EQ(world.store->rows.invoices.back().number, 3);
  EXPECT_EQ(world.store->rows.invoices.back().lines, "[]");
  EXPECT_EQ(world.orders().front().status, "refunded");
}

TEST_F(credit_notes, that_cannot_be_made_are_seen_to_fail) {
  ASSERT_TRUE(issue(invoice_kind::invoice)->accepted);
  wants_back();
  run_it();
  provider_answers(http(200, answer(told("processed"))));
  world.store->rows.refunds.begin()->second.currency = "USD";
  issue(invoice_kind::credit_note);
  EXPECT_TRUE(failure) << "its job is tried again, and ends among the dead ones";
  EXPECT_THAT(world.store->rows.invoices, SizeIs(1));
  EXPECT_THAT(*world.logged, Contains(HasSubstr("credit_note_not_made")));
}

TEST_F(credit_notes, go_by_mail_too_to_a_customer_who_left_an_address) {
  world.settings->smtp.url = config::secret{"smtp://mail.example"};
  for (auto& [id, contact] : world.store->rows.contacts) contact.email = "chidi@example.com";
  issue();
  goes_back(1'000'000, 5);
  credit();
  ASSERT_THAT(world.store->rows.mails, SizeIs(2));
  EXPECT_EQ(world.store->rows.mails.back().kind, "credit_note");
  EXPECT_THAT(world.store->rows.invoice_links, SizeIs(2)) << "a link each";
}

TEST_F(credit_notes, that_are_due_follow_an_invoice_that_is_issued_after_the_refund) {
  goes_back(1'000'000, 5);
  credit();
  EXPECT_THAT(notes(), IsEmpty()) << "there is nothing to correct";
  world.store->rows.jobs.clear();
  issue();
  EXPECT_EQ(jobs(), 1U);
  credit();
  EXPECT_THAT(notes(), testing::ElementsAre(1'000'000));
  issue();
  EXPECT_THAT(world.store->rows.invoices, SizeIs(2));
}

TEST_F(refunds, a_part_leaves_the_order_paid_and_more_than_the_rest_is_refused) {
  wants_back(1'000'000);
  run_it();
  provider_answers(http(200, answer(told("processed", 1'000'000))));
  EXPECT_EQ(world.orders().front().status, "paid");
  EXPECT_EQ(world.orders().front().refunded_minor, 1'000'000);
  ask(actors::command_desk{world.shop,
                           {desk::request_refund{.action_key = "more",
                                                 .target = {{}, world.orders().front().id},
                                                 .amount = money{2'000'001, *parse_currency("NGN")},
                                                 .reason = "torn"},
                            "more", false, "person:grace"}},
      decided);
  EXPECT_EQ(decided->why, refusal::refund_exceeds);
}

TEST_F(refunds, one_that_takes_its_time_is_followed) {
  wants_back();
  run_it();
  provider_answers(http(200, answer(told("pending"))));
  EXPECT_EQ(stored().state, "pending");
  ASSERT_TRUE(ran->again_at);
  EXPECT_EQ(*ran->again_at, world.time->now() + 20s);
  world.jump(20s);
  run_it();
  EXPECT_EQ(asked().method, "GET");
  provider_lists("[" + told("processed") + "]");
  EXPECT_EQ(stored().state, "succeeded");
  EXPECT_FALSE(ran->again_at);
}

TEST_F(refunds, after_a_lost_answer_the_refunds_are_listed_before_anything_is_repeated) {
  wants_back();
  run_it();
  provider_answers(lost_answer());
  EXPECT_EQ(stored().state, "sending");
  ASSERT_TRUE(ran->again_at);
  world.jump(*ran->again_at - world.time->now());
  run_it();
  EXPECT_EQ(asked().method, "GET") << "looked for, not sent again";
  provider_lists("[" + told("processed") + "]");
  EXPECT_EQ(stored().state, "succeeded");
  EXPECT_EQ(world.orders().front().status, "refunded");
}

TEST_F(refunds, one_that_is_proved_absent_is_sent_again_under_the_same_key) {
  wants_back();
  run_it();
  const auto first = asked().body;
  provider_answers(lost_answer());
  world.jump(*ran->again_at - world.time->now());
  run_it();
  provider_lists("[]");
  EXPECT_EQ(stored().state, "approved");
  run_it();
  EXPECT_EQ(asked().body, first);
  provider_answers(http(200, answer(told("processed"))));
  EXPECT_EQ(stored().state, "succeeded");
}

TEST_F(refunds, a_list_that_cannot_be_read_to_its_end_proves_nothing_absent) {
  wants_back(1'000'000);
  run_it();
  provider_answers(lost_answer());
  world.jump(*ran->again_at - world.time->now());
  run_it();
  provider_answers(http(
      200,
      answer(
          R"([{"id":9,"transaction":77,"status":"processed","amount":500000,"currency":"NGN","merchant_note":"by hand"}])")));
  provider_answers(http(503, ""));
  EXPECT_THAT(world.store->rows.refunds, SizeIs(2)) << "the first page was heard";
  EXPECT_EQ(stored().state, "sending");
  ASSERT_TRUE(ran);
  EXPECT_TRUE(ran->again_at);
}

TEST_F(refunds, a_server_that_died_after_the_call_looks_before_it_sends_again) {
  wants_back();
  run_it();
  ASSERT_EQ(stored().state, "sending");
  world.outside->waiting.clear();
  world.restart();
  world.jump(3min);
  run_it();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(asked().method, "GET");
}

TEST_F(refunds, what_the_provider_refuses_has_failed_and_people_are_told) {
  wants_back();
  run_it();
  provider_answers(http(400, R"({"status":false,"code":"insufficient_balance","message":"no"})"));
  EXPECT_EQ(stored().state, "failed");
  EXPECT_THAT(stored().note, HasSubstr("insufficient_balance"));
  EXPECT_EQ(world.tasks("refund_failed"), 1U);
  EXPECT_EQ(world.orders().front().status, "paid");
}

TEST_F(refunds, a_repeated_call_that_is_refused_is_looked_for_and_not_given_up) {
  wants_back();
  run_it();
  provider_answers(lost_answer());
  world.jump(*ran->again_at - world.time->now());
  run_it();
  provider_lists("[]");
  run_it();
  provider_answers(http(400, R"({"status":false,"code":"invalid_amount","message":"no"})"));
  EXPECT_EQ(stored().state, "sending") << "the first call may have come through after all";
  EXPECT_EQ(world.tasks("refund_failed"), 0U);
  ASSERT_TRUE(ran->again_at);
  world.jump(*ran->again_at - world.time->now());
  run_it();
  provider_lists("[" + told("processed") + "]");
  EXPECT_EQ(stored().state, "succeeded");
}

TEST_F(refunds, one_that_a_dispute_holds_up_waits_for_a_person) {
  wants_back();
  look_at(link, actors::check_kind::dispute);
  provider_answers(http(200, verified(link, "success", 3'000'000)));
  run_it();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  EXPECT_EQ(stored().state, "approved");
  ASSERT_TRUE(ran->again_at);
  EXPECT_EQ(*ran->again_at, world.time->now() + 1h);
}

TEST_F(refunds, one_made_in_the_providers_dashboard_is_found_by_its_event) {
  look_at(link, actors::check_kind::refund);
  provider_answers(http(200, verified(link, "reversed", 3'000'000)));
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(asked().url, HasSubstr("/refund?transaction=77"));
  provider_lists(
      R"([{"id":9,"transaction":77,"status":"processed","amount":3000000,"currency":"NGN","merchant_note":"by hand"}])");
  ASSERT_THAT(world.store->rows.refunds, SizeIs(1));
  EXPECT_EQ(stored().origin, "elsewhere");
  EXPECT_EQ(world.orders().front().status, "refunded");
  EXPECT_EQ(noticed("refund_succeeded"), "event");
}

TEST_F(refunds, disputed_money_freezes_its_order) {
  look_at(link, actors::check_kind::dispute);
  provider_answers(http(200, verified(link, "success", 3'000'000)));
  EXPECT_EQ(world.orders().front().dispute, "open");
  EXPECT_EQ(world.tasks("dispute"), 1U);
  ask(actors::command_desk{world.shop,
                           {desk::mark_fulfilled{"f1", {{}, world.orders().front().id}, "rider"}, "f1", false,
                            "person:grace"}},
      decided);
  EXPECT_EQ(decided->why, refusal::disputed);
}

TEST_F(refunds, an_account_that_was_taken_away_sends_nothing_back) {
  wants_back();
  world.store->rows.businesses.at(world.shop).payments.clear();
  ++world.store->rows.businesses.at(world.shop).version;
  caf::anon_send(world.registry, actors::directory_changed{{world.shop}});
  world.run();
  run_it();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  EXPECT_EQ(stored().state, "failed");
}

}  // namespace
}  // namespace sellavie::test
