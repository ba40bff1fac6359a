#include "net/feed/change_teller.hpp"

#include <utility>

namespace sellavie::net {
namespace {

// A transaction is of one business.
void tell(feed_hub& live, const std::vector<storage::recorded_change>& written, storage::certainty how) {
  const business_id& business = written.front().business;
  if (!live.is_followed(business)) return;
  auto facts = actors::facts_of(written);
  if (facts.empty()) return;
  if (how == storage::certainty::in_doubt) facts = {actors::facts_lost{}};
  live.tell(business, std::move(facts));
}

}  // namespace

storage::change_listener tell_changes_to(std::shared_ptr<feed_hub> live) {
  return [live = std::move(live)](const auto& written, storage::certainty how) {
    try {
      tell(*live, written, how);
    } catch (...) {  // out of memory: the change stands
      live->lose_facts();
    }
  };
}

}  // namespace sellavie::net
