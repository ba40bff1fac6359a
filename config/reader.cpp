#include "config/reader.hpp"

#include <cctype>
#include <numeric>

namespace sellavie::config {
namespace {

constexpr std::string_view prefix = "SELLAVIE_";

/// Variables that belong to the build, the tests and the crash points, not to the configuration.
bool is_foreign(std::string_view variable) {
  return variable == "SELLAVIE_LONG" || variable.starts_with("SELLAVIE_TEST_") ||
         variable.starts_with("SELLAVIE_FAULT");
}

char to_upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
char to_lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> elements;
  if (trimmed(text).empty()) return elements;
  while (true) {
    const auto comma = text.find(',');
    elements.emplace_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return elements;
    text.remove_prefix(comma + 1);
  }
}

/// Levenshtein's distance, for "did you mean".
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const auto replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

/// A key from the file may hold anything; the problem line must stay one line.
std::string printable(std::string_view text) {
  std::string clean;
  for (const char c : text.substr(0, 80))
    clean += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return clean;
}

}  // namespace

std::string variable_of(std::string_view key) {
  std::string name{prefix};
  for (const char c : key) name += c == '.' ? '_' : to_upper(c);
  return name;
}

reader::reader(const toml::table& file, std::string_view origin, const environment& variables)
    : file_{file}, origin_{origin}, variables_{variables} {}

// ---- look-up ------------------------------------------------------------------------------------

bool reader::has(const std::string& key) const {
  return variables_.contains(variable_of(key)) || static_cast<bool>(file_.at_path(key));
}

std::optional<reader::raw> reader::find(const std::string& key, kind expected) {
  known_keys_.insert(key);
  const auto variable = variable_of(key);
  known_variables_.insert(variable);
  if (const auto set = variables_.find(variable); set != variables_.end())
    return from_variable({key, variable, {}}, set->second, expected);
  const auto node = file_.at_path(key);
  if (!node) return std::nullopt;
  return from_file({key, place_of(*node.node()), {}}, node, expected);
}

std::optional<reader::raw> reader::from_variable(raw found, const std::string& text, kind expected) {
  switch (expected) {
    case kind::text: found.value = text; return found;
    case kind::list: found.value = split_list(text); return found;
    case kind::boolean:
      if (text != "true" && text != "false") {
        report(found, {"is not true or false", "write true or false"});
        return std::nullopt;
      }
      found.value = text == "true";
      return found;
    case kind::integer: {
      std::int64_t value = 0;
      const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (failure != std::errc{} || end != text.data() + text.size()) {
        report(found, {"is not a whole number", "write digits only"});
        return std::nullopt;
      }
      found.value = value;
      return found;
    }
  }
  return std::nullopt;
}

