// Payments, refunds and reviews as people list them: filters, pages, what belongs together, and nothing of another business.

#include "protocol/domain/order.hpp"
#include "storage/api/businesses.hpp"
#include "storage/api/connections.hpp"
#include "storage/api/payments.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class money_lists_test : public spine_test {
 protected:
  static inline const order_id order = id_of<order_id>(40);
  static inline const business_id kofi = id_of<business_id>(90);

  /// An order with its money, of which a part goes back; money under review; a provider that was silent.
  void SetUp() override {
    spine_test::SetUp();
    sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(kofi) +
        ", 'kofi', 'Kofi Sound', 'GHS', 'Africa/Accra', 0)");
    sql("INSERT INTO orders (id, business_id, number, conversation_id, contact_id, status, currency, total_minor, idempotency_key, "
        "version, created_at, wished_at, received_minor, refunded_minor, dispute) VALUES (" +
        quote(order) + "," + quote(ada) + ", 1042, " + quote(chat) + "," + quote(chidi) +
        ", 'paid', 'NGN', 500, 'k', 1, 1, 1, 500, 100, 'open')");
    money(60, "on_order", quote(order), "paystack", 10);
    money(61, "in_review", "NULL", "stripe", 20);
    money(62, "dismissed", "NULL", "stripe", 30);
    refund(70, 60, quote(order), "succeeded", 11);
    refund(71, 60, quote(order), "awaiting_approval", 12);
    refund(72, 61, "NULL", "approved", 21);
    review(80, "r61", "t61", "wrong_amount", "refunding", 20);
    review(81, "r62", "t62", "unknown_order", "dismissed", 30);
    review(82, "r63", "", "not_answered", "open", 5);
  }

  void money(std::uint32_t n, const std::string& place, const std::string& belongs_to,
             const std::string& provider, int at) const {
    const auto text = std::to_string(n);
    sql("INSERT INTO payment_records (id, business_id, reference, transaction, provider, mode, currency, received_minor, place, "
        "order_id, received_at, version) VALUES (" +
        quote(id_of<payment_id>(n)) + "," + quote(ada) + ", 'r" + text + "', 't" + text + "', '" + provider +
        "', 'test', 'NGN', 500, '" + place + "', " + belongs_to + ", " + std::to_string(at) + ", 1)");
  }
  void refund(std::uint32_t n, std::uint32_t of, const std::string& belongs_to, const std::string& state,
              int at) const {
    sql("INSERT INTO refunds (id, business_id, payment_id, order_id, amount_minor, currency, reason, returns_goods, origin, state, "
        "requested_by, requested_at, version) VALUES (" +
        quote(id_of<refund_id>(n)) + "," + quote(ada) + "," + quote(id_of<payment_id>(of)) + "," +
        belongs_to + ", 100, 'NGN', 'torn', true, 'here', '" + state + "', 'person:x', " +
        std::to_string(at) + ", 1)");
  }
  void review(std::uint32_t n, const std::string& reference, const std::string& transaction,
              const std::string& reason, const std::string& state, int at) const {
    sql("INSERT INTO payment_reviews (id, business_id, reference, transaction, reason, state, opened_at, version) VALUES (" +
        quote(id_of<review_id>(n)) + "," + quote(ada) + ", '" + reference + "', '" + transaction + "', '" +
        reason + "', '" + state + "', " + std::to_string(at) + ", 1)");
  }

  template <class Row>
  static auto ids_in(const result<listed_page<Row>>& page) {
    if (!page) throw std::runtime_error(test::why(page));
    std::vector<decltype(Row::id)> ids;
    for (const auto& row : page.value().rows) ids.push_back(row.id);
    return ids;
  }
  auto payments(const received_filter& filter) { return ids_in(list_received(store, ada, filter, {}, 50)); }
  auto refunds(const refund_filter& filter) { return ids_in(list_refunds(store, ada, filter, {}, 50)); }
  auto reviews(const review_filter& filter) { return ids_in(list_reviews(store, ada, filter, {}, 50)); }
  static payment_id payment(std::uint32_t n) { return id_of<payment_id>(n); }
  static refund_id back(std::uint32_t n) { return id_of<refund_id>(n); }
  static review_id looked(std::uint32_t n) { return id_of<review_id>(n); }

  api_session store{database.access(), "money_lists_test"};
};

TEST_F(money_lists_test, refunds_that_succeeded_are_those_of_the_money_on_the_order) {
  refund(73, 62, quote(order), "succeeded", 31);
  const auto found = reader().find_returned(ada, id_of<order_id>(40)).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().refund, id_of<refund_id>(70));
  EXPECT_EQ(found.front().amount_minor, 100);
  EXPECT_EQ(found.front().currency, "NGN");
}

