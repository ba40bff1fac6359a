#include "protocol/mail/message.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "protocol/crypto/encoding.hpp"
#include "protocol/domain/email.hpp"

namespace sellavie::mail {
namespace {

constexpr std::size_t longest_line = 76;

bool is_printable(unsigned char c) noexcept { return c >= 0x20 && c < 0x7F; }

/// One line of text without control characters: they become spaces.
std::string one_line(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return out;
}

/// How many bytes of `text` fit into `most` without cutting a character.
std::size_t whole_characters(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text.size();
  std::size_t size = most;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return size > 0 ? size : most;
}

/// RFC 2047: what is not plain ASCII goes as base64 words of at most 75 characters, one a line.
std::string header_text(std::string_view text) {
  constexpr std::size_t bytes_of_a_word = 45;
  std::string line = one_line(text);
  const bool is_plain = line.size() <= longest_line - 16 && line.find("=?") == std::string::npos &&
                        std::all_of(line.begin(), line.end(),
                                    [](char c) { return is_printable(static_cast<unsigned char>(c)); });
  if (is_plain) return line;
  std::string out;
  for (std::string_view rest = line; !rest.empty();) {
    const auto size = whole_characters(rest, bytes_of_a_word);
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + crypto::base64_encode(crypto::as_bytes(rest.substr(0, size))) + "?=";
    rest.remove_prefix(size);
  }
  return out;
}

/// RFC 5322: a quoted string when it is ASCII, encoded words otherwise.
std::string name_text(std::string_view name) {
  const std::string line = one_line(name);
  if (!std::all_of(line.begin(), line.end(),
                   [](char c) { return is_printable(static_cast<unsigned char>(c)); }))
    return header_text(line);
  std::string out{"\""};
  for (const char c : line) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + '"';
}

std::string written(const mailbox& who) {
  return who.name.empty() ? who.address : name_text(who.name) + "\r\n <" + who.address + '>';
}

/// RFC 2045 section 6.7. A point or "From " at the start of a line is escaped as well: mail servers
/// have always had a way of their own with those.
std::string quoted_printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  const auto put = [&](std::string_view piece) {
    if (column + piece.size() >= longest_line) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\r') continue;
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool starts_badly = column == 0 && (c == '.' || text.substr(i).starts_with("From "));
    const bool is_blank = c == ' ' || c == '\t';
    const bool is_plain =
        (is_printable(c) || c == '\t') && c != '=' && !starts_badly && !(is_blank && ends_line);
    if (is_plain) put({&text[i], 1});
    else put(std::string{'=', digits[c >> 4U], digits[c & 15U]});
  }
  return out;
}

/// In quoted-printable text "=_" is nowhere.
constexpr std::string_view boundary = "=_sellavie_part";

std::string encoded(std::string_view text) {
  auto out = quoted_printable(text);
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::string part(const std::string& type, std::string_view text) {
  return "Content-Type: text/" + type +
         "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + encoded(text);
}

std::string_view domain_of(std::string_view address) noexcept {
  return address.substr(address.rfind('@') + 1);
}

}  // namespace

std::optional<mailbox> parse_mailbox(std::string_view text) {
  const auto trimmed = [](std::string_view part) {
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    return part;
  };
  text = trimmed(text);
  if (looks_like_email(text)) return mailbox{{}, std::string{text}};
  const auto open = text.rfind('<');
  if (open == std::string_view::npos || !text.ends_with('>')) return std::nullopt;
  auto name = trimmed(text.substr(0, open));
  const auto address = text.substr(open + 1, text.size() - open - 2);
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"'))
    name = name.substr(1, name.size() - 2);
  const bool has_controls = std::any_of(
      name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (has_controls || name.size() > 200 || !looks_like_email(address)) return std::nullopt;
  return mailbox{std::string{name}, std::string{address}};
}

std::string compose(const message_head& head, std::string_view subject, std::string_view text,
                    std::string_view html) {
  std::string out;
  const auto put = [&out](std::string_view name, const std::string& value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  put("From", written(head.from));
  put("To", one_line(head.to));
  put("Subject", header_text(subject));
  put("Date", mail_date(head.at));
  put("Message-ID", '<' + one_line(head.id) + '@' + std::string{domain_of(head.from.address)} + '>');
  put("MIME-Version", "1.0");
  const auto type = html.empty() ? std::string{"text/plain; charset=utf-8"}
                                 : "multipart/alternative; boundary=\"" + std::string{boundary} + '"';
  put("Content-Type", type);
  if (html.empty()) put("Content-Transfer-Encoding", "quoted-printable");
  put("Auto-Submitted", "auto-generated");
  out += "\r\n";
  if (html.empty()) return out + encoded(text);
  const auto mark = "--" + std::string{boundary};
  out += mark + "\r\n" + part("plain", text);
  out += mark + "\r\n" + part("html", html);
  return out + mark + "--\r\n";
}

std::string mail_date(instant at) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

}  // namespace sellavie::mail
