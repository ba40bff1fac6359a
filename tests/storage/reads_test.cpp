#include "storage/reads.hpp"

#include <functional>
#include <future>

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class reads_test : public spine_test {
 protected:
  postgres_reads store = reader();
  postgres_unit_of_work journal = writer();

  void apply(const change_set& set) {
    const auto report = commit(journal, {set});
    ASSERT_EQ(report.outcome, commit_outcome::committed) << report.failure;
  }
  new_conversation a_customer(std::string scoped_id) {
    new_conversation wanted;
    wanted.business = ada;
    wanted.connection = page;
    wanted.scoped_id = std::move(scoped_id);
    wanted.name = "Ngozi";
    wanted.contact = ids.next_as<contact_id>();
    wanted.conversation = ids.next_as<conversation_id>();
    wanted.at = noon;
    return wanted;
  }
  template <class T>
  static T good(result<T> outcome) {
    if (!outcome) throw std::runtime_error(test::why(outcome));
    return std::move(*outcome);
  }
};

TEST_F(reads_test, the_directory_lists_each_id_of_each_connection) {
  sql("INSERT INTO connection_ids VALUES (" + quote(ada) + "," + quote(page) + ", 'instagram', 'ig-1')");
  auto all = good(store.load_directory());
  ASSERT_THAT(all.entries, SizeIs(2));
  EXPECT_EQ(all.entries[0].route, (channel::route_key{channel::route_space::instagram, "ig-1"}));
  EXPECT_EQ(all.entries[1].route, (channel::route_key{channel::route_space::page, "page_0001"}));
  EXPECT_EQ(all.entries[1].business, ada);
  EXPECT_EQ(all.entries[1].connection, page);
  EXPECT_EQ(all.version, good(store.directory_version()));
  EXPECT_EQ(all.business_versions.at(ada), 1);
}

TEST_F(reads_test, the_directory_lists_the_payment_connections_of_all_providers_with_their_secrets_sealed) {
  sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, webhook_secrets, version, created_at) VALUES (" +
      quote(id_of<payment_connection_id>(8)) + "," + quote(ada) +
      ", 'stripe', 'live', 'sealed-key', 'sealed-list', 3, 0)");
  sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, created_at) VALUES (" +
      quote(id_of<payment_connection_id>(9)) + "," + quote(ada) + ", 'paystack', 'test', 'key', 0)");
  auto all = good(store.load_directory()).payments;
  ASSERT_THAT(all, SizeIs(2));
  if (all[0].provider != "stripe") std::swap(all[0], all[1]);
  EXPECT_EQ(all[0].business, ada);
  EXPECT_EQ(all[0].connection, id_of<payment_connection_id>(8));
  EXPECT_EQ(all[0].sealed_secret_key, "sealed-key");
  EXPECT_EQ(all[0].sealed_webhook_secrets, "sealed-list");
  EXPECT_EQ(all[0].version, 3);
  EXPECT_EQ(all[1].provider, "paystack");
  EXPECT_EQ(all[1].sealed_webhook_secrets, "[]");
}

TEST_F(reads_test, a_tenant_has_its_connections_payment_and_the_offset_at_the_instant_asked_for) {
  sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, created_at) VALUES (gen_random_uuid(), " +
      quote(ada) + ", 'paystack', 'test', 'key', 0)");
  sql("UPDATE businesses SET settings = '{\"models\":[\"groq\"]}'");
  const auto tenant = good(store.load_tenant(ada, noon));
  EXPECT_EQ(tenant.name, "Ada Fabrics");
  EXPECT_EQ(tenant.settings, R"({"models":["groq"]})");
  EXPECT_EQ(tenant.utc_offset_minutes, 60);
  ASSERT_THAT(tenant.connections, SizeIs(1));
  EXPECT_EQ(tenant.connections[0].external_id, "page_0001");
  ASSERT_THAT(tenant.payments, SizeIs(1));
  EXPECT_EQ(tenant.payments[0].provider, "paystack");

  sql("UPDATE businesses SET timezone = 'America/New_York'");
  EXPECT_EQ(good(store.load_tenant(ada, instant_from_ms(1'752'000'000'000))).utc_offset_minutes,
            -240);  // July
  EXPECT_EQ(good(store.load_tenant(ada, instant_from_ms(1'768'000'000'000))).utc_offset_minutes,
            -300);  // January
  sql("UPDATE businesses SET timezone = 'Asia/Kathmandu'");
  EXPECT_EQ(good(store.load_tenant(ada, noon)).utc_offset_minutes, 345);
  EXPECT_EQ(store.load_tenant(id_of<business_id>(99), noon).error().code, errc::not_found);
}