TEST_F(money_lists_test, a_refund_has_one_credit_note_and_what_went_back_without_one_has_one) {
  const auto note = [&](std::uint32_t n, const std::string& of, const std::string& kind = "credit_note") {
    sql("INSERT INTO invoices (id, business_id, series, number, kind, order_id, currency, total_minor, lines, issued_at, refund_id) "
        "VALUES (" +
        quote(id_of<invoice_id>(n)) + "," + quote(ada) + ", 'CRN', " + std::to_string(n) + ", '" + kind +
        "', " + quote(order) + ", 'NGN', 100, '[]', 1, " + of + ")");
  };
  const auto refund = [](std::uint32_t n) { return quote(id_of<refund_id>(n)); };
  note(90, refund(70));
  note(91, refund(71));
  note(92, "NULL");
  EXPECT_ANY_THROW(note(93, refund(70))) << "one a refund";
  EXPECT_ANY_THROW(note(94, "NULL")) << "one an order";
  EXPECT_ANY_THROW(note(95, refund(72), "invoice")) << "an invoice is of no refund";
  EXPECT_ANY_THROW(note(96, refund(79))) << "of nothing";
  const auto all = reader().find_invoices(ada, order).value();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[1].refund, id_of<refund_id>(71));
  EXPECT_FALSE(all[2].refund);
}

TEST_F(money_lists_test, payments_are_newest_first_and_found_by_place_provider_order_and_time) {
  EXPECT_THAT(payments({}), ElementsAre(payment(62), payment(61), payment(60)));
  EXPECT_THAT(payments({.oldest_first = true}), ElementsAre(payment(60), payment(61), payment(62)));
  EXPECT_THAT(payments({.place = "in_review"}), ElementsAre(payment(61)));
  EXPECT_THAT(payments({.provider = "stripe"}), ElementsAre(payment(62), payment(61)));
  EXPECT_THAT(payments({.provider = "stripe", .order = order}), IsEmpty());
  EXPECT_THAT(payments({.order = order}), ElementsAre(payment(60)));
  EXPECT_THAT(payments({.since = instant_from_ms(20), .until = instant_from_ms(30)}),
              ElementsAre(payment(61)));
}

TEST_F(money_lists_test, a_page_goes_on_behind_its_last_row) {
  const auto first = list_received(store, ada, {}, {}, 2);
  EXPECT_THAT(ids_in(first), ElementsAre(payment(62), payment(61)));
  const auto second = list_received(store, ada, {}, first.value().next, 2);
  EXPECT_THAT(ids_in(second), ElementsAre(payment(60)));
  EXPECT_FALSE(second.value().next);
}

TEST_F(money_lists_test, a_payment_is_shown_with_its_order_its_refunds_and_its_review) {
  const auto on_order = find_received(store, ada, payment(60)).value();
  ASSERT_TRUE(on_order);
  EXPECT_EQ(on_order->summary.order_number, 1042);
  EXPECT_EQ(on_order->summary.customer, chidi);
  ASSERT_THAT(on_order->refunds, SizeIs(2));
  EXPECT_EQ(on_order->refunds.front().id, back(71)) << "the newest first";
  EXPECT_FALSE(on_order->review);
  const auto in_review = find_received(store, ada, payment(61)).value();
  ASSERT_TRUE(in_review && in_review->review);
  EXPECT_EQ(in_review->review->id, looked(80));
  EXPECT_FALSE(in_review->summary.order);
}

TEST_F(money_lists_test, refunds_are_found_by_state_and_order) {
  EXPECT_THAT(refunds({}), ElementsAre(back(72), back(71), back(70)));
  EXPECT_THAT(refunds({.state = "approved"}), ElementsAre(back(72)));
  EXPECT_THAT(refunds({.order = order}), ElementsAre(back(71), back(70)));
  EXPECT_THAT(refunds({.state = "succeeded", .order = order}), ElementsAre(back(70)));
  const auto one = find_refund(store, ada, back(71)).value();
  ASSERT_TRUE(one);
  EXPECT_EQ(one->provider, "paystack");
  EXPECT_EQ(one->order_number, 1042);
}

TEST_F(money_lists_test, reviews_are_those_that_wait_for_a_person_unless_others_are_asked_for) {
  EXPECT_THAT(reviews({}), ElementsAre(looked(82), looked(80))) << "the oldest first";
  EXPECT_THAT(reviews({.which = review_choice::of_state, .state = "refunding"}), ElementsAre(looked(80)));
  EXPECT_THAT(reviews({.which = review_choice::of_state, .state = "dismissed"}), ElementsAre(looked(81)));
  EXPECT_THAT(reviews({.which = review_choice::all, .oldest_first = false}),
              ElementsAre(looked(81), looked(80), looked(82)));
}

