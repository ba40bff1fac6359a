#pragma once
// A letter made ready for the queue, sealed because it may hold a token, and read from it again.

#include <string>
#include <string_view>

#include "net/api/call.hpp"
#include "protocol/mail/message.hpp"
#include "protocol/mail/stored_letter.hpp"
#include "storage/mail_queue.hpp"

namespace sellavie::net {

/// What seals a letter; `iv` is fresh for each.
struct letter_seal {
  id_source& ids;
  const crypto::fernet_ring& secrets;
  crypto::fernet_iv iv{};
};
/// `recipient` may be filled in by storage, which knows the account.
[[nodiscard]] storage::queued_mail sealed_mail(const letter_seal& seal, const mail::letter& letter,
                                               std::string recipient, instant now, std::chrono::hours life);
[[nodiscard]] storage::queued_mail outgoing_mail(const api_services& with, const mail::letter& letter,
                                                 std::string recipient, instant now, std::chrono::hours life);

/// errc::malformed when no key opens it.
[[nodiscard]] result<mail::opened_letter> open_letter(const crypto::fernet_ring& secrets,
                                                      std::string_view sealed);

}  // namespace sellavie::net
