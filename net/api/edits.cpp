#include "net/api/edits.hpp"

namespace sellavie::net {

using api::problem;
namespace problems = api::problems;

problem refused(storage::edit_outcome outcome) {
  using storage::edit_outcome;
  switch (outcome) {
    case edit_outcome::not_found: return {problems::not_found};
    case edit_outcome::stale: return {problems::stale};
    case edit_outcome::taken: return {problems::conflict, "There is one of this name already."};
    case edit_outcome::full: return {problems::conflict, "There is no room for another one."};
    case edit_outcome::plan_full: return {problems::plan_limit, "Archive one, or ask for a larger plan."};
    case edit_outcome::no_such_variant:
      return {problems::invalid,
              {},
              {{"/variant", "must name a group of yours and a value for each of its options"}}};
    case edit_outcome::done: break;
  }
  return {problems::internal};
}

std::string at_most(std::int64_t bound) {
  auto digits = std::to_string(bound);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return "at most " + digits;
}

}  // namespace sellavie::net
