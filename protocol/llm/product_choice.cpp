#include "protocol/llm/product_choice.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sellavie::llm {
namespace {

constexpr std::size_t max_words = 96;
constexpr std::size_t recent_lines = 8;
constexpr int inbound_weight = 3;
constexpr int history_weight = 1;
constexpr int ordered_weight = 1'000;

/// A word's bytes in lower case; 0 for what stands between words.
constexpr auto word_bytes = [] {
  std::array<char, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const char c = static_cast<char>(byte);
    if (c >= 'A' && c <= 'Z') table[byte] = static_cast<char>(c + 32);
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || byte >= 0x80) table[byte] = c;
  }
  return table;
}();

/// Lower-case words of two bytes or more, in `scratch`; visiting stops when `visit` returns false.
template <class Visit>
void each_word(std::string_view text, std::string& scratch, Visit visit) {
  scratch.resize(text.size());
  std::transform(text.begin(), text.end(), scratch.begin(),
                 [](char c) { return word_bytes[static_cast<unsigned char>(c)]; });
  const std::string_view all = scratch;
  for (std::size_t from = 0; from < all.size();) {
    const auto end = std::min(all.find('\0', from), all.size());
    if (end - from >= 2 && !visit(all.substr(from, end - from))) return;
    from = end + 1;
  }
}

/// Equal, or one begins with the other when both are long enough ("bag", "bags" / "fabric", "fabrics").
bool is_akin(std::string_view left, std::string_view right) noexcept {
  if (left == right) return true;
  if (left.size() < 3 || right.size() < 3) return false;
  const auto gap = left.size() > right.size() ? left.size() - right.size() : right.size() - left.size();
  return gap <= 3 && (left.starts_with(right) || right.starts_with(left));
}

/// What the conversation speaks of, each word once, with the weight of its first place. Akin words begin
/// with the same three bytes, so only those of one bucket are compared.
class spoken_words {
 public:
  /// False when there is no room for more.
  bool add(std::string_view word, int weight) {
    const auto key = bucket_of(word);
    for (auto at = buckets_[key]; at != none; at = entries_[at].next)
      if (text_of(entries_[at]) == word) return true;
    entries_[count_] = {letters_.size(), word.size(), weight, buckets_[key]};
    letters_.append(word);
    buckets_[key] = static_cast<std::uint8_t>(count_++);
    return count_ < entries_.size();
  }
  [[nodiscard]] bool is_full() const noexcept { return count_ == entries_.size(); }
  /// Of all words akin to this one.
  [[nodiscard]] int weight_of(std::string_view word) const noexcept {
    int sum = 0;
    for (auto at = buckets_[bucket_of(word)]; at != none; at = entries_[at].next)
      if (is_akin(text_of(entries_[at]), word)) sum += entries_[at].weight;
    return sum;
  }

 private:
  struct entry {
    std::size_t offset = 0;
    std::size_t size = 0;
    int weight = 0;
    std::uint8_t next = none;
  };
  static constexpr std::uint8_t none = 255;
  static_assert(max_words < none);

  static std::size_t bucket_of(std::string_view word) noexcept {
    std::size_t hash = 0;
    for (const char c : word.substr(0, 3)) hash = hash * 31 + static_cast<unsigned char>(c);
    return hash % bucket_count;
  }
  [[nodiscard]] std::string_view text_of(const entry& one) const noexcept {
    return std::string_view{letters_}.substr(one.offset, one.size);
  }

  static constexpr std::size_t bucket_count = 256;
  std::string letters_;
  std::array<entry, max_words> entries_;
  std::size_t count_ = 0;
  std::array<std::uint8_t, bucket_count> buckets_ = [] {
    std::array<std::uint8_t, bucket_count> empty{};
    empty.fill(none);
    return empty;
  }();
};

void collect(spoken_words& words, std::string_view text, int weight, std::string& scratch) {
  if (words.is_full()) return;
  each_word(text.substr(0, 2'000), scratch, [&](std::string_view word) { return words.add(word, weight); });
}

spoken_words words_of(const turn_context& context, std::string& scratch) {
  spoken_words words;
  for (const auto& text : context.inbound) collect(words, text, inbound_weight, scratch);
  const auto& history = context.history;
  for (std::size_t i = history.size(); i > 0 && history.size() - i < recent_lines; --i)
    collect(words, history[i - 1].text, history_weight, scratch);
  return words;
}

bool is_ordered(const turn_context& context, const product& candidate) {
  if (context.open_order == nullptr) return false;
  const auto& lines = context.open_order->lines;
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.sku == candidate.sku; });
}

int score_of(const turn_context& context, const product& candidate, const spoken_words& words,
             std::string& scratch) {
  int score = is_ordered(context, candidate) ? ordered_weight : 0;
  const auto count = [&](std::string_view text, int factor) {
    each_word(text, scratch, [&](std::string_view word) {
      score += words.weight_of(word) * factor;
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
  std::string scratch;
  const auto words = words_of(context, scratch);
  std::vector<ranked> all;
  all.reserve(context.products.size());
  for (const auto& candidate : context.products)
    if (candidate.active)
      all.push_back({&candidate, score_of(context, candidate, words, scratch), all.size()});
  const auto count = std::min(most, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), is_better);
  std::vector<const product*> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(all[i].candidate);
  return chosen;
}

}  // namespace sellavie::llm
