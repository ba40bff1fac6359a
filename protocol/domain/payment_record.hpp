#pragma once
// Money that came: one record for each reference and transaction, written when the desk first decides about it.
// It stands in one place, and what went back of it is counted here (desk_money R25 to R27).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/money.hpp"
#include "protocol/domain/payment.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

/// Whose word a payment is.
struct payment_source {
  /// "paystack"; of money that a person took "cash" or "transfer".
  std::string provider;
  /// Id of the connection that was asked; empty for money that a person took.
  std::string connection;

  friend bool operator==(const payment_source&, const payment_source&) = default;
};

enum class payment_place : std::uint8_t {
  /// It settled an order.
  on_order,
  /// A person has to say what it is for.
  in_review,
  /// A person said, with a note, that it is none of ours.
  dismissed,
};
[[nodiscard]] std::string_view to_string(payment_place place) noexcept;
[[nodiscard]] std::optional<payment_place> parse_payment_place(std::string_view name) noexcept;

struct payment_record {
  payment_id id{};
  std::string reference;
  /// The provider's id of it; empty for money that a person took.
  std::string transaction;
  payment_source from{};
  payment_mode mode = payment_mode::test;
  money received{};
  /// Minor units that the provider says went back otherwise than by our refunds, at least.
  std::int64_t elsewhere = 0;
  /// Minor units that went back so far, in whatever way; never more than received.
  std::int64_t returned = 0;
  payment_place place = payment_place::in_review;
  /// The order that it settled, or the one that its reference names; nil when there is none.
  order_id order{};
  /// The customer's bank asked for it; people were told.
  bool is_disputed = false;
  instant at{};
  /// 1 when inserted, +1 with every change.
  std::int64_t version = 1;

  /// Minor units that did not go back.
  [[nodiscard]] std::int64_t left() const noexcept { return received.minor - returned; }
  friend bool operator==(const payment_record&, const payment_record&) = default;
};

/// A person took it, and gives it back: no provider is asked.
[[nodiscard]] bool is_by_hand(const payment_record& payment) noexcept;
/// Unique for each order.
[[nodiscard]] std::string by_hand_reference(const order_id& order);

}  // namespace sellavie
