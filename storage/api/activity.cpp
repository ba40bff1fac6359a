#include "storage/api/activity.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/recorded_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* insert_activity = R"(
INSERT INTO audit_log (business_id, account_id, session_id, action, subject_kind, subject_id,
                          address, request_id, before, after, at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::uuid, $7, $8, $9, $10, $11::bigint))";

constexpr const char* insert_activities = R"(
INSERT INTO audit_log (business_id, account_id, session_id, action, subject_kind, subject_id,
                          address, request_id, before, after, at)
SELECT $1::uuid, $2::uuid, $3::uuid, action, subject_kind, subject_id, $4, $5, before, after, $6::bigint
FROM jsonb_to_recordset($7::jsonb)
  AS t (action text, subject_kind text, subject_id uuid, before text, after text))";

std::string text_of(const nlohmann::json& fields) {
  return fields.is_null() ? std::string{}
                          : fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void remember(pqxx::work& work, const business_id* business, const activity& done) {
  auto* const recorded = dynamic_cast<recorded_work*>(&work);
  if (recorded == nullptr || business == nullptr) return;
  if (done.shown_in) recorded->written.push_back({*business, "conversation", done.shown_in->value});
  else recorded->written.push_back({*business, std::string{done.subject_kind}, done.subject});
}

}  // namespace

void record_activity(pqxx::work& work, const business_id* business, const change_origin& by,
                     const activity& done) {
  const std::string whose = business ? to_string(*business) : std::string{};
  work.exec_params(insert_activity, business ? whose.c_str() : nullptr, to_string(by.account),
                   to_string(by.session), std::string{done.action}, std::string{done.subject_kind},
                   to_string(done.subject), by.address, by.request_id, text_of(done.before),
                   text_of(done.after), to_unix_ms(by.at));
  remember(work, business, done);
}

void record_activities(pqxx::work& work, const business_id* business, const change_origin& by,
                       const std::vector<activity>& done) {
  if (done.empty()) return;
  auto rows = nlohmann::json::array();
  for (const activity& one : done)
    rows.push_back({{"action", one.action},
                    {"subject_kind", one.subject_kind},
                    {"subject_id", to_string(one.subject)},
                    {"before", text_of(one.before)},
                    {"after", text_of(one.after)}});
  const std::string whose = business ? to_string(*business) : std::string{};
  work.exec_params(insert_activities, business ? whose.c_str() : nullptr, to_string(by.account),
                   to_string(by.session), by.address, by.request_id, to_unix_ms(by.at),
                   rows.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  for (const activity& one : done) remember(work, business, one);
}

}  // namespace sellavie::storage
