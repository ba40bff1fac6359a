// What the journal promises about chats, orders and invoices, said once for both stores: PostgreSQL, and the one in memory
// with which the tests of actors replace it. Were the latter kinder than the former, those tests would prove little.
// Payments, jobs and notices are tested against PostgreSQL alone.

#include "tests/storage/spine_fixture.hpp"
#include "tests/support/memory_store.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using outcome = commit_outcome;

struct in_postgres {};
struct in_memory {};

template <class Store>
class store_conformance_test : public spine_test {
 protected:
  void SetUp() override {
    spine_test::SetUp();
    if constexpr (std::is_same_v<Store, in_memory>) {
      auto store = std::make_shared<test::memory_store>();
      fill(store->rows);
      into_ = store;
      from_ = store;
    } else {
      into_ = std::make_shared<postgres_unit_of_work>(writer());
      from_.reset(new postgres_reads(reader()));  // cannot be moved
    }
  }

  commit_report apply(std::initializer_list<change_set> sets) { return commit(*into_, sets); }
  void expect_committed(const change_set& set) {
    const auto report = apply({set});
    EXPECT_EQ(report.outcome, outcome::committed) << report.failure;
  }
  void expect_refused(const change_set& set) { EXPECT_EQ(apply({set}).outcome, outcome::refused); }
  void accept(std::initializer_list<inbox_id> events) {
    change_set set;
    for (const auto id : events) set.inbound.push_back(an_event(id, "event-" + std::to_string(id)));
    expect_committed(set);
  }

  store_reads& reads() { return *from_; }
  conversation_record conversation() {
    return from_->open_conversation({.business = ada, .connection = page, .scoped_id = "psid-1", .at = noon})
        .value();
  }
  std::vector<std::string> said() {
    std::vector<std::string> bodies;
    for (const auto& one : conversation().recent) bodies.push_back(one.body);
    return bodies;
  }
  std::vector<inbox_id> open_deliveries() {
    std::vector<inbox_id> ids_of_lines;
    for (const auto& line : from_->look_inbox(0, 100).value()) ids_of_lines.push_back(line.id);
    return ids_of_lines;
  }
  std::int64_t stock() { return from_->load_products(ada).value().front().stock; }
  std::vector<message_id> outbox() {
    std::vector<message_id> open;
    for (const auto& one : from_->load_outbox(page).value()) open.push_back(one.row.id);
    return open;
  }
  /// A set that would be seen if anything of it stayed.
  change_set beside(change_set set) const {
    set.messages.push_back(a_message(90, false, "of a commit that was refused"));
    return set;
  }
  turn_row a_plan(std::uint32_t n, std::vector<inbox_id> inbox) const {
    auto plan = a_turn(n, std::move(inbox));
    plan.completed = false;
    plan.epoch = 1;
    plan.plan = "{\"round\":1}";
    return plan;
  }

 private:
  /// The shop of the fixture.
  static void fill(test::tables& rows) {
    rows.businesses[ada] = {.id = ada,
                            .key = "ada",
                            .name = "Ada Fabrics",
                            .currency = "NGN",
                            .timezone = "Africa/Lagos",
                            .locale = "en",
                            .training = {},
                            .plan = {}};
    rows.contacts[chidi] = {
        .business = ada, .connection = page, .scoped_id = "psid-1", .name = {}, .email = {}};
    rows.conversations[chat] = {.business = ada, .connection = page, .contact = chidi, .handover_reason = {}};
    rows.products[ankara] = {ada,
                             {.id = ankara,
                              .sku = "A1",
                              .name = "Ankara",
                              .description = {},
                              .price_minor = 1'500'000,
                              .price_version = 1,
                              .stock = 20}};
  }

  std::shared_ptr<unit_of_work> into_;
  std::shared_ptr<store_reads> from_;
};

struct names_of_stores {
  template <class Store>
  static std::string GetName(int) {
    return std::is_same_v<Store, in_memory> ? "in_memory" : "in_postgres";
  }
};
using stores = testing::Types<in_postgres, in_memory>;
TYPED_TEST_SUITE(store_conformance_test, stores, names_of_stores);

// --- the inbox -------------------------------------------------------------------------------------

