#include "protocol/api/schema.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "protocol/channel/unicode.hpp"
#include "protocol/domain/email.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::api {
namespace {

using nlohmann::json;

enum class kind : std::uint8_t { text, integer, boolean, word, list, object };

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_control(unsigned char c) noexcept { return c < 0x20 || c == 0x7F; }

bool has_controls(std::string_view text, bool breaks_allowed) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (is_control(c) && !(breaks_allowed && (c == '\n' || c == '\t' || c == '\r'))) return true;
    // U+0080..U+009F, in UTF-8 C2 80..C2 9F.
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

bool is_month(std::string_view text) noexcept {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 7 || text[4] != '-' || !std::all_of(text.begin(), text.begin() + 4, is_digit))
    return false;
  const auto month = text.substr(5);
  return (month[0] == '0' && month[1] >= '1' && month[1] <= '9') ||
         (month[0] == '1' && month[1] >= '0' && month[1] <= '2');
}

bool is_token(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

/// "YYYY-MM-DDTHH:MM:SS[.mmm]Z" of an existing day.
std::string_view name_of(text_format format) noexcept {
  switch (format) {
    case text_format::uuid: return "uuid";
    case text_format::email: return "email";
    case text_format::date_time: return "date-time";
    case text_format::month:
    case text_format::line:
    case text_format::lines:
    case text_format::token: break;
  }
  return {};
}

/// As a regular expression (ECMA 262), of what the format's name does not say.
std::string_view pattern_of(text_format format, side shown_on) noexcept {
  const bool is_checked = shown_on == side::request;
  switch (format) {
    case text_format::line:
      if (!is_checked) return {};
      return R"(^([^\u0000-\u0020\u007F-\u009F]([^\u0000-\u001F\u007F-\u009F]*[^\u0000-\u0020\u007F-\u009F])?)?$)";
    case text_format::lines:
      if (!is_checked) return {};
      return R"(^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$)";
    case text_format::token: return "^[!-~]*$";
    case text_format::month: return "^[0-9]{4}-(0[1-9]|1[0-2])$";
    case text_format::date_time:
      return R"(^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z$)";
    case text_format::uuid:
    case text_format::email: break;
  }
  return {};
}

std::string example_text(const text_limits& limits) {
  std::string text = "An example";
  switch (limits.format) {
    case text_format::uuid: return "01890a5d-ac96-774b-bcce-b302099a8057";
    case text_format::email: return "ada@example.com";
    case text_format::date_time: return "2026-01-31T09:30:00.000Z";
    case text_format::month: return "2026-01";
    case text_format::token: text = "example"; break;
    case text_format::line:
    case text_format::lines: break;
  }
  while (text.size() < limits.shortest) text += text;
  text.resize(std::min(text.size(), std::max<std::size_t>(limits.longest, 1)));
  if (text.ends_with(' ')) text.back() = '.';
  return text;
}

/// What a person is told; empty when the text fits.
std::string_view misfit(std::string_view text, text_format format) {
  switch (format) {
    case text_format::line:
      if (has_controls(text, false)) return "must be one line without control characters";
      if (!text.empty() && (text.front() == ' ' || text.back() == ' '))
        return "must not begin or end with a space";
      return {};
    case text_format::lines:
      return has_controls(text, true) ? "must not hold control characters" : std::string_view{};
    case text_format::token:
      return is_token(text) ? std::string_view{} : "must be printable ASCII without spaces";
    case text_format::uuid: return parse_uuid(text) ? std::string_view{} : "must be a UUID";
    case text_format::email: return looks_like_email(text) ? std::string_view{} : "must be an e-mail address";
    case text_format::date_time:
      return parse_timestamp(text) ? std::string_view{} : "must be a UTC time like 2026-01-31T09:30:00Z";
    case text_format::month: return is_month(text) ? std::string_view{} : "must be a month like 2026-01";
  }
  return "is not allowed";
}

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') out += "~0";
    else if (c == '/') out += "~1";
    else out.push_back(c);
  }
  return out;
}

/// A name that came from outside, fit for an answer.
std::string shown(std::string_view name) {
  std::string out{name.substr(0, 64)};
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
  return out;
}

}  // namespace

struct schema::node {
  api::kind what = kind::text;
  bool nullable = false;
  std::string description;
  std::string component;
  text_limits text{};
  std::int64_t smallest = 0;
  std::int64_t largest = largest_number;
  std::vector<std::string> words;
  /// Of a list.
  std::optional<schema> of;
  std::size_t fewest = 0;
  std::size_t most = 0;
  std::vector<field> fields;
  std::optional<json> example;
};

// ---- making ----------------------------------------------------------------------------------

schema schema::with(const auto& change) const {
  auto copy = std::make_shared<node>(*node_);
  change(*copy);
  return schema{std::move(copy)};
}

