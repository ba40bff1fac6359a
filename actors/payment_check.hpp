#pragma once
// A look at a payment: because its provider's event hinted at it, because it was time, or because its customer came back
// from the pay page (payment_hint). What is found goes to the order desk, which decides. Without actors, for those who only carry it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/payment.hpp"
#include "protocol/domain/time.hpp"
#include "storage/job_rows.hpp"

namespace sellavie::actors {

enum class check_kind : std::uint8_t {
  payment,
  /// Money may have gone back: the payment's refunds are listed, too.
  refund,
  /// The customer's bank asks for it. That is the event's word, where the payment itself does not say it.
  dispute,
};

struct payment_check {
  /// Ours, or empty when the event did not say it.
  std::string reference{};
  /// The provider's id of the payment.
  std::string transaction{};
  /// Whose event it was; nil: whoever was asked for the link.
  payment_connection_id connection{};
  check_kind kind = check_kind::payment;
  /// A poll looks again until nothing more comes of it; an event is worked off once.
  payment_hint noticed_by = payment_hint::poll;
  /// A reference that the store does not know may become known: the event overtook us. This look is the last one, and
  /// whoever sent the event is asked.
  bool is_last = false;
  /// Done in the transaction of what the desk decides, when it decides anything new.
  std::optional<storage::job_hold> finishes{};
};

enum class check_outcome : std::uint8_t {
  /// Nothing more will come of looking: paid, given back, under review, or its order goes on without it.
  settled,
  /// Not paid yet.
  open,
  /// Its provider did not say.
  silent,
  /// The store knows no payment under this reference.
  unknown,
  /// Money of another till of the shop, or nobody that could be asked.
  strange,
};
[[nodiscard]] std::string_view to_string(check_outcome outcome) noexcept;

struct payment_checked {
  check_outcome outcome = check_outcome::silent;
  /// The order of the payment is paid, by this money or other.
  bool is_paid = false;
};

/// The first look at a payment after `now` whose link was made at `made`: 1, 3, 10, 30 and 60 minutes later, then
/// every hour.
[[nodiscard]] instant next_look(instant made, instant now) noexcept;

/// The job that looks. Its payload: {"reference", "transaction", "connection", "kind", "source"}; an "event" is no poll.
inline constexpr std::string_view payment_check_job = "payment.check";
/// Looks at this payment until nothing more will come of it.
[[nodiscard]] storage::job_row poll_of(const std::string& reference, const business_id& business,
                                       storage::job_id id, instant made);
/// The job that ends a link at its provider; its payload names the reference.
inline constexpr std::string_view link_end_job = "payment.end_link";
[[nodiscard]] storage::job_row link_end_of(const std::string& reference, const business_id& business,
                                           storage::job_id id, instant at);
/// Nothing: it names no payment.
[[nodiscard]] std::optional<payment_check> read_check(std::string_view payload);

}  // namespace sellavie::actors
