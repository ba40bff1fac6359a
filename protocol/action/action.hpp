#pragma once
// What a model may propose, typed. No action carries a price, total, discount, currency or any id of
// a business, customer, order or payment: the server binds those from the conversation.

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocol/domain/action_kind.hpp"

namespace sellavie {

namespace proposal {

struct item {
  std::string sku;
  std::int64_t quantity = 0;

  friend bool operator==(const item&, const item&) = default;
};

struct place_order {
  std::vector<item> items;
  std::string note;

  friend bool operator==(const place_order&, const place_order&) = default;
};

/// `items` is the whole order as it shall be, not a difference.
struct change_order {
  std::vector<item> items;

  friend bool operator==(const change_order&, const change_order&) = default;
};

struct cancel_order {
  friend bool operator==(const cancel_order&, const cancel_order&) = default;
};

struct request_checkout {
  friend bool operator==(const request_checkout&, const request_checkout&) = default;
};

struct send_invoice {
  friend bool operator==(const send_invoice&, const send_invoice&) = default;
};

struct check_payment {
  friend bool operator==(const check_payment&, const check_payment&) = default;
};

struct hand_off {
  std::string reason;

  friend bool operator==(const hand_off&, const hand_off&) = default;
};

/// Empty = not said. At least one is set.
struct record_contact {
  std::string name;
  std::string email;
  std::string phone;
  std::string address;

  friend bool operator==(const record_contact&, const record_contact&) = default;
};

}  // namespace proposal

/// In the order of action_kind.
using action = std::variant<proposal::place_order, proposal::change_order, proposal::cancel_order,
                            proposal::request_checkout, proposal::send_invoice, proposal::check_payment,
                            proposal::hand_off, proposal::record_contact>;

[[nodiscard]] constexpr action_kind kind_of(const action& proposed) noexcept {
  return static_cast<action_kind>(proposed.index());
}

/// An action as it came out of a reply. `tool_call_id` is empty when it was a tag.
struct proposed_action {
  action what;
  std::string tool_call_id;

  friend bool operator==(const proposed_action&, const proposed_action&) = default;
};

inline constexpr std::size_t max_proposed_items = 50;
inline constexpr std::int64_t max_proposed_quantity = 10'000;
inline constexpr std::size_t max_proposed_sku_bytes = 64;
inline constexpr std::size_t max_proposed_note_bytes = 1'000;
inline constexpr std::size_t max_proposed_reason_bytes = 300;
/// Of each field of record_contact.
inline constexpr std::size_t max_proposed_contact_bytes = 320;

}  // namespace sellavie
