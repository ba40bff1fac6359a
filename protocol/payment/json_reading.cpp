#include "protocol/payment/json_reading.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace sellavie::payment {
namespace {

using nlohmann::json;

constexpr std::size_t longest_url = 2'048;
constexpr std::size_t longest_text = 2'048;
constexpr std::size_t longest_id = 256;
constexpr std::size_t deepest_nesting = 32;

/// Builds the value itself, because the library's own reader would make a double of 19.99. No JSON text
/// gives a binary value, so that is where the literal is kept.
class literal_keeper final : public nlohmann::json_sax<json> {
 public:
  json root = json(json::value_t::discarded);

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t, const string_t& literal) override {
    return put(json::binary({literal.begin(), literal.end()}));
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool key(string_t& name) override {
    if (skipped_ == 0) key_ = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  json* place(json value) {
    if (open_.empty()) return &(root = std::move(value));
    auto& parent = *open_.back();
    if (parent.is_array()) return &parent.emplace_back(std::move(value));
    return &(parent[key_] = std::move(value));
  }
  bool put(json value) {
    if (skipped_ == 0) place(std::move(value));
    return true;
  }
  bool open(json container) {
    if (skipped_ > 0 || open_.size() >= deepest_nesting) ++skipped_;
    else open_.push_back(place(std::move(container)));
    return true;
  }
  bool close() {
    if (skipped_ > 0) --skipped_;
    else open_.pop_back();
    return true;
  }

  std::vector<json*> open_;
  std::string key_;
  std::size_t skipped_ = 0;
};

bool is_visible(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

json parse_object(std::string_view body) {
  literal_keeper reader;
  const bool read = body.size() <= longest_body && json::sax_parse(body, &reader);
  if (!read || !reader.root.is_object()) return json(json::value_t::discarded);
  return std::move(reader.root);
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return text.size() <= longest_text ? text : std::string{};
}

std::optional<std::int64_t> integer_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > largest) return std::nullopt;
  return found->get<std::int64_t>();
}

std::optional<std::string> literal_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found == nullptr) return std::nullopt;
  if (found->is_number_integer()) return found->dump();
  if (!found->is_binary()) return std::nullopt;
  const auto& bytes = found->get_binary();
  return std::string{bytes.begin(), bytes.end()};
}

std::string id_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found != nullptr && found->is_number_unsigned()) return std::to_string(found->get<std::uint64_t>());
  return text_of(object, name);
}

std::optional<bool> boolean_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_boolean()) return std::nullopt;
  return found->get<bool>();
}

std::string code_of(const json& object, const char* name) {
  auto code = text_of(object, name);
  const bool plain = code.size() <= 64 && std::all_of(code.begin(), code.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
                     });
  return plain ? code : std::string{};
}

bool is_success(int http_status) noexcept { return http_status >= 200 && http_status < 300; }

failure_class class_of(int http_status, const json& answer) noexcept {
  if (http_status == 401 || http_status == 403)
    return answer.is_object() ? failure_class::credentials : failure_class::malformed;
  if (http_status == 404) return failure_class::not_found;
  if (http_status == 408 || http_status >= 500) return failure_class::unavailable;
  if (http_status == 429) return failure_class::rate_limited;
  if (http_status >= 400) return failure_class::rejected;
  return failure_class::malformed;
}

bool is_plain_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_id && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.' || c == '=' || c == '_';
  });
}

bool is_web_address(std::string_view url) noexcept {
  return is_visible(url) && url.size() <= longest_url &&
         (url.starts_with("https://") || url.starts_with("http://"));
}

bool is_mail_address(std::string_view email) noexcept {
  const auto at = email.find('@');
  return is_visible(email) && email.size() <= longest_id && at != std::string_view::npos && at > 0 &&
         at + 1 < email.size();
}

bool is_about(const payment_fact& fact, const payment_query& asked) noexcept {
  const bool is_nothing = fact.status == payment_status::success && fact.received.minor < 1;
  if (is_nothing || (!fact.transaction.empty() && !is_plain_id(fact.transaction))) return false;
  if (!asked.reference.empty()) return fact.reference == asked.reference;
  return !asked.link.empty() || asked.transaction.empty() || fact.transaction == asked.transaction;
}

std::optional<std::uint32_t> page_after(std::string_view cursor) noexcept {
  if (cursor.empty()) return 1;
  constexpr std::uint32_t last = 1'000'000;
  std::uint32_t page = 0;
  const auto* const end = cursor.data() + cursor.size();
  const auto [stopped, failure] = std::from_chars(cursor.data(), end, page);
  if (failure != std::errc{} || stopped != end || page < 1 || page >= last) return std::nullopt;
  return page + 1;
}

}  // namespace sellavie::payment
