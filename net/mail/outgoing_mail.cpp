#include "net/mail/outgoing_mail.hpp"

#include "net/api/tokens.hpp"

namespace sellavie::net {

storage::queued_mail outgoing_mail(const api_services& with, const mail::letter& letter,
                                   std::string recipient, instant now, std::chrono::hours life) {
  return {.id = with.ids->next_as<storage::mail_id>(),
          .recipient = std::move(recipient),
          .kind = letter.kind,
          .sealed_letter = with.secrets->encrypt(mail::store_letter(letter), make_iv(with), now),
          .created_at = now,
          .expires_at = now + life};
}

result<mail::opened_letter> open_letter(const crypto::fernet_ring& secrets, std::string_view sealed) {
  const auto opened = secrets.decrypt(sealed);
  if (!opened) return opened.error();
  return mail::load_letter(opened.value().plaintext);
}

}  // namespace sellavie::net
