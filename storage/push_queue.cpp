#include "storage/push_queue.hpp"

#include <nlohmann/json.hpp>

#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_target = R"(
SELECT p.sealed FROM push_subscriptions p JOIN sessions s ON s.id = p.session_id
WHERE p.id = $1::uuid AND s.revoked_at IS NULL AND s.expires_at > $2::bigint)";
constexpr const char* note_success = R"(
UPDATE push_subscriptions SET last_success_at = greatest(last_success_at, $2::bigint) WHERE id = $1::uuid)";
constexpr const char* delete_one = "DELETE FROM push_subscriptions WHERE id = $1::uuid";

}  // namespace

std::string write_push_job(const push_job& job) {
  return nlohmann::json{{"subscription", to_string(job.subscription)},
                        {"message", job.message},
                        {"until", to_unix_ms(job.until)}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<push_job> read_push_job(std::string_view payload) {
  const auto read = nlohmann::json::parse(payload, nullptr, false);
  if (!read.is_object() || !read.contains("subscription") || !read.contains("message") ||
      !read.contains("until"))
    return std::nullopt;
  const auto& [subscription, message, until] = std::tie(read["subscription"], read["message"], read["until"]);
  if (!subscription.is_string() || !message.is_string() || !until.is_number_integer()) return std::nullopt;
  const auto id = parse_uuid(subscription.get_ref<const std::string&>());
  if (!id) return std::nullopt;
  return push_job{push_subscription_id{*id}, message.get<std::string>(),
                  instant_from_ms(until.get<std::int64_t>())};
}

result<std::optional<std::string>> find_push_target(api_session& session, const push_subscription_id& id,
                                                    instant now) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_target, to_string(id), to_unix_ms(now));
    return rows.empty() ? std::nullopt : std::optional{rows[0][0].as<std::string>()};
  });
}

result<void> note_push(api_session& session, const push_subscription_id& id, instant at) {
  return for_accounts(
      session, [&](pqxx::work& work) { work.exec_params(note_success, to_string(id), to_unix_ms(at)); });
}

result<void> drop_push_subscription(api_session& session, const push_subscription_id& id) {
  return for_accounts(session, [&](pqxx::work& work) { work.exec_params(delete_one, to_string(id)); });
}

}  // namespace sellavie::storage
