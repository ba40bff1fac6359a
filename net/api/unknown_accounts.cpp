#include "net/api/unknown_accounts.hpp"

#include <algorithm>
#include <string>

#include "protocol/api/session_rules.hpp"

namespace sellavie::net {

bool unknown_accounts::count_failure(std::string_view email, instant now) {
  // Accounts are found in any case, too.
  std::string folded{email};
  std::ranges::transform(folded, folded.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto key = crypto::sha256(folded);
  const std::lock_guard hold{mutex_};
  if (records_.size() >= bound_ && !records_.contains(key)) records_.clear();
  record& mine = records_[key];
  if (mine.blocked_until > now) return false;
  mine.blocked_until = now + api::block_after(++mine.failures);
  return true;
}

std::size_t unknown_accounts::size() const {
  const std::lock_guard hold{mutex_};
  return records_.size();
}

}  // namespace sellavie::net
