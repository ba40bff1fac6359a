#pragma once
// The rules of money that came: where it stands, how it goes back, who decides. They go on where order_book.hpp ends.
//
// Money
//  R25 Money that came is written down once for each reference and transaction, with the mode and the source that
//      said so. It stands on the one order that it settled, or under review, or is dismissed; what is left of it is
//      what came less what went back.
//  R26 Of money that is written down a later word changes only this: more came, some went back, it is disputed. Late,
//      doubled and overtaken words (pending, failed, not begun, less than is known) and words of another mode or
//      currency say nothing of it.
//  R27 What providers say went back is counted whoever sent it back, our own refunds once, and never more than came: a
//      sum that may have ours in it counts without them. All of it: the order is refunded, the review closes. A part:
//      noted. Money that was back before anybody wrote it down is as good as not paid (R13); money of which a part was
//      back does not cover an order (wrong_amount).
//
// Refunds
//  R28 A person asks, with a reason: for the whole rest or a part, of money that settled an order which is paid or
//      fulfilled (or refunded, when more came afterwards), or of money under review. Never more than what is left after all refunds that may still happen;
//      nothing while the order is disputed; nothing of another mode than the one we can call in (wrong_mode). A hundred
//      refunds of one payment are enough.
//  R29 Four eyes: when what is asked of one payment without a second person's yes would pass the business's limit, it waits
//      for another person. Anybody may reject it. Neither is possible twice.
//  R30 A call is begun by a commit (sending), and only from `approved`: so it is never made twice unknown to us. An
//      answer to an earlier call than the last says nothing, unless it is a fact.
//  R31 A provider's word moves a refund only forward; the same again changes nothing. A failed one that is
//      found succeeded has succeeded. The other way round nothing is undone: people are told once.
//  R32 In doubt, its call is repeated only after the payment's refunds were listed to the last page, begun some time after
//      the call, and it was not among them; so many times, then it has failed. Listed in vain for too long it is unproved:
//      people are told, a person says what became of it, or a later word does.
//  R33 A listed refund is ours by the provider's id, by our key, or, where no key is repeated, when one of the same amount
//      was called for and not heard of: never sending it again is the safe mistake. Any other was made elsewhere, and is
//      written down as the provider's. What was not sent yet and does not fit any more has failed.
//  R34 Money that a person took, a person gives back: agreed is done.
//  R35 When all money of an order is back the order is refunded, for good, and its pieces return if one of the refunds
//      says so. A part changes no state; the order counts it. More that comes later is told.
//
// Disputes
//  R36 Disputed money on an order freezes it: it is not fulfilled, and not refunded, until a person releases it with a note;
//      the same money freezes it once. Disputed money elsewhere, or on an order that is refunded, is told. Each is told once.
//
// The review queue
//  R37 Each payment has at most one review, whatever is found about it later. A person resolves it; who comes
//      second is told who was first and what became of it.
//  R38 accept: the money settles the order that its reference names; attach: another one. The order is open, the
//      currency its own, the mode ours, and any amount will do: the difference is noted. What is disputed freezes it (R36).
//  R39 refund: all that is left, by R28 and R29. While it is asked for or on its way nothing else can be done with the
//      money; failed or rejected, the review is open again.
//  R40 dismiss, with a note: what was not answered, and test money. Other money only when a person says that
//      it was settled elsewhere.
//  R41 It closes by itself when the provider says that all of the money is back, and is open again when more comes; one
//      about a silent provider (not_answered) closes when it has answered. Money on its way is no answer.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/desk_command.hpp"
#include "protocol/domain/order.hpp"
#include "protocol/domain/payment_record.hpp"
#include "protocol/domain/refund.hpp"
#include "protocol/domain/review.hpp"

namespace sellavie {

/// What the store has of the money that a command is about, read while nothing of the desk's own is on its way.
struct stored_money {
  std::optional<payment_record> payment{};
  /// All of the payment's.
  std::vector<refund> refunds{};
  /// The payment's, in whatever state; of a resolve_review the one that it names.
  std::optional<review> reviewed{};
  /// Open and not_answered, of the fact's reference.
  std::optional<review> unanswered{};
  /// payment_record::order, when it exists.
  std::optional<order> subject{};
};

/// How to find that: the first of these that is set.
struct money_named {
  refund_id refund{};
  review_id review{};
  payment_id payment{};
  /// The payment that settled it.
  order_id order{};
  /// One payment, by both; what was not answered, by the reference alone.
  std::string reference;
  std::string transaction;

  friend bool operator==(const money_named&, const money_named&) = default;
};

/// Nothing: the command needs no money to be decided.
[[nodiscard]] std::optional<money_named> money_named_by(const desk_command& command);

/// "person:<id>".
[[nodiscard]] bool is_person(std::string_view actor) noexcept;

}  // namespace sellavie
