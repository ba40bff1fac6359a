#pragma once
// Inside of order_book: a payment with its refunds, its review and its order while one decision is made about
// them. Whatever changes one of them goes through here, and follow() does what the rules want of the others.

#include <optional>
#include <string>
#include <vector>

#include "protocol/domain/desk_rules.hpp"

namespace sellavie::desk {

class money_case {
 public:
  /// Of what the store has; `context.money.payment` is there.
  money_case(const order_book& book, const desk_context& context);
  /// Of money that is written down now.
  money_case(const order_book& book, const desk_context& context, payment_record fresh,
             std::optional<order> subject);

  [[nodiscard]] const payment_record& payment() const noexcept { return payment_; }
  [[nodiscard]] const std::vector<refund>& refunds() const noexcept { return refunds_; }
  [[nodiscard]] const std::optional<review>& reviewed() const noexcept { return reviewed_; }
  /// The order that it stands on, or that its reference names.
  [[nodiscard]] const std::optional<order>& subject() const noexcept { return subject_; }
  [[nodiscard]] const refund* find_refund(const refund_id& id) const;
  /// R36.
  [[nodiscard]] bool is_frozen() const noexcept;
  /// "provider:paystack"
  [[nodiscard]] std::string provider() const;

  /// R26, R27.
  void hear(const payment_fact& fact);
  /// A new one, or the next version of one that is known.
  void change(refund after);
  /// R33: what may have been counted as made elsewhere is taken for one of ours.
  void take_for_ours(std::int64_t minor);
  /// R38: `open` is paid by it.
  void settle(const order& open, std::string detail);
  void resolve(review_state to, std::string by, std::string note);
  void dismiss();
  /// R36: tells, and freezes the order that it stands on.
  void dispute();
  void tell(attention why, const money& amount);
  /// R27, R33, R35, R39, R41: what follows for the others. Once, at the end.
  void follow();

  [[nodiscard]] decision finish(action_outcome outcome, const std::string& action_key,
                                std::string actor) const;

 private:
  void change_order(order_event_kind kind, order after, std::string detail);
  void drop_what_does_not_fit();
  void follow_order();
  void follow_review();

  const order_book& book_;
  const desk_context& context_;
  std::optional<payment_record> before_;
  payment_record payment_;
  std::vector<refund> refunds_;
  std::optional<review> reviewed_;
  std::optional<order> subject_;
  std::vector<desk_event> events_;
};

/// Describes it in an outcome.
void describe(action_outcome& outcome, const refund& subject);
void describe(action_outcome& outcome, const review& subject);

/// Not empty, not only blanks, and at most so long.
[[nodiscard]] bool is_said(std::string_view text, std::size_t most) noexcept;

}  // namespace sellavie::desk
