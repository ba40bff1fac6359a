#pragma once
// Money that a person has to look at, as people list and read it. It is written by the order desk alone.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/api/orders.hpp"

namespace sellavie::storage {

/// Which reviews.
enum class review_choice : std::uint8_t {
  /// A person has yet to say, or a refund of it is under way.
  unresolved,
  /// Of one state.
  of_state,
  all,
};

struct review_filter {
  review_choice which = review_choice::unresolved;
  /// Of of_state.
  std::string state;
  /// Opened from here on, and before this.
  std::optional<instant> since;
  std::optional<instant> until;
  bool oldest_first = true;
};

struct listed_review {
  review_id id;
  std::string reason;
  std::string state;
  /// The order that the reference names, if there is one.
  std::optional<order_id> order;
  std::int64_t order_number = 0;
  std::string reference;
  /// None: it is not known whether money came.
  std::optional<payment_id> payment;
  std::string provider;
  std::string mode;
  std::string currency;
  std::int64_t received_minor = 0;
  /// "person:<account>", or "provider:<name>".
  std::string resolved_by;
  std::string note;
  instant opened_at{};
  instant resolved_at{};
};

/// A bounded look, as orders: what is not resolved has its index, everything else walks by time.
[[nodiscard]] result<listed_page<listed_review>> list_reviews(api_session& session,
                                                              const business_id& business,
                                                              const review_filter& filter,
                                                              const std::optional<api::page_position>& after,
                                                              int limit);

[[nodiscard]] result<std::optional<listed_review>> find_review(api_session& session,
                                                               const business_id& business,
                                                               const review_id& id);

[[nodiscard]] std::vector<list_plan> review_plans();

}  // namespace sellavie::storage
