#include "protocol/mail/stored_letter.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::mail {

std::string store_letter(const letter& one) {
  nlohmann::json content{{"subject", one.subject}, {"text", one.text}};
  if (!one.html.empty()) content["html"] = one.html;
  return content.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

result<opened_letter> load_letter(std::string_view stored) {
  const auto content = nlohmann::json::parse(stored, nullptr, false);
  if (!content.is_object() || !content.contains("subject") || !content.contains("text"))
    return make_failure(errc::malformed, "a stored letter has no text");
  return opened_letter{content["subject"].get<std::string>(), content["text"].get<std::string>(),
                       content.value("html", "")};
}

}  // namespace sellavie::mail