std::optional<reader::raw> reader::from_file(raw found, toml::node_view<const toml::node> node,
                                             kind expected) {
  switch (expected) {
    case kind::text:
      if (const auto value = node.value_exact<std::string>()) return found.value = *value, found;
      report(found, {"is not a text", "put it in double quotes"});
      return std::nullopt;
    case kind::integer:
      if (const auto value = node.value_exact<std::int64_t>()) return found.value = *value, found;
      report(found, {"is not a whole number", "write digits only, without quotes"});
      return std::nullopt;
    case kind::boolean:
      if (const auto value = node.value_exact<bool>()) return found.value = *value, found;
      report(found, {"is not true or false", "write true or false, without quotes"});
      return std::nullopt;
    case kind::list: {
      std::vector<std::string> elements;
      const auto* array = node.as_array();
      bool is_texts = array != nullptr;
      for (std::size_t i = 0; is_texts && i < array->size(); ++i) {
        const auto element = (*array)[i].value_exact<std::string>();
        is_texts = element.has_value();
        if (element) elements.push_back(*element);
      }
      if (is_texts) return found.value = std::move(elements), found;
      report(found, {"is not a list of texts", "write [\"…\", \"…\"]"});
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> reader::number(const std::string& key, std::int64_t least, std::int64_t most) {
  const auto found = find(key, kind::integer);
  if (!found) return std::nullopt;
  const auto value = std::get<std::int64_t>(found->value);
  if (value >= least && value <= most) return value;
  const auto range = std::to_string(least) + " to " + std::to_string(most);
  report(*found, {"is " + std::to_string(value) + ", out of range", "choose " + range});
  return std::nullopt;
}

void reader::boolean(const std::string& key, bool& field) {
  if (const auto found = find(key, kind::boolean)) field = std::get<bool>(found->value);
}

std::size_t reader::count_tables(const std::string& key) {
  const auto node = file_.at_path(key);
  if (!node) return 0;
  if (const auto* tables = node.as_array();
      tables != nullptr && (tables->empty() || tables->is_homogeneous(toml::node_type::table))) {
    known_keys_.insert(key);
    return tables->size();
  }
  report(key, "is not a list of tables", "write [[" + key + "]] above each entry");
  known_keys_.insert(key);
  return 0;
}

std::set<std::string> reader::names_below(const std::string& key, const std::vector<std::string>& keys) {
  std::set<std::string> names;
  if (const auto* table = file_.at_path(key).as_table())
    for (const auto& [name, node] : *table)
      if (node.is_table()) names.emplace(name.str());
  const auto start = variable_of(key) + "_";
  for (const auto& [variable, value] : variables_) {
    if (!variable.starts_with(start)) continue;
    for (const auto& last : keys) {
      const auto end = variable_of(last).substr(prefix.size() - 1);
      if (!variable.ends_with(end) || variable.size() <= start.size() + end.size()) continue;
      auto name = variable.substr(start.size(), variable.size() - start.size() - end.size());
      std::transform(name.begin(), name.end(), name.begin(), to_lower);
      names.insert(std::move(name));
    }
  }
  return names;
}

// ---- problems -----------------------------------------------------------------------------------

void reader::report(const std::string& key, std::string what, std::string advice) {
  problems_.push_back({printable(key), std::move(what), std::move(advice)});
}

void reader::report(const raw& found, const complaint& failure) {
  report(found.key, failure.what + " (" + found.place + ")", failure.advice);
}

std::string reader::place_of(const toml::node& node) const {
  return origin_ + " line " + std::to_string(node.source().begin.line);
}

std::string reader::advice_for_unknown(std::string_view name, bool is_variable) const {
  const auto& candidates = is_variable ? known_variables_ : known_keys_;
  const std::string* nearest = nullptr;
  std::size_t least = 4;
  for (const auto& candidate : candidates) {
    const auto far = distance(name, candidate);
    if (far < least) least = far, nearest = &candidate;
  }
  if (nearest == nullptr) return "remove it";
  return "did you mean " + *nearest + "?";
}

void reader::report_unknown_nodes(const toml::node& node, const std::string& path) {
  const auto is_section = [&](const std::string& name) {
    const auto next = known_keys_.lower_bound(name + ".");
    return next != known_keys_.end() && next->starts_with(name + ".");
  };
  if (const auto* tables = node.as_array(); tables != nullptr && known_keys_.contains(path) &&
                                            !tables->empty() &&
                                            tables->is_homogeneous(toml::node_type::table)) {
    for (std::size_t i = 0; i < tables->size(); ++i)
      report_unknown_nodes((*tables)[i], path + "[" + std::to_string(i) + "]");
    return;
  }
  if (known_keys_.contains(path)) return;
  const auto* table = node.as_table();
  if (table != nullptr && (path.empty() || is_section(path))) {
    for (const auto& [name, child] : *table)
      report_unknown_nodes(child,
                           path.empty() ? std::string{name.str()} : path + "." + std::string{name.str()});
    return;
  }
  if (table == nullptr && is_section(path))
    return report(path, "is a section, not a value (" + place_of(node) + ")", "write [" + path + "]");
  report(path, "is not known (" + place_of(node) + ")", advice_for_unknown(path, false));
}

void reader::report_unknown() {
  report_unknown_nodes(file_, "");
  for (const auto& [variable, value] : variables_) {
    if (!variable.starts_with(prefix) || is_foreign(variable) || known_variables_.contains(variable))
      continue;
    report(variable, "is not known (environment)", advice_for_unknown(variable, true));
  }
}

}  // namespace sellavie::config
