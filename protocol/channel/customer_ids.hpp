#pragma once
// Who a customer is on a channel where one person has two ids: on WhatsApp a phone number and a user id that
// is scoped to the business (docs/adr/0034). Either may be missing from an event. Pure.
//
//  R1  The user id says who it is: it belongs to one person with one number, and changes with the number.
//  R2  A phone number leads to its contact, unless that contact is known to have another user id: then the
//      number has a new owner, who is a new customer, kept under the user id.
//  R3  A new customer is kept under the phone number when it is given, else under the user id.
//  R4  An id names one contact for good. Only the channel's word joins two ids: one event that names both,
//      or its message that the customer has changed the number.
//  R5  Answers go to the number from which the customer wrote last; without one to the first id.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/channel/event.hpp"

namespace sellavie::channel {

/// Two letters, a dot, then alphanumerics. Phone numbers have no dot.
[[nodiscard]] bool is_user_id(std::string_view id) noexcept;

/// One of the two may be empty.
struct customer_identity {
  std::string phone;
  std::string user;
};
/// As an event names its customer. News of another number count under the old one alone: nobody says which
/// user id they carry.
[[nodiscard]] customer_identity identity_of(const channel_event& event);

/// What the store knows of the contact to which an identity leads, by the user id if that is known.
struct known_customer {
  std::string scoped_id;
  /// That goes with its number today, or empty.
  std::string user_id;
  /// Which of the ids lead there.
  bool by_phone = false;
  bool by_user = false;
};
/// The number that led there has a new owner (R2).
[[nodiscard]] bool has_new_owner(const customer_identity& who, const known_customer& known) noexcept;
/// The scoped id under which this customer is kept.
[[nodiscard]] const std::string& home_of(const customer_identity& who,
                                         const std::optional<known_customer>& known) noexcept;

/// The channel says that the customer has another number (or user id) from now on.
[[nodiscard]] constexpr bool renames_customer(const channel_event& event) noexcept {
  return event.kind == event_kind::system && !(event.subject_id.empty() && event.metadata.empty());
}

/// The ids of one conversation's customer: what the store has, and what events have told since.
class customer_ids {
 public:
  struct news {
    /// Ids that the store may not have yet.
    std::vector<std::string> ids;
    std::string user_id;
    std::string address_id;
  };

  /// As stored. `leading` are ids that lead to the contact already.
  void load(std::string scoped_id, std::string user_id, std::string address_id,
            const customer_identity& leading);
  /// An event of this customer.
  void meet(const channel_event& event);
  /// Where answers go.
  [[nodiscard]] const std::string& address() const noexcept {
    return address_id_.empty() ? scoped_id_ : address_id_;
  }
  /// What is to be stored, if anything is.
  [[nodiscard]] std::optional<news> to_store() const;
  void stored(const news& written);

 private:
  void learn(const std::string& id);

  std::string scoped_id_;
  std::string user_id_;
  std::string address_id_;
  std::string stored_user_id_;
  std::string stored_address_id_;
  std::vector<std::string> known_;
  std::vector<std::string> fresh_;
  /// Of the event that said last where the customer is.
  instant latest_{};
};

}  // namespace sellavie::channel