TEST_F(reads_test, a_tenants_payment_accounts_come_live_ones_first_and_then_the_oldest) {
  sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, created_at) VALUES "
      "('00000000-0000-7000-8000-000000000001'," +
      quote(ada) +
      ", 'paystack', 'test', 'oldest', 0),"
      "('00000000-0000-7000-8000-000000000003'," +
      quote(ada) +
      ", 'flutterwave', 'live', 'second', 0),"
      "('00000000-0000-7000-8000-000000000002'," +
      quote(ada) + ", 'stripe', 'live', 'first', 0)");
  sql("UPDATE payment_connections SET broken_at = 7, checked_at = 9 WHERE provider = 'flutterwave'");
  const auto tenant = good(store.load_tenant(ada, noon));
  ASSERT_THAT(tenant.payments, SizeIs(3));
  EXPECT_FALSE(tenant.payments[0].is_broken);
  EXPECT_EQ(tenant.payments[0].checked_at, instant{});
  EXPECT_TRUE(tenant.payments[1].is_broken);
  EXPECT_EQ(tenant.payments[1].checked_at, instant_from_ms(9));
  EXPECT_EQ(tenant.payments[0].sealed_secret_key, "first");
  EXPECT_EQ(tenant.payments[0].id, id_of<payment_connection_id>(2));
  EXPECT_EQ(tenant.payments[1].sealed_secret_key, "second");
  EXPECT_EQ(tenant.payments[2].sealed_secret_key, "oldest");
}

