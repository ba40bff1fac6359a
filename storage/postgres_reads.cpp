#include "storage/postgres_reads.hpp"

#include <array>
#include <charconv>
#include <map>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "protocol/crypto/encoding.hpp"
#include "storage/guarded.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// As the journal: a plan made on an empty table must not teach a sequential scan.
constexpr const char* session_settings =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET plan_cache_mode = force_generic_plan; SET jit = off; "
    "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '10s'";

constexpr statement select_directory_version{"directory_version", "SELECT version FROM directory_version"};

// A connection that must be authorised again still receives.
constexpr statement select_directory{"directory", R"(
SELECT i.space, i.external_id, c.business_id, c.id, c.channel
FROM connection_ids i JOIN connections c ON c.business_id = i.business_id AND c.id = i.connection_id
WHERE c.status <> 'removed' ORDER BY i.space, i.external_id)"};

constexpr statement select_tenant{"tenant", R"(
SELECT key, name, currency, timezone, locale, training, version,
       round(extract(epoch FROM (to_timestamp($2::bigint / 1000.0) AT TIME ZONE timezone)
                              - (to_timestamp($2::bigint / 1000.0) AT TIME ZONE 'UTC')) / 60)::integer
FROM businesses WHERE id = $1::uuid)"};

constexpr statement select_connections{"tenant_connections", R"(
SELECT id, channel, login, external_id, access_token, status = 'active'
FROM connections WHERE business_id = $1::uuid AND status <> 'removed' ORDER BY id)"};

constexpr statement select_payment_connection{"payment_connection", R"(
SELECT provider, mode, secret_key FROM payment_connections
WHERE business_id = $1::uuid AND status = 'active' ORDER BY mode = 'live' DESC, id LIMIT 1)"};

// One row per recent message, newest last. What never reached the customer (6 overtaken, 7 dead) is
// no history.
// "IS TRUE" makes a condition a mere check: plans are made while tables are empty and every index
// looks alike, so the statement leaves the planner one choice.
constexpr statement find_conversation{"find_conversation", R"(
SELECT c.id, k.id, k.name, k.email, c.owner, c.epoch, c.handover_reason, c.last_customer_at,
       t.turn_id, t.round, t.epoch, t.inbox_ids, t.plan, t.started_at, m.origin, m.body
FROM contacts k
JOIN conversations c ON c.connection_id = k.connection_id AND c.contact_id = k.id
LEFT JOIN turns t ON t.conversation_id = c.id AND t.state = 0
LEFT JOIN LATERAL (
  SELECT id, origin, body FROM messages
  WHERE conversation_id = c.id AND state NOT IN (6, 7) ORDER BY id DESC LIMIT $4::integer
) m ON true
WHERE k.connection_id = $2::uuid AND k.scoped_id = $3 AND (k.business_id = $1::uuid) IS TRUE
ORDER BY m.id)"};

// A transaction of one statement: fenced, then what is missing. Another one that makes the contact
// at the same time leaves nothing to do here; the caller looks again.
constexpr statement make_conversation{"make_conversation", R"(
WITH fenced AS MATERIALIZED (
  SELECT fence($1::bigint)
), known AS (
  SELECT k.id FROM contacts k, fenced
  WHERE k.connection_id = $3::uuid AND k.scoped_id = $4 AND (k.business_id = $2::uuid) IS TRUE
), made AS (
  INSERT INTO contacts (id, business_id, connection_id, scoped_id, alias, name, created_at)
  SELECT $5::uuid, $2::uuid, $3::uuid, $4, $6, $7, $9::bigint FROM fenced WHERE NOT EXISTS (SELECT FROM known)
  ON CONFLICT (connection_id, scoped_id) DO NOTHING RETURNING id
)
INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at)
SELECT $8::uuid, $2::uuid, $3::uuid, c.id, $9::bigint FROM (SELECT id FROM known UNION ALL SELECT id FROM made) c
ON CONFLICT (connection_id, contact_id) DO NOTHING)"};

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

constexpr statement select_currency{"desk_currency", "SELECT currency FROM businesses WHERE id = $1::uuid"};

constexpr statement select_products{"desk_products", R"(
SELECT id, sku, name, description, price_minor, price_version, stock, active
FROM products WHERE business_id = $1::uuid ORDER BY id)"};

