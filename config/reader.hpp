#pragma once
// One look-up for both sources of a value: the environment wins over the file. Remembers which keys
// were asked for, so that what nobody asked for can be named. Private to config/.

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/load.hpp"
#include "config/values.hpp"

namespace sellavie::config {

class reader {
 public:
  reader(const toml::table& file, std::string_view origin, const environment& variables);

  template <class T, class Parse>
  void text(const std::string& key, T& field, Parse parse) {
    const auto found = find(key, kind::text);
    if (!found) return;
    const auto& written = std::get<std::string>(found->value);
    if (written.empty()) {
      field = T{};
      return;
    }
    auto value = parse(std::string_view{written});
    if (value) field = *std::move(value);
    else report(*found, value.error());
  }

  /// Like text(), for a key that must not be empty.
  template <class T, class Parse>
  void required(const std::string& key, T& field, Parse parse) {
    const auto found = find(key, kind::text);
    if (!found) return;
    auto value = parse(std::string_view{std::get<std::string>(found->value)});
    if (value) field = *std::move(value);
    else report(*found, value.error());
  }

  template <class T, class Parse>
  void list(const std::string& key, std::vector<T>& field, Parse parse) {
    const auto found = find(key, kind::list);
    if (!found) return;
    std::vector<T> values;
    for (const auto& element : std::get<std::vector<std::string>>(found->value)) {
      auto value = parse(std::string_view{element});
      if (!value) return report(*found, value.error());
      values.push_back(*std::move(value));
    }
    field = std::move(values);
  }

  template <class Integer>
  void integer(const std::string& key, Integer& field, std::int64_t least, std::int64_t most) {
    if (const auto value = number(key, least, most)) field = static_cast<Integer>(*value);
  }

  template <class Duration>
  void duration(const std::string& key, Duration& field, std::int64_t least, std::int64_t most) {
    if (const auto value = number(key, least, most)) field = Duration{*value};
  }

  void boolean(const std::string& key, bool& field);

  /// Whether the file or the environment sets this key.
  [[nodiscard]] bool has(const std::string& key) const;
  /// How many [[key]] tables the file has.
  [[nodiscard]] std::size_t count_tables(const std::string& key);
  /// Names of the tables below `key`, from the file and from variables that end in one of `keys`.
  [[nodiscard]] std::set<std::string> names_below(const std::string& key,
                                                  const std::vector<std::string>& keys);

  void report(const std::string& key, std::string what, std::string advice);
  /// Names every key and every SELLAVIE_* variable that nobody asked for.
  void report_unknown();

  [[nodiscard]] std::vector<problem> take_problems() { return std::move(problems_); }

 private:
  enum class kind : std::uint8_t { text, integer, boolean, list };
  struct raw {
    std::string key;
    /// Where it was written, for the problem line.
    std::string place;
    std::variant<std::string, std::int64_t, bool, std::vector<std::string>> value;
  };

  [[nodiscard]] std::optional<raw> find(const std::string& key, kind expected);
  [[nodiscard]] std::optional<raw> from_variable(raw found, const std::string& text, kind expected);
  [[nodiscard]] std::optional<raw> from_file(raw found, toml::node_view<const toml::node> node,
                                             kind expected);
  [[nodiscard]] std::optional<std::int64_t> number(const std::string& key, std::int64_t least,
                                                   std::int64_t most);
  void report(const raw& found, const complaint& failure);
  void report_unknown_nodes(const toml::node& node, const std::string& path);
  [[nodiscard]] std::string place_of(const toml::node& node) const;
  [[nodiscard]] std::string advice_for_unknown(std::string_view name, bool is_variable) const;

  const toml::table& file_;
  std::string origin_;
  const environment& variables_;
  std::set<std::string> known_keys_;
  std::set<std::string> known_variables_;
  std::vector<problem> problems_;
};

/// "http.public_url" -> "SELLAVIE_HTTP_PUBLIC_URL".
[[nodiscard]] std::string variable_of(std::string_view key);

}  // namespace sellavie::config
