#pragma once
// What people change by the API, for those who watch their business: as the journal tells what its actors commit.

#include <memory>

#include "net/feed/feed_hub.hpp"
#include "storage/api/recorded_change.hpp"

namespace sellavie::net {

/// For api_session::when_changed(); from any thread. Costs one atomic look while nobody watches.
[[nodiscard]] storage::change_listener tell_changes_to(std::shared_ptr<feed_hub> live);

}  // namespace sellavie::net
