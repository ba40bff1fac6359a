#include "protocol/action/text_guard.hpp"

#include <algorithm>

#include "protocol/action/action_parser.hpp"
#include "protocol/action/clean_text.hpp"

namespace sellavie {
namespace {

constexpr std::size_t look_back_bytes = 64;
constexpr std::size_t max_token_bytes = 64;
constexpr std::size_t max_name_bytes = 48;
constexpr std::size_t min_loose_nonce = 6;

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n'; }

constexpr bool is_joiner(char32_t c) noexcept {
  return c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x300 && c <= 0x36F);
}

/// What somebody may put between two brackets to split them.
constexpr bool is_splitter(char32_t c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\\' || c == '`' || c == '*' || c == 0xA0 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000 || is_joiner(c);
}

/// How many single brackets this code point stands for.
constexpr int opening_weight(char32_t c) noexcept {
  if (c == '[' || c == 0xFF3B || c == 0x2045 || c == 0x2772) return 1;
  return c == 0x27E6 || c == 0x301A ? 2 : 0;
}
constexpr int closing_weight(char32_t c) noexcept {
  if (c == ']' || c == 0xFF3D || c == 0x2046 || c == 0x2773) return 1;
  return c == 0x27E7 || c == 0x301B ? 2 : 0;
}

std::size_t skip_white(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

template <class Predicate>
std::size_t skip_while(std::string_view text, std::size_t at, std::size_t most, Predicate allowed) noexcept {
  const auto end = std::min(text.size(), at + most);
  while (at < end && allowed(text[at])) ++at;
  return at;
}

/// End of the JSON object that starts at `at`, or npos. Brackets inside strings do not count.
std::size_t end_of_object(std::string_view text, std::size_t at) noexcept {
  const auto limit = std::min(text.size(), at + max_arguments_bytes + 1);
  int depth = 0;
  bool quoted = false;
  for (; at < limit; ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{') {
      if (++depth > 64) return std::string_view::npos;
    } else if (c == '}' && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

struct written_tag {
  control_tag tag;
  std::size_t end = 0;
};

/// `at` is behind "[[": token, ':', name, object or nothing, "]]".
std::optional<written_tag> read_tag(std::string_view text, std::size_t at) {
  const auto token_end = skip_while(text, at, max_token_bytes, [](char c) {
    return c > ' ' && c < 0x7F && c != ':' && c != '[' && c != ']' && c != '{';
  });
  if (token_end >= text.size() || text[token_end] != ':') return std::nullopt;
  const auto name_at = skip_white(text, token_end + 1);
  const auto name_end = skip_while(text, name_at, max_name_bytes, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (name_end == name_at) return std::nullopt;
  const auto object_at = skip_white(text, name_end);
  auto object_end = object_at;
  if (object_at < text.size() && text[object_at] == '{') object_end = end_of_object(text, object_at);
  if (object_end == std::string_view::npos) return std::nullopt;
  const auto close = skip_white(text, object_end);
  if (text.substr(std::min(close, text.size()), 2) != "]]") return std::nullopt;
  return written_tag{
      {std::string{text.substr(at, token_end - at)}, std::string{text.substr(name_at, name_end - name_at)},
       std::string{text.substr(object_at, object_end - object_at)}},
      close + 2};
}

/// Where the passage that opened before `at` ends; npos = unclosed. Nested pairs count.
/// `loose`: it was opened with split or foreign brackets, so such ones close it as well.
std::size_t end_of_passage(std::string_view text, std::size_t at, bool loose) noexcept {
  int depth = 1;
  int opened = 0;
  int closed = 0;
  while (at < text.size()) {
    const auto c = next_code_point(text, at);
    if (const int weight = opening_weight(c)) {
      closed = 0;
      if ((opened += weight) >= 2) {
        ++depth;
        opened = 0;
      }
    } else if (const int weight_closed = closing_weight(c); weight_closed != 0 && (loose || c == ']')) {
      opened = 0;
      if ((closed += weight_closed) < 2) continue;
      closed = 0;
      if (--depth == 0) return at;
    } else if (!loose || !is_splitter(c)) {
      opened = 0;
      closed = 0;
    }
  }
  return std::string_view::npos;
}

/// Position in `out` of a lone opening bracket with nothing but splitters behind it, or npos.
std::size_t open_bracket_before_end(const std::string& out) {
  const auto low = out.size() > look_back_bytes ? out.size() - look_back_bytes : 0;
  auto at = out.size();
  while (at > low) {
    auto start = at - 1;
    while (start > low && (static_cast<unsigned char>(out[start]) & 0xC0U) == 0x80U) --start;
    auto cursor = start;
    const auto c = next_code_point(out, cursor);
    if (opening_weight(c) == 1) return start;
    if (!is_splitter(c)) return std::string::npos;
    at = start;
  }
  return std::string::npos;
}

void put(std::string& out, char32_t c) {
  if (c == ']' && !out.empty() && out.back() == ']') out.pop_back();
  else append_utf8(out, c);
}

/// For comparing with the nonce: 0 = a separator, else the letter folded to ASCII lower case.
char32_t nonce_symbol(char32_t c) noexcept {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  if (c >= 'A' && c <= 'Z') return c + 32;
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return c;
  if (c < 0x80 || is_splitter(c) || (c >= 0x2010 && c <= 0x2027) || c == 0xB7 || c == 0xB4 || c == 0xA8)
    return 0;
  return c;
}

struct nonce_letter {
  char32_t symbol = 0;
  std::size_t begin = 0;
};

struct byte_range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool ends_with_nonce(const std::vector<nonce_letter>& seen, const std::u32string& nonce) {
  if (seen.size() < nonce.size()) return false;
  return std::equal(nonce.rbegin(), nonce.rend(), seen.rbegin(),
                    [](char32_t wanted, const nonce_letter& letter) { return wanted == letter.symbol; });
}

std::u32string symbols_of(std::string_view nonce) {
  std::u32string symbols;
  for (std::size_t at = 0; at < nonce.size();)
    if (const auto symbol = nonce_symbol(next_code_point(nonce, at))) symbols.push_back(symbol);
  return symbols;
}

}  // namespace

tag_cut cut_tags(std::string_view text) {
  tag_cut result;
  result.text.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto start = at;
    const auto c = next_code_point(text, at);
    const int weight = opening_weight(c);
    const auto before = weight == 1 ? open_bracket_before_end(result.text) : std::string::npos;
    if (weight == 0 || (weight == 1 && before == std::string::npos)) {
      put(result.text, c);
      continue;
    }
    if (weight == 1) result.text.resize(before);
    while (result.text.ends_with('\\')) result.text.pop_back();
    const bool written = c == '[' && start > 0 && text[start - 1] == '[';
    if (auto found = written ? read_tag(text, at) : std::nullopt) {
      result.tags.push_back(std::move(found->tag));
      at = found->end;
      continue;
    }
    const auto end = end_of_passage(text, at, !written);
    ++result.strays;
    if (end == std::string_view::npos) {
      result.unclosed = true;
      break;
    }
    at = end;
  }
  return result;
}

std::optional<std::string> cut_nonce(std::string_view text, std::string_view nonce) {
  const auto wanted = symbols_of(nonce);
  if (wanted.empty()) return std::nullopt;
  const bool loose = wanted.size() >= min_loose_nonce;
  std::vector<nonce_letter> seen;
  std::vector<byte_range> cuts;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const auto symbol = nonce_symbol(next_code_point(text, at));
    if (symbol == 0 && loose) continue;
    seen.push_back({symbol, begin});
    if (!ends_with_nonce(seen, wanted)) continue;
    // Popping the letters lets those around a removed nonce meet: a nested nonce goes too.
    seen.resize(seen.size() - (wanted.size() - 1));
    const byte_range cut{seen.back().begin, at};
    seen.pop_back();
    while (!cuts.empty() && cuts.back().begin >= cut.begin) cuts.pop_back();
    cuts.push_back(cut);
  }
  if (cuts.empty()) return std::nullopt;
  std::string kept;
  std::size_t from = 0;
  for (const auto& cut : cuts) {
    kept.append(text.substr(from, cut.begin - from));
    from = cut.end;
  }
  kept.append(text.substr(from));
  return kept;
}

}  // namespace sellavie
