#include "storage/api/customers.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

// --- SQL -----------------------------------------------------------------------------------------

#define CUSTOMER_COLUMNS \
  "SELECT id, name, email, phone, address, version, blocked_at > 0, created_at, merged_into FROM "

constexpr const char* newest_page = CUSTOMER_COLUMNS
    "contacts WHERE business_id = $1::uuid AND id < $2::uuid AND (merged_into IS NULL) IS TRUE "
    "ORDER BY business_id DESC, id DESC LIMIT $3::integer";
constexpr const char* oldest_page = CUSTOMER_COLUMNS
    "contacts WHERE business_id = $1::uuid AND id > $2::uuid AND (merged_into IS NULL) IS TRUE "
    "ORDER BY business_id, id LIMIT $3::integer";
#define OF_NAMES                                                                                                      \
  "(SELECT * FROM contacts WHERE business_id = $1::uuid AND lower(name) ~>=~ lower($4) AND lower(name) ~<~ lower($5)" \
  " ORDER BY business_id, lower(name) USING ~<~ LIMIT 1000) k "
constexpr const char* newest_by_name = CUSTOMER_COLUMNS OF_NAMES
    "WHERE id < $2::uuid AND merged_into IS NULL ORDER BY id DESC LIMIT $3::integer";
constexpr const char* oldest_by_name =
    CUSTOMER_COLUMNS OF_NAMES "WHERE id > $2::uuid AND merged_into IS NULL ORDER BY id LIMIT $3::integer";
#undef OF_NAMES
constexpr const char* select_one = CUSTOMER_COLUMNS "contacts WHERE business_id = $1::uuid AND id = $2::uuid";
// In the order of ids: two merges must not wait for each other.
constexpr const char* select_two = CUSTOMER_COLUMNS
    "contacts WHERE business_id = $1::uuid AND id = ANY (ARRAY[$2::uuid, $3::uuid]) ORDER BY id FOR UPDATE";
#undef CUSTOMER_COLUMNS

// The contact itself and those merged into it.
constexpr const char* select_channels = R"(
SELECT k.id, c.id, n.channel, c.last_customer_at, k.connection_id, k.scoped_id,
       CASE WHEN k.unreachable_since > c.last_customer_at THEN k.unreachable_since ELSE 0 END
FROM (SELECT * FROM contacts WHERE business_id = $1::uuid AND id = $2::uuid
      UNION ALL SELECT * FROM contacts WHERE business_id = $1::uuid AND merged_into = $2::uuid) k
CROSS JOIN LATERAL (SELECT * FROM conversations WHERE connection_id = k.connection_id AND contact_id = k.id OFFSET 0) c
JOIN connections n ON n.business_id = k.business_id AND n.id = k.connection_id ORDER BY k.id)";

constexpr const char* count_orders = R"(
SELECT count(*) FROM orders WHERE business_id = $1::uuid AND contact_id = ANY ($2::uuid[]))";

constexpr const char* update_profile = R"(
UPDATE contacts SET name = $3, email = $4, phone = $5, address = $6, version = version + 1
WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr const char* point_to = R"(
UPDATE contacts SET merged_into = $3::uuid, version = version + 1
WHERE business_id = $1::uuid AND (id = $2::uuid OR merged_into = $2::uuid))";

// --- rows ----------------------------------------------------------------------------------------

customer customer_in(const pqxx::row& one) {
  fields row{one};
  customer found{row.id<contact_id>(), row.text(), row.text(), row.text(),  row.text(),
                 row.integer(),        row.flag(), row.at(),   std::nullopt};
  if (!row.is_null()) found.merged_into = row.id<contact_id>();
  return found;
}

customer_channel channel_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<contact_id>(),
          row.id<conversation_id>(),
          row.text(),
          row.at(),
          {row.id<connection_id>(), row.text()},
          row.at()};
}

std::optional<customer> find(pqxx::work& work, const business_id& business, const contact_id& id) {
  const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
  return rows.empty() ? std::optional<customer>{} : customer_in(rows[0]);
}

json logged(const customer& one) {
  return {{"name", one.name}, {"email", one.email}, {"phone", one.phone}, {"address", one.address}};
}

void write_profile(pqxx::work& work, const business_id& business, const customer& one) {
  work.exec_params(update_profile, to_string(business), to_string(one.id), one.name, one.email, one.phone,
                   one.address);
}

