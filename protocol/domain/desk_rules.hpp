#pragma once
// Inside of order_book: one decide() per command, spread over desk_orders, desk_checkout, desk_stock, desk_refunds,
// desk_doubt and desk_reviews. Nobody outside protocol/domain includes this; they call sellavie::decide.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/domain/order_book.hpp"

namespace sellavie::desk {

[[nodiscard]] decision decide(const order_book& book, const place_order& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const change_order& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const cancel_order& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const expire_reservations& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const start_checkout& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const remind_of_checkout& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const set_hold& command, const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const record_payment_link& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const fail_payment_link& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const confirm_payment& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const mark_paid& command, const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const mark_fulfilled& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const request_refund& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const approve_refund& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const reject_refund& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const begin_refund& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const refuse_refund& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const confirm_refund& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const settle_doubt& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const resolve_refund& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const release_dispute& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const resolve_review& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const adjust_stock& command,
                              const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const set_stock& command, const desk_context& context);
[[nodiscard]] decision decide(const order_book& book, const set_stocks& command, const desk_context& context);

/// A decision without events; `subject`, if any, is described in the outcome.
[[nodiscard]] decision answer(action_outcome outcome, const std::string& action_key,
                              const desk_context& context, const order* subject = nullptr);
/// A decision that turns an order into `after` (whose version is already raised).
[[nodiscard]] decision become(order_event event, action_outcome outcome, const std::string& action_key,
                              const desk_context& context);
/// A copy to be changed: the next version.
[[nodiscard]] order next_version(const order& current);

/// The open order that a target names, or why there is none.
struct located {
  const order* open = nullptr;
  /// The closed order that explains the refusal, if it is known; of `stale` the open one.
  const order* closed = nullptr;
  refusal why = refusal::none;
};
[[nodiscard]] located locate(const order_book& book, const order_target& target, const desk_context& context);

/// R23.
[[nodiscard]] bool is_overtaken(const order& subject, const order_target& target) noexcept;

/// The order with this id wherever the book has it, else `stored` when that is the one.
[[nodiscard]] const order* any_order(const order_book& book, const order_id& id,
                                     const std::optional<order>& stored);

/// The same, paid by what came of this payment now.
[[nodiscard]] order paid_with(const order& current, const payment_record& payment,
                              const desk_context& context);

/// R19: until when a hold that is renewed now may last.
[[nodiscard]] instant renewed_hold(const order& subject, std::chrono::seconds wanted,
                                   const desk_context& context);
/// R14: when an unpaid order is cancelled.
[[nodiscard]] instant expires_at(const order& subject, const desk_settings& settings);
/// R14: the open orders whose time is over, earliest first.
[[nodiscard]] std::vector<std::pair<instant, const order*>> due_orders(const order_book& book,
                                                                       const desk_settings& settings,
                                                                       instant now);
/// Appends the events that put the pieces of `lines` back into stock, in product order.
void return_stock(const order_book& book, const std::vector<order_line>& lines,
                  std::vector<desk_event>& events);
/// What the customer pays for these lines (tax R4, R5).
[[nodiscard]] result<money> priced_total(const std::vector<order_line>& lines, const order_book& book);
[[nodiscard]] std::map<product_id, std::int64_t> pieces_of(const std::vector<order_line>& lines);

}  // namespace sellavie::desk
