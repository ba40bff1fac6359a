#include "protocol/training/content_changes.hpp"

#include <algorithm>

namespace sellavie::training {
namespace {

/// Those of `all` that `others` has not, each counted once; in their order.
template <class Item>
std::vector<Item> without(const std::vector<Item>& all, std::vector<Item> others) {
  std::vector<Item> left;
  for (const auto& one : all) {
    const auto same = std::find(others.begin(), others.end(), one);
    if (same == others.end()) left.push_back(one);
    else others.erase(same);
  }
  return left;
}

void compare_lists(std::string_view part, const std::vector<std::string>& before,
                   const std::vector<std::string>& after, content_changes& into) {
  list_change change{part, without(before, after), without(after, before)};
  if (!change.removed.empty() || !change.added.empty()) into.lists.push_back(std::move(change));
}

void compare_faqs(const content& before, const content& after, content_changes& into) {
  into.removed_faqs = without(before.faqs, after.faqs);
  into.added_faqs = without(after.faqs, before.faqs);
  for (auto added = into.added_faqs.begin(); added != into.added_faqs.end();) {
    const auto removed =
        std::find_if(into.removed_faqs.begin(), into.removed_faqs.end(),
                     [&](const question_answer& one) { return one.question == added->question; });
    if (removed == into.removed_faqs.end()) {
      ++added;
      continue;
    }
    into.changed_answers.push_back({added->question, removed->answer, added->answer});
    into.removed_faqs.erase(removed);
    added = into.added_faqs.erase(added);
  }
}

}  // namespace

content_changes changes_between(const content& before, const content& after) {
  content_changes all;
  if (before.tone != after.tone) all.tone = tone_change{before.tone, after.tone};
  compare_lists("facts", before.facts, after.facts, all);
  compare_lists("rules", before.rules, after.rules, all);
  compare_lists("forbidden_topics", before.forbidden_topics, after.forbidden_topics, all);
  compare_lists("hand_over.keywords", before.hand_over_keywords, after.hand_over_keywords, all);
  compare_lists("hand_over.topics", before.hand_over_topics, after.hand_over_topics, all);
  compare_faqs(before, after, all);
  return all;
}

}  // namespace sellavie::training
