#include "storage/binary_array.hpp"

namespace sellavie::storage {
namespace {

// Header: dimensions, has-null flag, element type, element count, lower bound.
constexpr std::size_t header_bytes = 20;
constexpr std::size_t flag_offset = 4;
constexpr std::size_t count_offset = 12;
constexpr std::uint32_t null_length = 0xFFFFFFFFU;

void put_u32(char* at, std::uint32_t value) noexcept {
  at[0] = static_cast<char>(value >> 24U);
  at[1] = static_cast<char>(value >> 16U);
  at[2] = static_cast<char>(value >> 8U);
  at[3] = static_cast<char>(value);
}

}  // namespace

void binary_array::begin() {
  buffer_.reserve(1024);
  buffer_.resize(header_bytes);
  put_u32(buffer_.data(), 1);
  put_u32(buffer_.data() + 8, static_cast<std::uint32_t>(type_));
  put_u32(buffer_.data() + 16, 1);
}

// What every element begins with.
void binary_array::append_u32(std::uint32_t value) {
  if (buffer_.empty()) begin();
  char raw[4];
  put_u32(raw, value);
  buffer_.append(raw, sizeof raw);
}

void binary_array::add(const uuid& value) {
  append_u32(16);
  buffer_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
  ++count_;
}

void binary_array::add_int8(std::int64_t value) {
  const auto raw = static_cast<std::uint64_t>(value);
  append_u32(8);
  append_u32(static_cast<std::uint32_t>(raw >> 32U));
  append_u32(static_cast<std::uint32_t>(raw));
  ++count_;
}

void binary_array::add_int4(std::int32_t value) {
  append_u32(4);
  append_u32(static_cast<std::uint32_t>(value));
  ++count_;
}

void binary_array::add_int2(std::int16_t value) {
  const auto raw = static_cast<std::uint16_t>(value);
  append_u32(2);
  buffer_.push_back(static_cast<char>(raw >> 8U));
  buffer_.push_back(static_cast<char>(raw & 0xFFU));
  ++count_;
}

void binary_array::add_text(std::string_view value) {
  append_u32(static_cast<std::uint32_t>(value.size()));
  buffer_.append(value);
  ++count_;
}

void binary_array::add_null() {
  append_u32(null_length);
  has_null_ = true;
  ++count_;
}

std::string_view binary_array::bytes() {
  if (buffer_.empty()) begin();
  put_u32(buffer_.data() + flag_offset, has_null_ ? 1 : 0);
  put_u32(buffer_.data() + count_offset, count_);
  return buffer_;
}

}  // namespace sellavie::storage
