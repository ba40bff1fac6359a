#pragma once
// PostgreSQL's binary array format, built in place: one parameter carries a whole column of a
// batch. Text goes without escaping, UUIDs without formatting.

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"

namespace sellavie::storage {

/// Element types by PostgreSQL's OID.
enum class array_type : std::uint32_t {
  bytea = 17,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  uuid = 2950,
};

class binary_array {
 public:
  /// Costs nothing until something is added: of most columns a batch has no row.
  explicit binary_array(array_type type) noexcept : type_{type} {}

  void add(const uuid& value);
  template <class Tag>
  void add(const basic_id<Tag>& id) {
    add(id.value);
  }
  void add_int8(std::int64_t value);
  void add_int4(std::int32_t value);
  void add_int2(std::int16_t value);
  /// Also for bytea.
  void add_text(std::string_view value);
  void add_null();

  [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
  /// The finished parameter. The array may grow afterwards.
  [[nodiscard]] std::string_view bytes();

 private:
  void begin();
  void append_u32(std::uint32_t value);

  array_type type_;
  std::string buffer_;
  std::uint32_t count_ = 0;
  bool has_null_ = false;
};

}  // namespace sellavie::storage
