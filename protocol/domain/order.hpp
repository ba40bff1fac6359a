#pragma once
// An order and its life.
//
//   draft ──────► awaiting_payment ──────► paid ──► fulfilled
//     │  └─(a person: cash)───────────────► │           │
//     └──────► cancelled ◄── awaiting       └► refunded ◄┘
//
// Transitions only go forward; cancelled and refunded are final. A paid order is never cancelled:
// its money must go back first, and that is `refunded`; a part that went back changes no state. "Closed" means closed for the AI and for
// the customer: paid, fulfilled, cancelled and refunded orders are changed by facts or people only.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/error.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/money.hpp"
#include "protocol/domain/tax.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

enum class order_status : std::uint8_t { draft, awaiting_payment, paid, fulfilled, cancelled, refunded };

inline constexpr std::array all_order_statuses = {order_status::draft,     order_status::awaiting_payment,
                                                  order_status::paid,      order_status::fulfilled,
                                                  order_status::cancelled, order_status::refunded};

[[nodiscard]] std::string_view to_string(order_status status) noexcept;
[[nodiscard]] std::optional<order_status> parse_order_status(std::string_view name) noexcept;
/// draft and awaiting_payment are open, everything else is closed.
[[nodiscard]] constexpr bool is_closed(order_status status) noexcept {
  return status != order_status::draft && status != order_status::awaiting_payment;
}
/// The transition table of the diagram above; staying in a state is not a transition.
[[nodiscard]] bool can_become(order_status from, order_status to) noexcept;

/// Whether the customer's bank has asked for the money back.
enum class dispute_state : std::uint8_t {
  none,
  /// Nothing is sent to the customer until a person releases it.
  open,
  /// By a person, for good.
  released,
};
[[nodiscard]] std::string_view to_string(dispute_state state) noexcept;
[[nodiscard]] std::optional<dispute_state> parse_dispute_state(std::string_view name) noexcept;

inline constexpr std::size_t max_order_lines = 50;
inline constexpr std::int64_t max_line_quantity = 10'000;
inline constexpr std::size_t max_order_note_bytes = 1'000;
inline constexpr std::size_t max_tracking_bytes = 800;

/// What was sold at which price, copied from the product when the line was written.
struct order_line {
  product_id product{};
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;
  money unit_price{};
  std::int64_t price_version = 0;
  money total{};

  friend bool operator==(const order_line&, const order_line&) = default;
};

struct order {
  order_id id{};
  /// Rises per business, shown to people as "#1042"; gaps are allowed.
  std::int64_t number = 0;
  conversation_id conversation{};
  contact_id contact{};
  order_status status = order_status::draft;
  std::vector<order_line> lines;
  money total{};
  std::string note;
  /// Action key of the command that placed it: unique per business.
  std::string idempotency_key;
  instant created_at{};
  /// When its items were last stated (placed or changed): the duplicate window starts here.
  instant wished_at{};
  /// When its stock goes back if nobody has paid.
  instant reserved_until{};
  /// 1 when inserted, +1 with every change.
  std::int64_t version = 1;
  /// How many payment links were asked for so far.
  std::int32_t payment_attempt = 0;
  /// Of the current link, made or being made; empty when there is none.
  std::string payment_reference;
  /// Empty while the link is being made.
  std::string payment_url;
  /// The provider's id of the payment that settled it; empty while unpaid and for cash.
  std::string payment_transaction;
  std::optional<instant> paid_at;
  /// Minor units that settled it: more than `total` when the customer bears the fees, anything when a person said so.
  std::int64_t received = 0;
  /// Minor units of these that went back; all of them: refunded.
  std::int64_t refunded = 0;
  dispute_state dispute = dispute_state::none;
  /// How a fulfilled order is on its way, as a person wrote it.
  std::string tracking;
  /// Under which `total` was priced (tax R7).
  tax_terms tax{};

  friend bool operator==(const order&, const order&) = default;
};

/// Sum of the lines; errc::money_range on overflow or mixed currencies.
[[nodiscard]] result<money> sum_of(const std::vector<order_line>& lines, currency_code currency);
/// "#1042".
[[nodiscard]] std::string order_label(std::int64_t number);

/// The reference that a provider sees: "sv-<order id, 32 hex>-<attempt>". Only [a-z0-9-], unique forever.
[[nodiscard]] std::string make_payment_reference(const order_id& order, std::int32_t attempt);
struct payment_reference_parts {
  order_id order{};
  std::int32_t attempt = 0;

  friend bool operator==(const payment_reference_parts&, const payment_reference_parts&) = default;
};
[[nodiscard]] std::optional<payment_reference_parts> parse_payment_reference(std::string_view text);

}  // namespace sellavie