// Open ones, and those placed or paid since $2. An order is held for a day at most, so that one
// paid since $2 is not older than two: the index on (business, created_at) finds it.
constexpr statement select_orders{"desk_orders", R"(
SELECT id, number, conversation_id, contact_id, status, currency, total_minor, note, idempotency_key, version,
       payment_attempt, payment_reference, payment_url, created_at, reserved_until, paid_at, wished_at, payment_transaction
FROM orders WHERE business_id = $1::uuid AND status IN ('draft', 'awaiting_payment')
UNION ALL
SELECT id, number, conversation_id, contact_id, status, currency, total_minor, note, idempotency_key, version,
       payment_attempt, payment_reference, payment_url, created_at, reserved_until, paid_at, wished_at, payment_transaction
FROM orders WHERE business_id = $1::uuid AND status NOT IN ('draft', 'awaiting_payment')
  AND created_at >= $2::bigint - 172800000 AND (wished_at >= $2::bigint OR paid_at >= $2::bigint)
ORDER BY number)"};

constexpr statement select_items{"desk_items", R"(
SELECT order_id, product_id, sku, name, quantity, unit_price_minor, price_version
FROM order_items WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, line)"};

constexpr statement select_last_number{"last_order_number", R"(
SELECT coalesce(max(number), 0) FROM orders WHERE business_id = $1::uuid)"};

constexpr statement select_action_result{"action_result", R"(
SELECT outcome FROM action_results WHERE business_id = $1::uuid AND action_key = $2)"};

constexpr statement select_last_invoice{"last_invoice_number", R"(
SELECT coalesce(max(number), 0) FROM invoices WHERE business_id = $1::uuid AND series = $2)"};

constexpr statement select_invoice{"invoice", R"(
SELECT id, series, number, currency, total_minor, lines, issued_at
FROM invoices WHERE business_id = $1::uuid AND order_id = $2::uuid AND kind = $3)"};

constexpr statement select_expired{"expired_reservations", R"(
SELECT DISTINCT business_id FROM orders
WHERE status IN ('draft', 'awaiting_payment') AND reserved_until > 0 AND reserved_until < $1::bigint ORDER BY business_id)"};

// 1 out. The customer's other id is not '': contacts have none like that.
constexpr statement select_sent{"sent_message", R"(
SELECT m.conversation_id, m.id, m.origin, m.state, m.external_id
FROM contacts k
JOIN conversations c ON c.connection_id = k.connection_id AND c.contact_id = k.id
JOIN messages m ON m.conversation_id = c.id AND m.id = $4::uuid
WHERE k.connection_id = $1::uuid AND k.scoped_id = ANY (ARRAY[$2, $3]) AND m.direction = 1 LIMIT 1)"};

// Echoes and statuses are about recent messages; an index on the platform's id would be paid by every
// message (docs/adr/0016).
constexpr statement select_sent_by_external_id{"sent_message_by_external_id", R"(
SELECT conversation_id, id, origin, state, external_id FROM (
  SELECT m.* FROM contacts k
  JOIN conversations c ON c.connection_id = k.connection_id AND c.contact_id = k.id
  JOIN LATERAL (SELECT conversation_id, id, direction, origin, state, external_id FROM messages
                WHERE conversation_id = c.id ORDER BY id DESC LIMIT 500) m ON true
  WHERE k.connection_id = $1::uuid AND k.scoped_id = ANY (ARRAY[$2, $3])
) recent WHERE external_id = $4 AND direction = 1 LIMIT 1)"};

constexpr std::array all_statements{select_directory_version,
                                    select_directory,
                                    select_tenant,
                                    select_connections,
                                    select_payment_connection,
                                    find_conversation,
                                    make_conversation,
                                    select_inbox_lines,
                                    select_these_inbox,
                                    select_open_inbox,
                                    select_outbox,
                                    select_outbox_connections,
                                    select_currency,
                                    select_products,
                                    select_orders,
                                    select_items,
                                    select_last_number,
                                    select_action_result,
                                    select_last_invoice,
                                    select_invoice,
                                    select_expired,
                                    select_sent,
                                    select_sent_by_external_id};

// --- fields --------------------------------------------------------------------------------------

/// Walks over the fields of a row in the order of the SELECT list.
class fields {
 public:
  explicit fields(const pqxx::row& row) : row_{row} {}

