#include "protocol/training/content_codec.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::training {
namespace {

using nlohmann::json;

std::string text_in(const json& object, const char* key) {
  const auto value = object.find(key);
  return value != object.end() && value->is_string() ? value->get<std::string>() : std::string{};
}

std::vector<std::string> texts_in(const json& object, const char* key) {
  std::vector<std::string> found;
  const auto list = object.find(key);
  if (list == object.end() || !list->is_array()) return found;
  for (const json& one : *list)
    if (one.is_string()) found.push_back(one.get<std::string>());
  return found;
}

}  // namespace

json to_json(const content& all) {
  auto faqs = json::array();
  for (const auto& faq : all.faqs) faqs.push_back({{"question", faq.question}, {"answer", faq.answer}});
  return {{"tone", all.tone},
          {"facts", all.facts},
          {"faqs", std::move(faqs)},
          {"rules", all.rules},
          {"forbidden_topics", all.forbidden_topics},
          {"hand_over", {{"keywords", all.hand_over_keywords}, {"topics", all.hand_over_topics}}}};
}

content from_json(const json& value) {
  content all;
  if (!value.is_object()) return all;
  all.tone = text_in(value, "tone");
  all.facts = texts_in(value, "facts");
  all.rules = texts_in(value, "rules");
  all.forbidden_topics = texts_in(value, "forbidden_topics");
  if (const auto faqs = value.find("faqs"); faqs != value.end() && faqs->is_array())
    for (const json& one : *faqs)
      if (one.is_object()) all.faqs.push_back({text_in(one, "question"), text_in(one, "answer")});
  if (const auto hand_over = value.find("hand_over"); hand_over != value.end() && hand_over->is_object()) {
    all.hand_over_keywords = texts_in(*hand_over, "keywords");
    all.hand_over_topics = texts_in(*hand_over, "topics");
  }
  return all;
}

std::string encode(const content& all) {
  return to_json(all).dump(-1, ' ', false, json::error_handler_t::replace);
}

content decode(std::string_view stored) { return fitted(from_json(json::parse(stored, nullptr, false))); }

}  // namespace sellavie::training
