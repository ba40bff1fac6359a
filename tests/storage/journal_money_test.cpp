// Money after it came, as the journal writes it: payment records, refunds and reviews, each by its version.

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

class journal_money_test : public spine_test {
 protected:
  static inline const order_id order = id_of<order_id>(40);

  void SetUp() override {
    spine_test::SetUp();
    change_set set;
    set.orders = {an_order(40, 1)};
    set.payment_records = {a_payment()};
    ASSERT_EQ(apply(set), commit_outcome::committed);
  }
  commit_outcome apply(const change_set& set) { return commit(store, {set}).outcome; }

  static payment_record_row a_payment() {
    return {.id = id_of<payment_id>(60),
            .business = ada,
            .reference = "r60",
            .transaction = "t60",
            .provider = "paystack",
            .mode = "test",
            .currency = "NGN",
            .received_minor = 500,
            .place = "on_order",
            .order = order,
            .received_at = noon};
  }
  static refund_row a_refund() {
    return {.id = id_of<refund_id>(70),
            .business = ada,
            .payment = id_of<payment_id>(60),
            .order = order,
            .amount_minor = 100,
            .currency = "NGN",
            .reason = "torn",
            .origin = "elsewhere",
            .state = "pending",
            .requested_by = "system",
            .requested_at = noon};
  }
  static review_row a_review() {
    return {.id = id_of<review_id>(80),
            .business = ada,
            .reference = "r61",
            .transaction = "t61",
            .reason = "unknown_order",
            .state = "open",
            .opened_at = noon};
  }
  template <class Row>
  static Row next(Row row) {
    row.prior_version = row.version++;
    return row;
  }

  postgres_unit_of_work store = writer();
};

TEST_F(journal_money_test, a_refund_becomes_what_its_provider_says_its_amount_too) {
  change_set set;
  set.refunds = {a_refund()};
  ASSERT_EQ(apply(set), commit_outcome::committed);
  auto told = next(a_refund());
  told.state = "succeeded";
  told.amount_minor = 80;
  told.provider_id = "R1";
  set.refunds = {told};
  ASSERT_EQ(apply(set), commit_outcome::committed);
  EXPECT_EQ(text("SELECT state || ' ' || amount_minor || ' ' || provider_id || ' ' || version FROM refunds"),
            "succeeded 80 R1 2");
  const auto found = reader().find_money({.business = ada, .refund = a_refund().id}).value();
  ASSERT_EQ(found.refunds.size(), 1U);
  EXPECT_EQ(found.refunds.front().amount_minor, 80);
}

TEST_F(journal_money_test, who_decided_on_what_is_overtaken_writes_nothing) {
  change_set set;
  set.refunds = {a_refund()};
  set.reviews = {a_review()};
  ASSERT_EQ(apply(set), commit_outcome::committed);
  change_set first;
  first.refunds = {next(a_refund())};
  first.payment_records = {next(a_payment())};
  first.reviews = {next(a_review())};
  ASSERT_EQ(apply(first), commit_outcome::committed);
  for (int which = 0; which < 3; ++which) {
    change_set late;
    late.messages = {a_message(1, true, "refunded")};
    if (which == 0) late.refunds = first.refunds;
    if (which == 1) late.payment_records = first.payment_records;
    if (which == 2) late.reviews = first.reviews;
    EXPECT_EQ(apply(late), commit_outcome::refused) << which;
  }
  EXPECT_EQ(count("messages"), 0);
}

TEST_F(journal_money_test, two_of_one_batch_that_change_the_same_refund_are_not_both_written) {
  change_set set;
  set.refunds = {a_refund()};
  ASSERT_EQ(apply(set), commit_outcome::committed);
  set.refunds = {next(a_refund())};
  EXPECT_EQ(commit(store, {set, set}).outcome, commit_outcome::refused);
  EXPECT_EQ(apply(set), commit_outcome::committed);
}