  [[nodiscard]] bool is_null() const { return row_[at_].is_null(); }
  void skip(int count = 1) noexcept { at_ += count; }
  std::string text() {
    return next().is_null() ? std::string{} : std::string{current().c_str(), current().size()};
  }
  std::int64_t integer() { return next().as<std::int64_t>(); }
  std::int16_t small() { return static_cast<std::int16_t>(next().as<int>()); }
  bool flag() { return next().as<bool>(); }
  instant at() { return instant_from_ms(integer()); }
  template <class Enum>
  Enum number() {
    return static_cast<Enum>(next().as<int>());
  }
  template <class Id>
  Id id() {
    const auto parsed = parse_uuid(next().c_str());
    if (!parsed) throw std::runtime_error("not a uuid");
    return Id{*parsed};
  }
  std::string bytes() {
    const auto field = next();
    const std::string_view hex{field.c_str(), field.size()};
    auto decoded = crypto::hex_decode(hex.substr(std::min<std::size_t>(2, hex.size())));
    if (!decoded) throw std::runtime_error("not a bytea");
    return std::move(*decoded);
  }
  std::vector<inbox_id> inbox_ids();

 private:
  pqxx::field next() { return row_[at_++]; }
  pqxx::field current() const { return row_[at_ - 1]; }

  const pqxx::row& row_;
  int at_ = 0;
};

std::vector<inbox_id> fields::inbox_ids() {
  const auto field = next();
  std::string_view text{field.c_str(), field.size()};
  std::vector<inbox_id> ids;
  while (!text.empty()) {
    inbox_id id = 0;
    text.remove_prefix(1);  // { , or }
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failed != std::errc{}) break;
    ids.push_back(id);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return ids;
}

template <class Ids, class Text>
std::string array_text(const Ids& ids, Text text) {
  std::string list{"{"};
  for (const auto& id : ids) {
    if (list.size() > 1) list += ',';
    list += text(id);
  }
  return list += '}';
}

std::string id_array(std::span<const inbox_id> ids) {
  return array_text(ids, [](inbox_id id) { return std::to_string(id); });
}

std::optional<channel::route_space> parse_space(std::string_view name) noexcept {
  if (name == "page") return channel::route_space::page;
  if (name == "instagram") return channel::route_space::instagram;
  if (name == "whatsapp_phone") return channel::route_space::whatsapp_phone;
  if (name == "whatsapp_account") return channel::route_space::whatsapp_account;
  return std::nullopt;
}

channel_kind channel_of(const std::string& name) {
  const auto kind = parse_channel(name);
  if (!kind) throw std::runtime_error("unknown channel");
  return *kind;
}

// --- rows ----------------------------------------------------------------------------------------

directory_entry entry_of(const pqxx::row& row) {
  fields from{row};
  const auto space = parse_space(from.text());
  if (!space) throw std::runtime_error("unknown route space");
  directory_entry entry;
  entry.route = {*space, from.text()};
  entry.business = from.id<business_id>();
  entry.connection = from.id<connection_id>();
  entry.channel = channel_of(from.text());
  return entry;
}

tenant_record tenant_of(business_id business, const pqxx::row& row) {
  fields from{row};
  tenant_record tenant;
  tenant.id = business;
  tenant.key = from.text();
  tenant.name = from.text();
  tenant.currency = from.text();
  tenant.timezone = from.text();
  tenant.locale = from.text();
  tenant.training = from.text();
  tenant.version = from.integer();
  tenant.utc_offset_minutes = static_cast<int>(from.integer());
  return tenant;
}

connection_record connection_of(const pqxx::row& row) {
  fields from{row};
  connection_record record;
  record.id = from.id<connection_id>();
  record.channel = channel_of(from.text());
  record.login = from.text();
  record.external_id = from.text();
  record.sealed_token = from.text();
  record.usable = from.flag();
  return record;
}

payment_connection_record payment_connection_of(const pqxx::row& row) {
  fields from{row};
  payment_connection_record record;
  record.provider = from.text();
  record.mode = from.text();
  record.sealed_secret_key = from.text();
  return record;
}

live_plan plan_of(fields& from) {
  live_plan plan;
  plan.turn = from.id<turn_id>();
  plan.round = from.small();
  plan.epoch = from.integer();
  plan.inbox_ids = from.inbox_ids();
  plan.plan = from.text();
  plan.started_at = from.at();
  return plan;
}

