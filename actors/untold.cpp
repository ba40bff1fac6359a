#include "actors/untold.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::actors {
namespace {

using nlohmann::json;

std::string text_in(const json& payload, const char* name) {
  const auto found = payload.find(name);
  return found != payload.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

storage::job_row untold_of(const untold_notice& notice, const business_id& business, storage::job_id id,
                           instant at) {
  const json payload{{"message", to_string(notice.message)},
                     {"conversation", to_string(notice.conversation)},
                     {"order", to_string(notice.order)},
                     {"text", notice.text},
                     {"reason", notice.reason}};
  return {.id = id,
          .business = business,
          .kind = std::string{untold_job},
          .unique_key = to_string(notice.message),
          .due_at = at,
          .payload = payload.dump(-1, ' ', false, json::error_handler_t::replace),
          .created_at = at};
}

std::optional<untold_notice> read_untold(std::string_view payload) {
  const auto parsed = json::parse(payload, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  const auto message = parse_uuid(text_in(parsed, "message"));
  const auto conversation = parse_uuid(text_in(parsed, "conversation"));
  if (!message || !conversation) return std::nullopt;
  return untold_notice{message_id{*message}, conversation_id{*conversation},
                       order_id{parse_uuid(text_in(parsed, "order")).value_or(uuid{})},
                       text_in(parsed, "text"), text_in(parsed, "reason")};
}

}  // namespace sellavie::actors
