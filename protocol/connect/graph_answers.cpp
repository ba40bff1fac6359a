#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "protocol/connect/graph_calls.hpp"

namespace sellavie::connect {
namespace {

using nlohmann::json;

constexpr std::size_t longest_body = 1024 * 1024;
constexpr std::size_t longest_id = 128;
constexpr std::size_t longest_token = 2048;
constexpr std::size_t longest_name = 200;
constexpr std::size_t most_items = 200;
constexpr int deepest_nesting = 16;

/// Discarded when it is no JSON object; what is nested too deeply is left out.
json parse_object(std::string_view body) {
  if (body.size() > longest_body) return json(json::value_t::discarded);
  const auto shallow = [](int depth, json::parse_event_t, const json&) { return depth <= deepest_nesting; };
  auto parsed = json::parse(body, shallow, false);
  return parsed.is_object() ? parsed : json(json::value_t::discarded);
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::int64_t> integer_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > largest) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string text_of(const json& object, const char* name, std::size_t longest) {
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return text.size() <= longest ? text : std::string{};
}

bool is_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_id && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

std::string id_in(const json& value) {
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  return is_id(text) ? text : std::string{};
}

/// Ids come as text or as numbers.
std::string id_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  return found == nullptr ? std::string{} : id_in(*found);
}

/// Goes into a header: printable ASCII only.
std::string token_of(const json& object, const char* name) {
  auto text = text_of(object, name, longest_token);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  return plain ? text : std::string{};
}

/// One line for people, at most 200 characters: names are a stranger's text.
std::string name_of(const json& object, const char* name) {
  const auto text = text_of(object, name, longest_body);
  std::string out;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool begins = (c & 0xC0U) != 0x80U;
    if (begins && ++characters > longest_name) break;
    // U+0080 to U+009F are controls too, in two bytes.
    const bool is_wide_control =
        c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_wide_control) ++i;
    if (c < 0x20 || c == 0x7F || is_wide_control) out += ' ';
    else out += text[i];
  }
  const auto first = out.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

/// A list of words, or one text of them with commas.
std::vector<std::string> words_of(const json& object, const char* name) {
  std::vector<std::string> words;
  const auto* found = member(object, name);
  if (found == nullptr) return words;
  const auto add = [&](std::string_view word) {
    if (is_id(word) && words.size() < most_items) words.emplace_back(word);
  };
  if (found->is_array()) {
    for (const json& one : *found)
      if (one.is_string()) add(one.get_ref<const std::string&>());
  } else if (found->is_string()) {
    std::string_view rest = found->get_ref<const std::string&>();
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      add(rest.substr(0, comma));
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
  }
  return words;
}

bool is_true(const json& object, const char* name) {
  const auto* found = member(object, name);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

refusal_kind kind_of(int status, int code, int subcode) noexcept {
  constexpr std::array throttled{4, 17, 32, 613, 80001, 80002, 80006, 80007, 80008, 130429, 133016};
  constexpr std::array busy{1, 2, -1, 1200, 131000, 131016, 131057, 133004};
  const auto is_in = [code](const auto& codes) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  if (is_in(throttled) || is_in(busy)) return refusal_kind::busy;
  // 36007 and 36009: the code was used, or is too old.
  if (code == 190 || code == 102 || (code == 100 && (subcode == 36007 || subcode == 36009)))
    return refusal_kind::login_over;
  if (code == 3 || code == 10 || (code >= 200 && code <= 299) || code == 131005)
    return refusal_kind::not_permitted;
  if (code == 133005 || code == 133008 || code == 133009) return refusal_kind::wrong_pin;
  if (code == 0) return status >= 500 || status == 429 ? refusal_kind::busy : refusal_kind::unreadable;
  return refusal_kind::refused;
}

int small(const std::optional<std::int64_t>& number) noexcept {
  const auto value = number.value_or(0);
  const bool fits = value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max();
  return fits ? static_cast<int>(value) : 0;
}

/// Graph's {"error": {...}}, and the flat {"error_type", "code"} of api.instagram.com.
refusal refusal_of(int status, const json& body) {
  const auto* nested = member(body, "error");
  const json& from = nested != nullptr && nested->is_object() ? *nested : body;
  const int code = small(integer_of(from, "code"));
  const int subcode = small(integer_of(from, "error_subcode"));
  const bool is_flat = &from == &body && member(body, "error_type") != nullptr;
  // There `code` repeats the HTTP status: what was refused is the login's code.
  if (is_flat) return {status >= 500 ? refusal_kind::busy : refusal_kind::login_over, 0, 0};
  return {kind_of(status, code, subcode), code, subcode};
}

template <class Value, class Read>
graph_answer<Value> read_answer(int status, std::string_view body, Read read) {
  const auto parsed = parse_object(body);
  if (status < 200 || status > 299 || member(parsed, "error") != nullptr) return refusal_of(status, parsed);
  if (parsed.is_discarded()) return refusal{};
  return read(parsed);
}

std::string after_of(const json& body) {
  const auto* paging = member(body, "paging");
  if (paging == nullptr || member(*paging, "next") == nullptr) return {};
  const auto* cursors = member(*paging, "cursors");
  return cursors == nullptr ? std::string{} : token_of(*cursors, "after");
}

/// `item_of` gives nothing for an entry that cannot be used.
template <class Item, class Read>
graph_answer<listed<Item>> read_list(int status, std::string_view body, Read item_of) {
  return read_answer<listed<Item>>(status, body, [&](const json& parsed) -> graph_answer<listed<Item>> {
    const auto* data = member(parsed, "data");
    if (data == nullptr || !data->is_array()) return refusal{};
    listed<Item> found;
    for (const json& one : *data) {
      if (found.items.size() >= most_items) break;
      if (std::optional<Item> item = item_of(one)) found.items.push_back(std::move(*item));
    }
    found.after = after_of(parsed);
    return found;
  });
}

std::optional<instant> moment_of(const json& object, const char* name) {
  constexpr std::int64_t latest = 253'402'300'799;  // the year 9999
  const auto seconds = integer_of(object, name).value_or(0);
  if (seconds <= 0 || seconds > latest) return std::nullopt;
  return instant_from_ms(seconds * 1000);
}

}  // namespace

