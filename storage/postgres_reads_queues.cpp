// Loads inbox and outbox.

#include <array>
#include <string>
#include <utility>

#include "storage/postgres_reading.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

constexpr statement select_inbox_lines{"look_inbox", R"(
SELECT id, business_id, lane, deaths FROM inbound_events WHERE id > $1::bigint ORDER BY id LIMIT $2::integer)"};

constexpr statement select_these_inbox{"these_inbox", R"(
SELECT id, business_id, connection_id, accepted_at, tries, deaths, alone, payload, lane
FROM inbound_events WHERE id = ANY ($1::bigint[]) ORDER BY id)"};

constexpr statement select_open_inbox{
    "open_inbox", "SELECT id FROM inbound_events WHERE id = ANY ($1::bigint[]) ORDER BY id"};

constexpr statement select_outbox{"outbox", R"(
SELECT o.id, o.business_id, o.connection_id, o.conversation_id, o.recipient, o.origin, o.epoch, o.state, o.attempts,
       o.resent, o.due_at, o.created_at, o.body, c.epoch, c.last_customer_at
FROM outbox o JOIN conversations c ON c.id = o.conversation_id
WHERE o.connection_id = $1::uuid ORDER BY o.id)"};

constexpr statement select_outbox_connections{"outbox_connections", R"(
SELECT DISTINCT business_id, connection_id FROM outbox ORDER BY business_id, connection_id)"};

constexpr std::array statements_of_queues{select_inbox_lines, select_these_inbox, select_open_inbox,
                                          select_outbox, select_outbox_connections};

// --- rows ----------------------------------------------------------------------------------------

std::string id_array(std::span<const inbox_id> ids) {
  return array_text(ids, [](inbox_id id) { return std::to_string(id); });
}

inbox_line line_of(const pqxx::row& row) {
  fields from{row};
  inbox_line line;
  line.id = from.integer();
  line.business = from.id<business_id>();
  line.lane = from.integer();
  line.deaths = from.small();
  return line;
}

stored_delivery delivery_of(const pqxx::row& row) {
  fields from{row};
  stored_delivery delivery;
  delivery.id = from.integer();
  delivery.business = from.id<business_id>();
  delivery.connection = from.id<connection_id>();
  delivery.accepted_at = from.at();
  delivery.tries = from.small();
  delivery.deaths = from.small();
  delivery.alone = from.flag();
  delivery.payload = from.bytes();
  delivery.lane = from.integer();
  return delivery;
}

stored_outbox_row outbox_row_of(const pqxx::row& row) {
  fields from{row};
  stored_outbox_row stored;
  outbox_row& one = stored.row;
  one.id = from.id<message_id>();
  one.business = from.id<business_id>();
  one.connection = from.id<connection_id>();
  one.conversation = from.id<conversation_id>();
  one.recipient = from.text();
  one.origin = from.number<message_origin>();
  one.epoch = from.integer();
  one.state = from.number<send_state>();
  one.attempts = from.small();
  one.resent = from.small() != 0;
  one.due_at = from.at();
  one.created_at = from.at();
  one.body = from.text();
  stored.conversation_epoch = from.integer();
  stored.last_customer_at = from.at();
  return stored;
}

}  // namespace

// --- postgres_reads ------------------------------------------------------------------------------

std::span<const statement> queues_reads() noexcept { return statements_of_queues; }

result<std::vector<inbox_line>> postgres_reads::look_inbox(inbox_id after, int limit) {
  return read_rows(select_inbox_lines, line_of, after, limit);
}

result<std::vector<stored_delivery>> postgres_reads::load_inbox(std::span<const inbox_id> ids) {
  return read_rows(select_these_inbox, delivery_of, id_array(ids));
}

result<std::vector<inbox_id>> postgres_reads::open_inbox(std::span<const inbox_id> ids) {
  return read_rows(
      select_open_inbox, [](const pqxx::row& row) { return row[0].as<inbox_id>(); }, id_array(ids));
}

result<std::vector<stored_outbox_row>> postgres_reads::load_outbox(connection_id connection) {
  return read_rows(select_outbox, outbox_row_of, to_string(connection));
}

result<std::vector<std::pair<business_id, connection_id>>> postgres_reads::outbox_connections() {
  return read_rows(select_outbox_connections, [](const pqxx::row& row) {
    fields from{row};
    const auto business = from.id<business_id>();
    return std::pair{business, from.id<connection_id>()};
  });
}

}  // namespace sellavie::storage
