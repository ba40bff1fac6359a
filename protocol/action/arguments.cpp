#include "protocol/action/arguments.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "protocol/action/bounded_json.hpp"
#include "protocol/action/clean_text.hpp"

namespace sellavie {
namespace {

using json = nlohmann::json;
using parsed_or_problem = std::variant<action, argument_problem>;

/// R4: a model that names one of these tries to decide what only the server decides.
constexpr std::array forbidden_parts = {
    std::string_view{"price"},    std::string_view{"total"},    std::string_view{"discount"},
    std::string_view{"currency"}, std::string_view{"business"}, std::string_view{"tenant"},
    std::string_view{"customer"}, std::string_view{"order"},    std::string_view{"amount"},
    std::string_view{"payment"},  std::string_view{"coupon"},   std::string_view{"_id"}};

bool is_forbidden(std::string_view field) {
  std::string lower{field.substr(0, 64)};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower == "id" ||
         std::any_of(forbidden_parts.begin(), forbidden_parts.end(),
                     [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

argument_problem bad_value(std::string_view field) {
  return {diagnostic_kind::bad_value, ascii_label(field)};
}

std::optional<argument_problem> check_fields(const json& object, std::span<const std::string_view> known) {
  for (const auto& [field, value] : object.items()) {
    if (std::find(known.begin(), known.end(), field) != known.end()) continue;
    return argument_problem{
        is_forbidden(field) ? diagnostic_kind::forbidden_field : diagnostic_kind::unknown_field,
        ascii_label(field)};
  }
  return std::nullopt;
}

std::optional<std::string> read_sku(const json& value) {
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty() || text.size() > max_proposed_sku_bytes) return std::nullopt;
  constexpr std::string_view never = "\"'\\<>[]`";
  const bool printable = std::all_of(text.begin(), text.end(), [&](char c) {
    return c > 0x20 && c < 0x7F && never.find(c) == std::string_view::npos;
  });
  if (!printable) return std::nullopt;
  return text;
}

std::optional<std::int64_t> read_quantity(const json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > max_proposed_quantity) return std::nullopt;
  const auto quantity = value.get<std::int64_t>();
  if (quantity < 1 || quantity > max_proposed_quantity) return std::nullopt;
  return quantity;
}

/// Absent and null are "". Tags that a model put into a note are taken out by breaking the brackets.
std::optional<std::string> read_text(const json& object, const char* field, std::size_t max_bytes) {
  const auto found = object.find(field);
  if (found == object.end() || found->is_null()) return std::string{};
  if (!found->is_string()) return std::nullopt;
  auto text = clean_text(found->get_ref<const std::string&>());
  for (auto& c : text)
    if (c == '[' || c == ']') c = c == '[' ? '(' : ')';
  return std::string{trimmed(utf8_prefix(trimmed(text), max_bytes))};
}

std::variant<std::vector<proposal::item>, argument_problem> read_items(const json& object) {
  const auto found = object.find("items");
  if (found == object.end() || !found->is_array() || found->empty()) return bad_value("items");
  if (found->size() > max_proposed_items) return argument_problem{diagnostic_kind::too_large, "items"};
  constexpr std::array<std::string_view, 2> known = {"sku", "quantity"};
  std::vector<proposal::item> items;
  for (const auto& entry : *found) {
    if (!entry.is_object()) return bad_value("items");
    if (auto problem = check_fields(entry, known)) return *std::move(problem);
    auto sku = entry.contains("sku") ? read_sku(entry["sku"]) : std::nullopt;
    if (!sku) return bad_value("sku");
    const auto quantity = entry.contains("quantity") ? read_quantity(entry["quantity"]) : std::nullopt;
    if (!quantity) return bad_value("quantity");
    const auto same =
        std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.sku == *sku; });
    if (same == items.end()) items.push_back({*std::move(sku), *quantity});
    else if ((same->quantity += *quantity) > max_proposed_quantity) return bad_value("quantity");
  }
  return items;
}

parsed_or_problem read_place_order(const json& object) {
  constexpr std::array<std::string_view, 2> known = {"items", "note"};
  if (auto problem = check_fields(object, known)) return *std::move(problem);
  auto items = read_items(object);
  if (auto* problem = std::get_if<argument_problem>(&items)) return std::move(*problem);
  auto note = read_text(object, "note", max_proposed_note_bytes);
  if (!note) return bad_value("note");
  return action{proposal::place_order{std::get<0>(std::move(items)), *std::move(note)}};
}

parsed_or_problem read_change_order(const json& object) {
  constexpr std::array<std::string_view, 1> known = {"items"};
  if (auto problem = check_fields(object, known)) return *std::move(problem);
  auto items = read_items(object);
  if (auto* problem = std::get_if<argument_problem>(&items)) return std::move(*problem);
  return action{proposal::change_order{std::get<0>(std::move(items))}};
}

parsed_or_problem read_hand_off(const json& object) {
  constexpr std::array<std::string_view, 1> known = {"reason"};
  if (auto problem = check_fields(object, known)) return *std::move(problem);
  auto reason = read_text(object, "reason", max_proposed_reason_bytes);
  if (!reason) return bad_value("reason");
  return action{proposal::hand_off{*std::move(reason)}};
}

parsed_or_problem read_record_contact(const json& object) {
  constexpr std::array<std::string_view, 4> known = {"name", "email", "phone", "address"};
  if (auto problem = check_fields(object, known)) return *std::move(problem);
  proposal::record_contact contact;
  std::array fields = {&contact.name, &contact.email, &contact.phone, &contact.address};
  for (std::size_t i = 0; i < known.size(); ++i) {
    auto text = read_text(object, known[i].data(), max_proposed_contact_bytes);
    if (!text) return bad_value(known[i]);
    *fields[i] = *std::move(text);
  }
  if (contact == proposal::record_contact{}) return bad_value("record_contact");
  return action{std::move(contact)};
}

template <class Action>
parsed_or_problem read_bare(const json& object) {
  if (auto problem = check_fields(object, {})) return *std::move(problem);
  return action{Action{}};
}

}  // namespace

parsed_or_problem parse_action(std::string_view name, std::string_view arguments) {
  const auto kind = parse_action_kind(name);
  if (!kind) return argument_problem{diagnostic_kind::unknown_action, ascii_label(name)};
  const auto label = [&] { return std::string{to_string(*kind)}; };
  const auto body = trimmed(arguments);
  if (body.size() > max_arguments_bytes || !is_within_depth(body, max_arguments_depth))
    return argument_problem{diagnostic_kind::too_large, label()};
  const auto object = parse_bounded(body.empty() ? "{}" : body, max_arguments_bytes, max_arguments_depth);
  if (!object || !object->is_object()) return argument_problem{diagnostic_kind::bad_json, label()};
  switch (*kind) {
    case action_kind::place_order: return read_place_order(*object);
    case action_kind::change_order: return read_change_order(*object);
    case action_kind::cancel_order: return read_bare<proposal::cancel_order>(*object);
    case action_kind::request_checkout: return read_bare<proposal::request_checkout>(*object);
    case action_kind::send_invoice: return read_bare<proposal::send_invoice>(*object);
    case action_kind::check_payment: return read_bare<proposal::check_payment>(*object);
    case action_kind::hand_off: return read_hand_off(*object);
    case action_kind::record_contact: return read_record_contact(*object);
  }
  return argument_problem{diagnostic_kind::unknown_action, ascii_label(name)};
}

}  // namespace sellavie
