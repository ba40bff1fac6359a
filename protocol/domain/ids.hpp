#pragma once
// Identifiers. Public ids are UUIDv7 (RFC 9562): sortable by creation time, unguessable in their
// random part. Each kind is its own type, so a customer's id can never be passed for an order's.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/time.hpp"

namespace sellavie {

/// 16 bytes in network order.
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const uuid&, const uuid&) = default;
  [[nodiscard]] bool is_nil() const noexcept { return *this == uuid{}; }
};

/// UUIDv7 from a time and ten bytes of randomness.
[[nodiscard]] uuid make_uuid_v7(instant at, std::span<const std::uint8_t, 10> random) noexcept;
/// Canonical lower-case 8-4-4-4-12 form.
[[nodiscard]] std::string to_string(const uuid& value);
/// Strict canonical form, either case; anything else is nullopt.
[[nodiscard]] std::optional<uuid> parse_uuid(std::string_view text) noexcept;

template <class Tag>
struct basic_id {
  uuid value{};

  friend auto operator<=>(const basic_id&, const basic_id&) = default;
  [[nodiscard]] bool is_nil() const noexcept { return value.is_nil(); }
};

template <class Tag>
[[nodiscard]] std::string to_string(const basic_id<Tag>& id) {
  return to_string(id.value);
}

using business_id = basic_id<struct business_tag>;
using connection_id = basic_id<struct connection_tag>;
using contact_id = basic_id<struct contact_tag>;
using conversation_id = basic_id<struct conversation_tag>;
using message_id = basic_id<struct message_tag>;
using order_id = basic_id<struct order_tag>;
using product_id = basic_id<struct product_tag>;
using invoice_id = basic_id<struct invoice_tag>;
using payment_id = basic_id<struct payment_tag>;
using refund_id = basic_id<struct refund_tag>;
using review_id = basic_id<struct review_tag>;
using turn_id = basic_id<struct turn_tag>;

/// Row number of a stored inbound event; never leaves this server.
using inbox_id = std::int64_t;

/// Where new ids come from. A dependency of actors, so that a simulation can replay a run.
class id_source {
 public:
  virtual ~id_source() = default;
  [[nodiscard]] virtual uuid next() = 0;

  template <class Id>
  [[nodiscard]] Id next_as() {
    return Id{next()};
  }
};

}  // namespace sellavie

template <>
struct std::hash<sellavie::uuid> {
  std::size_t operator()(const sellavie::uuid& id) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, id.bytes.data(), 8);
    std::memcpy(&low, id.bytes.data() + 8, 8);
    return static_cast<std::size_t>((high * 0x9E3779B97F4A7C15ULL) ^ low);
  }
};

template <class Tag>
struct std::hash<sellavie::basic_id<Tag>> {
  std::size_t operator()(const sellavie::basic_id<Tag>& id) const noexcept {
    return std::hash<sellavie::uuid>{}(id.value);
  }
};
