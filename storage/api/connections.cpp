#include "storage/api/connections.hpp"

#include <stdexcept>

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/directory_work.hpp"
#include "storage/api/list_work.hpp"
#include "storage/api/plan_room.hpp"
#include "storage/provisioning_file.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

// --- SQL -----------------------------------------------------------------------------------------

// When a message came last is looked for among the 2000 chats that were written in last.
#define CONNECTION_COLUMNS                                                                                                  \
  "SELECT n.id, n.channel, n.login, n.external_id, n.name, n.token_hint, n.subscription_id, n.access_token, n.created_at, " \
  "n.connected_at, n.connected_by, n.disconnected_at, n.token_expires_at, n.checked_at, n.is_subscribed, n.broken_at, "     \
  "n.last_error, n.last_error_at, (SELECT max(c.last_message_at) FROM (SELECT connection_id, last_message_at "              \
  "FROM conversations WHERE business_id = $1::uuid ORDER BY business_id, last_message_at DESC, id DESC LIMIT 2000) c "      \
  "WHERE c.connection_id = n.id), n.notice_template, n.notice_template_language, n.version FROM connections n WHERE n.business_id = $1::uuid "
const two_ends select_page{
    CONNECTION_COLUMNS
    "AND n.id {<} $2::uuid AND $4 IN ('', n.channel) AND $5 IN ('', CASE WHEN n.disconnected_at IS NOT NULL THEN 'disconnected' "
    "WHEN n.broken_at IS NOT NULL OR n.token_expires_at <= $6::bigint THEN 'reconnect_needed' ELSE 'active' END) "
    "ORDER BY n.business_id{desc}, n.id{desc} LIMIT $3::integer"};
constexpr const char* select_one = CONNECTION_COLUMNS "AND n.id = $2::uuid";
constexpr const char* select_locked = CONNECTION_COLUMNS "AND n.id = $2::uuid FOR NO KEY UPDATE OF n";
#undef CONNECTION_COLUMNS

constexpr const char* select_elsewhere = R"(
SELECT external_id FROM connection_ids
WHERE space = $1 AND external_id = ANY ($2::text[]) AND business_id <> $3::uuid)";

// The one that is active first, else the newest that was: its chats go on.
constexpr const char* find_former = R"(
SELECT id, disconnected_at IS NULL, access_token FROM connections
WHERE business_id = $1::uuid AND channel = $2 AND external_id = $3
ORDER BY disconnected_at IS NULL DESC, id DESC LIMIT 1 FOR NO KEY UPDATE)";
constexpr const char* is_connected = R"(
SELECT FROM connections
WHERE business_id = $1::uuid AND channel = $2 AND external_id = $3 AND disconnected_at IS NULL)";
constexpr const char* insert_connection = R"(
INSERT INTO connections (id, business_id, channel, login, external_id, access_token, created_at)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7::bigint))";
constexpr const char* renew_connection = R"(
UPDATE connections SET login = $3, access_token = $4, name = $5, token_hint = $6, subscription_id = $7, login_user_id = $8,
  token_expires_at = $9::bigint, connected_at = $10::bigint, connected_by = $11::uuid, checked_at = $10::bigint,
  is_subscribed = true, disconnected_at = NULL, broken_at = NULL, last_error = '', last_error_at = NULL
WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr const char* own_id = R"(
SELECT connection_id FROM connection_ids WHERE business_id = $1::uuid AND space = $2 AND external_id = $3)";
// No ON CONFLICT: an id of another business undoes all of it.
constexpr const char* insert_id = R"(
INSERT INTO connection_ids (business_id, connection_id, space, external_id) VALUES ($1::uuid, $2::uuid, $3, $4))";
constexpr const char* end_flow = R"(
UPDATE connect_flows SET stage = 'connected', sealed = '', found = $3 WHERE business_id = $1::uuid AND id = $2::uuid)";

constexpr const char* set_template = R"(
UPDATE connections SET notice_template = $3, notice_template_language = $4, version = version + 1
WHERE business_id = $1::uuid AND id = $2::uuid)";

