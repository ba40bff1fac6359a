#include "protocol/training/content.hpp"

#include <algorithm>
#include <string_view>

#include "protocol/action/clean_text.hpp"
#include "protocol/training/hand_over_keywords.hpp"

namespace sellavie::training {
namespace {

constexpr std::size_t most_misfits = 20;
constexpr std::size_t bytes_per_token = 4;
/// "* " and the line's end; "Q: ", " A: ".
constexpr std::size_t line_frame = 3;
constexpr std::size_t faq_frame = 10;

std::size_t characters_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool has_hidden(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();)
    if (const auto c = next_code_point(text, at); c != U'\r' && is_hidden(c)) return true;
  return false;
}

class checker {
 public:
  void text(const std::string& field, std::string_view value, text_limits most) {
    if (has_hidden(value)) say(field, "must not hold control characters or characters that nobody sees");
    else if (characters_of(value) > most.characters)
      say(field, "must be at most " + std::to_string(most.characters) + " characters long");
    else if (value.size() > most.bytes)
      say(field, "must be at most " + std::to_string(most.bytes) + " bytes long in UTF-8");
  }
  template <class List, class Each>
  void list(const std::string& field, const List& items, std::size_t most, Each each) {
    if (items.size() > most) return say(field, "must have at most " + std::to_string(most) + " items");
    for (std::size_t i = 0; i < items.size(); ++i) each(field + '/' + std::to_string(i), items[i]);
  }
  void texts(const std::string& field, const std::vector<std::string>& items, std::size_t most,
             text_limits each) {
    list(field, items, most,
         [&](const std::string& at, const std::string& one) { needed_text(at, one, each); });
  }
  void needed_text(const std::string& field, std::string_view value, text_limits most) {
    if (trimmed(value).empty()) return say(field, "must not be empty");
    text(field, value, most);
  }
  void say(std::string field, std::string reason) {
    if (found.size() < most_misfits) found.push_back({std::move(field), std::move(reason)});
  }

  std::vector<misfit> found;
};

std::size_t bytes_of(const std::vector<std::string>& lines) noexcept {
  std::size_t sum = 0;
  for (const auto& line : lines) sum += line.size() + line_frame;
  return sum;
}

std::string fitted_text(std::string_view given, text_limits most) {
  auto clean = clean_text(given);
  std::size_t characters = 0;
  std::size_t end = 0;
  while (end < clean.size() && characters++ < most.characters) (void)next_code_point(clean, end);
  return std::string{trimmed(utf8_prefix(std::string_view{clean}.substr(0, end), most.bytes))};
}

void fit(std::vector<std::string>& lines, std::size_t most, text_limits each) {
  for (auto& line : lines) line = fitted_text(line, each);
  std::erase_if(lines, [](const std::string& line) { return line.empty(); });
  if (lines.size() > most) lines.resize(most);
}

}  // namespace

std::uint32_t tokens_of(const content& all) noexcept {
  std::size_t bytes = all.tone.size() + bytes_of(all.facts) + bytes_of(all.rules) +
                      bytes_of(all.forbidden_topics) + bytes_of(all.hand_over_topics);
  for (const auto& faq : all.faqs) bytes += faq.question.size() + faq.answer.size() + faq_frame;
  return static_cast<std::uint32_t>(
      std::min<std::size_t>((bytes + bytes_per_token - 1) / bytes_per_token, 0x3FFFFFFF));
}

std::vector<misfit> check(const content& all) {
  checker with;
  with.text("/tone", all.tone, tone_limits);
  with.texts("/facts", all.facts, most_facts, line_limits);
  with.list("/faqs", all.faqs, most_faqs, [&](const std::string& at, const question_answer& one) {
    with.needed_text(at + "/question", one.question, question_limits);
    with.needed_text(at + "/answer", one.answer, answer_limits);
  });
  with.texts("/rules", all.rules, most_rules, line_limits);
  with.texts("/forbidden_topics", all.forbidden_topics, most_topics, topic_limits);
  with.list("/hand_over/keywords", all.hand_over_keywords, most_keywords,
            [&](const std::string& at, const std::string& one) {
              with.text(at, one, keyword_limits);
              if (!can_be_found(one)) with.say(at, "must have a letter, a digit or a sign");
            });
  with.texts("/hand_over/topics", all.hand_over_topics, most_topics, topic_limits);
  if (with.found.empty())
    if (const auto tokens = tokens_of(all); tokens > most_tokens)
      with.say("", "is " + std::to_string(tokens) + " tokens long in all; " + std::to_string(most_tokens) +
                       " is the limit: shorten or remove something");
  return std::move(with.found);
}

content fitted(content all) {
  all.tone = fitted_text(all.tone, tone_limits);
  fit(all.facts, most_facts, line_limits);
  fit(all.rules, most_rules, line_limits);
  fit(all.forbidden_topics, most_topics, topic_limits);
  fit(all.hand_over_topics, most_topics, topic_limits);
  fit(all.hand_over_keywords, most_keywords, keyword_limits);
  std::erase_if(all.hand_over_keywords, [](const std::string& one) { return !can_be_found(one); });
  for (auto& faq : all.faqs)
    faq = {fitted_text(faq.question, question_limits), fitted_text(faq.answer, answer_limits)};
  std::erase_if(all.faqs, [](const auto& faq) { return faq.question.empty() || faq.answer.empty(); });
  if (all.faqs.size() > most_faqs) all.faqs.resize(most_faqs);
  // The longest part gives way.
  while (tokens_of(all) > most_tokens) {
    if (!all.faqs.empty() && all.faqs.size() >= all.facts.size()) all.faqs.pop_back();
    else if (!all.facts.empty()) all.facts.pop_back();
    else if (!all.rules.empty()) all.rules.pop_back();
    else if (!all.forbidden_topics.empty()) all.forbidden_topics.pop_back();
    else all.hand_over_topics.clear();
  }
  return all;
}

}  // namespace sellavie::training
