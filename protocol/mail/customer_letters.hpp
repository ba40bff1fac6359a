#pragma once
// What the server writes to customers of a business. Whoever founds a business could write to strangers in its name, so no
// letter holds a word of a person: neither the business's name nor a product's, no note and no tracking number. It says
// numbers and amounts and where to read the rest; the page that opens says who sells.

#include <string>
#include <string_view>

#include "protocol/domain/invoice.hpp"
#include "protocol/domain/reply_text.hpp"
#include "protocol/mail/message.hpp"

namespace sellavie::mail {

/// What the chat did not take: `text` is the server's own (plain_reply_for).
[[nodiscard]] letter order_news(std::string_view text, reply_language language);

/// A new invoice or credit note, and the link under which whoever has it reads it.
[[nodiscard]] letter document_issued(const invoice& document, std::string_view url, reply_language language);

}  // namespace sellavie::mail