TEST_F(reads_test, a_payment_tells_where_it_was_begun_to_its_own_business_alone) {
  payment_row row{.id = id_of<payment_id>(60),
                  .business = ada,
                  .order = id_of<order_id>(40),
                  .provider = "stripe",
                  .mode = "live",
                  .connection = id_of<payment_connection_id>(61),
                  .reference = "sv-1",
                  .amount_minor = 5,
                  .currency = "NGN",
                  .status = "link",
                  .link_id = "cs_1",
                  .at = noon};
  apply({.orders = {an_order(40, 1001)}, .payments = {row}});
  const auto found = good(store.find_payment(ada, "sv-1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->provider, "stripe");
  EXPECT_EQ(found->mode, "live");
  EXPECT_EQ(found->connection, row.connection);
  EXPECT_EQ(found->link_id, "cs_1");
  EXPECT_EQ(found->currency, "NGN");
  EXPECT_EQ(found->created_at, noon);
  sql("UPDATE payments SET connection_id = NULL");
  EXPECT_TRUE(good(store.find_payment(ada, "sv-1"))->connection.is_nil())
      << "of before accounts were told apart";
  EXPECT_FALSE(good(store.find_payment(ada, "sv-2")));
  EXPECT_FALSE(good(store.find_payment(id_of<business_id>(99), "sv-1")));
  const auto stranger = id_of<business_id>(99);
  EXPECT_FALSE(good(store.is_order_of_another(ada, id_of<order_id>(40))));
  EXPECT_FALSE(good(store.is_order_of_another(stranger, id_of<order_id>(40))))
      << "whose account is gone cannot ask any more";
  sql("INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, created_at) VALUES (" +
      quote(id_of<payment_connection_id>(62)) + "," + quote(ada) + ", 'stripe', 'live', 'sealed', 0)");
  EXPECT_TRUE(good(store.is_order_of_another(stranger, id_of<order_id>(40)))) << "of before";
  sql("UPDATE payments SET connection_id = " + quote(id_of<payment_connection_id>(62)));
  EXPECT_TRUE(good(store.is_order_of_another(stranger, id_of<order_id>(40))));
  EXPECT_FALSE(good(store.is_order_of_another(id_of<business_id>(99), id_of<order_id>(41)))) << "nobody's";
}

TEST_F(reads_test, opens_a_conversation_once) {
  const auto wanted = a_customer("psid-new");
  const auto first = good(store.open_conversation(wanted));
  EXPECT_EQ(first.id, wanted.conversation);
  EXPECT_EQ(first.contact, wanted.contact);
  EXPECT_EQ(first.contact_name, "Ngozi");
  EXPECT_EQ(first.epoch, 1);
  EXPECT_THAT(first.recent, IsEmpty());
  const auto again = good(store.open_conversation(a_customer("psid-new")));
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.contact, first.contact);
  EXPECT_EQ(count("conversations"), 2);
}

TEST_F(reads_test, two_who_open_the_same_conversation_at_once_get_one) {
  std::vector<new_conversation> mine, theirs;
  for (int i = 0; i < 40; ++i) {
    mine.push_back(a_customer("racer-" + std::to_string(i)));
    theirs.push_back(a_customer("racer-" + std::to_string(i)));
  }
  const auto open_all = [&](const std::vector<new_conversation>& wanted) {
    auto own = reader();
    std::vector<conversation_id> opened;
    for (const auto& one : wanted) opened.push_back(good(own.open_conversation(one)).id);
    return opened;
  };
  auto other = std::async(std::launch::async, open_all, std::cref(theirs));
  EXPECT_EQ(open_all(mine), other.get());
  EXPECT_EQ(count("conversations"), 41);
}

TEST_F(reads_test, makes_the_conversation_of_a_known_contact) {
  sql("DELETE FROM conversations");
  const auto opened = good(store.open_conversation(a_customer("psid-1")));
  EXPECT_EQ(opened.contact, chidi);
  EXPECT_EQ(count("contacts"), 1);
}

TEST_F(reads_test, a_known_conversation_comes_with_its_plan_and_recent_messages_oldest_first) {
  auto plan = a_turn(30, {7, -8});
  plan.completed = false;
  plan.round = 1;
  plan.epoch = 5;
  plan.plan = "{\"actions\":[]}";
  auto overtaken = a_message(22, true, "never sent");
  overtaken.state = send_state::overtaken;
  auto unsent = a_message(24, false, "");
  unsent.state = send_state::unsent;
  apply({.messages = {a_message(20, false, "one"), a_message(21, true, "two"), overtaken,
                      a_message(23, false, "three"), unsent},
         .turns = {plan}});
  auto wanted = a_customer("psid-1");
  wanted.history = 2;
  const auto opened = good(store.open_conversation(wanted));
  ASSERT_THAT(opened.recent, SizeIs(2));
  EXPECT_EQ(opened.recent[0].body, "two");
  EXPECT_EQ(opened.recent[0].origin, message_origin::ai);
  EXPECT_EQ(opened.recent[1].body, "three");
  ASSERT_TRUE(opened.plan);
  EXPECT_EQ(opened.plan->turn, id_of<turn_id>(30));
  EXPECT_EQ(opened.plan->round, 1);
  EXPECT_EQ(opened.plan->epoch, 5);
  EXPECT_THAT(opened.plan->inbox_ids, ElementsAre(7, -8));
  EXPECT_EQ(opened.plan->started_at, noon);

  apply({.turns = {a_turn(30, {7, 8})}});
  EXPECT_FALSE(good(store.open_conversation(wanted)).plan);
}

TEST_F(reads_test, a_fenced_incarnation_makes_no_conversation) {
  sql("UPDATE nodes SET alive = false");
  EXPECT_EQ(store.open_conversation(a_customer("psid-new")).error().code, errc::fenced);
  EXPECT_EQ(count("contacts"), 1);
}

TEST_F(reads_test, looks_at_open_deliveries_by_id_and_loads_those_that_are_wanted) {
  auto odd = an_event(3, "c");
  odd.payload = std::string{"\0\xff\\", 3};
  odd.lane = -7;
  apply({.inbound = {an_event(5, "e"), an_event(1, "a"), odd, an_event(4, "d")}});
  sql("UPDATE inbound_events SET deaths = 2 WHERE id = 3");
  const auto lines = good(store.look_inbox(1, 2));
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0].id, 3);
  EXPECT_EQ(lines[0].business, ada);
  EXPECT_EQ(lines[0].lane, -7);
  EXPECT_EQ(lines[0].deaths, 2);
  EXPECT_EQ(lines[1].id, 4);
  const std::vector<inbox_id> wanted{5, 3, 9};
  auto found = good(store.load_inbox(wanted));
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].lane, -7);
  EXPECT_EQ(found[0].id, 3);
  EXPECT_EQ(found[0].payload, odd.payload);
  EXPECT_EQ(found[0].accepted_at, noon);
  EXPECT_EQ(found[1].id, 5);
  const std::vector<inbox_id> asked{1, 2, 5};
  EXPECT_THAT(good(store.open_inbox(asked)), ElementsAre(1, 5));
}

