#include "net/api/resources/training_shapes.hpp"

#include "net/api/paging.hpp"
#include "protocol/training/content_codec.hpp"

namespace sellavie::net {

using api::schema;
using nlohmann::json;

namespace {

schema text_of(training::text_limits most, std::size_t fewest = 1) {
  return schema::text({fewest, most.characters, api::text_format::lines});
}

schema line_of(training::text_limits most) { return schema::text({1, most.characters}); }

schema faq_shape() {
  return schema::object(
      {{"question", text_of(training::question_limits)}, {"answer", text_of(training::answer_limits)}});
}

schema hand_over_shape() {
  return schema::object(
      {{"keywords", schema::list(line_of(training::keyword_limits), training::most_keywords)
                        .described("A message with one of these goes to a person and no model is asked. "
                                   "Whole words, whatever their case and accents.")},
       {"topics", schema::list(line_of(training::topic_limits), training::most_topics)
                      .described("What the AI is to hand over by itself.")}});
}

std::vector<api::field> version_fields() {
  return {{"id", schema::uuid().or_null().described("Null: nothing was published.")},
          {"number", schema::integer().described("1 is the first; 0: nothing was published.")},
          {"note", schema::text({0, 500, api::text_format::lines})},
          {"restored_from",
           schema::integer(1).or_null().described("The number of the version whose content it has again.")},
          {"published_by",
           schema::uuid().or_null().described("The account; null: provisioned, or nothing was published.")},
          {"published_at", schema::timestamp().or_null()}};
}

json number_or_null(const std::optional<std::int32_t>& number) {
  return number ? json(*number) : json(nullptr);
}
json account_or_null(const std::optional<api::account_id>& account) {
  return account ? json(to_string(*account)) : json(nullptr);
}
json time_or_null(bool is_there, instant at) {
  return is_there ? json(api::timestamp(to_unix_ms(at))) : json(nullptr);
}

json faqs_json(const std::vector<training::question_answer>& faqs) {
  auto list = json::array();
  for (const auto& one : faqs) list.push_back({{"question", one.question}, {"answer", one.answer}});
  return list;
}

}  // namespace

schema training_content_shape() {
  return schema::object(
             {{"tone", text_of(training::tone_limits, 0).described("How the AI speaks.")},
              {"facts", schema::list(text_of(training::line_limits), training::most_facts)
                            .described("What is true of the business and may be told to anybody.")},
              {"faqs", schema::list(faq_shape(), training::most_faqs)},
              {"rules", schema::list(text_of(training::line_limits), training::most_rules)
                            .described("How the AI is to behave; the server's own rules come first.")},
              {"forbidden_topics", schema::list(line_of(training::topic_limits), training::most_topics)
                                       .described("What the AI says nothing about.")},
              {"hand_over", hand_over_shape()}})
      .named("Training");
}

schema training_version_shape() {
  auto fields = version_fields();
  fields.push_back({"content", training_content_shape()});
  return schema::object(std::move(fields)).named("TrainingVersion");
}

schema training_page_shape() {
  return page_shape(schema::object(version_fields()).named("TrainingVersionLine"), "TrainingVersionPage");
}

schema training_draft_shape() {
  return schema::object(
             {{"version", schema::integer().described("The ETag. 0: nobody has edited it yet.")},
              {"based_on",
               schema::integer().described("The number that was published when it was edited last.")},
              {"published", schema::integer().described("The number that is published now.")},
              {"edited_by", schema::uuid().or_null()},
              {"edited_at", schema::timestamp().or_null()},
              {"tokens",
               schema::integer(0, training::most_tokens).described("Of a prompt's room for training.")},
              {"content", training_content_shape()}})
      .named("TrainingDraft");
}

schema training_changes_shape() {
  const auto line = text_of(training::line_limits, 0);
  const auto list = schema::list(line, training::most_facts);
  const auto part = schema::object({{"part", schema::word({"facts", "rules", "forbidden_topics",
                                                           "hand_over.keywords", "hand_over.topics"})},
                                    {"removed", list},
                                    {"added", list}});
  const auto answer = schema::object({{"question", text_of(training::question_limits)},
                                      {"before", text_of(training::answer_limits)},
                                      {"after", text_of(training::answer_limits)}});
  const auto tone = text_of(training::tone_limits, 0);
  return schema::object({{"from", schema::integer().described("A version's number; 0: before the first.")},
                         {"to", schema::integer().or_null().described("Null: the draft.")},
                         {"tone", schema::object({{"before", tone}, {"after", tone}}).or_null()},
                         {"lists", schema::list(part, 5).described("Only those that differ.")},
                         {"removed_faqs", schema::list(faq_shape(), training::most_faqs)},
                         {"added_faqs", schema::list(faq_shape(), training::most_faqs)},
                         {"changed_answers", schema::list(answer, training::most_faqs)}})
      .named("TrainingChanges");
}

schema publication_note() {
  return schema::text({0, 500, api::text_format::lines}).described("What is new, for the list of versions.");
}

json listed(const storage::training_version& one) {
  const bool is_there = one.number > 0;
  return {{"id", is_there ? json(to_string(one.id)) : json(nullptr)},
          {"number", one.number},
          {"note", one.note},
          {"restored_from", number_or_null(one.restored_from)},
          {"published_by", account_or_null(one.published_by)},
          {"published_at", time_or_null(is_there, one.published_at)}};
}

json shown(const storage::training_version& one) {
  auto all = listed(one);
  all["content"] = training::to_json(one.content);
  return all;
}

json shown(const storage::training_draft& one) {
  return {{"version", one.version},
          {"based_on", one.based_on},
          {"published", one.published},
          {"edited_by", account_or_null(one.edited_by)},
          {"edited_at", time_or_null(one.edited_by.has_value(), one.edited_at)},
          {"tokens", training::tokens_of(one.content)},
          {"content", training::to_json(one.content)}};
}

json shown(const training::content_changes& changes) {
  auto lists = json::array();
  for (const auto& one : changes.lists)
    lists.push_back({{"part", one.part}, {"removed", one.removed}, {"added", one.added}});
  auto answers = json::array();
  for (const auto& one : changes.changed_answers)
    answers.push_back({{"question", one.question}, {"before", one.before}, {"after", one.after}});
  json tone = nullptr;
  if (changes.tone) tone = {{"before", changes.tone->before}, {"after", changes.tone->after}};
  return {{"tone", std::move(tone)},
          {"lists", std::move(lists)},
          {"removed_faqs", faqs_json(changes.removed_faqs)},
          {"added_faqs", faqs_json(changes.added_faqs)},
          {"changed_answers", std::move(answers)}};
}

}  // namespace sellavie::net
