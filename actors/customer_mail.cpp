#include "actors/customer_mail.hpp"

#include "protocol/mail/stored_letter.hpp"

namespace sellavie::actors {
namespace {

/// The second half of an id is random but for its first two bits.
crypto::fernet_iv make_iv(id_source& ids) {
  crypto::fernet_iv iv{};
  for (std::size_t half = 0; half < 2; ++half) {
    const uuid random = ids.next();
    std::copy(random.bytes.begin() + 8, random.bytes.end(),
              iv.begin() + static_cast<std::ptrdiff_t>(half * 8));
  }
  return iv;
}

}  // namespace

bool sends_mail(const services& node) { return !node.settings->smtp.url.empty(); }

storage::queued_mail mail_to(const services& node, const storage::mail_id& id, const mail::letter& letter,
                             std::string recipient, std::chrono::hours life) {
  const auto now = node.now();
  return {.id = id,
          .recipient = std::move(recipient),
          .kind = letter.kind,
          .sealed_letter = node.secrets->encrypt(mail::store_letter(letter), make_iv(*node.ids), now),
          .created_at = now,
          .expires_at = now + life};
}

bool mail_allowance::take(const std::string& recipient, instant now, int most) {
  const auto is_old = [&](instant at) { return now - at >= std::chrono::hours{1}; };
  std::erase_if(sent_, [&](const auto& entry) { return is_old(entry.second.back()); });
  auto& sent = sent_[recipient];
  while (!sent.empty() && is_old(sent.front())) sent.pop_front();
  if (sent.size() >= static_cast<std::size_t>(std::max(most, 1))) return false;
  sent.push_back(now);
  return true;
}

}  // namespace sellavie::actors
