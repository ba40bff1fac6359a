#include "net/mail/outgoing_mail.hpp"

#include <nlohmann/json.hpp>

#include "net/api/tokens.hpp"

namespace sellavie::net {

storage::queued_mail sealed_mail(const letter_seal& seal, const mail::letter& letter, std::string recipient,
                                 instant now, std::chrono::hours life) {
  nlohmann::json content{{"subject", letter.subject}, {"text", letter.text}};
  if (!letter.html.empty()) content["html"] = letter.html;
  const auto bytes = content.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return {.id = seal.ids.next_as<storage::mail_id>(),
          .recipient = std::move(recipient),
          .kind = letter.kind,
          .sealed_letter = seal.secrets.encrypt(bytes, seal.iv, now),
          .created_at = now,
          .expires_at = now + life};
}

storage::queued_mail outgoing_mail(const api_services& with, const mail::letter& letter,
                                   std::string recipient, instant now, std::chrono::hours life) {
  return sealed_mail({*with.ids, *with.secrets, make_iv(with)}, letter, std::move(recipient), now, life);
}

result<opened_letter> open_letter(const crypto::fernet_ring& secrets, std::string_view sealed) {
  const auto opened = secrets.decrypt(sealed);
  if (!opened) return opened.error();
  const auto content = nlohmann::json::parse(opened.value().plaintext, nullptr, false);
  if (!content.is_object() || !content.contains("subject") || !content.contains("text"))
    return make_failure(errc::malformed, "a stored letter has no text");
  return opened_letter{content["subject"].get<std::string>(), content["text"].get<std::string>(),
                       content.value("html", "")};
}

}  // namespace sellavie::net