TYPED_TEST(store_conformance_test, a_known_event_is_a_no_op_also_when_it_is_done) {
  const auto both = this->apply({{.inbound = {this->an_event(1, "mid-1"), this->an_event(2, "mid-1")}}});
  EXPECT_EQ(both.outcome, outcome::committed);
  EXPECT_THAT(both.fresh, ElementsAre(true, false));
  EXPECT_THAT(this->apply({{.inbound = {this->an_event(3, "mid-1")}}}).fresh, ElementsAre(false));
  EXPECT_THAT(this->open_deliveries(), ElementsAre(1));
  this->expect_committed({.inbox_done = {1}});
  EXPECT_THAT(this->apply({{.inbound = {this->an_event(4, "mid-1")}}}).fresh, ElementsAre(false));
  EXPECT_THAT(this->open_deliveries(), IsEmpty());
  auto of_another_day = this->an_event(5, "mid-1");
  ++of_another_day.day;
  EXPECT_THAT(this->apply({{.inbound = {of_another_day}}}).fresh, ElementsAre(true));
}

TYPED_TEST(store_conformance_test, a_delivery_is_finished_parked_or_recorded_once) {
  this->accept({1, 2, 3});
  const std::vector<change_set> ends{
      {.inbox_done = {1}}, {.parked = {{2, "five tries", noon}}}, {.recorded = {{3, "reaction", noon}}}};
  for (const auto& end : ends) this->expect_committed(end);
  for (const auto& end : ends) this->expect_refused(this->beside(end));
  for (const inbox_id id : {1, 2, 3}) this->expect_refused(this->beside({.inbox_done = {id}}));
  EXPECT_THAT(this->open_deliveries(), IsEmpty());
  EXPECT_THAT(this->said(), IsEmpty());
}

TYPED_TEST(store_conformance_test, marks_of_a_delivery_that_is_gone_refuse_nothing) {
  this->accept({1});
  const auto delivery = [this] {
    const std::vector<inbox_id> wanted{1, 9};
    const auto found = this->reads().load_inbox(wanted).value();
    EXPECT_EQ(found.size(), 1U);
    return found.front();
  };
  this->expect_committed({.inbox_tries = {1, 9}, .inbox_alone = {1, 9}});
  EXPECT_EQ(delivery().tries, 1);
  EXPECT_TRUE(delivery().alone);
  this->expect_committed({.inbox_begun = {1, 9}});
  EXPECT_EQ(delivery().deaths, 1);
  EXPECT_FALSE(delivery().alone) << "it does not run alone now";
}

// --- who owns the chat, and its turns --------------------------------------------------------------

TYPED_TEST(store_conformance_test, a_stale_epoch_is_refused) {
  this->expect_committed({.conversations = {this->an_epoch(1, 2)}});
  this->expect_refused(this->beside({.conversations = {this->an_epoch(1, 2)}}));
  this->expect_refused(this->beside({.conversations = {this->an_epoch(3, 4)}}));
  EXPECT_EQ(this->conversation().epoch, 2);
  EXPECT_THAT(this->said(), IsEmpty());
}

TYPED_TEST(store_conformance_test, of_two_changes_of_a_chat_in_one_batch_neither_is_committed) {
  const auto report =
      this->apply({{.conversations = {this->an_epoch(1, 2)}}, {.conversations = {this->an_epoch(1, 2)}}});
  EXPECT_EQ(report.outcome, outcome::refused);
  EXPECT_EQ(this->conversation().epoch, 1);
}

TYPED_TEST(store_conformance_test, a_conversation_has_one_live_plan) {
  this->expect_committed({.turns = {this->a_plan(30, {1})}});
  this->expect_refused(this->beside({.turns = {this->a_plan(31, {2})}}));
  const auto plan = this->conversation().plan;
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->turn, id_of<turn_id>(30));
  EXPECT_EQ(plan->plan, "{\"round\":1}");
  this->expect_committed({.turns = {this->a_turn(30, {1})}});
  EXPECT_FALSE(this->conversation().plan);
  this->expect_committed({.turns = {this->a_plan(31, {2})}});
}

TYPED_TEST(store_conformance_test, a_completed_turn_is_never_written_again) {
  this->expect_committed({.turns = {this->a_turn(30, {1})}});
  this->expect_refused(this->beside({.turns = {this->a_turn(30, {1})}}));
  this->expect_refused(this->beside({.turns = {this->a_plan(30, {1})}}));
  EXPECT_FALSE(this->conversation().plan);
}

