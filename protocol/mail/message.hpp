#pragma once
// A mail as it goes over the wire: RFC 5322 headers and a plain text part, or that and the same as HTML, CRLF, lines of at
// most 76 characters, ASCII only. Whatever the texts hold, they cannot begin a header or a part of their own.

#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/time.hpp"

namespace sellavie::mail {

/// A name for people and an address: `Ada's shop <ada@example.com>`.
struct mailbox {
  /// May be empty.
  std::string name;
  std::string address;

  friend bool operator==(const mailbox&, const mailbox&) = default;
};

/// "ada@example.com" or "Ada <ada@example.com>", the name with or without quotes.
[[nodiscard]] std::optional<mailbox> parse_mailbox(std::string_view text);

/// What a mail says.
struct letter {
  /// snake_case, for logs and metrics.
  std::string_view kind;
  std::string subject;
  /// UTF-8; lines end with \n.
  std::string text;
  /// The same for those who show it; empty: the text alone.
  std::string html{};
};

/// Who to whom, and when it was written: the same at each attempt, so that a mail that arrives
/// twice is recognised.
struct message_head {
  mailbox from;
  /// An address that looks_like_email.
  std::string to;
  /// The left side of the Message-ID; its right side is the sender's domain.
  std::string id;
  instant at{};
};

[[nodiscard]] std::string compose(const message_head& head, std::string_view subject, std::string_view text,
                                  std::string_view html = {});

/// "Sun, 29 Nov 2026 00:52:25 +0000".
[[nodiscard]] std::string mail_date(instant at);

}  // namespace sellavie::mail