TEST_F(money_lists_test, a_review_names_the_money_that_it_is_about_if_any_came) {
  const auto about_money = find_review(store, ada, looked(80)).value();
  ASSERT_TRUE(about_money && about_money->payment);
  EXPECT_EQ(*about_money->payment, payment(61));
  EXPECT_EQ(about_money->received_minor, 500);
  const auto about_silence = find_review(store, ada, looked(82)).value();
  ASSERT_TRUE(about_silence);
  EXPECT_FALSE(about_silence->payment);
}

TEST_F(money_lists_test, another_business_finds_none_of_it) {
  EXPECT_THAT(ids_in(list_received(store, kofi, {}, {}, 50)), IsEmpty());
  EXPECT_THAT(ids_in(list_received(store, kofi, {.order = order}, {}, 50)), IsEmpty());
  EXPECT_THAT(ids_in(list_refunds(store, kofi, {}, {}, 50)), IsEmpty());
  EXPECT_THAT(ids_in(list_reviews(store, kofi, {.which = review_choice::all}, {}, 50)), IsEmpty());
  EXPECT_FALSE(find_received(store, kofi, payment(60)).value());
  EXPECT_FALSE(find_refund(store, kofi, back(70)).value());
  EXPECT_FALSE(find_review(store, kofi, looked(80)).value());
}

TEST_F(money_lists_test, orders_are_found_by_whether_a_dispute_freezes_them) {
  const auto found = [&](bool disputed) {
    return ids_in(list_orders(store, ada, {.disputed = disputed}, {}, 50));
  };
  EXPECT_THAT(found(true), ElementsAre(order));
  EXPECT_THAT(found(false), IsEmpty());
  sql("UPDATE orders SET dispute = 'released'");
  EXPECT_THAT(found(true), IsEmpty());
  EXPECT_THAT(found(false), ElementsAre(order));
  const auto one = find_order(store, ada, order).value();
  ASSERT_TRUE(one);
  EXPECT_EQ(one->summary.received_minor, 500);
  EXPECT_EQ(one->summary.refunded_minor, 100);
  EXPECT_EQ(one->summary.dispute, "released");
}

TEST_F(money_lists_test, how_often_customers_are_reminded_is_set_and_known_to_the_actors) {
  const change_origin by{api::account_id{id_of<business_id>(7).value}, {}, "127.0.0.1", "r-1", noon};
  EXPECT_EQ(find_business(store, ada).value()->reminders, reminder_settings{});
  profile_change wish;
  wish.checkout_reminders = 3;
  wish.checkout_reminder_minutes = std::optional{20};
  wish.expected_version = 1;
  ASSERT_EQ(change_business(store, ada, by, wish).value().outcome, profile_outcome::changed);
  EXPECT_EQ(find_business(store, ada).value()->reminders, (reminder_settings{3, 20}));
  const auto known = reader().load_tenant(ada, noon).value();
  EXPECT_EQ(known.checkout_reminders, 3);
  EXPECT_EQ(known.checkout_reminder_minutes, 20);
  profile_change shared;
  shared.checkout_reminder_minutes = std::optional<std::int32_t>{};
  shared.expected_version = 2;
  ASSERT_EQ(change_business(store, ada, by, shared).value().outcome, profile_outcome::changed);
  EXPECT_EQ(find_business(store, ada).value()->reminders, (reminder_settings{3, {}}));
}

TEST_F(money_lists_test, a_reminder_knows_its_chat_its_link_and_those_before) {
  const auto about = [&] { return reader().find_reminder(ada, order).value(); };
  EXPECT_FALSE(about()) << "there is no link";
  const auto reference = make_payment_reference(order, 1);
  sql("UPDATE orders SET payment_reference = '" + reference + "'");
  sql("INSERT INTO payments (id, business_id, order_id, provider, mode, reference, amount_minor, currency, status, created_at) VALUES (" +
      quote(id_of<payment_id>(50)) + "," + quote(ada) + "," + quote(order) + ", 'stripe', 'test', '" +
      reference + "', 500, 'NGN', 'link', 77)");
  ASSERT_TRUE(about());
  EXPECT_EQ(about()->link_made_at, instant_from_ms(77));
  EXPECT_TRUE(about()->has_ai);
  EXPECT_EQ(about()->told, 0);
  for (const auto& [key, at] : {std::pair{reminder_key(order, 1), 80}, std::pair{reminder_key(order, 2), 90},
                                std::pair{reminder_key(id_of<order_id>(41), 3), 99}})
    sql("INSERT INTO action_results (business_id, action_key, outcome, created_at) VALUES (" + quote(ada) +
        ", '" + key + "', '{}', " + std::to_string(at) + ")");
  sql("UPDATE conversations SET owner = 1, last_customer_at = 4");
  sql("UPDATE contacts SET unreachable_since = 5");
  EXPECT_EQ(about()->told, 2);
  EXPECT_EQ(about()->last_told_at, instant_from_ms(90));
  EXPECT_FALSE(about()->has_ai);
  EXPECT_EQ(about()->unreachable_since, instant_from_ms(5));
  EXPECT_EQ(about()->last_customer_at, instant_from_ms(4));
  EXPECT_FALSE(reader().find_reminder(kofi, order).value()) << "of another business";
  sql("UPDATE contacts SET blocked_at = 1");
  EXPECT_FALSE(about());
}

