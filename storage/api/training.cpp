#include "storage/api/training.hpp"

#include <algorithm>

#include "protocol/training/content_changes.hpp"
#include "protocol/training/content_codec.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

constexpr const char* select_published = R"(
SELECT id, number, note, restored_from, published_by, published_at, content FROM training_versions
WHERE business_id = $1::uuid AND number < $2::integer ORDER BY business_id DESC, number DESC LIMIT 1)";
constexpr const char* select_version = R"(
SELECT id, number, note, restored_from, published_by, published_at, content FROM training_versions
WHERE business_id = $1::uuid AND id = $2::uuid)";
const two_ends select_page{R"(
SELECT id, number, note, restored_from, published_by, published_at, '' FROM training_versions
WHERE business_id = $1::uuid AND number {<} $2::integer AND ($4 = '' OR published_by::text = $4)
ORDER BY business_id{desc}, number{desc} LIMIT $3::integer)"};
// Numbers have no gaps.
constexpr const char* is_recent = R"(
SELECT EXISTS (SELECT FROM training_versions WHERE business_id = $1::uuid AND number = $2::integer AND published_at > $3::bigint))";
constexpr const char* insert_version = R"(
INSERT INTO training_versions (id, business_id, number, content, note, restored_from, published_by, published_at)
VALUES ($1::uuid, $2::uuid, $3::integer, $4, $5, NULLIF($6::integer, 0), $7::uuid, $8::bigint))";

constexpr const char* select_draft = R"(
SELECT version, content, based_on, edited_by, edited_at FROM training_drafts WHERE business_id = $1::uuid)";
constexpr const char* lock_draft = R"(
SELECT version, content, based_on, edited_by, edited_at FROM training_drafts WHERE business_id = $1::uuid FOR UPDATE)";
constexpr const char* insert_draft = R"(
INSERT INTO training_drafts (business_id, content, based_on, edited_by, edited_at)
VALUES ($1::uuid, $2, $3::integer, $4::uuid, $5::bigint) ON CONFLICT DO NOTHING)";
constexpr const char* update_draft = R"(
UPDATE training_drafts SET content = $2, based_on = $3::integer, edited_by = $4::uuid, edited_at = $5::bigint,
       version = version + 1 WHERE business_id = $1::uuid)";
constexpr const char* raise_draft = R"(
UPDATE training_drafts SET version = version + 1, based_on = $2::integer WHERE business_id = $1::uuid)";

constexpr std::int32_t after_all = 2'147'483'647;

std::optional<api::account_id> account_in(fields& row) {
  if (!row.is_null()) return row.id<api::account_id>();
  row.skip();
  return std::nullopt;
}

training_version version_in(const pqxx::row& one) {
  fields row{one};
  training_version found;
  found.id = row.id<training_version_id>();
  found.number = static_cast<std::int32_t>(row.integer());
  found.note = row.text();
  if (row.is_null()) row.skip();
  else found.restored_from = static_cast<std::int32_t>(row.integer());
  found.published_by = account_in(row);
  found.published_at = row.at();
  if (const auto content = row.text(); !content.empty()) found.content = training::decode(content);
  return found;
}

training_version published_before(pqxx::work& work, const business_id& business, std::int32_t number) {
  const auto rows = work.exec_params(select_published, to_string(business), number);
  return rows.empty() ? training_version{} : version_in(rows.front());
}

std::optional<training_version> version_of(pqxx::work& work, const business_id& business,
                                           const training_version_id& id) {
  const auto rows = work.exec_params(select_version, to_string(business), to_string(id));
  return rows.empty() ? std::nullopt : std::optional{version_in(rows.front())};
}

training_draft draft_in(const pqxx::row& one) {
  fields row{one};
  training_draft found;
  found.version = row.integer();
  found.content = training::decode(row.text());
  found.based_on = static_cast<std::int32_t>(row.integer());
  found.edited_by = row.id<api::account_id>();
  found.edited_at = row.at();
  return found;
}

/// What is published, where nobody has edited.
training_draft draft_of(pqxx::work& work, const business_id& business, const training_version& published,
                        const char* how) {
  const auto rows = work.exec_params(how, to_string(business));
  training_draft found;
  found.content = published.content;
  found.based_on = published.number;
  if (!rows.empty()) found = draft_in(rows.front());
  found.published = published.number;
  return found;
}

/// What was taken out, and what was put in.
std::pair<json, json> logged(const training::content& before, const training::content& after) {
  const auto changes = training::changes_between(before, after);
  json out = json::object();
  json in = json::object();
  if (changes.tone) {
    out["tone"] = changes.tone->before;
    in["tone"] = changes.tone->after;
  }
  for (const auto& list : changes.lists) {
    const std::string part{list.part};
    if (!list.removed.empty()) out[part] = list.removed;
    if (!list.added.empty()) in[part] = list.added;
  }
  const auto faq = [](json& into, const std::string& question, const std::string& answer) {
    into["faqs"].push_back({{"question", question}, {"answer", answer}});
  };
  for (const auto& one : changes.removed_faqs) faq(out, one.question, one.answer);
  for (const auto& one : changes.added_faqs) faq(in, one.question, one.answer);
  for (const auto& one : changes.changed_answers) {
    faq(out, one.question, one.before);
    faq(in, one.question, one.after);
  }
  return {std::move(out), std::move(in)};
}

