#include "protocol/channel/webhook.hpp"

#include <optional>
#include <string>

#include "protocol/channel/json_view.hpp"
#include "protocol/channel/unicode.hpp"
#include "protocol/channel/webhook_items.hpp"

namespace sellavie::channel {

struct webhook_parser::buffers {
  simdjson::dom::parser parser;
};

webhook_parser::webhook_parser() : buffers_{std::make_unique<buffers>()} {}
webhook_parser::~webhook_parser() = default;
webhook_parser::webhook_parser(webhook_parser&&) noexcept = default;
webhook_parser& webhook_parser::operator=(webhook_parser&&) noexcept = default;

namespace {

// Above this the buffers (about 20 bytes per input byte) are given back after the body.
constexpr std::size_t largest_kept_capacity = 512 * 1024;
constexpr std::size_t smallest_capacity = 16 * 1024;

simdjson::error_code parse_document(simdjson::dom::parser& parser, std::string_view body, std::size_t depth,
                                    json& root) {
  if (parser.capacity() < body.size() || parser.max_depth() != depth) {
    const auto failure = parser.allocate(std::max(body.size(), smallest_capacity), depth);
    if (failure != simdjson::SUCCESS) return failure;
  }
  return parser.parse(body.data(), body.size()).get(root);
}

// Errors that a repair of the bytes can heal.
bool is_repairable(simdjson::error_code failure) noexcept {
  return failure == simdjson::UTF8_ERROR || failure == simdjson::STRING_ERROR ||
         failure == simdjson::NUMBER_ERROR || failure == simdjson::UNESCAPED_CHARS;
}

struct served_object {
  std::string_view name;
  channel_kind channel;
  route_space space;
};
constexpr served_object served_objects[] = {
    {"page", channel_kind::messenger, route_space::page},
    {"instagram", channel_kind::instagram, route_space::instagram},
    {"whatsapp_business_account", channel_kind::whatsapp, route_space::whatsapp_account},
};

const served_object* find_served_object(std::string_view name) noexcept {
  for (const auto& object : served_objects) {
    if (object.name == name) return &object;
  }
  return nullptr;
}

void parse_change_of(json change, const entry_context& entry, event_sink& sink) {
  if (!sink.has_room()) return;
  if (!change.is_object()) return sink.malformed(change, entry);
  if (entry.channel == channel_kind::whatsapp) return parse_whatsapp_change(change, entry, sink);
  parse_change(change, entry, sink);
}

void parse_messaging_of(json item, const entry_context& entry, event_sink& sink) {
  if (!sink.has_room()) return;
  if (!item.is_object()) return sink.malformed(item, entry);
  parse_messaging_item(item, entry, sink);
}

// messaging[], standby[], changes[], then the flat field/value form of Instagram Login.
void parse_entry(json object, entry_context entry, event_sink& sink) {
  if (!object.is_object()) return sink.malformed(object, entry);
  entry.id = id_member(object, "id");
  entry.time = sink.time_of(member(object, "time"), sink.now());
  entry.claimed_time = id_member(object, "time");
  bool has_items =
      for_each_in(object, "messaging", [&](json item) { parse_messaging_of(item, entry, sink); });
  entry.standby = true;
  has_items |= for_each_in(object, "standby", [&](json item) { parse_messaging_of(item, entry, sink); });
  entry.standby = false;
  has_items |= for_each_in(object, "changes", [&](json change) { parse_change_of(change, entry, sink); });
  if (member(object, "field") && member(object, "value")) return parse_change_of(object, entry, sink);
  if (!has_items) sink.malformed(object, entry);
}

void parse_root(json root, const webhook_limits& limits, instant now, parsed_webhook& out) {
  const std::string_view object = string_member(root, "object");
  const auto entries = member(root, "entry");
  if (object.empty() || !entries || !entries->is_array()) {
    const bool is_test = member(root, "field") && member(root, "value");
    (is_test ? out.diagnostics.test_shape : out.diagnostics.malformed) = true;
    return;
  }
  event_sink sink{limits, now, out};
  const served_object* served = find_served_object(object);
  if (served == nullptr) {
    out.diagnostics.unknown_object = true;
    entry_context nobody;
    nobody.time = now;
    return sink.set_aside(root, nobody);
  }
  const entry_context context{
      .channel = served->channel, .space = served->space, .id = {}, .time = now, .claimed_time = {}};
  for_each_element(*entries, [&](json entry) { parse_entry(entry, context, sink); });
}

}  // namespace

parsed_webhook parse_webhook(std::string_view raw_body, const webhook_limits& limits, instant now,
                             webhook_parser& parser) {
  parsed_webhook out;
  if (raw_body.size() > limits.body_bytes) {
    out.diagnostics.too_large = true;
    return out;
  }
  auto& document = parser.reuse().parser;
  json root;
  auto failure = parse_document(document, raw_body, limits.depth, root);
  if (is_repairable(failure)) {
    out.diagnostics.repaired = true;
    failure = parse_document(document, repair_json(raw_body), limits.depth, root);
  }
  if (failure == simdjson::SUCCESS) {
    parse_root(root, limits, now, out);
  } else {
    (failure == simdjson::DEPTH_ERROR ? out.diagnostics.too_deep : out.diagnostics.malformed) = true;
  }
  if (document.capacity() > largest_kept_capacity) document = simdjson::dom::parser{};
  return out;
}

}  // namespace sellavie::channel
