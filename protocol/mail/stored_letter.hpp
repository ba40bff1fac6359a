#pragma once
// A letter as text that is sealed while it waits, and read again.

#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/mail/message.hpp"

namespace sellavie::mail {

[[nodiscard]] std::string store_letter(const letter& one);

struct opened_letter {
  std::string subject;
  std::string text;
  /// Empty: the text alone.
  std::string html;
};
/// errc::malformed for anything else.
[[nodiscard]] result<opened_letter> load_letter(std::string_view stored);

}  // namespace sellavie::mail
