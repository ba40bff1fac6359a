#pragma once
// What a transaction wrote to the activity log, as those hear who tell others of it once it is committed.

#include <functional>
#include <string>
#include <vector>

#include "protocol/domain/ids.hpp"

namespace sellavie::storage {

/// A thing of a business that is another now; of a note, the conversation that shows it.
struct recorded_change {
  business_id business;
  std::string subject_kind;
  uuid subject;
};

enum class certainty : std::uint8_t { committed, in_doubt };

/// Called behind the commit, on the thread that made it; must not throw.
using change_listener = std::function<void(const std::vector<recorded_change>&, certainty)>;

}  // namespace sellavie::storage
