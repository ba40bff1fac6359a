#include "protocol/mail/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

namespace sellavie::mail {
namespace {

using testing::HasSubstr;
using testing::Not;

const message_head head{
    {"Ada's shop", "shop@example.com"}, "ada@example.com", "id-1", instant_from_ms(1'795'913'545'000)};

std::string composed(std::string_view subject, std::string_view text) { return compose(head, subject, text); }

std::string headers_of(const std::string& message) { return message.substr(0, message.find("\r\n\r\n")); }
std::string body_of(const std::string& message) { return message.substr(message.find("\r\n\r\n") + 4); }

/// Names of the headers, in order; folded lines belong to the one before.
std::vector<std::string> names_in(const std::string& message) {
  std::vector<std::string> names;
  std::istringstream lines{headers_of(message)};
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with(' ')) names.push_back(line.substr(0, line.find(':')));
  return names;
}

const std::vector<std::string> all_headers{
    "From",          "To",           "Subject",      "Date",
    "Message-ID",    "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    "Auto-Submitted"};

TEST(message, reads_as_mail_programs_expect_it) {
  EXPECT_EQ(composed("Hello", "One\nTwo\n"),
            "From: \"Ada's shop\"\r\n <shop@example.com>\r\n"
            "To: ada@example.com\r\n"
            "Subject: Hello\r\n"
            "Date: Sun, 29 Nov 2026 00:52:25 +0000\r\n"
            "Message-ID: <id-1@example.com>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "\r\n"
            "One\r\nTwo\r\n");
}

TEST(message, is_the_same_at_each_attempt) { EXPECT_EQ(composed("a", "b"), composed("a", "b")); }

TEST(message, a_subject_cannot_begin_a_header) {
  const auto message = composed("Hi\r\nBcc: victim@example.com\r\n\r\nBody", "text");
  EXPECT_EQ(names_in(message), all_headers);
  EXPECT_EQ(body_of(message), "text\r\n");
  EXPECT_THAT(message, HasSubstr("Subject: Hi  Bcc: victim@example.com"));
}

TEST(message, a_name_cannot_begin_a_header_or_end_its_quotes) {
  auto other = head;
  other.from.name = "A\" <evil@example.com>\r\nBcc: x@example.com\r\nX: \"\\";
  const auto message = compose(other, "s", "t");
  EXPECT_EQ(names_in(message), all_headers);
  EXPECT_THAT(message, HasSubstr(R"(From: "A\" <evil@example.com>  Bcc: x@example.com  X: \"\\")"));
}

TEST(message, other_scripts_travel_as_encoded_words_that_end_between_characters) {
  std::string subject;
  for (int i = 0; i < 40; ++i) subject += "\xe2\x82\xa6";  // naira sign
  const auto message = composed(subject, "t");
  EXPECT_THAT(message, HasSubstr("Subject: =?UTF-8?B?4oKm"));
  EXPECT_EQ(names_in(message), all_headers);
  std::istringstream lines{headers_of(message)};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 90U) << line;
}

TEST(message, text_that_looks_encoded_is_encoded) {
  EXPECT_THAT(composed("=?UTF-8?B?eA==?=", "t"), HasSubstr("Subject: =?UTF-8?B?PT9VVEY"));
}

TEST(message, escapes_what_mail_servers_change) {
  EXPECT_EQ(body_of(composed("s", ".\nFrom here\nend \n=\xc3\xa9\n\ttab")),
            "=2E\r\n=46rom here\r\nend=20\r\n=3D=C3=A9\r\n\ttab\r\n");
}

RC_GTEST_PROP(message, is_ascii_in_short_lines_whatever_it_holds,
              (const std::string& subject, const std::string& text)) {
  const auto message = composed(subject, text);
  RC_ASSERT(names_in(message) == all_headers);
  std::size_t line = 0;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const auto c = static_cast<unsigned char>(message[i]);
    RC_ASSERT(c < 0x80U);
    if (c == '\n') {
      RC_ASSERT(i > 0 && message[i - 1] == '\r');
      line = 0;
    } else if (c == '\r') {
      RC_ASSERT(message[i + 1] == '\n');
    } else {
      RC_ASSERT(c >= 0x20U || c == '\t');
      RC_ASSERT(++line <= 90U);
    }
  }
}

TEST(mailbox, is_an_address_with_or_without_a_name) {
  EXPECT_EQ(parse_mailbox("a@b.example"), (mailbox{"", "a@b.example"}));
  EXPECT_EQ(parse_mailbox("<a@b.example>"), (mailbox{"", "a@b.example"}));
  EXPECT_EQ(parse_mailbox(" Ada's shop <a@b.example> "), (mailbox{"Ada's shop", "a@b.example"}));
  EXPECT_EQ(parse_mailbox("\"Shop, A\" <a@b.example>"), (mailbox{"Shop, A", "a@b.example"}));
  for (const char* bad :
       {"", "a", "A <a>", "A <a@b.example", "A a@b.example", "A\n <a@b.example>", "<a@b.example> x"})
    EXPECT_EQ(parse_mailbox(bad), std::nullopt) << bad;
}

TEST(message, with_html_has_both_and_the_text_first) {
  const auto message = compose(head, "Hello", "One\n", "<p>One \u20a6</p>\n");
  EXPECT_THAT(headers_of(message),
              HasSubstr("\r\nContent-Type: multipart/alternative; boundary=\"=_sellavie_part\"\r\n"));
  EXPECT_EQ(body_of(message),
            "--=_sellavie_part\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            "One\r\n"
            "--=_sellavie_part\r\n"
            "Content-Type: text/html; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            "<p>One =E2=82=A6</p>\r\n"
            "--=_sellavie_part--\r\n");
}

TEST(message, no_text_ends_its_part_by_itself) {
  const std::string wicked = "--=_sellavie_part--\n";
  const auto body = body_of(compose(head, "Hello", wicked, wicked));
  std::size_t marks = 0;
  for (auto at = body.find("=_sellavie_part"); at != std::string::npos;
       at = body.find("=_sellavie_part", at + 1))
    ++marks;
  EXPECT_EQ(marks, 3U);
}

}  // namespace
}  // namespace sellavie::mail
