#pragma once
// What a business teaches its AI, and how much of it fits.
//
//  R1  Each text has a limit in characters, and one in bytes, which is what its line in a prompt can hold.
//  R2  All that a prompt shows together stays within `most_tokens`, so that nothing of it is ever left out.
//  R3  No text holds control characters or characters that nobody sees.
//  R4  A hand-over keyword has a letter, a digit or a sign: it can be found in a message.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sellavie::training {

struct question_answer {
  std::string question;
  std::string answer;

  friend bool operator==(const question_answer&, const question_answer&) = default;
};

struct content {
  std::string tone;
  std::vector<std::string> facts;
  std::vector<question_answer> faqs;
  std::vector<std::string> rules;
  /// What the AI does not talk about.
  std::vector<std::string> forbidden_topics;
  /// A customer's message with one of these goes to a person; the AI is not asked.
  std::vector<std::string> hand_over_keywords;
  /// What the AI hands over by itself.
  std::vector<std::string> hand_over_topics;

  friend bool operator==(const content&, const content&) = default;
};

struct text_limits {
  std::size_t characters = 0;
  std::size_t bytes = 0;
};

inline constexpr text_limits tone_limits{500, 1'000};
inline constexpr text_limits line_limits{500, 1'000};
inline constexpr text_limits question_limits{300, 500};
inline constexpr text_limits answer_limits{600, 1'000};
inline constexpr text_limits topic_limits{120, 300};
inline constexpr text_limits keyword_limits{60, 200};

inline constexpr std::size_t most_facts = 100;
inline constexpr std::size_t most_faqs = 60;
inline constexpr std::size_t most_rules = 40;
inline constexpr std::size_t most_topics = 40;
inline constexpr std::size_t most_keywords = 60;

/// Of all texts that a prompt shows, at four bytes a token.
inline constexpr std::uint32_t most_tokens = 2'400;
[[nodiscard]] std::uint32_t tokens_of(const content& all) noexcept;

struct misfit {
  /// JSON pointer into the content as its codec writes it; "" is the whole.
  std::string field;
  std::string reason;

  friend bool operator==(const misfit&, const misfit&) = default;
};

/// R1 to R4; at most 20.
[[nodiscard]] std::vector<misfit> check(const content& all);
/// Cut to what passes check(): for what was stored before there were limits.
[[nodiscard]] content fitted(content all);

}  // namespace sellavie::training
