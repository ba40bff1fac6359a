#include "storage/api/activity.hpp"

#include "storage/api/activity_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* insert_activity = R"(
INSERT INTO audit_log (business_id, account_id, session_id, action, subject_kind, subject_id,
                          address, request_id, before, after, at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::uuid, $7, $8, $9, $10, $11::bigint))";

std::string text_of(const nlohmann::json& fields) {
  return fields.is_null() ? std::string{}
                          : fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void record_activity(pqxx::work& work, const business_id* business, const change_origin& by,
                     const activity& done) {
  const std::string whose = business ? to_string(*business) : std::string{};
  work.exec_params(insert_activity, business ? whose.c_str() : nullptr, to_string(by.account),
                   to_string(by.session), std::string{done.action}, std::string{done.subject_kind},
                   to_string(done.subject), by.address, by.request_id, text_of(done.before),
                   text_of(done.after), to_unix_ms(by.at));
}

}  // namespace sellavie::storage