// --- the outbox ------------------------------------------------------------------------------------

TYPED_TEST(store_conformance_test, an_outbox_row_moves_from_the_state_that_it_is_in_and_ends_once) {
  this->expect_committed({.messages = {this->a_message(21, true, "hi")}, .outbox = {this->a_send(21)}});
  const auto row = id_of<message_id>(21);
  const outbox_change begins{row, send_state::ready, send_state::sending, 1, false, noon};
  this->expect_committed({.outbox_changes = {begins}});
  this->expect_refused(this->beside({.outbox_changes = {begins}}));
  this->expect_committed({.outbox_done = {row}});
  this->expect_refused(this->beside({.outbox_done = {row}}));
  this->expect_refused(
      this->beside({.outbox_changes = {{row, send_state::sending, send_state::backoff, 1, false, noon}}}));
  EXPECT_THAT(this->outbox(), IsEmpty());
  EXPECT_THAT(this->said(), ElementsAre("hi"));
}

TYPED_TEST(store_conformance_test, a_takeover_takes_only_rows_of_the_ai_that_no_socket_has) {
  auto sending = this->a_send(22), person = this->a_send(23), backoff = this->a_send(24),
       farewell = this->a_send(25);
  sending.state = send_state::sending;
  person.origin = message_origin::person;
  backoff.state = send_state::backoff;
  farewell.epoch = 2;
  change_set written{.outbox = {this->a_send(21), sending, person, backoff}};
  for (const std::uint32_t n : {21U, 22U, 23U, 24U})
    written.messages.push_back(this->a_message(n, true, "message " + std::to_string(n)));
  this->expect_committed(written);
  this->expect_committed({.messages = {this->a_message(25, true, "farewell")},
                          .outbox = {farewell},
                          .outbox_overtaken = {this->chat},
                          .conversations = {this->an_epoch(1, 2)}});
  EXPECT_THAT(this->outbox(), testing::UnorderedElementsAre(sending.id, person.id, farewell.id));
  EXPECT_THAT(this->said(), ElementsAre("message 22", "message 23", "farewell"))
      << "without what nobody read";
}

TYPED_TEST(store_conformance_test, what_a_person_sends_under_one_key_is_written_once) {
  const auto grace = id_of<api::account_id>(91);
  const auto composed = [&](std::uint32_t n, std::int16_t part) {
    return change_set{
        .messages = {this->a_message(n, true, "Hello")},
        .composed = {{this->chat, id_of<message_id>(n), this->ada, grace, "k1", part, "print"}}};
  };
  this->expect_committed(composed(21, 0));
  this->expect_refused(composed(22, 0));
  this->expect_committed(composed(23, 1));
  EXPECT_THAT(this->reads().find_composed({this->ada, grace, "k1"}).value(),
              ElementsAre(testing::Field(&composed_row::message, id_of<message_id>(21)),
                          testing::Field(&composed_row::message, id_of<message_id>(23))));
  EXPECT_EQ(this->said().size(), 2U);
}

// --- actions, stock, orders, invoices --------------------------------------------------------------

TYPED_TEST(store_conformance_test, a_known_action_key_is_refused_and_keeps_its_first_result) {
  this->expect_committed({.action_results = {{this->ada, "t.1.0", "{\"ok\":1}", noon}}});
  this->expect_refused({.stock = {{this->ada, this->ankara, -1}},
                        .action_results = {{this->ada, "t.1.0", "{\"ok\":2}", noon}}});
  EXPECT_EQ(this->reads().find_action_result(this->ada, "t.1.0").value(), "{\"ok\":1}");
  EXPECT_EQ(this->stock(), 20);
}

TYPED_TEST(store_conformance_test, stock_never_goes_below_zero) {
  this->expect_refused(this->beside({.stock = {{this->ada, this->ankara, -21}}}));
  EXPECT_EQ(this->stock(), 20);
  this->expect_committed({.stock = {{this->ada, this->ankara, -20}}});
  this->expect_refused(this->beside({.stock = {{this->ada, this->ankara, -1}}}));
  this->expect_refused(this->beside({.stock = {{id_of<business_id>(77), this->ankara, 1}}}));
  EXPECT_EQ(this->stock(), 0);
  EXPECT_THAT(this->said(), IsEmpty());
}

