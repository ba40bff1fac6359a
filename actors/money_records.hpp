#pragma once
// Between the pure desk's values of money that came and their rows.

#include <optional>

#include "protocol/domain/desk_money.hpp"
#include "storage/change_set.hpp"
#include "storage/money_rows.hpp"

namespace sellavie::actors {

[[nodiscard]] storage::payment_record_row to_row(const payment_record& subject, business_id business);
[[nodiscard]] storage::refund_row to_row(const refund& subject, business_id business);
[[nodiscard]] storage::review_row to_row(const review& subject, business_id business);

// Nothing when the row is not valid any more.

[[nodiscard]] std::optional<payment_record> to_record(const storage::payment_record_row& row);
[[nodiscard]] std::optional<refund> to_refund(const storage::refund_row& row);
[[nodiscard]] std::optional<review> to_review(const storage::review_row& row);

/// What a decision about money needs, but for the order that it stands on.
[[nodiscard]] std::optional<stored_money> to_money(const storage::stored_money_rows& rows);

[[nodiscard]] storage::money_question question_of(const money_named& named, const business_id& business);

/// Background work that follows a refund to its end; its payload names the refund.
inline constexpr std::string_view refund_job = "refund.run";
[[nodiscard]] storage::job_row refund_job_of(const refund& subject, const business_id& business,
                                             storage::job_id id, instant at);

/// Background work that issues what credit notes the order's invoice is due (actors/refund_run.hpp).
[[nodiscard]] storage::job_row credit_note_of(const order_id& order, const business_id& business,
                                              storage::job_id id, instant at);

}  // namespace sellavie::actors
