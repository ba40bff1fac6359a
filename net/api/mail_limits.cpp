#include "net/api/mail_limits.hpp"

#include <algorithm>
#include <string>

#include "protocol/crypto/digest.hpp"

namespace sellavie::net {

std::optional<api::problem> mail_limits::take(std::string_view email) {
  std::string folded{email};
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto digest = crypto::sha256(folded);
  address_bytes key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  const int wait = mailboxes_.take(key, std::chrono::steady_clock::now());
  if (wait == 0) return std::nullopt;
  return api::problem{
      .kind = api::problems::too_many,
      .detail = "This address got several mails just now. Look into the mailbox, also among spam.",
      .retry_after = wait};
}

}  // namespace sellavie::net
