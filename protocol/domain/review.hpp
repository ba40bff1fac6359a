#pragma once
// Money that a person has to look at: why, and what became of it (desk_money R37 to R41).
//
//   open ──► accepted | attached | dismissed        (a person)
//    │ ▲──► refunding ──► refunded                  (a person asked; the provider did it)
//    │ └────────┘ (it failed or was rejected)
//    └─────► refunded | answered                    (by itself: the provider's word; refunded is open again when
//                                                    more comes)

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/payment.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

enum class review_state : std::uint8_t {
  open,
  /// A refund of it is asked for, approved or on its way.
  refunding,
  /// It settled the order that its reference names.
  accepted,
  /// It settled another order.
  attached,
  /// All of it went back.
  refunded,
  dismissed,
  /// Of not_answered: the provider has answered since.
  answered,
};
inline constexpr std::array all_review_states = {
    review_state::open,     review_state::refunding, review_state::accepted, review_state::attached,
    review_state::refunded, review_state::dismissed, review_state::answered};
[[nodiscard]] std::string_view to_string(review_state state) noexcept;
[[nodiscard]] std::optional<review_state> parse_review_state(std::string_view name) noexcept;
/// Its money is nobody's yet.
[[nodiscard]] constexpr bool is_open(review_state state) noexcept {
  return state == review_state::open || state == review_state::refunding;
}

inline constexpr std::size_t max_review_note_bytes = 500;

/// What is the same for the same money in the same trouble: for people, too.
[[nodiscard]] std::string review_subject(review_reason reason, std::string_view reference,
                                         std::string_view transaction);

struct review {
  review_id id{};
  /// The order that the reference names; nil when there is none.
  order_id order{};
  /// Of the payment; without a transaction nothing is known to have come (not_answered).
  std::string reference;
  std::string transaction;
  review_reason reason = review_reason::wrong_amount;
  review_state state = review_state::open;
  /// "person:<id>", or "provider:<name>" when it closed by itself; of `refunding` who asked.
  std::string resolved_by;
  std::string note;
  instant opened_at{};
  instant resolved_at{};
  /// 1 when inserted, +1 with every change.
  std::int64_t version = 1;

  friend bool operator==(const review&, const review&) = default;
};

enum class review_resolution : std::uint8_t {
  accept,
  attach,
  refund,
  /// Nothing came after all, or it was test money.
  dismiss,
  /// Somebody settled it without us.
  dismiss_as_handled,
};
[[nodiscard]] std::string_view to_string(review_resolution how) noexcept;
[[nodiscard]] std::optional<review_resolution> parse_review_resolution(std::string_view name) noexcept;

}  // namespace sellavie
