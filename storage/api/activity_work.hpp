#pragma once
// Writes the activity log (table audit_log) inside a change's own transaction; for the sources of this folder only,
// because it shows libpqxx. Whoever listens to the session (api_session) hears of it behind the commit.

#include <pqxx/pqxx>
#include <vector>

#include "storage/api/activity.hpp"

namespace sellavie::storage {

/// `business` null: something of the account itself, as the engine.
void record_activity(pqxx::work& work, const business_id* business, const change_origin& by,
                     const activity& done);
/// Many of one request, in one statement.
void record_activities(pqxx::work& work, const business_id* business, const change_origin& by,
                       const std::vector<activity>& done);

}  // namespace sellavie::storage
