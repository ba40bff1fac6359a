#include "storage/unit_of_work.hpp"

namespace sellavie::storage {

std::string_view to_string(commit_outcome outcome) noexcept {
  switch (outcome) {
    case commit_outcome::committed: return "committed";
    case commit_outcome::refused: return "refused";
    case commit_outcome::fenced: return "fenced";
    case commit_outcome::in_doubt: return "in_doubt";
    case commit_outcome::unavailable: return "unavailable";
  }
  return "unknown";
}

}  // namespace sellavie::storage
