#include "actors/payment_check.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

namespace sellavie::actors {
namespace {

using nlohmann::json;

constexpr std::array first_looks{std::chrono::minutes{1}, std::chrono::minutes{3}, std::chrono::minutes{10},
                                 std::chrono::minutes{30}};

std::string text_in(const json& payload, const char* name) {
  const auto found = payload.find(name);
  return found != payload.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

std::string_view to_string(check_outcome outcome) noexcept {
  switch (outcome) {
    case check_outcome::settled: return "settled";
    case check_outcome::open: return "open";
    case check_outcome::silent: return "silent";
    case check_outcome::unknown: return "unknown";
    case check_outcome::strange: return "strange";
  }
  return "unknown";
}

instant next_look(instant made, instant now) noexcept {
  for (const auto after : first_looks)
    if (made + after > now) return made + after;
  const auto hours = std::chrono::floor<std::chrono::hours>(now - made);
  return made + std::max(hours + std::chrono::hours{1}, std::chrono::hours{1});
}

storage::job_row poll_of(const std::string& reference, const business_id& business, storage::job_id id,
                         instant made) {
  return {.id = id,
          .business = business,
          .kind = std::string{payment_check_job},
          .unique_key = "poll." + reference,
          .due_at = next_look(made, made),
          .payload = json{{"reference", reference}, {"source", "poll"}}.dump(),
          .created_at = made};
}

storage::job_row link_end_of(const std::string& reference, const business_id& business, storage::job_id id,
                             instant at) {
  return {.id = id,
          .business = business,
          .kind = std::string{link_end_job},
          .unique_key = reference,
          .due_at = at,
          .payload = json{{"reference", reference}}.dump(),
          .created_at = at};
}

std::optional<payment_check> read_check(std::string_view payload) {
  const auto parsed = json::parse(payload, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  payment_check wanted{.reference = text_in(parsed, "reference"),
                       .transaction = text_in(parsed, "transaction")};
  if (text_in(parsed, "source") == "event") wanted.noticed_by = payment_hint::event;
  const auto kind = text_in(parsed, "kind");
  if (kind == "refund") wanted.kind = check_kind::refund;
  if (kind == "dispute") wanted.kind = check_kind::dispute;
  if (const auto id = parse_uuid(text_in(parsed, "connection")))
    wanted.connection = payment_connection_id{*id};
  if (wanted.reference.empty() && wanted.transaction.empty()) return std::nullopt;
  return wanted;
}

}  // namespace sellavie::actors