TEST_F(money_lists_test, a_chat_knows_where_its_customer_can_be_written_to) {
  const auto whom = [&] { return reader().find_mailbox(ada, chat).value(); };
  ASSERT_TRUE(whom());
  EXPECT_FALSE(whom()->is_blocked);
  sql("UPDATE contacts SET email = 'chidi@example.com', blocked_at = 1 WHERE id = " + quote(chidi));
  sql("UPDATE businesses SET locale = 'fr-SN'");
  EXPECT_EQ(whom()->address, "chidi@example.com");
  EXPECT_EQ(whom()->locale, "fr-SN");
  EXPECT_TRUE(whom()->is_blocked);
  EXPECT_FALSE(reader().find_mailbox(kofi, chat).value()) << "of another business";
}

TEST_F(money_lists_test, an_account_keeps_the_template_of_its_notices_and_the_actors_know_it) {
  const change_origin by{api::account_id{id_of<business_id>(7).value}, {}, "127.0.0.1", "r-1", noon};
  const channel::approved_template news{"order_news", "en_US"};
  const auto id = reader().load_tenant(ada, noon).value().connections.front().id;
  const auto change = [&](const business_id& whose, const channel::approved_template& wanted,
                          std::int64_t version) {
    return change_notice_template(store, whose, by, id, wanted, version).value();
  };
  EXPECT_EQ(change(ada, news, 1), edit_outcome::not_found) << "is no WhatsApp number";
  sql("UPDATE connections SET channel = 'whatsapp' WHERE id = " + quote(id));
  EXPECT_EQ(change(ada, news, 1), edit_outcome::done);
  EXPECT_EQ(change(ada, {"other_news", "en"}, 1), edit_outcome::stale) << "somebody was faster";
  EXPECT_EQ(change(ada, news, 2), edit_outcome::done);
  EXPECT_EQ(change(kofi, news, 2), edit_outcome::not_found);
  EXPECT_EQ(find_connection(store, ada, id).value()->notices, news);
  EXPECT_EQ(reader().load_tenant(ada, noon).value().connections.front().notice_template, "order_news");
  EXPECT_EQ(reader().load_tenant(ada, noon).value().connections.front().notice_template_language, "en_US");
  EXPECT_EQ(count("audit_log WHERE action = 'connection.notice_template_changed'"), 1);
  EXPECT_EQ(change(ada, {}, 2), edit_outcome::done);
  EXPECT_TRUE(find_connection(store, ada, id).value()->notices.empty());
}

TEST_F(money_lists_test, how_much_one_person_refunds_alone_is_set_taken_away_and_known_to_the_actors) {
  const change_origin by{api::account_id{id_of<business_id>(7).value}, {}, "127.0.0.1", "r-1", noon};
  const auto set = [&](std::optional<std::int64_t> limit, std::int64_t version) {
    profile_change wish;
    wish.refund_limit_minor = limit;
    wish.expected_version = version;
    return change_business(store, ada, by, wish).value();
  };
  EXPECT_EQ(set(5000, 1).outcome, profile_outcome::changed);
  EXPECT_EQ(find_business(store, ada).value()->refund_limit_minor, 5000);
  EXPECT_EQ(reader().load_tenant(ada, noon).value().refund_limit_minor, 5000);
  EXPECT_EQ(set(5000, 2).outcome, profile_outcome::unchanged);
  EXPECT_EQ(set(std::nullopt, 1).outcome, profile_outcome::stale);
  EXPECT_EQ(set(std::nullopt, 2).outcome, profile_outcome::changed);
  EXPECT_EQ(find_business(store, ada).value()->refund_limit_minor, std::nullopt);
  EXPECT_EQ(reader().load_tenant(ada, noon).value().refund_limit_minor, std::nullopt);
  ASSERT_EQ(set(0, 3).outcome, profile_outcome::changed) << "nobody refunds alone";
  profile_change renamed;
  renamed.name = "Ada & Daughters";
  renamed.expected_version = 4;
  ASSERT_EQ(change_business(store, ada, by, renamed).value().outcome, profile_outcome::changed);
  EXPECT_EQ(find_business(store, ada).value()->refund_limit_minor, 0) << "what is not given stays";
}

}  // namespace
}  // namespace sellavie::storage