constexpr const char* set_disconnected = R"(
UPDATE connections SET disconnected_at = $3::bigint, access_token = '', token_hint = '', token_expires_at = NULL,
  is_subscribed = NULL, broken_at = NULL, last_error = '', last_error_at = NULL
WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr const char* delete_ids =
    "DELETE FROM connection_ids WHERE business_id = $1::uuid AND connection_id = $2::uuid";
// $1 is empty when it is not known: any of the business's may be it.
constexpr const char* count_sharing = R"(
SELECT count(*) FROM connections
WHERE disconnected_at IS NULL AND login = $2 AND id <> $3::uuid AND (channel = 'whatsapp') = $5::boolean
  AND ((subscription_id = $1 AND $1 <> '') OR (subscription_id = '' AND external_id = $1)
    OR (business_id = $4::uuid
        AND ($1 = '' OR (subscription_id = '' AND channel <> 'messenger' AND login <> 'instagram')))))";

constexpr const char* update_check = R"(
UPDATE connections SET checked_at = $4::bigint, is_subscribed = coalesce($5::boolean, is_subscribed),
  token_expires_at = $6::bigint, broken_at = CASE WHEN $7::boolean THEN coalesce(broken_at, $4::bigint) END,
  last_error = CASE WHEN $8 = '' THEN last_error ELSE $8 END,
  last_error_at = CASE WHEN $8 = '' THEN last_error_at ELSE $4::bigint END,
  access_token = CASE WHEN $9 = '' THEN access_token ELSE $9 END,
  token_hint = CASE WHEN $9 = '' THEN token_hint ELSE $10 END
WHERE business_id = $1::uuid AND id = $2::uuid AND access_token = $3)";

// --- rows ----------------------------------------------------------------------------------------

std::optional<instant> moment(fields& row) {
  if (!row.is_null()) return row.at();
  row.skip();
  return std::nullopt;
}

stored_connection connection_in(const pqxx::row& one) {
  fields row{one};
  stored_connection found;
  found.id = row.id<connection_id>();
  const auto channel = parse_channel(row.text());
  if (!channel) throw std::runtime_error("unknown channel");
  found.channel = *channel;
  found.login = row.text();
  found.external_id = row.text();
  found.name = row.text();
  found.token_hint = row.text();
  found.subscription_id = row.text();
  found.sealed_token = row.text();
  found.created_at = row.at();
  found.connected_at = moment(row);
  if (row.is_null()) row.skip();
  else found.connected_by = row.id<connection_id>().value;
  found.disconnected_at = moment(row);
  found.token_expires_at = moment(row);
  found.checked_at = moment(row);
  if (row.is_null()) row.skip();
  else found.is_subscribed = row.flag();
  found.broken_at = moment(row);
  found.last_error = row.text();
  found.last_error_at = moment(row);
  found.last_event_at = moment(row);
  if (found.last_event_at == instant{}) found.last_event_at.reset();
  found.notices.name = row.text();
  found.notices.language = row.text();
  found.version = row.integer();
  return found;
}

std::optional<stored_connection> find(pqxx::work& work, const char* sql, const business_id& business,
                                      const connection_id& id) {
  const auto rows = work.exec_params(sql, to_string(business), to_string(id));
  return rows.empty() ? std::optional<stored_connection>{} : connection_in(rows[0]);
}

std::optional<std::string> ms_or_null(const std::optional<instant>& at) {
  return at ? std::optional{std::to_string(to_unix_ms(*at))} : std::nullopt;
}
const char* text_or_null(const std::optional<std::string>& text) { return text ? text->c_str() : nullptr; }

std::vector<std::string> ids_of(const account_to_connect& one) {
  std::vector<std::string> all{one.external_id};
  all.insert(all.end(), one.aliases.begin(), one.aliases.end());
  return all;
}

json logged(channel_kind channel, const std::string& login, const std::string& external_id) {
  return {{"channel", to_string(channel)}, {"login", login}, {"external_id", external_id}};
}

