#include "net/http/request.hpp"

#include <array>
#include <boost/beast/core/string.hpp>

#include "net/release_memory.hpp"

namespace sellavie::net {
namespace {

constexpr std::array<std::string_view, http_method_count> method_names{"GET",   "HEAD",   "POST",   "PUT",
                                                                       "PATCH", "DELETE", "OPTIONS"};

// What an idle connection may keep for its next request.
constexpr std::size_t kept_body_bytes = 8 * 1024;
constexpr std::size_t kept_head_bytes = 4 * 1024;

bool same_name(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && boost::beast::iequals(left, right);
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string_view to_string(http_method method) noexcept {
  return method_names[static_cast<std::size_t>(method)];
}

std::optional<http_method> parse_http_method(std::string_view name) noexcept {
  for (std::size_t i = 0; i < method_names.size(); ++i)
    if (method_names[i] == name) return static_cast<http_method>(i);
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return decoded;
}

std::string_view request::path() const noexcept {
  const std::string_view all = target();
  return all.substr(0, all.find('?'));
}

std::string_view request::query() const noexcept {
  const std::string_view all = target();
  const auto mark = all.find('?');
  return mark == std::string_view::npos ? std::string_view{} : all.substr(mark + 1);
}

std::optional<std::string_view> request::raw_query_value(std::string_view name) const noexcept {
  std::string_view rest = query();
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
  }
  return std::nullopt;
}

std::optional<std::string> request::query_value(std::string_view name) const {
  const auto raw = raw_query_value(name);
  return raw ? percent_decode(*raw, true) : std::nullopt;
}

std::optional<std::string_view> request::header(std::string_view name) const noexcept {
  for (const field& each : fields_)
    if (same_name(view(each.name), name)) return view(each.value);
  return std::nullopt;
}

std::string request::joined_header(std::string_view name) const {
  std::string all;
  for (const field& each : fields_) {
    if (!same_name(view(each.name), name)) continue;
    if (!all.empty()) all += ", ";
    all += view(each.value);
  }
  return all;
}

std::size_t request::header_count(std::string_view name) const noexcept {
  std::size_t count = 0;
  for (const field& each : fields_) count += same_name(view(each.name), name) ? 1U : 0U;
  return count;
}

std::string_view request::parameter(std::string_view name) const noexcept {
  for (const route_parameter& each : parameters_)
    if (each.name == name) return view(each.value);
  return {};
}

void request_builder::clear() {
  if (request_.head_.capacity() > kept_head_bytes) release_memory(request_.head_);
  request_.head_.clear();
  request_.fields_.clear();
  request_.parameters_.clear();
  request_.target_ = {};
  request_.request_id.clear();
  clear_body();
}

void request_builder::clear_body() {
  if (request_.body.capacity() > kept_body_bytes) release_memory(request_.body);
  request_.body.clear();
}

request::span request_builder::append(std::string_view text) {
  const request::span part{static_cast<std::uint32_t>(request_.head_.size()),
                           static_cast<std::uint32_t>(text.size())};
  request_.head_.append(text);
  return part;
}

void request_builder::begin(http_method method, std::string_view target) {
  request_.method_ = method;
  request_.target_ = append(target);
}

void request_builder::add_header(std::string_view name, std::string_view value) {
  const request::span name_part = append(name);
  request_.fields_.push_back({name_part, append(value)});
}

void request_builder::add_parameter(std::string_view name, std::string_view value) {
  const auto offset = static_cast<std::size_t>(value.data() - request_.head_.data());
  request_.parameters_.push_back(
      {name, {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(value.size())}});
}

}  // namespace sellavie::net