void fill(std::string& field, const std::string& from) {
  if (field.empty()) field = from;
}

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const contact_id& id, json before, json after) {
  record_activity(work, &business, by, {action, "customer", id.value, std::move(before), std::move(after)});
}

}  // namespace

std::vector<std::string> customer_statements() {
  return {newest_page, newest_by_name, select_channels, oldest_page, oldest_by_name};
}

result<std::vector<customer>> list_customers(api_session& session, const business_id& business,
                                             const customer_filter& filter,
                                             const std::optional<api::page_position>& after, int limit) {
  const bool oldest = filter.oldest_first;
  const auto edge = to_string(after.value_or(list_edge(!oldest)).id);
  if (filter.name_prefix.empty())
    return for_business(session, business, [&](pqxx::work& work) {
      return all_of(
          work.exec_params(oldest ? oldest_page : newest_page, to_string(business), edge, limit + 1),
          customer_in);
    });
  // Comparing names is not leakproof: under row-level security the index would not be used (inbox.cpp).
  return for_accounts(session, [&](pqxx::work& work) {
    return all_of(work.exec_params(oldest ? oldest_by_name : newest_by_name, to_string(business), edge,
                                   limit + 1, filter.name_prefix, filter.name_prefix + "\xF4\x8F\xBF\xBF"),
                  customer_in);
  });
}

result<std::optional<customer_profile>> find_customer(api_session& session, const business_id& business,
                                                      const contact_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    auto found = find(work, business, id);
    if (found && found->merged_into) found = find(work, business, *found->merged_into);
    if (!found) return std::optional<customer_profile>{};
    customer_profile profile{*found, {}, 0};
    profile.channels =
        all_of(work.exec_params(select_channels, to_string(business), to_string(found->id)), channel_in);
    const auto contacts =
        array_text(profile.channels, [](const customer_channel& one) { return to_string(one.contact); });
    profile.orders = work.exec_params(count_orders, to_string(business), contacts)[0][0].as<std::int64_t>();
    return std::optional{std::move(profile)};
  });
}

result<edited<customer>> change_customer(api_session& session, const business_id& business,
                                         const change_origin& by, const contact_id& id,
                                         std::int64_t expected_version, const customer_change& change) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto both = work.exec_params(select_two, to_string(business), to_string(id), to_string(id));
    const auto was = both.empty() ? std::optional<customer>{} : customer_in(both[0]);
    edited<customer> made;
    if (!may_edit(was ? &*was : nullptr, expected_version, made)) return made;
    made.row = *was;
    if (was->merged_into) return made;
    made.row.name = change.name.value_or(was->name);
    made.row.email = change.email.value_or(was->email);
    made.row.phone = change.phone.value_or(was->phone);
    made.row.address = change.address.value_or(was->address);
    write_profile(work, business, made.row);
    ++made.row.version;
    record(work, business, by, "customer.changed", id, logged(*was), logged(made.row));
    return made;
  });
}

result<merge_outcome> merge_customers(api_session& session, const business_id& business,
                                      const change_origin& by, const contact_id& from,
                                      const contact_id& into) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = all_of(
        work.exec_params(select_two, to_string(business), to_string(from), to_string(into)), customer_in);
    if (from == into && rows.size() == 1) return merge_outcome::not_two_customers;
    if (rows.size() != 2) return merge_outcome::not_found;
    const customer& gone = rows[rows[0].id == from ? 0 : 1];
    customer stays = rows[rows[0].id == from ? 1 : 0];
    if (gone.merged_into || stays.merged_into) return merge_outcome::not_two_customers;
    if (gone.is_blocked != stays.is_blocked) return merge_outcome::blocked_differs;
    const json before = logged(stays);
    fill(stays.name, gone.name);
    fill(stays.email, gone.email);
    fill(stays.phone, gone.phone);
    fill(stays.address, gone.address);
    write_profile(work, business, stays);
    work.exec_params(point_to, to_string(business), to_string(from), to_string(into));
    record(work, business, by, "customer.merged", into, before, logged(stays));
    record(work, business, by, "customer.merged_away", from, logged(gone),
           {{"merged_into", to_string(into)}});
    return merge_outcome::done;
  });
}

}  // namespace sellavie::storage
