#pragma once
// From rows of libpqxx to values; throws where a value cannot be, which ends in guarded().
// For sources only: it shows libpqxx.

#include <algorithm>
#include <charconv>
#include <optional>
#include <pqxx/result>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/crypto/encoding.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::storage {

/// Walks over the fields of a row in the order of the SELECT list.
class fields {
 public:
  explicit fields(const pqxx::row& row) : row_{row} {}
  /// It only looks at the row, which must outlive it.
  explicit fields(const pqxx::row&&) = delete;

  [[nodiscard]] bool is_null() const { return row_[at_].is_null(); }
  void skip(int count = 1) noexcept { at_ += count; }
  std::string text() {
    return next().is_null() ? std::string{} : std::string{current().c_str(), current().size()};
  }
  std::int64_t integer() { return next().as<std::int64_t>(); }
  std::int16_t small() { return static_cast<std::int16_t>(next().as<int>()); }
  bool flag() { return next().as<bool>(); }
  instant at() { return instant_from_ms(integer()); }
  template <class Enum>
  Enum number() {
    return static_cast<Enum>(next().as<int>());
  }
  template <class Id>
  Id id() {
    const auto parsed = parse_uuid(next().c_str());
    if (!parsed) throw std::runtime_error("not a uuid");
    return Id{*parsed};
  }
  std::string bytes() {
    const auto field = next();
    const std::string_view hex{field.c_str(), field.size()};
    auto decoded = crypto::hex_decode(hex.substr(std::min<std::size_t>(2, hex.size())));
    if (!decoded) throw std::runtime_error("not a bytea");
    return std::move(*decoded);
  }
  std::vector<inbox_id> inbox_ids();
  /// Nothing: NULL. `row.maybe(&fields::at)`
  template <class Value>
  std::optional<Value> maybe(Value (fields::*read)()) {
    if (!is_null()) return (this->*read)();
    skip();
    return std::nullopt;
  }

 private:
  pqxx::field next() { return row_[at_++]; }
  pqxx::field current() const { return row_[at_ - 1]; }

  const pqxx::row& row_;
  int at_ = 0;
};

inline std::vector<inbox_id> fields::inbox_ids() {
  const auto field = next();
  std::string_view text{field.c_str(), field.size()};
  std::vector<inbox_id> ids;
  while (!text.empty()) {
    inbox_id id = 0;
    text.remove_prefix(1);  // { , or }
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failed != std::errc{}) break;
    ids.push_back(id);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return ids;
}

template <class Ids, class Text>
std::string array_text(const Ids& ids, Text text) {
  std::string list{"{"};
  for (const auto& id : ids) {
    if (list.size() > 1) list += ',';
    list += text(id);
  }
  return list += '}';
}

template <class Row>
auto all_of(const pqxx::result& rows, Row row_of) {
  std::vector<decltype(row_of(rows.front()))> all;
  all.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) all.push_back(row_of(row));
  return all;
}

}  // namespace sellavie::storage
