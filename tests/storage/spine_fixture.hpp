#pragma once
// A migrated database with one business, one Messenger connection, one conversation and a live
// incarnation; builders of rows and looks into tables.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <thread>
#include <vector>

#include "storage/postgres_reads.hpp"
#include "storage/postgres_unit_of_work.hpp"
#include "tests/support/test_cluster.hpp"

namespace sellavie::storage {

/// 00000000-0000-7000-8000-…n
template <class Id>
Id id_of(std::uint32_t n) {
  uuid value;
  value.bytes[6] = 0x70;
  value.bytes[8] = 0x80;
  for (int i = 0; i < 4; ++i)
    value.bytes[static_cast<std::size_t>(15 - i)] = static_cast<std::uint8_t>(n >> (8 * i));
  return Id{value};
}

inline uuid plain_id(std::uint32_t n) { return id_of<message_id>(n).value; }

class counting_ids final : public id_source {
 public:
  uuid next() override { return plain_id(++last_); }

 private:
  std::uint32_t last_ = 0x10000;
};

inline constexpr std::string_view test_application = "sellavie/test";
inline const instant noon = instant_from_ms(1'760'000'000'000);
inline const std::int32_t today = 20370;

class spine_test : public testing::Test {
 protected:
  static inline const business_id ada = id_of<business_id>(1);
  static inline const connection_id page = id_of<connection_id>(2);
  static inline const contact_id chidi = id_of<contact_id>(3);
  static inline const conversation_id chat = id_of<conversation_id>(4);
  static inline const product_id ankara = id_of<product_id>(5);

  void SetUp() override {
    sql("SELECT roll_inbound_keys(" + std::to_string(today) + ")", database.access().engine);
    sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(ada) +
        ", 'ada', 'Ada Fabrics', 'NGN', 'Africa/Lagos', 0)");
    sql("INSERT INTO connections (id, business_id, channel, external_id, access_token, created_at) VALUES (" +
        quote(page) + "," + quote(ada) + ", 'messenger', 'page_0001', 'sealed', 0)");
    sql("INSERT INTO connection_ids VALUES (" + quote(ada) + "," + quote(page) + ", 'page', 'page_0001')");
    sql("INSERT INTO contacts (id, business_id, connection_id, scoped_id, created_at) VALUES (" +
        quote(chidi) + "," + quote(ada) + "," + quote(page) + ", 'psid-1', 0)");
    sql("INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at) VALUES (" +
        quote(chat) + "," + quote(ada) + "," + quote(page) + "," + quote(chidi) + ", 0)");
    sql("INSERT INTO products (id, business_id, sku, name, price_minor, stock) VALUES (" + quote(ankara) +
        "," + quote(ada) + ", 'A1', 'Ankara', 1500000, 20)");
    ASSERT_EQ(
        number(
            "INSERT INTO nodes (node_id, started_at, heartbeat_at) VALUES ('other', 0, 0) RETURNING incarnation"),
        incarnation);
  }

  template <class Id>
  static std::string quote(const Id& id) {
    return "'" + to_string(id) + "'";
  }

  pg_result sql(const std::string& text) const { return test::run_sql(database.superuser(), text); }
  static pg_result sql(const std::string& text, const database_role& role) {
    return test::run_sql(role, text);
  }
  std::string text(const std::string& query) const { return std::string{field(sql(query), 0, 0)}; }
  std::int64_t number(const std::string& query) const { return std::stoll(text(query)); }
  std::int64_t count(const std::string& from) const { return number("SELECT count(*) FROM " + from); }
  /// So many sessions, within 20 s.
  [[nodiscard]] bool waits_for_lock(std::int64_t many) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") < many) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
  }

  postgres_unit_of_work writer(std::string_view name = test_application) const {
    return {[role = database.access().engine, name = std::string{name}] { return open_pq(role, name); },
            incarnation};
  }
  postgres_reads reader(std::shared_ptr<const doubt_gate> doubts = std::make_shared<doubt_gate>()) const {
    return {[role = database.access().engine] { return open_pqxx(role, test_application); }, incarnation,
            std::move(doubts)};
  }
  std::unique_ptr<pqxx::connection> engine(std::string_view name = test_application) const {
    return open_pqxx(database.access().engine, name).value();
  }

  static commit_report commit(unit_of_work& into, std::initializer_list<change_set> sets) {
    std::vector<const change_set*> all;
    for (const auto& set : sets) all.push_back(&set);
    return into.commit(all);
  }

  inbound_row an_event(inbox_id id, std::string key) const {
    return {id, ada, page, std::move(key), today, noon, "sealed \x01 body"};
  }
  message_row a_message(std::uint32_t n, bool outgoing, std::string body) const {
    message_row row;
    row.conversation = chat;
    row.id = id_of<message_id>(n);
    row.business = ada;
    row.outgoing = outgoing;
    row.origin = outgoing ? message_origin::ai : message_origin::customer;
    row.state = outgoing ? send_state::ready : send_state::received;
    row.body = std::move(body);
    row.provider_time = row.created_at = noon;
    return row;
  }
  outbox_row a_send(std::uint32_t n) const {
    outbox_row row;
    row.id = id_of<message_id>(n);
    row.business = ada;
    row.connection = page;
    row.conversation = chat;
    row.recipient = "psid-1";
    row.epoch = 1;
    row.due_at = row.created_at = noon;
    row.body = "{}";
    return row;
  }
  turn_row a_turn(std::uint32_t n, std::vector<inbox_id> inbox) const {
    turn_row row;
    row.conversation = chat;
    row.id = id_of<turn_id>(n);
    row.business = ada;
    row.inbox_ids = std::move(inbox);
    row.started_at = noon;
    return row;
  }
  conversation_change an_epoch(std::int64_t expected, std::int64_t next) const {
    conversation_change row;
    row.conversation = chat;
    row.business = ada;
    row.expected_epoch = expected;
    row.epoch = next;
    row.last_customer_at = row.last_message_at = noon;
    return row;
  }
  order_row an_order(std::uint32_t n, std::int64_t number_of_order) const {
    order_row row;
    row.id = id_of<order_id>(n);
    row.business = ada;
    row.number = number_of_order;
    row.conversation = chat;
    row.contact = chidi;
    row.status = "draft";
    row.currency = "NGN";
    row.total_minor = 3'000'000;
    row.idempotency_key = "key-" + std::to_string(n);
    row.created_at = noon;
    row.reserved_until = noon + std::chrono::minutes{30};
    row.items = {{ankara, "A1", "Ankara", 2, 1'500'000, 1}};
    return row;
  }
  static order_row changed(order_row row, std::string status) {
    row.prior_version = row.version++;
    row.status = std::move(status);
    row.items_changed = false;
    return row;
  }

  test::test_database database = test::fresh_database();
  /// The first of a new database, which SetUp makes.
  std::int64_t incarnation = 1;
  counting_ids ids;
};

}  // namespace sellavie::storage
