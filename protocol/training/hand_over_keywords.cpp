#include "protocol/training/hand_over_keywords.hpp"

#include <algorithm>
#include <array>

#include "protocol/action/clean_text.hpp"

namespace sellavie::training {
namespace {

struct letters {
  char32_t from;
  char32_t to;
  char base;
};

// Letters that are a plain one with a mark, in both cases, in rising order.
constexpr std::array marked_letters = {
    letters{0xC0, 0xC6, 'a'},     letters{0xC7, 0xC7, 'c'},     letters{0xC8, 0xCB, 'e'},
    letters{0xCC, 0xCF, 'i'},     letters{0xD0, 0xD0, 'd'},     letters{0xD1, 0xD1, 'n'},
    letters{0xD2, 0xD6, 'o'},     letters{0xD8, 0xD8, 'o'},     letters{0xD9, 0xDC, 'u'},
    letters{0xDD, 0xDD, 'y'},     letters{0xDE, 0xDE, 't'},     letters{0xDF, 0xDF, 's'},
    letters{0xE0, 0xE6, 'a'},     letters{0xE7, 0xE7, 'c'},     letters{0xE8, 0xEB, 'e'},
    letters{0xEC, 0xEF, 'i'},     letters{0xF0, 0xF0, 'd'},     letters{0xF1, 0xF1, 'n'},
    letters{0xF2, 0xF6, 'o'},     letters{0xF8, 0xF8, 'o'},     letters{0xF9, 0xFC, 'u'},
    letters{0xFD, 0xFD, 'y'},     letters{0xFE, 0xFE, 't'},     letters{0xFF, 0xFF, 'y'},
    letters{0x100, 0x105, 'a'},   letters{0x106, 0x10D, 'c'},   letters{0x10E, 0x111, 'd'},
    letters{0x112, 0x11B, 'e'},   letters{0x11C, 0x123, 'g'},   letters{0x124, 0x127, 'h'},
    letters{0x128, 0x133, 'i'},   letters{0x134, 0x135, 'j'},   letters{0x136, 0x138, 'k'},
    letters{0x139, 0x142, 'l'},   letters{0x143, 0x14B, 'n'},   letters{0x14C, 0x153, 'o'},
    letters{0x154, 0x159, 'r'},   letters{0x15A, 0x161, 's'},   letters{0x162, 0x167, 't'},
    letters{0x168, 0x173, 'u'},   letters{0x174, 0x175, 'w'},   letters{0x176, 0x178, 'y'},
    letters{0x179, 0x17E, 'z'},   letters{0x17F, 0x17F, 's'},   letters{0x181, 0x181, 'b'},
    letters{0x186, 0x186, 'o'},   letters{0x18A, 0x18A, 'd'},   letters{0x190, 0x190, 'e'},
    letters{0x198, 0x199, 'k'},   letters{0x1B3, 0x1B4, 'y'},   letters{0x253, 0x253, 'b'},
    letters{0x254, 0x254, 'o'},   letters{0x257, 0x257, 'd'},   letters{0x25B, 0x25B, 'e'},
    letters{0x1E00, 0x1E01, 'a'}, letters{0x1E02, 0x1E07, 'b'}, letters{0x1E08, 0x1E09, 'c'},
    letters{0x1E0A, 0x1E13, 'd'}, letters{0x1E14, 0x1E1D, 'e'}, letters{0x1E1E, 0x1E1F, 'f'},
    letters{0x1E20, 0x1E21, 'g'}, letters{0x1E22, 0x1E2B, 'h'}, letters{0x1E2C, 0x1E2F, 'i'},
    letters{0x1E30, 0x1E35, 'k'}, letters{0x1E36, 0x1E3D, 'l'}, letters{0x1E3E, 0x1E43, 'm'},
    letters{0x1E44, 0x1E4B, 'n'}, letters{0x1E4C, 0x1E53, 'o'}, letters{0x1E54, 0x1E57, 'p'},
    letters{0x1E58, 0x1E5F, 'r'}, letters{0x1E60, 0x1E69, 's'}, letters{0x1E6A, 0x1E71, 't'},
    letters{0x1E72, 0x1E7B, 'u'}, letters{0x1E7C, 0x1E7F, 'v'}, letters{0x1E80, 0x1E89, 'w'},
    letters{0x1E8A, 0x1E8D, 'x'}, letters{0x1E8E, 0x1E8F, 'y'}, letters{0x1E90, 0x1E95, 'z'},
    letters{0x1EA0, 0x1EB7, 'a'}, letters{0x1EB8, 0x1EC7, 'e'}, letters{0x1EC8, 0x1ECB, 'i'},
    letters{0x1ECC, 0x1EE3, 'o'}, letters{0x1EE4, 0x1EF1, 'u'}, letters{0x1EF2, 0x1EF9, 'y'}};

constexpr bool in_range(char32_t c, char32_t low, char32_t high) noexcept { return c >= low && c <= high; }

char32_t plain(char32_t c) noexcept {
  if (in_range(c, 0xFF01, 0xFF5E)) c -= 0xFEE0;  // full width
  if (in_range(c, 'A', 'Z')) return c + 32;
  if (in_range(c, 0x391, 0x3A9) || in_range(c, 0x410, 0x42F)) return c + 0x20;
  if (in_range(c, 0x400, 0x40F)) return c + 0x50;
  const auto* const row = std::lower_bound(marked_letters.begin(), marked_letters.end(), c,
                                           [](const letters& one, char32_t value) { return one.to < value; });
  return row != marked_letters.end() && c >= row->from ? static_cast<char32_t>(row->base) : c;
}

/// Written between or above letters without parting them.
bool is_silent(char32_t c) noexcept {
  return c == '\'' || c == 0x2019 || c == 0x2BC || c == 0x200C || c == 0x200D || in_range(c, 0x300, 0x36F) ||
         in_range(c, 0xFE00, 0xFE0F) || in_range(c, 0x1F3FB, 0x1F3FF) ||
         (is_hidden(c) && !in_range(c, 0, 0x1F) && !in_range(c, 0x2028, 0x2029));
}

bool parts_words(char32_t c) noexcept {
  if (c < 0x80) return !in_range(c, 'a', 'z') && !in_range(c, '0', '9');
  return c < 0xC0 || c == 0xD7 || c == 0xF7 || in_range(c, 0x2000, 0x206F) || in_range(c, 0x3000, 0x303F) ||
         in_range(c, 0xFF5F, 0xFF65) || c == 0x60C || c == 0x61B || c == 0x61F || c == 0x964 ||
         c == replacement_character;
}

/// Signs that are a word each: of scripts without spaces, and pictures.
bool stands_alone(char32_t c) noexcept {
  return in_range(c, 0xE00, 0xEFF) || in_range(c, 0x1000, 0x109F) || in_range(c, 0x1780, 0x17FF) ||
         in_range(c, 0x2100, 0x2BFF) || in_range(c, 0x2E80, 0xD7FF) || in_range(c, 0xF900, 0xFAFF) ||
         c >= 0x1F000;
}

/// " one two ": each word with a space on both sides. One space alone: there is no word.
std::string folded(std::string_view text) {
  std::string out{' '};
  const auto end_word = [&out] {
    if (out.back() != ' ') out.push_back(' ');
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto given = next_code_point(text, at);
    if (is_silent(given)) continue;
    const auto c = plain(given);
    if (parts_words(c)) {
      end_word();
      continue;
    }
    const bool alone = stands_alone(c);
    if (alone) end_word();
    append_utf8(out, c);
    if (alone) end_word();
  }
  end_word();
  return out;
}

}  // namespace

bool can_be_found(std::string_view keyword) { return folded(keyword).size() > 1; }

std::string reason_of(std::string_view keyword) {
  return "the customer wrote \"" + std::string{keyword} + "\", which the training hands over";
}

hand_over_keywords::hand_over_keywords(const std::vector<std::string>& keywords) {
  for (const auto& keyword : keywords)
    if (auto one = folded(keyword); one.size() > 1) folded_.push_back({keyword, std::move(one)});
}

const std::string* hand_over_keywords::found_in(std::string_view text) const {
  if (folded_.empty()) return nullptr;
  const auto said = folded(text);
  const auto found = std::find_if(folded_.begin(), folded_.end(), [&](const entry& one) {
    return said.find(one.folded) != std::string::npos;
  });
  return found == folded_.end() ? nullptr : &found->keyword;
}

}  // namespace sellavie::training
