// Loads what a business is: routes, tenant, connections.

#include <array>
#include <stdexcept>

#include "storage/postgres_reading.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

constexpr statement select_directory_version{"directory_version", "SELECT version FROM directory_version"};

constexpr statement select_directory{"directory", R"(
SELECT i.space, i.external_id, c.business_id, c.id, c.channel
FROM connection_ids i JOIN connections c ON c.business_id = i.business_id AND c.id = i.connection_id
ORDER BY i.space, i.external_id)"};

constexpr statement select_payments{"payment_endpoints", R"(
SELECT business_id, id, provider, secret_key, webhook_secrets, version FROM payment_connections)"};

constexpr statement select_versions{"business_versions", "SELECT id, version FROM businesses"};

constexpr statement select_tenant{"tenant", R"(
SELECT key, name, currency, timezone, locale, coalesce(t.content, '{}'), coalesce(t.number, 0), settings, plan, refund_limit_minor, checkout_reminders, checkout_reminder_minutes, version,
       zone_offset(timezone, $2::bigint)
FROM businesses b LEFT JOIN LATERAL (
  SELECT content, number FROM training_versions WHERE business_id = b.id ORDER BY number DESC LIMIT 1
) t ON true WHERE b.id = $1::uuid)"};

constexpr statement select_connections{"tenant_connections", R"(
SELECT id, channel, login, external_id, access_token, notice_template, notice_template_language
FROM connections WHERE business_id = $1::uuid ORDER BY id)"};

constexpr statement select_payment_connections{"tenant_payment_connections", R"(
SELECT id, provider, mode, secret_key, broken_at IS NOT NULL, coalesce(checked_at, 0) FROM payment_connections
WHERE business_id = $1::uuid ORDER BY mode = 'live' DESC, id)"};

constexpr std::array statements_of_directory{select_directory_version,  select_directory, select_payments,
                                             select_versions,           select_tenant,    select_connections,
                                             select_payment_connections};

// --- rows ----------------------------------------------------------------------------------------

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

payment_entry entry_of_payment(const pqxx::row& row) {
  fields from{row};
  payment_entry entry;
  entry.business = from.id<business_id>();
  entry.connection = from.id<payment_connection_id>();
  entry.provider = from.text();
  entry.sealed_secret_key = from.text();
  entry.sealed_webhook_secrets = from.text();
  entry.version = from.integer();
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
  tenant.training_version = static_cast<std::int32_t>(from.integer());
  tenant.settings = from.text();
  tenant.plan = from.text();
  if (from.is_null()) from.skip();
  else tenant.refund_limit_minor = from.integer();
  tenant.checkout_reminders = static_cast<std::int32_t>(from.integer());
  if (from.is_null()) from.skip();
  else tenant.checkout_reminder_minutes = static_cast<std::int32_t>(from.integer());
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
  record.notice_template = from.text();
  record.notice_template_language = from.text();
  return record;
}

payment_connection_record payment_connection_of(const pqxx::row& row) {
  fields from{row};
  payment_connection_record record;
  record.id = from.id<payment_connection_id>();
  record.provider = from.text();
  record.mode = from.text();
  record.sealed_secret_key = from.text();
  record.is_broken = from.flag();
  record.checked_at = from.at();
  return record;
}

}  // namespace

// --- postgres_reads ------------------------------------------------------------------------------

std::span<const statement> directory_reads() noexcept { return statements_of_directory; }

result<directory> postgres_reads::load_directory() {
  return read([](pqxx::nontransaction& session) {
    directory all;
    // The version first: what changes in between makes it stale, never missing.
    all.version = session.exec_prepared1(select_directory_version.name)[0].as<std::int64_t>();
    all.entries = all_of(session.exec_prepared(select_directory.name), entry_of);
    all.payments = all_of(session.exec_prepared(select_payments.name), entry_of_payment);
    for (const auto& row : session.exec_prepared(select_versions.name)) {
      fields from{row};
      const auto business = from.id<business_id>();
      all.business_versions.emplace(business, from.integer());
    }
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
    tenant.payments =
        all_of(session.exec_prepared(select_payment_connections.name, id), payment_connection_of);
    return tenant;
  });
  if (!found) return found.error();
  if (!*found) return make_failure(errc::not_found, "no such business");
  return **found;
}

}  // namespace sellavie::storage
