#include "protocol/llm/product_choice.hpp"

#include <algorithm>

namespace sellavie::llm {
namespace {

constexpr std::size_t max_words = 96;
constexpr std::size_t recent_lines = 8;
constexpr int inbound_weight = 3;
constexpr int history_weight = 1;
constexpr int ordered_weight = 1'000;

struct weighted_word {
  std::string word;
  int weight = 0;
};

constexpr bool is_word_byte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Lower-case words; visiting stops when `visit` returns false.
template <class Visit>
void each_word(std::string_view text, Visit visit) {
  std::string word;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && is_word_byte(text[at])) {
      const char c = text[at];
      word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
      continue;
    }
    if (word.size() >= 2 && !visit(word)) return;
    word.clear();
  }
}

void collect(std::vector<weighted_word>& words, std::string_view text, int weight) {
  each_word(text.substr(0, 2'000), [&](const std::string& word) {
    const auto known =
        std::find_if(words.begin(), words.end(), [&](const auto& one) { return one.word == word; });
    if (known == words.end()) words.push_back({word, weight});
    return words.size() < max_words;
  });
}

std::vector<weighted_word> words_of(const turn_context& context) {
  std::vector<weighted_word> words;
  for (const auto& text : context.inbound) collect(words, text, inbound_weight);
  const auto& history = context.history;
  for (std::size_t i = history.size(); i > 0 && history.size() - i < recent_lines; --i)
    collect(words, history[i - 1].text, history_weight);
  return words;
}

/// Equal, or one begins with the other when both are long enough ("bag", "bags" / "fabric", "fabrics").
bool is_akin(std::string_view left, std::string_view right) noexcept {
  if (left == right) return true;
  if (left.size() < 3 || right.size() < 3) return false;
  const auto gap = left.size() > right.size() ? left.size() - right.size() : right.size() - left.size();
  return gap <= 3 && (left.starts_with(right) || right.starts_with(left));
}

bool is_ordered(const turn_context& context, const product& candidate) {
  if (context.open_order == nullptr) return false;
  const auto& lines = context.open_order->lines;
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.sku == candidate.sku; });
}

int score_of(const turn_context& context, const product& candidate, const std::vector<weighted_word>& words) {
  int score = is_ordered(context, candidate) ? ordered_weight : 0;
  const auto count = [&](std::string_view text, int factor) {
    each_word(text, [&](const std::string& word) {
      for (const auto& asked : words)
        if (is_akin(asked.word, word)) score += asked.weight * factor;
      return true;
    });
  };
  count(candidate.name, 2);
  count(candidate.sku, 4);
  count(std::string_view{candidate.description}.substr(0, 300), 1);
  return score;
}

struct ranked {
  const product* candidate = nullptr;
  int score = 0;
  std::size_t position = 0;
};

bool is_better(const ranked& left, const ranked& right) noexcept {
  if (left.score != right.score) return left.score > right.score;
  const bool left_stock = left.candidate->stock > 0;
  const bool right_stock = right.candidate->stock > 0;
  if (left_stock != right_stock) return left_stock;
  return left.position < right.position;
}

}  // namespace

std::vector<const product*> choose_products(const turn_context& context, std::size_t most) {
  const auto words = words_of(context);
  std::vector<ranked> all;
  all.reserve(context.products.size());
  for (const auto& candidate : context.products)
    if (candidate.active) all.push_back({&candidate, score_of(context, candidate, words), all.size()});
  const auto count = std::min(most, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), is_better);
  std::vector<const product*> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(all[i].candidate);
  return chosen;
}

}  // namespace sellavie::llm