bool is_too_often(pqxx::work& work, const business_id& business, std::int32_t published, instant now) {
  return work
      .exec_params1(is_recent, to_string(business), published + 1 - most_publications,
                    to_unix_ms(now - std::chrono::hours{24}))[0]
      .as<bool>();
}

publication publish(pqxx::work& work, const business_id& business, const change_origin& by,
                    const publish_wish& wish, const training::content& content,
                    const training_version& published, std::optional<std::int32_t> restored_from) {
  if (content == published.content) return {publish_outcome::nothing_new};
  if (is_too_often(work, business, published.number, by.at)) return {publish_outcome::too_often};
  training_version made{wish.id, published.number + 1, wish.note, restored_from, by.account, by.at, content};
  work.exec_params(insert_version, to_string(made.id), to_string(business), made.number,
                   training::encode(content), made.note, restored_from.value_or(0), to_string(by.account),
                   to_unix_ms(by.at));
  json before{{"number", published.number}};
  json after{{"number", made.number}, {"note", made.note}};
  if (restored_from) after["restored_from"] = *restored_from;
  record_activity(work, &business, by,
                  {restored_from ? "training.restored" : "training.published", "training", made.id.value,
                   std::move(before), std::move(after)});
  return {publish_outcome::done, std::move(made)};
}

}  // namespace

result<training_version> published_training(api_session& session, const business_id& business) {
  return training_before(session, business, after_all);
}

result<training_version> training_before(api_session& session, const business_id& business,
                                         std::int32_t number) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return published_before(work, business, number); });
}

result<std::optional<training_version>> find_training_version(api_session& session,
                                                              const business_id& business,
                                                              const training_version_id& id) {
  return for_business(session, business, [&](pqxx::work& work) { return version_of(work, business, id); });
}

result<std::vector<training_version>> list_training_versions(
    api_session& session, const business_id& business, const std::optional<api::account_id>& published_by,
    const list_wish& wish) {
  const auto from = std::clamp<std::int64_t>(first_position(wish).key, 0, after_all);
  return for_business(session, business, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_page.of(wish), to_string(business), from, wish.limit + 1,
                                   published_by ? to_string(*published_by) : std::string{}),
                  version_in);
  });
}

result<training_draft> find_training_draft(api_session& session, const business_id& business) {
  return for_business(session, business, [&](pqxx::work& work) {
    return draft_of(work, business, published_before(work, business, after_all), select_draft);
  });
}

result<edited<training_draft>> save_training_draft(api_session& session, const business_id& business,
                                                   const change_origin& by, const training::content& wanted,
                                                   std::int64_t expected_version) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto published = published_before(work, business, after_all);
    const auto was = draft_of(work, business, published, lock_draft);
    edited<training_draft> change;
    if (!may_edit(&was, expected_version, change)) return change;
    const auto* how = was.version == 0 ? insert_draft : update_draft;
    const auto written = work.exec_params(how, to_string(business), training::encode(wanted),
                                          published.number, to_string(by.account), to_unix_ms(by.at));
    if (written.affected_rows() == 0) {  // two first editors at once
      change.outcome = edit_outcome::stale;
      return change;
    }
    auto [before, after] = logged(was.content, wanted);
    record_activity(
        work, &business, by,
        {"training.draft_saved", "training_draft", business.value, std::move(before), std::move(after)});
    change.row = {was.version + 1, wanted, published.number, published.number, by.account, by.at};
    return change;
  });
}

result<publication> publish_training_draft(api_session& session, const business_id& business,
                                           const change_origin& by, const publish_wish& wish,
                                           std::int64_t expected_version) {
  return for_business(session, business, [&](pqxx::work& work) -> publication {
    const auto published = published_before(work, business, after_all);
    const auto draft = draft_of(work, business, published, lock_draft);
    if (draft.version != expected_version) return {publish_outcome::stale};
    auto made = publish(work, business, by, wish, draft.content, published, std::nullopt);
    if (made.outcome == publish_outcome::done)
      work.exec_params(raise_draft, to_string(business), made.version.number);
    return made;
  });
}

result<publication> restore_training(api_session& session, const business_id& business,
                                     const change_origin& by, const publish_wish& wish,
                                     const training_version_id& source) {
  return for_business(session, business, [&](pqxx::work& work) -> publication {
    const auto old = version_of(work, business, source);
    if (!old) return {publish_outcome::not_found};
    const auto published = published_before(work, business, after_all);
    return publish(work, business, by, wish, old->content, published, old->number);
  });
}

}  // namespace sellavie::storage
