#include "protocol/api/activity_chain.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::api {
namespace {

using nlohmann::json;

constexpr std::string_view format_name = "sellavie-activity-1";
constexpr std::size_t members = 14;

/// R1: lengths first, so that no two entries run into the same bytes.
class canonical_text {
 public:
  void add(std::string_view field) {
    add_length(static_cast<std::uint32_t>(field.size()));
    bytes_.append(field);
  }
  void add_number(std::int64_t number) { add(std::to_string(number)); }
  void add_or_absent(const std::optional<std::string>& field) {
    if (field) add(*field);
    else add_length(0xffff'ffffU);
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  void add_length(std::uint32_t length) {
    for (const int shift : {24, 16, 8, 0}) bytes_.push_back(static_cast<char>(length >> shift & 0xffU));
  }
  std::string bytes_;
};

/// Takes members out of a line; whatever is not as expected makes the line unreadable.
class line_reader {
 public:
  explicit line_reader(const json& line) : line_{line} {}

  void read(const char* name, std::string& into) {
    if (const json* value = member(name); value != nullptr && value->is_string())
      into = value->get<std::string>();
    else fits_ = false;
  }
  void read(const char* name, std::optional<std::string>& into) {
    if (const json* value = member(name); value != nullptr && value->is_string())
      into = value->get<std::string>();
    else fits_ = fits_ && value != nullptr && value->is_null();
  }
  void read(const char* name, std::int64_t& into) {
    const json* value = member(name);
    // Unsigned numbers beyond the range would wrap around.
    if (value != nullptr && value->is_number_integer() &&
        !(value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX))
      into = value->get<std::int64_t>();
    else fits_ = false;
  }
  void read(const char* name, crypto::sha256_digest& into) {
    std::string hex;
    read(name, hex);
    fits_ = fits_ && crypto::hex_decode_into(hex, into);
  }
  [[nodiscard]] bool fits() const noexcept { return fits_ && line_.size() == members; }

 private:
  [[nodiscard]] const json* member(const char* name) const {
    const auto found = line_.find(name);
    return found == line_.end() ? nullptr : &*found;
  }
  const json& line_;
  bool fits_ = true;
};

/// JSON readers disagree about which of two members of one name counts.
std::optional<json> parse_line(std::string_view line) {
  std::vector<std::string> seen;
  bool doubled = false;
  const auto watch = [&](int depth, json::parse_event_t event, const json& value) {
    if (depth == 1 && event == json::parse_event_t::key) {
      const auto& name = value.get_ref<const std::string&>();
      doubled = doubled || std::find(seen.begin(), seen.end(), name) != seen.end();
      seen.push_back(name);
    }
    return true;
  };
  auto parsed = json::parse(line.begin(), line.end(), watch, false);
  if (!parsed.is_object() || doubled) return std::nullopt;
  return parsed;
}

}  // namespace

crypto::sha256_digest hash_of(const chain_entry& entry) {
  canonical_text text;
  text.add(format_name);
  text.add(crypto::as_text(entry.previous));
  text.add(entry.business_id);
  text.add_number(entry.position);
  text.add_number(entry.at_ms);
  text.add(entry.action);
  text.add(entry.subject_kind);
  text.add(entry.subject_id);
  text.add(entry.account_id);
  text.add_or_absent(entry.session_id);
  text.add(entry.address);
  text.add(entry.request_id);
  text.add(entry.before);
  text.add(entry.after);
  return crypto::sha256(text.bytes());
}

std::string export_line(const chain_entry& entry) {
  const nlohmann::ordered_json line{
      {"position", entry.position},
      {"business_id", entry.business_id},
      {"at_ms", entry.at_ms},
      {"action", entry.action},
      {"subject_kind", entry.subject_kind},
      {"subject_id", entry.subject_id},
      {"account_id", entry.account_id},
      {"session_id", entry.session_id ? json(*entry.session_id) : json(nullptr)},
      {"address", entry.address},
      {"request_id", entry.request_id},
      {"before", entry.before},
      {"after", entry.after},
      {"previous", crypto::hex_encode(entry.previous)},
      {"hash", crypto::hex_encode(entry.hash)}};
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<chain_entry> read_export_line(std::string_view line) {
  const auto parsed = parse_line(line);
  if (!parsed) return std::nullopt;
  line_reader from{*parsed};
  chain_entry entry;
  from.read("position", entry.position);
  from.read("business_id", entry.business_id);
  from.read("at_ms", entry.at_ms);
  from.read("action", entry.action);
  from.read("subject_kind", entry.subject_kind);
  from.read("subject_id", entry.subject_id);
  from.read("account_id", entry.account_id);
  from.read("session_id", entry.session_id);
  from.read("address", entry.address);
  from.read("request_id", entry.request_id);
  from.read("before", entry.before);
  from.read("after", entry.after);
  from.read("previous", entry.previous);
  from.read("hash", entry.hash);
  if (!from.fits() || entry.position < 1) return std::nullopt;
  return entry;
}

std::string to_string(const chain_head& head) {
  return std::to_string(head.position) + ':' + crypto::hex_encode(head.hash);
}

std::optional<chain_head> parse_chain_head(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  chain_head head;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + colon, head.position);
  if (bad != std::errc{} || end != text.data() + colon || head.position < 0) return std::nullopt;
  if (!crypto::hex_decode_into(text.substr(colon + 1), head.hash)) return std::nullopt;
  return head;
}

std::string_view to_string(chain_break why) noexcept {
  switch (why) {
    case chain_break::unreadable: return "unreadable";
    case chain_break::changed: return "changed";
    case chain_break::missing: return "missing";
    case chain_break::reordered: return "reordered";
    case chain_break::truncated: return "truncated";
  }
  return "unknown";
}

chain_check::chain_check(std::optional<chain_head> head, const std::optional<chain_head>& after)
    : head_{head}, reached_{after.value_or(chain_head{})} {}

void chain_check::blame(chain_break why, std::string detail) {
  fault_ = chain_fault{line_, why, std::move(detail)};
}

void chain_check::read(std::string_view line) {
  ++line_;
  const auto entry = fault_ && fault_->why != chain_break::missing ? std::nullopt : read_export_line(line);
  if (fault_) {
    if (entry && entry->position == reached_.position + 1 && entry->hash == hash_of(*entry)) {
      fault_->why = chain_break::reordered;
      fault_->detail += ", which stands in line " + std::to_string(line_);
    }
    return;
  }
  if (!entry) return blame(chain_break::unreadable, "this is no entry of an activity export");
  follow(*entry);
}

void chain_check::follow(const chain_entry& entry) {
  const std::int64_t expected = reached_.position + 1;
  if (hash_of(entry) != entry.hash) return blame(chain_break::changed, "its content is not what was hashed");
  if (!business_.empty() && entry.business_id != business_)
    return blame(chain_break::changed, "it belongs to another business");
  if (entry.position > expected)
    return blame(chain_break::missing, "position " + std::to_string(entry.position) +
                                           " stands where position " + std::to_string(expected) +
                                           " is expected");
  if (entry.position < expected)
    return blame(chain_break::reordered, "position " + std::to_string(entry.position) +
                                             " comes after position " + std::to_string(reached_.position));
  if (entry.previous != reached_.hash)
    return blame(chain_break::changed, "it does not follow the entry before it");
  if (head_ && head_->position == entry.position && head_->hash != entry.hash)
    return blame(chain_break::changed, "the head that was noted for this position is another one");
  business_ = entry.business_id;
  reached_ = {entry.position, entry.hash};
  ++entries_;
}

std::optional<chain_fault> chain_check::finish() {
  if (fault_ || !head_ || reached_.position >= head_->position) return fault_;
  ++line_;
  blame(chain_break::truncated, "the file ends at position " + std::to_string(reached_.position) +
                                    ", the head that was noted is position " +
                                    std::to_string(head_->position));
  return fault_;
}

}  // namespace sellavie::api