TEST_F(reads_test, loads_the_outbox_of_a_connection_with_the_conversations_epoch) {
  apply({.outbox = {a_send(22), a_send(21)}, .conversations = {an_epoch(1, 4)}});
  const auto rows = good(store.load_outbox(page));
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].row.id, id_of<message_id>(21));
  EXPECT_EQ(rows[0].row.epoch, 1);
  EXPECT_EQ(rows[0].conversation_epoch, 4);
  EXPECT_EQ(rows[0].last_customer_at, noon);
  EXPECT_EQ(rows[1].row.id, id_of<message_id>(22));
  EXPECT_THAT(good(store.load_outbox(id_of<connection_id>(98))), IsEmpty());
  EXPECT_THAT(good(store.outbox_connections()), ElementsAre(std::pair{ada, page}));
}

TEST_F(reads_test, a_desk_loads_open_orders_and_those_closed_of_late) {
  auto open = an_order(40, 1001);
  auto late = an_order(41, 1002);
  late.conversation = id_of<conversation_id>(44);
  sql("INSERT INTO contacts (id, business_id, connection_id, scoped_id, created_at) VALUES ('00000000-0000-7000-8000-000000000033'," +
      quote(ada) + "," + quote(page) +
      ",'psid-2',0);"
      "INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at) VALUES (" +
      quote(late.conversation) + "," + quote(ada) + "," + quote(page) +
      ",'00000000-0000-7000-8000-000000000033',0)");
  late.status = "paid";
  late.created_at = noon - std::chrono::hours{3};
  late.paid_at = noon;
  auto old = late;
  old.id = id_of<order_id>(42);
  old.number = 1003;
  old.idempotency_key = "old";
  old.paid_at = noon - std::chrono::hours{2};
  open.created_at = noon - std::chrono::hours{100};
  apply({.orders = {open, late, old}});
  const auto desk = good(store.load_desk(ada, noon - std::chrono::minutes{10}));
  EXPECT_EQ(desk.currency, "NGN");
  EXPECT_EQ(desk.last_order_number, 1003);
  ASSERT_THAT(desk.products, SizeIs(1));
  EXPECT_EQ(desk.products[0].stock, 20);
  ASSERT_THAT(desk.orders, SizeIs(2));
  EXPECT_EQ(desk.orders[0].number, 1001);
  ASSERT_THAT(desk.orders[0].items, SizeIs(1));
  EXPECT_EQ(desk.orders[0].items[0].quantity, 2);
  EXPECT_EQ(desk.orders[1].number, 1002);
  EXPECT_EQ(desk.orders[1].paid_at, noon);
  EXPECT_EQ(store.load_desk(id_of<business_id>(99), noon).error().code, errc::not_found);
}

TEST_F(reads_test, finds_results_invoices_and_expiries) {
  const auto order = an_order(40, 1001);
  apply({.orders = {order},
         .invoices = {{id_of<invoice_id>(70), ada, "INV", 12, "invoice", order.id, "NGN", 5, "[]", noon}},
         .action_results = {{ada, "t.1.0", "{\"ok\":1}", noon}}});
  EXPECT_EQ(good(store.find_action_result(ada, "t.1.0")), "{\"ok\":1}");
  EXPECT_EQ(good(store.find_action_result(ada, "t.1.1")), std::nullopt);
  EXPECT_EQ(good(store.last_invoice_number(ada, "INV")), 12);
  EXPECT_EQ(good(store.last_invoice_number(ada, "CN")), 0);
  const auto documents = good(store.find_invoices(ada, order.id));
  ASSERT_THAT(documents, SizeIs(1));
  EXPECT_EQ(documents.front().kind, "invoice");
  EXPECT_EQ(documents.front().number, 12);
  EXPECT_FALSE(documents.front().refund);
  EXPECT_THAT(good(store.find_invoices(ada, id_of<order_id>(99))), IsEmpty());
  EXPECT_THAT(good(store.expired_reservations(order.reserved_until)), IsEmpty());
  EXPECT_THAT(good(store.expired_reservations(order.reserved_until + milliseconds{1})), ElementsAre(ada));
}