TYPED_TEST(store_conformance_test, an_order_changes_only_from_the_version_that_was_seen) {
  const auto order = this->an_order(40, 1001);
  this->expect_committed({.orders = {order}});
  const auto seen = this->changed(order, "awaiting_payment");
  this->expect_committed({.orders = {seen}});
  this->expect_refused(this->beside({.orders = {this->changed(order, "cancelled")}}));
  auto unknown = this->changed(this->an_order(41, 1002), "cancelled");
  this->expect_refused(this->beside({.orders = {unknown}}));
  EXPECT_EQ(this->reads().find_order(this->ada, order.id).value()->status, "awaiting_payment");
}

TYPED_TEST(store_conformance_test,
           a_conversation_has_one_open_order_and_a_business_each_number_and_key_once) {
  const auto first = this->an_order(40, 1001);
  this->expect_committed({.orders = {first}});
  this->expect_refused(this->beside({.orders = {this->an_order(41, 1002)}}));
  this->expect_committed({.orders = {this->changed(first, "cancelled")}});
  auto same_key = this->an_order(42, 1003);
  same_key.idempotency_key = first.idempotency_key;
  this->expect_refused(this->beside({.orders = {same_key}}));
  this->expect_refused(this->beside({.orders = {this->an_order(43, 1001)}}));
  this->expect_committed({.orders = {this->an_order(41, 1002)}});
  EXPECT_THAT(this->said(), IsEmpty());
}

TYPED_TEST(store_conformance_test, a_closed_order_never_opens_again) {
  const std::vector<std::string> statuses{"draft",     "awaiting_payment", "paid",
                                          "fulfilled", "cancelled",        "refunded"};
  const auto may = [](const std::string& from, const std::string& to) {
    if (from == "draft" || from == "awaiting_payment" || from == to) return true;
    return (from == "paid" && (to == "fulfilled" || to == "refunded")) ||
           (from == "fulfilled" && to == "refunded");
  };
  std::uint32_t n = 100;
  for (const auto& from : statuses)
    for (const auto& to : statuses) {
      ++n;
      auto order = this->an_order(n, n);
      order.status = from;
      this->expect_committed({.orders = {order}});
      auto next = this->changed(order, to);
      EXPECT_EQ(this->apply({{.orders = {next}}}).outcome,
                may(from, to) ? outcome::committed : outcome::refused)
          << from << " to " << to;
      // Makes room for the next open one.
      if (to == "draft" || to == "awaiting_payment")
        this->apply({{.orders = {this->changed(next, "cancelled")}}});
    }
}

TYPED_TEST(store_conformance_test, an_invoice_number_is_used_once_and_an_order_is_invoiced_once) {
  auto first = this->an_order(40, 1001), second = this->an_order(41, 1002);
  first.status = second.status = "paid";
  this->expect_committed({.orders = {first, second}});
  invoice_row invoice{
      id_of<invoice_id>(70), this->ada, "INV", 1, "invoice", first.id, "NGN", 3'000'000, "[]", noon};
  this->expect_committed({.invoices = {invoice}});
  auto same_number = invoice, same_order = invoice;
  same_number.id = same_order.id = id_of<invoice_id>(71);
  same_number.order = second.id;
  same_order.number = 2;
  this->expect_refused(this->beside({.invoices = {same_number}}));
  this->expect_refused(this->beside({.invoices = {same_order}}));
  EXPECT_EQ(this->reads().last_invoice_number(this->ada, "INV").value(), 1);
  EXPECT_THAT(this->said(), IsEmpty());
}

// --- a batch ---------------------------------------------------------------------------------------

TYPED_TEST(store_conformance_test, one_bad_set_rolls_its_neighbours_back) {
  this->accept({1});
  const change_set good{.inbox_done = {1}, .messages = {this->a_message(20, false, "how much?")}};
  EXPECT_EQ(this->apply({good, {.inbox_done = {5}}}).outcome, outcome::refused);
  EXPECT_THAT(this->open_deliveries(), ElementsAre(1));
  EXPECT_THAT(this->said(), IsEmpty());
  this->expect_committed(good);
  EXPECT_THAT(this->said(), ElementsAre("how much?"));
}

}  // namespace
}  // namespace sellavie::storage