json logged(const channel::approved_template& one) {
  json shown = json::object();
  shown["notice_template"] = one.name;
  shown["language"] = one.language;
  return shown;
}

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const connection_id& id, json before, json after) {
  record_activity(work, &business, by, {action, "connection", id.value, std::move(before), std::move(after)});
}

void claim_ids(pqxx::work& work, const business_id& business, const connection_id& connection,
               const account_to_connect& one) {
  const std::string space{id_space_of(one.channel)};
  for (const auto& id : ids_of(one)) {
    const auto own = work.exec_params(own_id, to_string(business), space, id);
    if (own.empty()) work.exec_params(insert_id, to_string(business), to_string(connection), space, id);
  }
}

/// Those that are connected now take no further place.
bool fits_the_plan(pqxx::work& work, const business_id& business,
                   const std::vector<account_to_connect>& accounts, const config::plans_settings& plans) {
  const auto room = plan_room(work, business, plan_resource::connections, plans);
  if (!room) return true;
  std::int64_t more = 0;
  for (const auto& one : accounts)
    if (work.exec_params(is_connected, to_string(business), std::string{to_string(one.channel)},
                         one.external_id)
            .empty())
      ++more;
  return more <= *room;
}

connection_id connect_one(pqxx::work& work, const business_id& business, const change_origin& by,
                          const account_to_connect& one) {
  const auto shop = to_string(business);
  const std::string channel{to_string(one.channel)};
  const auto former = work.exec_params(find_former, shop, channel, one.external_id);
  auto id = one.id;
  std::string_view action = "connection.connected";
  if (former.empty()) {
    work.exec_params(insert_connection, to_string(id), shop, channel, one.login, one.external_id,
                     one.sealed_token, to_unix_ms(by.at));
  } else {
    const pqxx::row first = former[0];
    fields row{first};
    id = row.id<connection_id>();
    if (row.flag()) action = "connection.reconnected";
  }
  const auto expires_at = ms_or_null(one.token_expires_at);
  work.exec_params(renew_connection, shop, to_string(id), one.login, one.sealed_token, one.name,
                   one.token_hint, one.subscription_id, one.login_user_id, text_or_null(expires_at),
                   to_unix_ms(by.at), to_string(by.account));
  claim_ids(work, business, id, one);
  record(work, business, by, action, id, nullptr, logged(one.channel, one.login, one.external_id));
  return id;
}

}  // namespace

std::string stored_connection::heard_by() const {
  const bool is_its_own = channel == channel_kind::messenger || login == "instagram";
  return subscription_id.empty() && is_its_own ? external_id : subscription_id;
}

result<std::vector<stored_connection>> list_connections(api_session& session, const business_id& business,
                                                        const connection_filter& filter,
                                                        const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return page_by_id(work, select_page, business, wish, connection_in, filter.channel, filter.state,
                      to_unix_ms(filter.now));
  });
}

result<std::optional<stored_connection>> find_connection(api_session& session, const business_id& business,
                                                         const connection_id& id) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return find(work, select_one, business, id); });
}

result<std::vector<std::string>> connected_elsewhere(api_session& session, const business_id& business,
                                                     const std::vector<account_to_connect>& accounts) {
  return for_accounts(session, [&](pqxx::work& work) {
    std::vector<std::string> taken;
    for (const auto& one : accounts) {
      // Ids are of letters, digits and _ - . only: nothing to quote.
      const auto ids = array_text(ids_of(one), [](const std::string& id) { return id; });
      const auto rows =
          work.exec_params(select_elsewhere, std::string{id_space_of(one.channel)}, ids, to_string(business));
      if (!rows.empty()) taken.push_back(one.external_id);
    }
    return taken;
  });
}

result<bool> plan_has_room(api_session& session, const business_id& business,
                           const std::vector<account_to_connect>& accounts,
                           const config::plans_settings& plans) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return fits_the_plan(work, business, accounts, plans); });
}