schema schema::text(text_limits limits) {
  return schema{std::make_shared<node>(node{.what = kind::text, .text = limits})};
}
schema schema::uuid() { return text({36, 36, text_format::uuid}); }
schema schema::timestamp() { return text({20, 24, text_format::date_time}); }
schema schema::integer(std::int64_t smallest, std::int64_t largest) {
  return schema{
      std::make_shared<node>(node{.what = kind::integer, .smallest = smallest, .largest = largest})};
}
schema schema::boolean() { return schema{std::make_shared<node>(node{.what = kind::boolean})}; }
schema schema::word(std::vector<std::string> allowed) {
  return schema{std::make_shared<node>(node{.what = kind::word, .words = std::move(allowed)})};
}
schema schema::list(schema of, std::size_t most, std::size_t fewest) {
  return schema{
      std::make_shared<node>(node{.what = kind::list, .of = std::move(of), .fewest = fewest, .most = most})};
}
schema schema::object(std::vector<field> fields) {
  return schema{std::make_shared<node>(node{.what = kind::object, .fields = std::move(fields)})};
}
schema schema::or_null() const {
  return with([](node& copy) { copy.nullable = true; });
}
schema schema::described(std::string text) const {
  return with([&](node& copy) { copy.description = std::move(text); });
}
schema schema::example(const json& value) const {
  return with([&](node& copy) { copy.example = value; });
}
schema schema::named(std::string name) const {
  return with([&](node& copy) { copy.component = std::move(name); });
}

// ---- checking --------------------------------------------------------------------------------

void schema::check(const json& value, const std::string& at, std::vector<field_problem>& problems) const {
  if (problems.size() >= max_problems) return;
  const auto wrong = [&](std::string detail) {
    if (problems.size() < max_problems) problems.push_back({at, std::move(detail)});
  };
  const node& my = *node_;
  if (value.is_null() && my.nullable) return;
  switch (my.what) {
    case kind::boolean: return value.is_boolean() ? void() : wrong("must be true or false");
    case kind::integer: {
      if (!value.is_number_integer()) return wrong("must be a whole number");
      const bool beyond =
          value.is_number_unsigned() &&
          value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::max<std::int64_t>(0, my.largest));
      if (beyond || value.get<std::int64_t>() > my.largest)
        return wrong("must be at most " + std::to_string(my.largest));
      if (value.get<std::int64_t>() < my.smallest)
        return wrong("must be at least " + std::to_string(my.smallest));
      return;
    }
    case kind::word: {
      const bool known =
          value.is_string() &&
          std::find(my.words.begin(), my.words.end(), value.get_ref<const std::string&>()) != my.words.end();
      if (known) return;
      std::string allowed;
      for (const auto& one : my.words) allowed += (allowed.empty() ? "" : ", ") + one;
      return wrong("must be one of: " + allowed);
    }
    case kind::text: {
      if (!value.is_string()) return wrong("must be text");
      const auto& text = value.get_ref<const std::string&>();
      const auto length = code_points(text);
      if (length < my.text.shortest)
        return wrong(length == 0
                         ? "must not be empty"
                         : "must be at least " + std::to_string(my.text.shortest) + " characters long");
      if (length > my.text.longest)
        return wrong("must be at most " + std::to_string(my.text.longest) + " characters long");
      if (length == 0) return;
      if (const auto why = misfit(text, my.text.format); !why.empty()) wrong(std::string{why});
      return;
    }
    case kind::list: {
      if (!value.is_array()) return wrong("must be a list");
      if (value.size() < my.fewest)
        return wrong("must have at least " + std::to_string(my.fewest) + " items");
      if (value.size() > my.most) return wrong("must have at most " + std::to_string(my.most) + " items");
      for (std::size_t i = 0; i < value.size(); ++i)
        my.of->check(value[i], at + '/' + std::to_string(i), problems);
      return;
    }
    case kind::object: {
      if (!value.is_object()) return wrong("must be an object");
      for (const field& one : my.fields) {
        const auto found = value.find(one.name);
        if (found != value.end()) one.shape.check(*found, at + '/' + escaped(one.name), problems);
        else if (one.needed == presence::required && problems.size() < max_problems)
          problems.push_back({at + '/' + escaped(one.name), "is missing"});
      }
      for (const auto& member : value.items()) {
        const std::string& name = member.key();
        const bool known = std::any_of(my.fields.begin(), my.fields.end(),
                                       [&](const field& one) { return one.name == name; });
        if (!known && problems.size() < max_problems)
          problems.push_back({at + '/' + escaped(shown(name)), "is not known here"});
      }
      return;
    }
  }
}

std::vector<field_problem> schema::check(const json& value) const {
  std::vector<field_problem> problems;
  check(value, {}, problems);
  return problems;
}

void schema::check_text(std::string_view value, const std::string& name,
                        std::vector<field_problem>& problems) const {
  if (!channel::is_utf8(value)) {
    problems.push_back({name, "must be UTF-8"});
  } else if (node_->what == kind::integer) {
    std::int64_t number = 0;
    const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (bad != std::errc{} || end != value.data() + value.size())
      problems.push_back({name, "must be a whole number"});
    else check(json(number), name, problems);
  } else if (node_->what == kind::boolean) {
    if (value != "true" && value != "false") problems.push_back({name, "must be true or false"});
  } else {
    check(json(std::string{value}), name, problems);
  }
}

