#pragma once
// Rows -> one binary array per column. A statement's columns are listed once, in the order of its
// parameters, as projections of the row (a member, or a function of the row); the projected type says
// which array it becomes. Only the journal's statement files include this.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

/// A string that travels as bytea.
struct sealed_bytes {
  std::string_view value;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
constexpr array_type array_type_of() noexcept {
  if constexpr (is_optional<T>) return array_type_of<typename T::value_type>();
  else if constexpr (std::is_same_v<T, sealed_bytes>) return array_type::bytea;
  else if constexpr (std::is_convertible_v<T, std::string_view>) return array_type::text;
  else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, instant>) return array_type::int8;
  else if constexpr (std::is_same_v<T, std::int32_t>) return array_type::int4;
  else if constexpr (std::is_same_v<T, std::int16_t> || std::is_same_v<T, bool> || std::is_enum_v<T>)
    return array_type::int2;
  else return array_type::uuid;
}

/// Instants are milliseconds; flags and enumerations small numbers; an empty optional is NULL.
template <class T>
void add_to(binary_array& column, const T& value) {
  if constexpr (is_optional<T>) value ? add_to(column, *value) : column.add_null();
  else if constexpr (std::is_same_v<T, sealed_bytes>) column.add_text(value.value);
  else if constexpr (std::is_convertible_v<T, std::string_view>) column.add_text(value);
  else if constexpr (std::is_same_v<T, std::int64_t>) column.add_int8(value);
  else if constexpr (std::is_same_v<T, instant>) column.add_int8(to_unix_ms(value));
  else if constexpr (std::is_same_v<T, std::int32_t>) column.add_int4(value);
  else if constexpr (array_type_of<T>() == array_type::int2)
    column.add_int2(static_cast<std::int16_t>(value));
  else column.add(value);
}

template <class Row, class... Projections>
class row_columns {
 public:
  explicit row_columns(Projections... projections) : projections_{projections...} {}

  void add(const Row& row) {
    std::apply(
        [&](const Projections&... projection) {
          auto* column = columns_.data();
          (add_to<projected<Projections>>(*column++, std::invoke(projection, row)), ...);
        },
        projections_);
    ++rows_;
  }
  /// Nothing when there are no rows.
  void queue(pipeline& into, const statement& what) {
    if (rows_ == 0) return;
    std::apply([&](auto&... column) { into.queue(what, {column...}); }, columns_);
  }
  /// For a statement whose last parameter says how many rows it must touch.
  void queue_counted(pipeline& into, const statement& what) { queue_with(into, what, rows_); }
  /// For a statement with a number behind its columns.
  void queue_with(pipeline& into, const statement& what, std::int64_t last) {
    if (rows_ == 0) return;
    std::apply([&](auto&... column) { into.queue(what, {column..., binary_int8(last)}); }, columns_);
  }

 private:
  template <class Projection>
  using projected = std::remove_cvref_t<std::invoke_result_t<Projection, const Row&>>;

  std::tuple<Projections...> projections_;
  std::array<binary_array, sizeof...(Projections)> columns_{
      binary_array{array_type_of<projected<Projections>>()}...};
  std::int64_t rows_ = 0;
};

template <class Row, class... Projections>
[[nodiscard]] row_columns<Row, Projections...> columns_of(Projections... projections) {
  return row_columns<Row, Projections...>{projections...};
}

template <class Row>
[[nodiscard]] bool any(change_sets sets, std::vector<Row> change_set::*kind) noexcept {
  for (const change_set* set : sets)
    if (!(set->*kind).empty()) return true;
  return false;
}

template <class Row, class Each>
void for_rows(change_sets sets, std::vector<Row> change_set::*kind, Each each) {
  for (const change_set* set : sets)
    for (const Row& row : set->*kind) each(row);
}

/// All rows of a kind; without projections the rows are their own only column.
template <class Row, class... Projections>
void queue_rows(pipeline& into, const statement& what, change_sets sets, std::vector<Row> change_set::*kind,
                Projections... projections) {
  if (!any(sets, kind)) return;
  auto columns = columns_of<Row>(projections...);
  for_rows(sets, kind, [&](const Row& row) { columns.add(row); });
  columns.queue(into, what);
}

/// As queue_rows, for a statement that must touch as many rows.
template <class Row, class... Projections>
void queue_counted_rows(pipeline& into, const statement& what, change_sets sets,
                        std::vector<Row> change_set::*kind, Projections... projections) {
  if (!any(sets, kind)) return;
  auto columns = columns_of<Row>(projections...);
  for_rows(sets, kind, [&](const Row& row) { columns.add(row); });
  columns.queue_counted(into, what);
}

}  // namespace sellavie::storage
