#include "protocol/action/plan_codec.hpp"

#include <algorithm>

#include "protocol/action/arguments.hpp"
#include "protocol/action/bounded_json.hpp"
#include "protocol/action/outcome_codec.hpp"

namespace sellavie {
namespace {

using json = nlohmann::json;

constexpr int plan_version = 1;
constexpr std::size_t max_plan_bytes = 1024 * 1024;
constexpr int max_plan_depth = 12;

json items_json(const std::vector<proposal::item>& items) {
  auto list = json::array();
  for (const auto& item : items) list.push_back({{"sku", item.sku}, {"quantity", item.quantity}});
  return list;
}

struct arguments_writer {
  json operator()(const proposal::place_order& order) const {
    json object{{"items", items_json(order.items)}};
    if (!order.note.empty()) object["note"] = order.note;
    return object;
  }
  json operator()(const proposal::change_order& order) const { return {{"items", items_json(order.items)}}; }
  json operator()(const proposal::hand_off& leave) const { return {{"reason", leave.reason}}; }
  json operator()(const proposal::record_contact& contact) const {
    auto object = json::object();
    if (!contact.name.empty()) object["name"] = contact.name;
    if (!contact.email.empty()) object["email"] = contact.email;
    if (!contact.phone.empty()) object["phone"] = contact.phone;
    if (!contact.address.empty()) object["address"] = contact.address;
    return object;
  }
  template <class Bare>
  json operator()(const Bare&) const {
    return json::object();
  }
};

json action_json(const action& proposed) {
  return {{"kind", to_string(kind_of(proposed))}, {"arguments", std::visit(arguments_writer{}, proposed)}};
}

error malformed(const char* detail) { return make_failure(errc::malformed, detail); }

std::string text_or_empty(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

result<action> read_action(const json& object) {
  if (!object.is_object() || !object.contains("arguments")) return malformed("action");
  auto parsed = parse_action(text_or_empty(object, "kind"), text_of(object["arguments"]));
  if (auto* problem = std::get_if<argument_problem>(&parsed))
    return make_failure(errc::invalid_value, std::string{to_string(problem->kind)} + " " + problem->subject);
  return std::get<action>(std::move(parsed));
}

result<std::vector<proposed_action>> read_actions(const json& list) {
  if (!list.is_array() || list.size() > max_actions_per_plan) return malformed("actions");
  std::vector<proposed_action> actions;
  for (const auto& entry : list) {
    auto what = read_action(entry);
    if (!what) return what.error();
    actions.push_back({*std::move(what), text_or_empty(entry, "call")});
  }
  return actions;
}

result<std::vector<shown_price>> read_shown(const json& list) {
  if (!list.is_array()) return malformed("shown");
  std::vector<shown_price> shown;
  for (const auto& entry : list) {
    const bool is_pair =
        entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_number_integer();
    if (!is_pair) return malformed("shown");
    shown.push_back({entry[0].get<std::string>(), entry[1].get<std::int64_t>()});
  }
  return shown;
}

// In the form of action_results, so that both stay readable together.
result<std::vector<action_outcome>> read_told(const json& list) {
  if (!list.is_array() || list.size() > max_actions_per_plan) return malformed("told");
  std::vector<action_outcome> told;
  for (const auto& entry : list) {
    if (!entry.is_string()) return malformed("told");
    auto outcome = decode_outcome(entry.get_ref<const std::string&>());
    if (!outcome) return outcome.error();
    told.push_back(*std::move(outcome));
  }
  return told;
}

}  // namespace

std::int64_t shown_version_of(const plan& stored, std::string_view sku) noexcept {
  const auto found =
      std::find_if(stored.shown.begin(), stored.shown.end(), [&](const auto& one) { return one.sku == sku; });
  return found == stored.shown.end() ? 0 : found->price_version;
}

std::string encode_action(const action& proposed) { return text_of(action_json(proposed)); }

result<action> decode_action(std::string_view text) {
  const auto object = parse_bounded(text, max_plan_bytes, max_plan_depth);
  if (!object) return malformed("action");
  return read_action(*object);
}

std::string encode_plan(const plan& value) {
  auto actions = json::array();
  for (const auto& proposed : value.actions) {
    auto entry = action_json(proposed.what);
    if (!proposed.tool_call_id.empty()) entry["call"] = proposed.tool_call_id;
    actions.push_back(std::move(entry));
  }
  auto shown = json::array();
  for (const auto& one : value.shown) shown.push_back(json::array({one.sku, one.price_version}));
  json stored{{"v", plan_version},        {"round", value.round},           {"actions", std::move(actions)},
              {"text", value.reply_text}, {"nonce_hash", value.nonce_hash}, {"shown", std::move(shown)}};
  for (const auto& outcome : value.told) stored["told"].push_back(encode_outcome(outcome));
  return text_of(stored);
}

result<plan> decode_plan(std::string_view text) {
  const auto object = parse_bounded(text, max_plan_bytes, max_plan_depth);
  if (!object || !object->is_object()) return malformed("plan");
  const auto version = object->find("v");
  if (version == object->end() || *version != plan_version) return malformed("plan version");
  const auto round = object->find("round");
  if (round == object->end() || (*round != 1 && *round != 2)) return malformed("plan round");

  plan value;
  value.round = *round == 1 ? 1 : 2;
  auto actions = read_actions(object->value("actions", json::array()));
  if (!actions) return actions.error();
  value.actions = *std::move(actions);
  auto shown = read_shown(object->value("shown", json::array()));
  if (!shown) return shown.error();
  value.shown = *std::move(shown);
  auto told = read_told(object->value("told", json::array()));
  if (!told) return told.error();
  value.told = *std::move(told);
  value.reply_text = text_or_empty(*object, "text");
  value.nonce_hash = text_or_empty(*object, "nonce_hash");
  return value;
}

}  // namespace sellavie
