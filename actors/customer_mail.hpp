#pragma once
// Mails to customers, queued by the commit of what they tell of.

#include <chrono>
#include <deque>
#include <map>
#include <string>

#include "actors/services.hpp"
#include "protocol/mail/message.hpp"
#include "storage/mail_rows.hpp"

namespace sellavie::actors {

/// Where the server sends mail at all; without, they would only wait.
[[nodiscard]] bool sends_mail(const services& node);

/// Ready for a change_set. The same id is the same mail, also for its mailbox.
[[nodiscard]] storage::queued_mail mail_to(const services& node, const storage::mail_id& id,
                                           const mail::letter& letter, std::string recipient,
                                           std::chrono::hours life);

/// So many mails to one address within an hour, and no more: an address is nobody's word but the customer's. Not
/// remembered across a restart.
class mail_allowance {
 public:
  /// Whether one more may go now; it counts then.
  [[nodiscard]] bool take(const std::string& recipient, instant now, int most);

 private:
  std::map<std::string, std::deque<instant>> sent_;
};

}  // namespace sellavie::actors