TEST_F(reads_test, finds_what_we_sent_by_our_id_or_by_the_platforms) {
  auto sent = a_message(21, true, "hi");
  sent.state = send_state::delivered;
  sent.external_id = "mid.1";
  auto received = a_message(22, false, "hello");
  received.external_id = "mid.2";
  auto lost = a_message(23, true, "lost");
  lost.state = send_state::unconfirmed;
  apply({.messages = {sent, received, lost}});
  const auto find = [&](sent_question asked) { return good(store.find_sent(asked)); };
  const auto by_external = [&](const std::string& customer, const std::string& external_id) {
    return find({page, customer, {}, {}, external_id});
  };
  const auto found = by_external("psid-1", "mid.1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->conversation, chat);
  EXPECT_EQ(found->id, sent.id);
  EXPECT_EQ(found->origin, message_origin::ai);
  EXPECT_EQ(found->state, send_state::delivered);
  EXPECT_EQ(found->external_id, "mid.1");
  EXPECT_EQ(find({page, "unknown", "psid-1", {}, "mid.1"})->id, sent.id);
  EXPECT_EQ(find({page, "psid-1", {}, lost.id, "mid.9"})->state, send_state::unconfirmed);
  // What a customer wrote, other customers, other accounts, no id.
  EXPECT_FALSE(by_external("psid-1", "mid.2"));
  EXPECT_EQ(find({page, "psid-1", {}, {}, "mid.2", message_side::both})->id, received.id);
  EXPECT_EQ(find({page, "psid-1", {}, {}, "mid.1", message_side::both})->id, sent.id);
  EXPECT_FALSE(find({page, "psid-1", {}, received.id, {}}));
  EXPECT_FALSE(by_external("nobody", "mid.1"));
  EXPECT_FALSE(find({page, "nobody", {}, sent.id, {}}));
  EXPECT_FALSE(find({id_of<connection_id>(98), "psid-1", {}, {}, "mid.1"}));
  EXPECT_FALSE(find({id_of<connection_id>(98), "psid-1", {}, sent.id, {}}));
  EXPECT_FALSE(by_external("psid-1", ""));
}

TEST_F(reads_test, looks_for_the_platforms_id_among_the_newest_500_messages_only) {
  auto sent = a_message(0x100, true, "hi");
  sent.external_id = "mid.1";
  change_set filled{.messages = {sent}};
  for (std::uint32_t i = 1; i < 500; ++i) filled.messages.push_back(a_message(0x100 + i, false, "more"));
  apply(filled);
  const sent_question asked{page, "psid-1", {}, {}, "mid.1"};
  EXPECT_TRUE(good(store.find_sent(asked)));
  apply({.messages = {a_message(0x300, false, "one more")}});
  EXPECT_FALSE(good(store.find_sent(asked)));
  EXPECT_TRUE(good(store.find_sent({page, "psid-1", {}, sent.id, {}})));
}

TEST_F(reads_test, a_lost_connection_is_unavailable_once_and_then_replaced) {
  ASSERT_TRUE(store.directory_version());
  sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'sellavie/test'");
  const auto lost = store.directory_version();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, errc::unavailable) << lost.error();
  EXPECT_TRUE(store.directory_version());
}

TEST_F(reads_test, without_a_server_everything_is_unavailable) {
  postgres_reads lonely{[] { return open_pqxx({"host=/nonexistent", {}}, test_application); }, 1};
  EXPECT_EQ(lonely.load_directory().error().code, errc::unavailable);
}

TEST_F(reads_test, errors_name_state_and_constraint_but_no_values) {
  auto wanted = a_customer(std::string(201, 'x'));
  const auto failed = store.open_conversation(wanted);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().detail, "23514 contacts_scoped_id_check");
  EXPECT_TRUE(store.directory_version());
}

}  // namespace
}  // namespace sellavie::storage
