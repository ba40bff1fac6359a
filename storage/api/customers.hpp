#pragma once
// Customers: a contact with its profile, and the contacts that were merged into it. Merging moves nothing:
// conversations and orders stay with the contact that they came from, a customer shows those of all their contacts.
// A message tells a contact; whoever answers in its conversation answers that channel.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/conversations.hpp"
#include "storage/api/edit_outcome.hpp"

namespace sellavie::storage {

struct customer {
  contact_id id;
  std::string name;
  std::string email;
  std::string phone;
  std::string address;
  std::int64_t version = 1;
  bool is_blocked = false;
  instant created_at{};
  /// The contact is part of this other customer.
  std::optional<contact_id> merged_into;
};

/// One channel on which a customer writes.
struct customer_channel {
  contact_id contact;
  conversation_id conversation;
  std::string channel;
  instant last_customer_at{};
  chat_address address;
  /// The channel said then that nobody is there, and the customer has not written since; or zero.
  instant unreachable_since{};
};

struct customer_profile {
  customer who;
  std::vector<customer_channel> channels;
  std::int64_t orders = 0;
};

struct customer_filter {
  /// Of the first 1000 names that begin so, whatever their case; empty: any.
  std::string name_prefix;
  bool oldest_first = false;
};
/// By when they first wrote, `limit` + 1 rows at most, without merged contacts.
[[nodiscard]] result<std::vector<customer>> list_customers(api_session& session, const business_id& business,
                                                           const customer_filter& filter,
                                                           const std::optional<api::page_position>& after,
                                                           int limit);
/// Of a merged contact: the customer that it belongs to.
[[nodiscard]] result<std::optional<customer_profile>> find_customer(api_session& session,
                                                                    const business_id& business,
                                                                    const contact_id& id);

struct customer_change {
  std::optional<std::string> name;
  std::optional<std::string> email;
  std::optional<std::string> phone;
  std::optional<std::string> address;
};
[[nodiscard]] result<edited<customer>> change_customer(api_session& session, const business_id& business,
                                                       const change_origin& by, const contact_id& id,
                                                       std::int64_t expected_version,
                                                       const customer_change& change);

enum class merge_outcome : std::uint8_t {
  done,
  /// One of them is not there.
  not_found,
  /// One of them is part of another customer, or they are the same.
  not_two_customers,
  /// One is blocked and the other is not.
  blocked_differs,
};
/// `from` becomes part of `into`, whose profile counts; what that leaves empty is filled from `from`.
[[nodiscard]] result<merge_outcome> merge_customers(api_session& session, const business_id& business,
                                                    const change_origin& by, const contact_id& from,
                                                    const contact_id& into);

/// The statements of the lists, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string> customer_statements();

}  // namespace sellavie::storage
