#include "protocol/channel/stored_wire.hpp"

#include <array>
#include <optional>
#include <utility>

#include "protocol/channel/json_view.hpp"
#include "protocol/channel/json_write.hpp"

namespace sellavie::channel {
namespace {

constexpr std::array<std::pair<wire_kind, std::string_view>, 4> kinds{{{wire_kind::text, "text"},
                                                                       {wire_kind::image, "image"},
                                                                       {wire_kind::link, "link"},
                                                                       {wire_kind::file, "file"}}};
constexpr std::size_t largest_row = 256 * 1024;

std::string_view name_of(wire_kind wanted) noexcept {
  for (const auto& [kind, name] : kinds)
    if (kind == wanted) return name;
  return "text";
}

std::optional<wire_kind> kind_of(std::string_view wanted) noexcept {
  for (const auto& [kind, name] : kinds)
    if (name == wanted) return kind;
  return std::nullopt;
}

void add(json_object& out, std::string_view key, const std::string& value) {
  if (!value.empty()) out.text(key, value);
}

std::string quick_replies_json(const std::vector<quick_reply>& replies) {
  std::string out = "[";
  for (const auto& reply : replies) {
    if (out.size() > 1) out += ',';
    out += json_object{}.text("title", reply.title).text("payload", reply.payload).finish();
  }
  return out + ']';
}

// A member that is there must be a string.
bool read(json from, std::string_view key, std::string& into) {
  const auto found = member(from, key);
  if (!found) return true;
  std::string_view text;
  if (found->get(text) != simdjson::SUCCESS) return false;
  into = text;
  return true;
}

bool read_quick_replies(json from, std::vector<quick_reply>& into) {
  const auto list = member(from, "quick_replies");
  if (!list) return true;
  bool is_good = true;
  const bool is_array = for_each_element(*list, [&](json one) {
    auto& reply = into.emplace_back();
    is_good =
        is_good && one.is_object() && read(one, "title", reply.title) && read(one, "payload", reply.payload);
  });
  return is_array && is_good;
}

}  // namespace

std::string store_wire(const wire_message& message) {
  json_object out;
  out.raw("v", "1").text("kind", name_of(message.kind));
  add(out, "text", message.text);
  add(out, "url", message.url);
  add(out, "title", message.title);
  add(out, "plain_text", message.plain_text);
  add(out, "about", message.about);
  if (!message.quick_replies.empty()) out.raw("quick_replies", quick_replies_json(message.quick_replies));
  return out.finish();
}

result<wire_message> load_wire(std::string_view text) {
  simdjson::dom::parser parser;
  json root;
  if (text.empty() || text.size() > largest_row || parser.allocate(text.size(), 32) != simdjson::SUCCESS ||
      parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS || !root.is_object())
    return make_failure(errc::malformed, "stored message: no JSON object");
  if (integer_member(root, "v") != 1) return make_failure(errc::malformed, "stored message: unknown version");
  const auto kind = kind_of(string_member(root, "kind"));
  wire_message message;
  if (!kind || !read(root, "text", message.text) || !read(root, "url", message.url) ||
      !read(root, "title", message.title) || !read(root, "plain_text", message.plain_text) ||
      !read(root, "about", message.about) || !read_quick_replies(root, message.quick_replies))
    return make_failure(errc::malformed, "stored message: a member has another type");
  message.kind = *kind;
  return message;
}

}  // namespace sellavie::channel
