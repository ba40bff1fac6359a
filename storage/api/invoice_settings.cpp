#include "storage/api/invoice_settings.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

constexpr const char* select_settings = R"(
SELECT legal_name, address, tax_number, tax_name, tax_mode, tax_rate_bp, footer, mail_documents, version
FROM invoice_settings WHERE business_id = $1::uuid)";
constexpr const char* insert_settings = R"(
INSERT INTO invoice_settings (business_id, legal_name, address, tax_number, tax_name, tax_mode, tax_rate_bp, footer, edited_by,
                              edited_at, mail_documents)
VALUES ($1::uuid, $2, $3, $4, $5, $6, $7::integer, $8, $9::uuid, $10::bigint, $11::boolean) ON CONFLICT (business_id) DO NOTHING)";
constexpr const char* update_settings = R"(
UPDATE invoice_settings SET legal_name = $2, address = $3, tax_number = $4, tax_name = $5, tax_mode = $6,
       tax_rate_bp = $7::integer, footer = $8, edited_by = $9::uuid, edited_at = $10::bigint,
       mail_documents = $11::boolean, version = version + 1
WHERE business_id = $1::uuid AND version = $12::bigint)";

invoice_settings settings_in(const pqxx::result& rows) {
  invoice_settings found;
  if (rows.empty()) return found;
  const pqxx::row first = rows[0];
  fields row{first};
  auto& said = found.said;
  said.legal_name = row.text();
  said.address = row.text();
  said.tax_number = row.text();
  said.tax_name = row.text();
  said.tax_mode = row.text();
  said.tax_rate_bp = static_cast<std::int32_t>(row.integer());
  said.footer = row.text();
  said.mail_documents = row.flag();
  found.version = row.integer();
  return found;
}

json logged(const invoice_settings_row& one) {
  return {{"legal_name", one.legal_name}, {"address", one.address},
          {"tax_number", one.tax_number}, {"tax_name", one.tax_name},
          {"tax_mode", one.tax_mode},     {"tax_rate_bp", one.tax_rate_bp},
          {"footer", one.footer},         {"mail_documents", one.mail_documents}};
}

/// False when somebody else was faster.
bool write(pqxx::work& work, const business_id& business, const change_origin& by,
           const invoice_settings& wanted) {
  const auto& said = wanted.said;
  std::vector<std::string> values{to_string(business),
                                  said.legal_name,
                                  said.address,
                                  said.tax_number,
                                  said.tax_name,
                                  said.tax_mode,
                                  std::to_string(said.tax_rate_bp),
                                  said.footer,
                                  to_string(by.account),
                                  std::to_string(to_unix_ms(by.at)),
                                  said.mail_documents ? "true" : "false"};
  if (wanted.version > 0) values.push_back(std::to_string(wanted.version));
  return work.exec_params(wanted.version > 0 ? update_settings : insert_settings,
                          pqxx::prepare::make_dynamic_params(values))
             .affected_rows() == 1;
}

}  // namespace

result<invoice_settings> find_invoice_settings(api_session& session, const business_id& business) {
  return for_business(session, business, [&](pqxx::work& work) {
    return settings_in(work.exec_params(select_settings, to_string(business)));
  });
}

result<edited<invoice_settings>> change_invoice_settings(api_session& session, const business_id& business,
                                                         const change_origin& by,
                                                         const invoice_settings& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    edited<invoice_settings> done{edit_outcome::stale, wanted};
    const auto was = settings_in(work.exec_params(select_settings, to_string(business)));
    if (was.version != wanted.version || !write(work, business, by, wanted)) return done;
    done.outcome = edit_outcome::done;
    ++done.row.version;
    record_activity(work, &business, by,
                    {"invoice_settings.changed", "business", business.value,
                     was.version == 0 ? json(nullptr) : logged(was.said), logged(wanted.said)});
    return done;
  });
}

}  // namespace sellavie::storage