result<std::optional<std::vector<connection_id>>> connect_accounts(
    api_session& session, const business_id& business, const change_origin& by, const uuid& flow,
    const std::vector<account_to_connect>& accounts, const config::plans_settings& plans) {
  using connected_ids = std::optional<std::vector<connection_id>>;
  return for_business(session, business, [&](pqxx::work& work) -> connected_ids {
    raise_directory(work);
    if (!fits_the_plan(work, business, accounts, plans)) return std::nullopt;
    std::vector<connection_id> connected;
    auto shown = json::array();
    for (const auto& one : accounts) {
      connected.push_back(connect_one(work, business, by, one));
      shown.push_back(to_string(connected.back()));
    }
    work.exec_params(end_flow, to_string(business), to_string(flow), shown.dump());
    return connected;
  });
}

result<edit_outcome> change_notice_template(api_session& session, const business_id& business,
                                            const change_origin& by, const connection_id& id,
                                            const channel::approved_template& wanted,
                                            std::int64_t expected_version) {
  return for_business(session, business, [&](pqxx::work& work) {
    // What changes nothing leaves the servers in peace.
    const auto seen = find(work, select_one, business, id);
    if (!seen || seen->channel != channel_kind::whatsapp) return edit_outcome::not_found;
    if (seen->version != expected_version) return edit_outcome::stale;
    if (seen->notices == wanted) return edit_outcome::done;
    raise_directory(work);
    const auto was = find(work, select_locked, business, id);
    if (!was) return edit_outcome::not_found;
    if (was->version != expected_version) return edit_outcome::stale;
    work.exec_params(set_template, to_string(business), to_string(id), wanted.name, wanted.language);
    record(work, business, by, "connection.notice_template_changed", id, logged(was->notices),
           logged(wanted));
    return edit_outcome::done;
  });
}

result<disconnected> disconnect(api_session& session, const business_id& business, const change_origin& by,
                                const connection_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    disconnected change;
    // A look that finds nothing to do leaves the servers in peace.
    const auto seen = find(work, select_one, business, id);
    if (!seen) return change;
    if (seen->is_disconnected()) return disconnected{edit_outcome::done, *seen};
    raise_directory(work);
    const auto was = find(work, select_locked, business, id);
    if (!was) return change;
    change.outcome = edit_outcome::done;
    change.was = *was;
    if (was->is_disconnected()) return change;
    work.exec_params(delete_ids, to_string(business), to_string(id));
    work.exec_params(set_disconnected, to_string(business), to_string(id), to_unix_ms(by.at));
    record(work, business, by, "connection.disconnected", id,
           logged(was->channel, was->login, was->external_id), nullptr);
    return change;
  });
}

result<bool> shares_subscription(api_session& session, const business_id& business,
                                 const stored_connection& gone) {
  return for_accounts(session, [&](pqxx::work& work) {
    const bool is_whatsapp = gone.channel == channel_kind::whatsapp;
    return work.exec_params1(count_sharing, gone.heard_by(), gone.login, to_string(gone.id),
                             to_string(business), is_whatsapp)[0]
               .as<int>() > 0;
  });
}

result<std::optional<stored_connection>> record_check(api_session& session, const business_id& business,
                                                      const change_origin& by,
                                                      const connection_check& found) {
  return for_business(session, business, [&](pqxx::work& work) {
    if (!found.new_token.empty()) raise_directory(work);
    const auto expires_at = ms_or_null(found.token_expires_at);
    const char* subscribed = !found.is_subscribed ? nullptr : *found.is_subscribed ? "true" : "false";
    work.exec_params(update_check, to_string(business), to_string(found.id), found.checked_token,
                     to_unix_ms(by.at), subscribed, text_or_null(expires_at), found.is_broken, found.error,
                     found.new_token, found.new_hint);
    record(work, business, by, "connection.checked", found.id, nullptr,
           {{"reconnect_needed", found.is_broken}, {"error", found.error}});
    return find(work, select_one, business, found.id);
  });
}

}  // namespace sellavie::storage