constexpr int plan_columns = 6;

std::optional<recent_message> message_of(fields from) {
  if (from.is_null()) return std::nullopt;
  recent_message message;
  message.origin = from.number<message_origin>();
  message.body = from.text();
  return message;
}

conversation_record conversation_of(const pqxx::result& rows) {
  const auto first = rows.front();
  fields from{first};
  conversation_record record;
  record.id = from.id<conversation_id>();
  record.contact = from.id<contact_id>();
  record.contact_name = from.text();
  record.contact_email = from.text();
  record.owner = from.number<chat_owner>();
  record.epoch = from.integer();
  record.handover_reason = from.text();
  record.last_customer_at = from.at();
  constexpr int head_columns = 8;
  if (!from.is_null()) record.plan = plan_of(from);
  for (const auto& row : rows) {
    fields tail{row};
    tail.skip(head_columns + plan_columns);
    if (auto message = message_of(tail)) record.recent.push_back(std::move(*message));
  }
  return record;
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

stored_product product_of(const pqxx::row& row) {
  fields from{row};
  stored_product one;
  one.id = from.id<product_id>();
  one.sku = from.text();
  one.name = from.text();
  one.description = from.text();
  one.price_minor = from.integer();
  one.price_version = from.integer();
  one.stock = from.integer();
  one.active = from.flag();
  return one;
}

order_row order_of(business_id business, const pqxx::row& row) {
  fields from{row};
  order_row one;
  one.id = from.id<order_id>();
  one.business = business;
  one.number = from.integer();
  one.conversation = from.id<conversation_id>();
  one.contact = from.id<contact_id>();
  one.status = from.text();
  one.currency = from.text();
  one.total_minor = from.integer();
  one.note = from.text();
  one.idempotency_key = from.text();
  one.version = from.integer();
  one.prior_version = one.version;
  one.payment_attempt = static_cast<std::int32_t>(from.integer());
  one.payment_reference = from.text();
  one.payment_url = from.text();
  one.created_at = from.at();
  one.reserved_until = from.at();
  one.paid_at = from.at();
  one.wished_at = from.at();
  one.payment_transaction = from.text();
  return one;
}

order_item_row item_of(fields from) {
  order_item_row item;
  item.product = from.id<product_id>();
  item.sku = from.text();
  item.name = from.text();
  item.quantity = from.integer();
  item.unit_price_minor = from.integer();
  item.price_version = from.integer();
  return item;
}

void load_items(pqxx::nontransaction& session, std::vector<order_row>& orders) {
  if (orders.empty()) return;
  std::map<order_id, order_row*> by_id;
  for (order_row& one : orders) by_id.emplace(one.id, &one);
  const auto ids = array_text(orders, [](const order_row& one) { return to_string(one.id); });
  for (const auto& row : session.exec_prepared(select_items.name, ids)) {
    fields from{row};
    if (const auto found = by_id.find(from.id<order_id>()); found != by_id.end())
      found->second->items.push_back(item_of(from));
  }
}

invoice_row invoice_of(business_id business, order_id order, const std::string& kind, const pqxx::row& row) {
  fields from{row};
  invoice_row one;
  one.business = business;
  one.order = order;
  one.kind = kind;
  one.id = from.id<invoice_id>();
  one.series = from.text();
  one.number = from.integer();
  one.currency = from.text();
  one.total_minor = from.integer();
  one.lines = from.text();
  one.issued_at = from.at();
  return one;
}

template <class Row>
auto all_of(const pqxx::result& rows, Row row_of) {
  std::vector<decltype(row_of(rows.front()))> all;
  all.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) all.push_back(row_of(row));
  return all;
}

std::optional<conversation_record> find(pqxx::nontransaction& session, const new_conversation& wanted) {
  const auto rows = session.exec_prepared(find_conversation.name, to_string(wanted.business),
                                          to_string(wanted.connection), wanted.scoped_id, wanted.history);
  if (rows.empty()) return std::nullopt;
  return conversation_of(rows);
}

void make(pqxx::nontransaction& session, const new_conversation& wanted, std::int64_t incarnation) {
  session.exec_prepared(make_conversation.name, incarnation, to_string(wanted.business),
                        to_string(wanted.connection), wanted.scoped_id, to_string(wanted.contact),
                        wanted.alias, wanted.name, to_string(wanted.conversation), to_unix_ms(wanted.at));
}