// ---- documenting -----------------------------------------------------------------------------

json schema::example() const {
  const node& my = *node_;
  if (my.example) return *my.example;
  switch (my.what) {
    case kind::boolean: return true;
    case kind::integer: return std::clamp<std::int64_t>(1, my.smallest, my.largest);
    case kind::word: return my.words.front();
    case kind::text: return example_text(my.text);
    case kind::list: {
      auto items = json::array();
      while (items.size() < std::max<std::size_t>(my.fewest, 1)) items.push_back(my.of->example());
      return items;
    }
    case kind::object: {
      auto members = json::object();
      for (const field& one : my.fields) members[one.name] = one.shape.example();
      return members;
    }
  }
  return nullptr;
}

json schema::document(json& components, side shown_on) const {
  const node& my = *node_;
  if (!my.component.empty()) {
    // What is checked says more than what is only shown.
    const auto name = my.component + (shown_on == side::request ? "Request" : "");
    if (!components.contains(name)) {
      components[name] = json::object();  // before the members: a shape may hold itself
      components[name] = with([](node& copy) { copy.component.clear(); }).document(components, shown_on);
    }
    return {{"$ref", "#/components/schemas/" + name}};
  }
  json shape = json::object();
  const auto type = [&](const char* name) { shape["type"] = my.nullable ? json{name, "null"} : json(name); };
  if (!my.description.empty()) shape["description"] = my.description;
  switch (my.what) {
    case kind::boolean: type("boolean"); break;
    case kind::integer:
      type("integer");
      shape["format"] = "int64";
      shape["minimum"] = my.smallest;
      shape["maximum"] = my.largest;
      break;
    case kind::word:
      type("string");
      shape["enum"] = my.words;
      if (my.nullable) shape["enum"].push_back(nullptr);
      break;
    case kind::text:
      type("string");
      if (my.text.shortest > 0) shape["minLength"] = my.text.shortest;
      shape["maxLength"] = my.text.longest;
      if (const auto format = name_of(my.text.format); !format.empty()) shape["format"] = format;
      if (const auto pattern = pattern_of(my.text.format, shown_on); !pattern.empty())
        shape["pattern"] = pattern;
      break;
    case kind::list:
      type("array");
      if (my.fewest > 0) shape["minItems"] = my.fewest;
      shape["maxItems"] = my.most;
      shape["items"] = my.of->document(components, shown_on);
      break;
    case kind::object: {
      type("object");
      auto& properties = shape["properties"] = json::object();
      auto required = json::array();
      for (const field& one : my.fields) {
        properties[one.name] = one.shape.document(components, shown_on);
        if (one.needed == presence::required) required.push_back(one.name);
      }
      if (!required.empty()) shape["required"] = std::move(required);
      shape["additionalProperties"] = false;
      break;
    }
  }
  if (my.example) shape["examples"] = json::array({*my.example});
  return shape;
}

// ---- texts -----------------------------------------------------------------------------------

std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
  constexpr std::string_view form = "0000-00-00T00:00:00";
  if (text.size() < form.size() + 1 || text.back() != 'Z') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = -1;
    const auto part = text.substr(at, size);
    const auto [end, bad] = std::from_chars(part.data(), part.data() + part.size(), value);
    return bad == std::errc{} && end == part.data() + part.size() && part.front() != '-' ? value : -1;
  };
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] != '0' && text[i] != form[i]) return std::nullopt;
  const auto fraction = text.substr(form.size(), text.size() - form.size() - 1);
  if (!fraction.empty() && (fraction.size() != 4 || fraction.front() != '.' || number(20, 3) < 0))
    return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{number(0, 4)},
                                        std::chrono::month{static_cast<unsigned>(std::max(0, number(5, 2)))},
                                        std::chrono::day{static_cast<unsigned>(std::max(0, number(8, 2)))}};
  const auto within = [&](std::size_t at, int most) { return number(at, 2) >= 0 && number(at, 2) <= most; };
  if (number(0, 4) < 0 || !day.ok() || !within(11, 23) || !within(14, 59) || !within(17, 59))
    return std::nullopt;
  const std::chrono::sys_time<std::chrono::milliseconds> at =
      std::chrono::sys_days{day} + std::chrono::hours{number(11, 2)} + std::chrono::minutes{number(14, 2)} +
      std::chrono::seconds{number(17, 2)} + std::chrono::milliseconds{fraction.empty() ? 0 : number(20, 3)};
  return at.time_since_epoch().count();
}

std::string timestamp(std::int64_t unix_ms) {
  const auto at = instant_from_ms(unix_ms);
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  char text[40];
  const int size =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace sellavie::api
