#pragma once
// What a business writes on its invoices, and the tax on what it sells (tax R7: of what is priced from now on).

#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"
#include "storage/reads.hpp"

namespace sellavie::storage {

struct invoice_settings {
  invoice_settings_row said;
  /// 0: nobody chose anything yet.
  std::int64_t version = 0;
};

[[nodiscard]] result<invoice_settings> find_invoice_settings(api_session& session,
                                                             const business_id& business);
/// All of it anew, when `wanted.version` is what stands; else `stale`.
[[nodiscard]] result<edited<invoice_settings>> change_invoice_settings(api_session& session,
                                                                       const business_id& business,
                                                                       const change_origin& by,
                                                                       const invoice_settings& wanted);

}  // namespace sellavie::storage