constexpr int make_attempts = 3;

}  // namespace

// --- postgres_reads ------------------------------------------------------------------------------

std::span<const statement> read_statements() noexcept { return all_statements; }

postgres_reads::postgres_reads(connector connect, std::int64_t incarnation,
                               std::shared_ptr<const doubt_gate> doubts)
    : connect_{std::move(connect)}, incarnation_{incarnation}, doubts_{std::move(doubts)} {}

postgres_reads::~postgres_reads() = default;

result<void> postgres_reads::ensure_connected() {
  if (connection_ && connection_->is_open()) return {};
  connection_.reset();
  auto fresh = connect_();
  if (!fresh) return fresh.error();
  const auto ready = guarded([&] {
    pqxx::nontransaction{**fresh}.exec(session_settings);
    for (const statement& one : all_statements) (*fresh)->prepare(one.name, one.sql);
  });
  if (!ready) return ready.error();
  connection_ = std::move(*fresh);
  return {};
}

/// Each statement is a transaction of its own: one round trip.
template <class Read>
auto postgres_reads::read(Read from) {
  using value = std::invoke_result_t<Read, pqxx::nontransaction&>;
  const auto before = doubts_->now();
  const error in_doubt = make_failure(errc::unavailable, "a commit of this process may still happen");
  if (before.is_closed()) return result<value>{in_doubt};
  if (auto ready = ensure_connected(); !ready) return result<value>{ready.error()};
  auto outcome = guarded([&] {
    pqxx::nontransaction session{*connection_};
    return from(session);
  });
  if (!outcome && outcome.error().code == errc::unavailable) connection_.reset();
  if (doubts_->now() != before) return result<value>{in_doubt};
  return outcome;
}

result<directory> postgres_reads::load_directory() {
  return read([](pqxx::nontransaction& session) {
    directory all;
    // The version first: what changes in between makes it stale, never missing.
    all.version = session.exec_prepared1(select_directory_version.name)[0].as<std::int64_t>();
    all.entries = all_of(session.exec_prepared(select_directory.name), entry_of);
    return all;
  });
}

result<std::int64_t> postgres_reads::directory_version() {
  return read([](pqxx::nontransaction& session) {
    return session.exec_prepared1(select_directory_version.name)[0].as<std::int64_t>();
  });
}

result<tenant_record> postgres_reads::load_tenant(business_id business, instant at) {
  const auto found = read([&](pqxx::nontransaction& session) -> std::optional<tenant_record> {
    const auto id = to_string(business);
    const auto rows = session.exec_prepared(select_tenant.name, id, to_unix_ms(at));
    if (rows.empty()) return std::nullopt;
    auto tenant = tenant_of(business, rows.front());
    tenant.connections = all_of(session.exec_prepared(select_connections.name, id), connection_of);
    const auto payments = session.exec_prepared(select_payment_connection.name, id);
    if (!payments.empty()) tenant.payment = payment_connection_of(payments.front());
    return tenant;
  });
  if (!found) return found.error();
  if (!*found) return make_failure(errc::not_found, "no such business");
  return **found;
}

result<conversation_record> postgres_reads::open_conversation(const new_conversation& wanted) {
  auto opened = read([&](pqxx::nontransaction& session) {
    auto found = find(session, wanted);
    if (!found && wanted.missing == missing_conversation::leave) found.emplace();
    for (int attempt = 0; !found && attempt < make_attempts; ++attempt) {
      make(session, wanted, incarnation_);
      found = find(session, wanted);
    }
    return found;
  });
  if (!opened) return opened.error();
  if (!*opened) return make_failure(errc::unavailable, "the conversation could not be made");
  return std::move(**opened);
}

result<std::vector<inbox_line>> postgres_reads::look_inbox(inbox_id after, int limit) {
  return read([&](pqxx::nontransaction& session) {
    return all_of(session.exec_prepared(select_inbox_lines.name, after, limit), line_of);
  });
}

result<std::vector<stored_delivery>> postgres_reads::load_inbox(std::span<const inbox_id> ids) {
  return read([&](pqxx::nontransaction& session) {
    return all_of(session.exec_prepared(select_these_inbox.name, id_array(ids)), delivery_of);
  });
}