std::vector<std::string> token_state::targets_of(std::string_view scope) const {
  for (const granular& one : granular_scopes)
    if (one.scope == scope) return one.targets;
  return {};
}

graph_answer<granted_token> decode_token(int status, std::string_view body) {
  return read_answer<granted_token>(status, body, [](const json& parsed) -> graph_answer<granted_token> {
    const auto* data = member(parsed, "data");
    const bool is_listed = data != nullptr && data->is_array() && !data->empty();
    const json& from = is_listed ? data->front() : parsed;
    granted_token granted{token_of(from, "access_token"), integer_of(from, "expires_in"),
                          words_of(from, "permissions")};
    if (granted.token.empty()) return refusal{};
    constexpr std::int64_t longest = 10LL * 365 * 86'400;
    if (granted.expires_in && (*granted.expires_in <= 0 || *granted.expires_in > longest))
      granted.expires_in.reset();
    return granted;
  });
}

graph_answer<token_state> decode_token_state(int status, std::string_view body) {
  return read_answer<token_state>(status, body, [](const json& parsed) -> graph_answer<token_state> {
    const auto* data = member(parsed, "data");
    if (data == nullptr || !data->is_object()) return refusal{};
    token_state state;
    state.app_id = id_of(*data, "app_id");
    state.is_valid = is_true(*data, "is_valid");
    state.expires_at = moment_of(*data, "expires_at");
    state.scopes = words_of(*data, "scopes");
    state.user_id = id_of(*data, "user_id");
    const auto* granular = member(*data, "granular_scopes");
    if (granular == nullptr || !granular->is_array()) return state;
    for (const json& one : *granular) {
      if (state.granular_scopes.size() >= most_items) break;
      token_state::granular scope{text_of(one, "scope", longest_id), {}};
      if (const auto* targets = member(one, "target_ids"); targets != nullptr && targets->is_array())
        for (const json& target : *targets)
          if (auto id = id_in(target); !id.empty() && scope.targets.size() < most_items)
            scope.targets.push_back(std::move(id));
      state.granular_scopes.push_back(std::move(scope));
    }
    return state;
  });
}

graph_answer<listed<page>> decode_pages(int status, std::string_view body) {
  return read_list<page>(status, body, [](const json& one) -> std::optional<page> {
    page found{id_of(one, "id"), name_of(one, "name"), token_of(one, "access_token"), false, {}};
    if (found.id.empty() || found.token.empty()) return std::nullopt;
    const auto tasks = words_of(one, "tasks");
    found.may_message = std::find(tasks.begin(), tasks.end(), "MESSAGING") != tasks.end();
    if (const auto* linked = member(one, "instagram_business_account"))
      found.instagram_id = id_of(*linked, "id");
    return found;
  });
}

graph_answer<instagram_account> decode_instagram_account(int status, std::string_view body) {
  return read_answer<instagram_account>(
      status, body, [](const json& parsed) -> graph_answer<instagram_account> {
        instagram_account found{id_of(parsed, "user_id"), id_of(parsed, "id"), name_of(parsed, "username")};
        if (found.user_id.empty()) return refusal{};
        return found;
      });
}

graph_answer<listed<phone_number>> decode_phone_numbers(int status, std::string_view body) {
  return read_list<phone_number>(status, body, [](const json& one) -> std::optional<phone_number> {
    phone_number found{id_of(one, "id"), name_of(one, "verified_name"), false};
    if (found.id.empty()) return std::nullopt;
    const auto number = name_of(one, "display_phone_number");
    if (!number.empty() && found.name.size() + number.size() + 3 <= longest_name)
      found.name += found.name.empty() ? number : " (" + number + ")";
    found.is_registered = text_of(one, "platform_type", longest_id) == "CLOUD_API";
    return found;
  });
}

graph_answer<bool> decode_subscription(int status, std::string_view body, std::string_view app_id) {
  return read_answer<bool>(status, body, [&](const json& parsed) -> graph_answer<bool> {
    const auto* data = member(parsed, "data");
    if (data == nullptr || !data->is_array()) return refusal{};
    return std::any_of(data->begin(), data->end(), [&](const json& one) {
      const auto* whatsapp = member(one, "whatsapp_business_api_data");
      return id_of(whatsapp == nullptr ? one : *whatsapp, "id") == app_id;
    });
  });
}

graph_answer<void> decode_done(int status, std::string_view body) {
  const auto parsed = parse_object(body);
  if (status < 200 || status > 299 || member(parsed, "error") != nullptr) return refusal_of(status, parsed);
  if (!is_true(parsed, "success")) return refusal{};
  return {};
}

std::vector<std::string> missing_permissions(flow_kind kind, const std::vector<std::string>& granted) {
  std::vector<std::string> needed;
  switch (kind) {
    case flow_kind::facebook: needed = {"pages_show_list", "pages_messaging", "pages_manage_metadata"}; break;
    case flow_kind::instagram:
      needed = {"instagram_business_basic", "instagram_business_manage_messages"};
      break;
    case flow_kind::whatsapp: needed = {"whatsapp_business_management", "whatsapp_business_messaging"}; break;
  }
  std::erase_if(needed, [&](const std::string& one) {
    return std::find(granted.begin(), granted.end(), one) != granted.end();
  });
  return needed;
}

}  // namespace sellavie::connect
