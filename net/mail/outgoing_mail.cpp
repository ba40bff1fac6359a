#include "net/mail/outgoing_mail.hpp"

#include "net/api/tokens.hpp"

namespace sellavie::net {

storage::queued_mail sealed_mail(const letter_seal& seal, const mail::letter& letter, std::string recipient,
                                 instant now, std::chrono::hours life) {
  return {.id = seal.ids.next_as<storage::mail_id>(),
          .recipient = std::move(recipient),
          .kind = letter.kind,
          .sealed_letter = seal.secrets.encrypt(mail::store_letter(letter), seal.iv, now),
          .created_at = now,
          .expires_at = now + life};
}

storage::queued_mail outgoing_mail(const api_services& with, const mail::letter& letter,
                                   std::string recipient, instant now, std::chrono::hours life) {
  return sealed_mail({*with.ids, *with.secrets, make_iv(with)}, letter, std::move(recipient), now, life);
}

result<mail::opened_letter> open_letter(const crypto::fernet_ring& secrets, std::string_view sealed) {
  const auto opened = secrets.decrypt(sealed);
  if (!opened) return opened.error();
  return mail::load_letter(opened.value().plaintext);
}

}  // namespace sellavie::net