result<std::vector<inbox_id>> postgres_reads::open_inbox(std::span<const inbox_id> ids) {
  return read([&](pqxx::nontransaction& session) {
    return all_of(session.exec_prepared(select_open_inbox.name, id_array(ids)),
                  [](const pqxx::row& row) { return row[0].as<inbox_id>(); });
  });
}

result<std::vector<stored_outbox_row>> postgres_reads::load_outbox(connection_id connection) {
  return read([&](pqxx::nontransaction& session) {
    return all_of(session.exec_prepared(select_outbox.name, to_string(connection)), outbox_row_of);
  });
}

result<std::vector<std::pair<business_id, connection_id>>> postgres_reads::outbox_connections() {
  return read([](pqxx::nontransaction& session) {
    return all_of(session.exec_prepared(select_outbox_connections.name), [](const pqxx::row& row) {
      fields from{row};
      const auto business = from.id<business_id>();
      return std::pair{business, from.id<connection_id>()};
    });
  });
}

result<desk_record> postgres_reads::load_desk(business_id business, instant closed_since) {
  const auto found = read([&](pqxx::nontransaction& session) -> std::optional<desk_record> {
    const auto id = to_string(business);
    const auto currency = session.exec_prepared(select_currency.name, id);
    if (currency.empty()) return std::nullopt;
    desk_record desk;
    desk.currency = currency.front()[0].as<std::string>();
    desk.products = all_of(session.exec_prepared(select_products.name, id), product_of);
    desk.orders = all_of(session.exec_prepared(select_orders.name, id, to_unix_ms(closed_since)),
                         [&](const pqxx::row& row) { return order_of(business, row); });
    load_items(session, desk.orders);
    desk.last_order_number = session.exec_prepared1(select_last_number.name, id)[0].as<std::int64_t>();
    return desk;
  });
  if (!found) return found.error();
  if (!*found) return make_failure(errc::not_found, "no such business");
  return **found;
}

result<std::optional<std::string>> postgres_reads::find_action_result(business_id business,
                                                                      const std::string& action_key) {
  return read([&](pqxx::nontransaction& session) -> std::optional<std::string> {
    const auto rows = session.exec_prepared(select_action_result.name, to_string(business), action_key);
    if (rows.empty()) return std::nullopt;
    return rows.front()[0].as<std::string>();
  });
}

result<std::int64_t> postgres_reads::last_invoice_number(business_id business, const std::string& series) {
  return read([&](pqxx::nontransaction& session) {
    return session.exec_prepared1(select_last_invoice.name, to_string(business), series)[0]
        .as<std::int64_t>();
  });
}

result<std::optional<invoice_row>> postgres_reads::find_invoice(business_id business, order_id order,
                                                                const std::string& kind) {
  return read([&](pqxx::nontransaction& session) -> std::optional<invoice_row> {
    const auto rows = session.exec_prepared(select_invoice.name, to_string(business), to_string(order), kind);
    if (rows.empty()) return std::nullopt;
    return invoice_of(business, order, kind, rows.front());
  });
}

result<std::vector<business_id>> postgres_reads::expired_reservations(instant now) {
  return read([&](pqxx::nontransaction& session) {
    return all_of(session.exec_prepared(select_expired.name, to_unix_ms(now)),
                  [](const pqxx::row& row) { return fields{row}.id<business_id>(); });
  });
}

result<std::optional<sent_record>> postgres_reads::find_sent(const sent_question& asked) {
  return read([&](pqxx::nontransaction& session) -> std::optional<sent_record> {
    if (!asked.id && asked.external_id.empty()) return std::nullopt;
    const auto& by = asked.id ? select_sent : select_sent_by_external_id;
    const auto rows = session.exec_prepared(by.name, to_string(asked.connection), asked.scoped_id,
                                            asked.alias, asked.id ? to_string(*asked.id) : asked.external_id);
    if (rows.empty()) return std::nullopt;
    const auto first = rows.front();
    fields from{first};
    sent_record found;
    found.conversation = from.id<conversation_id>();
    found.id = from.id<message_id>();
    found.origin = static_cast<message_origin>(from.integer());
    found.state = static_cast<send_state>(from.integer());
    found.external_id = from.text();
    return found;
  });
}

}  // namespace sellavie::storage
