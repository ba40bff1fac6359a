#include "net/documents/people_text.hpp"

#include <algorithm>

#include "protocol/action/clean_text.hpp"

namespace sellavie::net {
namespace {

constexpr std::size_t longest_url = 1'000;

std::string bounded(std::string_view text, std::size_t most_bytes) {
  auto clean = clean_text(text);
  if (clean.size() <= most_bytes) return clean;
  return std::string{trimmed(utf8_prefix(clean, most_bytes))} + "…";
}

}  // namespace

std::string on_one_line(std::string_view text, std::size_t most_bytes) {
  auto line = bounded(text, most_bytes);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

std::string in_lines(std::string_view text, std::size_t most_bytes, std::size_t most_lines) {
  const auto whole = bounded(text, most_bytes);
  const auto lines = trimmed(whole);
  std::size_t end = 0;
  for (std::size_t from = 0; most_lines > 0 && end != std::string_view::npos; --most_lines, from = end + 1)
    end = lines.find('\n', from);
  return std::string{lines.substr(0, end)};
}

bool is_plain_url(std::string_view url) noexcept {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~'; };
  return url.size() <= longest_url && (url.starts_with("https://") || url.starts_with("http://")) &&
         std::all_of(url.begin(), url.end(), is_plain);
}

}  // namespace sellavie::net