TEST_F(journal_money_test, a_review_of_no_order_of_ours_is_closed_with_its_task_and_its_person) {
  change_set set;
  set.reviews = {a_review()};
  set.tasks = {{ada, std::nullopt, ids.next(), "payment_review", "unknown_order r61 t61", noon}};
  ASSERT_EQ(apply(set), commit_outcome::committed);
  auto closed = next(a_review());
  closed.state = "dismissed";
  closed.resolved_by = "person:grace";
  closed.note = "another shop's";
  closed.resolved_at = noon;
  set = {};
  set.reviews = {closed};
  set.review_tasks_done = {{ada, "unknown_order r61 t61", noon}};
  ASSERT_EQ(apply(set), commit_outcome::committed);
  EXPECT_EQ(text("SELECT state || ' ' || resolved_by || ' ' || note FROM payment_reviews"),
            "dismissed person:grace another shop's");
  EXPECT_EQ(count("person_tasks WHERE done_at IS NOT NULL"), 1);
}

// --- keys that their provider refuses ---------------------------------------------------------------

class payment_key_words_test : public journal_money_test {
 protected:
  static inline const payment_connection_id till = id_of<payment_connection_id>(90);
  static constexpr const char* refusal = "Paystack refuses the test key.";

  void SetUp() override {
    journal_money_test::SetUp();
    sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, created_at) VALUES (" +
        quote(till) + "," + quote(ada) + ", 'paystack', 'test', 'sealed', 0)");
  }
  /// What the provider said, asked so many ms after noon.
  void hears(bool works, std::int64_t after, const std::string& sealed_key = "sealed") {
    change_set set;
    const instant at = noon + std::chrono::milliseconds{after};
    set.payment_keys = {{ada, till, works, refusal, at, sealed_key}};
    if (!works) set.tasks = {{ada, std::nullopt, ids.next(), "payment_connection", refusal, at}};
    ASSERT_EQ(apply(set), commit_outcome::committed);
  }
  [[nodiscard]] std::string standing() {
    return text("SELECT concat_ws(' ', broken_at - " + std::to_string(to_unix_ms(noon)) + ", checked_at - " +
                std::to_string(to_unix_ms(noon)) + ", last_error) FROM payment_connections");
  }
};

TEST_F(payment_key_words_test, make_an_account_broken_since_the_first_and_well_again_with_its_task_done) {
  hears(false, 10);
  EXPECT_EQ(standing(), "10 10 Paystack refuses the test key.");
  hears(false, 20);
  EXPECT_EQ(standing(), "10 20 Paystack refuses the test key.") << "since the first";
  EXPECT_EQ(count("person_tasks"), 1);
  hears(true, 30);
  EXPECT_EQ(standing(), "30 Paystack refuses the test key.") << "what it was stays to be read";
  EXPECT_EQ(count("person_tasks WHERE done_at IS NULL"), 0);
}

TEST_F(payment_key_words_test, that_come_late_or_of_a_former_key_say_nothing) {
  hears(true, 50);
  hears(false, 40);
  EXPECT_EQ(standing(), "50 ") << "somebody has asked later";
  sql("UPDATE payment_connections SET checked_at = NULL, connected_at = " +
      std::to_string(to_unix_ms(noon) + 100));
  hears(false, 60);
  EXPECT_EQ(standing(), "") << "it was another key's";
  hears(false, 200, "sealed before");
  EXPECT_EQ(standing(), "") << "it was another key's, asked after the change";
  hears(false, 210);
  hears(true, 220, "sealed before");
  EXPECT_EQ(count("person_tasks WHERE done_at IS NULL"), 1) << "that the former one works ends nothing";
}

TEST_F(payment_key_words_test, of_another_business_change_nothing_here) {
  change_set set;
  set.payment_keys = {{id_of<business_id>(99), till, false, refusal, noon, "sealed"}};
  ASSERT_EQ(apply(set), commit_outcome::committed);
  EXPECT_EQ(count("payment_connections WHERE broken_at IS NOT NULL"), 0);
}

}  // namespace
}  // namespace sellavie::storage
