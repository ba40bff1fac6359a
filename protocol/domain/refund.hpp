#pragma once
// Money on its way back to a customer. The desk decides (desk_money R28 to R35), the payment_client calls.
//
//   awaiting_approval ──► approved ──► sending ──► pending ──► needs_attention ──► succeeded
//      │        (within the limit) ▲      │  │        └───────────────┴──────────► failed ┈► succeeded
//      └► rejected                 └──────┘  └► unproved ─► whatever is heard, or a person says
//                           (proved absent)
//
// What a provider says only moves it to the right, whatever was skipped; success is the last word.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/money.hpp"
#include "protocol/domain/payment_record.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

/// A provider's word on a refund.
enum class refund_status : std::uint8_t {
  pending,
  /// The provider waits for the business.
  needs_attention,
  succeeded,
  failed,
};
[[nodiscard]] std::string_view to_string(refund_status status) noexcept;

struct refund_fact {
  /// The provider's own id of it.
  std::string id;
  /// payment_fact::transaction.
  std::string transaction;
  /// refund_key, where the provider repeats it; whoever refunds in the provider's dashboard may write anything here.
  std::string key;
  refund_status status = refund_status::pending;
  money amount{};

  friend bool operator==(const refund_fact&, const refund_fact&) = default;
};

enum class refund_state : std::uint8_t {
  /// Above the business's limit: another person must agree.
  awaiting_approval,
  rejected,
  /// It may be sent, and is not on its way.
  approved,
  /// The call may have gone out; nothing is known of it.
  sending,
  pending,
  needs_attention,
  succeeded,
  failed,
  /// Whether it happened could not be proved: a person says.
  unproved,
};
inline constexpr std::array all_refund_states = {
    refund_state::awaiting_approval, refund_state::rejected, refund_state::approved,
    refund_state::sending,           refund_state::pending,  refund_state::needs_attention,
    refund_state::succeeded,         refund_state::failed,   refund_state::unproved};
[[nodiscard]] std::string_view to_string(refund_state state) noexcept;
[[nodiscard]] std::optional<refund_state> parse_refund_state(std::string_view name) noexcept;

/// It went back, or still may.
[[nodiscard]] constexpr bool is_live(refund_state state) noexcept {
  return state != refund_state::rejected && state != refund_state::failed;
}
/// The provider may have it.
[[nodiscard]] constexpr bool is_under_way(refund_state state) noexcept {
  return state == refund_state::sending || state == refund_state::pending ||
         state == refund_state::needs_attention || state == refund_state::unproved;
}
/// No call was made that may still count.
[[nodiscard]] constexpr bool is_unsent(refund_state state) noexcept {
  return state == refund_state::awaiting_approval || state == refund_state::approved;
}
/// Nothing: the word is no news.
[[nodiscard]] std::optional<refund_state> state_after(refund_state known, refund_status word) noexcept;

enum class restock : std::uint8_t { no, yes };

enum class refund_origin : std::uint8_t {
  here,
  /// Made in the provider's own dashboard.
  elsewhere,
};
[[nodiscard]] std::string_view to_string(refund_origin origin) noexcept;
[[nodiscard]] std::optional<refund_origin> parse_refund_origin(std::string_view name) noexcept;

inline constexpr std::size_t max_refund_reason_bytes = 500;
/// That people may ask for.
inline constexpr std::size_t max_refunds_of_a_payment = 100;

struct refund {
  refund_id id{};
  payment_id payment{};
  /// The payment's; nil when it has none.
  order_id order{};
  money amount{};
  std::string reason;
  /// Whether the pieces come back when the whole order is refunded.
  restock goods = restock::no;
  refund_origin origin = refund_origin::here;
  refund_state state = refund_state::approved;
  /// "person:<id>", or "provider:<name>" when it was made elsewhere.
  std::string requested_by;
  /// The other person, who agreed or rejected it; empty while nobody had to.
  std::string decided_by;
  /// The provider's own id of it; empty until it was heard.
  std::string provider_id;
  /// How often the call was begun.
  std::int32_t attempt = 0;
  instant requested_at{};
  /// When the last call was begun.
  instant sent_at{};
  /// Why it was rejected or failed, or what a person says became of it.
  std::string note;
  /// The provider called it failed after it had succeeded; people were told.
  bool is_contradicted = false;
  /// 1 when inserted, +1 with every change.
  std::int64_t version = 1;

  friend bool operator==(const refund&, const refund&) = default;
};

/// What the provider is given to know it by: the same for each attempt. Only [a-z0-9-].
[[nodiscard]] std::string refund_key(const refund_id& id);
[[nodiscard]] std::optional<refund_id> parse_refund_key(std::string_view key) noexcept;

// Each in minor units; `refunds` are all of the payment's.

[[nodiscard]] std::int64_t returned_of(const payment_record& payment, std::span<const refund> refunds);
/// What one more refund may take.
[[nodiscard]] std::int64_t refundable_of(const payment_record& payment, std::span<const refund> refunds);
/// What of the sum that a provider says went back is none of our refunds, at least. Of a part all are left out that were
/// ever sent: the word may be older than what is known of them. When all is back, those that failed are not in it.
[[nodiscard]] std::int64_t foreign_part(const payment_record& payment, std::span<const refund> refunds,
                                        std::int64_t said);

}  // namespace sellavie
