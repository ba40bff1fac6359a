#pragma once
// What differs between two trainings, part by part: what was taken out and what was put in. An answer that changed is
// told as such; an order that changed is not.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/training/content.hpp"

namespace sellavie::training {

struct list_change {
  /// As the codec names it; "hand_over.keywords".
  std::string_view part;
  std::vector<std::string> removed;
  std::vector<std::string> added;

  friend bool operator==(const list_change&, const list_change&) = default;
};

struct answer_change {
  std::string question;
  std::string before;
  std::string after;

  friend bool operator==(const answer_change&, const answer_change&) = default;
};

struct tone_change {
  std::string before;
  std::string after;

  friend bool operator==(const tone_change&, const tone_change&) = default;
};

struct content_changes {
  std::optional<tone_change> tone;
  /// Only parts that changed.
  std::vector<list_change> lists;
  std::vector<question_answer> removed_faqs;
  std::vector<question_answer> added_faqs;
  std::vector<answer_change> changed_answers;

  [[nodiscard]] bool empty() const noexcept {
    return !tone && lists.empty() && removed_faqs.empty() && added_faqs.empty() && changed_answers.empty();
  }
  friend bool operator==(const content_changes&, const content_changes&) = default;
};

[[nodiscard]] content_changes changes_between(const content& before, const content& after);

}  // namespace sellavie::training
